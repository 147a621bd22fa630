"""A person who is erased is in no figure and in no line any more; what was done still is."""

from collections.abc import Callable

from sqlalchemy import Engine, text

from wallboard.core.afterwards import Known
from wallboard.core.quarters import Interval
from wallboard.record.audit import Audit, By
from wallboard.record.database import TABLES
from wallboard.record.erasing import Whose, erase, look
from wallboard.record.formerly import formerly
from wallboard.record.history import History
from wallboard.record.people import Bound, People
from wallboard.record.revisions import Revisions
from wallboard.record.screens import Screens
from wallboard.record.tokens import Tokens, Wanted

QUARTER = 1_795_000_500_000


def everything(engine: Engine) -> str:
    with engine.connect() as to:
        return "\n".join(str(row) for name in TABLES.tables for row in to.execute(text(f"SELECT * FROM {name}")))


def test_figures_names_and_lines_go_and_others_stay(opened: Callable[[], Engine]) -> None:
    engine = opened()
    history, audit = History(engine), Audit(engine)
    of = {Interval("agents", who, QUARTER, "event"): {"answered": 3} for who in ("anna", "annabel")}
    known = {("pbx", "c1"): Known(QUARTER, "support", "anna", None, {}, {})}
    history.fill({**of, Interval("queues", "support", QUARTER, "event"): {"answered": 6}}, [], known)
    audit.write(1, "Ганна Б.", "notice.posted", notice="n1")
    audit.write(2, "Olena", "person.changed", name="Ганна Б.", agents=["anna", "annabel"])
    audit.write(3, "Olena", "token.made", name="cron")

    done = erase(engine, Whose({"anna", "Ганна Б."}), by="Olena", now_ms=4)

    assert (done.intervals, done.contacts, done.lines) == (1, 1, 2)
    assert history.names("agents") == ["annabel"]
    assert history.read("queues", "support", 0, QUARTER + 1, "event") == {QUARTER: {"answered": 6}}
    assert history.kept([("pbx", "c1")])["pbx", "c1"].agent == done.pseudonym
    lines = {line.at_ms: line for line in audit.read()}
    assert lines[1].who == done.pseudonym
    assert lines[2].detail == {"name": done.pseudonym, "agents": [done.pseudonym, "annabel"]}
    assert lines[3].detail == {"name": "cron"}
    assert lines[4].what == "person.erased"
    assert "Ганна" not in everything(engine)
    assert "'anna'" not in everything(engine)
    assert '"anna"' not in everything(engine)


def test_whoever_made_a_token_a_screen_or_a_board_is_not_named_there_any_more(opened: Callable[[], Engine]) -> None:
    engine = opened()
    for by in ("Ганна Б.", "Ганна Бо."):
        Tokens(engine).create(Wanted("cron", frozenset({"events:write"})), by, 1)
        Screens(engine).add("hall", "overview", by=by, now_ms=2)
        Revisions(engine).put(f"hall-{len(by)}", "title = 'Hall'", by, 3, was=None, before=None)
    erase(engine, Whose({"Ганна Б."}), by="Olena", now_ms=4)
    assert "Ганна Б." not in everything(engine)
    assert everything(engine).count("'Ганна Бо.'") == 6, "three that were made, and a line of the trail for each"


def test_a_name_with_signs_that_json_escapes_goes_too(opened: Callable[[], Engine]) -> None:
    engine, name = opened(), 'Ганна "Аня" \\ 100% Б_.'
    known = {("pbx", "c1"): Known(QUARTER, "support", name, None, {}, {})}
    History(engine).fill({}, [], known)
    Audit(engine).write(1, "Olena", "person.changed", name=name)
    assert everything(engine).count("Ганна") == 2
    done = erase(engine, Whose({name}), by="Olena", now_ms=2)
    assert (done.contacts, done.lines) == (1, 1)
    assert "Ганна" not in everything(engine)


def test_a_detail_that_is_too_long_is_shortened_so_that_names_in_it_still_go(opened: Callable[[], Engine]) -> None:
    engine = opened()
    audit = Audit(engine)
    agents = ["anna", *(f"agent {n}" for n in range(500))]
    audit.write(1, "Olena", "person.changed", name="Ганна Б.", before={"agents": agents}, text="x" * 5_000)
    [line] = audit.read()
    assert line.detail["shortened"] is True
    assert (line.detail["name"], line.detail["before"]["agents"][:2]) == ("Ганна Б.", ["anna", "agent 0"])  # type: ignore[index]
    assert len(str(line.detail)) < 3_000
    audit.write(2, "Olena", "person.changed", **{f"key {n}": "Ганна Б. " * 30 for n in range(99)})
    done = erase(engine, Whose({"anna", "Ганна Б."}), by="Olena", now_ms=2)
    assert done.lines == 1
    assert "Ганна" not in everything(engine)
    assert '"anna"' not in everything(engine)


def test_to_look_what_would_go_changes_nothing(opened: Callable[[], Engine]) -> None:
    engine = opened()
    History(engine).fill({Interval("agents", "anna", QUARTER, "event"): {"answered": 3}}, [], {})
    Audit(engine).write(1, "anna", "notice.posted")
    Tokens(engine).create(Wanted("cron", frozenset({"events:write"})), "anna", 1)
    before = everything(engine)
    assert look(engine, Whose({"anna"}))[1:] == (1, 0, 2)
    assert everything(engine) == before
    assert look(engine, Whose({"nobody"}))[1:] == (0, 0, 0)


def test_the_trail_knows_what_an_account_was_called_and_as_whom_it_worked(opened: Callable[[], Engine]) -> None:
    engine = opened()
    people = People(engine)
    one = people.add("Ганна", "agent", Bound(agents=("100",)), by="Olena", now_ms=1)
    other = people.add("Олег", "agent", Bound(), by="Olena", now_ms=1)
    people.change(one.id, by=By("Ганна", "person", one.id), now_ms=2, name="Ганна Б.", bound=Bound(agents=("101",)))
    Audit(engine).write(3, By("Ганна Бо.", "person", one.id), "notice.posted")
    people.change(one.id, by="Olena", now_ms=4, subject="issuer 7")
    people.remove(one.id, by="Olena", now_ms=5)
    was = formerly(engine)
    assert was[one.id].names == {"Ганна", "Ганна Б.", "Ганна Бо.", "issuer 7"}
    assert was[one.id].agents == ("101",)
    assert was[other.id].names == {"Олег"}


def test_a_former_name_that_is_somebody_elses_goes_only_where_a_line_names_the_account(
    opened: Callable[[], Engine],
) -> None:
    engine = opened()
    audit = Audit(engine)
    audit.write(1, By("Анна", "person", "old"), "notice.posted")
    audit.write(2, "Olena", "person.changed", id="old", before={"name": "Анна"}, after={"name": "Ганна"})
    audit.write(3, By("Анна", "person", "new"), "person.link", id="new", name="Анна")
    done = erase(engine, Whose({"Ганна", "old"}, {"old"}, {"Анна"}), by="Olena", now_ms=4)
    of = {line.at_ms: line for line in audit.read()}
    assert (of[1].who, of[1].by) == (done.pseudonym, f"person:{done.pseudonym}")
    assert of[2].detail == {"id": done.pseudonym, "before": {"name": done.pseudonym}, "after": {"name": done.pseudonym}}
    assert (of[3].who, of[3].by, of[3].detail) == ("Анна", "person:new", {"id": "new", "name": "Анна"})


def test_old_lines_of_the_trail_go(opened: Callable[[], Engine]) -> None:
    audit = Audit(opened())
    for at_ms in (1, 2, 3):
        audit.write(at_ms, "Olena", "token.made")
    assert audit.drop(3) == 2
    assert [line.at_ms for line in audit.read()] == [3]
