"""What does one contact add to the numbers? Facts (counted at an instant) and what is live at `now`.

Both are derived from the story alone, so that a retold story replaces exactly what it had added.
Service-level verdicts (`answered_in_target`) are derived here too: when a target changes, every story of
the day is read again.
"""

from collections.abc import Iterator
from typing import NamedTuple

from wallboard.core.agents import Item
from wallboard.core.settings import Settings
from wallboard.core.visits import Leg, Story, Visit


class Fact(NamedTuple):
    """`amount` of `metric` at `at_ms`, for a queue ("queues") or an agent ("agents"). Durations in ms."""

    kind: str
    id: str
    metric: str
    at_ms: int
    amount: int = 1


class Wait(NamedTuple):
    """A visit that waits now (or a customer who waits for a reply), with when its wait passes the target."""

    queue: str
    metric: str  # waiting | unanswered
    since_ms: int


class Live(NamedTuple):
    """What holds at this moment. `counts`: (queue, metric) each adding one. `due_ms`: when it changes by itself."""

    counts: tuple[tuple[str, str], ...]
    waits: tuple[Wait, ...]
    items: tuple[tuple[str, Item], ...]
    released: tuple[tuple[str, int], ...]  # agent, when it let go of this contact
    due_ms: int | None


OUTCOME_METRIC = {
    "answered": "answered", "abandoned": "abandoned", "flowed_out": "flowed_out",
    "callback": "callbacks", "lost": "lost",
}  # fmt: skip


def facts(story: Story, settings: Settings, now_ms: int) -> list[Fact]:
    found: list[Fact] = []
    for visit in story.visits:
        found += _of_visit(visit, settings)
    for leg in story.legs:
        found += _of_leg(leg, now_ms)
    for miss in story.missed:
        found.append(Fact("agents", miss.agent, "missed", miss.at_ms))
        if miss.queue:
            found.append(Fact("queues", miss.queue, "missed", miss.at_ms))
    found += [Fact("queues", queue, "refused", at_ms) for at_ms, queue in story.refused]
    return found


def live(contact: str, story: Story, settings: Settings, now_ms: int) -> Live:
    counts: list[tuple[str, str]] = []
    waits: list[Wait] = []
    items: list[tuple[str, Item]] = [
        (agent, Item(contact, None, story.channel, since, "ringing")) for agent, since in story.bare_rings.items()
    ]
    released: list[tuple[str, int]] = []
    dues: list[int] = []
    for visit in story.visits:
        if visit.ended_ms is None:
            _waiting(contact, visit, settings, now_ms, counts, waits, items, dues)
    for leg in story.legs:
        if leg.closed_ms is not None and leg.closed_ms <= now_ms:
            released.append((leg.agent, leg.closed_ms))
            continue
        items.append((leg.agent, Item(contact, leg.queue, leg.channel, leg.since_ms, leg.state)))
        if leg.queue:
            counts.append((leg.queue, leg.state))
        if leg.closed_ms is not None:
            dues.append(leg.closed_ms)
    if story.unanswered_ms is not None and story.is_open and (queue := _home(story)):
        counts.append((queue, "unanswered"))
        waits.append(Wait(queue, "unanswered", story.unanswered_ms))
    released += [(miss.agent, miss.at_ms) for miss in story.missed]
    return Live(tuple(counts), tuple(waits), tuple(items), tuple(released), min(dues, default=None))


def _of_visit(visit: Visit, settings: Settings) -> Iterator[Fact]:
    yield Fact("queues", visit.queue, "offered", visit.begun_ms)
    if visit.ended_ms is None or visit.outcome is None:
        return
    at_ms, wait_ms = visit.ended_ms, visit.wait_ms
    queue = settings.for_queue(visit.queue)
    yield Fact("queues", visit.queue, OUTCOME_METRIC[visit.outcome], at_ms)
    if visit.outcome in ("answered", "abandoned"):
        yield Fact("queues", visit.queue, f"{visit.outcome}_wait_ms", at_ms, wait_ms)
        if wait_ms <= queue.target.seconds * 1000:
            yield Fact("queues", visit.queue, f"{visit.outcome}_in_target", at_ms)
    if visit.outcome == "abandoned" and wait_ms <= queue.short_abandon_s * 1000:
        yield Fact("queues", visit.queue, "short_abandoned", at_ms)


def _of_leg(leg: Leg, now_ms: int) -> Iterator[Fact]:
    if leg.waited:
        yield Fact("agents", leg.agent, "answered", leg.begun_ms)
    if leg.lost or leg.ended_ms is None or leg.closed_ms is None or leg.closed_ms > now_ms:
        return
    amounts = {"handled": 1, "talk_ms": leg.talk_ms, "hold_ms": leg.hold_ms, "wrapup_ms": leg.wrapup_ms}
    if leg.transferred:
        amounts["transferred"] = 1
    for metric, amount in amounts.items():
        if amount:
            yield Fact("agents", leg.agent, metric, leg.closed_ms, amount)
            if leg.queue:
                yield Fact("queues", leg.queue, metric, leg.closed_ms, amount)


def _waiting(
    contact: str,
    visit: Visit,
    settings: Settings,
    now_ms: int,
    counts: list[tuple[str, str]],
    waits: list[Wait],
    items: list[tuple[str, Item]],
    dues: list[int],
) -> None:
    counts.append((visit.queue, "waiting"))
    doubtful_ms = visit.begun_ms + round(settings.for_queue(visit.queue).longest_wait_s * 1000) + 1
    if now_ms >= doubtful_ms:  # its source forgot to end it: counted, but not the longest wait
        counts.append((visit.queue, "doubtful"))
    else:
        waits.append(Wait(visit.queue, "waiting", visit.begun_ms))
        dues.append(doubtful_ms)
    if visit.rings:
        counts.append((visit.queue, "ringing"))
        items += [
            (agent, Item(contact, visit.queue, visit.channel, since, "ringing")) for agent, since in visit.rings.items()
        ]
    # "Longer than T" is strict: a wait of exactly T is within the target.
    over_ms = visit.begun_ms + round(settings.for_queue(visit.queue).target.seconds * 1000) + 1
    if now_ms >= over_ms:
        counts.append((visit.queue, "over_target"))
    else:
        dues.append(over_ms)


def _home(story: Story) -> str | None:
    """The queue that a text contact belongs to: that of its running leg, else of its last visit."""
    legs = [leg.queue for leg in story.legs if leg.ended_ms is None and leg.queue]
    return legs[-1] if legs else story.visits[-1].queue if story.visits else None
