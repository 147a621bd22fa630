"""What does one contact add to the numbers? Facts (counted at an instant) and what is live at `now`.

Both are derived from the story alone, so that a retold story replaces exactly what it had added.
Service-level verdicts (`answered_in_target`) are derived here too: when a target changes, every story of
the day is read again.
"""

from collections.abc import Iterator, Mapping
from functools import cache

from msgspec import Struct

from wallboard.core.agents import Item
from wallboard.core.formulas import COUNTS_FLOW_OUTS, counted_in
from wallboard.core.hours import Hours
from wallboard.core.ledger import Adds, Metric
from wallboard.core.settings import SPOKEN, Measure, Settings
from wallboard.core.story import Story
from wallboard.core.timesheet import Span
from wallboard.core.visits import Leg, Mark, Reply, Result, Tag, Visit

# None of these holds what could hold it again, so that Python's collector need not look at them.


class Fact(Struct, frozen=True, gc=False):
    """What is counted of an instant, for a queue ("queues") or an agent ("agents"). Durations in ms."""

    kind: str
    id: str
    at_ms: int
    adds: Adds


class Wait(Struct, frozen=True, gc=False):
    """A visit that waits now (or a customer who waits for a reply), with when its wait passes the target."""

    queue: str
    metric: str  # waiting | unanswered
    since_ms: int


class Part(Struct, frozen=True, gc=False):
    """What a contact is to an agent. `released_ms`: when the agent let go of it (0: never); `spans`: its time."""

    items: tuple[Item, ...]
    released_ms: int
    spans: tuple[Span, ...]


class Live(Struct, frozen=True, gc=False):
    """What holds at this moment. `counts`: (queue, metric) each adding one. `due_ms`: when it changes by itself."""

    counts: tuple[tuple[str, str], ...]
    waits: tuple[Wait, ...]
    parts: dict[str, Part]  # agent → its part
    due_ms: int | None


NOBODY = Part((), 0, ())
NOT_LIVE = Live((), (), {}, None)
OUTCOME_METRIC = {
    "answered": "answered", "abandoned": "abandoned", "flowed_out": "flowed_out",
    "callback": "callbacks", "lost": "lost",
}  # fmt: skip
_OFFERED: Adds = (("offered", 1),)
_OFFERED_COUNTING: Adds = (("offered", 1), ("offered_counting", 1))
_OUT_OF_HOURS: Adds = (("out_of_hours", 1),)
_ANSWERED: Adds = (("answered", 1),)
_MISSED: Adds = (("missed", 1),)
_REFUSED: Adds = (("refused", 1),)


def facts(story: Story, settings: Settings, now_ms: int) -> list[Fact]:
    found: list[Fact] = []
    for visit in story.visits:
        _of_visit(visit, settings.measure_of(visit.queue), found)
    for leg in story.legs:
        _of_leg(leg, now_ms, found)
    for miss in story.missed:
        found.append(Fact("agents", miss.agent, miss.at_ms, _MISSED))
        if miss.queue:
            found.append(Fact("queues", miss.queue, miss.at_ms, _MISSED))
    if story.refused:
        found += [Fact("queues", queue, at_ms, _REFUSED) for at_ms, queue in story.refused]
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
    dues: list[int] = []
    items: dict[str, tuple[Item, ...]] = {}
    released: dict[str, int] = {}
    for agent, since_ms in story.bare_rings.items():
        items[agent] = (Item(contact, None, story.channel, since_ms, "ringing"),)
    for visit in story.visits:
        if visit.ended_ms is None:
            _waiting(contact, visit, settings.measure_of(visit.queue), now_ms, counts, waits, items, dues)
    for leg in story.legs:
        if leg.closed_ms is not None and leg.closed_ms <= now_ms:
            released[leg.agent] = max(leg.closed_ms, released.get(leg.agent, 0))
            continue
        held = Item(contact, leg.queue, leg.channel, leg.since_ms, leg.state)
        items[leg.agent] = (*items.get(leg.agent, ()), held)
        if leg.queue:
            counts.append((leg.queue, leg.state))
        if leg.closed_ms is not None:
            dues.append(leg.closed_ms)
    if story.unanswered_ms is not None and story.is_under_way and (queue := story.home):
        counts.append((queue, "unanswered"))
        hours = None if story.channel in SPOKEN else settings.measure_of(queue).hours
        since_ms = _since(hours, story.unanswered_ms, now_ms, dues) if hours else story.unanswered_ms
        waits.append(Wait(queue, "unanswered", since_ms))
    for miss in story.missed:
        released[miss.agent] = max(miss.at_ms, released.get(miss.agent, 0))
    for ring in story.rung:
        released[ring.agent] = max(ring.end_ms, released.get(ring.agent, 0))
    parts = _parts(story, items, released) if items or released else NOT_LIVE.parts
    return Live(tuple(counts), tuple(waits), parts, min(dues) if dues else None)


def _parts(story: Story, items: dict[str, tuple[Item, ...]], released: dict[str, int]) -> dict[str, Part]:
    """Agent → its part; `spans`: when it rang there and when the contact was in hand, mostly in order of time."""
    spans: dict[str, tuple[Span, ...]] = dict.fromkeys(released, ())
    for ring in story.rung:
        spans[ring.agent] = (*spans.get(ring.agent, ()), Span(False, ring.begin_ms, ring.end_ms))
    for rings in (story.bare_rings, *[visit.rings for visit in story.visits]):
        for agent, since_ms in rings.items():
            spans[agent] = (*spans.get(agent, ()), Span(False, since_ms, None))
    for leg in story.legs:
        spans[leg.agent] = (*spans.get(leg.agent, ()), Span(True, leg.begun_ms, leg.closed_ms))
    return {agent: Part(items.get(agent, ()), released.get(agent, 0), found) for agent, found in spans.items()}


def _of_visit(visit: Visit, measure: Measure, found: list[Fact]) -> None:
    queue, begun_ms, ended_ms, hours = visit.queue, visit.begun_ms, visit.ended_ms, measure.hours
    begins = _OFFERED_COUNTING if measure.formula == COUNTS_FLOW_OUTS else _OFFERED
    if hours and not hours.is_open(begun_ms):
        begins += _OUT_OF_HOURS
    found.append(Fact("queues", queue, begun_ms, begins))
    if ended_ms is None or visit.outcome is None:
        return
    wait_ms = visit.wait_ms
    if hours and visit.channel not in SPOKEN and visit.stated_wait_ms is None:
        wait_ms = hours.open_ms(begun_ms, ended_ms)
    outcome = OUTCOME_METRIC[visit.outcome]
    # Keep the waits; what is within the target is told anew when the target changes.
    spread = "answered_wait" if outcome == "answered" else "other_wait"
    judged = _judged(measure.formula, outcome, wait_ms <= measure.target_ms, wait_ms <= measure.short_ms)
    ends: Adds = (((spread, wait_ms // 1000), 1), *judged)
    if outcome in _EXACT:
        ends += ((_EXACT[outcome], wait_ms),)
    found.append(Fact("queues", queue, ended_ms, ends))


_EXACT = {"answered": "answered_wait_ms", "abandoned": "abandoned_wait_ms"}


@cache
def _judged(formula: str, outcome: str, in_target: bool, is_short: bool) -> Adds:
    """What a visit that ended so counts as."""
    found: list[tuple[Metric, int]] = [(outcome, 1)]
    if in_target and outcome in ("answered", "abandoned", "callbacks"):
        found.append((f"{outcome}_in_target", 1))
    short = is_short and outcome == "abandoned"
    if short:
        found.append(("short_abandoned", 1))
    good, base = counted_in(formula, outcome, in_target=in_target, short=short)
    found += [part for part in (("sl_good", good), ("sl_base", base)) if part[1]]
    if (formula, outcome) == (COUNTS_FLOW_OUTS, "flowed_out"):
        found.append(("flowed_out_counting", 1))
    return tuple(found)


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
    best_milli = round(mark.best * 1000)
    amounts: dict[Metric, int] = {"rated": 1, "rating_milli": round(mark.score * 1000)}
    amounts |= {"best_milli": best_milli, "best_squares": best_milli * best_milli}  # core/formulas.py: `scaled`
    if kind == "csat":
        amounts |= {"csat_marks": 1, "csat_good": int(mark.score >= 0.8 * mark.best)}
    elif kind == "nps":
        amounts |= {"nps_marks": 1, "promoters": int(mark.score >= 9), "detractors": int(mark.score <= 6)}
    return _both(mark.queue, mark.agent, mark.at_ms, amounts)


def _both(queue: str | None, agent: str | None, at_ms: int, amounts: dict[Metric, int]) -> Iterator[Fact]:
    """For the queue and for the agent, where they are known."""
    told = tuple((metric, amount) for metric, amount in amounts.items() if amount)
    if told and queue:
        yield Fact("queues", queue, at_ms, told)
    if told and agent:
        yield Fact("agents", agent, at_ms, told)


def _of_reply(reply: Reply, channel: str, settings: Settings) -> Iterator[Fact]:
    hours = None if channel in SPOKEN else settings.hours_of(reply.queue)
    waited_ms = hours.open_ms(reply.since_ms, reply.at_ms) if hours else reply.at_ms - reply.since_ms
    told: Adds = ((("reply", waited_ms // 1000), 1),)
    if reply.first:
        told += ((("first_reply", waited_ms // 1000), 1),)
    yield Fact("queues", reply.queue, reply.at_ms, told)


def _of_leg(leg: Leg, now_ms: int, found: list[Fact]) -> None:
    agent, queue, closed_ms = leg.agent, leg.queue, leg.closed_ms
    if leg.waited:
        found.append(Fact("agents", agent, leg.begun_ms, _ANSWERED))
    if leg.lost or leg.ended_ms is None or closed_ms is None or closed_ms > now_ms:
        return
    told: Adds = (("handled", 1), ("talk_ms", leg.talk_ms)) if leg.talk_ms else (("handled", 1),)
    if leg.hold_ms:
        told += (("hold_ms", leg.hold_ms),)
    if leg.wrapup_ms:
        told += (("wrapup_ms", leg.wrapup_ms),)
    if leg.transferred:
        told += (("transferred", 1),)
    found.append(Fact("agents", agent, closed_ms, told))
    if queue:
        found.append(Fact("queues", queue, closed_ms, told))


def _waiting(
    contact: str,
    visit: Visit,
    measure: Measure,
    now_ms: int,
    counts: list[tuple[str, str]],
    waits: list[Wait],
    items: dict[str, tuple[Item, ...]],
    dues: list[int],
) -> None:
    queue, begun_ms = visit.queue, visit.begun_ms
    hours = None if visit.channel in SPOKEN else measure.hours
    counts.append((queue, "waiting"))
    doubtful_ms = _passed_ms(hours, begun_ms, measure.doubtful_ms)
    if doubtful_ms is not None and now_ms >= doubtful_ms:  # its source forgot to end it: not the longest wait
        counts.append((queue, "doubtful"))
    else:
        since_ms = _since(hours, begun_ms, now_ms, dues) if hours else begun_ms
        waits.append(Wait(queue, "waiting", since_ms))
        if doubtful_ms is not None:
            dues.append(doubtful_ms)
    if visit.rings:
        counts.append((queue, "ringing"))
        for agent, since_ms in visit.rings.items():
            items[agent] = (*items.get(agent, ()), Item(contact, queue, visit.channel, since_ms, "ringing"))
    # "Longer than T" is strict: a wait of exactly T is within the target.
    over_ms = _passed_ms(hours, begun_ms, measure.passes_ms)
    if over_ms is None:
        return
    if now_ms >= over_ms:
        counts.append((queue, "over_target"))
        if measure.count_waiting:
            counts.append((queue, "over_counted"))
    else:
        dues.append(over_ms)


def _since(hours: Hours, begun_ms: int, now_ms: int, dues: list[int]) -> int:
    """Since when it waits, in open time only, and when that must be said anew."""
    turn_ms = hours.next_change_ms(now_ms)
    if turn_ms is not None:
        dues.append(turn_ms)
    return hours.frozen_since_ms(begun_ms, now_ms)


def _passed_ms(hours: Hours | None, begun_ms: int, passes_ms: int) -> int | None:
    """The first instant at which a visit has waited for so long, in open time only; None: not within LOOK_DAYS."""
    if hours is None:
        return begun_ms + passes_ms
    reached_ms = hours.after_open_ms(begun_ms, passes_ms - 1)
    return None if reached_ms is None else reached_ms + 1
