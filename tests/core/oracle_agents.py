"""What did an agent do, and for how long, by definition? Their state is worked out anew for each instant."""

from itertools import pairwise
from typing import Any

from oracle import MINUTE, Told, kind, without_repeats
from oracle_clock import AHEAD
from oracle_queues import added_numbers, put

STATES = ("handling", "ringing", "unreachable", "paused", "busy", "idle", "unknown")
HANDLED = {"engaged", "holding", "wrapup"}


def agent_numbers(all_told: list[Told], agent: str, begun: int, now: int) -> dict[str, float]:
    talks = [t for told in all_told for t in told.talks if t.agent == agent]
    closed = [t for t in talks if t.closed is not None and begun <= t.closed <= now and not t.lost]
    misses = [1 for told in all_told for at, who, _ in told.misses if who == agent and begun <= at <= now + AHEAD]
    added = added_numbers(all_told, lambda one: one.agent == agent and begun <= one.at <= now + AHEAD)
    told = ("rated", "success_rate", "n.success_rate", "rating_avg", "rating_best")
    return {name: added[name] for name in told if name in added} | {
        "answered": len([t for t in talks if t.after_wait and begun <= t.begun <= now + AHEAD]),
        "handled": len(closed),
        "missed": len(misses),
        "transferred": len([t for t in closed if t.transferred]),
        "talk_s": sum(t.talked for t in closed) / 1000,
        "hold_s": sum(t.held for t in closed) / 1000,
        "wrapup_s": sum(t.wrapped for t in closed) / 1000,
    }


# An agent's time
class Person:
    """What an agent's own events say, at an instant: asked anew for each."""

    def __init__(self, own: list[Any], at: int) -> None:
        self.overall: tuple[str, str | None, int] | None = None  # presence, reason, since
        self.by_queue: dict[str, tuple[str, str | None, int]] = {}
        self.queues: list[str] = []
        self.device: tuple[str, int] | None = None
        self.slots = 1
        for event in sorted((e for e in own if e.time <= at), key=lambda e: e.time):
            self.hear(event)

    def hear(self, event: Any) -> None:
        what = kind(event)
        if what in ("agent.signed_in", "agent.queues") and event.queues is not None:
            self.queues = list(event.queues)
            self.by_queue = {queue: said for queue, said in self.by_queue.items() if queue in self.queues}
        if what == "agent.signed_in" and event.slots is not None:
            self.slots = event.slots
        if what == "agent.signed_in" and (self.overall is None or self.overall[0] == "offline"):
            self.say("ready", None, None, event.time)
        if what == "agent.signed_out":
            self.say("offline", None, None, event.time)
        if what == "agent.corrected":
            self.say(event.presence, None, None, event.time)
        if what == "agent.presence":
            self.say(event.presence, event.reason, event.queue, event.time)
        if what == "agent.activity":
            self.device = (event.activity, event.time)

    def say(self, presence: str, reason: str | None, queue: str | None, at: int) -> None:
        before = self.by_queue.get(queue) if queue else self.overall
        said = before if before and before[:2] == (presence, reason) else (presence, reason, at)
        if queue:
            self.by_queue[queue] = said
        else:
            self.overall, self.by_queue = said, {}

    def presence(self) -> tuple[str, str | None]:
        """Offline, or paused in at least one queue, or ready."""
        if self.overall is None or self.overall[0] == "offline":
            return "offline", None
        members = list(dict.fromkeys([*self.queues, *self.by_queue]))
        told = [self.by_queue.get(queue, self.overall) for queue in members] or [self.overall]
        paused = [said for said in told if said[0] == "paused"]
        if paused:
            return "paused", min(paused, key=lambda said: said[2])[1]
        return ("offline", None) if all(said[0] == "offline" for said in told) else ("ready", None)

    def shown_since(self) -> int | None:
        """Since when it is as shown: of several pauses the first, else what was said last."""
        assert self.overall is not None
        members = list(dict.fromkeys([*self.queues, *self.by_queue]))
        told = [self.by_queue.get(queue, self.overall) for queue in members] if self.by_queue else []
        presence = self.presence()[0]
        same = [since for said, _, since in told if said == presence]
        if self.overall[0] == "offline" or not same:
            return self.overall[2]
        return min(same) if presence == "paused" else max(same)


def state_at(all_told: list[Told], own: list[Any], agent: str, at: int) -> tuple[str, str | None]:
    """handling > ringing > unreachable > paused > busy > idle > unknown, of who is signed in."""
    person = Person(own, at)
    presence, reason = person.presence()
    if presence == "offline":
        return "offline", None
    talks = [(t.begun, t.closed) for told in all_told for t in told.talks if t.agent == agent]
    rings = [(r.begun, r.ended) for told in all_told for r in told.rings if r.agent == agent]
    turns = [edge for span in talks + rings for edge in span if edge is not None and edge <= at]
    device = person.device[0] if person.device and not any(turn >= person.device[1] for turn in turns) else None
    if any(begun <= at and (ended is None or at < ended) for begun, ended in talks) or device in HANDLED:
        return "handling", None
    if any(begun <= at and (ended is None or at < ended) for begun, ended in rings) or device == "ringing":
        return "ringing", None
    if device == "unreachable":
        return "unreachable", None
    if presence == "paused":
        return "paused", reason or "no reason"
    return (device if device in ("busy", "unknown") else "idle"), None


def is_signed_in(events: list[Any], agent: str, at: int) -> bool:
    own = [e for e in without_repeats(events) if kind(e).startswith("agent.") and e.agent == agent]
    return Person(own, at).presence()[0] != "offline"


def time_numbers(all_told: list[Told], events: list[Any], agent: str, begun: int, now: int) -> dict[str, Any]:
    """Seconds by state since `begun`, second by second where something changes."""
    own = [e for e in without_repeats(events) if kind(e).startswith("agent.") and e.agent == agent]
    edges = {begun, now, *(e.time for e in own)}
    for told in all_told:
        edges |= {edge for t in told.talks for edge in (t.begun, t.closed) if edge is not None}
        edges |= {edge for r in told.rings for edge in (r.begun, r.ended) if edge is not None}
    cuts = sorted(edge for edge in edges if begun <= edge <= now)
    seconds = dict.fromkeys(STATES, 0.0)
    reasons: dict[str, float] = {}
    for cut, following in pairwise(cuts):
        state, reason = state_at(all_told, own, agent, cut)
        if state != "offline":
            seconds[state] += (following - cut) / 1000
        if state == "paused":
            reasons[reason or ""] = reasons.get(reason or "", 0) + (following - cut) / 1000
    numbers: dict[str, Any] = {"paused": reasons}
    signed_in = sum(seconds.values())
    if signed_in:
        numbers |= {f"{state}_s": value for state, value in seconds.items()} | {"signed_in_s": signed_in}
        put(numbers, "occupancy", 100 * seconds["handling"], seconds["handling"] + seconds["idle"])
        put(numbers, "utilisation", 100 * seconds["handling"], signed_in)
        numbers["longest_stretch_s"] = longest_stretch_s(all_told, own, agent, sorted(edges), begun, now)
    return numbers


def longest_stretch_s(
    all_told: list[Told], own: list[Any], agent: str, edges: list[int], begun: int, now: int
) -> float:
    """The longest time without a pause, a sign-out or two idle minutes on end, as far as it lies in the window."""
    stretches: list[list[int]] = []
    ended = True
    for begin, end in pairwise([edge for edge in edges if edge <= now]):
        state, _ = state_at(all_told, own, agent, begin)
        if state in ("paused", "offline"):
            ended = True
        elif state != "idle" and (ended or begin - stretches[-1][1] >= 2 * MINUTE):
            stretches.append([begin, end])
            ended = False
        elif state != "idle":
            stretches[-1][1] = end
    return max([0, *(end - max(begin, begun) for begin, end in stretches)]) / 1000
