"""How do both halves of one PBX give each visit once? Whichever tells first wins; the log corrects and completes.

    AMI       join 176.991          connect 178.597          complete 191.211
    log       ENTERQUEUE 176        CONNECT 178              COMPLETEAGENT 191
    out       queued, answered, ended with ids `176.0/support/1/queued` … of the visit key uniqueid/queue/n

What one half has told is not told again (and if a kill comes in between, the same id makes it a duplicate in
Redis). The log's whole seconds are raised to what is known of the visit, so that no stage precedes an earlier one.
Presence is AMI's as long as it lives; what only the log told of it is told when AMI turns out to be dead.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from wallboard.core import events as ev

SAME_MS = 2500  # a log's second and a listing's whole-second wait may differ by so much from AMI's instant
FORGET_MS = 6 * 3_600_000
UNCONFIRMED = 20  # presences of one agent in one queue that AMI has not told; older ones are passed over

AMI, LOG = "ami", "log"
Pair = tuple[str, str]
Presence = tuple[str, str | None]  # with its reason


class Visit(Struct):
    number: int
    begun_ms: int
    at_ms: list[int]  # when it last came to each stage; 0: not heard of
    halves: set[str]
    told: set[str] = set()
    missed: dict[tuple[str, str], int] = {}  # (half, agent) → how often told
    lines: set[str] = set()  # of the log, by id: a log that is read again says nothing new
    over: bool = False


class Join:
    """Every event of one half goes in, with `manager_lives` telling whether AMI is connected; what is new comes out.

    `ahead_ms`: the PBX's clock against the one that AMI's events are timed by. The log's times are set back by it:
    with clocks some seconds apart each call would be two visits.
    """

    def __init__(self) -> None:
        self.ahead_ms = 0
        self._visits: dict[Pair, list[Visit]] = {}
        self._running: dict[tuple[str, str, str], Visit] = {}  # (half, contact, queue)
        self._swept_ms = 0
        self._presence: dict[Pair, Presence] = {}  # as AMI told it last, by agent and queue
        self._unconfirmed: defaultdict[Pair, deque[ev.PresenceSet]] = defaultdict(lambda: deque(maxlen=UNCONFIRMED))

    def pass_on(self, events: Iterable[ev.Event], half: str, *, manager_lives: bool) -> list[ev.Event]:
        passed = [] if manager_lives else self._only_in_log()
        for event in events:
            passed.extend(self._one(self._timed(event, half), half, manager_lives))
        return passed

    def _one(self, event: ev.Event, half: str, manager_lives: bool) -> Iterator[ev.Event]:
        if isinstance(event, ev.Queued):
            yield from self._queued(event, half)
        elif isinstance(event, ev.Ringing):
            yield event  # AMI alone tells it
        elif isinstance(event, ev.ContactEvent):
            yield from self._of_visit(event, half)
        elif isinstance(event, ev.AgentEvent) and half == LOG and manager_lives:
            self._compare(event)  # AMI tells presence at once and by queue; the log's whole seconds would flap
        else:
            if isinstance(event, ev.PresenceSet) and half == AMI:
                self._confirm(event)
            yield event

    def _timed(self, event: ev.Event, half: str) -> ev.Event:
        if half == AMI or not self.ahead_ms or event.time is None:
            return event
        return replace(event, time=max(0, event.time - self.ahead_ms))

    def _confirm(self, event: ev.PresenceSet) -> None:
        """AMI speaks of this agent in this queue: what the log said before is settled."""
        pair = event.agent, event.queue or ""
        self._presence[pair] = event.presence, event.reason
        self._unconfirmed.pop(pair, None)

    def _compare(self, event: ev.AgentEvent) -> None:
        if not isinstance(event, ev.PresenceSet):
            return
        pair = event.agent, event.queue or ""
        if self._presence.get(pair) == (event.presence, event.reason):
            self._unconfirmed.pop(pair, None)
        else:
            self._unconfirmed[pair].append(event)

    def _only_in_log(self) -> list[ev.Event]:
        """AMI is gone: presences that it should have told and did not."""
        missing = [event for told in self._unconfirmed.values() for event in told]
        self._unconfirmed.clear()
        self._presence.clear()
        return sorted(missing, key=lambda event: event.time or 0)

    def _queued(self, event: ev.Queued, half: str) -> Iterator[ev.Event]:
        at_ms = event.time or 0
        begun_ms = at_ms if event.since is None else event.since
        visits = self._visits.setdefault((event.contact, event.queue), [])
        if _known_line(event, visits):
            return
        visit = next(
            (one for one in visits if half not in one.halves and abs(one.begun_ms - begun_ms) <= SAME_MS), None
        )
        if visit is None and half == AMI and event.since is not None:  # listed again after a reconnect
            visit = next((one for one in visits if not one.over), None)
        known = visit is not None
        if visit is None:
            visit = Visit(len(visits) + 1, begun_ms, [at_ms, 0, 0, 0], {half})
            visits.append(visit)
        visit.halves.add(half)
        visit.at_ms[0] = max(visit.at_ms[0], at_ms)
        if event.id:
            visit.lines.add(event.id)
        self._running[half, event.contact, event.queue] = visit
        self._sweep(at_ms)
        if not known:
            yield replace(event, id=_id(event, visit, "queued"))

    def _of_visit(self, event: ev.ContactEvent, half: str) -> Iterator[ev.Event]:
        queue = getattr(event, "queue", None) or ""
        if _known_line(event, self._visits.get((event.contact, queue), [])):
            return
        visit = self._running.get((half, event.contact, queue)) or self._latest(event.contact, queue)
        if visit is None:  # begun before we looked
            yield event if event.id else replace(event, id=f"{event.contact}/{queue}/?/{_verb(event)}"[:256])
            return
        if event.id:
            visit.lines.add(event.id)
        verb = self._told(event, visit, half)
        if verb in visit.told or (visit.over and verb == "left-lost"):
            return
        visit.told.add(verb)
        visit.over |= verb.split("/")[0] in ("answered", "abandoned", "left-lost") or verb.startswith("left")
        stage = _stage(verb)
        visit.at_ms[stage] = max(visit.at_ms[stage], event.time or 0)
        at_ms = max(visit.at_ms[: stage + 1]) if half == LOG else event.time
        yield replace(event, id=_id(event, visit, verb), time=at_ms)

    def _told(self, event: ev.ContactEvent, visit: Visit, half: str) -> str:
        verb = _verb(event)
        if isinstance(event, ev.Missed):
            nth = visit.missed[half, verb] = visit.missed.get((half, verb), 0) + 1
            return f"{verb}/{nth}"
        return verb

    def _latest(self, contact: str, queue: str) -> Visit | None:
        visits = self._visits.get((contact, queue))
        return visits[-1] if visits else None

    def _sweep(self, now_ms: int) -> None:
        """Calls of hours ago are forgotten, so that a month of traffic costs no more than a day."""
        if now_ms - self._swept_ms < FORGET_MS / 6:
            return
        self._swept_ms = now_ms
        old = [
            pair for pair, visits in self._visits.items() if all(now_ms - max(one.at_ms) > FORGET_MS for one in visits)
        ]
        for contact, queue in old:
            del self._visits[contact, queue]
            for half in (AMI, LOG):
                self._running.pop((half, contact, queue), None)


def _known_line(event: ev.ContactEvent, visits: list[Visit]) -> bool:
    return event.id is not None and any(event.id in visit.lines for visit in visits)


def _verb(event: ev.ContactEvent) -> str:
    match event:
        case ev.Left():
            return f"left-{event.reason}"
        case ev.Ended() | ev.Transferred():
            return f"over/{event.agent}"
        case ev.Answered():
            return f"answered/{event.agent}"
        case ev.Missed():
            return f"missed/{event.agent}"
    return ev.type_of(event).removeprefix("contact.")


def _stage(verb: str) -> int:
    """What cannot precede what: a wait, an end of unknown reason, the answer or reason, the end of the talk."""
    if verb.startswith("missed"):
        return 0
    if verb == "left-lost":
        return 1
    return 3 if verb.startswith("over") else 2


def _id(event: ev.ContactEvent, visit: Visit, verb: str) -> str:
    queue = getattr(event, "queue", None) or ""
    return f"{event.contact}/{queue}/{visit.number}/{verb}"[:256]
