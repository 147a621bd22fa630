"""Tests of collectors/simulator/collector.py."""

from contextlib import aclosing
from itertools import islice
from pathlib import Path

import pytest

from collectors.simulator.collector import SimulatorCollector
from collectors.simulator.simulation import simulate
from wallboard.core.errors import SourceError
from wallboard.core.events import Event, Queued, SourceRestarted
from wallboard.core.settings import Settings, settings_from
from wallboard.core.sources import Batch, Surroundings

MINUTE_MS = 60_000
NOW_MS = 29_833_333 * MINUTE_MS
FIRST_MS = NOW_MS - 75 * MINUTE_MS


def simulator(now_ms: int = NOW_MS, **options: object) -> SimulatorCollector:
    around = Surroundings(lambda: now_ms, Settings(), Path())
    return SimulatorCollector("demo", {"kind": "simulator", **options}, around)


async def first(collector: SimulatorCollector, count: int, position: str | None = None) -> list[Batch]:
    """Its first `count` batches; the clock stands still, so that only the past can be read."""
    batches: list[Batch] = []
    async with aclosing(collector.events(position)) as coming:
        async for batch in coming:
            batches.append(batch)
            if len(batches) == count:
                break
    return batches


def events_of(batches: list[Batch]) -> list[Event]:
    return [event for batch in batches for event in batch.events]


async def test_it_starts_with_the_last_hour_and_a_quarter() -> None:
    events = events_of(await first(simulator(), 3))
    assert events == list(islice(simulate(start_ms=FIRST_MS), len(events)))


async def test_what_has_not_happened_yet_is_not_told() -> None:
    """The clock stands still until the test moves it to the next event."""
    now = [NOW_MS]
    around = Surroundings(lambda: now[0], Settings(), Path())
    collector = SimulatorCollector("demo", {"kind": "simulator", "past_minutes": 10}, around)
    async with aclosing(collector.events(None)) as coming:
        async for batch in coming:
            assert max(event.time or 0 for event in batch.events) <= now[0]
            if now[0] > NOW_MS:
                break
            if len(batch.events) < 500:
                now[0] += MINUTE_MS
        else:
            pytest.fail("it ended before it had told of the next minute")


async def test_from_each_position_it_goes_on_without_gap_or_repeat() -> None:
    whole = events_of(await first(simulator(), 3))
    for taken in (1, 2):
        before = await first(simulator(), taken)
        after = await first(simulator(NOW_MS + 30 * MINUTE_MS), 1, before[-1].position)
        joined = events_of(before) + events_of(after)
        assert joined[: len(whole)] == whole[: len(joined)]


async def test_another_centre_begins_by_closing_the_old_one() -> None:
    position = (await first(simulator(), 1))[-1].position
    restart, anew = await first(simulator(agents=20), 2, position)
    assert [type(event) for event in restart.events] == [SourceRestarted]
    assert (restart.events[0].time or 0) <= (anew.events[0].time or 0)


async def test_after_days_away_it_does_not_tell_the_days_in_between() -> None:
    position = (await first(simulator(), 1))[-1].position
    later_ms = NOW_MS + 3 * 24 * 60 * MINUTE_MS
    restart, anew = await first(simulator(later_ms), 2, position)
    assert isinstance(restart.events[0], SourceRestarted)
    assert (anew.events[0].time or 0) >= later_ms - 75 * MINUTE_MS


def test_its_settings_are_settings_and_its_events_can_be_had_without_a_clock() -> None:
    assert len(settings_from(SimulatorCollector.SETTINGS).agent) == 12
    assert len(settings_from(SimulatorCollector.settings(30, 8)).queue) == 8
    assert any(isinstance(event, Queued) for event in islice(SimulatorCollector.simulate(7), 500))


def test_a_wrong_option_is_fatal_and_named() -> None:
    with pytest.raises(SourceError, match=r"unknown option .agnets.") as caught:
        simulator(agnets=3)
    assert caught.value.fatal
    with pytest.raises(SourceError, match=r"at .agents."):
        simulator(agents=0)
