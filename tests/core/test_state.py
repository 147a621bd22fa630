"""The floor: what each event does to its numbers, what time alone does, and what late and early events do."""

from typing import Any

import pytest
from floors import MINUTE, NOON, SECOND, at, call, floor_after

from wallboard.core import events as ev
from wallboard.core.deeds import Did
from wallboard.core.explain import explain
from wallboard.core.kpis import document
from wallboard.core.settings import Queue, Settings, Target
from wallboard.core.state import Floor


def test_counts_and_live_numbers_follow_each_event():
    floor = floor_after([*call("a", -60, answer_s=-50), *call("b", -30)])
    support = document(floor)["queues"]["support"]
    assert support["day"]["offered"] == 2
    assert support["day"]["answered"] == 1
    assert (support["now"]["waiting"], support["now"]["engaged"]) == (1, 1)
    assert support["now"]["oldest_at"] == at(-30)


def test_what_is_not_known_is_absent_and_not_zero():
    floor = Floor(Settings(queue={"support": Queue()}))
    floor.advance(NOON)
    support = document(floor)["queues"]["support"]
    assert "waiting" not in support["now"]
    assert "staffed" not in support["now"]
    assert "day" not in support


def test_an_event_says_what_it_did():
    floor = floor_after(call("a", -60))
    deeds = floor.apply(ev.Queued(contact="b", queue="supprot", source="pbx"), NOON)
    assert [deed.text for deed in deeds] == ["new queue supprot (like support?)", "opened visit 1 in supprot"]
    assert floor.apply(ev.Ended(contact="zz", source="pbx"), NOON)[-1].text == "ended nothing: no open leg"


def test_what_did_nothing_because_its_clock_is_behind_says_so():
    """Waited from 0 s, answered at 1.5 s by arrival; the end is told with a clock in whole seconds, 0.5 s before."""
    told = [ev.Queued(contact="a", queue="support", source="pbx"), ev.Answered(contact="a", agent="anna", source="pbx")]
    floor = Floor()
    for event, at_ms in zip(told, (NOON, NOON + 1500), strict=True):
        floor.apply(event, at_ms)
    later = NOON + 1800
    early = ev.Wrapped(contact="a", agent="anna", source="pbx", time=NOON + SECOND)
    assert (
        floor.apply(early, later)[-1].text == "wrapped nothing: no leg of anna at its time, 0.5 s before anna answered"
    )
    tag = ev.Tagged(contact="a", tag="thanks", source="pbx", time=NOON - SECOND)
    known = "nothing else is known of this contact at its time, 1.0 s before it waited in support"
    assert floor.apply(tag, later)[-1].text == f"tagged thanks, but {known}"
    moved = ev.Transferred(contact="a", agent="anna", source="pbx", time=NOON + SECOND)
    behind = "at its time, 0.5 s before anna answered"
    assert floor.apply(moved, later)[-1].text == f"ended nothing: no open leg {behind}"
    ended = ev.Ended(contact="a", agent="anna", source="pbx", time=NOON + SECOND)
    assert floor.apply(ended, later)[-1].text == f"ended visit 1 in support: lost {behind}"


def test_a_time_far_ahead_is_taken_as_the_arrival_and_counted():
    floor = Floor()
    floor.apply(ev.Queued(contact="a", queue="support", source="pbx", time=NOON + 61 * SECOND), NOON)
    found = document(floor)
    assert found["sources"]["pbx"]["clamped"] == 1
    assert found["queues"]["support"]["now"]["oldest_at"] == NOON


def test_what_a_clock_that_is_ahead_tells_counts_in_every_window_at_once_and_leaves_it_in_its_time():
    """Who waits as of 12:00:40, told at 11:59:40: nobody waited before, so whoever waits was offered."""
    early = NOON - 20 * SECOND
    told = ev.Queued(contact="a", queue="support", source="pbx", time=early + 60 * SECOND)
    floor = floor_after([told], now_ms=early)
    for minutes, counted in ((-1 / 3, 1), (0, 1), (14, 1), (15, 0)):
        floor.advance(NOON + round(minutes * MINUTE))
        support = document(floor)["queues"]["support"]
        assert support["now"]["waiting"] == 1
        assert [support[of]["offered"] for of in ("m15", "m30", "day")] == [counted, 1, 1]
        said = explain(floor, "queues", "support", "offered", "m15", people=False) or {}
        assert len(said["visits"]) == said["value"] == counted


def test_more_than_15_minutes_late_counts_in_its_day_and_is_told_as_late():
    floor = floor_after([])
    deeds = floor.apply(ev.Queued(contact="a", queue="support", source="pbx", time=NOON - 40 * MINUTE), NOON)
    found = document(floor)
    assert deeds[0].code is Did.LATE
    assert found["sources"]["pbx"]["late"] == 1
    assert (found["queues"]["support"]["m30"]["offered"], found["queues"]["support"]["day"]["offered"]) == (0, 1)


def test_a_window_holds_the_running_minute_and_the_14_before_it():
    floor = floor_after(call("a", -1, end_s=0))
    floor.advance(NOON + 14 * MINUTE + 59 * SECOND)
    assert document(floor)["queues"]["support"]["m15"]["abandoned"] == 1
    floor.advance(NOON + 15 * MINUTE)
    found = document(floor)["queues"]["support"]
    assert (found["m15"]["abandoned"], found["m30"]["abandoned"], found["day"]["abandoned"]) == (0, 1, 1)


def test_a_wait_passes_its_target_by_time_alone_and_touches_its_queue():
    floor = floor_after(call("a", 0), config=Settings(queue={"support": Queue(target=Target(seconds=20))}))
    floor.advance(NOON + 20 * SECOND)
    assert document(floor)["queues"]["support"]["now"]["over_target"] == 0  # exactly T is within
    floor.take_touched()
    assert floor.next_due_ms() == NOON + 20 * SECOND + 1
    floor.advance(NOON + 20 * SECOND + 1)
    assert ("queues", "support") in floor.take_touched()
    assert document(floor)["queues"]["support"]["now"]["over_target"] == 1


def test_wrap_up_ends_by_time_alone_and_then_the_leg_is_handled():
    config = Settings(queue={"support": Queue(wrapup_s=15)})
    floor = floor_after(call("a", -60, answer_s=-50, end_s=0), config=config)
    before = document(floor)
    assert (before["queues"]["support"]["now"]["wrapup"], before["queues"]["support"]["day"]["handled"]) == (1, 0)
    assert before["agents"]["anna"]["activity"] == "wrapup"
    floor.advance(NOON + 15 * SECOND)
    after = document(floor)
    assert (after["queues"]["support"]["now"]["wrapup"], after["queues"]["support"]["day"]["handled"]) == (0, 1)
    assert (after["agents"]["anna"]["activity"], after["agents"]["anna"]["since"]) == ("idle", NOON + 15 * SECOND)


def test_wrap_up_that_its_source_ends_is_shown_until_it_does_and_over_the_limit_since_then():
    for limit_s in (0, 15):
        config = Settings(queue={"support": Queue(wrapup_s=limit_s, wrapup_told=True)})
        floor = floor_after(call("a", -60, answer_s=-50, end_s=0), config=config)
        floor.advance(NOON + 40 * SECOND)
        row, anna = document(floor)["queues"]["support"], document(floor)["agents"]["anna"]
        assert (row["now"]["wrapup"], row["day"]["handled"], anna["activity"]) == (1, 0, "wrapup")
        assert anna.get("wrapup_over_at") == (NOON + 15 * SECOND if limit_s else None)
        ended_ms = NOON + 100 * SECOND
        floor.apply(ev.Wrapped(contact="a", agent="anna", source="pbx", time=ended_ms), ended_ms)
        row, anna = document(floor)["queues"]["support"], document(floor)["agents"]["anna"]
        assert (row["now"]["wrapup"], row["day"]["handled"], row["day"]["wrapup_s"]) == (0, 1, 100)
        assert (anna["activity"], anna["since"]) == ("idle", ended_ms)


def test_a_wrap_up_whose_end_is_never_told_goes_with_the_person_or_after_an_hour_and_is_as_long_as_usual():
    """15 s are booked. Whichever of the two was told first: the end of the talk, or that Anna went."""
    config = Settings(queue={"support": Queue(wrapup_s=15, wrapup_told=True)})
    for off in (ev.SignedOut(agent="anna", source="pbx", time=at(60)),
                ev.PresenceSet(agent="anna", presence="offline", source="pbx", time=at(60)), None):  # fmt: skip
        for late in (False, True):
            talk, went = call("a", -60, answer_s=-50, end_s=0), [off] if off else []
            floor = floor_after([], config=config)
            for event in [*went, *talk] if late else [*talk, *went]:
                floor.apply(event, NOON + 60 * SECOND)
            floor.advance(NOON + 3600 * SECOND - 1)
            assert document(floor)["queues"]["support"]["now"]["wrapup"] == (0 if off else 1)
            floor.advance(NOON + 3600 * SECOND)
            row = document(floor)["queues"]["support"]
            assert (row["now"]["wrapup"], row["day"]["handled"], row["day"]["wrapup_s"]) == (0, 1, 15)
            assert document(floor)["agents"]["anna"]["contacts"] == []


def test_wrap_up_that_a_source_tells_as_an_activity_holds_until_it_tells_another_one():
    signed_in = ev.SignedIn(agent="anna", queues=["support"], source="pbx", time=at(-90))
    floor = floor_after([signed_in, *call("a", -60, answer_s=-50, end_s=-40)])
    for end_s, activity in ((-39, "wrapup"), (-9, "idle")):
        floor.apply(ev.ActivitySeen(agent="anna", activity=activity, source="pbx", time=at(end_s)), NOON)
        assert document(floor)["agents"]["anna"]["activity"] == activity
    assert document(floor)["agents"]["anna"]["day"]["handling_s"] == 40, "10 s of talk, 30 s of wrap-up"


def test_whoever_a_whole_truth_finds_idle_has_wrapped_up():
    config = Settings(queue={"support": Queue(wrapup_told=True)})
    seen_ms = NOON + 40 * SECOND
    truth = ev.FloorObserved(agents={"anna": ev.ListedAgent(activity="idle")}, source="pbx", time=seen_ms)
    for talk in (call("a", -60, answer_s=-50, end_s=0), call("a", -60, answer_s=-50)):
        floor = floor_after(talk, config=config)
        floor.apply(truth, seen_ms)
        assert document(floor)["queues"]["support"]["now"]["wrapup"] == 0
        assert document(floor)["queues"]["support"]["day"]["handled"] == 1


def test_paused_in_one_queue_is_paused_and_ready_is_counted_per_queue():
    floor = floor_after([
        ev.SignedIn(agent="anna", queues=["support", "sales"], source="pbx"),
        ev.PresenceSet(agent="anna", presence="paused", reason="lunch", queue="support", source="pbx"),
    ])  # fmt: skip
    found = document(floor)
    assert found["agents"]["anna"]["presence"] == "paused"
    assert (found["queues"]["support"]["now"]["paused"], found["queues"]["sales"]["now"]["ready"]) == (1, 1)
    assert found["queues"]["support"]["now"]["paused_by"] == {"lunch": 1}
    assert found["groups"]["all"]["now"]["staffed"] == 1


def test_idle_is_who_has_a_slot_left_and_nothing_ringing():
    """One of whom only a phone tells that they talk; one who may have three chats and wraps one up, has two more, then
    a third; then one is over and another rings."""
    config, of = Settings(queue={"q": Queue(wrapup_s=600)}), {"agent": "bob", "source": "chat"}
    floor = floor_after([
        ev.SignedIn(agent="anna", queues=["q"], source="pbx"),
        ev.ActivitySeen(agent="anna", activity="engaged", source="pbx"),
        ev.SignedIn(**of, queues=["q"], slots=3),
        ev.Answered(**of, contact="a", queue="q"), ev.Ended(**of, contact="a"),
    ], config=config)  # fmt: skip
    steps = (
        [], [ev.Answered(**of, contact="b", queue="q")], [ev.Answered(**of, contact="c", queue="q")],
        [ev.Wrapped(**of, contact="a")], [ev.Ringing(**of, contact="d")],
    )  # fmt: skip
    found = []
    for nth, step in enumerate(steps):
        for event in step:
            floor.apply(event, NOON + nth * SECOND)
        found.append(document(floor)["queues"]["q"]["now"]["idle"])
    assert found == [1, 1, 0, 1, 0]
    floor.apply(ev.ActivitySeen(agent="anna", activity="idle", source="pbx"), NOON + 9 * SECOND)
    assert document(floor)["queues"]["q"]["now"]["idle"] == 1


@pytest.mark.parametrize("device", ["idle", "engaged", "unknown"])
def test_at_whom_a_contact_rings_is_not_idle_whatever_their_device_says(device: Any) -> None:
    of = {"agent": "bob", "source": "chat"}
    floor = floor_after([
        ev.SignedIn(**of, queues=["q"], slots=3),
        ev.Queued(contact="a", queue="q", source="chat"), ev.Ringing(**of, contact="a"),
    ])  # fmt: skip
    floor.apply(ev.ActivitySeen(**of, activity=device), NOON + SECOND)
    now = document(floor)["queues"]["q"]["now"]
    assert (now["ringing"], now["ready"], now["idle"]) == (1, 1, 0)
    floor.apply(ev.Missed(**of, contact="a"), NOON + 2 * SECOND)
    assert document(floor)["queues"]["q"]["now"]["idle"] == 1


def test_a_chat_that_was_abandoned_is_not_unanswered_any_more():
    base = {"contact": "m", "source": "chat"}
    floor = floor_after([ev.Queued(queue="chat", channel="chat", **base), ev.Message(by="customer", **base)])
    assert document(floor)["queues"]["chat"]["now"]["unanswered"] == 1
    floor.apply(ev.Abandoned(**base), NOON + MINUTE)
    assert "unanswered" not in document(floor)["queues"]["chat"]["now"]


def test_where_customers_are_replied_to_none_unanswered_is_known():
    base = {"contact": "m", "source": "chat"}
    floor = floor_after([ev.Queued(queue="chat", channel="chat", **base), ev.Answered(agent="anna", **base)])
    assert "unanswered" not in document(floor)["queues"]["chat"]["now"], "its source may tell of no messages"
    for nth, by in enumerate(("customer", "agent"), 1):
        floor.apply(ev.Message(by=by, **base), NOON + nth * SECOND)
    found = document(floor)
    assert (found["queues"]["chat"]["now"]["unanswered"], found["groups"]["all"]["now"]["unanswered"]) == (0, 0)
    said = explain(floor, "queues", "chat", "unanswered", "now", people=False) or {}
    assert (said["value"], said["shape"]) == (0, "count")


def test_what_fell_due_before_it_was_told_is_done_at_once_and_time_goes_on():
    config = Settings(queue={"support": Queue(wrapup_s=15)})
    floor = floor_after(call("a", -900, answer_s=-890, end_s=-800), config=config)
    floor.advance(NOON + SECOND)
    assert floor.now_ms == NOON + SECOND
    assert document(floor)["queues"]["support"]["day"]["handled"] == 1


def test_a_notice_of_the_server_itself_makes_no_source():
    floor = floor_after([ev.NoticePosted(text="hi", notice="n", source=ev.SERVER)])
    assert list(document(floor)["notices"]) == ["n"]
    assert floor.sources == {}
    floor.apply(ev.NoticeCleared(notice="n", source=ev.SERVER), NOON + MINUTE)
    assert document(floor)["notices"] == {}
    assert floor.sources == {}
    floor.apply(ev.NoticePosted(text="hi", notice="n", source="ops"), NOON + MINUTE)
    assert list(floor.sources) == ["ops"]


def test_notices_end_by_time_alone():
    floor = floor_after([ev.NoticePosted(text="hi", notice="n", until=NOON + MINUTE, source="ops")])
    assert document(floor)["notices"]["n"]["text"] == "hi"
    floor.advance(NOON + MINUTE)
    assert document(floor)["notices"] == {}


def test_a_source_that_beats_is_late_after_12_seconds_and_one_that_never_did_is_quiet():
    floor = floor_after([ev.SourceBeat(source="pbx"), ev.NoticePosted(text="x", source="cron")])
    floor.advance(NOON + 12 * SECOND)
    assert document(floor)["sources"]["pbx"]["state"] == "live"
    floor.advance(NOON + 12 * SECOND + 1)
    found = document(floor)["sources"]
    assert (found["pbx"]["state"], found["cron"]["state"]) == ("late", "quiet")


def test_a_case_was_not_opened_after_it_was_told_though_its_source_has_a_clock_that_is_ahead():
    of = {"source": "crm", "queue": "support", "time": NOON + 10 * MINUTE, "opened_at": NOON + 9 * MINUTE}
    floor = floor_after([ev.CaseResolved(case="a", **of), ev.CaseOpened(case="b", **of)])
    support = document(floor)["queues"]["support"]
    assert (support["day"]["resolution_s"], support["now"]["oldest_case_at"]) == (0, NOON)
