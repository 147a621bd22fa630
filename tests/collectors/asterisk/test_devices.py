"""Tests of collectors/asterisk/devices.py and manager.py, with messages by hand where the recording has none."""

from typing import Any

from folding import Line

from collectors.asterisk.manager import LEAVE_MS, Manager
from collectors.asterisk.wire import Message
from wallboard.core import kpis
from wallboard.core.events import ActivitySeen, Event, Left, Missed, PresenceSet, SignedIn, SourceRestarted

NOW_MS = 1_795_400_000_000


def member(queue: str, **more: str) -> Message:
    return {"Queue": queue, "MemberName": "Ewa", "Interface": "PJSIP/6", "Status": "1", "Paused": "0", **more}


def told(manager: Manager, *messages: Message, at_ms: int = NOW_MS) -> list[Event]:
    return [event for message in messages for event in manager.translate(message, at_ms)]


def listed(manager: Manager, *members: Message, at_ms: int = NOW_MS) -> list[Event]:
    manager.connected_anew()
    manager.asked(at_ms)
    rows = [{"Event": "QueueMember", **one, "Location": one["Interface"], "Name": one["MemberName"]} for one in members]
    return told(manager, *rows, {"Event": "QueueStatusComplete"}, at_ms=at_ms)


def activities(events: list[Event]) -> list[str]:
    return [event.activity for event in events if isinstance(event, ActivitySeen)]


def shown(*events: Event) -> dict[str, Any]:
    line = Line()
    line.take(events)
    return kpis.document(line.floor)


def test_one_device_in_two_queues_is_one_device():
    """Its state comes once for each queue: no `busy` between them when a call is over."""
    manager = Manager()
    listed(manager, member("sales"), member("vip"))
    call = {"Queue": "sales", "Uniqueid": "1.0", "MemberName": "Ewa"}
    events = told(
        manager,
        {"Event": "AgentConnect", **call},
        *({"Event": "QueueMemberStatus", **member(queue, Status="2")} for queue in ("sales", "vip")),
        {"Event": "AgentComplete", **call},
        *({"Event": "QueueMemberStatus", **member(queue)} for queue in ("sales", "vip")),
    )
    assert activities(events) == []


def test_two_phones_of_one_person_are_unreachable_only_when_both_are():
    manager = Manager()
    second = {"Interface": "PJSIP/16"}
    listed(manager, member("sales"), member("vip", **second))
    assert activities(told(manager, {"Event": "QueueMemberStatus", **member("sales", Status="5")})) == []
    gone = told(manager, {"Event": "QueueMemberStatus", **member("vip", Status="5", **second)})
    back = told(manager, {"Event": "QueueMemberStatus", **member("sales")})
    assert activities([*gone, *back]) == ["unreachable", "idle"]


def test_two_phones_in_one_queue_are_paused_there_when_both_are():
    manager = Manager()
    second = {"Interface": "PJSIP/16"}
    listed(manager, member("vip"), member("vip", **second))
    one = told(manager, {"Event": "QueueMemberPause", **member("vip", Paused="1", PausedReason="Lunch")})
    both = told(manager, {"Event": "QueueMemberPause", **member("vip", Paused="1", PausedReason="Lunch", **second)})
    presences = [event.presence for event in [*one, *both] if isinstance(event, PresenceSet)]
    assert presences == ["ready", "paused"]


def test_a_phone_that_says_busy_instead_of_ringing_is_ringing_or_engaged_by_its_queue_s_call():
    """Asterisk's state 3, as 1003 and 1008 of the recording."""
    manager = Manager()
    listed(manager, member("sales"))
    call = {"Queue": "sales", "Uniqueid": "1.0", "MemberName": "Ewa"}
    busy = {"Event": "QueueMemberStatus", **member("sales", Status="3")}
    rings = told(manager, {"Event": "AgentCalled", **call}, busy, {"Event": "AgentConnect", **call}, busy)
    assert activities(rings) == []


def test_a_member_that_leaves_one_of_two_queues_is_no_more_ready_there():
    manager = Manager()
    events = listed(manager, member("sales"), member("vip"))
    events += told(manager, {"Event": "QueueMemberRemoved", **member("vip")}, at_ms=NOW_MS + 1000)
    state = shown(*events)
    assert state["queues"]["sales"]["now"]["ready"] == 1
    assert state["queues"]["vip"]["now"].get("ready", 0) == 0
    assert state["agents"]["Ewa"]["presence"] == "ready"


def test_a_member_that_leaves_its_last_queue_and_comes_back_is_signed_out_and_in():
    """PJSIP/1012 of the recording."""
    manager = Manager()
    events = listed(manager, member("sales"))
    events += told(manager, {"Event": "QueueMemberRemoved", **member("sales")}, at_ms=NOW_MS + 1000)
    assert shown(*events)["agents"]["Ewa"]["presence"] == "offline"
    events += told(manager, {"Event": "QueueMemberAdded", **member("sales")}, at_ms=NOW_MS + 2000)
    assert shown(*events)["agents"]["Ewa"]["presence"] == "ready"


def test_a_listing_tells_sign_ins_and_pauses_with_the_pbx_s_own_times():
    """Signed in at 8, paused 100 s ago; the same listing again is the same sign-in, by its id."""
    manager = Manager()
    at_8 = NOW_MS - 4 * 3_600_000
    ewa = member("sales", LoginTime=str(at_8 // 1000), Paused="1", LastPause=str(NOW_MS // 1000 - 100))
    first = listed(manager, ewa)
    again = listed(manager, ewa, at_ms=NOW_MS + 60_000)
    [signed_in, the_same] = [event for event in [*first, *again] if isinstance(event, SignedIn)]
    assert (signed_in.time, signed_in.id) == (at_8, the_same.id)
    row = shown(*first, *again)["agents"]["Ewa"]
    assert (row["presence"], row["presence_since"]) == ("paused", NOW_MS - 100_000)


def test_a_private_call_before_the_connection_was_lost_is_over_after_it():
    manager = Manager()
    events = listed(manager, member("sales"))
    events += told(manager, {"Event": "QueueMemberStatus", **member("sales", Status="2")}, at_ms=NOW_MS + 1000)
    assert shown(*events)["agents"]["Ewa"]["activity"] == "busy"
    events += listed(manager, member("sales"), at_ms=NOW_MS + 2000)
    assert shown(*events)["agents"]["Ewa"]["activity"] == "idle"


def test_rows_of_a_listing_without_queue_or_name_are_passed_over():
    manager = Manager()
    manager.asked(NOW_MS)
    rows = ({"Event": kind} for kind in ("QueueParams", "QueueMember", "QueueEntry"))
    [observed] = told(manager, *rows, {"Event": "QueueStatusComplete"})
    assert (observed.queues, observed.agents) == ({}, {})  # type: ignore[attr-defined]


def test_a_leave_is_held_back_by_our_clock_when_the_pbx_s_is_off():
    """Its Timestamp is 30 s behind ours; the answer comes 20 ms after the leave."""
    manager = Manager()
    there = {"Queue": "sales", "Uniqueid": "1.0", "Timestamp": str(NOW_MS / 1000 - 30)}
    assert told(manager, {"Event": "QueueCallerLeave", **there}) == []
    assert list(manager.flush(NOW_MS + 20)) == []
    [answered] = told(manager, {"Event": "AgentConnect", "MemberName": "Ewa", **there}, at_ms=NOW_MS + 20)
    assert answered.time == NOW_MS - 30_000
    told(manager, {"Event": "QueueCallerLeave", **there, "Uniqueid": "2.0"})
    [left] = list(manager.flush(NOW_MS + LEAVE_MS))
    assert isinstance(left, Left)
    assert left.time == NOW_MS - 30_000


def test_an_agent_who_hangs_up_on_the_announcement_missed_the_call_and_the_caller_waits_on():
    manager = Manager()
    call = {"Queue": "sales", "Uniqueid": "1.0", "MemberName": "Ewa"}
    events = told(manager, {"Event": "QueueCallerJoin", **call}, {"Event": "AgentDump", **call})
    assert isinstance(events[-1], Missed)
    assert shown(*events)["queues"]["sales"]["now"]["waiting"] == 1


def test_a_pbx_without_uptime_that_names_another_start_has_started_anew():
    """Asterisk before 16 says FullyBooted without it; CoreStatus says the date."""
    manager = Manager()
    core = {"Response": "Success", "CoreStartupDate": "2026-11-22", "CoreStartupTime": "23:46:11"}
    assert told(manager, core) == []
    manager.connected_anew()
    assert told(manager, core) == []
    manager.connected_anew()
    [restarted] = told(manager, {**core, "CoreStartupTime": "23:59:00"})
    assert isinstance(restarted, SourceRestarted)
