"""What do AMI's messages mean in our words? Pure: messages with their time in, events out.

AMI is immediate, but it does not say why a caller left: `QueueCallerAbandon` is sent for time-outs, empty queues and
withdrawals too, and a key exit sends `QueueCallerLeave` alone. Such ends are `left` with reason `lost` until the log
tells. An answer sends Leave first and AgentConnect a moment later, so a Leave is held back for LEAVE_MS (by the time
of receipt: the PBX's clock may differ).
"""

from collections.abc import Iterator
from typing import NamedTuple

from collectors.asterisk.devices import Devices
from collectors.asterisk.translate import clean, seconds
from collectors.asterisk.wire import COUNTERS, Message
from wallboard.core import events as ev

LEAVE_MS = 60
BOOT_MS = 5000  # `Uptime` is in whole seconds, and takes its time to come
LATEST_MS = 253_402_300_799_999


class Manager:
    """The state that AMI needs: who is member of what, device states, and Leaves that wait for their reason."""

    def __init__(self) -> None:
        self.devices = Devices()
        self._leaving: dict[str, Leaving] = {}  # by Uniqueid
        self._abandoned: set[tuple[str, str]] = set()
        self._listing: Listing | None = None
        self._asked_ms, self._alone = 0, True
        self._booted_ms: int | None = None
        self._core: tuple[str, str] | None = None

    def connected_anew(self) -> None:
        """What was heard on the last connection may be over; only when the PBX started is still known."""
        self.devices, self._leaving, self._abandoned, self._listing = Devices(), {}, set(), None

    def asked(self, at_ms: int, *, alone: bool = True) -> None:
        """QueueStatus was sent now: what it answers is the truth of this instant. `alone`: no log tells of ends."""
        self._asked_ms, self._alone, self._listing = at_ms, alone, Listing()

    def translate(self, message: Message, received_ms: int) -> list[ev.Event]:
        """The message's events, after those of Leaves that have waited long enough."""
        at_ms = time_of(message, received_ms)
        answered = clean(message.get("Uniqueid", "")) if message.get("Event") == "AgentConnect" else None
        events = list(self.flush(received_ms, but=answered))
        if message.get("Event") == "QueueCallerLeave":
            return events + list(self._leaves(message, at_ms, received_ms))
        return events + list(self._take(message, at_ms))

    def flush(self, now_ms: int, *, but: str | None = None) -> Iterator[ev.Event]:
        """Leaves that no answer followed: the caller is gone, nobody knows how."""
        for call, one in list(self._leaving.items()):
            if call != but and now_ms - one.received_ms >= LEAVE_MS:
                del self._leaving[call]
                yield ev.Left(contact=call, queue=one.queue, reason="lost", time=one.at_ms)

    def next_flush_ms(self) -> int | None:
        """When `flush` has something to give."""
        oldest_ms = min((one.received_ms for one in self._leaving.values()), default=None)
        return None if oldest_ms is None else oldest_ms + LEAVE_MS

    def _take(self, message: Message, at_ms: int) -> Iterator[ev.Event]:
        kind = message.get("Event", "")
        queue = clean(message.get("Queue", ""))
        call = clean(message.get("Uniqueid", ""))
        if kind in _OF_CALLS and call and queue:
            yield from self._call(kind, message, call, queue, at_ms)
        elif kind in _OF_MEMBERS and queue:
            yield from self.devices.take(kind, message, at_ms)
        elif kind == "QueueParams" and queue:
            yield from _counters(message, queue, at_ms)
            if self._listing is not None and not _only_counters(message):
                self._listing.waiting.setdefault(queue, [])
        elif kind in _OF_LISTING and self._listing is not None and not _only_counters(message):
            yield from self._listed(kind, message, queue)
        elif kind == "Shutdown":
            yield ev.SourceRestarted(time=at_ms)
        elif kind == "FullyBooted" and (uptime_s := seconds(message.get("Uptime", ""))) is not None:
            yield from self._boot(at_ms - round(uptime_s * 1000))
        elif "CoreStartupTime" in message:
            yield from self._started((message.get("CoreStartupDate", ""), message["CoreStartupTime"]), at_ms)

    def _call(self, kind: str, message: Message, call: str, queue: str, at_ms: int) -> Iterator[ev.Event]:
        agent = clean(message.get("MemberName") or message.get("Interface", ""))
        if kind == "QueueCallerJoin":
            yield ev.Queued(contact=call, queue=queue, channel="voice", direction="inbound", time=at_ms)
        elif kind == "QueueCallerAbandon":
            self._abandoned.add((call, queue))
            yield ev.Left(
                contact=call, queue=queue, reason="lost", wait_s=seconds(message.get("HoldTime", "")), time=at_ms
            )
        elif agent:
            yield from self._agent_call(kind, message, call, queue, agent, at_ms)

    def _leaves(self, message: Message, at_ms: int, received_ms: int) -> Iterator[ev.Event]:
        """Nothing yet: either it was abandoned a moment ago, or an answer may follow."""
        call, queue = clean(message.get("Uniqueid", "")), clean(message.get("Queue", ""))
        self.devices.left(call, queue)
        if (call, queue) in self._abandoned:
            self._abandoned.discard((call, queue))
        elif call and queue:
            yield from self.flush(received_ms + LEAVE_MS) if call in self._leaving else ()
            self._leaving[call] = Leaving(at_ms, received_ms, queue)

    def _boot(self, booted_ms: int) -> Iterator[ev.Event]:
        """The PBX says how long it runs; did it start anew while we were not connected?"""
        before_ms, self._booted_ms = self._booted_ms, booted_ms
        if before_ms is not None and booted_ms > before_ms + BOOT_MS:
            self._core = None
            yield ev.SourceRestarted(time=booted_ms)

    def _started(self, core: tuple[str, str], at_ms: int) -> Iterator[ev.Event]:
        """Older ones do not say how long they run, only when they started, by their own wall clock."""
        before, self._core = self._core, core
        if before is not None and before != core and self._booted_ms is None:
            yield ev.SourceRestarted(time=at_ms)

    def _agent_call(
        self, kind: str, message: Message, call: str, queue: str, agent: str, at_ms: int
    ) -> Iterator[ev.Event]:
        if kind == "AgentCalled":
            self.devices.rings(agent, call, queue)
            yield ev.Ringing(contact=call, queue=queue, agent=agent, time=at_ms)
        elif kind == "AgentConnect":
            self._leaving.pop(call, None)
            self.devices.connected(agent, call, queue)
            wait_s = seconds(message.get("HoldTime", ""))
            yield ev.Answered(contact=call, queue=queue, agent=agent, wait_s=wait_s, time=at_ms)
        elif kind in ("AgentRingNoAnswer", "AgentDump"):  # hung up while it was told who calls: the caller waits on
            self.devices.missed(agent, call, queue)
            ring_ms = seconds(message.get("RingTime", ""))  # milliseconds here, seconds in AgentConnect
            ring_s = None if ring_ms is None else ring_ms / 1000
            yield ev.Missed(contact=call, queue=queue, agent=agent, ring_s=ring_s, time=at_ms)
        else:
            self.devices.over(agent, call, queue)
            yield _ended(message, call, queue, agent, at_ms)

    def _listed(self, kind: str, message: Message, queue: str) -> Iterator[ev.Event]:
        listing = self._listing
        assert listing is not None
        if kind == "QueueStatusComplete":
            self._listing = None
            yield from self._whole(listing)
        elif not queue:
            return
        elif kind == "QueueMember":
            listing.members.append(message)
        else:
            rows = listing.waiting.setdefault(queue, [])
            call = clean(message.get("Uniqueid", ""))
            if kind == "QueueEntry" and call:
                wait_ms = round((seconds(message.get("Wait", "")) or 0) * 1000)
                rows.append(ev.ListedContact(contact=call, since=max(0, self._asked_ms - wait_ms)))

    def _whole(self, listing: "Listing") -> Iterator[ev.Event]:
        """The listing as events: first everybody who waits or is signed in, then that this is all there is."""
        asked_ms = self._asked_ms
        for queue, rows in listing.waiting.items():
            for row in rows:
                yield ev.Queued(
                    contact=row.contact, queue=queue, channel="voice", direction="inbound",
                    since=row.since, time=asked_ms,
                )  # fmt: skip
        yield from self.devices.list_members(listing.members, asked_ms)
        yield ev.FloorObserved(queues=listing.waiting, agents=self.devices.listed(alone=self._alone), time=asked_ms)
        yield from self.devices.standing(asked_ms)


class Leaving(NamedTuple):
    """A caller who left the queue, and nobody has said yet how."""

    at_ms: int
    received_ms: int
    queue: str


class Listing:
    """An answer to QueueStatus while it comes in."""

    def __init__(self) -> None:
        self.waiting: dict[str, list[ev.ListedContact]] = {}
        self.members: list[Message] = []


_OF_CALLS = frozenset({
    "QueueCallerJoin", "QueueCallerAbandon", "AgentCalled", "AgentConnect", "AgentRingNoAnswer", "AgentComplete",
    "AgentDump",
})  # fmt: skip
_OF_MEMBERS = frozenset({
    "QueueMemberStatus", "QueueMemberPause", "QueueMemberAdded", "QueueMemberRemoved",
})  # fmt: skip
_OF_LISTING = frozenset({"QueueMember", "QueueEntry", "QueueStatusComplete"})


def _only_counters(message: Message) -> bool:
    return message.get("ActionID") == COUNTERS


def _counters(message: Message, queue: str, at_ms: int) -> Iterator[ev.Event]:
    """What the PBX itself counts, to be compared (wallboard/core/platform.py)."""
    completed, abandoned = clean(message.get("Completed", "")), clean(message.get("Abandoned", ""))
    if completed and abandoned:
        yield ev.SourceBeat(time=at_ms, attributes={"queue": queue, "completed": completed, "abandoned": abandoned})


def _ended(message: Message, call: str, queue: str, agent: str, at_ms: int) -> ev.Event:
    talk_s = seconds(message.get("TalkTime", ""))
    if message.get("Reason") == "transfer":
        return ev.Transferred(contact=call, queue=queue, agent=agent, talk_s=talk_s, time=at_ms)
    by = {"agent": "agent", "caller": "customer"}.get(message.get("Reason", ""))
    return ev.Ended(contact=call, queue=queue, agent=agent, talk_s=talk_s, ended_by=by, time=at_ms)  # type: ignore[arg-type]


def time_of(message: Message, received_ms: int) -> int:
    """`Timestamp` (with timestampevents=yes) is the PBX's own; else when it was received."""
    try:
        stated_ms = round(float(message["Timestamp"]) * 1000)
    except (KeyError, ValueError, OverflowError):
        return received_ms
    return stated_ms if 0 < stated_ms <= LATEST_MS else received_ms
