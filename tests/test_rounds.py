"""Tasks of a process that look again and again do so together."""

import asyncio

import pytest

from wallboard.rounds import left_s, until_round_s


async def rounds(every_s: float, count: int, begins_s: float) -> list[float]:
    """When it looked."""
    await asyncio.sleep(begins_s)
    seen = []
    for _ in range(count):
        await asyncio.sleep(until_round_s(every_s))
        seen.append(asyncio.get_running_loop().time())
    return seen


async def test_whoever_looks_as_often_looks_at_the_same_time_and_who_looks_seldom_at_one_of_those() -> None:
    one, other, seldom = await asyncio.gather(rounds(0.5, 4, 0.03), rounds(0.5, 4, 0.31), rounds(1.0, 2, 0.17))
    for at_s in (*other[:3], seldom[0]):
        assert min(abs(at_s - look_s) for look_s in one) < 0.1


@pytest.mark.parametrize(
    ("now_s", "every_s", "left"),
    [(10.0, 1.0, 1.0), (10.25, 1.0, 0.75), (10.25, 0.5, 0.25), (11.5, 2.0, 0.5), (10.99, 1.0, 0.01)],
)
def test_it_waits_for_the_next_moment_and_never_longer_than_a_round(now_s: float, every_s: float, left: float) -> None:
    assert left_s(now_s, every_s) == pytest.approx(left)


def test_a_timer_that_was_early_by_a_millisecond_is_no_second_look() -> None:
    assert left_s(10.999, 1.0) == pytest.approx(1.001)
