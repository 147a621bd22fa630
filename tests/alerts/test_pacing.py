"""One message a cause; at most ten in ten minutes, whatever comes (EEMUA 191); nothing is left behind or overtaken."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from wallboard.alerts.pacing import SPAN_MS, Coming, Pacing

SECOND = 1_000


def played(came: Sequence[Coming], until_s: int) -> list[tuple[int, list[str]]]:
    """(when, of what) each message goes, looked at once a second."""
    pacing, waiting, sent = Pacing(), list[Coming](), list[tuple[int, list[str]]]()
    coming = sorted(came, key=lambda one: one.at_ms)
    for second in range(until_s):
        while coming and coming[0].at_ms <= second * SECOND:
            waiting.append(coming.pop(0))
        if going := pacing.next(waiting, second * SECOND):
            waiting = [one for one in waiting if one not in going]
            pacing.sent(going[0], second * SECOND)
            sent.append((second, [one.id for one in going]))
    assert not waiting, "everything was sent in the end"
    return sent


def at(second: float, name: str, rule: str = "", of: str = "") -> Coming:
    return Coming(name, int(second * SECOND), rule, of)


def most_in_a_span(sent: Sequence[tuple[int, object]]) -> int:
    return max((sum(at <= other < at + SPAN_MS // 1000 for other, _ in sent) for at, _ in sent), default=0)


def test_one_alert_goes_at_once_and_alone() -> None:
    assert played([at(5, "a")], 10) == [(5, ["a"])]


def test_one_message_for_one_rule_at_many_queues_and_one_for_what_follows() -> None:
    queues = [at(5, f"a{n}", "wait", f"q{n}") for n in range(4)] + [at(9 + n, f"b{n}", "wait", f"r{n}") for n in (0, 1)]
    assert played(queues, 60) == [(5, ["a0", "a1", "a2", "a3"]), (20, ["b0", "b1"])]


def test_one_message_for_many_rules_of_one_queue() -> None:
    assert played([at(5, "a", "wait", "q"), at(5, "b", "lost", "q"), at(5, "c", "ready", "q")], 9) == [
        (5, ["a", "b", "c"])
    ]


def test_another_cause_does_not_wait_for_it() -> None:
    came = [at(5, "a", "wait", "q"), at(7, "b", "wait", "r"), at(8, "c", "lost", "s")]
    assert played(came, 60) == [(5, ["a"]), (8, ["c"]), (20, ["b"])]


def test_more_than_three_causes_at_once_go_as_one() -> None:
    for count, messages in ((3, 3), (4, 1)):
        assert len(played([at(5, f"a{n}", f"r{n}", f"q{n}") for n in range(count)], 60)) == messages


def test_an_upset_of_two_hundred_is_at_most_ten_messages_in_ten_minutes() -> None:
    sent = played([at(n // 4, f"a{n:03}") for n in range(200)], 3_600)
    assert most_in_a_span(sent) <= 10
    assert sum(len(of) for _, of in sent) == 200


def test_a_critical_one_beyond_the_ten_goes_within_a_minute_with_all_that_waits() -> None:
    pacing = Pacing()
    for n in range(10):
        [one] = pacing.next([at(20 * n, f"a{n}", f"r{n}", f"q{n}")], 20 * n * SECOND)
        pacing.sent(one, 20 * n * SECOND)
    assert not pacing.is_flood
    waiting = [at(185, "b", "r", "q")]
    assert pacing.next(waiting, 200 * SECOND) == []
    waiting.append(at(201, "c", "s", "p")._replace(is_critical=True))
    assert pacing.next(waiting, 239 * SECOND) == [], "the last one went at 180"
    assert pacing.next(waiting, 240 * SECOND) == waiting
    pacing.sent(waiting[0], 240 * SECOND)
    assert pacing.next([at(241, "d", "t", "o")], 599 * SECOND) == [], "ten are enough of what is not critical"


def test_a_flood_is_over_when_fewer_than_five_come_in_ten_minutes() -> None:
    pacing = Pacing()
    waiting = [at(n, f"0-{n}") for n in range(11)]
    assert pacing.next(waiting, 11 * SECOND) == waiting
    pacing.sent(waiting[0], 11 * SECOND)
    assert pacing.is_flood
    assert pacing.next([at(30, "1-0")], 30 * SECOND) == [], "within the minute"
    assert pacing.next([at(30, "1-0")], 71 * SECOND) == [at(30, "1-0")]
    assert pacing.next([], 605 * SECOND) == []
    assert pacing.is_flood, "seven are in the last ten minutes"
    assert pacing.next([], 610 * SECOND) == []
    assert not pacing.is_flood


def test_a_flood_ends_also_while_nobody_asks() -> None:
    """A receiver is woken when something waits, so for an hour perhaps not at all."""
    pacing = Pacing()
    pacing.next(waiting := [at(n, f"0-{n}") for n in range(11)], 11 * SECOND)
    pacing.sent(waiting[0], 11 * SECOND)
    five = [at(3_600, f"1-{n}", rule=f"r{n % 2}", of=f"q{n}") for n in range(5)]
    assert pacing.next(five, 3_600 * SECOND) == five[::2], "the first cause alone"


def test_of_one_millisecond_the_tenth_comes_after_the_ninth() -> None:
    pacing = Pacing()
    for until in (5, 12):
        pacing.next([at(1, f"1000-{n}") for n in range(until)], 2 * SECOND)
    assert pacing.is_flood


ALERTS = st.tuples(st.integers(0, 1_200), st.sampled_from("rst"), st.sampled_from("pq"))


@given(st.lists(ALERTS, max_size=120))
def test_never_more_than_ten_in_ten_minutes_nothing_stays_and_none_of_an_alert_overtakes(
    came: list[tuple[int, str, str]],
) -> None:
    coming = [at(second, f"{n:03}", rule, of) for n, (second, rule, of) in enumerate(sorted(came))]
    sent = played(coming, 4_000)
    assert most_in_a_span(sent) <= 10
    alert = {one.id: (one.rule, one.of) for one in coming}
    in_order = [name for _, of in sent for name in of]
    assert sorted(in_order) == [one.id for one in coming]
    for one in set(alert.values()):
        own = [name for name in in_order if alert[name] == one]
        assert own == sorted(own)
