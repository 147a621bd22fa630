"""What does a number leave out, and what should its reader know? Exclusions and notes, as codes with counts."""

from collections.abc import Mapping, Sequence
from typing import Any

from wallboard.core.formulas import COUNTS_FLOW_OUTS, MANY_FLOW_OUTS
from wallboard.core.parts import Parts

Document = dict[str, Any]

OUTCOMES = ("answered", "abandoned", "flowed_out", "callbacks", "lost")
OF_VISITS = frozenset({
    "service_level", "asa_s", "abandon_wait_s", "abandon_rate", "abandon_rate_all", "answer_rate", "wait_p50_s",
    "wait_p90_s",
})  # fmt: skip
OF_LEGS = frozenset({
    "handled", "talk_s", "hold_s", "wrapup_s", "aht_s", "talk_avg_s", "wrapup_avg_s", "transferred", "transfer_rate",
})  # fmt: skip
SO_FAR = frozenset({"success_rate", "noted_rate", "csat", "nps", "rating_avg", "rated", "outcome_value"})


def exclusions(metric: str, parts: Parts, sums: Mapping[str, int], live: Mapping[str, int]) -> list[Document]:
    """Each `{"code", "n"}`; `n` is how many it is now, absent where nobody counts it."""
    if metric in OF_LEGS:
        return [{"code": "open_legs", "n": live["engaged"] + live["holding"] + live["wrapup"]}, {"code": "direct_legs"}]
    if metric == "max_wait_s":
        return [{"code": "still_waiting", "n": live["waiting"]}, {"code": "doubtful", "n": live["doubtful"]}]
    if metric in ("offered", *OUTCOMES):
        return [{"code": "refused", "n": sums.get("refused", 0)}]
    return _of_rate(metric, parts, sums, live) if metric in OF_VISITS else []


def _of_rate(metric: str, parts: Parts, sums: Mapping[str, int], live: Mapping[str, int]) -> list[Document]:
    found: list[Document] = []
    counted = {term.name: term.sign for term in parts.bottom} or {"answered": 1}
    if "sl_base" in counted:
        found.append({"code": "by_formula"})
    else:
        out = [outcome for outcome in OUTCOMES if outcome not in counted]
        out += [part for part in ("short_abandoned", "abandoned_in_target") if counted.get(part) == -1]
        found += [{"code": f"not_{name}", "n": sums.get(name, 0)} for name in out]
    found.append({"code": "refused", "n": sums.get("refused", 0)})
    waiting = live["waiting"] - (live["over_counted"] if metric == "service_level" else 0)
    return [*found, {"code": "still_waiting", "n": waiting}]


def notes(metric: str, parts: Parts, formulas: Sequence[Document], min_n: int) -> list[Document]:
    """Each `{"code", …}` with the figures that its sentence names."""
    found: list[Document] = []
    if metric == "service_level":
        if len(formulas) > 1:
            found.append({"code": "several_formulas", "formulas": [one["formula"] for one in formulas]})
        ignoring = [one for one in formulas if one["formula"] != COUNTS_FLOW_OUTS]
        flowed_out, offered = (sum(one[name] for one in ignoring) for name in ("flowed_out", "offered"))
        if flowed_out * 100 > MANY_FLOW_OUTS * offered:
            percent = 100 * flowed_out / offered if offered else 100.0
            found.append({"code": "flow_outs", "n": flowed_out, "offered": offered, "percent": percent})
    if parts.bottom and 0 < parts.denominator < min_n:
        found.append({"code": "few", "n": parts.denominator, "min_n": min_n})
    if metric in SO_FAR:
        found.append({"code": "so_far"})
    if metric == "repeat_rate":
        found.append({"code": "so_far_repeats"})
    return found
