"""The formulas: the worked cases of docs/kpis.md by hand, and what a zero denominator gives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallboard.core.formulas import RATIOS, SERVICE_LEVELS, counted_in, derived, nearest_rank
from wallboard.core.ledger import Counts


def counts(**sums: int) -> Counts:
    found = Counts()
    found.add({**sums})
    return found


def levels(sums: dict[str, int]) -> dict[str, float]:
    return {name: round(value, 1) for name, ratio in SERVICE_LEVELS.items() if (value := ratio.of(sums)) is not None}


def test_the_worked_case_gives_what_was_worked_by_hand():
    # 70 answered within T, 20 after it, 10 abandoned within T, none later, none short, none waiting.
    found = levels({"answered": 90, "answered_in_target": 70, "abandoned": 10, "abandoned_in_target": 10})
    # answered 70/90; negative 70/(90+10); positive (70+10)/(90+10); ignore 70/(90+10-10)
    assert (found["answered"], found["negative"], found["positive"], found["ignore"]) == (77.8, 70.0, 80.0, 77.8)


def test_a_bank_s_month_gives_five_values_up_to_ten_points_apart():
    # T = 20 s, o = 38,711, a = 31,402, b = 7,309, aT = 15,857, bT = 2,037, abandoned within 5 s 351.
    found = levels({
        "answered": 31_402, "abandoned": 7_309, "answered_in_target": 15_857, "abandoned_in_target": 2_037,
        "short_abandoned": 351,
    })  # fmt: skip
    assert found == {
        "answered": 50.5,  # 15857 / 31402
        "negative": 41.0,  # 15857 / (31402 + 7309)
        "offered": 41.0,  # the same: nothing flowed out
        "positive": 46.2,  # (15857 + 2037) / (31402 + 7309)
        "removed": 46.2,  # the same: no callbacks
        "ignore": 43.2,  # 15857 / (31402 + 7309 - 2037)
        "short": 41.3,  # 15857 / (31402 + 7309 - 351)
    }


def test_those_who_wait_too_long_now_are_in_the_denominator():
    now = counts(sl_good=80, sl_base=90)
    assert derived(now, over_counted=10)["service_level"] == 80.0  # 80 / (90 + 10)
    assert derived(counts(), over_counted=3)["service_level"] == 0.0  # 0 / (0 + 3)


def test_no_denominator_no_value():
    assert derived(counts(), over_counted=0) == {"n": {}}


def test_means_and_rates_by_hand():
    found = derived(
        counts(
            answered=4, abandoned=3, short_abandoned=1, flowed_out=2, callbacks=1,
            answered_wait_ms=30_000, abandoned_wait_ms=45_000,
            handled=5, talk_ms=500_000, hold_ms=50_000, wrapup_ms=100_000, transferred=1,
        ), over_counted=0,
    )  # fmt: skip
    assert found["asa_s"] == 7.5  # 30 / 4
    assert found["abandon_wait_s"] == 15.0  # 45 / 3
    assert found["abandon_rate"] == pytest.approx(100 * 2 / 6)  # (3 - 1) / (4 + 3 - 1)
    assert found["abandon_rate_all"] == pytest.approx(100 * 3 / 7)  # 3 / (4 + 3)
    assert found["answer_rate"] == 40.0  # 4 / (4 + 3 + 2 + 1)
    assert (found["aht_s"], found["talk_avg_s"], found["wrapup_avg_s"]) == (130.0, 100.0, 20.0)  # 650/5, 500/5, 100/5
    assert found["transfer_rate"] == 20.0  # 1 / 5


def test_percentiles_are_the_nearest_rank():
    waits = dict.fromkeys((1, 2, 3, 4, 5, 6, 7, 8, 9, 10), 1)
    assert (nearest_rank(waits, 50), nearest_rank(waits, 90), nearest_rank(waits, 100)) == (5, 9, 10)
    assert nearest_rank({7: 3}, 50) == 7


@given(st.lists(st.integers(0, 60), min_size=1), st.integers(1, 100))
def test_a_percentile_is_what_sorting_gives(waits: list[int], share: int):
    spread = {second: waits.count(second) for second in waits}
    rank = next(n for n in range(1, len(waits) + 1) if 100 * n >= share * len(waits))
    assert nearest_rank(spread, share) == sorted(waits)[rank - 1]


_visits = st.lists(st.tuples(
    st.sampled_from(["answered", "abandoned", "flowed_out", "callbacks", "lost"]), st.booleans(), st.booleans(),
))  # fmt: skip


@given(_visits, st.sampled_from(sorted(SERVICE_LEVELS)))
def test_counted_visit_by_visit_each_formula_is_the_one_over_the_counts(
    visits: list[tuple[str, bool, bool]], formula: str
):
    """So a group of queues with several formulas is still a sum of numerators over a sum of denominators."""
    sums: dict[str, int] = {}
    good = base = 0
    for outcome, in_target, short in visits:
        too_short = short and outcome == "abandoned"
        names = [outcome, *([f"{outcome}_in_target"] if in_target else []), *(["short_abandoned"] if too_short else [])]
        for name in names:
            sums[name] = sums.get(name, 0) + 1
        one = counted_in(formula, outcome, in_target=in_target, short=too_short)
        good, base = good + one[0], base + one[1]
    expected = SERVICE_LEVELS[formula].of(sums)
    assert RATIOS["service_level"].of({"sl_good": good, "sl_base": base}) == expected
