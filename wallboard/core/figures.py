"""What do the counts of a window say? Its figures in the state document (docs/kpis.md), of a queue, group or agent.

A window's figures are one object as long as nothing in it changes, and of what changed only those numbers are worked
out again that it is a part of.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from wallboard.core.formulas import PERCENT, RATIOS, derived, rederive, scaled, total
from wallboard.core.ledger import Counts
from wallboard.core.parts import HOUR_MS, LEAST_SIGNED_IN_MS, STATES

Document = dict[str, Any]

COUNTS = (
    "offered", "answered", "abandoned", "short_abandoned", "flowed_out", "callbacks", "lost",
    "answered_in_target", "abandoned_in_target", "missed", "refused", "out_of_hours", "handled", "transferred", "rated",
)  # fmt: skip
DURATIONS = ("talk", "hold", "wrapup")
FAMILIES = ("codes", "tags")
AGENT_RATIOS = ("success_rate", "rating_avg")
AGENT_COUNTS = ("answered", "handled", "missed", "transferred", "rated")
_IN_SECONDS = {f"{part}_ms": f"{part}_s" for part in DURATIONS}
_ZEROS: Document = dict.fromkeys((*COUNTS, *_IN_SECONDS.values()), 0)
_AGENT_ZEROS: Document = dict.fromkeys((*AGENT_COUNTS, *_IN_SECONDS.values()), 0)
_STATE_FIGURES = {state: f"{state}_s" for state in STATES}
_NO_TIME: Document = dict.fromkeys(_STATE_FIGURES.values(), 0)
_NOTHING: Document = {}  # one for all, so that nobody compares it


class _Shown(NamedTuple):
    over_counted: int
    figures: Document


def window_figures(counts: Counts, over_counted: int) -> Document:
    """As `figures`. The same object as long as nothing changed, so that nobody compares what is equal."""
    shown: _Shown | None = counts.shown
    if shown is None:
        found = figures(counts, over_counted)
    elif counts.moved or shown.over_counted != over_counted:
        found = _after(shown, counts, over_counted)
    else:
        return shown.figures
    counts.shown = _Shown(over_counted, found)
    counts.moved.clear()
    return found


def figures(counts: Counts, over_counted: int) -> Document:
    """All numbers of a window or an interval, those that follow from others too."""
    found = dict(_ZEROS)
    families: dict[str, Document] = {family: {} for family in FAMILIES}
    for metric, amount in counts.sums.items():
        if metric in _ZEROS:
            found[metric] = amount
        elif metric in _IN_SECONDS:
            found[_IN_SECONDS[metric]] = thousandths(amount)
        elif "." in metric:
            family, _, name = metric.partition(".")
            families[family][name] = amount
    if "outcome_values" in counts.sums:
        found["outcome_value"] = thousandths(counts.sums.get("outcome_value_milli", 0))
    return found | derived(counts, over_counted) | families


def _after(shown: _Shown, counts: Counts, over_counted: int) -> Document:
    """The figures that were shown, with what changed since."""
    sums, moved = counts.sums, counts.moved
    if shown.over_counted != over_counted:
        moved.add("over_counted")
    found = dict(shown.figures)
    for metric in moved:
        if metric in _ZEROS:
            found[metric] = sums.get(metric, 0)
        elif metric in _IN_SECONDS:
            found[_IN_SECONDS[metric]] = thousandths(sums.get(metric, 0))
        elif "." in metric:
            family, _, name = metric.partition(".")
            found[family] = {one: amount for one, amount in found[family].items() if one != name}
            if metric in sums:
                found[family][name] = sums[metric]
    if "outcome_values" in sums:
        found["outcome_value"] = thousandths(sums.get("outcome_value_milli", 0))
    else:
        found.pop("outcome_value", None)
    rederive(found, counts, over_counted, moved)
    return found


def own_figures(sums: Mapping[str, int], times: Mapping[str, int], longest_ms: int) -> Document:
    """An agent's own figures of a window or an interval; those of time only where it was ever signed in."""
    return with_times(of_contacts(sums), times, longest_ms)


def window_of_contacts(counts: Counts) -> Document:
    """As `of_contacts`, and the same object as long as nothing changed."""
    if counts.shown is None or counts.moved:
        counts.shown = of_contacts(counts.sums)
        counts.moved.clear()
    found: Document = counts.shown
    return found


def of_contacts(sums: Mapping[str, int]) -> Document:
    """The part of an agent's own figures that contacts add up to."""
    found = dict(_AGENT_ZEROS)
    for metric, amount in sums.items():
        if metric in _IN_SECONDS:
            found[_IN_SECONDS[metric]] = thousandths(amount)
        elif metric in found:
            found[metric] = amount
    found["n"] = {}
    for metric in AGENT_RATIOS:
        ratio = RATIOS[metric]
        if (value := ratio.of(sums)) is not None:
            found[metric] = value
            if ratio.scale is PERCENT:
                found["n"][metric] = total(ratio.bottom, sums)
    if "rated" in sums:
        scaled(found, sums)
    return found


def with_times(contacts: Document, times: Mapping[str, int], longest_ms: int) -> Document:
    """An agent's own figures: those of its contacts, and where the time went (state → ms)."""
    found = {**contacts, "paused": _NOTHING, **_NO_TIME}
    signed_in_ms = 0
    for state, ms in times.items():
        if state in _STATE_FIGURES:
            signed_in_ms += ms
            found[_STATE_FIGURES[state]] = ms // 1000 if ms % 1000 == 0 else ms / 1000
    if "paused" in times:
        found["paused"] = {
            name.removeprefix("paused."): thousandths(ms)
            for name, ms in sorted(times.items())
            if name.startswith("paused.")
        }
    if not signed_in_ms:
        return {**contacts, "paused": found["paused"]}
    found["signed_in_s"], found["longest_stretch_s"] = thousandths(signed_in_ms), thousandths(longest_ms)
    handling_ms, idle_ms = times.get("handling", 0), times.get("idle", 0)
    if handling_ms + idle_ms:
        found["occupancy"] = 100 * handling_ms / (handling_ms + idle_ms)
    found["utilisation"] = 100 * handling_ms / signed_in_ms
    if signed_in_ms >= LEAST_SIGNED_IN_MS:
        found["per_hour"] = found["handled"] * HOUR_MS / signed_in_ms
    return found


def family(prefix: str, amounts: Mapping[str, int]) -> Document:
    """`paused_by.lunch` → `lunch`."""
    names = [name for name in amounts if name.startswith(prefix)]
    return {name.removeprefix(prefix): amounts[name] for name in sorted(names)} if names else _NOTHING


def thousandths(amount: int) -> float | int:
    """Of milliseconds the seconds; whole ones as an integer, so that the text does not change for nothing."""
    return amount // 1000 if amount % 1000 == 0 else amount / 1000
