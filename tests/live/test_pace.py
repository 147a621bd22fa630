"""A busy machine tells everybody less often, and goes back when it is calm."""

from wallboard.live.pace import CALM_S, CROWD, CROWDED, RATES, Pace


def told(pace: Pace, fan_out_s: float, since_s: float, until_s: float) -> Pace:
    """Ticks of one length, ten a second."""
    for tick in range(round((until_s - since_s) * 10)):
        pace.took(fan_out_s, since_s + tick / 10)
    return pace


def test_fan_outs_of_more_than_half_their_interval_lower_the_rate_to_the_fastest_that_fits() -> None:
    pace = told(Pace(), 0.049, 0, 10)
    assert pace.rate == 10
    assert told(pace, 0.060, 10, 12).rate == 8, "that is less than half of 125 ms"
    assert told(pace, 0.110, 12, 15).rate == 4
    assert told(pace, 0.120, 15, 17).rate == 4, "that is less than half of 250 ms"
    assert told(pace, 0.200, 17, 20).rate == 2
    assert told(pace, 9, 20, 22).rate == 2, "there is no slower one"


def test_at_no_rate_half_of_the_time_goes_into_fan_outs_and_at_the_next_faster_one_it_would() -> None:
    for fan_out_ms in range(1, 250):
        pace = told(Pace(), fan_out_ms / 1000, 0, 10)
        faster = [rate for rate in RATES if rate > pace.rate]
        assert fan_out_ms * pace.rate <= 500
        assert not faster or fan_out_ms * faster[-1] > 500
        assert bool(pace.lowered) is bool(faster)


def test_one_slow_tick_changes_nothing() -> None:
    pace = told(Pace(), 0.01, 0, 2)
    pace.took(0.14, 2)
    assert pace.rate == 10


def test_it_goes_back_after_a_while_in_which_the_faster_one_would_have_held() -> None:
    pace = told(Pace(), 0.08, 0, 2)
    assert pace.rate == 6
    assert told(pace, 0.08, 2, 30).rate == 6
    assert told(pace, 0.055, 30, 32).rate == 6
    calm_s = 33 + 3 * CALM_S
    assert told(pace, 0.055, 32, calm_s).rate == 8, "and no faster than would have held all the time"
    assert told(pace, 0.02, calm_s, calm_s + 1).rate == 8
    assert told(pace, 0.02, calm_s + 1, calm_s + 2 + 2 * CALM_S).rate == 10


def test_a_moment_without_much_to_tell_is_no_calm() -> None:
    pace = told(Pace(), 0.2, 0, 3)
    assert pace.rate == 2
    for second in range(3, 60):
        told(pace, 0.01 if second % 4 else 0.3, second, second + 1)
        assert pace.rate == 2


def test_while_many_come_at_once_those_that_are_there_are_told_less_often() -> None:
    pace = Pace()
    for nth in range(CROWD):
        assert pace.rate == 10
        pace.came(5 + nth / CROWD)
    assert pace.rate == CROWDED
    assert told(pace, 0.01, 6.1, 6.9).rate == CROWDED
    assert told(pace, 0.01, 7.1, 7.3).rate == 10
    assert pace.lowered == 0, "the machine was not too slow"


def test_a_few_that_come_each_second_are_no_crowd() -> None:
    pace = Pace()
    for nth in range(10 * CROWD):
        pace.came(nth / (CROWD - 10))
        assert pace.rate == 10
