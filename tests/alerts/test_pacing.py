"""At most ten messages in ten minutes, whatever comes (EEMUA 191); in a flood one a minute; nothing is left behind."""

from hypothesis import given
from hypothesis import strategies as st

from wallboard.alerts.pacing import SPAN_MS, Pacing

SECOND = 1_000


def played(came_s: list[int], until_s: int) -> list[tuple[int, int]]:
    """(when, of how many) each message goes, looked at once a second."""
    pacing, waiting, sent = Pacing(), list[tuple[str, int]](), list[tuple[int, int]]()
    coming = sorted(came_s)
    for second in range(until_s):
        while coming and coming[0] <= second:
            at_ms = coming.pop(0) * SECOND
            waiting.append((f"{len(sent)}-{len(coming)}", at_ms))
        if n := pacing.next(waiting, second * SECOND):
            del waiting[:n]
            pacing.sent(second * SECOND)
            sent.append((second, n))
    assert not waiting, "everything was sent in the end"
    return sent


def most_in_a_span(sent: list[tuple[int, int]]) -> int:
    return max((sum(at <= other < at + SPAN_MS // 1000 for other, _ in sent) for at, _ in sent), default=0)


def test_an_upset_of_two_hundred_is_at_most_ten_messages_in_ten_minutes() -> None:
    sent = played([n // 4 for n in range(200)], 3_600)
    assert most_in_a_span(sent) <= 10
    assert sum(n for _, n in sent) == 200


def test_one_alert_goes_at_once_and_alone() -> None:
    assert played([5], 10) == [(5, 1)]


def test_a_flood_is_over_when_fewer_than_five_come_in_ten_minutes() -> None:
    pacing = Pacing()
    waiting = [(f"0-{n}", n * SECOND) for n in range(11)]
    assert pacing.next(waiting, 11 * SECOND) == 11
    pacing.sent(11 * SECOND)
    assert pacing.is_flood
    assert pacing.next([("1-0", 30 * SECOND)], 30 * SECOND) == 0, "within the minute"
    assert pacing.next([("1-0", 30 * SECOND)], 71 * SECOND) == 1
    assert pacing.next([], 605 * SECOND) == 0
    assert pacing.is_flood, "seven are in the last ten minutes"
    assert pacing.next([], 610 * SECOND) == 0
    assert not pacing.is_flood


@given(st.lists(st.integers(0, 1_200), max_size=120))
def test_never_more_than_ten_in_ten_minutes_and_nothing_stays(came_s: list[int]) -> None:
    sent = played(came_s, 4_000)
    assert most_in_a_span(sent) <= 10
    assert sum(n for _, n in sent) == len(came_s)
