"""What a floor does about sources that stop, start anew or come back, and about settings that cannot be used."""

import pytest

from wallboard.core import events as ev
from wallboard.core import kpis, snapshot
from wallboard.core.deeds import Did
from wallboard.core.settings import Queue, Settings
from wallboard.core.state import Floor

NOON = 1_795_348_800_000  # 2026-11-22 12:00 UTC
SECOND, MINUTE = 1000, 60_000


def queued(contact: str, at_ms: int) -> ev.Queued:
    return ev.Queued(contact=contact, queue="support", source="pbx", time=at_ms)


def support(floor: Floor) -> dict[str, dict[str, int]]:
    return kpis.entity(floor, "queues", "support") or {}


@pytest.mark.parametrize("settings", [
    {"site": {"kyiv": {"zone": "Europe/Nowhere"}}},
    {"site": {"kyiv": {"zone": "../../etc/passwd"}}},
    {"site": {"kyiv": {"day_starts": "29:00"}}},
    {"queue": {"support": {"channel": "pigeon"}}},
])  # fmt: skip
def test_settings_that_cannot_be_used_are_refused_whole(settings: dict[str, object]):
    floor = Floor()
    floor.apply(queued("a", NOON), NOON)
    before = kpis.document(floor)
    [deed] = floor.apply(ev.ConfigApplied(settings=settings), NOON)
    assert deed.code is Did.REJECTED
    assert floor.settings == Settings()
    assert kpis.document(floor) == before
    floor.advance(NOON + 48 * 60 * MINUTE)


def test_sites_that_are_taken_out_are_told_to_readers():
    floor = Floor()
    floor.apply(ev.ConfigApplied(settings={"site": {"kyiv": {"zone": "Europe/Kyiv"}}}), NOON)
    floor.take_touched()
    floor.apply(ev.ConfigApplied(settings={"site": {"riga": {"zone": "Europe/Riga"}}}), NOON)
    assert {("sites", "kyiv"), ("sites", "riga")} <= floor.take_touched()
    assert kpis.entity(floor, "sites", "kyiv") is None


def test_beats_leave_one_due_instant_per_source():
    floor = Floor()
    for second in range(0, 600, 4):
        floor.apply(ev.SourceBeat(source="pbx"), NOON + second * SECOND)
        floor.take_touched()
    floor.advance(NOON + 596 * SECOND + 12 * SECOND)
    assert not floor.touched
    floor.advance(NOON + 596 * SECOND + 12 * SECOND + 1)
    assert floor.take_touched() == {("sources", "pbx")}
    floor.apply(ev.SourceBeat(source="pbx"), NOON + 700 * SECOND)
    assert (kpis.entity(floor, "sources", "pbx") or {})["state"] == "live"
    floor.advance(NOON + 720 * SECOND)
    assert (kpis.entity(floor, "sources", "pbx") or {})["state"] == "late"


def test_a_source_that_was_not_heard_has_a_gap_and_its_length():
    """Heard until 8 s, again at 60 s: 52 s; a beat each 4 s is none, and one that never beats has none."""
    floor = Floor()
    for second in (0, 4, 8, 60, 64, 90):
        floor.apply(ev.SourceBeat(source="pbx"), NOON + second * SECOND)
    floor.apply(ev.NoticePosted(text="x", source="cron"), NOON)
    floor.apply(ev.NoticePosted(text="y", source="cron"), NOON + 90 * SECOND)
    for one in (floor, snapshot.load(snapshot.dump(floor))):
        rows = kpis.document(one)["sources"]
        assert (rows["pbx"]["gaps"], rows["pbx"]["gap_ms"]) == (2, 52 * SECOND + 26 * SECOND)
        assert (rows["cron"]["gaps"], rows["cron"]["gap_ms"]) == (0, 0)


def test_a_contact_whose_past_arrives_late_rests_fifteen_minutes_after_the_arrival():
    floor = Floor()
    begun = NOON - 20 * MINUTE
    floor.apply(queued("a", begun), NOON)
    floor.apply(ev.Abandoned(contact="a", source="pbx", time=begun + 30 * SECOND), NOON)
    floor.advance(NOON + 10 * MINUTE)
    floor.apply(ev.Answered(contact="a", agent="anna", source="pbx", time=begun + 20 * SECOND), NOON + 10 * MINUTE)
    floor.apply(ev.Ended(contact="a", agent="anna", source="pbx", time=begun + 90 * SECOND), NOON + 10 * MINUTE)
    day = support(floor)["day"]
    assert (day["offered"], day["answered"], day["abandoned"], day["handled"]) == (1, 1, 0, 1)


def test_a_phone_that_rings_outside_any_queue_is_open_and_a_restart_ends_it():
    floor = Floor()
    floor.apply(ev.Ringing(contact="r", agent="anna", source="pbx", time=NOON), NOON)
    floor.advance(NOON + 60 * MINUTE)
    assert (kpis.entity(floor, "agents", "anna") or {})["activity"] == "ringing"
    floor.apply(ev.SourceRestarted(source="pbx", time=NOON + 60 * MINUTE), NOON + 60 * MINUTE)
    assert (kpis.entity(floor, "agents", "anna") or {}).get("activity") != "ringing"


def test_what_began_before_a_restart_and_is_told_after_it_is_lost_too():
    floor = Floor()
    floor.apply(ev.SourceRestarted(source="pbx", time=NOON), NOON)
    floor.apply(queued("a", NOON - 5 * SECOND), NOON + SECOND)
    floor.apply(queued("b", NOON + SECOND), NOON + SECOND)
    assert support(floor)["now"]["waiting"] == 1
    assert support(floor)["day"]["lost"] == 1


@pytest.mark.parametrize(("after_s", "talked_s"), [(60, 80), (16 * 60, 0)])
def test_a_leg_lost_by_a_restart_is_right_again_when_its_end_is_told_within_15_minutes(after_s: int, talked_s: int):
    floor = Floor()
    floor.apply(queued("a", NOON), NOON)
    floor.apply(ev.Answered(contact="a", agent="anna", source="pbx", time=NOON + 10 * SECOND), NOON + 10 * SECOND)
    floor.apply(ev.SourceRestarted(source="pbx", time=NOON + 30 * SECOND), NOON + 30 * SECOND)
    at_ms = NOON + (30 + after_s) * SECOND
    floor.apply(ev.Ended(contact="a", agent="anna", source="pbx", time=at_ms), at_ms)
    day = support(floor)["day"]
    assert (day["handled"], day["talk_s"]) == ((1, talked_s) if talked_s else (0, 0))


def test_the_parts_of_a_listing_come_in_any_order():
    floor = Floor()
    for contact in ("a", "b", "c"):
        floor.apply(queued(contact, NOON - MINUTE), NOON)
    for part, contact in ((2, "b"), (1, "a")):
        listed = {"support": [ev.ListedContact(contact=contact)]}
        floor.apply(ev.FloorObserved(source="pbx", time=NOON, queues=listed, part=part, parts=2), NOON)
    assert support(floor)["now"]["waiting"] == 2


def test_an_agent_who_no_longer_serves_a_queue_is_not_counted_in_it():
    floor = Floor()
    floor.apply(ev.SignedIn(agent="anna", queues=["support", "sales"], source="pbx"), NOON)
    floor.apply(ev.PresenceSet(agent="anna", presence="paused", queue="support", source="pbx"), NOON)
    assert support(floor)["now"]["paused"] == 1
    floor.apply(ev.QueuesSet(agent="anna", queues=["sales"], source="pbx"), NOON)
    assert not support(floor)["now"].get("paused")
    assert (kpis.entity(floor, "agents", "anna") or {})["presence"] == "ready"


def test_a_forgotten_source_leaves_what_others_said_of_an_agent():
    floor = Floor(Settings(queue={"support": Queue()}))
    floor.apply(ev.SignedIn(agent="anna", source="pbx"), NOON)
    floor.apply(ev.PresenceSet(agent="anna", presence="paused", source="test"), NOON)
    floor.apply(ev.SourceForgotten(name="test"), NOON)
    assert (kpis.entity(floor, "agents", "anna") or {})["presence"] == "ready"


def test_notices_without_a_name_are_named_alike_by_every_process():
    hasty, slow = Floor(), Floor()
    slow.advance(NOON + 5 * SECOND)  # a process whose clock has gone on before the entry is read
    for floor in (hasty, slow):
        floor.apply(ev.NoticePosted(text="lift out of order", source="ops"), NOON)
    assert list(kpis.document(hasty)["notices"]) == list(kpis.document(slow)["notices"])


def test_a_queue_that_nobody_configured_has_the_channel_of_its_newest_contact():
    told = [
        ev.Queued(contact=contact, queue="desk", channel=channel, source="web", time=NOON + seconds * SECOND)
        for contact, channel, seconds in (("a", "chat", 0), ("b", "email", 2), ("c", "chat", 1))
    ]
    for events in (told, told[::-1]):
        floor = Floor()
        for event in events:
            floor.apply(event, NOON + 3 * SECOND)
        again = snapshot.load(snapshot.dump(floor))
        for one in (floor, again):
            assert (kpis.entity(one, "queues", "desk") or {})["channel"] == "email"


def test_a_wait_that_its_source_forgot_to_end_is_doubtful_and_not_the_longest():
    floor = Floor(Settings(queue={"support": Queue(max_wait_s=3600)}))
    floor.apply(queued("forgotten", NOON), NOON)
    floor.apply(queued("new", NOON + 50 * MINUTE), NOON + 50 * MINUTE)
    floor.advance(NOON + 60 * MINUTE)
    assert support(floor)["now"]["oldest_at"] == NOON
    floor.take_touched()
    floor.advance(NOON + 60 * MINUTE + 1)
    assert ("queues", "support") in floor.take_touched()
    assert support(floor)["now"]["oldest_at"] == NOON + 50 * MINUTE
    assert (support(floor)["now"]["waiting"], support(floor)["now"]["doubtful"]) == (2, 1)


def test_what_falls_due_for_a_contact_at_rest_counts_nothing_again():
    floor = Floor(Settings(queue={"support": Queue(max_wait_s=3600)}))
    floor.apply(queued("a", NOON), NOON)  # a day of due instants: over target, doubtful
    floor.apply(ev.Abandoned(contact="a", source="pbx", time=NOON + SECOND), NOON + SECOND)
    floor.advance(NOON + 120 * MINUTE)
    assert (support(floor)["day"]["offered"], support(floor)["day"]["abandoned"]) == (1, 1)


def test_what_began_before_a_whole_truth_and_is_told_after_it_is_gone_unless_listed():
    floor = Floor()
    listed = {"support": [ev.ListedContact(contact="b")]}
    floor.apply(ev.FloorObserved(source="pbx", time=NOON, queues=listed), NOON)
    for contact in ("a", "b"):
        floor.apply(queued(contact, NOON - 5 * SECOND), NOON + SECOND)
    floor.apply(queued("c", NOON + SECOND), NOON + SECOND)
    again = snapshot.load(snapshot.dump(floor))
    again.apply(queued("d", NOON - 4 * SECOND), NOON + 2 * SECOND)
    assert (support(again)["now"]["waiting"], support(again)["day"]["lost"]) == (2, 2)
