"""The floor: order of arrival, late and clamped events, whole truths, settings, days; deterministic throughout."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wallboard.core import events as ev
from wallboard.core import kpis, snapshot
from wallboard.core.explain import explain
from wallboard.core.patch import apply, diff
from wallboard.core.settings import Agent, Queue, Settings, Site, Target
from wallboard.core.state import Floor
from wallboard.core.visits import Did

NOON = 1_795_348_800_000  # 2026-11-22 12:00 UTC
SECOND, MINUTE = 1000, 60_000


def floor_after(events: Sequence[ev.Event], *, now_ms: int = NOON, config: Settings | None = None) -> Floor:
    """All events arrive at `now_ms`."""
    floor = Floor(config)
    for event in events:
        floor.apply(event, now_ms)
    return floor


def document(floor: Floor) -> dict[str, dict[str, dict[str, object]]]:
    return kpis.document(floor)


def call(contact: str, begin_s: float, *, answer_s: float | None = None, end_s: float | None = None) -> list[ev.Event]:
    """One call in support; without an answer it is abandoned at `end_s`."""
    base = {"contact": contact, "source": "pbx"}
    events: list[ev.Event] = [ev.Queued(queue="support", time=_at(begin_s), **base)]
    if answer_s is not None:
        events.append(ev.Answered(agent="anna", time=_at(answer_s), **base))
    if end_s is not None:
        kind = ev.Ended if answer_s is not None else ev.Abandoned
        events.append(kind(time=_at(end_s), **base))
    return events


def test_counts_and_live_numbers_follow_each_event():
    floor = floor_after([*call("a", -60, answer_s=-50), *call("b", -30)])
    support = document(floor)["queues"]["support"]
    assert support["day"]["offered"] == 2
    assert support["day"]["answered"] == 1
    assert (support["now"]["waiting"], support["now"]["engaged"]) == (1, 1)
    assert support["now"]["oldest_at"] == _at(-30)


def test_what_is_not_known_is_absent_and_not_zero():
    floor = Floor(Settings(queue={"support": Queue()}))
    floor.advance(NOON)
    support = document(floor)["queues"]["support"]
    assert "waiting" not in support["now"]
    assert "staffed" not in support["now"]
    assert "day" not in support


def test_a_team_s_shift_is_that_of_its_own_sites_and_not_of_others():
    """In Kyiv the late shift runs from 14:00 to 22:00, at noon UTC it is 14:00 there; Riga's is over at 13:00."""
    sites = {
        "kyiv": Site(zone="Europe/Kyiv", shifts={"late": "14:00-22:00"}),
        "riga": Site(zone="Europe/Riga", shifts={"early": "06:00-13:00"}),
    }
    queues = {"a": Queue(site="kyiv", team="one"), "b": Queue(site="riga", team="two")}
    told = [ev.Queued(contact=name, queue=name, source="pbx", time=NOON) for name in queues]
    groups = document(floor_after(told, config=Settings(site=sites, queue=queues)))["groups"]
    assert [groups[name]["shift"].get("offered") for name in ("team:one", "site:kyiv", "all")] == [1, 1, 1]
    assert [groups[name]["shift"] for name in ("team:two", "site:riga")] == [{}, {}]


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


def test_the_business_day_turns_by_its_own_zone_and_groups_follow():
    config = Settings(site={"kyiv": Site(zone="Europe/Kyiv", day_starts="06:00"), "main": Site()}, queue={
        "support": Queue(site="kyiv"), "sales": Queue(site="main")})  # fmt: skip
    turn_ms = 1_795_320_000_000  # 2026-11-22 04:00 UTC = 06:00 in Kyiv
    floor = Floor(config)
    for queue in ("support", "sales"):
        floor.apply(ev.Queued(contact="c", queue=queue, source=queue, time=turn_ms - MINUTE), turn_ms - MINUTE)
    assert document(floor)["groups"]["all"]["day"]["offered"] == 2
    floor.advance(turn_ms)
    found = document(floor)
    assert found["queues"]["support"]["day"]["offered"] == 0
    assert found["queues"]["support"]["now"]["waiting"] == 1  # carried over
    assert found["queues"]["sales"]["day"]["offered"] == 1
    assert found["groups"]["all"]["day"]["offered"] == 1
    assert found["sites"]["kyiv"]["day"] == "2026-11-22"


def test_a_queue_whose_site_changes_counts_by_the_other_day_and_its_old_group_is_gone():
    """Told at 11:00; the day of b began at 11:30."""
    sites: dict[str, object] = {"a": {}, "b": {"day_starts": "11:30"}}
    floor = floor_after(call("a", -3600))
    for site, offered in (("a", 1), ("b", 0), ("a", 1)):
        floor.apply(ev.ConfigApplied(settings={"site": sites, "queue": {"support": {"site": site}}}), NOON)
        found = document(floor)
        support = found["queues"]["support"]
        assert (support["site"], support["day"]["offered"], support["now"]["waiting"]) == (site, offered, 1)
        assert [name for name in found["groups"] if name.startswith("site:")] == [f"site:{site}"]
        assert found["groups"][f"site:{site}"]["day"] == support["day"]
    assert {("groups", "site:a"), ("groups", "site:b")} <= floor.take_touched(), "readers are told of both"


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


def test_one_person_with_several_ids_is_one_row():
    config = Settings(agent={"anna": Agent(name="Ганна", also=["pbx:PJSIP/1", "chat:17"])})
    floor = floor_after([
        ev.Answered(contact="a", agent="PJSIP/1", queue="support", source="pbx", time=NOON),
        ev.Answered(contact="b", agent="17", queue="chat", channel="chat", source="chat", time=NOON),
    ], config=config)  # fmt: skip
    agents = document(floor)["agents"]
    assert list(agents) == ["anna"]
    assert (agents["anna"]["name"], len(agents["anna"]["contacts"])) == ("Ганна", 2)


def test_a_chat_that_was_abandoned_is_not_unanswered_any_more():
    base = {"contact": "m", "source": "chat"}
    floor = floor_after([ev.Queued(queue="chat", channel="chat", **base), ev.Message(by="customer", **base)])
    assert document(floor)["queues"]["chat"]["now"]["unanswered"] == 1
    floor.apply(ev.Abandoned(**base), NOON + MINUTE)
    assert "unanswered" not in document(floor)["queues"]["chat"]["now"]


def test_a_whole_truth_closes_what_it_does_not_list_and_opens_what_nobody_knew():
    floor = floor_after([*call("a", -60), *call("b", -60), *call("c", -60, answer_s=-50)])
    floor.apply(ev.SignedIn(agent="bob", source="pbx"), NOON)
    seen = ev.FloorObserved(
        source="pbx", time=NOON + SECOND,
        queues={"support": [ev.ListedContact(contact="b"), ev.ListedContact(contact="d", since=NOON - 9 * SECOND)]},
        agents={"anna": ev.ListedAgent(presence="ready")},
    )  # fmt: skip
    floor.apply(seen, NOON + SECOND)
    found = document(floor)
    support = found["queues"]["support"]
    assert (support["now"]["waiting"], support["day"]["lost"], support["now"]["engaged"]) == (2, 1, 1)
    assert support["now"]["oldest_at"] == _at(-60)
    assert found["agents"]["bob"]["presence"] == "offline"


def test_an_empty_listing_of_queues_closes_everything_that_waits_and_leaves_agents_alone():
    floor = floor_after(call("a", -60))
    floor.apply(ev.SignedIn(agent="bob", source="pbx"), NOON)
    floor.apply(ev.FloorObserved(source="pbx", time=NOON + 1, queues={}), NOON + 1)
    found = document(floor)
    assert found["queues"]["support"]["now"]["waiting"] == 0
    assert found["agents"]["bob"]["presence"] == "ready"


def test_a_listing_in_parts_is_taken_when_its_last_part_is_there():
    floor = floor_after([*call("a", -60), *call("b", -60)])
    for part, contact in ((1, "a"), (2, "b")):
        listed = {"support": [ev.ListedContact(contact=contact)]}
        floor.apply(ev.FloorObserved(source="pbx", time=NOON, queues=listed, part=part, parts=2), NOON)
    assert document(floor)["queues"]["support"]["now"]["waiting"] == 2


def test_a_restarted_source_loses_what_was_open_and_its_legs_count_nowhere():
    floor = floor_after([*call("a", -60), *call("b", -60, answer_s=-50)])
    floor.apply(ev.SourceRestarted(source="pbx"), NOON)
    support = document(floor)["queues"]["support"]
    assert (support["now"]["waiting"], support["now"]["engaged"]) == (0, 0)
    assert (support["day"]["lost"], support["day"]["handled"], support["day"]["talk_s"]) == (1, 0, 0)


def test_a_changed_target_reads_the_day_again():
    floor = floor_after(call("a", -60, answer_s=-35))
    assert document(floor)["queues"]["support"]["day"]["answered_in_target"] == 0
    floor.apply(ev.ConfigApplied(settings={"queue": {"support": {"target": {"seconds": 30}}}}), NOON)
    assert document(floor)["queues"]["support"]["day"]["answered_in_target"] == 1


@pytest.mark.parametrize(
    "rule", [{"target": {"seconds": 30}}, {"target": {"formula": "answered"}}, {"target": {"count_waiting": False}},
             {"short_abandon_s": 9}],
)  # fmt: skip
def test_a_changed_rule_says_since_when_it_is_what_it_is_for_the_rest_of_the_day(rule: dict[str, object]):
    floor = floor_after(call("a", -60, answer_s=-35), config=Settings(queue={"support": Queue()}))
    assert "since" not in document(floor)["queues"]["support"]["target"]
    floor.apply(ev.ConfigApplied(settings={"queue": {"support": rule}}, time=NOON), NOON)
    for one in (floor, snapshot.load(snapshot.dump(floor))):
        assert document(one)["queues"]["support"]["target"]["since"] == NOON
        said = explain(one, "queues", "support", "service_level", "day", people=False)
        assert said
        assert said["target"]["since"] == NOON
    other = {"queue": {"support": {**rule, "name": "Support"}}}
    floor.apply(ev.ConfigApplied(settings=other, time=NOON + MINUTE), NOON + MINUTE)
    assert document(floor)["queues"]["support"]["target"]["since"] == NOON, "a name is no rule"
    floor.advance(NOON + 12 * 60 * MINUTE)
    assert "since" not in document(floor)["queues"]["support"]["target"]


def test_what_fell_due_before_it_was_told_is_done_at_once_and_time_goes_on():
    config = Settings(queue={"support": Queue(wrapup_s=15)})
    floor = floor_after(call("a", -900, answer_s=-890, end_s=-800), config=config)
    floor.advance(NOON + SECOND)
    assert floor.now_ms == NOON + SECOND
    assert document(floor)["queues"]["support"]["day"]["handled"] == 1


def test_a_forgotten_source_leaves_no_trace():
    floor = floor_after(call("a", -60))
    clean = document(floor)
    floor.apply(ev.Queued(contact="x", queue="test-1", source="test", time=NOON), NOON)
    floor.apply(ev.NoticePosted(text="hello", source="test"), NOON)
    floor.apply(ev.SourceForgotten(name="test"), NOON)
    assert diff(clean, document(floor)) == {}


def typo(at_ms: int = NOON) -> list[ev.Event]:
    """All that a script says that writes `supprot`."""
    told = {"source": "pbx", "time": at_ms}
    return [
        ev.Queued(contact="t1", queue="supprot", customer="c1", **told),
        ev.Queued(contact="t2", queue="supprot", customer="c1", **told),
        ev.Answered(contact="t2", agent="a", **told),
        ev.CaseOpened(case="t3", queue="supprot", **told),
        ev.QueuesSet(agent="a", queues=["support", "supprot"], **told),
        ev.PresenceSet(agent="a", presence="paused", queue="supprot", **told),
        ev.QueueObserved(queue="supprot", waiting=3, **told),
    ]


def test_a_forgotten_queue_leaves_no_trace_and_returns_with_the_next_event_that_names_it():
    signed_in = ev.SignedIn(agent="a", queues=["support"], source="pbx", time=NOON - 60 * MINUTE)
    floor = floor_after([signed_in, *call("a", -600, answer_s=-590, end_s=-500)])
    clean = document(floor)
    for event in typo():
        floor.apply(event, NOON)
    assert document(floor)["queues"]["supprot"]["now"]["waiting"] == 3, "as its source says"
    assert floor.apply(ev.QueueForgotten(name="supprot", source=ev.SERVER), NOON)[-1].code == Did.SETTINGS
    found = document(floor)
    assert "supprot" not in found["queues"]
    assert found["queues"] == clean["queues"]
    assert found["groups"] == clean["groups"]
    assert found["agents"]["a"]["queues"] == ["support"] == clean["agents"]["a"]["queues"]
    assert floor.apply(ev.QueueForgotten(name="supprot", source=ev.SERVER), NOON)[-1].code == Did.NOTHING
    again = snapshot.load(snapshot.dump(floor))
    assert diff(document(floor), document(again)) == {}
    for one in (floor, again):
        one.apply(ev.Queued(contact="t4", queue="supprot", source="pbx", time=NOON + SECOND), NOON + SECOND)
        assert document(one)["queues"]["supprot"]["now"]["waiting"] == 1
        assert document(one)["queues"]["supprot"]["day"]["offered"] == 1


def test_a_contact_that_went_on_to_another_queue_keeps_what_it_is_there():
    told = {"contact": "c", "source": "pbx"}
    floor = floor_after(
        [
            ev.Queued(queue="supprot", time=NOON - 60 * SECOND, **told),
            ev.Left(queue="supprot", reason="overflow", time=NOON - 50 * SECOND, **told),
            ev.Queued(queue="support", time=NOON - 50 * SECOND, **told),
        ]
    )
    floor.apply(ev.QueueForgotten(name="supprot", source=ev.SERVER), NOON)
    assert document(floor)["queues"]["support"]["now"]["waiting"] == 1
    assert document(floor)["queues"]["supprot"]["day"]["offered"] == 1, "one story is not told in halves"


def test_a_forgotten_agent_is_gone_and_the_queue_keeps_its_numbers():
    floor = floor_after(call("a", -600, answer_s=-590, end_s=-500))
    floor.apply(ev.SignedIn(agent="temp", source="pbx", name="Тимчасова", queues=["support"], time=NOON), NOON)
    floor.apply(ev.SignedOut(agent="temp", source="pbx", time=NOON), NOON)
    before = document(floor)["queues"]["support"]["day"]
    floor.apply(ev.AgentForgotten(name="temp", source=ev.SERVER), NOON)
    assert "temp" not in document(floor)["agents"]
    assert b"temp" not in b"".join(snapshot.dump(floor).values())
    assert document(floor)["queues"]["support"]["day"] == before
    assert floor.apply(ev.AgentForgotten(name="temp", source=ev.SERVER), NOON)[-1].code == Did.NOTHING


def test_a_notice_stands_without_the_name_of_who_is_erased():
    floor = floor_after([
        ev.NoticePosted(text="x", notice=who, source=ev.SERVER, attributes={"who": who, "by": f"person:{who}"})
        for who in ("ann", "ben")
    ])  # fmt: skip
    floor.take_touched()
    floor.apply(ev.AgentForgotten(name="ann", source=ev.SERVER), NOON)
    assert {name: row.event.attributes for name, row in floor.notices.items()} == {
        "ann": {"who": "–", "by": "–"}, "ben": {"who": "ben", "by": "person:ben"},
    }  # fmt: skip
    assert {name for kind, name in floor.take_touched() if kind == "notices"} == {"ann"}


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


# Properties

_contact = st.sampled_from(["c1", "c2", "c3"])
_queue = st.sampled_from(["support", "sales"])
_agent = st.sampled_from(["anna", "bob"])


def _event(kind: type[ev.Event], **fields: st.SearchStrategy[object]) -> st.SearchStrategy[ev.Event]:
    return st.builds(kind, source=st.just("pbx"), **fields)


_events = st.one_of(
    _event(ev.Queued, contact=_contact, queue=_queue),
    _event(ev.Ringing, contact=_contact, agent=_agent),
    _event(ev.Missed, contact=_contact, agent=_agent),
    _event(ev.Answered, contact=_contact, agent=_agent, queue=st.none() | _queue),
    _event(ev.Held, contact=_contact, agent=_agent),
    _event(ev.Resumed, contact=_contact, agent=_agent),
    _event(ev.Abandoned, contact=_contact),
    _event(ev.Left, contact=_contact, reason=st.sampled_from(["timeout", "key", "lost", "callback"]), queue=_queue),
    _event(ev.Transferred, contact=_contact, agent=_agent),
    _event(ev.Ended, contact=_contact, agent=st.none() | _agent),
    _event(ev.SourceRestarted),
    _event(ev.Wrapped, contact=_contact, agent=_agent),
    _event(ev.Message, contact=_contact, by=st.sampled_from(["customer", "agent", "bot"])),
    _event(ev.SignedIn, agent=_agent, queues=st.lists(_queue, max_size=2)),
    _event(ev.SignedOut, agent=_agent),
    _event(ev.PresenceSet, agent=_agent, presence=st.sampled_from(["ready", "paused", "offline"]),
           queue=st.none() | _queue),
    _event(ev.ActivitySeen, agent=_agent, activity=st.sampled_from(["busy", "unreachable", "idle"])),
)  # fmt: skip
_logs = st.lists(_events, max_size=25).flatmap(
    lambda events: st.lists(
        st.integers(-14 * 60, 0), min_size=len(events), max_size=len(events), unique=True
    ).map(lambda times: [_timed(event, at_s) for event, at_s in zip(events, times, strict=True)])
)  # fmt: skip
CONFIG = Settings(queue={"support": Queue(wrapup_s=15, target=Target(seconds=20))})


@given(_logs, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter_within_15_minutes(events: list[ev.Event], rng: random.Random):
    ordered = floor_after(sorted(events, key=lambda event: event.time), config=CONFIG)
    shuffled = list(events)
    rng.shuffle(shuffled)
    assert diff(document(ordered), document(floor_after(shuffled, config=CONFIG))) == {}


@given(_logs)
def test_at_every_instant_what_came_in_is_what_went_out_or_still_waits(events: list[ev.Event]):
    """KPIS section 1: waiting at the start + o = a + b + f + c + l + waiting at the end, in every window."""
    floor = floor_after(sorted(events, key=lambda event: event.time), config=CONFIG)
    for queue in document(floor)["queues"].values():
        if "day" in queue:
            day = queue["day"]
            ends = sum(day[name] for name in ("answered", "abandoned", "flowed_out", "callbacks", "lost"))
            assert day["offered"] == ends + queue["now"]["waiting"]


@given(_logs, st.integers(0, 25))
def test_a_floor_put_to_bytes_and_back_goes_on_alike(events: list[ev.Event], cut: int):
    whole = floor_after(events, config=CONFIG)
    halved = floor_after(events[:cut], config=CONFIG)
    if not halved.now_ms:
        return
    again = snapshot.load(snapshot.dump(halved))
    for event in events[cut:]:
        again.apply(event, NOON)
    later = NOON + 40 * MINUTE
    whole.advance(later)
    again.advance(later)
    assert diff(document(whole), document(again)) == {}


@given(_logs, st.lists(st.integers(0, 3000), max_size=6))
@settings(max_examples=60)
def test_the_patches_of_touched_entities_keep_a_reader_equal_to_the_whole_document(
    events: list[ev.Event], looks_s: list[int]
):
    floor, seen = Floor(CONFIG), {}
    for index, event in enumerate(events):
        floor.apply(event, NOON + index)
        seen = _read(floor, seen)
    for look_s in sorted(looks_s):
        floor.advance(NOON + MINUTE + look_s * SECOND)
        seen = _read(floor, seen)
    whole = {(kind, name): row for kind, rows in document(floor).items() for name, row in rows.items()}
    assert seen == whole if floor.now_ms else not seen


@pytest.mark.parametrize("step_s", [1, 7, 61, 3600])
def test_how_often_time_is_looked_at_does_not_matter(step_s: int):
    events = [*call("a", -60, answer_s=-50, end_s=-20), *call("b", -5)]
    patient, restless = floor_after(events, config=CONFIG), floor_after(events, config=CONFIG)
    for now_s in range(0, 7200, step_s):
        restless.advance(NOON + now_s * SECOND)
    patient.advance(NOON + 7200 * SECOND)
    restless.advance(NOON + 7200 * SECOND)
    assert document(patient) == document(restless)


def _read(floor: Floor, seen: dict) -> dict:
    for kind, name in floor.take_touched():
        row = kpis.entity(floor, kind, name)
        if row is None:
            seen.pop((kind, name), None)
        else:
            before = seen.get((kind, name), {})
            seen[kind, name] = apply(before, diff(before, row))
    return seen


def _timed(event: ev.Event, at_s: int) -> ev.Event:
    return type(event)(**{name: getattr(event, name) for name in event.__struct_fields__} | {"time": _at(at_s)})


def _at(seconds: float) -> int:
    return NOON + round(seconds * SECOND)
