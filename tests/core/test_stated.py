"""A platform's own figures of a queue: what it says stands over ours, what it does not say is not made to be 0."""

import gc
import random
import sys
from typing import Any

from wallboard.core import events as ev
from wallboard.core import kpis, snapshot
from wallboard.core.explain import explain
from wallboard.core.floorevents import Figures
from wallboard.core.patch import diff
from wallboard.core.state import Floor

NOON, MINUTE = 1_795_348_800_000, 60_000


def row(floor: Floor) -> dict[str, Any]:
    return kpis.entity(floor, "queues", "q") or {}


def told(floor: Floor, minute: int, *, queue: str = "q", **figures: Any) -> None:
    at_ms = NOON + minute * MINUTE
    floor.apply(ev.QueueObserved(queue=queue, source="acd", time=at_ms, **figures), at_ms)


def everything(floor: Floor, *, group: str = "all") -> dict[str, Any]:
    return kpis.entity(floor, "groups", group) or {}


def test_what_a_platform_does_not_say_of_a_queue_that_nobody_else_tells_of_is_not_known():
    floor = Floor()
    told(floor, 0, waiting=12, oldest_at=NOON - 5 * MINUTE, day=Figures(offered=40, answered=28))
    found = row(floor)
    assert {name for name in found["now"] if name != "paused_by"} == {"waiting", "oldest_at", "observed", "as_of"}
    assert found["m15"] == {"n": {}, "codes": {}, "tags": {}}
    assert found["day"] == {"n": {}, "codes": {}, "tags": {}, "offered": 40, "answered": 28}
    said = explain(floor, "queues", "q", "abandoned", "day", people=False) or {}
    assert (said["absent"], "value" in said) == ("unknown", False)
    assert diff(found, row(snapshot.load(snapshot.dump(floor)))) == {}


def test_what_is_counted_here_is_known():
    floor = Floor()
    told(floor, 0, waiting=12)
    floor.apply(ev.Queued(contact="c", queue="q", source="acd", time=NOON + MINUTE), NOON + MINUTE)
    found = row(floor)
    assert (found["now"]["waiting"], found["now"]["over_target"], found["day"]["offered"]) == (12, 0, 1)
    assert found["day"]["abandoned"] == 0


def test_where_another_source_tells_of_its_contacts_none_are_none():
    floor = Floor()
    floor.apply(ev.SignedIn(agent="anna", queues=["q"], source="pbx", time=NOON), NOON)
    told(floor, 0, waiting=12)
    assert (row(floor)["now"]["over_target"], row(floor)["day"]["offered"]) == (0, 0)


def test_a_group_of_queues_that_only_a_platform_tells_of_says_what_they_say():
    floor = Floor()
    told(floor, 0, waiting=12, ready=3, oldest_at=NOON - 5 * MINUTE, day=Figures(offered=40, answered=28, talk_s=9.5))
    told(floor, 1, queue="p", waiting=3, oldest_at=NOON - 2 * MINUTE, day=Figures(offered=10, service_level=90))
    found = everything(floor)
    assert {name: value for name, value in found["now"].items() if name not in ("paused_by", "as_of")} == {
        "waiting": 15, "oldest_at": NOON - 5 * MINUTE, "observed": True,
    }, "who serves both would be counted twice among the ready"  # fmt: skip
    assert found["m15"] == {"n": {}, "codes": {}, "tags": {}}
    assert found["day"] == {
        "n": {}, "codes": {}, "tags": {}, "offered": 50, "answered": 28, "talk_s": 9.5,
    }, "percentages do not add"  # fmt: skip
    assert diff(found, everything(snapshot.load(snapshot.dump(floor)))) == {}


def test_a_group_adds_what_platforms_tell_to_what_is_counted_here_and_explains_it():
    """Counted: one abandoned of two, its talk of 60 s. Told: p gives all of a rate, 8 / (24 + 8); r gives half of it.
    abandon_rate_all = (1 + 8) / (2 + 32); AHT only of p: (60 + 2400) / (1 + 24)."""
    floor = Floor()
    for event in (
        ev.Queued(contact="a", queue="q", source="pbx", time=NOON),
        ev.Answered(contact="a", agent="anna", source="pbx", time=NOON + 1000),
        ev.Ended(contact="a", agent="anna", source="pbx", time=NOON + 61_000),
        ev.Queued(contact="b", queue="q", source="pbx", time=NOON),
        ev.Abandoned(contact="b", source="pbx", time=NOON + 30_000),
        ev.Queued(contact="c", queue="q", source="pbx", time=NOON + 50_000),
    ):
        floor.apply(event, max(floor.now_ms, event.time or 0))
    whole = {"answered": 24, "abandoned": 8, "short_abandoned": 2, "answered_in_target": 20, "max_wait_s": 300}
    times = {"handled": 24, "talk_s": 2400, "hold_s": 0, "wrapup_s": 0}
    told(floor, 2, queue="p", waiting=4, engaged=2, day=Figures(**whole, **times))
    told(floor, 2, queue="r", waiting=5, day=Figures(abandoned=100))
    now, day = everything(floor)["now"], everything(floor)["day"]
    assert (now["waiting"], now["engaged"], now["over_target"], now["oldest_at"]) == (10, 2, 1, NOON + 50_000)
    assert (day["answered"], day["abandoned"], day["handled"], day["max_wait_s"]) == (25, 109, 25, 300)
    assert (day["abandon_rate_all"], day["n"]["abandon_rate_all"]) == (100 * 9 / 34, 34)
    assert day["aht_s"] == 2460 / 25
    # short: (1 + 20) / (1 + 1 − 0 + 24 + 8 − 2 + 1 who waits over 20 s)
    assert day["service_level"] == 100 * 21 / 33
    for metric, window in (
        ("waiting", "now"), ("engaged", "now"), ("answered", "day"), ("talk_s", "day"), ("aht_s", "day"),
        ("abandon_rate_all", "day"), ("service_level", "day"),
    ):  # fmt: skip
        said = explain(floor, "groups", "all", metric, window, people=False) or {}
        assert said["value"] == everything(floor)[window][metric]
        assert said["shape"] in ("count", "sum", "ratio"), metric
        assert said["notes"][-1] == {"code": "with_observed", "n": 2}
        bottom = said.get("denominator", {"total": 1})["total"] * said["by"]
        assert said["numerator"]["total"] * said["times"] / bottom == said["value"], metric
    (formula,) = (explain(floor, "groups", "all", "service_level", "day", people=False) or {})["formulas"]
    assert (formula["good"], formula["base"], formula["waiting"]) == (21, 32, 1)


def test_a_group_is_told_anew_with_each_figure_and_leaves_out_what_is_counted_since():
    floor = Floor()
    told(floor, 0, waiting=12)
    floor.take_touched()
    told(floor, 0, waiting=13)
    assert ("groups", "all") in floor.take_touched()
    assert everything(floor)["now"]["waiting"] == 13
    floor.apply(ev.Queued(contact="c", queue="q", source="acd", time=NOON + MINUTE), NOON + MINUTE)
    now = everything(floor)["now"]
    assert (now["waiting"], now.get("observed"), now["over_target"]) == (1, None, 0)


def calls_of_a_change_of_a_counted_queue(observed: int) -> int:
    floor = Floor()
    for nth in range(observed):
        told(floor, 0, queue=f"p{nth}", waiting=1, oldest_at=NOON, day=Figures(offered=nth, answered=1, max_wait_s=nth))
    floor.apply(ev.Queued(contact="a", queue="q", source="pbx", time=NOON), NOON)
    assert everything(floor)["now"]["waiting"] == observed + 1
    floor.apply(ev.Queued(contact="b", queue="q", source="pbx", time=NOON), NOON)
    calls = 0

    def count(_frame: object, what: str, _arg: object) -> None:
        nonlocal calls
        calls += what in ("call", "c_call")

    before = sys.getprofile()
    gc.disable()  # whoever is told of a collection is called too
    sys.setprofile(count)
    try:
        found = everything(floor)
    finally:
        sys.setprofile(before)
        gc.enable()
    assert (found["now"]["waiting"], found["day"]["answered"]) == (observed + 2, observed)
    return calls


def test_a_change_of_a_counted_queue_looks_at_no_queue_that_only_a_platform_tells_of():
    few, many = (calls_of_a_change_of_a_counted_queue(observed) for observed in (5, 100))
    assert many == few


def test_figures_of_a_queue_that_is_counted_here_do_not_touch_its_groups():
    floor = Floor()
    floor.apply(ev.Queued(contact="a", queue="q", source="pbx", time=NOON), NOON)
    told(floor, 0, waiting=12)
    floor.take_touched()
    told(floor, 0, waiting=13)
    assert {one for one in floor.take_touched() if one[0] in ("queues", "groups")} == {("queues", "q")}


def test_whatever_platforms_say_and_whatever_is_counted_the_sums_that_are_kept_are_those_worked_out_anew():
    some = random.Random(7)
    floor, minute = Floor(), 0
    for nth in range(120):
        minute += some.choice((0, 0, 1, 1, 20, 700))
        queue, at_ms = some.choice("pqrs"), NOON + minute * MINUTE
        if some.random() < 0.2:
            floor.apply(ev.Queued(contact=f"c{nth}", queue=queue, source="acd", time=at_ms), at_ms)
            floor.apply(ev.Abandoned(contact=f"c{nth}", source="acd", time=at_ms), at_ms)
        else:
            said = {name: some.randrange(50) for name in ("answered", "abandoned", "talk_s") if some.random() < 0.8}
            told(floor, minute, queue=queue, waiting=some.randrange(9), day=Figures(**said, max_wait_s=float(nth % 7)))
        assert diff(everything(floor), everything(snapshot.load(snapshot.dump(floor)))) == {}, nth


def test_beside_a_number_that_platforms_have_a_part_in_what_it_leaves_out_has_no_count_of_ours_alone():
    floor = Floor()
    for contact, event in (("a", ev.Left), ("b", ev.Abandoned)):
        floor.apply(ev.Queued(contact=contact, queue="q", source="pbx", time=NOON), NOON)
        reason = {"reason": "timeout"} if event is ev.Left else {}
        floor.apply(event(contact=contact, source="pbx", time=NOON, **reason), NOON)
    told(floor, 1, queue="p", day=Figures(answered=24, abandoned=8))

    def left(metric: str) -> dict[str, int | None]:
        said = explain(floor, "groups", "all", metric, "day", people=False) or {}
        return {one["code"]: one.get("n") for one in said["exclusions"]}

    assert set(left("abandon_rate_all").values()) == {None}
    assert left("answered") == {"refused": None}
    assert left("abandon_wait_s")["not_flowed_out"] == 1, "of this they say nothing: it is ours alone"
