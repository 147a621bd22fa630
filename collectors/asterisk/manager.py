"""What do AMI's messages mean in our words? Pure: messages with their time in, events out.

AMI is immediate, but it does not say why a caller left: `QueueCallerAbandon` is sent for time-outs, empty queues and
withdrawals too, and a key exit sends `QueueCallerLeave` alone. Such ends are `left` with reason `lost` until the log
tells. An answer sends Leave first and AgentConnect a moment later, so a Leave is held back for LEAVE_MS.
"""

from collections.abc import Iterator

from collectors.asterisk.devices import Devices
from collectors.asterisk.translate import clean, seconds
from collectors.asterisk.wire import Message
from wallboard.core import events as ev

LEAVE_MS = 60


class Manager:
    """The state that AMI needs: who is member of what, device states, and Leaves that wait for their reason."""

    def __init__(self) -> None:
        self.devices = Devices()
        self._leaving: dict[str, tuple[int, str]] = {}  # Uniqueid → (since, queue)
        self._abandoned: set[tuple[str, str]] = set()
        self._listing: Listing | None = None
        self._asked_ms = 0
        self.queues: list[str] = []

    def asked(self, at_ms: int) -> None:
        """QueueStatus was sent now: what it answers is the truth of this instant."""
        self._asked_ms, self._listing = at_ms, Listing()

    def translate(self, message: Message, received_ms: int) -> list[ev.Event]:
        """The message's events, after those of Leaves that have waited long enough."""
        at_ms = _time(message, received_ms)
        events = list(
            self.flush(at_ms, but=message.get("Uniqueid") if message.get("Event") == "AgentConnect" else None)
        )
        return events + list(self._take(message, at_ms))

    def flush(self, now_ms: int, *, but: str | None = None) -> Iterator[ev.Event]:
        """Leaves that no answer followed: the caller is gone, nobody knows how."""
        for call, (at_ms, queue) in list(self._leaving.items()):
            if call != but and now_ms - at_ms >= LEAVE_MS:
                del self._leaving[call]
                yield ev.Left(contact=call, queue=queue, reason="lost", time=at_ms)

    def next_flush_ms(self) -> int | None:
        return min((at_ms for at_ms, _ in self._leaving.values()), default=None)

    def _take(self, message: Message, at_ms: int) -> Iterator[ev.Event]:
        kind = message.get("Event", "")
        queue = clean(message.get("Queue", ""))
        call = clean(message.get("Uniqueid", ""))
        if kind in _OF_CALLS and call and queue:
            yield from self._call(kind, message, call, queue, at_ms)
        elif kind in _OF_MEMBERS and queue:
            yield from self.devices.take(kind, message, at_ms)
        elif kind in _OF_LISTING and self._listing is not None:
            yield from self._listed(kind, message, queue, at_ms)
        elif kind == "Shutdown":
            yield ev.SourceRestarted(time=at_ms)

    def _call(self, kind: str, message: Message, call: str, queue: str, at_ms: int) -> Iterator[ev.Event]:
        agent = clean(message.get("MemberName") or message.get("Interface", ""))
        if kind == "QueueCallerJoin":
            yield ev.Queued(contact=call, queue=queue, channel="voice", direction="inbound", time=at_ms)
        elif kind == "QueueCallerAbandon":
            self._abandoned.add((call, queue))
            yield ev.Left(
                contact=call, queue=queue, reason="lost", wait_s=seconds(message.get("HoldTime", "")), time=at_ms
            )
        elif kind == "QueueCallerLeave":
            self.devices.left(call, queue)
            if (call, queue) in self._abandoned:
                self._abandoned.discard((call, queue))
            else:
                self._leaving[call] = (at_ms, queue)
        elif agent:
            yield from self._agent_call(kind, message, call, queue, agent, at_ms)

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
        elif kind == "AgentRingNoAnswer":
            self.devices.missed(agent, call, queue)
            ring_ms = seconds(message.get("RingTime", ""))  # milliseconds here, seconds in AgentConnect
            ring_s = None if ring_ms is None else ring_ms / 1000
            yield ev.Missed(contact=call, queue=queue, agent=agent, ring_s=ring_s, time=at_ms)
        else:
            self.devices.over(agent, call, queue)
            yield _ended(message, call, queue, agent, at_ms)

    def _listed(self, kind: str, message: Message, queue: str, at_ms: int) -> Iterator[ev.Event]:
        listing = self._listing
        assert listing is not None
        if kind == "QueueParams":
            listing.waiting.setdefault(queue, [])
        elif kind == "QueueMember":
            listing.members.append(message)
        elif kind == "QueueEntry":
            since_ms = self._asked_ms - round((seconds(message.get("Wait", "")) or 0) * 1000)
            call = clean(message.get("Uniqueid", ""))
            if call:
                listing.waiting.setdefault(queue, []).append(ev.ListedContact(contact=call, since=since_ms))
        else:
            self._listing = None
            self.queues = list(listing.waiting)
            yield from self._whole(listing)

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
        yield ev.FloorObserved(queues=listing.waiting, agents=self.devices.listed(), time=asked_ms)
        yield from self.devices.presences(asked_ms)


class Listing:
    """An answer to QueueStatus while it comes in."""

    def __init__(self) -> None:
        self.waiting: dict[str, list[ev.ListedContact]] = {}
        self.members: list[Message] = []


_OF_CALLS = frozenset({
    "QueueCallerJoin", "QueueCallerLeave", "QueueCallerAbandon", "AgentCalled", "AgentConnect",
    "AgentRingNoAnswer", "AgentComplete", "AgentDump",
})  # fmt: skip
_OF_MEMBERS = frozenset({
    "QueueMemberStatus", "QueueMemberPause", "QueueMemberAdded", "QueueMemberRemoved",
})  # fmt: skip
_OF_LISTING = frozenset({"QueueParams", "QueueMember", "QueueEntry", "QueueStatusComplete"})


def _ended(message: Message, call: str, queue: str, agent: str, at_ms: int) -> ev.Event:
    talk_s = seconds(message.get("TalkTime", ""))
    if message.get("Reason") == "transfer":
        return ev.Transferred(contact=call, queue=queue, agent=agent, talk_s=talk_s, time=at_ms)
    by = {"agent": "agent", "caller": "customer"}.get(message.get("Reason", ""))
    return ev.Ended(contact=call, queue=queue, agent=agent, talk_s=talk_s, ended_by=by, time=at_ms)  # type: ignore[arg-type]


def _time(message: Message, received_ms: int) -> int:
    """`Timestamp` (with timestampevents=yes) is the PBX's own; else when it was received."""
    try:
        stated_ms = round(float(message["Timestamp"]) * 1000)
    except (KeyError, ValueError, OverflowError):
        return received_ms
    return stated_ms if stated_ms > 0 else received_ms
