"""What is suggested for a rule that comes and goes can be worked out by hand, and is always a rule that can be."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from wallboard.core.condition import Condition
from wallboard.core.noise import Course
from wallboard.core.quieter import before, quieter, still_told
from wallboard.core.rules import Rule
from wallboard.core.trial import Spoke

AT_MS = 1_772_438_400_000


def course(lasts_s: float | None, at_s: int = 0, of: str = "support", acted: bool = False) -> Course:
    raised_ms = AT_MS + at_s * 1000
    over_ms = None if lasts_s is None else raised_ms + int(lasts_s * 1000)
    return Course("long", of, "warning", raised_ms, raised_ms + 1 if acted else None, over_ms, "queues")


def texts(rule: Rule, own: list[Course]) -> list[str]:
    return [one.text for one in quieter(rule, own)]


def test_a_longer_for_keeps_back_four_fifths_of_the_brief_ones() -> None:
    """Held for `for` 10 s and then 5, 8, 12, 15 and 200 s: four of five were over within 25 s. Long ones do not count,
    and what `keep_for` added was no breach."""
    rule = Rule(metric="waiting", raises="> 0", lasts="10s")
    own = [course(seconds) for seconds in (5, 8, 12, 15, 200, 3600, None)]
    assert texts(rule, own) == ['for = "30s"']
    kept = Rule(metric="waiting", raises="> 0", lasts="10s", keep_for="10s")
    assert texts(kept, [course(12), course(15)]) == ['for = "20s"']
    assert texts(Rule(metric="waiting", raises="> 0", lasts="30m"), own) == []


def test_what_another_limit_raised_says_nothing_of_what_would_help_now() -> None:
    rule = Rule(metric="waiting", raises="> 0", lasts="10s", others=[Condition(metric="ready", raises="< 1")])
    old = [course(seconds) for seconds in (120, 130)]
    for one in old:
        one.said = replace(rule, raises="> 5").named
    new = [course(5), course(6)]
    new[0].said, new[1].said = rule.named, rule.others[0].named
    assert (before(rule, [*old, *new]), before(rule, new), before(rule, [course(5)])) == (2, 0, 0)
    assert texts(rule, [*old, *new]) == texts(rule, new) == ['for = "20s"']
    assert texts(rule, old) == []


FEW_READY = Condition(metric="ready", raises="< 1")


@pytest.mark.parametrize(
    "changed",
    [
        {"lasts": "20s"}, {"clears": "< 3"}, {"min_n": 30}, {"keep_for": "5m"},
        {"conditions": []}, {"conditions": [replace(FEW_READY, raises="< 2")]}, {"conditions": [FEW_READY, FEW_READY]},
        {"others": []}, {"others": [FEW_READY], "conditions": []},
    ],
    ids=str,
)  # fmt: skip
def test_what_was_raised_while_it_lasted_cleared_or_counted_otherwise_is_told_apart(changed: dict[str, Any]) -> None:
    """`for` had been lengthened, and the report went on to ask for a longer one."""
    rule = Rule(
        metric="abandon_rate", window="m15", raises="> 10", clears="< 5", lasts="60s", keep_for="1m", min_n=20,
        conditions=[FEW_READY], others=[Condition(metric="waiting", raises="> 9")],
    )  # fmt: skip
    old, new, silent = course(5), course(6), course(7)
    for one, then in (
        (old, replace(rule, **changed)),
        (new, replace(rule, lasts="1m", keep_for="60s")),
        (silent, rule),
    ):
        one.said, one.terms = then.named, then.terms(then)
    silent.terms = None  # of before that was told
    assert before(rule, [old, new, silent]) == 1
    assert texts(rule, [old]) == []
    assert texts(rule, [old, new]) == texts(rule, [new]) != []


@pytest.mark.parametrize(
    ("metric", "raises", "clears", "suggested"),
    [
        ("oldest_wait_s", "> 60", None, 'clear = "< 48"'),
        ("oldest_wait_s", "> 60", "< 40", 'clear = "< 20"'),  # a band of 20 becomes one of 40
        ("oldest_wait_s", "> 60", "< 20", 'clear = "< 18"'),  # the widest
        ("oldest_wait_s", "> 60", "< 10", None),  # is wider already
        ("waiting", "> 2", None, 'clear = "< 1"'),
        ("waiting", "> 0", None, None),
        ("ready", "< 1", None, 'clear = "> 2"'),
    ],
)
def test_the_deadband_is_widened_where_there_is_room(
    metric: str, raises: str, clears: str | None, suggested: str | None
) -> None:
    assert texts(Rule(metric=metric, raises=raises, clears=clears), []) == ([suggested] if suggested else [])


def test_of_a_percentage_more_contacts_are_asked_for() -> None:
    rule = Rule(metric="abandon_rate", window="m15", raises="> 10", clears="< 5")
    assert texts(rule, []) == ['clear = "< 3"', "min_n = 10"]
    assert texts(Rule(metric="abandon_rate", window="m15", raises="> 10", clears="< 3", min_n=20), []) == ["min_n = 40"]
    level = Rule(metric="service_level", window="m15", raises="< 90", clears="> 95")
    assert texts(level, []) == ["min_n = 10"], "100 % and more clears nothing"


@given(
    st.sampled_from(["waiting", "oldest_wait_s", "ready", "service_level", "silent_s"]),
    st.sampled_from("<>"),
    st.integers(-5, 200),
    st.none() | st.integers(-5, 200),
    st.lists(st.integers(0, 400_000), max_size=20),
)
def test_whatever_the_rule_its_suggestions_are_rules_and_none_is_the_rule_itself(
    metric: str, sign: str, limit: int, clear: int | None, lasted: list[int]
) -> None:
    window = "m15" if metric == "service_level" else None
    clears = None if clear is None else f"{'<' if sign == '>' else '>'} {clear}"
    rule = Rule(metric=metric, window=window, raises=f"{sign} {limit}", clears=clears)
    if list(rule.faults()):
        return
    for one in quieter(rule, [course(ms / 1000) for ms in lasted]):
        assert list(one.rule.faults()) == []
        assert one.rule != rule


def test_an_alert_that_somebody_acted_on_is_still_told_where_the_trial_spoke_of_the_same_meanwhile() -> None:
    acted = [course(60), course(60, at_s=1000), course(None, at_s=5000), course(60, of="sales")]

    def spoke(at_s: int, over_s: int | None) -> Spoke:
        over_ms = None if over_s is None else AT_MS + over_s * 1000
        return Spoke("queues", "support", AT_MS + at_s * 1000, 3, over_ms)

    until_ms = AT_MS + 9_000_000
    assert still_told([spoke(30, 70)], acted, until_ms) == 1
    assert still_told([spoke(61, 70), spoke(990, 999)], acted, until_ms) == 0
    assert still_told([spoke(0, None)], acted, until_ms) == 3
