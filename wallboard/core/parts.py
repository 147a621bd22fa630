"""What is a number made of? Its terms with their counts, such that anybody can work it out again.

shape       the number is
count       Σ top
sum         Σ top / by
ratio       Σ top × times / (Σ bottom × by); none while Σ bottom is below `least`
percentile  the nearest rank: the least second with `share` percent of the spread at or below it
longest     the greatest second of the spread
earliest    the least of `instants`
expected    (waiting + 1) × ratio / ready; 0 while somebody is idle
stated      as its source told it: there are no parts
modelled    by a model of queues (core/need.py): what it was given stands in `need`
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from msgspec import Struct

from wallboard.core.formulas import ENDED_WAITS, PERCENTILES, RATIOS, SERVICE_LEVELS, Ratio, Terms, nearest_rank
from wallboard.core.tally import Tally

Shape = Literal["count", "sum", "ratio", "percentile", "longest", "earliest", "expected", "stated", "modelled"]

STANDINGS = ("staffed", "ready", "idle", "paused")
INSTANTS = {"oldest_at": "waiting", "oldest_unanswered_at": "unanswered", "oldest_case_at": "case"}
LIVE = frozenset({"waiting", "over_target", "ringing", "engaged", "holding", "wrapup"})
OWN_NAMES = ("codes.", "tags.")
STATES = ("handling", "ringing", "unreachable", "paused", "busy", "idle", "unknown")
# Counts of now that are told of some queues only: known, and 0, where this was counted lately.
TOLD_BY = {"unanswered": "reply", "open_cases": "resolved"}
HOUR_MS = 3_600_000
LEAST_SIGNED_IN_MS = HOUR_MS // 4  # below it contacts an hour say nothing


class Term(NamedTuple):
    """`sign` × `n`: how often (or, where the name ends in `_ms`, how many ms)."""

    name: str
    n: int
    sign: int = 1


class Parts(Struct, frozen=True, kw_only=True):
    """The parts of one number. `spread`: (second, how often), in order; `instants`: ms UTC, the earliest first."""

    shape: Shape
    top: tuple[Term, ...] = ()
    bottom: tuple[Term, ...] = ()
    times: int = 1
    by: int = 1
    least: int = 1
    spread: tuple[tuple[int, int], ...] = ()
    share: int = 0
    instants: tuple[int, ...] = ()
    now: tuple[Term, ...] = ()  # of `expected`: waiting, ready, idle

    @property
    def numerator(self) -> int:
        return sum(term.sign * term.n for term in self.top)

    @property
    def denominator(self) -> int:
        return sum(term.sign * term.n for term in self.bottom)

    @property
    def n(self) -> int:
        """How many it rests on."""
        if self.spread:
            return sum(times for _, times in self.spread)
        return self.denominator if self.bottom else len(self.instants) if self.instants else self.numerator

    @property
    def rank(self) -> int:
        """Of a percentile: the how manieth of the waits, sorted, it is."""
        return max(1, -(-self.n * self.share // 100))

    def value(self) -> float | None:
        """The number, worked out again; None where it has no value."""
        match self.shape:
            case "count" | "sum":
                return self.numerator if self.by == 1 else self.numerator / self.by
            case "ratio":
                return self._ratio()
            case "percentile":
                return nearest_rank(dict(self.spread), self.share) if self.spread else None
            case "longest":
                return self.spread[-1][0] if self.spread else None
            case "earliest":
                return self.instants[0] if self.instants else None
            case "expected":
                return self._expected()
        return None

    def _ratio(self) -> float | None:
        if self.denominator < self.least:
            return None
        return self.numerator * self.times / (self.denominator * self.by)

    def _expected(self) -> float | None:
        now = {term.name: term.n for term in self.now}
        if now["idle"]:
            return 0
        handling_s = self._ratio()
        return (now["waiting"] + 1) * handling_s / now["ready"] if handling_s and now["ready"] else None


STATED = Parts(shape="stated")
MODELLED = Parts(shape="modelled")


def of_tally(
    tally: Tally, metric: str, window: str, formula: str | None, told: Sequence[Mapping[str, int]] = ()
) -> Parts | None:
    """Of a queue or group. `formula`: the service level's, None for a group of several; `told`: of a group's queues
    that only a platform tells of (core/statedgroup.py). None: not known here."""
    if window == "now":
        return _now(tally, metric, told)
    if not tally.sources:
        return None
    counts = tally.ledger.window(window)
    sums = joined(counts.sums, told, parts_of(metric, formula)) if told else counts.sums
    if metric == "service_level":
        return _service_level(sums, tally.live["over_counted"], formula)
    if metric in RATIOS:
        return ratio(RATIOS[metric], sums)
    if metric in PERCENTILES:
        name, share = PERCENTILES[metric]
        return Parts(shape="percentile", spread=tuple(sorted(counts.spreads.get(name, {}).items())), share=share)
    if metric == "max_wait_s":
        return Parts(shape="longest", spread=_together([counts.spreads.get(name, {}) for name in ENDED_WAITS]))
    if metric == "outcome_value":
        known = counts.sums.get("outcome_values")
        return _sum("outcome_value_milli", counts.sums) if known else None
    if metric.startswith(OWN_NAMES):
        return Parts(shape="count", top=(Term(metric, counts.sums.get(metric, 0)),))
    return _plain(metric, sums)


def parts_of(metric: str, formula: str | None = None) -> frozenset[str]:
    """The counts of a window that the number is made of."""
    of = [RATIOS[metric]] if metric in RATIOS else []
    of += [SERVICE_LEVELS[formula]] if metric == "service_level" and formula else []
    found = {name for one in of for name in (*one.top, *one.bottom)} - {"over_counted"}
    return frozenset(found or {f"{metric.removesuffix('_s')}_ms" if metric.endswith("_s") else metric})


def joined(sums: Mapping[str, int], told: Iterable[Mapping[str, int]], parts: Collection[str]) -> Mapping[str, int]:
    """With what those of `told` say that say all of `parts`."""
    found = {**sums}
    for one in told:
        if all(part in one for part in parts):
            found |= {part: found.get(part, 0) + one[part] for part in parts}
    return found


def of_agent(sums: Mapping[str, int], times: Mapping[str, int], longest_ms: int, metric: str) -> Parts | None:
    """Of one person, in `day` or `shift`. `times`: state → ms; `sums`: what contacts added."""
    states = {f"{state}_ms": times.get(state, 0) for state in STATES}
    in_all = tuple(Term(name, n) for name, n in states.items())
    signed_in_ms = sum(states.values())
    if metric.startswith("paused."):
        return _sum(f"{metric}_ms", {f"{metric}_ms": times[metric]}) if metric in times else None
    if metric in ("occupancy", "utilisation", "per_hour", "longest_stretch_s") and not signed_in_ms:
        return None
    if metric == "occupancy":
        handled, idle = Term("handling_ms", states["handling_ms"]), Term("idle_ms", states["idle_ms"])
        return Parts(shape="ratio", top=(handled,), bottom=(handled, idle), times=100)
    if metric == "utilisation":
        return Parts(shape="ratio", top=(Term("handling_ms", states["handling_ms"]),), bottom=in_all, times=100)
    if metric == "per_hour":
        top = (Term("handled", sums.get("handled", 0)),)
        return Parts(shape="ratio", top=top, bottom=in_all, times=HOUR_MS, least=LEAST_SIGNED_IN_MS)
    if metric == "signed_in_s":
        return Parts(shape="sum", top=in_all, by=1000) if signed_in_ms else None
    if metric == "longest_stretch_s":
        return _sum("longest_stretch_ms", {"longest_stretch_ms": longest_ms})
    if metric.removesuffix("_s") in STATES and metric.endswith("_s"):
        return _sum(metric.removesuffix("_s") + "_ms", states) if signed_in_ms else None
    return ratio(RATIOS[metric], sums) if metric in RATIOS else _plain(metric, sums)


def ratio(formula: Ratio, sums: Mapping[str, int]) -> Parts:
    times, by = formula.scale
    return Parts(shape="ratio", top=terms(formula.top, sums), bottom=terms(formula.bottom, sums), times=times, by=by)


def terms(names: Terms, sums: Mapping[str, int]) -> tuple[Term, ...]:
    return tuple(Term(name, sums.get(name, 0), sign) for name, sign in names.items())


def _service_level(sums: Mapping[str, int], over_counted: int, formula: str | None) -> Parts:
    """With the formula's own terms where they give what was counted visit by visit, else with those counts."""
    counted = ratio(RATIOS["service_level"], {**sums, "over_counted": over_counted})
    if formula is None:
        return counted
    waiting = Term("over_counted", over_counted)
    named = ratio(SERVICE_LEVELS[formula], sums)
    told = Parts(shape="ratio", top=named.top, bottom=(*named.bottom, waiting), times=named.times, by=named.by)
    same = (told.numerator, told.denominator) == (counted.numerator, counted.denominator)
    return told if same else counted


def _now(tally: Tally, metric: str, told: Sequence[Mapping[str, int]]) -> Parts | None:
    live = tally.live
    if metric in INSTANTS:
        return Parts(shape="earliest", instants=tuple(sorted(tally.waits[INSTANTS[metric]].elements())))
    if metric == "est_wait_s":
        if not tally.sources:
            return None
        handling = ratio(RATIOS["aht_s"], tally.ledger.window("m60").sums)
        now = tuple(Term(name, live[name]) for name in ("waiting", "ready", "idle"))
        return Parts(shape="expected", top=handling.top, bottom=handling.bottom, by=handling.by, now=now)
    known = live["members"] if metric in STANDINGS else tally.sources if metric in LIVE else is_told(tally, metric)
    n = live[metric] + sum(one.get(metric, 0) for one in told)
    return Parts(shape="count", top=(Term(metric, n),)) if known else None


def is_told(tally: Tally, metric: str) -> bool:
    """Whether a count of now that only some sources tell is known here, 0 included."""
    if metric in tally.live:
        return True
    if metric not in TOLD_BY:
        return False
    by, day, hour = TOLD_BY[metric], tally.ledger.window("day"), tally.ledger.window("m60")
    return by in day.sums or by in day.spreads or by in hour.sums or by in hour.spreads


def _plain(metric: str, sums: Mapping[str, int]) -> Parts | None:
    if metric.endswith("_s"):
        return _sum(metric.removesuffix("_s") + "_ms", sums)
    n = sums.get(metric, 0)
    return Parts(shape="count", top=(Term(metric, n),)) if n or not metric.startswith(OWN_NAMES) else None


def _sum(name: str, sums: Mapping[str, int]) -> Parts:
    return Parts(shape="sum", top=(Term(name, sums.get(name, 0)),), by=1000)


def _together(spreads: list[dict[int, int]]) -> tuple[tuple[int, int], ...]:
    both: dict[int, int] = {}
    for spread in spreads:
        for second, n in spread.items():
            both[second] = both.get(second, 0) + n
    return tuple(sorted(both.items()))
