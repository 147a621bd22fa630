"""The leading worker writes history exactly once: over deaths at any moment, a record that is away, and a rival."""

import asyncio
import itertools
import random
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.waiting import now_ms, until
from tests.workers import Workers
from wallboard import historian as historian_module
from wallboard.core import attendance as attendance_module
from wallboard.core import contributions
from wallboard.core import people as people_module
from wallboard.core.afterwards import Booking, Known
from wallboard.core.contactrow import Key
from wallboard.core.events import Answered, Ended, Event, Outcome, PresenceSet, Queued, SignedIn
from wallboard.core.past import Past
from wallboard.core.quarters import QUARTER_MS, Amounts, Interval
from wallboard.core.settings import Settings
from wallboard.core.state import Floor
from wallboard.historian import Historian
from wallboard.live.pipeline import Pipeline
from wallboard.record.audit import Audit
from wallboard.record.database import FILE, open_record
from wallboard.record.history import History
from wallboard.record.shiftnotes import KEPT_MS, ShiftNotes
from wallboard.stream.checkpoint import Checkpoints
from wallboard.stream.health import Writing
from wallboard.stream.keys import Keys
from wallboard.stream.stream import Stream

DAY_MS = 86_400_000


def call(number: int, at_ms: int) -> list[Event]:
    base: dict[str, Any] = {"contact": f"c{number}", "source": "pbx"}
    queue = f"q{number % 3}"
    return [
        Queued(queue=queue, time=at_ms, id=f"{number}q", **base),
        Answered(agent=f"a{number % 4}", time=at_ms + 20, id=f"{number}a", **base),
        Ended(agent=f"a{number % 4}", time=at_ms + 40, id=f"{number}e", **base),
    ]


class Bench:
    """Workers with their historians on one namespace and one record."""

    def __init__(self, workers: Workers, data: Path) -> None:
        self.data = data
        self.told: list[Writing] = []
        self._workers = workers

    def start(self) -> tuple[Historian, Pipeline, asyncio.Task[None]]:
        line = self._workers.line()
        historian = Historian(line.pipeline, History(open_record(self.data)), now_ms, 400, 90, self._tell)
        _, task = self._workers.start(line, Settings, [historian])
        return historian, line.pipeline, task

    async def _tell(self, writing: Writing) -> None:
        self.told.append(writing)

    def recorded(self, *bases: str) -> dict[Interval, Amounts]:
        history = History(open_record(self.data))
        return {
            Interval(kind, name, started_ms, basis): amounts
            for kind in ("queues", "groups", "agents")
            for name in history.names(kind)
            for basis in bases or ("event", "offer")
            for started_ms, amounts in history.read(kind, name, 0, 1 << 62, basis).items()
        }


@pytest.fixture
def bench(workers: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    for name, value in (("WRITE_S", 0.03), ("AT_ONCE", 5)):
        monkeypatch.setattr(historian_module, name, value)
    return Bench(workers, tmp_path / "data")


def expected(events: list[Event]) -> dict[Interval, Amounts]:
    """Of the same events, all at once."""
    floor = Floor()
    for event in sorted(events, key=lambda event: event.time or 0):
        floor.apply(event, event.time or 0)
    floor.settle()
    return Past(floor, 0).take_changed(1_000_000)


async def eventually(bench: Bench, events: list[Event]) -> None:
    """The record holds what these events amount to."""
    wanted = expected(events)
    try:
        async with asyncio.timeout(60):
            while {one: amounts for one, amounts in bench.recorded().items() if amounts} != wanted:
                await asyncio.sleep(0.1)
    except TimeoutError:
        assert {one: amounts for one, amounts in bench.recorded().items() if amounts} == wanted


async def test_what_happens_is_in_the_record_soon(bench: Bench, stream: Stream) -> None:
    bench.start()
    began_ms = now_ms()
    events = [event for number in range(20) for event in call(number, now_ms() - 5_000)]
    await stream.append(events)
    await eventually(bench, events)
    (day,) = History(open_record(bench.data)).days(now_ms() - DAY_MS, now_ms() + DAY_MS)[-1:]
    assert day.told_by == "live"
    assert max(day.started_ms, began_ms - 1_000) <= day.since_ms <= now_ms(), "nobody looked before"


async def test_workers_that_die_at_any_moment_leave_nothing_out_and_nothing_twice(bench: Bench, stream: Stream) -> None:
    luck, events = random.Random(4), list[Event]()
    for death in range(12):
        historian, _, task = bench.start()
        for number in range(8):
            told = call(death * 8 + number, now_ms() - luck.randrange(60_000))
            events += told
            await stream.append(told)
            await asyncio.sleep(luck.random() * 0.05)
        await asyncio.sleep(luck.random() * 0.4)
        historian.token = None  # dead: what it had begun in its thread may still arrive
        task.cancel()
        await asyncio.wait([task])
    bench.start()
    await eventually(bench, events)


async def test_agents_time_is_written_once_over_deaths(
    bench: Bench, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six agents of two queues over the last hour: each quarter that is over, as one floor has it."""
    monkeypatch.setattr(attendance_module, "LOOK_MS", 0)
    monkeypatch.setattr(people_module, "SETTLED_MS", 2 * 3_600_000)  # so that an hour may be told at once
    luck, begun_ms = random.Random(5), now_ms() - 3_600_000
    events: list[Event] = []
    for agent in (f"a{number}" for number in range(6)):
        serves = luck.choice((["q1"], ["q1", "q2"]))
        events.append(SignedIn(agent=agent, queues=serves, source="pbx", time=begun_ms + luck.randrange(60_000)))
        for _ in range(5):
            presence = luck.choice(("paused", "ready"))
            at_ms = begun_ms + 60_000 + luck.randrange(3_400_000)
            events.append(PresenceSet(agent=agent, presence=presence, source="pbx", time=at_ms))
    events.sort(key=lambda event: event.time or 0)
    events = [replace(event, id=f"e{number}") for number, event in enumerate(events)]
    for part in (events[:12], events[12:24], events[24:]):
        historian, _, task = bench.start()
        await stream.append(part)
        await asyncio.sleep(0.1 + luck.random() * 0.5)
        historian.token = None
        task.cancel()
        await asyncio.wait([task])
    bench.start()
    over_ms = (now_ms() - 60_000) // QUARTER_MS * QUARTER_MS  # each agent is told anew within a minute
    floor = Floor()
    for event in sorted(events, key=lambda event: event.time or 0):
        floor.apply(event, event.time or 0)
    floor.advance(now_ms())
    past = Past(floor, 0)
    list(past.look(at_once=True))
    wanted = {one: amounts for one, amounts in past.take_changed(1_000_000).items() if one.started_ms < over_ms}
    assert len(wanted) > 20
    found: dict[Interval, Amounts] = {}
    try:
        async with asyncio.timeout(60):
            while {one: found.get(one) for one in wanted} != wanted:
                await asyncio.sleep(0.1)
                found = bench.recorded("time")
    except TimeoutError:
        assert {one: found.get(one) for one in wanted} == wanted


async def test_outcomes_of_contacts_whose_day_is_over_are_booked_once_over_deaths(
    bench: Bench, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is kept of them is in the record; each is told in parts, and a worker dies in between."""
    monkeypatch.setattr(contributions, "LATE_MS", 50)
    ended_ms, history = now_ms() - 2 * DAY_MS, History(open_record(bench.data))
    kept = {("pbx", f"old{n}"): Known(ended_ms, "sales", f"a{n % 3}", None, {}, {}) for n in range(30)}
    history.write({}, [], 0, 0, Booking(kept, {}))
    for death in range(3):
        historian, _, task = bench.start()
        for number in range(30):
            told = Outcome(
                id=f"{death}-{number}", source="crm", time=now_ms() - 1_000,
                contact=f"old{number}", contact_source="pbx",
                outcome=("failure", "success", None)[death], code=("price", None, "renewal")[death],
            )  # fmt: skip
            await stream.append([told])
        await asyncio.sleep(0.3 * death)
        historian.token = None
        task.cancel()
        await asyncio.wait([task])
    bench.start()
    wanted = {"noted": 30, "success": 30, "codes.renewal": 30}
    found: dict[int, Amounts] = {}
    with suppress(TimeoutError):
        async with asyncio.timeout(60):
            while list(found.values()) != [wanted]:
                await asyncio.sleep(0.1)
                found = history.read("groups", "all", 0, 1 << 62, "event")
    assert list(found.values()) == [wanted]
    assert history.read("queues", "sales", 0, 1 << 62, "event") == found
    assert sum(history.read("agents", "a1", 0, 1 << 62, "event")[min(found)].values()) == 30
    assert min(found) == ended_ms // QUARTER_MS * QUARTER_MS, "where they ended"


async def test_what_is_needed_of_a_contact_later_is_kept_when_it_is_at_rest(
    bench: Bench, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contributions, "LATE_MS", 50)
    _, _, task = bench.start()
    events = call(1, now_ms() - 5_000)
    await stream.append(events)
    history, found = History(open_record(bench.data)), dict[Key, Known]()
    async with asyncio.timeout(60):
        while not found:
            await asyncio.sleep(0.05)
            found = history.kept([("pbx", "c1")])
    assert found == {("pbx", "c1"): Known(events[-1].time or 0, "q1", "a1", None, {}, {})}
    assert not task.done()


async def test_a_record_that_is_away_holds_up_nothing_and_gets_all_when_it_is_back(
    bench: Bench, stream: Stream
) -> None:
    bench.data.mkdir()
    (bench.data / FILE).mkdir()  # nothing can be opened there
    _, pipeline, _ = bench.start()
    events = [event for number in range(5) for event in call(number, now_ms() - 5_000)]
    await stream.append(events)
    await until(lambda: pipeline.applied >= len(events))
    await until(lambda: bench.told and bench.told[-1].reason)
    (bench.data / FILE).rmdir()
    await eventually(bench, events)
    await until(lambda: not bench.told[-1].reason)
    assert bench.told[-1].failures > 0, "they are counted on"
    assert bench.told[-1].written_at


@pytest.mark.foresees("history was not written")
async def test_a_mistake_of_the_history_s_own_stops_nothing_else(
    bench: Bench, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes, writing = itertools.count(), History.write

    def fails_twice(*given: Any) -> None:
        if next(writes) < 2:
            raise ZeroDivisionError("nobody thought of it")
        writing(*given)

    monkeypatch.setattr(History, "write", fails_twice)
    _, _, task = bench.start()
    events = call(1, now_ms() - 5_000)
    await stream.append(events)
    await eventually(bench, events)
    assert not task.done()
    assert "ZeroDivisionError" in {writing.reason for writing in bench.told}


async def test_of_two_workers_the_one_that_leads_writes(bench: Bench, stream: Stream) -> None:
    first, _, task = bench.start()
    await until(lambda: first.token is not None)
    second, _, _ = bench.start()
    await asyncio.sleep(0.3)
    assert second.token is None
    events = call(1, now_ms() - 1_000)
    await stream.append(events)
    await eventually(bench, events)
    task.cancel()
    await until(lambda: second.token is not None)
    more = call(2, now_ms() - 1_000)
    await stream.append(more)
    await eventually(bench, [*events, *more])


async def test_the_leading_worker_takes_out_what_is_older_than_it_is_kept_and_not_a_millisecond_more(
    redis: Any, namespace: str, tmp_path: Path
) -> None:
    """docs/privacy.md: 400 days of queues, 90 of persons, 8 of contacts, 730 of the trail; once an hour."""
    at_ms, keys, record = 1_795_000_000_000, Keys(namespace), open_record(tmp_path)
    history, audit = History(record), Audit(record)
    limits = {"queues": at_ms - 400 * DAY_MS, "groups": at_ms - 400 * DAY_MS, "agents": at_ms - 90 * DAY_MS}

    def tell(contact: str) -> None:
        """Two of each: one that is as old as may be, and one that is a millisecond older."""
        intervals = {
            Interval(kind, "x", limit - older, "event"): {"answered": 1}
            for kind, limit in limits.items()
            for older in (0, 1)
        }
        contacts = {
            ("pbx", f"{contact}{older}"): Known(at_ms - 8 * DAY_MS - older, "support", "x", None, {}, {})
            for older in (0, 1)
        }
        history.fill(intervals, [], contacts)
        for older in (0, 1):
            audit.write(at_ms - 730 * DAY_MS - older, "Olena", f"{contact}{older}")

    def kept() -> tuple[dict[str, list[int]], list[str], list[str]]:
        intervals = {kind: sorted(limit - at for at in history.read(kind, "x", 0, 1 << 62, "event"))
                     for kind, limit in limits.items()}  # fmt: skip
        contacts = history.kept([("pbx", f"{name}{older}") for name in "ab" for older in (0, 1)])
        return (
            intervals,
            sorted(contact for _, contact in contacts),
            [line.what for line in audit.read() if line.what in ("a0", "a1", "b0", "b1")],
        )

    pipeline = Pipeline(Stream(redis, keys), Checkpoints(redis, keys), lambda: at_ms)
    pipeline.floor.advance(at_ms)
    notes = ShiftNotes(record)
    historian = Historian(pipeline, history, lambda: at_ms, 400, 90, audit=(audit, 730), notes=notes)
    old, young = (
        notes.write(1, "x", who="Ann", by=by, teams=None, now_ms=written_ms).id
        for by, written_ms in (("1", at_ms - KEPT_MS - 1), ("2", at_ms - KEPT_MS))
    )
    tell("a")
    await historian.write(1)
    assert kept() == ({kind: [0] for kind in limits}, ["a0"], ["a0"])
    assert (notes.one(old), notes.one(young) is not None) == (None, True)
    tell("b")
    await historian.write(1)
    assert kept() == ({kind: [0, 1] for kind in limits}, ["a0", "b0", "b1"], ["b1", "b0", "a0"]), "once an hour"
