"""`wallboard person`: an account that is there is changed, signed out, removed; each of it stands in the trail."""

import asyncio
import gzip
from datetime import date
from pathlib import Path

import msgspec
import pytest

from wallboard.alerts.message import Message
from wallboard.cli import run
from wallboard.commands.given import clock_ms
from wallboard.core.events import AgentForgotten, PresenceSet, SignedIn, encode
from wallboard.core.quarters import Interval
from wallboard.record.audit import Audit, By
from wallboard.record.database import open_record
from wallboard.record.days import Days
from wallboard.record.history import History
from wallboard.record.people import Bound, People, Person
from wallboard.stream.handedover import HandedOver
from wallboard.stream.keys import Keys
from wallboard.stream.outbox import Outbox
from wallboard.stream.redis import connect
from wallboard.stream.signin import Session, SignIn
from wallboard.stream.stream import BEGIN, Row, Stream

pytestmark = pytest.mark.usefixtures("own_folder")


@pytest.fixture
def people(tmp_path: Path) -> People:
    found = People(open_record(tmp_path))
    found.first(1)
    found.add("Ганна Б.", "lead", Bound(boards=("support",), teams=("one",)), by="tests", now_ms=2)
    return found


def bound(people: People) -> tuple[str, Bound]:
    found = people.named("ганна б.")
    assert found is not None
    return found.role, found.bound


def trail(folder: Path) -> list[tuple[str, str]]:
    return [(line.who, line.what) for line in Audit(open_record(folder)).read()]


def test_role_and_limits_are_changed_and_what_is_not_given_stays(
    people: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["person", "set", "ганна б.", "--agent", "101", "--agent", "102"]) == 0
    assert bound(people) == ("lead", Bound(boards=("support",), teams=("one",), agents=("101", "102")))
    assert "agent:102" in capsys.readouterr().out
    assert run(["person", "set", "Ганна Б.", "--role", "agent", "--board", "floor", "--all-teams"]) == 0
    assert bound(people) == ("agent", Bound(boards=("floor",), agents=("101", "102")))
    assert run(["person", "set", "Ганна Б.", "--all-boards", "--no-agent"]) == 0
    assert bound(people) == ("agent", Bound())
    assert trail(tmp_path)[:3] == [("wallboard person", "person.changed")] * 3


def test_an_agent_whom_nobody_has_seen_is_taken_with_a_warning_and_a_known_one_without(
    people: People, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("wallboard.toml").write_text('[agent.101]\nname = "Ganna"\n')
    assert run(["person", "set", "Ганна Б.", "--agent", "101"]) == 0
    assert "warning" not in capsys.readouterr().err
    assert run(["person", "set", "Ганна Б.", "--agent", "999"]) == 0
    assert "warning: no agent '999' is known, neither in wallboard.toml nor on the floor" in capsys.readouterr().err
    assert bound(people)[1].agents == ("999",)


def test_a_team_or_queue_that_nobody_knows_is_taken_with_a_warning_and_one_that_is_known_without(
    people: People, tmp_path: Path, redis_url: str, namespace: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("wallboard.toml").write_text('[queue.sales]\nteam = "two"\n')
    signed_in = SignedIn(agent="anna", team="first-line", queues=["support"], source="pbx")

    async def tell() -> None:
        redis = connect(redis_url)
        await Stream(redis, Keys(namespace)).append([signed_in])
        await redis.aclose()

    asyncio.run(tell())
    assert run(["person", "add", "Lena", "--role", "lead", "--team", "two", "--team", "first-line"]) == 0
    assert "warning" not in capsys.readouterr().err
    assert run(["person", "set", "Lena", "--team", "frist-line"]) == 0
    assert "no team 'frist-line' is known, neither in wallboard.toml nor on the floor - did you mean 'first-line'?" in (
        capsys.readouterr().err
    )
    lena = people.named("Lena")
    assert lena is not None
    assert lena.bound.teams == ("frist-line",)
    token = ["token", "create", "crm", "--scope", "events:write"]
    assert run([*token, "--queue", "support", "--queue", "sales"]) == 0
    assert "warning" not in capsys.readouterr().err
    assert run([*token, "--queue", "supprot"]) == 0
    told = capsys.readouterr()
    assert (
        "no queue 'supprot' is known, neither in wallboard.toml nor on the floor - did you mean 'support'?" in told.err
    )
    assert told.out.startswith("wb_")


def test_a_disabled_account_is_enabled_by_the_command_that_its_refusal_names(
    people: People, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["person", "set", "Ганна Б.", "--disable"]) == 0
    assert run(["person", "link", "Ганна Б."]) == 1
    assert "wallboard person set 'Ганна Б.' --enable" in capsys.readouterr().err
    assert run(["person", "set", "Ганна Б.", "--enable"]) == 0
    assert run(["person", "link", "Ганна Б."]) == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["set", "Ганна Б."], 2, "say what shall change"),
        (["set", "Ганна Б.", "--team", "a", "--all-teams"], 2, "--team and --all-teams together"),
        (["set", "Nobody", "--role", "lead"], 1, "there is: Admin, Ганна Б."),
        (["set", "Admin", "--role", "lead"], 1, "only administrator"),
        (["set", "Admin", "--disable"], 1, "only administrator"),
        (["remove", "Admin", "--yes"], 1, "only administrator"),
        (["remove", "Nobody", "--yes"], 1, "there is nobody called Nobody"),
        (["signout", "Nobody"], 1, "there is nobody called Nobody"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do_and_nothing_changes(
    people: People, arguments: list[str], code: int, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    before = people.all()
    assert run(["person", *arguments]) == code
    assert said in capfd.readouterr().err
    assert people.all() == before


def test_signing_out_ends_every_session_of_this_person_and_of_nobody_else(
    people: People, tmp_path: Path, redis_url: str, namespace: str
) -> None:
    hers, admins = people.all()[1].id, people.all()[0].id
    asyncio.run(begin(redis_url, namespace, hers, hers, admins))
    assert run(["person", "signout", "ганна б."]) == 0
    assert asyncio.run(open_sessions(redis_url, namespace, hers, admins)) == [0, 1]
    assert trail(tmp_path)[0] == ("wallboard person", "person.signed_out")


def test_removing_asks_first_and_then_takes_the_account_and_its_sessions_for_good(
    people: People, tmp_path: Path, redis_url: str, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: "n")
    assert run(["person", "remove", "Ганна Б."]) == 1
    assert people.named("Ганна Б.")
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: "y")
    hers = people.all()[1].id
    asyncio.run(begin(redis_url, namespace, hers))
    assert run(["person", "remove", "Ганна Б."]) == 0
    assert people.named("Ганна Б.") is None
    assert asyncio.run(open_sessions(redis_url, namespace, hers)) == [0]
    assert trail(tmp_path)[0] == ("wallboard person", "person.removed")


async def begin(url: str, namespace: str, *people: str) -> None:
    redis = connect(url)
    for person in people:
        await SignIn(redis, Keys(namespace)).begin(Session(person))
    await redis.aclose()


async def open_sessions(url: str, namespace: str, *people: str) -> list[int]:
    redis = connect(url)
    found = [len(await SignIn(redis, Keys(namespace)).of(person)) for person in people]
    await redis.aclose()
    return found


def test_each_new_link_stands_in_the_trail_and_never_the_link_itself(
    people: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["person", "link", "ганна б."]) == 0
    told = capsys.readouterr()
    assert "good once, for 15 minutes" in told.err
    code = told.out.strip().partition("#")[2]
    (line, *_) = Audit(open_record(tmp_path)).read()
    known = people.named("Ганна Б.")
    assert known is not None
    assert (line.who, line.what) == ("wallboard person", "person.link")
    assert line.detail == {"id": known.id, "name": "Ганна Б."}
    assert code not in str(line)


def test_erasing_asks_first_and_then_takes_account_sessions_figures_and_names(
    people: People, tmp_path: Path, redis_url: str, namespace: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """She works as agent 101, whom the PBX calls PJSIP/1006 and the file Ганна Бахмут."""
    (tmp_path / "wallboard.toml").write_text(
        "[agent.101]\nname = 'Ганна Бахмут'\nalso = ['pbx:PJSIP/1006']\n", encoding="utf-8"
    )
    hers = people.named("ганна б.")
    assert hers is not None
    people.change(hers.id, by="tests", now_ms=3, bound=Bound(agents=("101",)))
    asyncio.run(begin(redis_url, namespace, hers.id))
    record = open_record(tmp_path)
    history, audit = History(record), Audit(record)
    history.fill({Interval("agents", who, 0, "event"): {"answered": 3} for who in ("101", "102")}, [], {})
    for told in ("Ганна Б.", "Ганна Бахмут", "101", "PJSIP/1006", hers.id, "Olena"):
        audit.write(4, told, "alert.acknowledged", by=told)
    days = Days(tmp_path / "events")
    now_ms = clock_ms()
    ready = [PresenceSet(agent=who, presence="ready") for who in ("101", "102")]
    days.append([Row(f"{now_ms + n}-0", encode(event)) for n, event in enumerate(ready)])

    titles = ("Ганна Б.: missed 3", "support: waiting 101", "Rule about Ганнаб.", "support: Ганна Бахмут (Telegram)")
    asyncio.run(buried(redis_url, namespace, *titles))
    asyncio.run(has_read(redis_url, namespace, hers.id, "another"))
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: "n")
    assert run(["person", "erase", "Ганна Б."]) == 1
    assert people.named("Ганна Б.") is not None
    assert history.names("agents") == ["101", "102"]
    capsys.readouterr()

    assert run(["person", "erase", "ганна б.", "--yes"]) == 0
    said = capsys.readouterr().out
    assert "erased: the account of Ганна Б. (lead, works as 101), 1 intervals" in said
    assert "1 events of past days" in said
    kept = b"".join(gzip.decompress(path.read_bytes()) for path in days.files(date.min, date.max))
    assert (b'"101"' in kept, b'"102"' in kept) == (False, True)
    assert f"now take [agent.101] out of {tmp_path / 'wallboard.toml'}" in said
    assert people.named("Ганна Б.") is None
    assert asyncio.run(keys_of(redis_url, namespace, "session")) == []
    assert asyncio.run(keys_of(redis_url, namespace, "handed-over")) == ["person:another"]
    assert asyncio.run(dead_titles(redis_url, namespace)) == ["Rule about Ганнаб.", "support: waiting 101"]
    assert "2 messages that were given up" in said
    assert history.names("agents") == ["102"]
    lines = "\n".join(str(line) for line in audit.read())
    for gone in ("Ганна", "'101'", "PJSIP/1006", hers.id):
        assert gone not in lines
    assert "Olena" in lines
    assert "person.erased" in lines
    forgotten = asyncio.run(forgotten_agents(redis_url, namespace))
    called = {"101", "Ганна Б.", "ганна б."}
    assert forgotten == called | {f"{one} (Telegram)" for one in called}, "the state forgets her too, as she is called"


def test_erasing_a_name_of_which_nothing_is_known_says_so_and_does_not_ask(
    people: People, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: pytest.fail("it asked"))
    for more in ([], ["--yes"]):
        assert run(["person", "erase", "nobody", *more]) == 1
        assert "nothing is known of 'nobody'" in capsys.readouterr().err


@pytest.fixture
def anna(people: People) -> Person:
    """Works as agent anna, and was called so; her account carries another name now."""
    made = people.add("anna", "agent", Bound(agents=("anna",)), by="Admin", now_ms=3)
    people.change(made.id, by=By("anna", "person", made.id), now_ms=4, name="anna the agent")
    return msgspec.structs.replace(made, name="anna the agent")


@pytest.mark.parametrize("before", [False, True])
def test_erasing_an_agents_id_takes_the_account_that_works_as_it_with_every_name_it_had(
    anna: Person, people: People, tmp_path: Path, redis_url: str, namespace: str, before: bool,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Also where the account was removed before."""
    asked: list[str] = []
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda said: asked.append(said) or "y")
    asyncio.run(begin(redis_url, namespace, anna.id))
    if before:
        people.remove(anna.id, by="Admin", now_ms=5)
    assert run(["person", "erase", "anna"]) == 0
    assert people.named("anna the agent") is None
    assert ("the account of anna the agent (agent, works as anna)" in asked[0]) is not before
    assert ("erased: the account of anna the agent" in capsys.readouterr().out) is not before
    if not before:
        assert asyncio.run(open_sessions(redis_url, namespace, anna.id)) == [0]
    lines = "\n".join(str(line) for line in Audit(open_record(tmp_path)).read())
    assert "anna" not in lines
    assert anna.id not in lines
    assert "anna the agent" in asyncio.run(forgotten_agents(redis_url, namespace))


@pytest.mark.parametrize(
    ("bound", "name", "said"),
    [
        ({"anna the agent": ("anna", "101")}, "anna", "works as several agents: anna, 101"),
        ({"Ганна Б.": ("anna",)}, "anna", "may mean several accounts: anna the agent, Ганна Б."),
        ({"Ганна Б.": ("anna",)}, "anna the agent", "may mean several accounts: anna the agent, Ганна Б."),
        ({"anna the agent": ()}, "anna", "anna the agent was called 'anna' once"),
    ],
)
def test_where_it_is_not_sure_whose_account_goes_nothing_does(
    anna: Person, people: People, bound: dict[str, tuple[str, ...]], name: str, said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    for who, agents in bound.items():
        found = people.named(who)
        assert found is not None
        people.change(found.id, by="Admin", now_ms=5, bound=Bound(agents=agents))
    before = people.all()
    assert run(["person", "erase", name, "--yes"]) == 1
    told = capsys.readouterr().err
    assert said in told
    assert "wallboard person " in told
    assert people.all() == before


async def buried(url: str, namespace: str, *titles: str) -> None:
    redis = connect(url)
    outbox = Outbox(redis, Keys(namespace))
    for title in titles:
        await outbox.add("leads", msgspec.json.encode(Message(
            id=title, type="raised", severity="info", title=title, text="", at=1)))  # fmt: skip
    await redis.set(Keys(namespace).fence, 1)
    await outbox.bury(1, "leads", await outbox.waiting("leads", 10), "no answer")
    await redis.aclose()


async def dead_titles(url: str, namespace: str) -> list[str]:
    redis = connect(url)
    found = await Outbox(redis, Keys(namespace)).letters.newest(10)
    await redis.aclose()
    return [msgspec.json.decode(one.message)["title"] for one in found]


async def has_read(url: str, namespace: str, *people: str) -> None:
    """What was handed over."""
    redis = connect(url)
    for person in people:
        await HandedOver(redis, Keys(namespace)).read(f"person:{person}", 7)
    await redis.aclose()


async def keys_of(url: str, namespace: str, kind: str) -> list[str]:
    """What stands behind it in the names of Redis's keys."""
    redis, begin = connect(url), f"{Keys(namespace).prefix}{kind}"
    found = [key.decode().removeprefix(begin).lstrip(":") async for key in redis.scan_iter(f"{begin}*")]
    await redis.aclose()
    return found


async def forgotten_agents(url: str, namespace: str) -> set[str]:
    redis = connect(url)
    try:
        found = await Stream(redis, Keys(namespace)).read(BEGIN)
    finally:
        await redis.aclose()
    return {entry.event.name for entry in found if isinstance(entry.event, AgentForgotten)}
