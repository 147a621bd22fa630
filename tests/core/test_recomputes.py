"""What explain says recomputes to the number shown: every number, on made-up days."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_up_days import ZONES, in_queue, logs, rule
from oracle_parts import Rule
from recomputed import recomputes
from test_oracle import LOGS, WINDOWS, _is_repeat, _settings

from wallboard.core import events as ev
from wallboard.core import kpis
from wallboard.core.explain import explain
from wallboard.core.state import Floor

SECOND = 1000
NOW_METRICS = (
    "waiting", "over_target", "ringing", "engaged", "holding", "wrapup", "staffed", "ready", "idle", "paused",
    "unanswered", "oldest_at", "oldest_unanswered_at", "est_wait_s", "open_cases", "oldest_case_at",
)  # fmt: skip


@given(
    logs(), st.dictionaries(in_queue, rule), st.lists(st.sampled_from(ZONES), min_size=2, max_size=2),
    st.integers(0, 5 * 3600),
)  # fmt: skip
@settings(max_examples=LOGS // 3, suppress_health_check=list(HealthCheck))
def test_every_number_of_every_queue_group_and_agent_recomputes_from_what_explain_says(
    log: tuple[int, list[tuple[int, ev.Event]]], rules: dict[str, Rule], zones: list[str], look_s: int
) -> None:
    _, arrivals = log
    floor, seen = Floor(_settings(rules, zones)), list[ev.Event]()
    floor.watch(["q1", "q2"])
    look_ms = arrivals[0][0] + look_s * SECOND
    for arrival_ms, event in (one for one in arrivals if one[0] <= look_ms):
        if not _is_repeat(event, seen):
            floor.apply(event, arrival_ms)
        seen.append(event)
    floor.advance(look_ms)
    whole = kpis.document(floor)
    for kind in ("queues", "groups"):
        for name, row in whole[kind].items():
            for metric in NOW_METRICS:
                recomputes(floor, kind, name, metric, "now", row["now"].get(metric))
            for window in (window for window in WINDOWS if window in row):
                for metric, number in numbers(row[window]).items():
                    said = recomputes(floor, kind, name, metric, window, number)
                    _visits_add_up(said)
                _formulas_add_up(floor, kind, name, window)
            for reason, number in row["now"]["paused_by"].items():
                recomputes(floor, kind, name, f"paused_by.{reason}", "now", number)
    for name, row in whole["agents"].items():
        for window in ("day", "shift"):
            for metric, number in numbers(row.get(window, {})).items():
                recomputes(floor, "agents", name, metric, window, number)
        for tag, number in row["tags"].items():
            recomputes(floor, "agents", name, f"tags.{tag}", "day", number)


def numbers(row: dict[str, Any]) -> dict[str, float]:
    """Every number of a window, those of families with their dot; without what is a note of another one."""
    notes = ("ignored_flow_outs", "rating_best")
    flat = {name: value for name, value in row.items() if not isinstance(value, dict) and name not in notes}
    families = {name: value for name, value in row.items() if isinstance(value, dict) and name != "n"}
    return flat | {f"{family}.{own}": value for family, found in families.items() for own, value in found.items()}


def _visits_add_up(said: dict[str, Any]) -> None:
    """While fewer than 20 counted, the listed ones are all of them, and give the sums."""
    if said["shape"] not in ("count", "ratio", "sum") or len(said["visits"]) >= 20:
        return
    waiting = sum(
        term["n"] for term in said.get("denominator", {"terms": []})["terms"] if term["term"] == "over_counted"
    )
    assert sum(one["numerator"] for one in said["visits"]) == said["numerator"]["total"], said
    if "denominator" in said:
        assert sum(one["denominator"] for one in said["visits"]) == said["denominator"]["total"] - waiting, said


def _formulas_add_up(floor: Floor, kind: str, name: str, window: str) -> None:
    said = explain(floor, kind, name, "service_level", window, people=False)
    assert said is not None
    if said["shape"] == "ratio" and kind == "groups":
        assert sum(one["good"] for one in said["formulas"]) == said["numerator"]["total"]
        assert sum(one["base"] + one["waiting"] for one in said["formulas"]) == said["denominator"]["total"]
    if said["shape"] == "ratio" and kind == "queues":
        own = next(one for one in said["service_levels"] if one["formula"] == said["target"]["formula"])
        assert own.get("value") == said.get("value")
