"""Of what does a rule know nothing? Too few contacts, a silent source, a name of which nobody has told."""

from typing import Any

import msgspec
import pytest

from wallboard.core import events as ev
from wallboard.core.kpis import document
from wallboard.core.nodata import Looking, NoData
from wallboard.core.rules import Rule
from wallboard.core.settings import Queue, Settings
from wallboard.core.state import Floor
from wallboard.core.watchful import watchful

NOON = 1_795_348_800_000  # 2026-11-22 12:00 UTC, a Sunday
SECOND, MINUTE = 1_000, 60_000
LOST = {"metric": "abandon_rate", "window": "m15", "raise": "> 10", "queues": ["*"], "when": "always"}


def floor_with(rule: dict[str, Any], **lost: int) -> Floor:
    """Of each queue so many contacts were lost; `chat` is configured, and open in the morning only."""
    made = msgspec.convert({"when": "always"} | rule, Rule)
    assert not list(made.faults())
    known = {"chat": Queue(open="Sun 08:00-10:00")} if "chat" in lost else {}
    floor = watchful(Floor(Settings(alert={"r": made}, queue=known)))
    floor.advance(NOON)
    floor.apply(ev.SourceBeat(source="pbx", time=NOON), NOON)
    for queue, many in lost.items():
        for number in range(many):
            contact = {"contact": f"{queue}-{number}", "source": "pbx"}
            floor.apply(ev.Queued(queue=queue, time=NOON, **contact), NOON)
            floor.apply(ev.Abandoned(time=NOON + 9 * SECOND, **contact), NOON + 9 * SECOND)
    floor.advance(NOON + 10 * SECOND)
    return floor


def unknown(floor: Floor) -> NoData | None:
    looking = Looking(floor, "r", floor.now_ms)
    for of, row in looking.rows(document(floor)):
        looking.look(of, row)
    return looking.found


def of(count: int, of_: int, *why: Any, sources: tuple[str, ...] = ()) -> NoData:
    return NoData(count, of_, frozenset(why), frozenset(sources))


def test_a_rate_of_too_few_contacts_is_no_data_and_one_of_enough_is():
    assert unknown(floor_with(LOST, support=10, sales=10)) is None
    assert unknown(floor_with(LOST, support=10, sales=4)) == of(1, 2, "few")
    assert unknown(floor_with(LOST | {"min_n": 11}, support=10, sales=4)) == of(2, 2, "few")


def test_of_a_queue_that_is_closed_nothing_is_missed():
    assert unknown(floor_with(LOST, support=10, chat=1)) == of(1, 2, "few")
    assert unknown(floor_with(LOST | {"when": "open"}, support=10, chat=1)) is None
    assert unknown(floor_with(LOST | {"when": "open", "queues": ["chat"]}, chat=1)) is None


def test_what_a_silent_source_said_is_no_data_but_its_silence_is_known():
    floor = floor_with({"metric": "waiting", "raise": "> 2", "queues": ["*"]}, support=1, sales=1)
    assert unknown(floor) is None
    floor.advance(NOON + MINUTE)
    assert unknown(floor) == of(2, 2, "silent", sources=("pbx",))
    told = {"queue": "sales", "contact": "c", "source": "crm", "time": floor.now_ms}
    floor.apply(ev.Queued(**told), floor.now_ms)
    floor.advance(floor.now_ms + SECOND)
    assert unknown(floor) == of(1, 2, "silent", sources=("pbx",)), "another one tells of sales"
    silence = floor_with({"metric": "silent_s", "raise": "> 30"}, support=1)
    silence.advance(NOON + MINUTE)
    assert unknown(silence) is None


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        ({"metric": "waiting", "raise": "> 2", "queues": ["support", "suport"]}, of(1, 2, "untold")),
        ({"metric": "waiting", "raise": "> 2", "queues": ["x-*"]}, of(0, 0, "untold")),
        ({"metric": "waiting", "raise": "> 2", "queues": ["chat"]}, of(1, 1, "untold")),
        ({"metric": "waiting", "raise": "> 2", "teams": ["first"]}, of(1, 1, "untold")),
        ({"metric": "kpi.sales", "raise": "< 2"}, of(0, 0, "untold")),
        ({"metric": "no_event_s", "raise": "> 600", "queues": ["support"]}, None),
        ({"metric": "waiting", "raise": "> 2"}, None),
    ],
)
def test_what_nobody_has_told_of_is_no_data(rule: dict[str, Any], wanted: NoData | None):
    assert unknown(floor_with(rule, support=1, chat=0)) == wanted


def test_a_number_that_no_source_tells_is_no_data_unless_the_rest_decides():
    """Who is signed in was not told: `ready` is not there. Nobody waits: the rule does not hold, whatever it is."""
    ready = {"metric": "ready", "raise": "< 1"}
    waits = {"metric": "waiting", "raise": "> 0"}
    assert unknown(floor_with(ready | {"queues": ["support"]}, support=1)) == of(1, 1, "unknown")
    assert unknown(floor_with(waits | {"queues": ["support"], "and": [ready]}, support=1)) is None
    assert unknown(floor_with(waits | {"queues": ["support"], "or": [ready]}, support=1)) == of(1, 1, "unknown")


def test_of_a_source_without_heartbeats_it_says_why_nothing_is_known():
    floor = floor_with({"metric": "silent_s", "raise": "> 30"}, support=1)
    floor.apply(ev.Queued(queue="mail", contact="m", source="crm", time=floor.now_ms), floor.now_ms)
    floor.advance(floor.now_ms + SECOND)
    assert unknown(floor) == of(1, 2, "quiet")


def test_a_change_is_known_as_soon_as_its_number_is():
    rise = {"metric": "waiting", "raise": "> 5", "within": "10m", "queues": ["support"]}
    assert unknown(floor_with(rise, support=1)) is None
    rate = LOST | {"raise": "> 20", "within": "10m", "queues": ["support"]}
    assert unknown(floor_with(rate, support=1)) == of(1, 1, "few")
