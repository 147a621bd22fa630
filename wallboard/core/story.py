"""What do one contact's events amount to so far? Its visits and legs, and what can be asked of them.

A Story is folded from the contact's events in order of time (core/telling.py), so a late event is simply put in its
place and the story told again.
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from wallboard.core.settings import Settings
from wallboard.core.visits import REPLACE_LOST_MS, Leg, Mark, Miss, Reply, Result, Ring, Tag, Visit

_NONE: Mapping[str, Any] = {}  # one for all stories


class Story:
    """All that was told of one contact so far. It knows nothing of other contacts, of windows or of now."""

    __slots__ = (
        "_aliases", "_source", "bare_rings", "customer", "last_ms", "legs", "marks", "missed", "refused",
        "replies", "result", "rung", "settings", "tags", "unanswered_ms", "visits",
    )  # fmt: skip

    def __init__(self, source: str, settings: Settings) -> None:
        self._source = source
        self.settings = settings
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

    @property
    def is_under_way(self) -> bool:
        """Open for the customer, who knows nothing of wrap-up."""
        for leg in self.legs:
            if leg.ended_ms is None:
                return True
        for visit in self.visits:
            if visit.ended_ms is None:
                return True
        return bool(self.bare_rings)

    @property
    def over_ms(self) -> int:
        """When it last added something: what was told, or a wrap-up that ended by itself."""
        return max([self.last_ms, *[leg.closed_ms for leg in self.legs if leg.closed_ms is not None]])

    @property
    def channel(self) -> str:
        return self.visits[-1].channel if self.visits else self.legs[-1].channel if self.legs else "voice"

    @property
    def home(self) -> str | None:
        """The queue that a text contact belongs to: that of its running leg, else of its last visit."""
        legs = [leg.queue for leg in self.legs if leg.ended_ms is None and leg.queue]
        return legs[-1] if legs else self.visits[-1].queue if self.visits else None

    @property
    def queues(self) -> set[str]:
        """Those in which it ever waited or was talked to."""
        return {visit.queue for visit in self.visits} | {leg.queue for leg in self.legs if leg.queue}

    @property
    def queues_now(self) -> set[str]:
        """Those in which it is open."""
        waiting = {visit.queue for visit in self.visits if visit.ended_ms is None}
        return waiting | {leg.queue for leg in self.legs if leg.queue and (leg.closed_ms is None or leg.untold)}

    def begun_after(self, at_ms: int) -> str | None:
        """How soon after that instant what first began then, in words: why an event of that instant did so little."""
        begun = [(leg.begun_ms, f"{leg.agent} answered") for leg in self.legs]
        begun += [(visit.begun_ms, f"it waited in {visit.queue}") for visit in self.visits]
        later = min([one for one in begun if one[0] > at_ms], default=None)
        return later and f"{(later[0] - at_ms) / 1000:.1f} s before {later[1]}"

    def open_visit(self, queue: str | None, at_ms: int | None = None) -> Visit | None:
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

    def lost_visit(self, queue: str | None, at_ms: int) -> Visit | None:
        """The latest visit that ended as lost less than 15 minutes ago: its true outcome may be told now."""
        for visit in reversed(self.visits):
            if queue in (None, visit.queue):
                recent = visit.ended_ms is not None and at_ms - visit.ended_ms <= REPLACE_LOST_MS
                return visit if visit.outcome == "lost" and recent else None
        return None

    @property
    def last_agent(self) -> str | None:
        return self.legs[-1].agent if self.legs else None

    def open_leg(self, agent: str) -> Leg | None:
        return next((leg for leg in reversed(self.legs) if leg.agent == agent and leg.ended_ms is None), None)

    def talks(self) -> bool:
        return any(leg.ended_ms is None for leg in self.legs)

    def stop_bare_rings(self, at_ms: int) -> None:
        if self.bare_rings:
            self.rung += tuple(Ring(agent, since_ms, at_ms) for agent, since_ms in self.bare_rings.items())
            self.bare_rings = _NONE

    def stop_ringing(self, agent: str, at_ms: int) -> None:
        if (since_ms := self.bare_rings.get(agent)) is not None:
            self.rung += (Ring(agent, since_ms, at_ms),)
            self.bare_rings = {who: since for who, since in self.bare_rings.items() if who != agent}
        for visit in self.visits:
            if agent in visit.rings:
                self.rung += (Ring(agent, visit.rings[agent], at_ms),)
                visit.rings = {who: since for who, since in visit.rings.items() if who != agent}

    def named(self, queue: str | None) -> str | None:
        return None if queue is None else self._aliases.queues.get(queue, queue)

    def queue_of(self, queue: str) -> str:
        return self._aliases.queues.get(queue, queue)

    def agent_of(self, agent: str) -> str:
        return self._aliases.agents.get(agent, agent)
