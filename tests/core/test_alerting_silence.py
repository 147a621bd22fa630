"""What a silent source said raises nothing, until it is heard again; of one without heartbeats silence says nothing."""

import msgspec
import pytest
from ruled import MINUTE, NOON, SECOND, said, waits

from wallboard.core import events as ev
from wallboard.core import snapshot
from wallboard.core.instance import Instance
from wallboard.core.rules import Rule
from wallboard.core.settings import Reason, Settings
from wallboard.core.state import Floor
from wallboard.core.watchful import watchful


def test_what_a_silent_source_said_is_held_back_and_the_silence_is_told():
    quiet = msgspec.convert({"metric": "silent_s", "raise": "> 30", "when": "always"}, Rule)
    wait = msgspec.convert({"metric": "oldest_wait_s", "queues": ["*"], "raise": "> 60", "when": "always"}, Rule)
    floor = watchful(Floor(Settings(alert={"quiet": quiet, "wait": wait})))
    floor.advance(NOON)
    floor.apply(ev.SourceBeat(source="pbx", time=NOON), NOON)
    waits(floor, "c1", 0)
    floor.advance(NOON + 5 * MINUTE)
    assert floor.alerting
    assert [one.rule for one in floor.alerting.untold.values()] == ["quiet"]
    floor.apply(ev.SourceBeat(source="pbx", time=NOON + 5 * MINUTE), NOON + 5 * MINUTE)
    floor.apply(ev.Queued(contact="c2", queue="support", source="pbx", time=NOON + 301_000), NOON + 301_000)
    floor.advance(NOON + 303 * SECOND)
    assert [(one.rule, ev.type_of(one)) for one in floor.alerting.untold.values()] == [
        ("quiet", "alert.raised"), ("quiet", "alert.cleared"), ("wait", "alert.raised"),
    ]  # fmt: skip


@pytest.mark.parametrize("lives", [ev.SourceBeat(source="pbx"), ev.Abandoned(contact="c0", source="pbx")])
@pytest.mark.parametrize("restarts", [False, True])
def test_what_is_still_wrong_when_a_source_is_heard_again_is_raised_though_nothing_new_is_told_of_it(
    lives: ev.Event, restarts: bool
):
    wait = {"metric": "oldest_wait_s", "queues": ["*"], "raise": "> 60", "when": "always"}
    rules = {"wait": wait, "all": wait | {"queues": []}, "pause": wait | {"metric": "pause_over_s", "queues": []}}
    reasons = {"lunch": Reason(minutes=1)}
    floor = watchful(Floor(Settings(alert=msgspec.convert(rules, dict[str, Rule]), reason=reasons)))
    floor.advance(NOON)
    floor.apply(ev.SourceBeat(source="pbx", time=NOON), NOON)
    floor.apply(ev.PresenceSet(agent="anna", presence="paused", reason="lunch", source="pbx", time=NOON), NOON)
    waits(floor, "c1", 0)
    for after_s in range(1, 320):
        floor.advance(NOON + after_s * SECOND)
        floor.take_touched()
    assert floor.alerting
    assert not floor.alerting.untold
    if restarts:
        floor = snapshot.load(snapshot.dump(floor))
    heard_ms = NOON + 319_500
    floor.apply(msgspec.structs.replace(lives, time=heard_ms), heard_ms)
    floor.take_touched()
    floor.advance(heard_ms + SECOND)
    assert floor.alerting
    assert sorted(one.rule for one in floor.alerting.untold.values()) == ["all", "pause", "wait"]
    assert {one.time for one in floor.alerting.untold.values()} == {NOON + 320_000}


def test_of_a_source_without_heartbeats_silence_says_nothing():
    rule = msgspec.convert({"metric": "silent_s", "raise": "> 30", "clear": "< 10", "when": "always"}, Rule)
    floor = watchful(Floor(Settings(alert={"silent": rule})))
    floor.advance(NOON)
    waits(floor, "c1", 0)
    floor.advance(NOON + 5 * MINUTE)
    assert said(floor) == []
    floor.apply(ev.SourceBeat(source="pbx", time=NOON + 5 * MINUTE), NOON + 5 * MINUTE)
    floor.advance(NOON + 6 * MINUTE)
    assert said(floor) == [("raised", 331.0)], "since its first heartbeat it does"


def test_an_alarm_of_before_about_a_source_without_heartbeats_ends():
    rule = msgspec.convert({"metric": "silent_s", "raise": "> 30", "clear": "< 10", "when": "always"}, Rule)
    floor = watchful(Floor(Settings(alert={"silent": rule})))
    floor.advance(NOON)
    assert floor.alerting
    floor.alerting.instances["silent", "sources", "pbx"] = Instance("raised", NOON, "a1")
    waits(floor, "c1", 500)
    floor.advance(NOON + 2 * SECOND)
    assert said(floor) == [("cleared", 1.0)]
