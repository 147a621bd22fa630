"""What follows from the counts of a window? Percentages, means and percentiles, as docs/kpis.md defines them.

A ratio is two sums of counts, so a group's is that of its queues' counts, and `explain` can show every part.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

from wallboard.core.ledger import Counts

PERCENT, SECONDS = (100, 1), (1, 1000)  # times and by; durations are counted in ms

Terms = Mapping[str, int]


class Ratio(NamedTuple):
    """Σ top × scale[0] / (Σ bottom × scale[1]). Absent where the bottom is zero."""

    top: Terms
    bottom: Terms
    scale: tuple[int, int]

    def of(self, counts: Mapping[str, int]) -> float | None:
        bottom = total(self.bottom, counts)
        times, by = self.scale
        return total(self.top, counts) * times / (bottom * by) if bottom > 0 else None


def total(terms: Terms, counts: Mapping[str, int]) -> int:
    found = 0
    for metric, sign in terms.items():
        if metric in counts:
            found += sign * counts[metric]
    return found


_A, _B, _S = {"answered": 1}, {"abandoned": 1}, {"short_abandoned": -1}
_A_T, _B_T, _C_T = {"answered_in_target": 1}, {"abandoned_in_target": 1}, {"callbacks_in_target": 1}

# KPIS section 3, without those who wait now: a queue's own formula is counted visit by visit (`sl_good`, `sl_base`).
SERVICE_LEVELS: dict[str, Ratio] = {
    "answered": Ratio(_A_T, _A, PERCENT),
    "negative": Ratio(_A_T, _A | _B, PERCENT),
    "offered": Ratio(_A_T, _A | _B | {"flowed_out": 1}, PERCENT),
    "positive": Ratio(_A_T | _B_T, _A | _B, PERCENT),
    "removed": Ratio(_A_T | _B_T | _C_T, _A | _B | {"callbacks": 1}, PERCENT),
    "ignore": Ratio(_A_T, _A | _B | {"abandoned_in_target": -1}, PERCENT),
    "short": Ratio(_A_T, _A | _B | _S, PERCENT),
}

COUNTS_FLOW_OUTS = "offered"  # the one formula whose denominator they are in
MANY_FLOW_OUTS = 5  # percent of offered: where the formula ignores them, the number says so

RATIOS: dict[str, Ratio] = {
    "service_level": Ratio({"sl_good": 1}, {"sl_base": 1, "over_counted": 1}, PERCENT),
    "asa_s": Ratio({"answered_wait_ms": 1}, _A, SECONDS),
    "abandon_wait_s": Ratio({"abandoned_wait_ms": 1}, _B, SECONDS),
    "abandon_rate": Ratio(_B | _S, _A | _B | _S, PERCENT),
    "abandon_rate_all": Ratio(_B, _A | _B, PERCENT),
    "answer_rate": Ratio(_A, _A | _B | {"flowed_out": 1, "callbacks": 1}, PERCENT),
    "aht_s": Ratio({"talk_ms": 1, "hold_ms": 1, "wrapup_ms": 1}, {"handled": 1}, SECONDS),
    "talk_avg_s": Ratio({"talk_ms": 1}, {"handled": 1}, SECONDS),
    "wrapup_avg_s": Ratio({"wrapup_ms": 1}, {"handled": 1}, SECONDS),
    "transfer_rate": Ratio({"transferred": 1}, {"handled": 1}, PERCENT),
    "success_rate": Ratio({"success": 1}, {"success": 1, "failure": 1}, PERCENT),
    "noted_rate": Ratio({"noted": 1}, {"handled": 1}, PERCENT),
    "repeat_rate": Ratio({"repeated": 1}, {"with_customer": 1}, PERCENT),
    "resolution_s": Ratio({"resolution_ms": 1}, {"resolved": 1}, SECONDS),
    "csat": Ratio({"csat_good": 1}, {"csat_marks": 1}, PERCENT),
    "nps": Ratio({"promoters": 1, "detractors": -1}, {"nps_marks": 1}, PERCENT),
    "rating_avg": Ratio({"rating_milli": 1}, {"rated": 1}, SECONDS),
}

# metric → (the spread, the share of it that lies at or below)
PERCENTILES: dict[str, tuple[str, int]] = {
    "wait_p50_s": ("answered_wait", 50),
    "wait_p90_s": ("answered_wait", 90),
    "first_reply_p50_s": ("first_reply", 50),
    "first_reply_p90_s": ("first_reply", 90),
    "reply_p90_s": ("reply", 90),
}
ENDED_WAITS = ("answered_wait", "other_wait")  # together: the waits of all visits that ended
_SHARES: dict[str, list[tuple[str, int]]] = {spread: [] for spread in ENDED_WAITS}  # spread → what is read off it
for _metric, (_spread, _share) in PERCENTILES.items():
    _SHARES.setdefault(_spread, []).append((_metric, _share))


def ignored_flow_outs(sums: Mapping[str, int]) -> float | None:
    """In percent of offered, over the queues whose formula ignores them; None where they are not many.

    `offered_counting`, `flowed_out_counting`: of the queues whose formula counts them.
    """
    flowed_out = sums.get("flowed_out", 0) - sums.get("flowed_out_counting", 0)
    offered = sums.get("offered", 0) - sums.get("offered_counting", 0)
    if flowed_out * 100 <= MANY_FLOW_OUTS * offered:
        return None
    return 100 * flowed_out / offered if offered else 100.0


def scaled(found: dict[str, Any], sums: Mapping[str, int]) -> None:
    """The mean mark stands only where all marks are out of the same best, beside it (`rating_best`).

    They are where n × Σ best² = (Σ best)². Of marks in an older record no best is known.
    """
    n, best_milli = sums.get("rated", 0), sums.get("best_milli", 0)
    if n * sums.get("best_squares", 0) != best_milli * best_milli:
        found.pop("rating_avg", None)
    elif n and best_milli:
        found["rating_best"] = best_milli / (1000 * n)
        return
    found.pop("rating_best", None)


_PARTS = {
    metric: (tuple(ratio.top.items()), tuple(ratio.bottom.items()), *ratio.scale, ratio.scale is PERCENT)
    for metric, ratio in RATIOS.items()
}
_RATIOS_WITH: dict[str, list[str]] = {}  # count → the ratios that it is a part of
for _metric, _ratio in RATIOS.items():
    for _part in _ratio.top.keys() | _ratio.bottom.keys():
        _RATIOS_WITH.setdefault(_part, []).append(_metric)
_RATIOS_WITH |= {_part: ["rating_avg"] for _part in ("best_milli", "best_squares")}  # `scaled`


def derived(counts: Counts, over_counted: int) -> dict[str, Any]:
    """Every ratio and percentile that has a value, and in `n` of how many each percentage is.

    `over_counted`: those waiting now who are in the denominator.
    """
    found: dict[str, Any] = {"n": {}}
    _work_out(RATIOS, found, counts.sums, over_counted)
    _spread_out(_SHARES, found, counts)
    return found


def rederive(found: dict[str, Any], counts: Counts, over_counted: int, moved: set[str]) -> None:
    """Change `found`, earlier figures, to what they are now that the counts in `moved` changed."""
    wanted = {ratio for metric in moved for ratio in _RATIOS_WITH.get(metric, ())}
    if wanted:
        found["n"] = {**found["n"]}
    _work_out(sorted(wanted), found, counts.sums, over_counted)
    if spreads := [spread for spread in _SHARES if spread in moved]:
        _spread_out(spreads, found, counts)


def _work_out(metrics: Iterable[str], found: dict[str, Any], sums: Mapping[str, int], over_counted: int) -> None:
    """As Ratio.of, which would look at the bottom twice."""
    if over_counted:
        sums = {**sums, "over_counted": over_counted}
    of_how_many = found["n"]
    for metric in metrics:
        top, bottom, times, by, is_percent = _PARTS[metric]
        below = above = 0
        for part, sign in bottom:
            if part in sums:
                below += sign * sums[part]
        if below <= 0:
            found.pop(metric, None)
            of_how_many.pop(metric, None)
            continue
        for part, sign in top:
            if part in sums:
                above += sign * sums[part]
        found[metric] = above * times / (below * by)
        if is_percent:
            of_how_many[metric] = below
    if "rated" in sums or "rating_best" in found:
        scaled(found, sums)
    if "flowed_out" in sums and (percent := ignored_flow_outs(sums)) is not None:
        found["ignored_flow_outs"] = percent
    else:
        found.pop("ignored_flow_outs", None)


def _spread_out(spreads: Iterable[str], found: dict[str, Any], counts: Counts) -> None:
    for spread in spreads:
        known = counts.spreads.get(spread)
        for metric, share in _SHARES[spread]:
            if known:
                found[metric] = nearest_rank(known, share)
            else:
                found.pop(metric, None)
    longest = [max(known) for spread in ENDED_WAITS if (known := counts.spreads.get(spread))]
    if longest:
        found["max_wait_s"] = max(longest)
    else:
        found.pop("max_wait_s", None)


def nearest_rank(spread: Mapping[int, int], share: int) -> int:
    """The least value with at least `share` percent of all at or below it; `spread` is not empty."""
    rank = max(1, -(-sum(spread.values()) * share // 100))
    for value in sorted(spread):
        rank -= spread[value]
        if rank <= 0:
            return value
    raise AssertionError("the last value holds the rest")


@cache
def counted_in(formula: str, outcome: str, *, in_target: bool, short: bool) -> tuple[int, int]:
    """What a visit that ended so adds to (numerator, denominator) of a service level formula."""
    counts = {outcome: 1}
    if in_target:
        counts[f"{outcome}_in_target"] = 1
    if short:
        counts["short_abandoned"] = 1
    ratio = SERVICE_LEVELS[formula]
    return total(ratio.top, counts), total(ratio.bottom, counts)
