"""What a rule and its alerts say in words: a change by how much within how long, and who is told."""

from typing import Any

import msgspec
import pytest

from wallboard.core.noise import Course
from wallboard.core.quieter import quieter
from wallboard.core.rules import Rule
from wallboard.core.settings import Queue
from wallboard.web.alerttexts import alert_text
from wallboard.web.ruletold import change_told, facts, sentence, whom
from wallboard.web.speaking import page_say
from wallboard.web.words import words

CASES = {
    "no event": (
        {"metric": "no_event_s", "raise": "> 600", "event": "contact.answered"},
        "Without contact.answered for: more than 10:00",
    ),
    "a rise": ({"metric": "waiting", "raise": "> 5", "within": "10m"}, "Waiting, change within 10 min: more than 5"),
    "a fall": (
        {"metric": "service_level", "window": "m30", "raise": "<= -20", "within": "1h"},
        "Service level, 30 min, change within 1 h: −20.0 % or less",
    ),
    "of so many at least": (
        {
            "metric": "abandon_rate",
            "window": "m15",
            "raise": "> 10",
            "min_n": 10,
            "for": "2m",
            "or": [{"metric": "asa_s", "window": "m15", "raise": "> 60", "min_n": 5}],
        },
        "Abandon rate, 15 min: more than 10.0 %, of at least 10, or Average answer time, 15 min: more than 1:00, "
        "of at least 5, for 2 min",
    ),
    "of seconds": (
        {"metric": "asa_s", "window": "m15", "raise": "< -90", "within": "5m"},
        "Average answer time, 15 min, change within 5 min: less than −1:30",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_a_rule_says(case: str) -> None:
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


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "Support: Waiting, change within 10 min +7, limit > 5"),
        ("uk", "Support: Чекають, зміна за 10 хв +7, межа > 5"),
        ("ru", "Support: Ждут, изменение за 10 мин +7, предел > 5"),
        ("pl", "Support: Czekają, zmiana w ciągu 10 min +7, próg > 5"),
    ],
)
def test_a_rise_has_its_sign(language: str, says: str) -> None:
    row: dict[str, Any] = {
        "metric": "waiting", "limit": "> 5", "value": 7, "reads": "count", "within": "10m", "name": "Support",
    }  # fmt: skip
    assert alert_text(row, words(language)).replace("\u00a0", " ") == says


def test_an_alert_about_no_event() -> None:
    row: dict[str, Any] = {
        "metric": "no_event_s", "limit": "> 600", "value": 605, "reads": "seconds", "event": "contact.*", "name": "A",
    }  # fmt: skip
    told = alert_text(row, words("en")).replace("\u00a0", " ")
    assert told == "A: Without contact.* for 10:05, limit > 10:00"


def test_of_a_rule_about_people_it_says_that_only_leads_are_told() -> None:
    rule = msgspec.convert({"metric": "wrapup_over_s", "raise": "> 60"}, Rule)
    assert facts(rule, words("en"), page_say("en"))[-1] == "told to leads only, on the alerts page"


def test_it_says_leads_on_duty_and_the_names_of_receivers() -> None:
    rule = msgspec.convert({"metric": "waiting", "raise": "> 6", "notify": ["on-duty", "desk"]}, Rule)
    assert facts(rule, words("en"), page_say("en"))[-1] == "told: leads on duty, desk"


def test_what_would_help_is_called_as_the_form_calls_it() -> None:
    rule = msgspec.convert({"metric": "abandon_rate", "window": "m15", "raise": "> 10", "clear": "< 8"}, Rule)
    brief = [Course("r", "q", "warning", 0, over_ms=4000)]
    told = [change_told(one, words("en"), page_say("en")).replace("\u00a0", " ") for one in quieter(rule, brief)]
    assert told == ["For how long: 10 s", "Over at: less than 6.0 %", "Of so many contacts at least: 10"]


@pytest.mark.parametrize(
    ("of", "says"),
    [
        ({"queues": ["*"]}, "each queue"),
        ({"queues": ["*", "!vip", "!mail", "!600"]}, "each queue but VIP, E-mail, 600"),
        ({"queues": ["!vip"]}, "each queue but VIP"),
        ({"queues": ["mail", "sales-*"]}, "E-mail, sales-*"),
        ({"queues": ["*", "!vip"], "teams": ["one"]}, "each queue but VIP, teams one"),
        ({"teams": ["one"]}, "teams one"),
        ({}, "all queues together"),
    ],
)
def test_queues_are_called_by_their_names(of: dict[str, Any], says: str) -> None:
    rule = msgspec.convert({"metric": "waiting", "raise": "> 6", **of}, Rule)
    known = {"vip": Queue(name="VIP"), "mail": Queue(name="E-mail"), "600": Queue()}
    assert whom(rule, known, page_say("en")) == says


def test_who_is_meant_stands_in_what_a_rule_says() -> None:
    rule = msgspec.convert({"metric": "waiting", "raise": "> 6", "owners": ["Olena", "floor leads"]}, Rule)
    assert "meant for Olena, floor leads" in facts(rule, words("en"), page_say("en"))
