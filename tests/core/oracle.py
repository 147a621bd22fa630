"""What the numbers of docs/kpis.md are, by definition: slow, obvious, from the list of events, without the core.

Every question is asked anew of the whole list. Nothing here and in the files beside it (`oracle_*`) is imported from
the package: contacts, agents and windows are worked out as a careful person would with a pencil. Here contacts.
"""

from collections.abc import Iterable
from typing import Any

from oracle_parts import Added, Answer, Ringing, Rule, Stay, Talk

MINUTE = 60_000
LONGEST = 60 * MINUTE  # of a wrap-up whose end is never told
CORRECTION = 15 * MINUTE  # for so long "lost" may be replaced by what really happened
FLOWED = {"timeout", "empty", "key", "full", "overflow", "transfer", "voicemail", "withdrawn"}


class Told:
    """What one contact's events amount to, read once from the first to the last."""

    def __init__(self, name: tuple[str, str], events: list[tuple[int, Any]], rules: dict[str, Rule]) -> None:
        self.name = name
        self.stays: list[Stay] = []
        self.talks: list[Talk] = []
        self.misses: list[tuple[int, str, str | None]] = []
        self.refusals: list[tuple[int, str]] = []
        self.rings: list[Ringing] = []
        self.result: Added | None = None
        self.marks: dict[str, Added] = {}
        self.tags: dict[str, Added] = {}
        self.asked: int | None = None  # since when the customer waits for a reply
        self.answers: list[Answer] = []
        self.rules = rules
        self.heard = 0  # when something of it was last told
        self.customer = next((e.customer for _, e in events if getattr(e, "customer", None)), None)
        for at, event in events:
            getattr(self, "on_" + kind(event).replace(".", "_"))(at, event)

    # Waiting

    def waiting(self, queue: str | None, at: int) -> Stay | None:
        fitting = [s for s in self.stays if s.ended is None and s.begun <= at and queue in (None, s.queue)]
        return max(fitting, key=lambda s: s.begun) if fitting else None

    def lately_lost(self, queue: str | None, at: int) -> Stay | None:
        fitting = [s for s in self.stays if queue in (None, s.queue)]
        if not fitting or fitting[-1].outcome != "lost":
            return None
        return fitting[-1] if at - (fitting[-1].ended or 0) <= CORRECTION else None

    def finish(self, stay: Stay, at: int, outcome: str, stated: float | None = None) -> None:
        stay.ended = max(stay.begun, at if stay.ended is None else min(at, stay.ended))
        stay.outcome = outcome
        stay.ringing = set()
        self.silence(at, [r for r in self.rings if r.stay is stay])
        if stated is not None:
            stay.stated = round(stated * 1000)

    def on_contact_queued(self, at: int, event: Any) -> None:
        for stay in [s for s in self.stays if s.ended is None and s.queue == event.queue]:
            self.finish(stay, at, "lost")
        self.stays.append(Stay(event.queue, at if event.since is None else min(event.since, at)))

    def on_contact_listed(self, at: int, event: Any) -> None:
        """By a whole truth: it waits, unless that is known, or somebody talks with it."""
        if not any(s.ended is None and s.queue == event.queue for s in self.stays) and not self.talks_now():
            self.on_contact_queued(at, event)

    def talks_now(self) -> bool:
        return any(talk.ended is None for talk in self.talks)

    def on_contact_ringing(self, at: int, event: Any) -> None:
        stay = self.waiting(event.queue, at)
        if stay is None and self.stays:
            return
        if not any(r.agent == event.agent and r.stay is stay and r.ended is None for r in self.rings):
            self.rings.append(Ringing(event.agent, stay, at))
        if stay:
            stay.ringing.add(event.agent)

    def silence(self, at: int, rings: list[Ringing]) -> None:
        for ring in rings:
            ring.ended = at if ring.ended is None else ring.ended

    def on_contact_missed(self, at: int, event: Any) -> None:
        stay = self.waiting(event.queue, at)
        for one in self.stays:
            one.ringing.discard(event.agent)
        self.silence(at, [r for r in self.rings if r.agent == event.agent])
        where = stay.queue if stay else event.queue or (self.stays[-1].queue if self.stays else None)
        self.misses.append((at, event.agent, where))

    def on_contact_abandoned(self, at: int, event: Any) -> None:
        self.leave(at, event, "abandoned")

    def on_contact_left(self, at: int, event: Any) -> None:
        if event.queue and not any(s.queue == event.queue for s in self.stays):
            self.refusals.append((at, event.queue))
            return
        outcome = "flowed_out" if event.reason in FLOWED else "callbacks" if event.reason == "callback" else "lost"
        self.leave(at, event, outcome)

    def on_contact_unlisted(self, at: int, event: Any) -> None:
        """A whole truth left it out: nobody turned it away, where it never waited."""
        self.leave(at, event, "lost")

    def leave(self, at: int, event: Any, outcome: str) -> None:
        stay = self.waiting(event.queue, at)
        if stay is None and outcome != "lost":
            stay = self.lately_lost(event.queue, at)
        if stay:
            self.finish(stay, at, outcome, event.wait_s)
            if outcome == "abandoned" and not self.is_under_way():
                self.asked = None

    # Talking

    def on_contact_answered(self, at: int, event: Any) -> None:
        stay = self.waiting(event.queue, at) or self.lately_lost(event.queue, at)
        if stay is None and any(t.agent == event.agent and t.ended is None for t in self.talks):
            return
        if stay:
            self.finish(stay, at, "answered", event.wait_s)
        self.silence(at, [r for r in self.rings if r.stay is None])
        queue = stay.queue if stay else event.queue or (self.stays[-1].queue if self.stays else None)
        for talk in [t for t in self.wrapping(at) if t.agent == event.agent]:
            self.wrap_up(talk, at)
        self.talks.append(Talk(event.agent, queue, at, stay is not None, since=at, stay=stay))

    def talking(self, agent: str) -> Talk | None:
        mine = [t for t in self.talks if t.agent == agent and t.ended is None]
        return mine[-1] if mine else None

    def on_contact_held(self, at: int, event: Any) -> None:
        self.turn(at, event.agent, "holding")

    def on_contact_resumed(self, at: int, event: Any) -> None:
        self.turn(at, event.agent, "engaged")

    def turn(self, at: int, agent: str, state: str) -> None:
        if talk := self.talking(agent):
            if talk.state == "holding":
                talk.held += at - talk.since
            talk.state, talk.since = state, at

    def on_contact_transferred(self, at: int, event: Any) -> None:
        for talk in self.over(at, event):
            talk.transferred = True

    def on_contact_ended(self, at: int, event: Any) -> None:
        known = any(t.agent == event.agent for t in self.talks)
        ended = self.over(at, event)
        if event.agent is None or not known:
            for stay in [s for s in self.stays if s.ended is None and s.begun <= at and event.queue in (None, s.queue)]:
                self.finish(stay, at, "lost", event.wait_s)
            self.silence(at, [r for r in self.rings if r.stay is None])
        if event.agent is None or (ended and not self.is_under_way()):
            self.asked = None

    def over(self, at: int, event: Any) -> list[Talk]:
        mine = [
            t for t in self.talks
            if (t.agent == event.agent if event.agent is not None else event.queue in (None, t.queue))
        ]  # fmt: skip
        running = [t for t in mine if t.ended is None]
        ended = running or [t for t in mine if t.lost and at - (t.ended or 0) <= CORRECTION]
        for talk in ended:
            self.hang_up(talk, at, event.talk_s, event.hold_s)
            talk.transferred = False
            whose = len(ended) == 1 or talk.queue == event.queue
            if whose and talk.stay and talk.stay.stated is None and event.wait_s is not None:
                talk.stay.stated = round(event.wait_s * 1000)
        return ended

    def hang_up(self, talk: Talk, at: int, talk_s: float | None = None, hold_s: float | None = None) -> None:
        if talk.state == "holding":
            talk.held += at - talk.since
        talk.held = talk.held if hold_s is None else round(hold_s * 1000)
        talk.talked = max(0, at - talk.begun - talk.held) if talk_s is None else round(talk_s * 1000)
        rule = self.rules.get(talk.queue or "", Rule()) if talk.queue else Rule(wrapup_s=0)
        talk.ended, talk.state, talk.lost, talk.since = at, "wrapup", False, at
        self.wrap_up(talk, at + round(rule.wrapup_s * 1000))
        if rule.wrapup_told:
            talk.untold, talk.closed = True, at + LONGEST

    def wrap_up(self, talk: Talk, at: int) -> None:
        talk.wrapped, talk.closed, talk.untold = at - (talk.ended or 0), at, False

    def wrapping(self, at: int) -> list[Talk]:
        """Those whose end of wrap-up is still to be told then."""
        return [t for t in self.talks if t.untold and (t.ended or 0) <= at < (t.closed or 0)]

    def give_up(self, talk: Talk, at: int) -> None:
        """Nobody told it until then: it was as long as where nobody does."""
        limit_s = self.rules.get(talk.queue or "", Rule()).wrapup_s
        self.wrap_up(talk, min(at, (talk.ended or 0) + round(limit_s * 1000)))

    def on_agent_signed_out(self, at: int, event: Any) -> None:
        for talk in [t for t in self.wrapping(at) if t.agent == event.agent]:
            self.give_up(talk, at)

    on_agent_presence = on_agent_corrected = on_agent_signed_out

    def on_contact_wrapped(self, at: int, event: Any) -> None:
        mine = [t for t in self.talks if t.agent == event.agent]
        if mine:
            if mine[-1].ended is None:
                self.hang_up(mine[-1], at)
                self.asked = self.asked if self.is_under_way() else None
            self.wrap_up(mine[-1], at)
            if event.wrapup_s is not None:
                mine[-1].wrapped = round(event.wrapup_s * 1000)

    def on_contact_message(self, at: int, event: Any) -> None:
        if event.by == "customer" and self.asked is None:
            self.asked = at
        if event.by == "agent":
            if self.asked is not None and (home := self.home()):
                self.answers.append(Answer(at, self.asked, home, not self.answers))
            self.asked = None

    def is_text(self) -> bool:
        """By the queue where it waited last; who called an agent directly is no text."""
        last = self.stays[-1].queue if self.stays else self.talks[-1].queue if self.talks else None
        return bool(last) and self.rules.get(last, Rule()).channel != "voice"

    def is_over(self, at: int) -> bool:
        return not self.wrapping(at) and not self.is_under_way()

    def is_under_way(self) -> bool:
        """Open for the customer too."""
        ringing = any(r.stay is None and r.ended is None for r in self.rings)
        return ringing or any(s.ended is None for s in self.stays) or any(t.ended is None for t in self.talks)

    # What other systems add

    def home(self) -> str | None:
        talking = [t.queue for t in self.talks if t.ended is None and t.queue]
        return talking[-1] if talking else self.stays[-1].queue if self.stays else None

    def last_agent(self) -> str | None:
        return self.talks[-1].agent if self.talks else None

    def on_contact_outcome(self, at: int, event: Any) -> None:
        what = dict(self.result.what) if self.result else {}
        for name in ("outcome", "code", "value"):
            if getattr(event, name) is not None:
                what[name] = getattr(event, name)
        self.result = Added(at, self.home(), self.last_agent(), what)

    def on_contact_rated(self, at: int, event: Any) -> None:
        kind_of = event.kind or "csat"
        best = event.best or (10 if kind_of == "nps" else 5)
        where = event.queue or self.home(), event.agent or self.last_agent()
        self.marks[kind_of] = Added(at, *where, {"score": event.score, "best": best})

    def on_contact_tagged(self, at: int, event: Any) -> None:
        if event.tag not in self.tags:
            self.tags[event.tag] = Added(at, self.home(), event.agent or self.last_agent(), {})

    def on_source_restarted(self, at: int, event: Any) -> None:
        self.lose(at, None)

    def on_contact_corrected(self, at: int, event: Any) -> None:
        """A lead says that it is not there any more."""
        self.lose(at, event.queue)

    def lose(self, at: int, queue: str | None) -> None:
        for stay in [s for s in self.stays if s.ended is None and queue in (None, s.queue)]:
            self.finish(stay, at, "lost")
        for talk in [t for t in self.talks if t.ended is None and queue in (None, t.queue)]:
            talk.ended, talk.closed, talk.lost = at, at, True
        for talk in [t for t in self.wrapping(at) if queue in (None, t.queue)]:
            self.give_up(talk, at)
        self.silence(at, [r for r in self.rings if r.stay is None])
        self.asked = None


def kind(event: Any) -> str:
    """As the contract calls it; of what only follows from others as it says itself."""
    return getattr(event, "what", None) or str(event.__struct_config__.tag)


def goes_offline(event: Any) -> bool:
    """Says it of a person as a whole, and not of one queue."""
    if kind(event) in ("agent.presence", "agent.corrected"):
        return event.presence == "offline" and getattr(event, "queue", None) is None
    return kind(event) == "agent.signed_out"


def without_repeats(events: Iterable[Any]) -> list[Any]:
    """The second of two with one source and id is no event."""
    kept: list[Any] = []
    for event in events:
        if event.id is None or not any((one.source, one.id) == (event.source, event.id) for one in kept):
            kept.append(event)
    return kept
