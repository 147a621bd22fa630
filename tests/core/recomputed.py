"""Does what explain says of a number give that number? A reader with a pencil."""

from typing import Any

import pytest

from wallboard.core.explain import explain
from wallboard.core.state import Floor


def worked_out(said: dict[str, Any]) -> float | None:
    """A reader with a pencil: from the parts to the number, by the rule that `shape` names."""
    top = sum(term["sign"] * term["n"] for term in said.get("numerator", {"terms": []})["terms"])
    bottom = sum(term["sign"] * term["n"] for term in said.get("denominator", {"terms": []})["terms"])
    match said["shape"]:
        case "count" | "sum":
            return top / said["by"]
        case "ratio":
            return top * said["times"] / (bottom * said["by"]) if bottom >= said["denominator"]["least"] else None
        case "percentile":
            waits = [second for second, times in said["spread"] for _ in range(times)]
            return waits[said["rank"] - 1] if waits else None
        case "longest":
            return max((second for second, _ in said["spread"]), default=None)
        case "earliest":
            return min(said["instants"], default=None)
        case "expected":
            now = {term["term"]: term["n"] for term in said["now_terms"]["terms"]}
            if now["idle"] or not (now["ready"] and bottom and top):
                return 0 if now["idle"] else None
            return (now["waiting"] + 1) * (top / bottom / 1000) / now["ready"]
    raise AssertionError(f"{said['metric']} is {said['shape']}")


def recomputes(floor: Floor, kind: str, name: str, metric: str, window: str, number: Any) -> dict[str, Any]:
    said = explain(floor, kind, name, metric, window, people=True)
    assert said is not None
    assert said.get("value") == number, (kind, name, metric, window)
    if number is not None or said["shape"] != "stated":
        assert worked_out(said) == pytest.approx(number), (kind, name, metric, window)
    for side in ("numerator", "denominator"):
        if side in said:
            assert said[side]["total"] == sum(term["sign"] * term["n"] for term in said[side]["terms"])
    return said
