"""What did this person do today? Their own contacts and figures, for nobody but themselves."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from wallboard.core.contactrow import Contact, Key
from wallboard.core.kpis import entity
from wallboard.core.state import Floor
from wallboard.core.visits import Leg

MOST = 50  # contacts that are told one by one
LOOK_MS = 600_000  # contacts rest after 15 minutes: those of the last ten are found at the person
TAGS = ("thanks", "hostile")

Document = dict[str, Any]


class OwnDays:
    """Who had which contact. All contacts are looked through once in ten minutes, and only if somebody asks."""

    def __init__(self) -> None:
        self._floor: Floor | None = None
        self._looked_ms = 0
        self._keys: dict[str, set[Key]] = {}

    def of(self, floor: Floor, agent: str) -> Document:
        """`handled`, `channels`, marks, tags, the stretch of work and the last contacts. `unseen`: nothing is known."""
        floor.settle()
        row = entity(floor, "agents", agent)
        if row is None:
            return {"id": agent, "name": agent, "contacts": [], "channels": {}, "unseen": True}
        mine = self._legs(floor, agent)
        day = row.get("day", {})
        found: Document = {
            "id": agent, "name": row["name"], "handled": day.get("handled", 0), "missed": day.get("missed", 0),
            "talk_s": day.get("talk_s", 0), "signed_in_s": day.get("signed_in_s", 0),
            "channels": dict(Counter(leg.channel for _, leg in mine if _is_handled(leg, floor.now_ms))),
            "tags": {tag: row["tags"].get(tag, 0) for tag in TAGS},
            "contacts": [_told(contact, leg, agent, floor) for contact, leg in mine[:MOST]],
        }  # fmt: skip
        found |= {
            name: day[name] for name in ("rated", "rating_avg", "rating_best", "longest_stretch_s") if name in day
        }
        if "stretch_since" in row and row.get("presence") != "offline":
            found["stretch_since"] = row["stretch_since"]
        if _notes_are_taken(floor):
            handled = [contact for contact, leg in mine if _is_handled(leg, floor.now_ms)]
            found["unnoted"] = sum(contact.story.result is None for contact in handled)
        return found

    def had(self, floor: Floor, agent: str, key: Key) -> bool:
        """Whether this contact was this person's today."""
        return any(contact.key == key for contact, _ in self._legs(floor, agent))

    def _legs(self, floor: Floor, agent: str) -> list[tuple[Contact, Leg]]:
        """Today's, the newest first; one that began before and went on into today is too, as in the day's figures."""
        day = floor.ground.calendar.days.get(floor.people.site_of(agent))
        found = [
            (contact, leg)
            for key in self._keys_of(floor, agent)
            if (contact := floor.contacts.contacts.get(key))
            for leg in contact.story.legs
            if leg.agent == agent and (day is None or leg.closed_ms is None or leg.closed_ms >= day.started_ms)
        ]
        return sorted(found, key=lambda one: (-one[1].begun_ms, one[0].key))

    def _keys_of(self, floor: Floor, agent: str) -> Iterable[Key]:
        if floor is not self._floor or floor.now_ms - self._looked_ms >= LOOK_MS:
            self._floor, self._looked_ms, self._keys = floor, floor.now_ms, {}
            for key, contact in floor.contacts.contacts.items():
                for leg in contact.story.legs:
                    self._keys.setdefault(leg.agent, set()).add(key)
        row = floor.people.agents.get(agent)
        return self._keys.get(agent, set()) | (row.spans.keys() if row else set())


def _is_handled(leg: Leg, now_ms: int) -> bool:
    return not leg.lost and leg.closed_ms is not None and leg.closed_ms <= now_ms


def _notes_are_taken(floor: Floor) -> bool:
    """Where no system tells outcomes, everything would be without one."""
    everything = entity(floor, "groups", "all") or {}
    return bool(everything.get("day", {}).get("noted_rate"))


def _told(contact: Contact, leg: Leg, agent: str, floor: Floor) -> Document:
    source, name = contact.key
    found: Document = {
        "contact": name, "source": source, "channel": leg.channel, "at": leg.begun_ms,
        "noted": contact.story.result is not None,
        "tags": [tag for tag in TAGS if tag in contact.story.tags and contact.story.tags[tag].agent == agent],
    }  # fmt: skip
    if leg.queue:
        found["queue"] = floor.settings.for_queue(leg.queue).name or leg.queue
    if leg.ended_ms is None:
        found["running"] = True
    else:
        found["talk_s"] = leg.talk_ms / 1000
    return found
