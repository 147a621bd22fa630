"""What a past day's alerts became is read no further than it has to be."""

from collections.abc import Iterator

from wallboard.core.bygone import DAY_MS, raised
from wallboard.core.events import AlertCleared, AlertRaised, Event, SourceBeat

DAY = 1_772_409_600_000


def one(alert: str, at_ms: int) -> Event:
    said = {"kind": "queues", "of": "support", "metric": "waiting", "limit": "> 2"}
    return AlertRaised(alert=alert, rule="long", severity="critical", value=3, time=at_ms, attributes=said)


def test_days_are_read_on_only_while_an_alert_of_that_day_is_open() -> None:
    """What is over by the end of the next day has its end there; the last event is one too many."""
    read = list[Event]()

    def told(over_ms: int) -> Iterator[Event]:
        events = [
            one("a", DAY + 1), one("next", DAY + DAY_MS), AlertCleared(alert="a", time=over_ms),
            *(SourceBeat(source="pbx", time=DAY + days * DAY_MS) for days in range(1, 7)),
        ]  # fmt: skip
        for event in sorted(events, key=lambda event: event.time or 0):
            read.append(event)
            yield event

    for over_ms, last in ((DAY + 2, DAY + 2 * DAY_MS), (DAY + 3 * DAY_MS, DAY + 3 * DAY_MS)):
        read.clear()
        found = raised(told(over_ms), DAY, DAY + DAY_MS)
        assert [(name, row.over_ms) for name, row in found.items()] == [("a", over_ms)]
        assert read[-1].time == last
