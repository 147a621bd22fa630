"""A window's figures go on from those that were shown, and are those of working out everything again."""

from hypothesis import given
from hypothesis import strategies as st

from wallboard.core.figures import figures, of_contacts, window_figures, window_of_contacts
from wallboard.core.formulas import ENDED_WAITS, PERCENTILES, RATIOS
from wallboard.core.ledger import Counts, Metric

_COUNTS = sorted(
    {part for ratio in RATIOS.values() for part in (*ratio.top, *ratio.bottom)} - {"over_counted"}
    | {"offered", "flowed_out", "flowed_out_counting", "offered_counting", "refused", "missed", "lost"}
    | {"outcome_values", "outcome_value_milli", "codes.sold", "codes.lost", "tags.vip"}
)
_SPREADS = sorted({*ENDED_WAITS, *(spread for spread, _ in PERCENTILES.values())})
_metrics: st.SearchStrategy[Metric] = st.sampled_from(_COUNTS) | st.tuples(
    st.sampled_from(_SPREADS), st.sampled_from([0, 3, 20])
)
_steps = st.lists(
    st.tuples(st.dictionaries(_metrics, st.integers(1, 9), max_size=5), st.booleans(), st.integers(0, 2)), max_size=20
)


@given(_steps)
def test_figures_that_go_on_equal_those_worked_out_anew(steps: list[tuple[dict[Metric, int], bool, int]]):
    counts, added = Counts(), list[dict[Metric, int]]()
    for amounts, takes_back, over_counted in steps:
        counts.add(amounts)
        added.append(amounts)
        if takes_back:
            counts.add(added.pop(0), -1)
        assert window_figures(counts, over_counted) == figures(counts, over_counted)
    for amounts in added:
        counts.add(amounts, -1)
    assert window_figures(counts, 0) == figures(Counts(), 0)


def test_figures_are_one_object_until_something_changes_and_an_older_one_stays_as_it_was():
    counts = Counts()
    counts.add({"offered": 2, "codes.sold": 1})
    first = window_figures(counts, 0)
    assert window_figures(counts, 0) is first
    counts.add({"offered": 1, "codes.sold": -1, "codes.lost": 1})
    second = window_figures(counts, 0)
    assert (first["offered"], first["codes"]) == (2, {"sold": 1})
    assert (second["offered"], second["codes"]) == (3, {"lost": 1})


def test_what_contacts_add_to_an_agent_is_told_anew_when_it_changes():
    counts = Counts()
    counts.add({"handled": 1, "talk_ms": 1500})
    assert window_of_contacts(counts) is window_of_contacts(counts)
    counts.add({"handled": 1, "talk_ms": 500})
    assert window_of_contacts(counts) == of_contacts(counts.sums)
    assert window_of_contacts(counts)["talk_s"] == 2
