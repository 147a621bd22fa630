"""A worker that is missed stands among the sources; one that is not meant to be there does not."""

from wallboard.live.vitals import Leads


def test_a_worker_that_is_gone_is_told_after_three_looks_and_since_when() -> None:
    leads = Leads()
    assert leads.look(True, True, 1000) is None
    assert [leads.look(False, True, now) for now in (3000, 5000)] == [None, None]
    row = leads.look(False, True, 7000)
    assert row is not None
    assert (row["state"], row["last_event_at"]) == ("down", 1000)
    assert leads.look(True, True, 9000) is None


def test_where_no_worker_ever_led_none_is_missed() -> None:
    leads = Leads()
    assert [leads.look(False, False, now) for now in range(0, 20_000, 2000)] == [None] * 10


def test_another_that_takes_over_in_time_is_not_missed() -> None:
    leads = Leads()
    looks = [True, False, False, True, False, False, True]
    assert [leads.look(held, True, 2000 * turn) for turn, held in enumerate(looks)] == [None] * len(looks)
