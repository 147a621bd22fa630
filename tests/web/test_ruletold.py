"""A rule about a change, and an alert of one, say so in words: by how much, within how long."""

from typing import Any

import msgspec
import pytest

from wallboard.core.rules import Rule
from wallboard.web.lists import alert_text
from wallboard.web.ruletold import sentence
from wallboard.web.speaking import page_say
from wallboard.web.words import words

CASES = {
    "a rise": ({"metric": "waiting", "raise": "> 5", "within": "10m"}, "Waiting, change within 10 min: more than 5"),
    "a fall": (
        {"metric": "service_level", "window": "m30", "raise": "<= -20", "within": "1h"},
        "Service level, 30 min, change within 1 h: −20.0 % or less",
    ),
    "of seconds": (
        {"metric": "asa_s", "window": "m15", "raise": "< -90", "within": "5m"},
        "Average answer time, 15 min, change within 5 min: less than −1:30",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_rule_about_a_change(case: str) -> None:
    written, says = CASES[case]
    rule = msgspec.convert(written, Rule)
    assert list(rule.faults()) == []
    assert sentence(rule, words("en"), page_say("en")).replace("\u00a0", " ") == says


def test_an_alert_of_one() -> None:
    row: dict[str, Any] = {
        "metric": "waiting", "limit": "< -5", "value": -7, "reads": "count", "within": "10m", "name": "Support",
    }  # fmt: skip
    assert (
        alert_text(row, words("en")).replace("\u00a0", " ") == "Support: Waiting, change within 10 min −7, limit < −5"
    )
