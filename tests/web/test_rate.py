"""A bucket for each name: bursts pass, floods wait, and forgetting is bounded."""

import pytest

from wallboard.web.problems import Problem
from wallboard.web.rate import Rates


def test_a_burst_passes_and_the_flood_behind_it_waits_for_as_long_as_the_answer_says() -> None:
    rates = Rates(per_s=10, burst=20)
    rates.spend("a", 20, now_ms=0)
    with pytest.raises(Problem) as refused:
        rates.spend("a", 20, now_ms=0)
    wait_s = int(refused.value.headers["retry-after"])
    rates.spend("a", 20, now_ms=wait_s * 1000)


def test_one_name_does_not_spend_anothers() -> None:
    rates = Rates(per_s=1, burst=1)
    rates.spend("a", 1, now_ms=0)
    with pytest.raises(Problem):
        rates.check("a", 1, now_ms=0)
    assert rates.check("b", 1, now_ms=0) == 1


def test_a_clock_that_jumps_back_gives_nothing_and_takes_nothing() -> None:
    rates = Rates(per_s=1, burst=5)
    rates.spend("a", 3, now_ms=1_000_000)
    assert rates.check("a", 2, now_ms=0) == 2


def test_only_so_many_names_are_remembered() -> None:
    rates = Rates(per_s=0.001, burst=1)
    for number in range(10_001):
        rates.spend(f"n{number}", 1, now_ms=0)
    rates.spend("n0", 1, now_ms=0)  # the least used was forgotten
    with pytest.raises(Problem):
        rates.spend("n10000", 1, now_ms=0)
