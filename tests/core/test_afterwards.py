"""What comes of contacts whose day is over: counted where they ended, revised by contact, once."""

import pytest
from msgspec import json

from wallboard.core import events as ev
from wallboard.core.afterwards import LATER, Known, booking, is_orphan, joined, known_of
from wallboard.core.quarters import Amounts, Interval
from wallboard.core.settings import Settings
from wallboard.core.story import Story
from wallboard.core.telling import step

NOON, MINUTE, HOUR, DAY = 1_795_348_800_000, 60_000, 3_600_000, 86_400_000
KEY = ("pbx", "a")
Told = tuple[float, type[ev.Event], dict[str, object]]


def story(*told: Told) -> Story:
    found = Story("pbx", Settings())
    for minutes, event, fields in told:
        at_ms = NOON + round(minutes * MINUTE)
        step(found, event(source="pbx", time=at_ms, contact="a", **fields), at_ms)
    return found


CALL: tuple[Told, ...] = (
    (0, ev.Queued, {"queue": "sales"}), (1, ev.Answered, {"agent": "anna"}), (5, ev.Ended, {"agent": "anna"}),
)  # fmt: skip
TOMORROW = 24 * 60


def book(known: Known | None, told: Story) -> tuple[Known | None, Amounts, Amounts]:
    """What is kept afterwards, and what the queue's and the agent's interval get."""
    found = booking({KEY: told}, {KEY: known} if known else {}, lambda queue: ["all", "site:main"])
    at = {kind: found.amounts.get(Interval(kind, name, NOON, LATER), {}) for kind, name in PLACES}
    assert found.amounts.keys() <= {Interval(kind, name, NOON, LATER) for kind, name in PLACES}
    assert at["groups"] == at["queues"]
    return found.known.get(KEY), at["queues"], at["agents"]


PLACES = (("queues", "sales"), ("agents", "anna"), ("groups", "all"), ("groups", "site:main"))


def ended(*more: Told) -> Known:
    known = known_of(story(*CALL, *more))
    assert known
    return json.decode(json.encode(known), type=Known)  # as the record gives it back


def test_a_contact_that_ended_is_kept_with_its_queue_and_its_last_agent():
    assert ended() == Known(NOON + 5 * MINUTE, "sales", "anna", None, {}, {})
    assert known_of(story((0, ev.Queued, {"queue": "sales"}), (2, ev.Abandoned, {}))) == Known(
        NOON + 2 * MINUTE, "sales", None, None, {}, {}
    )
    assert known_of(story((0, ev.Outcome, {"outcome": "success"}))) is None


def test_an_outcome_of_the_next_day_counts_where_the_contact_ended_and_only_once():
    told = story((TOMORROW, ev.Outcome, {"outcome": "success", "code": "renewal", "value": 120.5}))
    known, queue, agent = book(ended(), told)
    assert queue == agent == {
        "noted": 1, "success": 1, "codes.renewal": 1, "outcome_value_milli": 120_500, "outcome_values": 1
    }  # fmt: skip
    assert known
    assert book(known, told) == (None, {}, {}), "a worker that was killed in between says it once more"


def test_a_result_is_revised_by_contact_also_over_days():
    known, queue, agent = book(
        ended((6, ev.Outcome, {"outcome": "failure", "code": "price"})),
        story((TOMORROW, ev.Outcome, {"outcome": "success"})),
    )
    assert queue == agent == {"failure": -1, "success": 1}  # it stays noted, and the code stays what it was
    _, queue, _ = book(known, story((2 * TOMORROW, ev.Outcome, {"code": "renewal"})))
    assert queue == {"codes.price": -1, "codes.renewal": 1}


def test_an_older_word_that_comes_later_fills_in_what_the_newer_left_out():
    known, _, _ = book(ended(), story((TOMORROW + 9, ev.Outcome, {"outcome": "success"})))
    known, queue, _ = book(known, story((TOMORROW + 1, ev.Outcome, {"outcome": "failure", "code": "price"})))
    assert queue == {"codes.price": 1}
    assert known
    assert known.result
    assert (known.result.outcome, known.result.code) == ("success", "price")


def test_marks_and_tags_of_the_next_day():
    known, queue, agent = book(ended(), story(
        (TOMORROW, ev.Rated, {"score": 4, "best": 5}), (TOMORROW, ev.Tagged, {"tag": "thanks"})
    ))  # fmt: skip
    assert queue == agent == {
        "rated": 1, "rating_milli": 4_000, "best_milli": 5_000, "best_squares": 25_000_000, "csat_marks": 1,
        "csat_good": 1, "tags.thanks": 1,
    }  # fmt: skip
    _, queue, _ = book(
        known, story((2 * TOMORROW, ev.Rated, {"score": 2}), (2 * TOMORROW, ev.Tagged, {"tag": "thanks"}))
    )
    assert queue == {"rating_milli": -2_000, "csat_good": -1}, "the last mark of a kind counts, a tag once"


def test_what_names_its_queue_itself_was_counted_there_at_once():
    _, queue, agent = book(ended(), story((TOMORROW, ev.Rated, {"score": 5, "queue": "sales"})))
    assert queue == {}
    assert agent["rated"] == 1
    _, queue, agent = book(ended(), story((TOMORROW, ev.Tagged, {"tag": "thanks", "agent": "anna"})))
    assert (queue, agent) == ({"tags.thanks": 1}, {})


@pytest.mark.parametrize(("days", "counts"), [(7, True), (7.1, False)])
def test_for_seven_days_after_its_end(days: float, counts: bool):
    told = story((days * TOMORROW + 5, ev.Outcome, {"outcome": "success"}))
    assert (joined(ended(), told) != ended()) is counts


def test_of_whom_nothing_is_kept_nothing_is_counted():
    told = story((TOMORROW, ev.Outcome, {"outcome": "success"}))
    assert book(None, told) == (None, {}, {})
    assert is_orphan(KEY, told)
    assert not is_orphan(KEY, story(*CALL, (6, ev.Outcome, {"outcome": "success"})))
    assert not is_orphan(("crm", "\0e-1"), told), "a mark of no contact"
