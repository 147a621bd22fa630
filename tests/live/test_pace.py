"""A busy machine tells everybody less often, and goes back when it is calm."""

from wallboard.live.pace import CALM_S, Pace


def test_a_fan_out_of_more_than_half_its_interval_lowers_the_rate() -> None:
    pace = Pace()
    pace.took(0.049, 0)
    assert pace.rate == 10
    pace.took(0.051, 1)
    assert pace.rate == 4
    pace.took(0.126, 2)
    assert (pace.rate, pace.lowered) == (2, 2)
    pace.took(9, 3)
    assert pace.rate == 2, "there is no slower one"


def test_it_goes_back_after_a_while_in_which_the_faster_one_would_have_held() -> None:
    pace = Pace()
    pace.took(0.06, 0)
    pace.took(0.06, 5), pace.took(0.02, 6)
    pace.took(0.02, 5 + CALM_S - 0.1)
    assert pace.rate == 4
    pace.took(0.02, 5 + CALM_S)
    assert pace.rate == 10
