"""Who stands where now, by definition? Each person is asked anew; of a group of queues everybody counts once."""

from typing import Any

from oracle import Told, kind, without_repeats
from oracle_agents import Person
from oracle_clock import AHEAD

QUIET, HANDLED = {"idle", "unknown"}, {"engaged", "holding", "wrapup"}


def standing_numbers(all_told: list[Told], events: list[Any], queues: set[str], now: int) -> dict[str, Any]:
    """Staffed, ready, idle and paused of a queue; of both with who serves none."""
    found: dict[str, set[str]] = {"staffed": set(), "ready": set(), "idle": set(), "paused": set()}
    reasons: dict[str, set[str]] = {}
    anybody = False
    for agent, own in own_events(events).items():
        person = Person(own, now + AHEAD)
        if person.overall is None:
            continue
        members = list(dict.fromkeys([*person.queues, *person.by_queue]))
        here = [person.by_queue.get(queue, person.overall) for queue in members if queue in queues]
        if not members and len(queues) > 1:
            here = [person.overall]
        anybody = anybody or bool(here)
        for presence, reason, _ in here if person.overall[0] != "offline" else []:
            if presence == "offline":
                continue
            found["staffed"].add(agent)
            found[presence].add(agent)
            if presence == "paused":
                reasons.setdefault(reason or "no reason", set()).add(agent)
            elif is_free(all_told, person, agent, now):
                found["idle"].add(agent)
    by_reason = {"paused_by": {reason: len(who) for reason, who in reasons.items()}}
    return by_reason | ({name: len(who) for name, who in found.items()} if anybody else {})


def own_events(events: list[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for event in without_repeats(events):
        if kind(event).startswith("agent."):
            found.setdefault(event.agent, []).append(event)
    return found


def now_of(all_told: list[Told], events: list[Any], agent: str, now: int) -> dict[str, Any]:
    """One person: presence as it is shown, activity, contacts in hand."""
    person = Person(own_events(events).get(agent, []), now + AHEAD)
    found: dict[str, Any] = {"activity": doing(all_told, person, agent, now)}
    found["in_hand"] = sorted(at_hand(all_told, agent, now))
    if person.overall is not None:
        presence, reason = person.presence()
        found |= {"presence": presence, "presence_since": person.shown_since()}
        found |= {"reason": reason} if presence == "paused" else {}
    return found


def is_free(all_told: list[Told], person: Person, agent: str, now: int) -> bool:
    """A slot is free, and nothing rings. A device may say that a wrap-up is over, or that somebody talks of whom no
    contact is known."""
    states = [state for state, _ in at_hand(all_told, agent, now)]
    does = doing(all_told, person, agent, now)
    if "ringing" in states:
        return False
    if does in QUIET:
        return len([state for state in states if state != "wrapup"]) < person.slots
    return does in HANDLED and max(len(states), 1) < person.slots


def doing(all_told: list[Told], person: Person, agent: str, now: int) -> str:
    """What the device said, until a contact rings, is taken or let go; else what is done with contacts."""
    turned = edges(all_told, agent, now)
    if person.device and person.device[1] > max(turned, default=0):
        return person.device[0]
    states = {state for state, _ in at_hand(all_told, agent, now)}
    for state in ("ringing", "engaged", "holding", "wrapup"):
        if state in states:
            return state
    return "idle" if turned or person.overall else "unknown"


def at_hand(all_told: list[Told], agent: str, now: int) -> list[tuple[str, int]]:
    talks = [t for told in all_told for t in told.talks if t.agent == agent and (t.closed is None or t.closed > now)]
    rings = [r for told in all_told for r in told.rings if r.agent == agent and r.ended is None]
    return [(t.state, t.since) for t in talks] + [("ringing", r.begun) for r in rings]


def edges(all_told: list[Told], agent: str, now: int) -> list[int]:
    """When a contact rang at them, changed in their hands, or was let go or missed. What is told counts at once, a
    wrap-up is over when it is."""
    talks = [t for told in all_told for t in told.talks if t.agent == agent]
    rings = [r for told in all_told for r in told.rings if r.agent == agent]
    found = [talk.since for talk in talks] + [edge for ring in rings for edge in (ring.begun, ring.ended)]
    found += [talk.closed for talk in talks if talk.closed is not None and talk.closed <= now]
    return [edge for edge in found if edge is not None] + [
        at for told in all_told for at, who, _ in told.misses if who == agent
    ]
