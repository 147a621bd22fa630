"""A lead's channels on both databases: a few each, told only once they are theirs, audited, gone with the account."""

from collections.abc import Callable

import msgspec
import pytest
from sqlalchemy import Engine, inspect, text

from wallboard.core.errors import Conflict
from wallboard.record.audit import Audit
from wallboard.record.database import migrate
from wallboard.record.erasing import Whose, erase
from wallboard.record.ownchannels import CODE_MS, MOST, MOST_TRIES, OwnChannel, OwnChannels
from wallboard.record.people import Bound, People

NINE = 1_795_338_000_000
HOOK = OwnChannel(id="", person="", kind="webhook", target="https://hook.example/secret-path", secret="whsec_x")


def lead(engine: Engine, name: str = "Olena") -> str:
    return People(engine).add(name, "lead", Bound(), by="tests", now_ms=1).id


def mail(person: str, address: str = "olena@example.com") -> OwnChannel:
    return OwnChannel(id="", person=person, kind="mail", target=address)


def test_what_was_added_comes_back_by_account_until_it_is_removed(opened: Callable[[], Engine]) -> None:
    channels, olena, ivan = OwnChannels(opened()), lead(opened()), lead(opened(), "Ivan")
    wanted = msgspec.structs.replace(HOOK, person=olena, least="critical", quiet="22:00-06:00", confirmed_ms=NINE)
    made = channels.add(wanted, by="Olena", now_ms=NINE)
    assert made == msgspec.structs.replace(wanted, id=made.id, made_ms=NINE)
    other = channels.add(mail(ivan), by="Ivan", now_ms=NINE + 1)
    again = OwnChannels(opened())
    assert (again.all(), again.of(olena), again.of("nobody")) == ([made, other], [made], [])
    changed = channels.change(made, by="Olena", now_ms=NINE + 2, least="warning", quiet=None)
    assert again.of(olena) == [changed] == [msgspec.structs.replace(made, least="warning", quiet=None)]
    assert again.remove(made, by="Olena", now_ms=NINE + 3)
    assert not again.remove(made, by="Olena", now_ms=NINE + 3)
    assert channels.change(made, by="Olena", now_ms=NINE + 4, least="info") is None
    assert channels.all() == [other]


def test_each_has_a_few_and_none_twice_and_only_an_account_that_is_there(opened: Callable[[], Engine]) -> None:
    channels, olena, ivan = OwnChannels(opened()), lead(opened()), lead(opened(), "Ivan")
    for nth in range(MOST):
        channels.add(mail(olena, f"{nth}@example.com"), by="Olena", now_ms=NINE)
    with pytest.raises(Conflict, match="remove one first"):
        channels.add(mail(olena, "one-more@example.com"), by="Olena", now_ms=NINE)
    channels.add(mail(ivan), by="Ivan", now_ms=NINE)
    with pytest.raises(Conflict, match="there already"):
        channels.add(mail(ivan), by="Ivan", now_ms=NINE)
    with pytest.raises(Conflict, match="account is gone"):
        channels.add(mail("nobody"), by="?", now_ms=NINE)
    assert len(channels.all()) == MOST + 1


def test_an_address_is_theirs_by_the_last_code_in_time(opened: Callable[[], Engine]) -> None:
    channels, olena = OwnChannels(opened()), lead(opened())
    made = channels.add(mail(olena), by="Olena", now_ms=NINE)
    assert not channels.confirm(made, "", by="Olena", now_ms=NINE), "there is no code yet"
    first = channels.code(made, by="Olena", now_ms=NINE)
    second = channels.code(made, by="Olena", now_ms=NINE)
    assert first
    assert second
    assert not channels.confirm(made, first, by="Olena", now_ms=NINE), "another one came"
    assert not channels.confirm(made, second, by="Olena", now_ms=NINE + CODE_MS), "it is too old"
    assert channels.waiting(second, NINE) is None, "it is no chat of Telegram"
    assert channels.confirm(made, f" {second[:5].lower()}-{second[5:]} ", by="Olena", now_ms=NINE + CODE_MS - 1)
    [now] = channels.of(olena)
    assert (now.confirmed_ms, now.code, now.target) == (NINE + CODE_MS - 1, None, "olena@example.com")
    assert channels.code(now, by="Olena", now_ms=NINE) is None, "nothing is left to be confirmed"
    assert not channels.confirm(made, second, by="Olena", now_ms=NINE), "once"


def test_of_wrong_codes_a_few_are_heard(opened: Callable[[], Engine]) -> None:
    channels, olena = OwnChannels(opened()), lead(opened())
    made = channels.add(mail(olena), by="Olena", now_ms=NINE)
    code = channels.code(made, by="Olena", now_ms=NINE)
    assert code
    for _ in range(MOST_TRIES):
        assert not channels.confirm(made, "AAAAAAAAAA", by="Olena", now_ms=NINE)
    assert not channels.confirm(made, code, by="Olena", now_ms=NINE), "the right one comes too late"
    code = channels.code(made, by="Olena", now_ms=NINE)
    assert code
    assert channels.confirm(made, code, by="Olena", now_ms=NINE)


def test_a_chat_is_whose_code_it_sent(opened: Callable[[], Engine]) -> None:
    channels, olena = OwnChannels(opened()), lead(opened())
    made = channels.add(OwnChannel(id="", person=olena, kind="telegram", target=""), by="Olena", now_ms=NINE)
    code = channels.code(made, by="Olena", now_ms=NINE)
    assert code
    assert channels.link("AAAAAAAAAA", "7", by="Olena", now_ms=NINE) is None
    assert channels.link(code, "7", by="Olena", now_ms=NINE + CODE_MS) is None, "it is too old"
    assert channels.waiting(code, NINE) == channels.of(olena)[0]
    linked = channels.link(code, "987654321", by="Olena", now_ms=NINE + 1)
    assert linked
    assert channels.of(olena) == [linked]
    assert (linked.target, linked.confirmed_ms) == ("987654321", NINE + 1)
    assert channels.link(code, "8", by="Olena", now_ms=NINE + 2) is None, "once"


def test_each_change_stands_in_the_trail_without_address_secret_or_code(opened: Callable[[], Engine]) -> None:
    channels, olena = OwnChannels(opened()), lead(opened())
    hook = channels.add(msgspec.structs.replace(HOOK, person=olena, confirmed_ms=NINE), by="Olena", now_ms=NINE)
    made = channels.add(mail(olena), by="Olena", now_ms=NINE)
    code = channels.code(made, by="Olena", now_ms=NINE)
    assert code
    channels.confirm(made, code, by="Olena", now_ms=NINE)
    channels.change(hook, by="Olena", now_ms=NINE, least="critical", quiet=None)
    channels.change(hook, by="Olena", now_ms=NINE, quiet=None)
    channels.remove(hook, by="Admin", now_ms=NINE)
    lines = [line for line in reversed(Audit(opened()).read()) if line.what.startswith("channel.")]
    assert [(line.who, line.what.partition(".")[2], line.detail["id"]) for line in lines] == [
        ("Olena", "added", hook.id), ("Olena", "added", made.id), ("Olena", "code", made.id),
        ("Olena", "confirmed", made.id), ("Olena", "changed", hook.id), ("Admin", "removed", hook.id),
    ]  # fmt: skip
    assert (lines[4].detail["before"], lines[4].detail["after"]) == ({"least": "info"}, {"least": "critical"})
    assert {line.detail["person"] for line in lines} == {olena}
    told = str(lines)
    assert not [one for one in ("olena@", "secret-path", "whsec", code) if one in told]
    assert "olena@" not in repr(made)


def test_they_go_with_the_account_and_with_the_person(opened: Callable[[], Engine]) -> None:
    engine = opened()
    channels, people, olena, ivan = OwnChannels(engine), People(engine), lead(engine), lead(engine, "Ivan")
    for person in (olena, ivan):
        channels.add(mail(person), by="x", now_ms=NINE)
    people.remove(olena, by="Admin", now_ms=NINE)
    assert [one.person for one in channels.all()] == [ivan]
    erase(engine, Whose({"Ivan", ivan}), by="Admin", now_ms=NINE)
    assert channels.all() == []
    assert ivan not in str(Audit(engine).read()), "nor does the trail name the account"


def test_a_record_that_was_made_before_there_were_any_keeps_its_people(opened: Callable[[], Engine]) -> None:
    engine = opened()
    migrate(engine, "a0001")
    assert not inspect(engine).has_table("own_channels")
    with engine.begin() as to:
        to.execute(text(
            "INSERT INTO people (id, name, name_key, role, bound, disabled, made_ms, seen_ms)"
            " VALUES ('p1', 'Olena', 'olena', 'lead', '{}', false, 1, 1)"
        ))  # fmt: skip
    made = OwnChannels(opened()).add(mail("p1"), by="Olena", now_ms=NINE)
    assert OwnChannels(engine).all() == [made]
    assert [one.name for one in People(engine).all()] == ["Olena"]
