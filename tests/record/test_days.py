"""Past days in files: each event once over deaths, and no name in them when it shall be gone."""

import gzip
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from wallboard.core.events import (
    SERVER,
    AgentForgotten,
    AlertAssigned,
    AlertRaised,
    Answered,
    ConfigApplied,
    Event,
    FloorObserved,
    ListedAgent,
    NoticePosted,
    PresenceSet,
    Queued,
    Transferred,
    decode,
    encode,
)
from wallboard.record import days as kept
from wallboard.record.days import Days
from wallboard.stream.ndjson import EVENTS
from wallboard.stream.stream import Row

NOON_MS = int(datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp() * 1000)
HOUR_MS = 3_600_000


@pytest.fixture
def days(tmp_path: Path) -> Days:
    return Days(tmp_path / "events")


def at(arrival_ms: int, event: Event) -> Row:
    return Row(f"{arrival_ms}-0", encode(event))


def queued(arrival_ms: int, number: int = 0) -> Row:
    return at(arrival_ms, Queued(time=arrival_ms - 5, id=f"e-{number}", source="pbx", contact=f"c-{number}", queue="q"))


def read(days: Days) -> list[Event]:
    return list(EVENTS.read(days.files(date.min, date.max)))


def test_each_day_has_a_file_that_reads_as_a_recording(days: Days) -> None:
    entries = [queued(NOON_MS + number * 6 * HOUR_MS, number) for number in range(4)]
    assert days.append(entries) == 4
    assert [path.name for path in days.files(date.min, date.max)] == ["2026-03-02.ndjson.gz", "2026-03-03.ndjson.gz"]
    assert read(days) == [decode(one.data) for one in entries]
    assert [path.name for path in days.files(date(2026, 3, 3), date(2026, 3, 9))] == ["2026-03-03.ndjson.gz"]


def test_what_is_kept_already_is_passed_over(days: Days) -> None:
    entries = [queued(NOON_MS + number, number) for number in range(6)]
    days.append(entries[:4])
    assert days.place() == entries[3].id
    assert days.append(entries[2:]) == 2
    assert read(days) == [decode(one.data) for one in entries]


def test_an_event_without_a_time_or_from_the_future_has_its_arrivals(days: Days) -> None:
    days.append([
        at(NOON_MS, Queued(contact="a", queue="q")), at(NOON_MS + 1, Queued(contact="b", queue="q", time=NOON_MS + 99)),
    ])  # fmt: skip
    assert [event.time for event in read(days)] == [NOON_MS, NOON_MS + 1]


def test_what_is_not_kept_is_passed_for_good_and_makes_no_file(days: Days) -> None:
    """A day of which nothing was kept stood there as one of 0 bytes, which `zcat` takes for a broken one."""
    forgotten = [at(NOON_MS + number, AgentForgotten(name="Anna", source=SERVER)) for number in range(2)]
    assert days.append(forgotten) == 0
    assert days.place() == forgotten[-1].id
    assert days.files(date.min, date.max) == []
    assert days.append([*forgotten, queued(NOON_MS + 2)]) == 1
    assert len(read(days)) == 1


class Killed(BaseException):
    pass


@given(
    st.lists(st.tuples(st.integers(1, 5), st.sampled_from(["", "_written", "_replaced"]), st.booleans()), max_size=8)
)
def test_each_event_once_over_deaths_at_every_step(
    tmp_path_factory: pytest.TempPathFactory, batches: list[tuple[int, str, bool]]
) -> None:
    """`_written`: killed before the place is noted; `_replaced`: in the middle of noting it. Days turn in between."""
    days = Days(tmp_path_factory.mktemp("days"))
    entries = [queued(NOON_MS + number * 5 * HOUR_MS, number) for number in range(40)]
    done = 0
    for count, dies, torn in batches:
        with pytest.MonkeyPatch.context() as patch:
            if dies:
                patch.setattr(kept, dies, dying(getattr(kept, dies), torn=torn))
            with suppress(Killed):
                days.append(entries[done : done + count])
        place = days.place()
        done = next((index + 1 for index, one in enumerate(entries) if one.id == place), 0)
    days.append(entries[done:])
    assert read(days) == [decode(one.data) for one in entries]


def dying(step, torn):  # type: ignore[no-untyped-def]
    def die(path, data, *more):  # type: ignore[no-untyped-def]
        if torn and step.__name__ == "_written":
            with path.open("ab") as file:
                file.write(gzip.compress(data)[:9])
        else:
            step(path, data, *more)
        raise Killed

    return die


def test_old_days_are_dropped(days: Days) -> None:
    days.append([queued(NOON_MS + number * 24 * HOUR_MS, number) for number in range(3)])
    assert days.drop(date(2026, 3, 4)) == 2
    assert [event.id for event in read(days)] == ["e-2"]


@pytest.fixture
def told(days: Days) -> Days:
    listed = {"anna": ListedAgent(presence="ready"), "annabel": ListedAgent(presence="ready")}
    days.append([
        at(NOON_MS, PresenceSet(agent="anna", presence="ready", time=NOON_MS)),
        at(NOON_MS + 1, PresenceSet(agent="annabel", presence="ready", time=NOON_MS)),
        at(NOON_MS + 2, FloorObserved(agents=listed, time=NOON_MS)),
    ])  # fmt: skip
    return days


def test_a_name_goes_out_of_every_event_and_nobody_elses(told: Days) -> None:
    assert told.erase({"anna"}, "erased-1") == 2
    one, other, listing = read(told)
    assert isinstance(one, PresenceSet)
    assert isinstance(other, PresenceSet)
    assert isinstance(listing, FloorObserved)
    assert (one.agent, other.agent, set(listing.agents or {})) == ("erased-1", "annabel", {"erased-1", "annabel"})


def test_after_a_name_went_the_day_goes_on(told: Days) -> None:
    told.erase({"anna"}, "a-much-longer-pseudonym-than-the-name")
    told.append([queued(NOON_MS + 9, 9)])
    assert [event.id for event in read(told)][-1] == "e-9"
    assert len(read(told)) == 4


def test_a_queue_a_contact_and_a_channel_of_the_same_name_stay(days: Days) -> None:
    told: list[Event] = [
        Queued(time=NOON_MS, contact="101", queue="101", channel="chat"),
        Answered(time=NOON_MS, contact="101", queue="101", agent="101", channel="chat"),
        Transferred(time=NOON_MS, contact="101", agent="102", to_agent="101", to_queue="101"),
        AlertRaised(alert="a", rule="r", time=NOON_MS, attributes={"kind": "agents", "of": "101"}),
        AlertRaised(alert="b", rule="r", time=NOON_MS, attributes={"kind": "queues", "of": "101"}),
        AlertAssigned(alert="a", who="chat", time=NOON_MS, attributes={"to": "101"}),
        ConfigApplied(
            time=NOON_MS, settings={"agent": {"101": {"name": "chat", "also": ["pbx:7"]}}, "queue": {"101": {}}}
        ),
    ]
    days.append([at(NOON_MS + n, event) for n, event in enumerate(told)])
    assert days.erase({"101", "chat", "pbx:7"}, "gone") == 5
    again = {type(event).__name__ + str(n): event for n, event in enumerate(read(days))}
    assert again["Queued0"] == told[0]
    assert again["Answered1"] == replace(told[1], agent="gone")
    assert again["Transferred2"] == replace(told[2], to_agent="gone")
    assert again["AlertRaised3"].attributes == {"kind": "agents", "of": "gone"}
    assert again["AlertRaised4"] == told[4]
    assert again["AlertAssigned5"] == replace(told[5], who="gone", attributes={"to": "gone"})
    settings = again["ConfigApplied6"].settings  # type: ignore[attr-defined]
    assert settings == {"agent": {"gone": {"name": "gone", "also": ["gone"]}}, "queue": {"101": {}}}


def test_as_which_account_something_was_done_goes_too(days: Days) -> None:
    told: list[Event] = [
        NoticePosted(time=NOON_MS, text="x", attributes={"who": "Ann", "by": "person:7"}),
        AlertAssigned(alert="a", time=NOON_MS, attributes={"to": "Ann", "owner_by": "person:7"}),
        NoticePosted(time=NOON_MS, text="x", attributes={"who": "Ben", "by": "person:77"}),
    ]
    days.append([at(NOON_MS + n, event) for n, event in enumerate(told)])
    assert days.erase({"Ann", "7"}, "gone") == 2
    assert [event.attributes for event in read(days)] == [
        {"who": "gone", "by": "gone"}, {"to": "gone", "owner_by": "gone"}, {"who": "Ben", "by": "person:77"},
    ]  # fmt: skip


@pytest.mark.parametrize("step", ["replace", "_put"])
def test_dying_while_a_name_goes_breaks_no_day(told: Days, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    calls = 0

    def die(*_: object) -> None:
        nonlocal calls
        calls += 1
        if step == "replace" or calls == 2:
            raise Killed
        put(*_)

    put = Days._put.__get__(told)
    if step == "replace":
        monkeypatch.setattr(Path, "replace", die)
    else:
        monkeypatch.setattr(told, "_put", die)
    with pytest.raises(Killed):
        told.erase({"anna"}, "p" * 250)
    monkeypatch.undo()
    told.append([queued(NOON_MS + 9, 9)])
    assert [event.id for event in read(told)][-1] == "e-9"
    assert len(read(told)) == 4
