"""What do one contact's events amount to? Visits, legs, and what each event did.

A Story is folded from the contact's events in order of time. It knows nothing of other contacts, of
windows or of now, so a late event is simply put in its place and the story told again.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from wallboard.core import events as ev
from wallboard.core.settings import Settings

REPLACE_LOST_MS = 15 * 60_000  # a log may correct "left, reason unknown" for so long

FLOWED_OUT = frozenset({"timeout", "empty", "key", "full", "overflow", "transfer", "voicemail", "withdrawn"})


_NONE: Mapping[str, Any] = {}  # one for all stories


class Did(Enum):
    """What an event did: the first hour's question is "why is my event not on the board?"."""

    OPENED_VISIT = "opened visit"
    ENDED_VISIT = "ended visit"
    CORRECTED = "corrected"
    OPENED_LEG = "opened leg"
    CHANGED_LEG = "changed leg"
    ENDED_LEG = "ended leg"
    RANG = "rang"
    MISSED = "missed"
    REFUSED = "refused at the door"
    NOTED = "noted"
    NOTHING = "nothing"
    NEW = "new"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    REJECTED = "rejected"
    LATE = "late"
    CLAMPED = "clamped"
    OVERFLOW = "overflow"
    AGENT = "agent"
    SETTINGS = "settings"


class Deed(Struct, frozen=True, gc=False):
    """What happened and its words, e.g. `opened visit 2 in support`."""

    code: Did
    text: str


class SightedWaiting(ev.Queued, frozen=True, kw_only=True, tag="floor.waiting"):
    """A listed caller: opens a visit only where none is open (made by the state from `floor.observed`)."""


class SightedGone(ev.Left, frozen=True, kw_only=True, tag="floor.gone"):
    """A caller that a whole listing left out: ends the visit as lost."""


class Visit(Struct, array_like=True, gc=False):
    """One stay of the contact in one queue; waiting while `ended_ms` is None."""

    queue: str
    number: int
    channel: str
    begun_ms: int
    direction: str | None = None
    via: str | None = None
    priority: int | None = None
    customer: str | None = None
    ended_ms: int | None = None
    outcome: str | None = None
    reason: str | None = None
    stated_wait_ms: int | None = None
    agent: str | None = None
    rings: dict[str, int] = {}

    @property
    def wait_ms(self) -> int:
        """The wait of a visit that ended: as the source states it, else the difference of times."""
        if self.stated_wait_ms is not None:
            return self.stated_wait_ms
        return max(0, (self.ended_ms or self.begun_ms) - self.begun_ms)


class Leg(Struct, array_like=True, gc=False):
    """One agent's part: talk until `ended_ms`, wrap-up until `closed_ms` (which may lie ahead)."""

    agent: str
    queue: str | None
    channel: str
    begun_ms: int
    waited: bool
    state: str = "engaged"
    since_ms: int = 0
    ended_ms: int | None = None
    closed_ms: int | None = None
    talk_ms: int = 0
    hold_ms: int = 0
    wrapup_ms: int = 0
    transferred: bool = False
    lost: bool = False


class Miss(NamedTuple):
    at_ms: int
    agent: str
    queue: str | None


class Ring(Struct, frozen=True, array_like=True, gc=False):
    """It rang at an agent in [begin, end)."""

    agent: str
    begin_ms: int
    end_ms: int


class Result(NamedTuple):
    """What came of it, told by another system: late, and revised as a whole contact."""

    at_ms: int
    queue: str | None
    agent: str | None
    outcome: str | None
    code: str | None
    value: float | None


class Mark(NamedTuple):
    """What the customer gave, out of `best`."""

    at_ms: int
    queue: str | None
    agent: str | None
    score: float
    best: float


class Tag(NamedTuple):
    at_ms: int
    queue: str | None
    agent: str | None


class Reply(NamedTuple):
    """A human answer to what the customer wrote at `since_ms`; `first`: nobody had answered before."""

    at_ms: int
    since_ms: int
    queue: str
    first: bool


class Story:
    """The fold. `step` takes events in order of time; at equal times in order of arrival."""

    __slots__ = (
        "_aliases", "_settings", "_source", "bare_rings", "customer", "last_ms", "legs", "marks", "missed", "refused",
        "replies", "result", "rung", "tags", "unanswered_ms", "visits",
    )  # fmt: skip

    def __init__(self, source: str, settings: Settings) -> None:
        self._source = source
        self._settings = settings
        self._aliases = settings.aliases_of(source)
        self.visits: list[Visit] = []
        self.legs: list[Leg] = []
        self.missed: tuple[Miss, ...] = ()  # what most have none of is made when there is one
        self.refused: tuple[tuple[int, str], ...] = ()
        self.replies: tuple[Reply, ...] = ()
        self.rung: tuple[Ring, ...] = ()
        self.result: Result | None = None
        self.marks: Mapping[str, Mark] = _NONE  # by kind; the last one counts
        self.tags: Mapping[str, Tag] = _NONE  # the first time that it was told
        self.bare_rings: Mapping[str, int] = _NONE  # offered to agents without a queue
        self.unanswered_ms: int | None = None  # since when the customer's last message waits
        self.customer: str | None = None  # as whoever told it first called them
        self.last_ms = 0

    def copied(self, settings: Settings) -> "Story":
        """The same so far, to go on from."""
        story = Story(self._source, settings)
        story.visits = [replace(visit) for visit in self.visits]
        story.legs = [replace(leg) for leg in self.legs]
        story.missed, story.refused, story.replies = self.missed, self.refused, self.replies
        story.rung = self.rung
        story.result, story.marks, story.tags = self.result, self.marks, self.tags
        story.bare_rings, story.unanswered_ms, story.last_ms = self.bare_rings, self.unanswered_ms, self.last_ms
        story.customer = self.customer
        return story

    def step(self, event: ev.Event, at_ms: int) -> Deed:
        if at_ms > self.last_ms:
            self.last_ms = at_ms
        if self.customer is None and type(event) is not ev.Rated:
            self.customer = getattr(event, "customer", None)
        step = _STEPS.get(type(event))
        return step(self, event, at_ms) if step else Deed(Did.NOTED, f"noted {ev.type_of(event)}")

    @property
    def is_open(self) -> bool:
        for leg in self.legs:
            if leg.ended_ms is None:
                return True
        for visit in self.visits:
            if visit.ended_ms is None:
                return True
        return bool(self.bare_rings)

    @property
    def channel(self) -> str:
        return self.visits[-1].channel if self.visits else self.legs[-1].channel if self.legs else "voice"

    @property
    def home(self) -> str | None:
        """The queue that a text contact belongs to: that of its running leg, else of its last visit."""
        legs = [leg.queue for leg in self.legs if leg.ended_ms is None and leg.queue]
        return legs[-1] if legs else self.visits[-1].queue if self.visits else None

    def begun_after(self, at_ms: int) -> str | None:
        """How soon after that instant what first began then, in words: why an event of that instant did so little."""
        begun = [(leg.begun_ms, f"{leg.agent} answered") for leg in self.legs]
        begun += [(visit.begun_ms, f"it waited in {visit.queue}") for visit in self.visits]
        later = min([one for one in begun if one[0] > at_ms], default=None)
        return later and f"{(later[0] - at_ms) / 1000:.1f} s before {later[1]}"

    # Visits

    def _queued(self, event: ev.Queued, at_ms: int) -> Deed:
        queue = self._queue(event.queue)
        older = self._open_visit(queue)
        if isinstance(event, SightedWaiting) and (older or self._talks()):
            return Deed(Did.NOTHING, f"already known in {queue}")
        if older:
            self._end_visit(older, at_ms, "lost")
        # A visit cannot begin after it was told: `since` only reaches back.
        begun = min(event.since if event.since is not None else at_ms, at_ms)
        number = 1 + sum([visit.queue == queue for visit in self.visits])
        channel = event.channel or self._settings.for_queue(queue).channel
        self.visits.append(
            Visit(queue, number, channel, begun, event.direction, event.via, event.priority, event.customer)
        )
        return Deed(Did.OPENED_VISIT, f"opened visit {number} in {queue}")

    def _ringing(self, event: ev.Ringing, at_ms: int) -> Deed:
        agent = self._agent(event.agent)
        visit = self._open_visit(self._named(event.queue), at_ms)
        if visit:
            visit.rings = {**visit.rings, agent: visit.rings.get(agent, at_ms)}
            return Deed(Did.RANG, f"rings at {agent} from {visit.queue}")
        if self.visits:
            return Deed(Did.NOTHING, f"rang nothing: no open visit{_within(event.queue)}")
        self.bare_rings = {**self.bare_rings, agent: self.bare_rings.get(agent, at_ms)}
        return Deed(Did.RANG, f"rings at {agent}")

    def _missed(self, event: ev.Missed, at_ms: int) -> Deed:
        agent = self._agent(event.agent)
        queue = self._named(event.queue)
        visit = self._open_visit(queue, at_ms)
        self._stop_ringing(agent, at_ms)
        where = visit.queue if visit else queue or (self.visits[-1].queue if self.visits else None)
        self.missed += (Miss(at_ms, agent, where),)
        return Deed(Did.MISSED, f"missed by {agent}")

    def _answered(self, event: ev.Answered, at_ms: int) -> Deed:
        agent = self._agent(event.agent)
        queue = self._named(event.queue)
        visit = self._open_visit(queue, at_ms) or self._lost_visit(queue, at_ms)
        if visit is None and any(leg.agent == agent and leg.ended_ms is None for leg in self.legs):
            return Deed(Did.NOTHING, f"answered nothing: {agent} already has it")
        if visit:
            corrected = visit.ended_ms is not None
            self._end_visit(visit, at_ms, "answered", event.wait_s)
            visit.agent = agent
        channel = event.channel or (visit.channel if visit else self._settings.for_queue(queue or "").channel)
        self._stop_bare_rings(at_ms)
        if visit is None and queue is None and self.visits:
            queue = self.visits[-1].queue
        self.legs.append(Leg(agent, visit.queue if visit else queue, channel, at_ms, visit is not None, since_ms=at_ms))
        if visit is None:
            return Deed(Did.OPENED_LEG, f"opened a direct leg of {agent}: no open visit{_within(event.queue)}")
        code = Did.CORRECTED if corrected else Did.OPENED_LEG
        return Deed(code, f"answered visit {visit.number} in {visit.queue} by {agent}")

    def _abandoned(self, event: ev.Abandoned, at_ms: int) -> Deed:
        return self._gone(event, at_ms, "abandoned", None)

    def _left(self, event: ev.Left, at_ms: int) -> Deed:
        queue = self._named(event.queue)
        if queue and not any(visit.queue == queue for visit in self.visits):
            self.refused += ((at_ms, queue),)
            return Deed(Did.REFUSED, f"refused at the door of {queue}: {event.reason}")
        return self._gone(event, at_ms, _outcome(event.reason), event.reason)

    def _gone(self, event: ev.Abandoned | ev.Left, at_ms: int, outcome: str, reason: str | None) -> Deed:
        queue = self._named(event.queue)
        visit = self._open_visit(queue, at_ms)
        code = Did.ENDED_VISIT
        if visit is None:
            visit = self._lost_visit(queue, at_ms) if outcome != "lost" else None
            code = Did.CORRECTED
        if visit is None:
            return Deed(Did.NOTHING, f"ended nothing: no open visit{_within(event.queue)}")
        self._end_visit(visit, at_ms, outcome, event.wait_s, reason)
        return Deed(code, f"ended visit {visit.number} in {visit.queue}: {reason or outcome}")

    def _end_visit(
        self, visit: Visit, at_ms: int, outcome: str, wait_s: float | None = None, reason: str | None = None
    ) -> None:
        """The end; where it corrects `lost`, the earlier instant stays unless the new one is earlier."""
        ended = at_ms if visit.ended_ms is None else min(visit.ended_ms, at_ms)
        visit.ended_ms = max(visit.begun_ms, ended)
        if visit.rings:
            for agent, since_ms in visit.rings.items():
                self.rung += (Ring(agent, since_ms, at_ms),)
            visit.rings = {}
        visit.outcome, visit.reason = outcome, reason
        visit.stated_wait_ms = visit.stated_wait_ms if wait_s is None else round(wait_s * 1000)

    # Legs

    def _held(self, event: ev.Held | ev.Resumed, at_ms: int) -> Deed:
        leg = self._open_leg(self._agent(event.agent))
        if leg is None:
            return Deed(Did.NOTHING, f"{ev.type_of(event)} of nothing: no open leg of {event.agent}")
        if leg.state == "holding":
            leg.hold_ms += at_ms - leg.since_ms
        leg.state = "holding" if isinstance(event, ev.Held) else "engaged"
        leg.since_ms = at_ms
        return Deed(Did.CHANGED_LEG, f"{leg.state} at {leg.agent}")

    def _message(self, event: ev.Message, at_ms: int) -> Deed:
        if event.by == "customer" and self.unanswered_ms is None:
            self.unanswered_ms = at_ms
        elif event.by == "agent":
            if self.unanswered_ms is not None and (queue := self.home):
                self.replies += (Reply(at_ms, self.unanswered_ms, queue, not self.replies),)
            self.unanswered_ms = None
        return Deed(Did.NOTED, f"message by {event.by}")

    def _ended(self, event: ev.Ended | ev.Transferred, at_ms: int) -> Deed:
        agent = self._agent(event.agent) if event.agent else None
        queue = self._named(event.queue)
        legs = self._legs_that_end(agent, queue, at_ms)
        for leg in legs:
            self._end_leg(leg, event, at_ms)
        waiting: list[Visit] = []
        if isinstance(event, ev.Ended) and (agent is None or not any(leg.agent == agent for leg in self.legs)):
            waiting = [
                v for v in self.visits if v.ended_ms is None and queue in (None, v.queue) and v.begun_ms <= at_ms
            ]
            for visit in waiting:
                self._end_visit(visit, at_ms, "lost", event.wait_s)
            self._stop_bare_rings(at_ms)
        if agent is None:
            self.unanswered_ms = None
        if legs:
            return Deed(Did.ENDED_LEG, f"ended leg of {', '.join([leg.agent for leg in legs])}")
        if waiting:
            return Deed(Did.ENDED_VISIT, f"ended visit {waiting[-1].number} in {waiting[-1].queue}: lost")
        return Deed(Did.NOTHING, "ended nothing: no open leg")

    def _legs_that_end(self, agent: str | None, queue: str | None, at_ms: int) -> list[Leg]:
        """The running ones; else those that were given up as lost less than 15 minutes ago."""
        running: list[Leg] = []
        lost: list[Leg] = []
        for leg in self.legs:
            if leg.agent == agent if agent is not None else queue in (None, leg.queue):
                if leg.ended_ms is None:
                    running.append(leg)
                elif leg.lost and at_ms - leg.ended_ms <= REPLACE_LOST_MS:
                    lost.append(leg)
        return running or lost

    def _end_leg(self, leg: Leg, event: ev.Ended | ev.Transferred, at_ms: int) -> None:
        if leg.state == "holding":
            leg.hold_ms += at_ms - leg.since_ms
        if event.hold_s is not None:
            leg.hold_ms = round(event.hold_s * 1000)
        leg.talk_ms = max(0, at_ms - leg.begun_ms - leg.hold_ms)
        if event.talk_s is not None:
            leg.talk_ms = round(event.talk_s * 1000)
        leg.transferred, leg.lost = isinstance(event, ev.Transferred), False
        wrapup_ms = round(self._settings.for_queue(leg.queue).wrapup_s * 1000) if leg.queue else 0
        leg.ended_ms = leg.since_ms = at_ms
        leg.closed_ms, leg.wrapup_ms, leg.state = at_ms + wrapup_ms, wrapup_ms, "wrapup"

    def _wrapped(self, event: ev.Wrapped, at_ms: int) -> Deed:
        agent = self._agent(event.agent)
        leg = next((leg for leg in reversed(self.legs) if leg.agent == agent), None)
        if leg is None:
            return Deed(Did.NOTHING, f"wrapped nothing: no leg of {agent}")
        if leg.ended_ms is None:
            self._end_leg(leg, ev.Ended(contact=event.contact), at_ms)
        leg.wrapup_ms = at_ms - (leg.ended_ms or at_ms) if event.wrapup_s is None else round(event.wrapup_s * 1000)
        leg.closed_ms = at_ms
        return Deed(Did.CHANGED_LEG, f"wrapped up by {agent}")

    def _closed_whole(self, event: ev.ContactCorrected, at_ms: int) -> Deed:
        queue = self._named(event.queue)
        visits = [v for v in self.visits if v.ended_ms is None and queue in (None, v.queue)]
        legs = [leg for leg in self.legs if leg.ended_ms is None and queue in (None, leg.queue)]
        for visit in visits:
            self._end_visit(visit, at_ms, "lost")
        for leg in legs:
            leg.ended_ms = leg.closed_ms = at_ms
            leg.lost = True
        self._stop_bare_rings(at_ms)
        self.unanswered_ms = None
        if visits or legs:
            return Deed(Did.ENDED_VISIT, f"ended {len(visits)} visits and {len(legs)} legs as lost")
        return Deed(Did.NOTHING, "ended nothing: nothing was open")

    # What other systems add

    def _resulted(self, event: ev.Outcome, at_ms: int) -> Deed:
        before = self.result or Result(0, None, None, None, None, None)
        self.result = Result(
            at_ms, self.home, self._last_agent(), event.outcome or before.outcome, event.code or before.code,
            before.value if event.value is None else event.value,
        )  # fmt: skip
        return self._added(f"outcome {event.outcome or event.code or event.value}")

    def _rated(self, event: ev.Rated, at_ms: int) -> Deed:
        queue, agent = self._named(event.queue) or self.home, event.agent and self._agent(event.agent)
        kind = event.kind or "csat"
        best = event.best or (10 if kind == "nps" else 5)
        self.marks = {**self.marks, kind: Mark(at_ms, queue, agent or self._last_agent(), event.score, best)}
        return Deed(Did.NOTED, f"marked {event.score:g} of {best:g}")

    def _tagged(self, event: ev.Tagged, at_ms: int) -> Deed:
        agent = self._agent(event.agent) if event.agent else self._last_agent()
        if event.tag not in self.tags:
            self.tags = {**self.tags, event.tag: Tag(at_ms, self.home, agent)}
        return self._added(f"tagged {event.tag}")

    def _added(self, words: str) -> Deed:
        unknown = not (self.visits or self.legs)
        return (
            Deed(Did.NOTHING, f"{words}, but nothing else is known of this contact")
            if unknown
            else Deed(Did.NOTED, words)
        )

    def _last_agent(self) -> str | None:
        return self.legs[-1].agent if self.legs else None

    # Finding

    def _open_visit(self, queue: str | None, at_ms: int | None = None) -> Visit | None:
        """The visit (in `queue`, if given) with the latest begin that is still open at `at_ms`."""
        found: Visit | None = None
        for visit in self.visits:
            if (
                visit.ended_ms is None
                and (queue is None or queue == visit.queue)
                and (at_ms is None or visit.begun_ms <= at_ms)
                and (found is None or visit.begun_ms > found.begun_ms)
            ):
                found = visit
        return found

    def _lost_visit(self, queue: str | None, at_ms: int) -> Visit | None:
        """The latest visit that ended as lost less than 15 minutes ago: its true outcome may be told now."""
        for visit in reversed(self.visits):
            if queue in (None, visit.queue):
                recent = visit.ended_ms is not None and at_ms - visit.ended_ms <= REPLACE_LOST_MS
                return visit if visit.outcome == "lost" and recent else None
        return None

    def _open_leg(self, agent: str) -> Leg | None:
        return next((leg for leg in reversed(self.legs) if leg.agent == agent and leg.ended_ms is None), None)

    def _talks(self) -> bool:
        return any(leg.ended_ms is None for leg in self.legs)

    def _stop_bare_rings(self, at_ms: int) -> None:
        if self.bare_rings:
            self.rung += tuple(Ring(agent, since_ms, at_ms) for agent, since_ms in self.bare_rings.items())
            self.bare_rings = _NONE

    def _stop_ringing(self, agent: str, at_ms: int) -> None:
        if (since_ms := self.bare_rings.get(agent)) is not None:
            self.rung += (Ring(agent, since_ms, at_ms),)
            self.bare_rings = {who: since for who, since in self.bare_rings.items() if who != agent}
        for visit in self.visits:
            if agent in visit.rings:
                self.rung += (Ring(agent, visit.rings[agent], at_ms),)
                visit.rings = {who: since for who, since in visit.rings.items() if who != agent}

    def _named(self, queue: str | None) -> str | None:
        return None if queue is None else self._aliases.queues.get(queue, queue)

    def _queue(self, queue: str) -> str:
        return self._aliases.queues.get(queue, queue)

    def _agent(self, agent: str) -> str:
        return self._aliases.agents.get(agent, agent)


_STEPS: dict[type[ev.Event], Callable[[Story, Any, int], Deed]] = {
    ev.Queued: Story._queued,
    SightedWaiting: Story._queued,
    ev.Ringing: Story._ringing,
    ev.Missed: Story._missed,
    ev.Answered: Story._answered,
    ev.Held: Story._held,
    ev.Resumed: Story._held,
    ev.Message: Story._message,
    ev.Abandoned: Story._abandoned,
    ev.Left: Story._left,
    SightedGone: Story._left,
    ev.Transferred: Story._ended,
    ev.Ended: Story._ended,
    ev.Wrapped: Story._wrapped,
    ev.ContactCorrected: Story._closed_whole,
    ev.Outcome: Story._resulted,
    ev.Rated: Story._rated,
    ev.Tagged: Story._tagged,
}


def _outcome(reason: str) -> str:
    if reason in FLOWED_OUT:
        return "flowed_out"
    return {"callback": "callback"}.get(reason, "lost")


def _within(queue: str | None) -> str:
    return f" in {queue}" if queue else ""
