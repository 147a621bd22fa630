"""A platform's own figures of a queue: what it says stands over ours, what it does not say is not made to be 0."""

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
