"""A trial finds what the live rule would have told, no more; and what it says of it can be counted by hand."""

from wallboard.core.events import Abandoned, ConfigApplied, Event, Queued
from wallboard.core.rules import Rule
from wallboard.core.settings import Settings, Site
from wallboard.core.trial import Spoke, Trial, summary

NOON_MS = 1_772_452_800_000  # 2026-03-02 12:00 UTC
RULE = Rule(metric="oldest_wait_s", queues=["*"], raises="> 60", clears="< 10", lasts="10s")


def wait(number: int, at_s: int, for_s: int, queue: str = "support") -> list[Event]:
    contact, begin_ms = f"c-{number}", NOON_MS + at_s * 1000
    return [
        Queued(time=begin_ms, source="pbx", contact=contact, queue=queue),
        Abandoned(time=begin_ms + for_s * 1000, source="pbx", contact=contact, queue=queue),
    ]


def tried(events: list[Event], rule: Rule = RULE, *, from_s: int = 0, end_s: int = 3600) -> list[Spoke]:
    one = Trial(Settings(), "long", rule, NOON_MS + from_s * 1000)
    for event in sorted(events, key=lambda event: event.time or 0):
        one.take(event)
    return one.end(NOON_MS + end_s * 1000)


def s(at_ms: int | None) -> float | None:
    return None if at_ms is None else (at_ms - NOON_MS) / 1000


def test_it_says_when_of_what_and_for_how_long() -> None:
    [one] = tried(wait(1, 0, 200) + wait(2, 500, 65))  # the second is over before it has held for ten seconds
    assert (one.kind, one.of, one.over) == ("queues", "support", "cleared")
    assert s(one.raised_ms) == 71  # past 60 at the next whole second, and ten seconds more
    assert s(one.over_ms) == 201
    assert one.value == 71


def test_what_still_lasts_is_open() -> None:
    [one] = tried(wait(1, 3000, 900), end_s=3300)
    assert one.over_ms is None


def test_what_came_before_only_warms_up() -> None:
    events = wait(1, 0, 200) + wait(2, 1000, 200)
    assert [s(one.raised_ms) for one in tried(events, from_s=600)] == [1071]


def test_a_configuration_of_that_day_does_not_replace_todays() -> None:
    old = ConfigApplied(settings={"alert": {}}, source="wallboard", time=NOON_MS + 1)
    assert len(tried([old, *wait(1, 0, 200)])) == 1


def test_another_version_meets_the_same_events() -> None:
    events = [event for number in range(5) for event in wait(number, number * 300, 90)]
    harder = Rule(metric="oldest_wait_s", queues=["*"], raises="> 85", clears="< 10", lasts="10s")
    assert (len(tried(events)), len(tried(events, harder))) == (5, 0)


def test_the_summary_counts() -> None:
    settings = Settings(site={"main": Site(shifts={"early": "Mon-Fri 06:00-13:00", "late": "Mon-Fri 13:00-21:00"})})
    spoke = [
        Spoke("queues", "support", NOON_MS + at * 60_000, 1.0, NOON_MS + at * 60_000 + 1000 * lasts)
        for at, lasts in ((0, 10), (5, 30), (9, 20), (10, 40), (61, 50))
    ] + [Spoke("queues", "support", NOON_MS + 90 * 60_000, 1.0)]
    found = summary(spoke, settings, days=2)
    assert found.times == 6
    assert found.a_day == 3
    assert found.most == 3  # 12:00, 12:05, 12:09; at 12:10 the first is ten minutes ago
    assert (found.median_s, found.longest_s, found.open) == (30, 50, 1)
    assert found.shifts == {"early": 4, "late": 2}


def test_of_nothing_nothing_is_said() -> None:
    found = summary([], Settings(), days=1)
    assert (found.times, found.median_s, found.longest_s, found.most) == (0, None, None, 0)


def test_it_looks_at_what_changed_and_not_each_second_at_all_that_ever_did() -> None:
    one, looked = Trial(Settings(), "long", RULE, NOON_MS), list[str]()
    alerting = one._floor.alerting
    assert alerting
    look_at = alerting._look_at
    alerting._look_at = lambda kind, name, rules: (looked.append(name), look_at(kind, name, rules))[1]
    early = [event for number in range(50) for event in wait(number, 0, 1, f"q{number}")]
    late = [event for number in range(50, 110) for event in wait(number, 60 + number, 1)]
    for event in sorted(early + late, key=lambda event: event.time or 0):
        one.take(event)
    assert looked.count("support") >= 60
    assert looked.count("q7") < 10
