"""Which kind of facts count in a number, and which of them did last? Visits, or legs and others (core/counted.py)."""

from wallboard.core import counted
from wallboard.core.covering import is_in, queues_of
from wallboard.core.formulas import PERCENTILES, RATIOS, Terms
from wallboard.core.kpis import Document
from wallboard.core.state import Floor

OF_VISITS = frozenset({
    "offered", "answered", "abandoned", "short_abandoned", "flowed_out", "callbacks", "lost", "answered_in_target",
    "abandoned_in_target", "out_of_hours", "service_level", "asa_s", "abandon_wait_s", "abandon_rate",
    "abandon_rate_all", "answer_rate", "max_wait_s", "wait_p50_s", "wait_p90_s",
})  # fmt: skip
_SPREADS = {"max_wait_s": ("answered_wait", "other_wait")} | {name: (of,) for name, (of, _) in PERCENTILES.items()}
_OF_THEIR_OWN = {"repeat_rate": counted.repeats, "resolution_s": counted.resolutions}


def counted_in(floor: Floor, kind: str, name: str, metric: str, window: str) -> list[Document]:
    """The visits, or the legs and other facts, that counted; the newest first."""
    if kind == "kpis":
        return []
    belongs = (lambda one: one == name) if kind == "agents" else queues_of(floor, kind, name)
    if window == "now":
        return counted.waiting(floor, metric, belongs) if metric in counted.WAITING else []

    def holds(one: str, at_ms: int) -> bool:
        return belongs(one) and is_in(floor, kind, one, at_ms, window)

    top, bottom = _weights(metric)
    if kind == "agents":
        return counted.others(floor, "agents", top, bottom, {name}, holds)
    queues = {name} if kind == "queues" else {queue for queue in floor.tallies.queues if belongs(queue)}
    if metric in _OF_THEIR_OWN:
        return _OF_THEIR_OWN[metric](floor, holds)
    if metric in OF_VISITS:
        return counted.visits(floor, metric, top, bottom, queues, holds)
    return counted.others(floor, "queues", top, bottom, queues, holds)


def _weights(metric: str) -> tuple[Terms, Terms]:
    """What of a visit's facts makes it count: (numerator, denominator)."""
    if metric in RATIOS:
        return RATIOS[metric].top, RATIOS[metric].bottom
    if metric in _SPREADS:
        return dict.fromkeys(_SPREADS[metric], 1), {}
    if metric == "outcome_value":
        return {"outcome_value_milli": 1}, {}
    return {metric.removesuffix("_s") + "_ms" if metric.endswith("_s") else metric: 1}, {}
