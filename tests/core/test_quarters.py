"""Intervals of a quarter of an hour: they add up to the day, by either basis, live and after any restart."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_up_days import ZONES, in_queue, logs, rule
from msgspec.structs import replace
from test_oracle import LOGS, _is_repeat, _settings

from wallboard.core import contactrow, snapshot
from wallboard.core import events as ev
from wallboard.core.contactrow import ARRIVALS, Contact, stories_before
from wallboard.core.facts import facts
from wallboard.core.past import Past, quarters_of
from wallboard.core.quarters import QUARTER_MS, Amounts, Interval, Quarters, counts_of
from wallboard.core.settings import Queue, Settings, Site
from wallboard.core.state import Floor
from wallboard.core.story import Story
from wallboard.core.telling import step

NINE = 1_795_338_000_000  # 2026-11-22 09:00 UTC
MINUTE = 60_000


def kept(floor: Floor, written_ms: int = 0) -> Quarters:
    return quarters_of(floor, written_ms)


def written(floor: Floor, quarters: Quarters) -> dict[Interval, Amounts]:
    floor.settle()
    return quarters.take_changed(1_000_000)


def call(contact: str, at_ms: int, *, waits_s: int, talks_s: int | None = None) -> list[ev.Event]:
    base: dict[str, Any] = {"contact": contact, "source": "pbx"}
    if talks_s is None:
        gone = ev.Abandoned(time=at_ms + waits_s * 1000, **base)
        return [ev.Queued(queue="support", time=at_ms, **base), gone]
    taken_ms = at_ms + waits_s * 1000
    return [
        ev.Queued(queue="support", time=at_ms, **base),
        ev.Answered(agent="anna", time=taken_ms, **base),
        ev.Ended(agent="anna", time=taken_ms + talks_s * 1000, **base),
    ]


def told(*calls: list[ev.Event]) -> tuple[Floor, Quarters]:
    floor = Floor()
    floor.advance(NINE)
    quarters = kept(floor)
    for event in sorted((event for one in calls for event in one), key=lambda event: event.time or 0):
        floor.apply(event, event.time or 0)
    return floor, quarters


def test_a_call_over_a_quarter_s_edge_counts_when_it_happened_or_where_it_was_offered():
    """Offered 09:14:00, answered 09:16:00, over 09:31:00."""
    floor, quarters = told(call("1", NINE + 14 * MINUTE, waits_s=120, talks_s=900))
    found = written(floor, quarters)

    def of(quarter: int, basis: str) -> Amounts:
        return found.get(Interval("queues", "support", NINE + quarter * QUARTER_MS, basis), {})

    assert [of(q, "event").get("offered", 0) for q in (0, 1, 2)] == [1, 0, 0]
    assert [of(q, "event").get("answered", 0) for q in (0, 1, 2)] == [0, 1, 0]
    assert [of(q, "event").get("talk_ms", 0) for q in (0, 1, 2)] == [0, 0, 900_000]
    assert of(0, "offer") == of(0, "offer") | {"offered": 1, "answered": 1, "handled": 1, "talk_ms": 900_000}
    assert not of(1, "offer")
    assert found[Interval("groups", "all", NINE, "offer")] == of(0, "offer")
    assert found[Interval("agents", "anna", NINE + 2 * QUARTER_MS, "event")]["handled"] == 1


def test_by_offer_an_interval_says_how_many_of_its_visits_have_not_ended():
    floor, quarters = told(call("1", NINE, waits_s=30, talks_s=60), call("2", NINE + MINUTE, waits_s=5)[:1])
    interval = Interval("queues", "support", NINE, "offer")
    assert written(floor, quarters)[interval]["open"] == 1
    floor.apply(ev.Abandoned(contact="2", source="pbx", time=NINE + 20 * MINUTE), NINE + 20 * MINUTE)
    again = written(floor, quarters)
    assert "open" not in again[interval]
    assert again[interval]["abandoned"] == 1


def test_only_what_changed_is_to_be_written_and_what_was_not_written_stays():
    floor, quarters = told(call("1", NINE, waits_s=30, talks_s=60))
    first = written(floor, quarters)
    assert not written(floor, quarters)
    quarters.put_back(first)
    assert written(floor, quarters) == first


def test_a_target_that_changes_has_the_day_written_again():
    floor, quarters = told(call("1", NINE, waits_s=30, talks_s=60))
    before = written(floor, quarters)[Interval("queues", "support", NINE, "event")]
    assert "answered_in_target" not in before
    floor.apply(ev.ConfigApplied(settings={"queue": {"support": {"target": {"seconds": 60}}}}), NINE + 2 * MINUTE)
    after = written(floor, quarters)[Interval("queues", "support", NINE, "event")]
    assert after["answered_in_target"] == 1


def test_after_a_restart_only_the_last_hours_are_written_again():
    early = [call(f"e{n}", NINE + n * MINUTE, waits_s=10, talks_s=20) for n in range(10)]
    floor, quarters = told(*early, call("late", NINE + 300 * MINUTE, waits_s=10, talks_s=20))
    whole = written(floor, quarters)
    again = snapshot.load(snapshot.dump(floor))
    found = written(again, kept(again, written_ms=NINE + 301 * MINUTE))
    assert found == {one: amounts for one, amounts in whole.items() if one.started_ms >= NINE + 300 * MINUTE}
    assert written(again, kept(again)) == whole


def test_yesterday_is_not_written_from_what_is_left_of_it():
    floor, quarters = told(call("1", NINE, waits_s=30, talks_s=60))
    written(floor, quarters)
    midnight = NINE + 15 * 3_600_000
    floor.advance(midnight + MINUTE)
    again = snapshot.load(snapshot.dump(floor))
    assert not written(again, kept(again))
    floor.apply(ev.ConfigApplied(settings={"queue": {"support": {"target": {"seconds": 60}}}}), midnight + 2 * MINUTE)
    assert not written(floor, quarters), "the day is over: what was written stands"


@given(
    logs(), st.dictionaries(in_queue, rule), st.lists(st.sampled_from(ZONES), min_size=2, max_size=2),
    st.integers(0, 5 * 3600), st.booleans(),
)  # fmt: skip
@settings(max_examples=LOGS // 3, suppress_health_check=list(HealthCheck))
def test_intervals_add_up_to_the_day_and_a_fresh_count_gives_the_same(
    log: tuple[int, list[tuple[int, ev.Event]]], rules: Any, zones: list[str], look_s: int, stepwise: bool
) -> None:
    _, arrivals = log
    floor, seen = Floor(_settings(rules, zones)), list[ev.Event]()
    floor.advance(arrivals[0][0])
    quarters = kept(floor)
    record: dict[Interval, Amounts] = {}
    look_ms = arrivals[0][0] + look_s * 1000
    for arrival_ms, event in (one for one in arrivals if one[0] <= look_ms):
        if not _is_repeat(event, seen):
            floor.apply(event, arrival_ms)
        seen.append(event)
        if stepwise:
            record |= written(floor, quarters)
    floor.advance(look_ms)
    record |= written(floor, quarters)
    fresh = written(floor, kept(floor))
    assert {one: amounts for one, amounts in record.items() if amounts and one in fresh} == fresh
    for name, tally in floor.tallies.queues.items():
        day_ms = floor.ground.calendar.days[floor.settings.site_of(name)].started_ms
        mine = {
            one: amounts for one, amounts in record.items()
            if (one.kind, one.id) == ("queues", name) and one.started_ms >= day_ms
        }  # fmt: skip
        added = counts_of({metric: amount for metric, amount in _sum(mine, "event").items() if amount})
        assert added == tally.ledger.window("day"), name
    for basis in ("event", "offer"):
        total = counts_of(_sum(fresh, basis))
        assert total.sums.get("offered", 0) == counts_of(_sum(fresh, "event")).sums.get("offered", 0)


def _sum(record: dict[Interval, Amounts], basis: str) -> Amounts:
    found: Amounts = {}
    for one, amounts in record.items():
        if one.basis == basis and one.kind == "queues":
            for metric, amount in amounts.items():
                found[metric] = found.get(metric, 0) + amount
    return found


@pytest.mark.parametrize("name", ["codes.a:b", "tags.thanks", "answered_wait\t12"])
def test_a_name_survives_being_written(name: str):
    assert counts_of({name: 3}).amounts() == {(("answered_wait", 12) if "\t" in name else name): 3}


def test_by_offer_a_visit_that_ends_as_the_next_begins_takes_only_its_own_with_it() -> None:
    """Queued at 09:00 and again at 09:30 in the same queue (the first is lost), answered at 09:31."""
    base: dict[str, Any] = {"contact": "c", "source": "pbx"}
    floor, quarters = told([
        ev.Queued(queue="support", time=NINE, **base),
        ev.Queued(queue="support", time=NINE + 30 * MINUTE, **base),
        ev.Answered(agent="anna", time=NINE + 31 * MINUTE, **base),
    ])  # fmt: skip
    found = written(floor, quarters)
    first, second = (found[Interval("queues", "support", NINE + nth * QUARTER_MS, "offer")] for nth in (0, 2))
    assert (first["offered"], first["lost"], first.get("answered", 0)) == (1, 1, 0)
    assert (second["offered"], second["answered"], second.get("lost", 0)) == (1, 1, 0)


def test_by_offer_a_mail_of_the_evening_is_told_where_it_was_offered_although_its_answer_comes_the_next_day() -> None:
    evening, night = NINE + 11 * 60 * MINUTE, NINE + 17 * 60 * MINUTE  # 20:00, and 02:00 of the next day
    base: dict[str, Any] = {"contact": "m", "source": "mail"}
    floor, quarters = told([ev.Queued(queue="mail", channel="email", time=evening, **base)])
    assert written(floor, quarters)[Interval("queues", "mail", evening, "offer")]["open"] == 1
    floor.advance(night)
    floor.apply(ev.Answered(agent="anna", time=night, **base), night)
    again = written(floor, quarters)[Interval("queues", "mail", evening, "offer")]
    assert (again["offered"], again["answered"], again.get("open", 0)) == (1, 1, 0)


def test_by_offer_the_customer_of_a_mail_that_waited_for_days_counts_once() -> None:
    monday, day = NINE + 24 * 60 * MINUTE, 24 * 60 * MINUTE
    base: dict[str, Any] = {"contact": "m", "source": "mail"}
    floor, quarters = told([ev.Queued(queue="mail", channel="email", time=monday, customer="k1", **base)])
    of, record = Interval("queues", "mail", monday, "offer"), written(floor, quarters)
    for days in (1, 2):
        floor.advance(monday + days * day)
    floor.apply(ev.Answered(agent="anna", time=monday + 2 * day, **base), monday + 2 * day)
    record |= written(floor, quarters)
    assert (record[of]["answered"], record[of]["with_customer"]) == (1, 1)


def test_contacts_at_rest_that_nobody_writes_down_go_with_their_day() -> None:
    """As of a worker that led once and stands by since."""
    floor, quarters = told(call("1", NINE, waits_s=10))
    floor.advance(NINE + 20 * MINUTE)
    assert quarters.rested == {("pbx", "1")}
    floor.advance(NINE + 48 * 60 * MINUTE)
    assert quarters.rested == set()


def test_a_state_that_began_anew_leaves_the_running_quarter_to_what_was_written_of_it() -> None:
    anew = Floor()
    anew.advance(NINE + 5 * MINUTE)
    for event in [*call("x", NINE + 5 * MINUTE, waits_s=5), *call("y", NINE + 16 * MINUTE, waits_s=5)]:
        anew.apply(event, event.time or 0)
    past = Past(anew, NINE + 5 * MINUTE, anew=True)
    found = past.take_changed(1_000_000)
    assert {one.started_ms for one in found if one.basis != "time"} == {NINE + QUARTER_MS}


def test_what_is_told_late_to_a_state_that_began_anew_leaves_what_was_written_before_as_it_is() -> None:
    """Redis was lost at nine and begun again at eleven; then a source tells of half past eight and of ten."""
    anew, eleven_ms = Floor(), NINE + 120 * MINUTE
    anew.advance(eleven_ms)
    for event in [*call("before", NINE - 30 * MINUTE, waits_s=5), *call("unseen", NINE + 60 * MINUTE, waits_s=5)]:
        anew.apply(event, eleven_ms + MINUTE)
    found = Past(anew, NINE, anew=True).take_changed(1_000_000)
    assert {one.started_ms for one in found if one.basis != "time"} == {NINE + 60 * MINUTE}


def test_after_a_restart_who_came_back_is_told_again_where_a_late_word_changed_it() -> None:
    """The call at noon was written hours ago; that the same customer had called at nine was told at the very end."""
    noon_ms, told_ms = NINE + 3 * 60 * MINUTE, NINE + 8 * 60 * MINUTE
    base: dict[str, Any] = {"queue": "support", "source": "pbx", "customer": "k1"}
    floor = Floor()
    floor.apply(ev.Queued(contact="noon", time=noon_ms, **base), noon_ms)
    floor.apply(ev.Abandoned(contact="noon", source="pbx", time=noon_ms + MINUTE), noon_ms + MINUTE)
    floor.apply(ev.Queued(contact="nine", time=NINE, **base), told_ms)
    again = snapshot.load(snapshot.dump(floor))
    rewritten = kept(again, written_ms=told_ms - MINUTE).take_changed(1_000)
    assert rewritten[Interval("queues", "support", noon_ms, "event")] == {
        "offered": 1, "abandoned": 1, "other_wait\t60": 1, "abandoned_wait_ms": 60_000, "sl_base": 1,
        "with_customer": 1, "repeated": 1,
    }  # fmt: skip
    untouched = kept(snapshot.load(snapshot.dump(floor)), written_ms=told_ms + 3 * 60 * MINUTE).take_changed(1_000)
    assert untouched == {}


def test_the_first_hour_of_a_day_is_counted_for_as_long_as_it_runs_although_another_site_s_began_later() -> None:
    """In Kyiv the day began at 22:00 UTC, in New York at 05:00. At 09:00 a call is told that waits since 22:30."""
    sites = {"kyiv": Site(zone="Europe/Kyiv"), "york": Site(zone="America/New_York")}
    floor, since_ms = Floor(Settings(site=sites, queue={"support": Queue(site="kyiv")})), NINE - 630 * MINUTE
    floor.advance(NINE)
    quarters = kept(floor)
    floor.apply(ev.Queued(contact="1", queue="support", source="pbx", time=NINE, since=since_ms), NINE)
    found = written(floor, quarters)
    assert floor.tallies.queues["support"].ledger.window("day").sums["offered"] == 1
    assert [found[Interval("queues", "support", since_ms, basis)]["offered"] for basis in ("event", "offer")] == [1, 1]
    assert written(floor, kept(snapshot.load(snapshot.dump(floor)))) == found


def test_after_a_restart_a_result_counts_once_that_was_told_otherwise_after_the_last_writing() -> None:
    """Sold at 09:20, as is written; at 09:50 it is revised, and a second later the worker dies."""
    base: dict[str, Any] = {"contact": "1", "source": "crm"}
    floor, quarters = told(
        [replace(one, source="crm") for one in call("1", NINE, waits_s=30, talks_s=60)],
        [ev.Outcome(outcome="success", time=NINE + 20 * MINUTE, **base)],
    )
    record, written_ms = written(floor, quarters), floor.now_ms
    floor.apply(ev.Outcome(outcome="failure", time=NINE + 50 * MINUTE, **base), NINE + 50 * MINUTE)
    again = snapshot.load(snapshot.dump(floor))
    record |= written(again, kept(again, written_ms))
    assert {name: _sum(record, "event").get(name, 0) for name in ("success", "failure")} == {"success": 0, "failure": 1}


def test_other_settings_leave_of_yesterday_what_was_written_although_a_mail_of_it_still_waits() -> None:
    evening = NINE + 11 * 60 * MINUTE
    mail = ev.Queued(contact="m", source="mail", queue="mail", channel="email", time=evening)
    floor, quarters = told([mail], [replace(one, queue="mail") if isinstance(one, ev.Queued) else one
                                    for one in call("1", evening, waits_s=30, talks_s=60)])  # fmt: skip
    assert written(floor, quarters)[Interval("queues", "mail", evening, "offer")]["offered"] == 2
    floor.advance(NINE + 17 * 60 * MINUTE)
    floor.apply(ev.ConfigApplied(settings={"queue": {"mail": {"target": {"seconds": 60}}}}), floor.now_ms)
    assert Interval("queues", "mail", evening, "offer") not in written(floor, quarters)


def test_a_wrap_up_that_ended_today_is_counted_after_a_restart_although_the_call_was_yesterday_s() -> None:
    """In Kyiv the day begins at 22:00 UTC (the call ended at 21:55, its wrap-up at 22:05), in New York at 05:00."""
    sites = {"kyiv": Site(zone="Europe/Kyiv"), "york": Site(zone="America/New_York")}
    floor = Floor(Settings(site=sites, queue={"support": Queue(site="kyiv", wrapup_s=600)}))
    turn_ms = NINE + 13 * 60 * MINUTE
    for event in call("1", turn_ms - 10 * MINUTE, waits_s=60, talks_s=240):
        floor.apply(event, event.time or 0)
    floor.advance(turn_ms + 8 * 60 * MINUTE)
    for one in (floor, snapshot.load(snapshot.dump(floor))):
        one.settle()
        assert one.tallies.queues["support"].ledger.window("day").sums["handled"] == 1


def chat(messages: int) -> tuple[Floor, Contact]:
    """A second between two of them; that it was queued again before the last ten is told last."""
    base: dict[str, Any] = {"contact": "1", "source": "chat"}
    floor = Floor()
    floor.apply(ev.Queued(queue="support", channel="chat", time=NINE, **base), NINE)
    floor.apply(ev.Answered(agent="anna", time=NINE + 1, **base), NINE + 1)
    for n in range(messages):
        at_ms = NINE + n * 1000 + 2
        floor.apply(ev.Message(by="agent" if n % 2 else "customer", time=at_ms, **base), at_ms)
    late_ms = NINE + (messages - 10) * 1000
    floor.apply(ev.Queued(queue="sales", channel="chat", time=late_ms, **base), floor.now_ms)
    return floor, floor.contacts.contacts["chat", "1"]


def test_after_a_restart_a_long_chat_is_told_again_once_and_not_once_for_each_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    floor, contact = chat(1_000)
    steps: list[int] = []

    def counted(story: Story, event: ev.Event, at_ms: int) -> object:
        steps.append(at_ms)
        return step(story, event, at_ms)

    monkeypatch.setattr(contactrow, "step", counted)
    assert len(list(stories_before(contact, floor.settings))) == ARRIVALS
    assert len(steps) < 1_003 + ARRIVALS * ARRIVALS


@pytest.mark.parametrize("messages", [20, 200])
def test_what_was_written_of_a_contact_is_what_had_arrived_by_then(messages: int) -> None:
    floor, contact = chat(messages)
    orders = sorted(order for _, order, _ in contact.events)[-ARRIVALS:]
    stories = list(stories_before(contact, floor.settings))
    assert len(stories) == len(orders)
    for story, last in zip(stories, orders, strict=True):
        whole = Story("chat", floor.settings)
        for at_ms, order, event in contact.events:
            if order < last:
                step(whole, event, at_ms)
        assert facts(story, floor.settings, floor.now_ms) == facts(whole, floor.settings, floor.now_ms)
