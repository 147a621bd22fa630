"""Who is there, and what are they doing? One agent's presence (set by the person) and activity (seen).

The profile is folded from the agent's own events in order of time; what the agent does with contacts
comes from the contacts' stories. Two layers, because "paused while still talking" is what people ask.
"""

from collections.abc import Sequence

from msgspec import Struct

from wallboard.core import events as ev
from wallboard.core.deeds import Deed, Did
from wallboard.core.timesheet import HANDLED, SERVES, Setting

# Several contacts at once fold into one activity: the first of these that holds.
PRECEDENCE = ("unreachable", "ringing", "engaged", "holding", "wrapup", "busy", "idle", "unknown")


class Item(Struct, frozen=True, gc=False):
    """One contact at an agent: `state` is ringing, engaged, holding or wrapup."""

    contact: str
    queue: str | None
    channel: str
    since_ms: int
    state: str


class Standing(Struct, frozen=True, gc=False):
    """A presence, its reason, since when."""

    presence: str
    reason: str | None
    since_ms: int


class Profile(Struct, gc=False):
    """What an agent's own events amount to."""

    name: str | None = None
    team: str | None = None
    slots: int = 1
    queues: list[str] = []
    overall: Standing | None = None
    by_queue: dict[str, Standing] = {}
    device: str | None = None  # agent.activity: what a device says
    device_ms: int = 0

    def step(self, event: ev.Event, at_ms: int, queue_of: "dict[str, str]") -> Deed:
        """`queue_of`: aliases of queue names at this source."""
        match event:
            case ev.SignedIn():
                return self._signed_in(event, at_ms, queue_of)
            case ev.SignedOut():
                return self._set("offline", None, None, at_ms)
            case ev.PresenceSet():
                queue = None if event.queue is None else queue_of.get(event.queue, event.queue)
                return self._set(event.presence, event.reason, queue, at_ms)
            case ev.AgentCorrected():
                return self._set(event.presence, None, None, at_ms)
            case ev.ActivitySeen():
                self.device, self.device_ms = event.activity, at_ms
                return Deed(Did.AGENT, f"{event.agent} seen {event.activity}")
            case ev.QueuesSet():
                self._serve(event.queues, queue_of)
                return Deed(Did.AGENT, f"{event.agent} serves {len(self.queues)} queues")
        return Deed(Did.NOTED, f"noted {ev.type_of(event)}")

    def in_queue(self, queue: str) -> Standing | None:
        return self.by_queue.get(queue, self.overall)

    @property
    def member_of(self) -> list[str]:
        return list(dict.fromkeys([*self.queues, *self.by_queue])) if self.by_queue else self.queues

    @property
    def served(self) -> list[str]:
        """Queues that the agent is signed in to."""
        if not self.by_queue:
            return self.queues
        here = ((queue, self.in_queue(queue)) for queue in self.member_of)
        return [queue for queue, standing in here if standing is None or standing.presence != "offline"]

    @property
    def standing(self) -> Standing | None:
        """As shown: offline wins, then paused in at least one queue, then ready; None where nobody said."""
        if not self.by_queue or (self.overall and self.overall.presence == "offline"):
            return self.overall
        told = [found for queue in self.member_of if (found := self.in_queue(queue))]
        if not told:
            return self.overall
        paused = [one for one in told if one.presence == "paused"]
        if paused:
            return min(paused, key=lambda one: one.since_ms)
        there = [one for one in told if one.presence != "offline"]  # signed out of one queue is not gone
        return max(there or told, key=lambda one: one.since_ms)

    def _signed_in(self, event: ev.SignedIn, at_ms: int, queue_of: dict[str, str]) -> Deed:
        self.name = event.name or self.name
        self.team = event.team or self.team
        self.slots = event.slots or self.slots
        if event.queues is not None:
            self._serve(event.queues, queue_of)
        if self.overall is None or self.overall.presence == "offline":
            return self._set("ready", None, None, at_ms)
        return Deed(Did.AGENT, f"{event.agent} was signed in already")

    def _serve(self, queues: list[str], queue_of: dict[str, str]) -> None:
        self.queues = list(dict.fromkeys(queue_of.get(queue, queue) for queue in queues))
        self.by_queue = {queue: standing for queue, standing in self.by_queue.items() if queue in self.queues}

    def _set(self, presence: str, reason: str | None, queue: str | None, at_ms: int) -> Deed:
        where = self.by_queue.get(queue) if queue else self.overall
        same = where is not None and (where.presence, where.reason) == (presence, reason)
        now = where if same and where else Standing(presence, reason, at_ms)
        if queue:
            self.by_queue = {**self.by_queue, queue: now}
        else:
            self.overall, self.by_queue = now, {}
        words = presence + (f" ({reason})" if reason else "") + (f" in {queue}" if queue else "")
        return Deed(Did.AGENT, f"already {words}" if same else words)


def goes_offline(event: ev.Event) -> bool:
    """Says it of the person as a whole, and not of one queue."""
    match event:
        case ev.SignedOut():
            return True
        case ev.PresenceSet():
            return event.presence == "offline" and event.queue is None
        case ev.AgentCorrected():
            return event.presence == "offline"
    return False


def setting(profile: Profile, at_ms: int) -> Setting:
    """What presence and device say from `at_ms` on."""
    standing = profile.standing
    presence, reason = (standing.presence, standing.reason) if standing else (None, None)
    if presence is not None and profile.overall is None:
        presence = None  # paused or ready in a queue, but nobody said that they signed in
    return Setting(at_ms, presence, reason, profile.device, profile.device_ms, SERVES + SERVES.join(profile.served))


def has_room(activity: str, held: Sequence[str], slots: int) -> bool:
    """A free slot, nothing ringing, not busy elsewhere. `held`: the state of each contact in hand; a wrap-up takes a
    slot as a talk does, and so does what only a device tells of. What rings counts, whatever the device says."""
    if "ringing" in held:
        return False
    if activity in HANDLED:
        return max(1, len(held)) < slots
    return activity in ("idle", "unknown") and sum(state != "wrapup" for state in held) < slots


def activity(profile: Profile, items: list[Item], released_ms: int, last_contact_ms: int) -> tuple[str, int]:
    """The folded activity and since when. `released_ms`: when the agent last let go of a contact."""
    if profile.device and profile.device_ms > last_contact_ms:
        return profile.device, profile.device_ms
    if len(items) == 1:
        return items[0].state, items[0].since_ms
    for state in PRECEDENCE if items else ():
        if since := [item.since_ms for item in items if item.state == state]:
            return state, min(since)
    quiet_since = max(released_ms, profile.overall.since_ms if profile.overall else 0)
    return ("idle", quiet_since) if quiet_since else ("unknown", last_contact_ms)
