"""One contact's events, told as a story: the corner cases of visits and legs, each worked by hand."""

from wallboard.core import events as ev
from wallboard.core.deeds import Did
from wallboard.core.settings import Queue, Settings
from wallboard.core.story import Story
from wallboard.core.telling import step

NOON = 1_795_348_800_000
WRAPUP = Settings(queue={"support": Queue(wrapup_s=15)})


def told(*events: tuple[float, ev.Event], settings: Settings | None = None) -> tuple[Story, list[Did]]:
    story = Story("pbx", settings or Settings())
    return story, [step(story, event, NOON + round(at_s * 1000)).code for at_s, event in events]


def queued(queue: str = "support", **more: object) -> ev.Queued:
    return ev.Queued(contact="c", queue=queue, **more)  # type: ignore[arg-type]


def answered(agent: str = "anna", **more: object) -> ev.Answered:
    return ev.Answered(contact="c", agent=agent, **more)  # type: ignore[arg-type]


def test_a_contact_that_is_answered_has_one_visit_and_one_leg():
    story, dids = told((0, queued()), (12, answered()), (72, ev.Ended(contact="c", agent="anna")))
    assert dids == [Did.OPENED_VISIT, Did.OPENED_LEG, Did.ENDED_LEG]
    assert (story.visits[0].outcome, story.visits[0].wait_ms) == ("answered", 12_000)
    assert (story.legs[0].talk_ms, story.legs[0].closed_ms) == (60_000, NOON + 72_000)


def test_the_wait_that_a_source_states_wins_over_the_difference_of_times():
    story, _ = told((0, queued()), (12, answered(wait_s=9.5)))
    assert story.visits[0].wait_ms == 9_500


def test_a_wait_that_only_the_end_states_wins_too_and_the_answer_s_own_word_stays():
    over = ev.Ended(contact="c", agent="anna", wait_s=9.5)
    moved = ev.Transferred(contact="c", agent="anna", wait_s=9.5)
    for end in (over, moved):
        story, _ = told((0, queued()), (12, answered()), (60, end), (61, over))
        assert story.visits[0].wait_ms == 9_500
    story, _ = told((0, queued()), (12, answered(wait_s=11)), (60, over))
    assert story.visits[0].wait_ms == 11_000
    story, _ = told(
        (0, queued()), (12, answered()), (20, moved), (20, queued()), (25, answered("bob")),
        (40, ev.Ended(contact="c", agent="bob", wait_s=4)),
    )  # fmt: skip
    assert [visit.wait_ms for visit in story.visits] == [9_500, 4_000]
    story, _ = told((0, queued()), (5, ev.Abandoned(contact="c")), (9, answered()), (12, over))
    assert story.visits[0].wait_ms == 5_000, "who called an agent directly did not wait for that"


def test_queued_again_in_the_same_queue_loses_the_older_visit():
    story, _ = told((0, queued()), (5, queued()))
    assert [(v.number, v.outcome) for v in story.visits] == [(1, "lost"), (2, None)]


def test_a_contact_may_wait_in_two_queues_and_an_answer_ends_only_the_one_it_names():
    story, _ = told((0, queued("support")), (5, queued("sales")), (9, answered(queue="support")))
    assert [(v.queue, v.outcome) for v in story.visits] == [("support", "answered"), ("sales", None)]


def test_an_event_without_a_queue_belongs_to_the_visit_with_the_latest_begin():
    story, _ = told((0, queued("support")), (5, queued("sales")), (9, ev.Abandoned(contact="c")))
    assert [(v.queue, v.outcome) for v in story.visits] == [("support", None), ("sales", "abandoned")]


def test_a_second_end_is_ignored():
    story, dids = told((0, queued()), (9, ev.Abandoned(contact="c")), (10, ev.Left(contact="c", reason="timeout")))
    assert story.visits[0].outcome == "abandoned"
    assert dids[2] is Did.NOTHING


def test_a_second_end_replaces_lost_within_15_minutes():
    story, dids = told(
        (0, queued()), (9, ev.Left(contact="c", reason="lost")), (12, ev.Abandoned(contact="c", wait_s=9))
    )
    assert (story.visits[0].outcome, story.visits[0].ended_ms) == ("abandoned", NOON + 9_000)
    assert dids[2] is Did.CORRECTED


def test_after_15_minutes_lost_stays_lost():
    story, _ = told((0, queued()), (9, ev.Left(contact="c", reason="lost")), (910, ev.Abandoned(contact="c")))
    assert story.visits[0].outcome == "lost"


def test_an_answer_replaces_lost_and_opens_the_leg_that_had_waited():
    story, dids = told((0, queued()), (9, ev.Left(contact="c", reason="lost")), (9.1, answered()))
    assert story.visits[0].outcome == "answered"
    assert story.legs[0].waited
    assert dids[2] is Did.CORRECTED


def test_ended_while_it_still_waits_is_lost():
    story, _ = told((0, queued()), (9, ev.Ended(contact="c")))
    assert story.visits[0].outcome == "lost"


def test_ended_told_twice_by_an_agent_does_not_end_the_visit_that_waits_after_a_transfer():
    story, _ = told(
        (0, queued()), (5, answered()), (30, ev.Transferred(contact="c", agent="anna", to_queue="sales")),
        (31, queued("sales")), (32, ev.Ended(contact="c", agent="anna")),
    )  # fmt: skip
    assert story.visits[1].outcome is None
    assert story.legs[0].transferred


def test_a_direct_leg_never_waited():
    story, dids = told((0, answered()), (60, ev.Ended(contact="c", talk_s=58)))
    assert story.visits == []
    assert (story.legs[0].waited, story.legs[0].talk_ms) == (False, 58_000)
    assert dids[0] is Did.OPENED_LEG


def test_turned_away_at_the_door_is_refused_and_no_visit():
    story, dids = told((0, ev.Left(contact="c", queue="night", reason="empty")))
    assert story.refused == ((NOON, "night"),)
    assert (story.visits, dids) == ([], [Did.REFUSED])


def test_left_of_a_queue_that_was_visited_before_ends_nothing_and_is_not_refused():
    story, _ = told(
        (0, queued()), (5, ev.Abandoned(contact="c")), (6, ev.Left(contact="c", queue="support", reason="key"))
    )
    assert story.refused == ()


def test_holds_are_summed_and_left_out_of_talk():
    story, _ = told(
        (0, queued()), (10, answered()), (20, ev.Held(contact="c", agent="anna")),
        (50, ev.Resumed(contact="c", agent="anna")), (60, ev.Ended(contact="c", agent="anna")),
    )  # fmt: skip
    assert (story.legs[0].hold_ms, story.legs[0].talk_ms) == (30_000, 20_000)


def test_wrap_up_follows_where_the_queue_has_one_and_its_own_end_wins():
    story, _ = told((0, queued()), (10, answered()), (60, ev.Ended(contact="c", agent="anna")), settings=WRAPUP)
    assert (story.legs[0].wrapup_ms, story.legs[0].closed_ms) == (15_000, NOON + 75_000)
    story, _ = told(
        (0, queued()), (10, answered()), (60, ev.Ended(contact="c", agent="anna")),
        (64, ev.Wrapped(contact="c", agent="anna")), settings=WRAPUP,
    )  # fmt: skip
    assert (story.legs[0].wrapup_ms, story.legs[0].closed_ms) == (4_000, NOON + 64_000)


def test_wrap_up_lasts_until_it_is_told_where_the_queue_s_source_tells_it():
    """Beyond `wrapup_s`, which is a limit only. Who talks with the same contact again has wrapped up."""
    told_s = Settings(queue={"support": Queue(wrapup_s=15, wrapup_told=True)})
    talk = [(0, queued()), (10, answered()), (60, ev.Ended(contact="c", agent="anna"))]
    story, _ = told(*talk, settings=told_s)
    assert (story.legs[0].state, story.legs[0].awaits_end(NOON + 3_000_000)) == ("wrapup", True)
    story, _ = told(*talk, (160, ev.Wrapped(contact="c", agent="anna")), settings=told_s)
    assert (story.legs[0].wrapup_ms, story.legs[0].closed_ms) == (100_000, NOON + 160_000)
    assert not story.legs[0].awaits_end(NOON + 60_000)
    story, _ = told(*talk, (80, answered()), (90, ev.Wrapped(contact="c", agent="anna")), settings=told_s)
    assert [(leg.wrapup_ms, leg.closed_ms) for leg in story.legs] == [(20_000, NOON + 80_000), (0, NOON + 90_000)]


def test_a_wrap_up_whose_end_is_never_told_is_closed_as_one_that_nobody_tells():
    """15 s after the talk, and not when a lead closed it 50 minutes later: that would be 50 minutes of work."""
    told_s = Settings(queue={"support": Queue(wrapup_s=15, wrapup_told=True)})
    closed = ev.ContactCorrected(contact="c", who="Olena", source=ev.SERVER)
    talk = [(0, queued()), (10, answered()), (60, ev.Ended(contact="c", agent="anna"))]
    story, dids = told(*talk, (3060, closed), settings=told_s)
    assert dids[-1] is Did.ENDED_VISIT
    assert (story.legs[0].wrapup_ms, story.legs[0].closed_ms, story.legs[0].lost) == (15_000, NOON + 75_000, False)


def test_a_wait_that_the_end_of_two_talks_states_is_of_the_queue_that_it_names_or_of_none():
    """Waited 5 s in support and 10 s in sales; one end of both says 3 s."""
    talks = [(0, queued()), (5, answered()), (6, queued("sales")), (16, answered("bob"))]
    for queue, waits_ms in ((None, [5_000, 10_000]), ("sales", [5_000, 3_000])):
        story, _ = told(*talks, (60, ev.Ended(contact="c", queue=queue, wait_s=3)))
        assert [visit.wait_ms for visit in story.visits] == waits_ms


def test_ringing_at_several_agents_ends_when_one_answers():
    story, _ = told(
        (0, queued()), (1, ev.Ringing(contact="c", agent="anna")), (1, ev.Ringing(contact="c", agent="bob")),
        (4, ev.Missed(contact="c", agent="bob")), (6, answered()),
    )  # fmt: skip
    assert story.visits[0].rings == {}
    assert [miss.agent for miss in story.missed] == ["bob"]


def test_the_last_message_decides_whether_a_text_contact_is_unanswered_and_a_bot_never_answers():
    story, _ = told(
        (0, ev.Message(contact="c", by="customer")), (1, ev.Message(contact="c", by="bot")),
        (2, ev.Message(contact="c", by="customer")),
    )  # fmt: skip
    assert story.unanswered_ms == NOON
    step(story, ev.Message(contact="c", by="agent"), NOON + 3_000)
    assert story.unanswered_ms is None


def test_who_wrote_a_last_word_and_comes_back_later_waits_for_a_reply_to_what_they_write_then():
    """ "Thank you!" at 20 s stays without a reply; an agent resolves it, or the customer gives up waiting."""
    thanks, hello = (20, ev.Message(contact="c", by="customer")), (900, ev.Message(contact="c", by="customer"))
    for end in (ev.Ended(contact="c", agent="anna"), ev.Ended(contact="c"), ev.Wrapped(contact="c", agent="anna")):
        story, _ = told((0, queued()), (5, answered()), thanks, (30, end), (890, queued()), hello)
        assert story.unanswered_ms == NOON + 900_000
    story, _ = told((0, queued()), thanks, (30, ev.Abandoned(contact="c")), (890, queued()), hello)
    assert story.unanswered_ms == NOON + 900_000


def test_who_is_passed_on_or_still_talked_to_goes_on_waiting_for_a_reply():
    asked = (20, ev.Message(contact="c", by="customer"))
    left, moved = ev.Left(contact="c", reason="overflow"), ev.Transferred(contact="c", agent="anna")
    for begin, end in (([], left), ([(5, answered())], moved)):
        story, _ = told((0, queued()), *begin, asked, (30, end), (31, queued("second")))
        assert story.unanswered_ms == NOON + 20_000
    over = (30, ev.Ended(contact="c", agent="anna"))
    story, _ = told((0, queued()), (5, answered()), (6, queued("second")), asked, over)
    assert story.unanswered_ms == NOON + 20_000, "it waits in another queue"


def test_a_corrected_contact_ends_as_lost_and_its_leg_counts_nowhere():
    story, _ = told((0, queued()), (5, answered()), (9, ev.ContactCorrected(contact="c", who="lead")))
    assert story.legs[0].lost
    assert not story.is_under_way


def test_since_reaches_back_to_when_the_waiting_really_began():
    story, _ = told((60, queued(since=NOON)), (70, ev.Abandoned(contact="c")))
    assert story.visits[0].wait_ms == 70_000
