"""What are the numbers of some queues in a window, and now, by definition? Asked anew of the whole list."""

from collections.abc import Iterable
from typing import Any

from oracle import MINUTE, Told, kind, without_repeats
from oracle_clock import AHEAD
from oracle_hours import as_if_since, closed_at, is_open, open_time
from oracle_parts import Rule, Stay

DAY = 24 * 60 * MINUTE
DOUBTFUL = {"voice": 4 * 60 * MINUTE, "email": 7 * DAY}  # a wait above it is not believed


def waited_then(all_told: list[Told], begins: dict[str, int]) -> int:
    """How many waited in these queues when the window began."""
    stays = [s for told in all_told for s in told.stays if s.queue in begins]
    return sum(s.begun < begins[s.queue] and (s.ended is None or s.ended >= begins[s.queue]) for s in stays)


def queue_numbers(
    all_told: list[Told], queues: set[str], rules: dict[str, Rule], begins: dict[str, int], now: int
) -> dict[str, float]:
    """One window of some queues. `begins`: queue → where the window begins for it."""

    def inside(queue: str | None, at: int) -> bool:
        return queue in queues and begins[queue or ""] <= at <= now + AHEAD

    stays = [s for told in all_told for s in told.stays]
    ended = [s for s in stays if s.ended is not None and inside(s.queue, s.ended)]
    by = {name: [s for s in ended if s.outcome == name] for name in
          ("answered", "abandoned", "flowed_out", "callbacks", "lost")}  # fmt: skip
    within = {
        name: [s for s in found if wait_of(rules, s) <= rule_of(rules, s).target_s * 1000] for name, found in by.items()
    }
    short = [s for s in by["abandoned"] if wait_of(rules, s) <= rule_of(rules, s).short_s * 1000]
    came = [s for s in stays if inside(s.queue, s.begun)]
    closed = [
        t for told in all_told for t in told.talks
        if t.closed is not None and t.closed <= now and not t.lost and inside(t.queue, t.closed)
    ]  # fmt: skip
    numbers: dict[str, float] = {name: len(found) for name, found in by.items()} | {
        "offered": len(came),
        "short_abandoned": len(short),
        "answered_in_target": len(within["answered"]),
        "abandoned_in_target": len(within["abandoned"]),
        "missed": len([1 for told in all_told for at, _, queue in told.misses if inside(queue, at)]),
        "refused": len([1 for told in all_told for at, queue in told.refusals if inside(queue, at)]),
        "out_of_hours": len([s for s in came if is_closed(rule_of(rules, s), s.begun)]),
        "handled": len(closed),
        "transferred": len([t for t in closed if t.transferred]),
        "talk_s": sum(t.talked for t in closed) / 1000,
        "hold_s": sum(t.held for t in closed) / 1000,
        "wrapup_s": sum(t.wrapped for t in closed) / 1000,
    }
    ignoring = {queue for queue in queues if rules.get(queue, Rule()).formula != "offered"}
    flowed = len([s for s in by["flowed_out"] if s.queue in ignoring])
    offered = len([s for s in stays if s.queue in ignoring and inside(s.queue, s.begun)])
    if flowed > 0.05 * offered:
        numbers["ignored_flow_outs"] = 100 * flowed / offered if offered else 100
    a, b, s = by["answered"], by["abandoned"], len(short)
    waits = sorted(wait_of(rules, stay) // 1000 for stay in a)
    put(numbers, "asa_s", sum(wait_of(rules, x) for x in a) / 1000, len(a))
    put(numbers, "abandon_wait_s", sum(wait_of(rules, x) for x in b) / 1000, len(b))
    put(numbers, "abandon_rate", 100 * (len(b) - s), len(a) + len(b) - s)
    put(numbers, "abandon_rate_all", 100 * len(b), len(a) + len(b))
    put(numbers, "answer_rate", 100 * len(a), sum(len(by[n]) for n in by if n != "lost"))
    put(numbers, "aht_s", numbers["talk_s"] + numbers["hold_s"] + numbers["wrapup_s"], len(closed))
    put(numbers, "talk_avg_s", numbers["talk_s"], len(closed))
    put(numbers, "wrapup_avg_s", numbers["wrapup_s"], len(closed))
    put(numbers, "transfer_rate", 100 * numbers["transferred"], len(closed))
    replies = [(took(rules, told, one.queue, one.asked, one.at), one.first) for told in all_told
               for one in told.answers if inside(one.queue, one.at)]  # fmt: skip
    firsts = [wait for wait, first in replies if first]
    for name, found, share in (
        ("wait_p50_s", waits, 50), ("wait_p90_s", waits, 90), ("first_reply_p50_s", firsts, 50),
        ("first_reply_p90_s", firsts, 90), ("reply_p90_s", [wait for wait, _ in replies], 90),
    ):  # fmt: skip
        if found:
            numbers[name] = next(w for i, w in enumerate(sorted(found), 1) if 100 * i >= share * len(found))
    if ended:
        numbers["max_wait_s"] = max(wait_of(rules, stay) // 1000 for stay in ended)
    numbers |= added_numbers(all_told, lambda added: inside(added.queue, added.at))
    noted = [t for t in all_told if t.result and t.result.agent and inside(t.result.queue, t.result.at)]
    put(numbers, "noted_rate", 100 * len(noted), len(closed))
    known = list({t.name: t for t in all_told}.values())  # of one that was forgotten and came again, as it is now
    mine = [(t, begin) for t in known if t.customer and (begin := begin_of_contact(t)) and inside(*begin)]
    again = [1 for t, begin in mine if any(came_before(other, t, begin[1]) for other in known)]
    put(numbers, "repeat_rate", 100 * len(again), len(mine))
    put(numbers, "service_level", *service_level(stays, by, within, short, queues, rules, now))
    return numbers


def begin_of_contact(told: Told) -> tuple[str | None, int] | None:
    """Where and when it began: waiting, or at an agent who was called directly."""
    begins = [(s.begun, 0, s.queue) for s in told.stays] + [(t.begun, 1, t.queue) for t in told.talks]
    return None if not begins else (min(begins, key=lambda one: one[:2])[2], min(begins, key=lambda one: one[:2])[0])


def came_before(other: Told, told: Told, at: int) -> bool:
    """Whether `other` is an earlier contact of the same customer, by less than a day."""
    if other is told or other.customer != told.customer or (begin := begin_of_contact(other)) is None:
        return False
    return at - DAY <= begin[1] and (begin[1], other.name) < (at, told.name)


def case_numbers(
    events: Iterable[Any], queues: set[str], begins: dict[str, int], now: int
) -> tuple[dict[str, float], dict[str, int]]:
    """Of one window, and of now."""
    told: dict[tuple[str, str], list[Any]] = {}
    for event in sorted(without_repeats(events), key=lambda one: one.time):
        if kind(event).startswith("case."):
            told.setdefault((event.source, event.case), []).append(event)
    took: list[int] = []
    open_since: list[int] = []
    for mine in told.values():
        queue = next((event.queue for event in reversed(mine) if event.queue), None)
        opened: int | None = None
        counted = False
        for event in mine:
            said = event.opened_at and min(event.opened_at, event.time)  # not after it was told
            if kind(event) == "case.opened":
                opened = min(at for at in (opened, said or event.time) if at is not None)
                counted = False
                continue
            begun = opened if said is None else said
            if begun is not None and not counted:
                counted = True
                if queue in queues and begins[queue or ""] <= event.time <= now + AHEAD:
                    took.append(event.time - begun)
            opened = None
        if opened is not None and queue in queues:
            open_since.append(opened)
    numbers: dict[str, float] = {}
    put(numbers, "resolution_s", sum(took) / 1000, len(took))
    return numbers, {"open_cases": len(open_since), "oldest_case_at": min(open_since)} if open_since else {}


def service_level(
    stays: list[Stay], by: dict[str, list[Stay]], within: dict[str, list[Stay]], short: list[Stay],
    queues: set[str], rules: dict[str, Rule], now: int,
) -> tuple[float, float]:  # fmt: skip
    """100 × Σ numerators, Σ denominators: each queue by its own formula."""
    top = bottom = 0
    for queue in queues:
        n = {name: len([s for s in found if s.queue == queue]) for name, found in by.items()}
        t = {name: len([s for s in found if s.queue == queue]) for name, found in within.items()}
        s = len([x for x in short if x.queue == queue])
        rule = rules.get(queue, Rule())
        over = [
            x for x in stays
            if x.queue == queue and x.ended is None and waited(rules, x, now) > rule.target_s * 1000
        ]  # fmt: skip
        a, b, f, c = n["answered"], n["abandoned"], n["flowed_out"], n["callbacks"]
        up, down = {
            "answered": (t["answered"], a),
            "negative": (t["answered"], a + b),
            "offered": (t["answered"], a + b + f),
            "positive": (t["answered"] + t["abandoned"], a + b),
            "removed": (t["answered"] + t["abandoned"] + t["callbacks"], a + b + c),
            "ignore": (t["answered"], a + b - t["abandoned"]),
            "short": (t["answered"], a + b - s),
        }[rule.formula]
        top += up
        bottom += down + (len(over) if rule.count_waiting else 0)
    return 100 * top, bottom


def added_numbers(all_told: list[Told], mine: Any) -> dict[str, Any]:
    """Results, marks and tags that `mine(added)` holds for."""
    results = [t.result for t in all_told if t.result and mine(t.result)]
    marks = [(k, m) for t in all_told for k, m in t.marks.items() if mine(m)]
    codes = [r.what["code"] for r in results if "code" in r.what]
    tags = [name for t in all_told for name, tag in t.tags.items() if mine(tag)]
    numbers: dict[str, Any] = {
        "rated": len(marks),
        "codes": {code: codes.count(code) for code in codes},
        "tags": {tag: tags.count(tag) for tag in tags},
    }
    values = [r.what["value"] for r in results if "value" in r.what]
    if values:
        numbers["outcome_value"] = sum(values)
    won, lost = (len([r for r in results if r.what.get("outcome") == name]) for name in ("success", "failure"))
    put(numbers, "success_rate", 100 * won, won + lost)
    if len(scales := {m.what["best"] for _, m in marks}) == 1:
        put(numbers, "rating_avg", sum(m.what["score"] for _, m in marks), len(marks))
        numbers["rating_best"] = scales.pop()
    csat = [m.what for k, m in marks if k == "csat"]
    nps = [m.what["score"] for k, m in marks if k == "nps"]
    put(numbers, "csat", 100 * len([m for m in csat if m["score"] >= 0.8 * m["best"]]), len(csat))
    put(numbers, "nps", 100 * (len([n for n in nps if n >= 9]) - len([n for n in nps if n <= 6])), len(nps))
    return numbers


def now_numbers(all_told: list[Told], queues: set[str], rules: dict[str, Rule], now: int) -> dict[str, int]:
    waiting = [s for told in all_told for s in told.stays if s.queue in queues and s.ended is None]
    talks = [t for told in all_told for t in told.talks if t.queue in queues and (t.closed is None or t.closed > now)]
    found = {
        "waiting": len(waiting),
        "over_target": len([s for s in waiting if waited(rules, s, now) > rule_of(rules, s).target_s * 1000]),
        "ringing": len([s for s in waiting if s.ringing]),
        **{state: len([t for t in talks if t.state == state]) for state in ("engaged", "holding", "wrapup")},
    }
    believed = [s for s in waiting if waited(rules, s, now) <= DOUBTFUL[rule_of(rules, s).channel]]
    if believed:
        waits = [(rule_of(rules, s), since_of(rule_of(rules, s), s.begun, now)) for s in believed]
        found |= longest_wait("oldest", waits, now)
    if len(believed) < len(waiting):
        found["doubtful"] = len(waiting) - len(believed)
    unanswered = [t for t in all_told if t.asked is not None and t.is_under_way() and t.home() in queues]
    if unanswered:
        found["unanswered"] = len(unanswered)
        homes = [(rules.get(t.home() or "", Rule()), t) for t in unanswered]
        waits = [(rule, since_of(rule, t.asked or 0, now) if t.is_text() else t.asked or 0) for rule, t in homes]
        found |= longest_wait("oldest_unanswered", waits, now)
    return found


def wait_of(rules: dict[str, Rule], stay: Stay) -> int:
    """How long it waited: as its source states it, else the difference of times; of text in open hours."""
    assert stay.ended is not None
    return stay.stated if stay.stated is not None else waited(rules, stay, stay.ended)


def waited(rules: dict[str, Rule], stay: Stay, until: int) -> int:
    rule = rule_of(rules, stay)
    if rule.channel == "voice" or not rule.at_night:
        return max(0, until - stay.begun)
    return open_time(stay.begun, until, rule.zone)


def took(rules: dict[str, Rule], told: Told, queue: str, asked: int, at: int) -> int:
    """Of a reply, in whole seconds."""
    rule = rules.get(queue, Rule())
    return (open_time(asked, at, rule.zone) if told.is_text() and rule.at_night else at - asked) // 1000


def expected_wait(now: dict[str, Any], aht_s: float | None) -> float | None:
    """Nobody waits while one is idle; else one after another at those who are ready."""
    if now.get("idle"):
        return 0
    return (now["waiting"] + 1) * aht_s / now["ready"] if aht_s and now.get("ready") else None


def is_closed(rule: Rule, at: int) -> bool:
    return rule.at_night and not is_open(at, rule.zone)


def since_of(rule: Rule, begun: int, now: int) -> int:
    return as_if_since(begun, now, rule.zone) if rule.channel != "voice" and rule.at_night else begun


def longest_wait(name: str, waits: list[tuple[Rule, int]], now: int) -> dict[str, int]:
    """Of those that grow; where none does, of text in closed queues, each counted to its closing."""
    grow = [since for rule, since in waits if rule.channel == "voice" or not is_closed(rule, now)]
    if grow:
        return {f"{name}_at": min(grow)}
    still = [(closed_at(now, rule.zone), since) for rule, since in waits]
    _, closed, since = max((max(0, closed - since), closed, -since) for closed, since in still)
    return {f"{name}_at": -since, f"{name}_to": max(closed, -since)}


def rule_of(rules: dict[str, Rule], stay: Stay) -> Rule:
    return rules.get(stay.queue, Rule())


PERCENTAGES = {
    "service_level", "abandon_rate", "abandon_rate_all", "answer_rate", "transfer_rate", "success_rate", "csat", "nps",
    "noted_rate", "repeat_rate",
}  # fmt: skip


def put(numbers: dict[str, Any], name: str, top: float, bottom: float) -> None:
    """The quotient, and for a percentage of how many it is."""
    if bottom > 0:
        numbers[name] = top / bottom
        if name in PERCENTAGES:
            numbers[f"n.{name}"] = bottom
