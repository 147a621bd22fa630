"""What does one contact add to the numbers? Facts (counted at an instant) and what is live at `now`.

Both are derived from the story alone, so that a retold story replaces exactly what it had added.
Service-level verdicts (`answered_in_target`) are derived here too: when a target changes, every story of
the day is read again.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from wallboard.core.agents import Item
from wallboard.core.formulas import COUNTS_FLOW_OUTS, counted_in
from wallboard.core.ledger import Metric
from wallboard.core.settings import SPOKEN, Queue, Settings
from wallboard.core.timesheet import Span
from wallboard.core.visits import Leg, Mark, Reply, Result, Story, Tag, Visit


class Fact(NamedTuple):
    """`amount` of `metric` at `at_ms`, for a queue ("queues") or an agent ("agents"). Durations in ms."""

    kind: str
    id: str
    metric: Metric
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
    spans: tuple[tuple[str, Span], ...]  # agent, when it rang there and when it was in hand
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
    if story.result or story.marks or story.tags:
        found += told_of(story.result, story.marks, story.tags)
    for reply in story.replies:
        found += _of_reply(reply, story.channel, settings)
    return found


def told_of(result: Result | None, marks: Mapping[str, Mark], tags: Mapping[str, Tag]) -> list[Fact]:
    """What other systems said of it."""
    found = list(_of_result(result)) if result else []
    for kind, mark in marks.items():
        found += _of_mark(kind, mark)
    for name, tag in tags.items():
        found += _both(tag.queue, tag.agent, tag.at_ms, {f"tags.{name}": 1})
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
    if story.unanswered_ms is not None and story.is_open and (queue := story.home):
        counts.append((queue, "unanswered"))
        since_ms, turns_ms = _since(queue, story.channel, story.unanswered_ms, settings, now_ms)
        waits.append(Wait(queue, "unanswered", since_ms))
        dues += turns_ms
    released += [(miss.agent, miss.at_ms) for miss in story.missed]
    return Live(
        tuple(counts), tuple(waits), tuple(items), tuple(released), tuple(_spans(story)), min(dues, default=None)
    )


def _spans(story: Story) -> Iterator[tuple[str, Span]]:
    for leg in story.legs:
        yield leg.agent, Span(True, leg.begun_ms, leg.closed_ms)
    for ring in story.rung:
        yield ring.agent, Span(False, ring.begin_ms, ring.end_ms)
    for rings in (story.bare_rings, *(visit.rings for visit in story.visits)):
        for agent, since_ms in rings.items():
            yield agent, Span(False, since_ms, None)


def _of_visit(visit: Visit, settings: Settings) -> Iterator[Fact]:
    hours = settings.hours_of(visit.queue)
    counts_flow_outs = settings.for_queue(visit.queue).target.formula == COUNTS_FLOW_OUTS
    yield Fact("queues", visit.queue, "offered", visit.begun_ms)
    if counts_flow_outs:
        yield Fact("queues", visit.queue, "offered_counting", visit.begun_ms)
    if hours and not hours.is_open(visit.begun_ms):
        yield Fact("queues", visit.queue, "out_of_hours", visit.begun_ms)
    if visit.ended_ms is None or visit.outcome is None:
        return
    wait_ms = visit.wait_ms
    if hours and visit.channel not in SPOKEN and visit.stated_wait_ms is None:
        wait_ms = hours.open_ms(visit.begun_ms, visit.ended_ms)
    for metric, amount in _ended(visit.outcome, wait_ms, settings.for_queue(visit.queue)):
        yield Fact("queues", visit.queue, metric, visit.ended_ms, amount)
    if counts_flow_outs and visit.outcome == "flowed_out":
        yield Fact("queues", visit.queue, "flowed_out_counting", visit.ended_ms)


def _ended(told: str, wait_ms: int, queue: Queue) -> Iterator[tuple[Metric, int]]:
    """Keep the waits; what is within the target is told anew when the target changes."""
    outcome = OUTCOME_METRIC[told]
    in_target = wait_ms <= queue.target.seconds * 1000
    short = outcome == "abandoned" and wait_ms <= queue.short_abandon_s * 1000
    yield outcome, 1
    yield ("answered_wait" if outcome == "answered" else "other_wait", wait_ms // 1000), 1
    if outcome in ("answered", "abandoned"):
        yield f"{outcome}_wait_ms", wait_ms
    if in_target and outcome in ("answered", "abandoned", "callbacks"):
        yield f"{outcome}_in_target", 1
    if short:
        yield "short_abandoned", 1
    good, base = counted_in(queue.target.formula, outcome, in_target=in_target, short=short)
    yield from (part for part in (("sl_good", good), ("sl_base", base)) if part[1])


def _of_result(result: Result) -> Iterator[Fact]:
    amounts: dict[Metric, int] = {"noted": 1} if result.agent else {}
    if result.outcome in ("success", "failure"):
        amounts[result.outcome] = 1
    if result.code:
        amounts[f"codes.{result.code}"] = 1
    if result.value is not None:
        amounts |= {"outcome_value_milli": round(result.value * 1000), "outcome_values": 1}
    return _both(result.queue, result.agent, result.at_ms, amounts)


def _of_mark(kind: str, mark: Mark) -> Iterator[Fact]:
    amounts: dict[Metric, int] = {"rated": 1, "rating_milli": round(mark.score * 1000)}
    if kind == "csat":
        amounts |= {"csat_marks": 1, "csat_good": int(mark.score >= 0.8 * mark.best)}
    elif kind == "nps":
        amounts |= {"nps_marks": 1, "promoters": int(mark.score >= 9), "detractors": int(mark.score <= 6)}
    return _both(mark.queue, mark.agent, mark.at_ms, amounts)


def _both(queue: str | None, agent: str | None, at_ms: int, amounts: dict[Metric, int]) -> Iterator[Fact]:
    """For the queue and for the agent, where they are known."""
    for metric, amount in amounts.items():
        if amount and queue:
            yield Fact("queues", queue, metric, at_ms, amount)
        if amount and agent:
            yield Fact("agents", agent, metric, at_ms, amount)


def _of_reply(reply: Reply, channel: str, settings: Settings) -> Iterator[Fact]:
    hours = None if channel in SPOKEN else settings.hours_of(reply.queue)
    waited_ms = hours.open_ms(reply.since_ms, reply.at_ms) if hours else reply.at_ms - reply.since_ms
    yield Fact("queues", reply.queue, ("reply", waited_ms // 1000), reply.at_ms)
    if reply.first:
        yield Fact("queues", reply.queue, ("first_reply", waited_ms // 1000), reply.at_ms)


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
        since_ms, turns_ms = _since(visit.queue, visit.channel, visit.begun_ms, settings, now_ms)
        waits.append(Wait(visit.queue, "waiting", since_ms))
        dues += [doubtful_ms, *turns_ms]
    if visit.rings:
        counts.append((visit.queue, "ringing"))
        items += [
            (agent, Item(contact, visit.queue, visit.channel, since, "ringing")) for agent, since in visit.rings.items()
        ]
    # "Longer than T" is strict: a wait of exactly T is within the target.
    over_ms = _passed_ms(visit, settings)
    if over_ms is None:
        return
    if now_ms >= over_ms:
        counts.append((visit.queue, "over_target"))
        if settings.for_queue(visit.queue).target.count_waiting:
            counts.append((visit.queue, "over_counted"))
    else:
        dues.append(over_ms)


def _since(queue: str, channel: str, begun_ms: int, settings: Settings, now_ms: int) -> tuple[int, list[int]]:
    """Since when it waits, for text in open time only, and when that must be said anew."""
    hours = None if channel in SPOKEN else settings.hours_of(queue)
    if hours is None:
        return begun_ms, []
    turn_ms = hours.next_change_ms(now_ms)
    return hours.frozen_since_ms(begun_ms, now_ms), [] if turn_ms is None else [turn_ms]


def _passed_ms(visit: Visit, settings: Settings) -> int | None:
    """The first instant at which the visit has waited longer than its target."""
    target_ms = round(settings.for_queue(visit.queue).target.seconds * 1000)
    hours = None if visit.channel in SPOKEN else settings.hours_of(visit.queue)
    if hours is None:
        return visit.begun_ms + target_ms + 1
    reached_ms = hours.after_open_ms(visit.begun_ms, target_ms)
    return None if reached_ms is None else reached_ms + 1
