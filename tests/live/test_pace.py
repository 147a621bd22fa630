"""A busy machine tells everybody less often, and goes back when it is calm."""

from wallboard.live.pace import CALM_S, CROWD, CROWDED, Pace


def told(pace: Pace, fan_out_s: float, since_s: float, until_s: float) -> Pace:
    """Ticks of one length, ten a second."""
    for tick in range(round((until_s - since_s) * 10)):
        pace.took(fan_out_s, since_s + tick / 10)
    return pace


def test_fan_outs_of_more_than_half_their_interval_lower_the_rate() -> None:
    pace = told(Pace(), 0.049, 0, 10)
    assert pace.rate == 10
    assert told(pace, 0.060, 10, 12).rate == 4
    assert told(pace, 0.120, 12, 14).rate == 4, "that is less than half of 250 ms"
    assert told(pace, 0.200, 14, 16).rate == 2
    assert pace.lowered == 2
    assert told(pace, 9, 16, 18).rate == 2, "there is no slower one"


def test_one_slow_tick_changes_nothing() -> None:
    pace = told(Pace(), 0.01, 0, 2)
    pace.took(0.14, 2)
    assert pace.rate == 10


def test_it_goes_back_after_a_while_in_which_the_faster_one_would_have_held() -> None:
    pace = told(Pace(), 0.08, 0, 2)
    assert told(pace, 0.08, 2, 30).rate == 4
    assert told(pace, 0.02, 30, 30 + CALM_S).rate == 4
    assert told(pace, 0.02, 30 + CALM_S, 33 + CALM_S).rate == 10


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
