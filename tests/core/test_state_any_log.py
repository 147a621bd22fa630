"""What holds for any log: the same floor in any order, in halves, however often it is looked at; nothing is lost."""

import random

import pytest
from floors import MINUTE, NOON, SECOND, at, call, floor_after
from hypothesis import given, settings
from hypothesis import strategies as st

from wallboard.core import events as ev
from wallboard.core import snapshot
from wallboard.core.kpis import document, entity
from wallboard.core.patch import apply, diff
from wallboard.core.settings import Queue, Settings, Target
from wallboard.core.state import Floor

_contact = st.sampled_from(["c1", "c2", "c3"])
_queue = st.sampled_from(["support", "sales"])
_agent = st.sampled_from(["anna", "bob"])


def _event(kind: type[ev.Event], **fields: st.SearchStrategy[object]) -> st.SearchStrategy[ev.Event]:
    return st.builds(kind, source=st.just("pbx"), **fields)


def _timed(event: ev.Event, at_s: int) -> ev.Event:
    return type(event)(**{name: getattr(event, name) for name in event.__struct_fields__} | {"time": at(at_s)})


_events = st.one_of(
    _event(ev.Queued, contact=_contact, queue=_queue),
    _event(ev.Ringing, contact=_contact, agent=_agent),
    _event(ev.Missed, contact=_contact, agent=_agent),
    _event(ev.Answered, contact=_contact, agent=_agent, queue=st.none() | _queue),
    _event(ev.Held, contact=_contact, agent=_agent),
    _event(ev.Resumed, contact=_contact, agent=_agent),
    _event(ev.Abandoned, contact=_contact),
    _event(ev.Left, contact=_contact, reason=st.sampled_from(["timeout", "key", "lost", "callback"]), queue=_queue),
    _event(ev.Transferred, contact=_contact, agent=_agent),
    _event(ev.Ended, contact=_contact, agent=st.none() | _agent),
    _event(ev.SourceRestarted),
    _event(ev.Wrapped, contact=_contact, agent=_agent),
    _event(ev.Message, contact=_contact, by=st.sampled_from(["customer", "agent", "bot"])),
    _event(ev.SignedIn, agent=_agent, queues=st.lists(_queue, max_size=2)),
    _event(ev.SignedOut, agent=_agent),
    _event(ev.PresenceSet, agent=_agent, presence=st.sampled_from(["ready", "paused", "offline"]),
           queue=st.none() | _queue),
    _event(ev.ActivitySeen, agent=_agent, activity=st.sampled_from(["busy", "unreachable", "idle"])),
)  # fmt: skip
_logs = st.lists(_events, max_size=25).flatmap(
    lambda events: st.lists(
        st.integers(-14 * 60, 0), min_size=len(events), max_size=len(events), unique=True
    ).map(lambda times: [_timed(event, at_s) for event, at_s in zip(events, times, strict=True)])
)  # fmt: skip
CONFIG = Settings(queue={"support": Queue(wrapup_s=15, target=Target(seconds=20))})


@given(_logs, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter_within_15_minutes(events: list[ev.Event], rng: random.Random):
    ordered = floor_after(sorted(events, key=lambda event: event.time), config=CONFIG)
    shuffled = list(events)
    rng.shuffle(shuffled)
    assert diff(document(ordered), document(floor_after(shuffled, config=CONFIG))) == {}


@given(_logs)
def test_at_every_instant_what_came_in_is_what_went_out_or_still_waits(events: list[ev.Event]):
    """KPIS section 1: waiting at the start + o = a + b + f + c + l + waiting at the end, in every window."""
    floor = floor_after(sorted(events, key=lambda event: event.time), config=CONFIG)
    for queue in document(floor)["queues"].values():
        if "day" in queue:
            day = queue["day"]
            ends = sum(day[name] for name in ("answered", "abandoned", "flowed_out", "callbacks", "lost"))
            assert day["offered"] == ends + queue["now"]["waiting"]


@given(_logs, st.integers(0, 25))
def test_a_floor_put_to_bytes_and_back_goes_on_alike(events: list[ev.Event], cut: int):
    whole = floor_after(events, config=CONFIG)
    halved = floor_after(events[:cut], config=CONFIG)
    if not halved.now_ms:
        return
    again = snapshot.load(snapshot.dump(halved))
    for event in events[cut:]:
        again.apply(event, NOON)
    later = NOON + 40 * MINUTE
    whole.advance(later)
    again.advance(later)
    assert diff(document(whole), document(again)) == {}


@given(_logs, st.lists(st.integers(0, 3000), max_size=6))
@settings(max_examples=60)
def test_the_patches_of_touched_entities_keep_a_reader_equal_to_the_whole_document(
    events: list[ev.Event], looks_s: list[int]
):
    floor, seen = Floor(CONFIG), {}
    for index, event in enumerate(events):
        floor.apply(event, NOON + index)
        seen = _read(floor, seen)
    for look_s in sorted(looks_s):
        floor.advance(NOON + MINUTE + look_s * SECOND)
        seen = _read(floor, seen)
    whole = {(kind, name): row for kind, rows in document(floor).items() for name, row in rows.items()}
    assert seen == whole if floor.now_ms else not seen


def _read(floor: Floor, seen: dict) -> dict:
    for kind, name in floor.take_touched():
        row = entity(floor, kind, name)
        if row is None:
            seen.pop((kind, name), None)
        else:
            before = seen.get((kind, name), {})
            seen[kind, name] = apply(before, diff(before, row))
    return seen


@pytest.mark.parametrize("step_s", [1, 7, 61, 3600])
def test_how_often_time_is_looked_at_does_not_matter(step_s: int):
    events = [*call("a", -60, answer_s=-50, end_s=-20), *call("b", -5)]
    patient, restless = floor_after(events, config=CONFIG), floor_after(events, config=CONFIG)
    for now_s in range(0, 7200, step_s):
        restless.advance(NOON + now_s * SECOND)
    patient.advance(NOON + 7200 * SECOND)
    restless.advance(NOON + 7200 * SECOND)
    assert document(patient) == document(restless)
