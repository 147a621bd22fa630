"""The waiting list of a queue: who waits, the longest first; the same contacts that the number counts."""

from wallboard.core import events as ev
from wallboard.core import kpis
from wallboard.core.settings import Queue, Settings
from wallboard.core.state import Floor
from wallboard.core.waiting import MOST, waiting

NOON, SECOND = 1_795_348_800_000, 1000


def floor_with(*events: ev.Event, config: Settings | None = None) -> Floor:
    floor = Floor(config)
    for event in events:
        floor.apply(event, NOON)
    return floor


def queued(contact: str, wait_s: float, queue: str = "support", priority: int | None = None) -> ev.Queued:
    since_ms = NOON - round(wait_s * SECOND)
    return ev.Queued(contact=contact, queue=queue, priority=priority, channel="voice", source="pbx", time=since_ms)


def test_the_longest_wait_stands_first_and_who_was_answered_or_waits_elsewhere_is_not_there():
    floor = floor_with(
        queued("a", 10), queued("b", 30, priority=5), queued("c", 20), queued("d", 40, "sales"),
        ev.Answered(contact="c", agent="anna", source="pbx", time=NOON),
    )  # fmt: skip
    assert waiting(floor, "support") == (2, [
        {"contact": "b", "source": "pbx", "channel": "voice", "since": NOON - 30_000, "priority": 5},
        {"contact": "a", "source": "pbx", "channel": "voice", "since": NOON - 10_000},
    ])  # fmt: skip


def test_fifty_are_shown_and_all_are_counted():
    floor = floor_with(*(queued(f"c{nth}", nth) for nth in range(60)))
    total, shown = waiting(floor, "support")
    assert (total, len(shown), shown[0]["contact"], shown[-1]["contact"]) == (60, MOST, "c59", "c10")


def test_longer_than_the_queue_allows_is_doubtful_as_the_number_says():
    config = Settings(queue={"support": Queue(max_wait_s=60)})
    floor = floor_with(queued("ghost", 60.001), queued("edge", 60), config=config)
    assert [row.get("doubtful", False) for row in waiting(floor, "support").shown] == [True, False]
    assert kpis.document(floor)["queues"]["support"]["now"]["doubtful"] == 1


def test_what_a_lead_closes_waits_no_more():
    floor = floor_with(queued("ghost", 60))
    floor.apply(ev.ContactCorrected(contact="ghost", contact_source="pbx", who="Olena", source="wallboard"), NOON)
    assert waiting(floor, "support") == (0, [])
