"""What is wrong with a rule is named by its place, and a limit that its number never or always passes is found."""

from typing import Any

import msgspec
import pytest

from wallboard.core.rules import Rule

FAULTS = {
    "raise": ({"raise": "120"}, "expected a sign"),
    "clear": ({"clear": "> 1"}, "would clear as it raises"),
    "for": ({"for": "soon"}, "30s"),
    "metric": ({"metric": "waitng"}, "did you mean 'waiting'"),
    "when": ({"when": "on Sundays"}, "'open', 'always'"),
    "window": ({"window": "m15"}, "it is counted now"),
    "and[0].raise": ({"and": [{"metric": "waiting", "raise": "x"}]}, "expected a sign"),
    "sources": ({"sources": ["pbx"]}, "no number of sources"),
    "within": ({"within": "2h"}, "from 1m to 1h"),
    "or[0].within": ({"or": [{"metric": "oldest_wait_s", "raise": "> 60", "within": "5m"}]}, "give it a limit alone"),
    "queues": ({"queues": ["a-*"] * 501}, "501 of them: expected at most 500"),
    "and[0].raise ": ({"and": [{"metric": "waiting", "raise": "< 5", "within": "5m"}]}, "'< -5' for a fall"),
}


@pytest.mark.parametrize("at", FAULTS)
def test_what_is_wrong_with_a_rule_is_named(at: str):
    written, words = FAULTS[at]
    rule = msgspec.convert({"metric": "waiting", "raise": "> 2"} | written, Rule)
    ((found, reason),) = rule.faults()
    assert found == at.strip()
    assert words in reason


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"metric": "abandon_rate", "raise": "> 800"}, [("raise", "never")]),
        ({"metric": "abandon_rate", "raise": "> 100"}, [("raise", "never")]),
        ({"metric": "abandon_rate", "raise": ">= 100", "clear": "< 0"}, [("clear", "never")]),
        ({"metric": "abandon_rate", "raise": "< 101"}, [("raise", "always")]),
        ({"metric": "abandon_rate", "raise": "< -5", "within": "5m"}, []),
        ({"metric": "abandon_rate", "raise": "> 120", "within": "5m"}, [("raise", "never")]),
        ({"metric": "nps", "raise": "< -20"}, []),
        ({"metric": "waiting", "raise": "< 0"}, [("raise", "never")]),
        (
            {"metric": "waiting", "raise": "> 0", "or": [{"metric": "asa_s", "raise": ">= 0"}]},
            [("or[0].raise", "always")],
        ),
        ({"metric": "wrapup_over_s", "raise": "> 60", "clear": "<= 0"}, []),
        ({"metric": "kpi.sales", "raise": "< -5"}, []),
    ],
)
def test_a_limit_that_its_number_never_or_always_passes_is_found(
    said: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    rule = msgspec.convert(said, Rule)
    assert list(rule.faults()) == []
    assert list(rule.beyond()) == found
