"""What do a collector's events amount to? Folded as the line does it: each id once, in order of arrival."""

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from wallboard.core import kpis
from wallboard.core.events import Event, decode, encode
from wallboard.core.settings import Settings, settings_from
from wallboard.core.state import Floor

# our figure of the day → its name in expected.json
OF_QUEUE = {
    "offered": "offered",
    "answered": "answered",
    "abandoned": "abandoned",
    "answered_in_target": "answered_in_sl",
    "abandoned_in_target": "abandoned_in_sl",
    "handled": "answered_and_ended",
    "missed": "ringnoanswer",
    "talk_s": "talk_sum",
}
OF_AGENT = {"answered": "answered", "handled": "ended", "missed": "ringnoanswer", "talk_s": "talk_s"}
OF_REASON = {"timeout": "timeout", "empty": "left_empty", "key": "left_by_key", "withdrawn": "withdrawn"}


def settings_of(expected: dict[str, Any], formula: str = "short") -> Settings:
    """Each queue's service level as in the PBX."""
    queues = {
        name: {"target": {"seconds": row["servicelevel_s"], "formula": formula}}
        for name, row in expected["queues"].items()
    }
    return settings_from({"queue": queues})


class Line:
    """The rest of the line behind a collector: deduplication as in Redis, then the floor."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.floor = Floor(settings)
        self.seen: set[str] = set()
        self.events: list[Event] = []
        self._arrival_ms = 0

    def take(self, events: Iterable[Event], arrival_ms: int = 0) -> None:
        for event in events:
            assert decode(encode(event)) == event, "an event that the stream could not give back"
            if event.id is not None and event.id in self.seen:
                continue
            self.seen.add(event.id or "")
            self._arrival_ms = max(self._arrival_ms, arrival_ms, event.time or 0)
            self.events.append(event)
            self.floor.apply(event, self._arrival_ms)

    def waiting(self, queue: str) -> set[str]:
        return {
            contact
            for (_, contact), one in self.floor.contacts.contacts.items()
            if any(visit.queue == queue and visit.ended_ms is None for visit in one.story.visits)
        }


def fold(events: Iterable[Event], settings: Settings | None = None) -> Floor:
    line = Line(settings)
    line.take(events)
    return line.floor


def of_queues(floor: Floor) -> dict[str, dict[str, int]]:
    """Per queue: the day's figures, and reasons of those who left, under the names of expected.json."""
    document = json.loads(json.dumps(kpis.document(floor)))
    reasons = Counter(
        (visit.queue, visit.reason or visit.outcome)
        for contact in floor.contacts.contacts.values()
        for visit in contact.story.visits
    )
    return {
        queue: {theirs: row.get("day", {}).get(ours, 0) for ours, theirs in OF_QUEUE.items()}
        | {theirs: reasons[queue, reason] for reason, theirs in OF_REASON.items()}
        | {"lost_in_restart": row.get("day", {}).get("lost", 0), "open_at_end": row["now"].get("waiting", 0)}
        for queue, row in document["queues"].items()
    }


def of_agents(floor: Floor) -> dict[str, dict[str, int]]:
    document = kpis.document(floor)
    return {
        agent: {theirs: row.get("day", {}).get(ours, 0) for ours, theirs in OF_AGENT.items()}
        for agent, row in document["agents"].items()
    }


def assert_as_expected(floor: Floor, expected: dict[str, Any]) -> None:
    """Exactly, for every queue in which anybody called, and every agent."""
    queues, agents = of_queues(floor), of_agents(floor)
    for queue, row in expected["queues"].items():
        if row["offered"]:
            assert queues[queue] == {name: row[name] for name in queues[queue]}, queue
    for agent, row in expected["agents"].items():
        assert agents[agent] == {name: row[name] for name in agents[agent]}, agent
