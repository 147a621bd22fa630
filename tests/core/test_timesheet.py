"""An agent's day by hand: each second in one state, occupancy, stretches of work, calls missed in a row."""

import pytest

from wallboard.core import events as ev
from wallboard.core import kpis, snapshot
from wallboard.core.parts import STATES
from wallboard.core.settings import Settings, Site
from wallboard.core.state import Floor

MINUTE = 60_000
EIGHT = 1_795_420_800_000  # 2026-11-23 08:00 UTC


def at(minutes: float) -> int:
    return EIGHT + round(minutes * MINUTE)


def told(minutes: float, kind: type[ev.Event], **fields: object) -> ev.Event:
    return kind(source="pbx", time=at(minutes), **fields)


DAY = [
    told(0, ev.SignedIn, agent="anna"),
    told(4, ev.Ringing, contact="a", agent="anna"),  # 4 idle, then half a minute of ringing
    told(4.5, ev.Answered, contact="a", agent="anna", queue="q"),
    told(10, ev.PresenceSet, agent="anna", presence="paused", reason="lunch"),  # paused while still talking
    told(12, ev.Ended, contact="a", agent="anna"),  # 7.5 of talk: handling beats paused
    told(40, ev.PresenceSet, agent="anna", presence="ready"),  # 28 paused
    told(41, ev.ActivitySeen, agent="anna", activity="busy"),  # 1 idle; a private call
    told(46, ev.Ringing, contact="b", agent="anna"),  # 5 busy
    told(47, ev.Missed, contact="b", agent="anna"),  # 1 ringing; what the device said is overruled
    told(47, ev.Ringing, contact="c", agent="anna"),
    told(48, ev.Missed, contact="c", agent="anna"),  # 1 ringing
    told(60, ev.SignedOut, agent="anna"),  # 12 idle
]


def floor_after(events: list[ev.Event], now_ms: int, config: Settings | None = None) -> Floor:
    floor = Floor(config)
    for event in events:
        floor.apply(event, event.time or 0)
    floor.advance(now_ms)
    return floor


def anna(floor: Floor) -> dict[str, dict[str, float]]:
    return kpis.entity(floor, "agents", "anna") or {}


def test_a_shift_within_a_shift_leaves_the_seconds_of_the_outer_one_whole():
    """From 06:00 to 14:00, within it from 11:00 to 13:00; anna is there from 07:00 on, bob from 11:30 on."""
    floor = Floor(Settings(site={"main": Site(shifts={"early": "06:00-14:00", "lunch": "11:00-13:00"})}))
    floor.apply(told(-60, ev.SignedIn, agent="anna"), at(-60))
    since: dict[float, dict[str, float]] = {10.5: {"anna": 7}, 12.5: {"anna": 11, "bob": 11.5},
                                            13.5: {"anna": 7, "bob": 11.5}, 14.5: {}}  # fmt: skip
    for hours, begun in since.items():
        if hours == 12.5:
            floor.apply(told(210, ev.SignedIn, agent="bob"), at(210))
        floor.advance(at((hours - 8) * 60))
        floor = snapshot.load(snapshot.dump(floor))
        rows = {name: kpis.entity(floor, "agents", name) or {} for name in ("anna", "bob")}
        shifts = {name: row["shift"]["signed_in_s"] for name, row in rows.items() if row.get("shift")}
        assert shifts == {name: (rows[name]["as_of"] - at((at_h - 8) * 60)) / 1000 for name, at_h in begun.items()}
        assert not [key for row in rows.values() for key in row if key.startswith("shift ")], "for nobody to see"


def test_an_hour_by_hand():
    floor = floor_after(DAY, at(120))
    day = anna(floor)["day"]
    assert {name: day[f"{name}_s"] / 60 for name in STATES} == {
        "handling": 7.5, "ringing": 2.5, "unreachable": 0, "paused": 28, "busy": 5, "idle": 17, "unknown": 0,
    }  # fmt: skip
    assert day["signed_in_s"] == 3600
    assert day["paused"] == {"lunch": 28 * 60}
    assert round(day["occupancy"], 2) == 30.61  # 7.5 / (7.5 + 17)
    assert day["utilisation"] == 12.5  # 7.5 / 60
    assert day["per_hour"] == 1.0
    # Work from 4 (ringing) to the pause, which talk hides until 12; then 41 to 48, and 12 idle minutes end it.
    assert day["longest_stretch_s"] == 8 * 60
    assert anna(floor)["missed_in_row"] == 2
    again = snapshot.load(snapshot.dump(floor))
    assert anna(again)["day"] == day


def test_a_stretch_runs_on_over_short_idle_times_and_says_since_when():
    floor = floor_after(DAY[:3], at(9))
    assert anna(floor)["stretch_since"] == at(4)
    floor = floor_after([*DAY[:3], told(6, ev.Ended, contact="a", agent="anna")], at(7.9))
    assert anna(floor)["stretch_since"] == at(4), "less than two idle minutes"
    floor.apply(told(8.1, ev.ActivitySeen, agent="anna", activity="idle"), at(8.1))
    assert "stretch_since" not in anna(floor)


def test_seconds_are_clipped_where_the_shift_and_the_day_begin():
    config = Settings(site={"main": Site(day_starts="08:30", shifts={"late": "08:45-17:00"})})
    found = anna(floor_after(DAY, at(120), config))
    assert found["day"]["signed_in_s"] == 30 * 60
    assert found["day"]["paused_s"] == 10 * 60  # of 28, from 08:30 to 08:40
    assert found["shift"]["signed_in_s"] == 15 * 60
    assert (found["shift"]["busy_s"], found["shift"]["idle_s"]) == (60, 12 * 60)


def test_whoever_is_signed_in_is_told_anew_each_minute_and_nobody_else():
    floor = floor_after(DAY[:1], at(0.01))
    floor.take_touched()
    floor.advance(at(1.01))
    assert ("agents", "anna") in floor.take_touched()
    floor = floor_after(DAY, at(60.01))
    floor.take_touched()
    floor.advance(at(70))
    assert ("agents", "anna") not in floor.take_touched()


def test_what_a_restarted_reader_adds_is_what_one_that_ran_through_has():
    through, stopped = Floor(), Floor()
    for event in DAY:
        through.apply(event, event.time or 0)
        stopped.apply(event, event.time or 0)
        stopped = snapshot.load(snapshot.dump(stopped))
    for floor in (through, stopped):
        floor.advance(at(300))
    assert anna(stopped)["day"] == anna(through)["day"]


def test_a_call_missed_before_the_day_began_is_told_again_without_harm():
    """Found by the independent recomputation: a story told anew took back what the day's turn had dropped."""
    config = Settings(site={"main": Site(day_starts="08:30")})
    floor = floor_after([told(29.9, ev.Missed, contact="c", agent="anna")], at(29.95), config)
    assert anna(floor)["missed_in_row"] == 1
    for minutes in (30.1, 30.2, 30.3):
        floor.apply(told(minutes, ev.Queued, contact="c", queue="q"), at(minutes))
    assert "missed_in_row" not in anna(floor)
    floor.apply(told(31, ev.Missed, contact="c", agent="anna"), at(31))
    assert anna(floor)["missed_in_row"] == 1


def test_who_was_looked_at_before_signing_in_has_no_time_from_before():
    """Found by the independent recomputation: a look goes on from the last one, which knew nobody signed in."""
    events = [told(0, ev.Ringing, contact="c", agent="anna"), told(0.1, ev.SignedIn, agent="anna")]
    seen_often, seen_once = Floor(), Floor()
    for event in events:
        seen_often.apply(event, event.time or 0)
        anna(seen_often)
        seen_once.apply(event, event.time or 0)
    for floor in (seen_often, seen_once):
        floor.advance(at(20))
    assert anna(seen_often)["day"]["signed_in_s"] == anna(seen_once)["day"]["signed_in_s"]
    assert anna(seen_often)["day"] == anna(seen_once)["day"]


def test_a_phone_that_another_one_answered_for_overrules_what_the_device_said_before():
    """Found by the independent recomputation: the time counted as idle, and the activity was still busy."""
    events = [
        told(0, ev.SignedIn, agent="anna"),
        told(1, ev.ActivitySeen, agent="anna", activity="busy"),
        told(2, ev.Queued, contact="c", queue="q"),
        told(2, ev.Ringing, contact="c", agent="anna"),
        told(3, ev.Answered, contact="c", agent="bob", queue="q"),
    ]
    for now in (4, 40):
        floor = floor_after(events, at(now))
        for one in (floor, snapshot.load(snapshot.dump(floor))):
            assert (anna(one)["activity"], anna(one)["since"]) == ("idle", at(3))
            assert anna(one)["day"]["busy_s"] == 60
            assert anna(one)["day"]["idle_s"] == pytest.approx((now - 2) * 60, abs=60)


def test_looking_often_changes_nothing():
    often, once = Floor(), Floor()
    for event in DAY:
        for floor in (often, once):
            floor.apply(event, event.time or 0)
        anna(often)
    for minutes in range(61, 100):
        often.advance(at(minutes))
        anna(often)
    once.advance(at(99))
    assert anna(often) == anna(once)


def test_an_end_that_comes_late_gives_back_what_a_restart_took_before_it() -> None:
    """Answered at 0:56, lost in a restart at 1:18, ended at 2:54: told just within 15 minutes."""
    begun = [
        told(0.93, ev.Answered, contact="a", agent="anna"),
        told(0.95, ev.PresenceSet, agent="anna", presence="ready"),
        told(1.3, ev.SourceRestarted),
    ]
    floor = floor_after(begun, at(17.8))
    floor.apply(told(2.9, ev.Ended, contact="a", agent="anna"), at(17.85))
    assert anna(floor)["day"]["handling_s"] == pytest.approx((2.9 - 0.95) * 60)
