"""Opening hours and shifts in the state: text waits in open time, closed queues say so, windows of a shift."""

from datetime import datetime
from zoneinfo import ZoneInfo

from wallboard.core import events as ev
from wallboard.core import kpis, snapshot
from wallboard.core.condition import Condition
from wallboard.core.explain import explain
from wallboard.core.measured import measured
from wallboard.core.numbers import counted_since
from wallboard.core.settings import Queue, Settings, Site, Target
from wallboard.core.state import Floor
from wallboard.core.waiting import waiting

MINUTE, HOUR = 60_000, 3_600_000
DESK = Settings(
    site={"kyiv": Site(zone="Europe/Kyiv", open="Mon-Fri 08:00-20:00", shifts={
        "early": "06:00-14:00", "late": "14:00-22:00", "lunch": "11:00-13:00"})},
    queue={
        "mail": Queue(channel="email", target=Target(seconds=1800)),
        "phone": Queue(),
        "night": Queue(open="00:00-24:00"),
    },
)  # fmt: skip


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Kyiv")).timestamp() * 1000)


FRIDAY_EVENING, MONDAY = at("2026-11-20 19:50"), at("2026-11-23 08:00")


def queued(contact: str, queue: str, at_ms: int) -> ev.Queued:
    return ev.Queued(contact=contact, queue=queue, source="crm", time=at_ms)


def row(floor: Floor, name: str) -> dict[str, dict[str, int]]:
    return kpis.entity(floor, "queues", name) or {}


def test_a_mail_waits_in_open_time_and_its_virtual_begin_is_said_anew_at_the_opening():
    floor = Floor(DESK)
    floor.apply(queued("m", "mail", FRIDAY_EVENING), FRIDAY_EVENING)
    assert row(floor, "mail")["now"]["oldest_at"] == FRIDAY_EVENING
    floor.advance(at("2026-11-22 12:00"))  # closed since Friday 20:00: ten minutes of waiting, standing still
    assert row(floor, "mail")["now"]["oldest_at"] == FRIDAY_EVENING
    assert row(floor, "mail")["now"]["oldest_to"] == FRIDAY_EVENING + 10 * MINUTE
    floor.take_touched()
    floor.advance(MONDAY)
    assert ("queues", "mail") in floor.take_touched()
    assert row(floor, "mail")["now"]["oldest_at"] == MONDAY - 10 * MINUTE
    assert "oldest_to" not in row(floor, "mail")["now"]
    floor.advance(MONDAY + 20 * MINUTE)
    assert row(floor, "mail")["now"]["over_target"] == 0
    floor.advance(MONDAY + 20 * MINUTE + 1)  # 10 + 20 minutes: longer than the target of 30
    assert row(floor, "mail")["now"]["over_target"] == 1


def test_a_wait_that_stands_still_says_so_wherever_it_is_told():
    closing, night = FRIDAY_EVENING + 10 * MINUTE, at("2026-11-20 23:40")
    floor = Floor(DESK)
    floor.apply(queued("m", "mail", FRIDAY_EVENING), FRIDAY_EVENING)
    floor.take_touched()
    floor.advance(closing)
    assert {("queues", "mail"), ("groups", "all")} <= floor.take_touched(), "at the closing"
    floor.advance(night)
    told = explain(floor, "queues", "mail", "oldest_at", "now", people=True) or {}
    assert (told["value"], told["to"], told["instants"]) == (FRIDAY_EVENING, closing, [FRIDAY_EVENING])
    found = measured(Condition(metric="oldest_wait_s", raises="> 600"), row(floor, "mail"), night)
    assert (found.value, found.since_ms) == (600, None), "no limit is passed by time alone"
    (one,) = waiting(floor, "mail").shown
    assert (one["since"], one["to"]) == (FRIDAY_EVENING, closing)
    assert counted_since(row(floor, "mail")["now"], "oldest_at", night) == night - 10 * MINUTE


def test_over_two_weeks_of_holidays_a_wait_stands_still_and_the_queue_says_when_it_opens():
    days = [f"2026-11-{day}" for day in range(23, 28)] + ["2026-11-30", *(f"2026-12-0{day}" for day in range(1, 5))]
    site = Site(zone="Europe/Kyiv", open="Mon-Fri 08:00-20:00", holidays=days)
    floor = Floor(Settings(site={"kyiv": site}, queue={"mail": Queue(channel="email")}))
    floor.apply(queued("m", "mail", FRIDAY_EVENING), FRIDAY_EVENING)
    floor.apply(ev.Message(contact="m", by="customer", source="crm", time=FRIDAY_EVENING), FRIDAY_EVENING)
    floor.advance(at("2026-12-05 12:00"))  # closed for a fortnight
    found = row(floor, "mail")
    assert (found["closed"], found["opens_at"]) == (True, at("2026-12-07 08:00"))
    for name in ("oldest", "oldest_unanswered"):
        assert found["now"][f"{name}_to"] - found["now"][f"{name}_at"] == 10 * MINUTE, name
    (one,) = waiting(floor, "mail").shown
    assert (one["since"], one["to"]) == (FRIDAY_EVENING, FRIDAY_EVENING + 10 * MINUTE)
    assert "doubtful" not in found["now"] | one, "it waited for ten minutes, not for a fortnight"


def test_a_mail_is_doubtful_when_it_waited_too_long_in_open_time():
    floor = Floor(Settings(site=DESK.site, queue={"mail": Queue(channel="email", max_wait_s=3600)}))
    floor.apply(queued("m", "mail", FRIDAY_EVENING), FRIDAY_EVENING)
    for after_ms, doubtful in ((0, None), (1, 1)):
        floor.advance(MONDAY + 50 * MINUTE + after_ms)  # 10 + 50 minutes
        assert row(floor, "mail")["now"].get("doubtful") == doubtful
        assert waiting(floor, "mail").shown[0].get("doubtful", False) is bool(doubtful)


def test_of_queues_together_those_that_are_open_have_the_longest_wait():
    floor, night = Floor(DESK), at("2026-11-20 23:40")
    floor.apply(queued("m", "mail", FRIDAY_EVENING), FRIDAY_EVENING)
    floor.advance(night)
    group = (kpis.entity(floor, "groups", "all") or {})["now"]
    assert (group["oldest_at"], group["oldest_to"]) == (FRIDAY_EVENING, FRIDAY_EVENING + 10 * MINUTE)
    floor.apply(queued("n", "night", night), night)
    group = (kpis.entity(floor, "groups", "all") or {})["now"]
    assert (group["oldest_at"], group.get("oldest_to")) == (night, None)
    assert (explain(floor, "groups", "all", "oldest_at", "now", people=True) or {})["instants"] == [night]


def test_a_mail_that_came_while_it_was_closed_has_not_waited_yet():
    floor, sunday = Floor(DESK), at("2026-11-22 12:00")
    floor.apply(queued("m", "mail", sunday), sunday)
    floor.advance(sunday + HOUR)
    now = row(floor, "mail")["now"]
    assert counted_since(now, "oldest_at", sunday + HOUR) == sunday + HOUR


def test_the_wait_of_an_answered_mail_is_open_time_and_that_of_a_call_is_not():
    floor = Floor(DESK)
    for queue in ("mail", "phone"):
        floor.apply(queued(queue, queue, FRIDAY_EVENING), FRIDAY_EVENING)
        answer = ev.Answered(contact=queue, agent="anna", source="crm", time=MONDAY + 5 * MINUTE)
        floor.apply(answer, MONDAY + 5 * MINUTE)
    assert row(floor, "mail")["day"]["asa_s"] == 15 * 60
    assert row(floor, "mail")["day"]["service_level"] == 100.0
    assert row(floor, "phone")["day"]["asa_s"] == (MONDAY + 5 * MINUTE - FRIDAY_EVENING) / 1000


def test_a_closed_queue_says_when_it_opens_and_counts_who_came():
    floor = Floor(DESK)
    sunday = at("2026-11-22 12:00")
    floor.apply(queued("c", "phone", sunday), sunday)
    floor.apply(queued("n", "night", sunday), sunday)
    phone = row(floor, "phone")
    assert (phone["closed"], phone["opens_at"]) == (True, MONDAY)
    assert (phone["day"]["offered"], phone["day"]["out_of_hours"]) == (1, 1), "an of-which of offered"
    assert "closed" not in row(floor, "night")
    assert row(floor, "night")["day"]["out_of_hours"] == 0
    floor.take_touched()
    floor.advance(MONDAY)
    assert ("queues", "phone") in floor.take_touched()
    assert "closed" not in row(floor, "phone")


def test_replies_are_measured_from_the_customer_s_first_unanswered_message():
    floor, base = Floor(DESK), {"contact": "m", "source": "crm"}
    told = [
        queued("m", "mail", MONDAY),
        ev.Message(by="customer", time=MONDAY + 1 * MINUTE, **base),
        ev.Message(by="customer", time=MONDAY + 3 * MINUTE, **base),
        ev.Message(by="bot", time=MONDAY + 4 * MINUTE, **base),
        ev.Answered(agent="anna", time=MONDAY + 5 * MINUTE, **base),
        ev.Message(by="agent", time=MONDAY + 11 * MINUTE, **base),  # after 10 minutes, the first one
        ev.Message(by="customer", time=MONDAY + 12 * MINUTE, **base),
        ev.Message(by="agent", time=MONDAY + 14 * MINUTE, **base),  # after 2 minutes
        ev.Message(by="agent", time=MONDAY + 14 * MINUTE, **base),  # answers nothing
    ]
    for event in told:
        floor.apply(event, MONDAY + 15 * MINUTE)
    day = row(floor, "mail")["day"]
    assert (day["first_reply_p50_s"], day["first_reply_p90_s"], day["reply_p90_s"]) == (600, 600, 600)
    again = snapshot.load(snapshot.dump(floor))
    assert row(again, "mail") == row(floor, "mail")


def test_a_shift_counts_from_its_beginning_and_an_inner_one_hands_back():
    floor = Floor(DESK)
    seen = {}
    for clock in ("05:30", "06:30", "10:30", "11:30", "12:30", "13:30", "14:30", "21:30", "22:30"):
        now = at(f"2026-11-23 {clock}")
        floor.apply(queued(clock, "phone", now), now)
        floor.apply(ev.Abandoned(contact=clock, source="crm", time=now + 1), now + 1)
        shift = (kpis.entity(floor, "sites", "kyiv") or {}).get("shift")
        seen[clock] = (shift, row(floor, "phone").get("shift", {}).get("offered"))
    assert seen == {
        "05:30": (None, None), "06:30": ("early", 1), "10:30": ("early", 2), "11:30": ("lunch", 1),
        "12:30": ("lunch", 2), "13:30": ("early", 5), "14:30": ("late", 1), "21:30": ("late", 2),
        "22:30": (None, None),
    }  # fmt: skip
    assert row(floor, "phone")["day"]["offered"] == 9
    assert row(floor, "phone")["shift"] == {}, "emptied, never removed: patches must compose"


def test_a_shift_of_24_hours_is_another_one_each_day():
    floor, seen = Floor(Settings(site={"kyiv": Site(zone="Europe/Kyiv", shifts={"guard": "08:00-08:00"})})), {}
    for clock in ("22 07:30", "22 08:30", "22 23:30", "23 00:30", "23 07:30", "23 08:30"):
        now = at(f"2026-11-{clock}")
        floor.apply(queued(clock, "phone", now), now)
        floor.apply(ev.Abandoned(contact=clock, source="crm", time=now + 1), now + 1)
        site = kpis.entity(floor, "sites", "kyiv") or {}
        seen[clock] = (site["shift_started"], row(floor, "phone")["shift"]["offered"])
    days = [at(f"2026-11-{day} 08:00") for day in (21, 22, 23)]
    assert seen == {
        "22 07:30": (days[0], 1), "22 08:30": (days[1], 1), "22 23:30": (days[1], 2),
        "23 00:30": (days[1], 3), "23 07:30": (days[1], 4), "23 08:30": (days[2], 1),
    }  # fmt: skip


def test_a_night_shift_goes_on_over_midnight():
    config = Settings(site={"main": Site(shifts={"night": "22:00-06:00"})})
    floor = Floor(config)
    evening = 1_795_384_800_000  # 2026-11-22 22:00 UTC
    for index in range(8):
        now = evening + index * HOUR + MINUTE
        floor.apply(queued(f"c{index}", "phone", now), now)
        floor.apply(ev.Abandoned(contact=f"c{index}", source="crm", time=now + 1), now + 1)
    whole = row(floor, "phone")
    assert (whole["shift"]["offered"], whole["day"]["offered"]) == (8, 6)
    floor.apply(ev.ConfigApplied(settings={"site": {"main": {"shifts": {"night": "22:00-06:00"}}},
                                           "reason": {"lunch": {}}}), evening + 7 * HOUR + 2 * MINUTE)  # fmt: skip
    again = row(floor, "phone")
    assert (again["shift"]["offered"], again["day"]["offered"]) == (8, 6)
