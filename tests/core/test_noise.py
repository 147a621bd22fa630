"""What the report says of the alerts can be counted by hand; and counted slowly it is the same."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from wallboard.core.condition import Condition
from wallboard.core.events import (
    AlertAcknowledged,
    AlertActed,
    AlertCleared,
    AlertEvent,
    AlertRaised,
    AlertSnoozed,
    AlertWoken,
)
from wallboard.core.noise import TEN_MIN_MS, Course, Measure, courses, report
from wallboard.core.rules import Rule

BEGIN_MS = 1_772_438_400_000
HOUR_MS = 3_600_000
MINUTE_MS = 60_000


def raised(alert: str, at_ms: int, rule: str = "long", of: str = "support", severity: str = "warning") -> AlertEvent:
    return AlertRaised(alert=alert, rule=rule, severity=severity, time=at_ms, attributes={"kind": "queues", "of": of})


def course(at_min: float, lasts_s: float | None = 60, of: str = "support", rule: str = "long", **more: int) -> Course:
    at_ms = BEGIN_MS + round(at_min * MINUTE_MS)
    return Course(rule, of, "warning", at_ms, over_ms=None if lasts_s is None else at_ms + int(lasts_s * 1000), **more)


def measured(alerts: list[Course], hours: float = 10) -> dict[str, Measure]:
    return {one.name: one for one in report(alerts, BEGIN_MS, BEGIN_MS + int(hours * HOUR_MS)).measures}


def test_the_course_of_an_alert() -> None:
    found = courses([
        raised("a", 1000), AlertWoken(alert="a", time=1500), AlertSnoozed(alert="a", time=2000, who="Ann"),
        AlertAcknowledged(alert="a", time=3000, who="Ben"), AlertCleared(alert="a", time=9000),
        AlertActed(alert="a", time=9500, who="Ben", attributes={"result": "false_alarm"}),
        raised("b", 5000, of="sales"), AlertActed(alert="b", time=5500, who="Ben", attributes={"result": "talked"}),
        AlertCleared(alert="unknown", time=9999),
    ])  # fmt: skip
    assert found == [
        Course("long", "support", "warning", 1000, acted_ms=2000, over_ms=9000, kind="queues", is_false=True),
        Course("long", "sales", "warning", 5000, acted_ms=5500, kind="queues"),
    ]


def test_an_alert_knows_the_limit_that_raised_it() -> None:
    said = {"kind": "queues", "of": "q", "metric": "waiting", "limit": "> 6", "since": "1"}
    [found] = courses([AlertRaised(alert="a", rule="r", time=1, attributes=said)])
    assert (found.said, found.terms) == (Rule(metric="waiting", raises="> 6").named, None)
    rule = Rule(metric="waiting", raises="> 6", clears="< 3", lasts="2m", min_n=5)
    [found] = courses([AlertRaised(alert="a", rule="r", time=1, attributes=said | rule.terms(rule))])
    assert found.terms == rule.terms(rule) == {"for": "120s", "keep_for": "0s", "clear": "< 3", "min_n": "5"}
    joined = replace(
        rule, conditions=[Condition(metric="ready", raises="< 1")], others=[Condition(metric="paused", raises="> 5")]
    )
    [found] = courses([AlertRaised(alert="a", rule="r", time=1, attributes=said | joined.terms(joined))])
    assert found.terms == joined.terms(joined)
    assert {*joined.terms(joined)} - {*rule.terms(rule)} == {"and", "or"}


def test_what_was_raised_twice_by_the_same_id_is_one() -> None:
    assert len(courses([raised("a", 1000), raised("a", 1000)])) == 1


def test_a_quiet_day_meets_every_target() -> None:
    alerts = [course(at_min=60 * hour, acted_ms=BEGIN_MS + hour * HOUR_MS + 30_000) for hour in range(10)]
    for one in alerts[1:]:
        one.severity = "info"
    found = measured(alerts)
    assert [one.name for one in found.values() if one.is_met is False] == []
    assert found["in ten minutes, on average"].value == 10 / 60
    assert found["until somebody acted (half of them)"].value == 30
    assert found["nobody acted"].value == 0


def test_a_flood_begins_above_ten_and_ends_below_five() -> None:
    """Twelve within twelve seconds: the eleventh begins it; ten minutes after the eighth four are left."""
    found = measured([course(at_min=second / 60, of=f"q{second}") for second in range(12)])
    assert found["in the worst ten minutes"] == ("in the worst ten minutes", 12, "", "at most 10", False)
    flood = found["of the time a flood"]
    assert flood.value == 100 * (TEN_MIN_MS + 7_000 - 10_000) / (10 * HOUR_MS)
    assert flood.is_met is False


def test_of_less_than_an_hour_it_does_not_judge_the_average_nor_floods() -> None:
    """Five within eight minutes were 6.31 in ten, beside five in the worst ten."""
    average, flood = "in ten minutes, on average", "of the time a flood"
    found = measured([course(minute) for minute in range(5)], hours=8 / 60)
    assert (found[average].value, found[average].is_met, found[flood].is_met) == (5, None, None)
    assert found["in the worst ten minutes"].is_met
    late = measured([*(course(n / 60) for n in range(5)), *(course(10.2 + n / 60) for n in range(5))], hours=11 / 60)
    assert late[average].value == late["in the worst ten minutes"].value == 5
    hour = measured([course(minute) for minute in range(7)], hours=1)
    assert (hour[average].value, hour[average].is_met, hour[flood].is_met) == (7 / 6, False, True)


def test_fleeting_and_chattering() -> None:
    short = [course(at_min=60, lasts_s=9), course(at_min=120, lasts_s=10)]
    assert measured(short)["went off and came back within 10 s"].value == 1
    steady = [course(at_min=100 * index, lasts_s=30) for index in range(3)]
    coming = [course(at_min=index, lasts_s=20, of="sales") for index in range(3)]  # six changes in 140 s
    assert measured(steady)["kept going off and coming back"].value == 0
    assert measured(steady + coming)["kept going off and coming back"].value == 1


def test_open_over_a_day_counts_on_each_day_that_it_is_so() -> None:
    """Raised before, still so: counted; over within a day: not; those of another day do not add up with these."""
    worst = "open over a day, on the worst day"
    few = [course(-48 * 60, None), course(-48 * 60, 23 * 3600.0), course(0, 25 * 3600.0)]
    assert measured(few, hours=24)[worst].value == 1
    many = [course(0, None, of=str(n)) for n in range(30)]
    assert measured(many, hours=30 * 24)[worst] == (worst, 30, "", "under 5", False)
    apart = [course(1440 * n, 25 * 3600.0, of=str(n)) for n in range(9)]
    assert measured(apart, hours=20 * 24)[worst].value == 1


def test_the_noisiest_rules_come_first_with_their_share() -> None:
    alerts = [course(10 * index, rule="b") for index in range(3)] + [course(5, rule="a", acted_ms=BEGIN_MS + 1)]
    [first, second] = report(alerts, BEGIN_MS, BEGIN_MS + HOUR_MS).rules
    assert (first.rule, first.times, first.share, first.unheeded) == ("b", 3, 75, 3)
    assert (second.rule, second.share, second.unheeded) == ("a", 25, 0)


def test_a_rule_is_needless_where_nobody_acts_on_most_of_its_alerts_or_they_are_false_alarms() -> None:
    acted = {"acted_ms": BEGIN_MS + 1}
    asked = [*(course(10 * nth, **acted) for nth in range(3)), course(31, is_false=1, **acted), course(40)]
    for alerts, is_needless in (
        ([course(10 * nth) for nth in range(5)], True),
        ([course(10 * nth) for nth in range(4)], False),  # few
        (asked, False),
        ([*asked, course(51), course(55)], True),
    ):
        [rule] = report(alerts, BEGIN_MS, BEGIN_MS + HOUR_MS).rules
        assert (rule.is_restless, rule.is_needless) == (False, is_needless), alerts


def test_what_was_raised_a_moment_ago_is_not_unheeded_yet_in_the_figure_nor_in_its_rule() -> None:
    """Ten hours: one over, one open for eleven minutes, one for nine; of the two that count nobody acted on one."""
    over = course(0, acted_ms=BEGIN_MS + 30_000)
    old, fresh = course(10 * 60 - 11, None), course(10 * 60 - 9, None)
    found = report([over, old, fresh], BEGIN_MS, BEGIN_MS + 10 * HOUR_MS)
    assert {one.name: one.value for one in found.measures}["nobody acted"] == 50
    assert [(one.times, one.unheeded) for one in found.rules] == [(3, 1)]
    assert found.fresh == 1


def test_of_no_alerts_there_is_no_share() -> None:
    found = measured([])
    assert found["nobody acted"].value is None
    assert found["of all, from the ten noisiest"] == ("of all, from the ten noisiest", None, "%", "at most 5 %", None)
    assert found["in the worst ten minutes"].is_met


def test_other_times_are_left_out() -> None:
    assert report([course(-1), course(60)], BEGIN_MS, BEGIN_MS + HOUR_MS).rules == []


@given(st.lists(st.integers(0, 3600), max_size=60))
def test_floods_second_by_second(at_s: list[int]) -> None:
    """The slow way: for each second whether there is a flood, by its definition."""
    flood, seconds = False, 0
    for now in range(3600):
        count = sum(now - 600 < at <= now for at in at_s)
        flood = count > 10 or (flood and count >= 5)
        seconds += flood
    found = measured([course(at / 60, of=str(index)) for index, at in enumerate(at_s)], hours=1)
    value = found["of the time a flood"].value
    assert value is not None
    assert abs(value - 100 * seconds / 3600) < 1e-9
