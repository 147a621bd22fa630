"""Who is member of which queue, and what do their devices say? One agent may have several interfaces.

A device state becomes `agent.activity` only where the calls of the queues do not explain it: in use without a
queue's call is `busy`, all devices unreachable is `unreachable`, and then `idle` again. A state belongs to the
interface: AMI tells it once for each of its queues, milliseconds apart.
"""

from collections.abc import Iterator

from msgspec import Struct

from collectors.asterisk.translate import clean
from collectors.asterisk.wire import Message
from wallboard.core import events as ev

IDLE, IN_USE, UNREACHABLE, RINGING = "1", frozenset("2378"), frozenset("45"), "6"


class Member(Struct):
    """One interface in one queue."""

    paused: bool = False
    in_call: bool = False  # of this queue; as listed, or until the call is told to be over
    reason: str | None = None
    paused_ms: int | None = None
    login_ms: int | None = None


class Agent(Struct):
    """One name with all its interfaces. `calls`, `rings`: (Uniqueid, queue)."""

    members: dict[tuple[str, str], Member] = {}  # (queue, interface)
    states: dict[str, str] = {}  # interface → device state
    calls: set[tuple[str, str]] = set()
    rings: set[tuple[str, str]] = set()
    told: str | None = None  # the activity that was sent last, until a call of a queue replaced it

    @property
    def queues(self) -> list[str]:
        return list(dict.fromkeys(queue for queue, _ in self.members))

    @property
    def in_call(self) -> bool:
        """With a call of a queue: one that we heard begin, or one that was there when we came."""
        return bool(self.calls) or any(member.in_call for member in self.members.values())

    def paused_in(self, queue: str) -> Member | None:
        """Paused where all its interfaces in the queue are."""
        here = [member for (one, _), member in self.members.items() if one == queue]
        return here[0] if here and all(member.paused for member in here) else None

    def seen(self) -> str | None:
        """What the devices say beyond the queues' calls; None where the calls say it better."""
        states = {self.states.get(interface, "0") for _, interface in self.members}
        if states and states <= UNREACHABLE:
            return "unreachable"
        if self.in_call or self.rings or RINGING in states:
            return None
        return "busy" if states & IN_USE else "idle"


class Devices:
    """All agents of the PBX, by name."""

    def __init__(self) -> None:
        self.agents: dict[str, Agent] = {}

    def take(self, kind: str, message: Message, at_ms: int) -> Iterator[ev.Event]:
        name = _name(message)
        if not name:
            return
        agent = self.agents.setdefault(name, Agent())
        queue, interface = clean(message["Queue"]), message.get("Interface") or message.get("Location", "")
        before = agent.queues
        if kind == "QueueMemberRemoved":
            agent.members.pop((queue, interface), None)
        else:
            self._note(agent, queue, interface, message)
        if agent.queues != before:
            yield from self._membership(name, agent, before, at_ms)
        if kind in ("QueueMemberPause", "QueueMemberAdded"):
            yield _presence(name, agent, queue, at_ms)
        elif kind == "QueueMemberRemoved" and agent.queues and queue not in agent.queues:
            yield ev.PresenceSet(agent=name, presence="offline", queue=queue, time=at_ms)
        if kind == "QueueMemberStatus":
            yield from self._activity(name, agent, at_ms)

    def list_members(self, rows: list[Message], at_ms: int) -> Iterator[ev.Event]:
        """A whole listing: members that it does not name are members no more."""
        kept = {name: agent for name, agent in self.agents.items() if agent.calls}
        for agent in kept.values():
            agent.members, agent.states = {}, {}
        self.agents = kept
        for row in rows:
            name, queue = _name(row), clean(row.get("Queue", ""))
            if name and queue:
                self._note(self.agents.setdefault(name, Agent()), queue, row.get("Location", ""), row)
        for name, agent in self.agents.items():
            if agent.members:
                login_ms = min((m.login_ms for m in agent.members.values() if m.login_ms), default=at_ms)
                sign_in = f"signed-in/{name}/{login_ms}"
                yield ev.SignedIn(agent=name, queues=agent.queues, time=min(login_ms, at_ms), id=sign_in[:256])

    def listed(self, *, alone: bool) -> dict[str, ev.ListedAgent]:
        """`idle` in the sense of the queues: a leg still open is over. Not said where the log tells when it ended."""
        return {
            name: ev.ListedAgent(queues=agent.queues, activity="idle" if alone and not agent.in_call else None)
            for name, agent in self.agents.items()
            if agent.members
        }

    def standing(self, at_ms: int) -> Iterator[ev.Event]:
        """After a listing: presence by queue, and devices that no call of a queue explains."""
        for name, agent in self.agents.items():
            for queue in agent.queues:
                yield _presence(name, agent, queue, at_ms)
            agent.told = "unknown"  # what was told before the connection was lost may be over
            if agent.members:
                yield from self._activity(name, agent, at_ms)

    def rings(self, name: str, call: str, queue: str) -> None:
        self.agents.setdefault(name, Agent()).rings.add((call, queue))

    def missed(self, name: str, call: str, queue: str) -> None:
        self.agents.setdefault(name, Agent()).rings.discard((call, queue))

    def left(self, call: str, queue: str) -> None:
        """The call is with nobody any more, or with the one who takes it now."""
        for agent in self.agents.values():
            agent.rings.discard((call, queue))

    def connected(self, name: str, call: str, queue: str) -> None:
        agent = self.agents.setdefault(name, Agent())
        agent.calls.add((call, queue))
        agent.told = None

    def over(self, name: str, call: str, queue: str) -> None:
        agent = self.agents.setdefault(name, Agent())
        agent.calls.discard((call, queue))
        for member in agent.members.values():
            member.in_call = False

    def _note(self, agent: Agent, queue: str, interface: str, message: Message) -> None:
        paused = message.get("Paused") == "1"
        agent.states[interface] = message.get("Status", "0")
        agent.members[queue, interface] = Member(
            paused=paused,
            in_call=message.get("InCall") == "1",
            reason=(clean(message.get("PausedReason", "")) or None) if paused else None,
            paused_ms=_instant(message.get("LastPause", "")) if paused else None,
            login_ms=_instant(message.get("LoginTime", "")),
        )

    def _membership(self, name: str, agent: Agent, before: list[str], at_ms: int) -> Iterator[ev.Event]:
        if not agent.queues:
            yield ev.QueuesSet(agent=name, queues=[], time=at_ms)
            yield ev.SignedOut(agent=name, time=at_ms)
        elif before:
            yield ev.QueuesSet(agent=name, queues=agent.queues, time=at_ms)
        else:
            yield ev.SignedIn(agent=name, queues=agent.queues, time=at_ms)

    def _activity(self, name: str, agent: Agent, at_ms: int) -> Iterator[ev.Event]:
        seen = agent.seen()
        if seen is None or seen == agent.told or (seen == "idle" and agent.told is None):
            return
        agent.told = seen
        yield ev.ActivitySeen(agent=name, activity=seen, time=at_ms)  # type: ignore[arg-type]


def _presence(name: str, agent: Agent, queue: str, at_ms: int) -> ev.Event:
    """As it is in this queue now; paused since the PBX says, where it says."""
    paused = agent.paused_in(queue)
    if paused is None:
        return ev.PresenceSet(agent=name, presence="ready", queue=queue, time=at_ms)
    since_ms = min(paused.paused_ms or at_ms, at_ms)
    if at_ms - since_ms < 2000:  # whole seconds there, milliseconds here
        since_ms = at_ms
    return ev.PresenceSet(agent=name, presence="paused", reason=paused.reason, queue=queue, time=since_ms)


def _name(message: Message) -> str:
    """As queue_log names the member: its name, else its interface."""
    return clean(
        message.get("MemberName") or message.get("Name") or message.get("Interface") or message.get("Location", "")
    )


def _instant(text: str) -> int | None:
    value = text.strip()
    return int(value) * 1000 if value.isascii() and value.isdigit() and 0 < len(value) <= 11 and int(value) else None
