"""Rules about a person's stretch of work: whoever loads a checkpoint finds the same seconds as whoever ran on."""

import msgspec
import pytest
from ruled import NOON, SECOND, floor_with, said

from wallboard.core import events as ev
from wallboard.core import snapshot

RULE = {"metric": "stretch_s", "raise": "> 300", "clear": "< 300", "queues": [], "agents": ["anna"]}
BEGINS = [
    (1_000, ev.SignedIn(agent="anna", source="pbx", queues=["support"])),
    (1_100, ev.PresenceSet(agent="anna", presence="ready", source="pbx")),
    (2_200, ev.Queued(contact="c", queue="support", source="pbx")),
    (3_300, ev.Answered(contact="c", agent="anna", queue="support", source="pbx")),
]
IDLE = [
    (400_400, ev.Ended(contact="c", agent="anna", source="pbx")),
    (460_000, ev.Queued(contact="d", queue="support", source="pbx")),
    (461_000, ev.Answered(contact="d", agent="anna", queue="support", source="pbx")),
    (700_200, ev.Ended(contact="d", agent="anna", source="pbx")),
]
PAUSED = [
    (690_000, ev.Ended(contact="c", agent="anna", source="pbx")),
    (700_200, ev.PresenceSet(agent="anna", presence="paused", source="pbx")),
]
AHEAD_MS = 2_500


def played(events: list[tuple[int, ev.Event]], ahead_ms: int = 0, cut_s: int | None = None) -> list[tuple[str, float]]:
    """What was said until half an hour after noon; their source's clock is `ahead_ms` ahead of the arrivals."""
    floor, cut_ms = floor_with(RULE), None if cut_s is None else cut_s * SECOND
    for arrival_ms, event in [*BEGINS, *events, (1_800_000, None)]:
        if cut_ms is not None and arrival_ms > cut_ms:
            floor.advance(NOON + cut_ms)
            floor, cut_ms = snapshot.load(snapshot.dump(floor)), None
        if event:
            told = msgspec.structs.replace(event, time=NOON + arrival_ms + ahead_ms)
            floor.apply(told, NOON + arrival_ms)
        floor.advance(NOON + arrival_ms)
    return said(floor)


def test_it_is_over_when_two_minutes_without_work_are_and_not_when_they_are_told_next():
    assert played(IDLE) == [("raised", 304.0), ("cleared", 821.0)]


@pytest.mark.parametrize("ahead_ms", [0, AHEAD_MS])
@pytest.mark.parametrize("events", [IDLE, PAUSED])
def test_whoever_loads_a_checkpoint_of_any_second_says_the_same(events: list[tuple[int, ev.Event]], ahead_ms: int):
    through = played(events, ahead_ms)
    assert [what for what, _ in through] == ["raised", "cleared"]
    seconds = [*range(2, 20), *range(290, 312), *range(395, 410), *range(455, 530, 3), *range(690, 832)]
    other = {cut_s: found for cut_s in seconds if (found := played(events, ahead_ms, cut_s)) != through}
    assert not other
