"""Accounts on both databases: names are unique as people read them, an administrator is always left, all is audited."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from wallboard.core.errors import Conflict
from wallboard.record.audit import Audit
from wallboard.record.people import Bound, People
from wallboard.record.tokens import Tokens, Wanted

NINE = 1_795_338_000_000


@pytest.fixture
def people(opened: Callable[[], Engine]) -> People:
    return People(opened())


def test_the_first_is_an_administrator_and_stays_the_same(people: People) -> None:
    first = people.first(1)
    assert (first.name, first.role, first.bound) == ("Admin", "admin", Bound())
    assert people.first(2) == first
    people.change(first.id, by="x", now_ms=3, name="Olena")
    assert people.first(4).name == "Olena"


def test_what_was_told_of_a_person_comes_back(people: People) -> None:
    bound = Bound(boards=("support",), teams=("перша",), agents=("anna",))
    added = people.add("Ганна Б.", "lead", bound, by="x", now_ms=7, subject="https://id.example|42")
    assert people.of([added.id, "nobody"]) == {added.id: added}
    assert people.named("  ганна б. ") == added
    assert people.at_provider("https://id.example|42") == added
    assert people.all() == [added]
    assert "argon" not in repr(people.change(added.id, by="x", now_ms=8, password="$argon2id$…"))


@pytest.mark.parametrize("other", ["Olena", "OLENA", " olena ", "Ｏlena"])
def test_a_name_that_reads_the_same_is_taken(people: People, other: str) -> None:
    people.add("Olena", "viewer", Bound(), by="x", now_ms=1)
    second = people.add("Second", "viewer", Bound(), by="x", now_ms=1)
    with pytest.raises(Conflict, match="already"):
        people.add(other, "viewer", Bound(), by="x", now_ms=1)
    with pytest.raises(Conflict, match="already"):
        people.change(second.id, by="x", now_ms=1, name=other)
    assert len(people.all()) == 2


def test_the_last_administrator_stays_one(people: People) -> None:
    first = people.first(1)
    for to_be in ({"role": "viewer"}, {"disabled": True}):
        with pytest.raises(Conflict, match="only administrator"):
            people.change(first.id, by="x", now_ms=2, **to_be)
    with pytest.raises(Conflict, match="only administrator"):
        people.remove(first.id, by="x", now_ms=2)
    second = people.add("Second", "admin", Bound(), by="x", now_ms=2)
    assert people.change(first.id, by="x", now_ms=3, disabled=True)
    assert people.first(4) == second
    with pytest.raises(Conflict, match="only administrator"):
        people.change(second.id, by="x", now_ms=5, role="lead")


def test_every_change_stands_in_the_audit_trail_with_before_and_after_and_no_secret(
    opened: Callable[[], Engine],
) -> None:
    people, audit = People(opened()), Audit(opened())
    people.first(1)
    added = people.add("Olena", "viewer", Bound(boards=("support",)), by="Admin", now_ms=2)
    people.change(added.id, by="Admin", now_ms=3, role="lead", bound=Bound(teams=("a",)))
    people.change(added.id, by="Olena", now_ms=4, what="person.password", password="$argon2id$secret")
    people.remove(added.id, by="Admin", now_ms=5)
    audit.write(6, "Admin", "board.audience", board="support", names="full")
    lines = audit.read()
    assert [(line.at_ms, line.who, line.what) for line in lines] == [
        (6, "Admin", "board.audience"), (5, "Admin", "person.removed"), (4, "Olena", "person.password"),
        (3, "Admin", "person.changed"), (2, "Admin", "person.added"), (1, "wallboard up", "person.added"),
    ]  # fmt: skip
    assert lines[3].detail["before"] == {"role": "viewer", "boards": ["support"], "teams": None}
    assert lines[3].detail["after"] == {"role": "lead", "boards": None, "teams": ["a"]}
    assert lines[2].detail["password"] == "changed"
    assert not [line for line in lines if "argon" in str(line)]
    assert [line.at_ms for line in audit.read(before=lines[3].n, most=1)] == [2]


def test_a_change_that_is_not_taken_leaves_no_line(opened: Callable[[], Engine]) -> None:
    people, audit = People(opened()), Audit(opened())
    first = people.first(1)
    with pytest.raises(Conflict):
        people.remove(first.id, by="x", now_ms=2)
    assert people.change("nobody", by="x", now_ms=2, role="lead") is None
    assert [line.what for line in audit.read()] == ["person.added"]


@pytest.mark.parametrize("name", ["admin", " Admin", "OpenID provider", "openid PROVIDER", "wallboard up", "CRM"])
def test_nobody_is_called_like_a_token_or_like_wallboard_itself(opened: Callable[[], Engine], name: str) -> None:
    people = People(opened())
    Tokens(opened()).create(Wanted("crm", frozenset({"events:write"})), "Olena", NINE)
    olena = people.add("Olena", "admin", Bound(), by="x", now_ms=NINE)
    with pytest.raises(Conflict, match="another name"):
        people.add(name, "viewer", Bound(), by="x", now_ms=NINE)
    with pytest.raises(Conflict, match="another name"):
        people.change(olena.id, by="Olena", now_ms=NINE, name=name)
    people.change(olena.id, by="Olena", now_ms=NINE, name="Olena Admin")


def test_the_first_administrator_keeps_the_name_that_they_were_given(opened: Callable[[], Engine]) -> None:
    people = People(opened())
    first = people.first(NINE)
    changed = people.change(first.id, by="Admin", now_ms=NINE, name="ADMIN", disabled=False)
    assert changed is not None
    assert changed.name == "ADMIN"
