"""A platform's own figures of a queue: what it says stands over ours, what it does not say is not made to be 0."""

from typing import Any

from wallboard.core import events as ev
from wallboard.core import kpis, snapshot
from wallboard.core.explain import explain
from wallboard.core.floorevents import Figures
from wallboard.core.patch import diff
from wallboard.core.state import Floor

NOON, MINUTE = 1_795_348_800_000, 60_000


def row(floor: Floor) -> dict[str, Any]:
    return kpis.entity(floor, "queues", "q") or {}


def told(floor: Floor, minute: int, **figures: Any) -> None:
    at_ms = NOON + minute * MINUTE
    floor.apply(ev.QueueObserved(queue="q", source="acd", time=at_ms, **figures), at_ms)


def test_what_a_platform_does_not_say_of_a_queue_that_nobody_else_tells_of_is_not_known():
    floor = Floor()
    told(floor, 0, waiting=12, oldest_at=NOON - 5 * MINUTE, day=Figures(offered=40, answered=28))
    found = row(floor)
    assert {name for name in found["now"] if name != "paused_by"} == {"waiting", "oldest_at", "observed", "as_of"}
    assert found["m15"] == {"n": {}, "codes": {}, "tags": {}}
    assert found["day"] == {"n": {}, "codes": {}, "tags": {}, "offered": 40, "answered": 28}
    said = explain(floor, "queues", "q", "abandoned", "day", people=False) or {}
    assert (said["absent"], "value" in said) == ("unknown", False)
    assert diff(found, row(snapshot.load(snapshot.dump(floor)))) == {}


def test_what_is_counted_here_is_known():
    floor = Floor()
    told(floor, 0, waiting=12)
    floor.apply(ev.Queued(contact="c", queue="q", source="acd", time=NOON + MINUTE), NOON + MINUTE)
    found = row(floor)
    assert (found["now"]["waiting"], found["now"]["over_target"], found["day"]["offered"]) == (12, 0, 1)
    assert found["day"]["abandoned"] == 0


def test_where_another_source_tells_of_its_contacts_none_are_none():
    floor = Floor()
    floor.apply(ev.SignedIn(agent="anna", queues=["q"], source="pbx", time=NOON), NOON)
    told(floor, 0, waiting=12)
    assert (row(floor)["now"]["over_target"], row(floor)["day"]["offered"]) == (0, 0)
