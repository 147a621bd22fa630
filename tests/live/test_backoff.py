"""Tests of wallboard/live/backoff.py."""

from wallboard.live.backoff import Backoff


def test_pauses_grow_to_the_longest_one_and_are_never_shorter_than_the_least() -> None:
    ceilings = [2, 4, 8, 16, 30, 30, 30]
    for _ in range(200):
        backoff = Backoff(least_s=1, most_s=30)
        assert all(1 <= backoff.next_s() <= ceiling for ceiling in ceilings)


def test_many_that_failed_together_do_not_come_back_together() -> None:
    backoffs = [Backoff(least_s=1, most_s=30) for _ in range(100)]
    for backoff in backoffs:
        for _ in range(5):
            backoff.next_s()
    pauses = {round(backoff.next_s()) for backoff in backoffs}
    assert len(pauses) > 10


def test_after_a_reset_it_begins_anew_and_it_never_overflows() -> None:
    backoff = Backoff(least_s=1, most_s=30)
    assert max(backoff.next_s() for _ in range(5000)) <= 30
    backoff.reset()
    assert backoff.next_s() <= 2
