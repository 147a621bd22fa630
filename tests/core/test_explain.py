"""What explain says recomputes to the number shown: the cases of KPIS section 3, worked by hand."""

from itertools import product
from typing import Any

import pytest
from recomputed import recomputes

from wallboard.core import counted, kpis, snapshot
from wallboard.core import events as ev
from wallboard.core.explain import explain
from wallboard.core.settings import Queue, Settings, Site, Target
from wallboard.core.state import Floor

NOON = 1_790_000_000_000 // 86_400_000 * 86_400_000 + 43_200_000
SECOND = 1000


def day_of(queue: Queue, **groups: int) -> Floor:
    """A day of one queue: so many visits of each kind, told one after another."""
    waits = {"answered_in": 10, "answered_late": 60, "abandoned_short": 3, "abandoned_in": 12, "abandoned_late": 90}
    floor, begun = Floor(Settings(queue={"support": queue})), NOON
    for kind, n in groups.items():
        for number in range(n):
            begun += 1
            contact, ended = f"{kind}-{number}", begun + waits[kind] * SECOND
            floor.apply(ev.Queued(contact=contact, queue="support", time=begun, source="pbx"), NOON + 200 * SECOND)
            end: ev.Event = ev.Abandoned(contact=contact, queue="support", time=ended, source="pbx")
            if kind.startswith("answered"):
                end = ev.Answered(contact=contact, queue="support", agent="anna", time=ended, source="pbx")
            floor.apply(end, NOON + 200 * SECOND)
    floor.advance(NOON + 300 * SECOND)
    return floor


def levels(floor: Floor) -> dict[str, float]:
    said = explain(floor, "queues", "support", "service_level", "day", people=False)
    assert said is not None
    return {one["formula"]: round(one["value"], 1) for one in said["service_levels"]}


def test_the_worked_case_shows_its_four_formulas_side_by_side():
    # 70 answered within T, 20 after it, 10 abandoned within T, none later, none short, none waiting.
    floor = day_of(Queue(target=Target(formula="positive")), answered_in=70, answered_late=20, abandoned_in=10)
    found = levels(floor)
    assert (found["answered"], found["negative"], found["positive"], found["ignore"]) == (77.8, 70.0, 80.0, 77.8)
    said = explain(floor, "queues", "support", "service_level", "day", people=False)
    assert said is not None
    assert said["value"] == 80.0
    assert said["numerator"] == {
        "terms": [
            {"term": "answered_in_target", "sign": 1, "n": 70}, {"term": "abandoned_in_target", "sign": 1, "n": 10},
        ], "total": 80,
    }  # fmt: skip
    assert [(term["term"], term["n"]) for term in said["denominator"]["terms"]] == [
        ("answered", 90), ("abandoned", 10), ("over_counted", 0),
    ]  # fmt: skip


# 4 answered within T and 1 after it; abandoned within T 2, one of them short, and 1 after it; 1 left, 2 exchanged for a
# call-back, one within T; 2 wait longer than T and 1 does not: a 5, aT 4, b 3, bT 2, s 1, f 1, c 2, cT 1, wT 2.
SEVEN: dict[str, tuple[int, int]] = {
    "answered": (4, 5),  # aT / a
    "negative": (4, 8),  # aT / (a + b)
    "offered": (4, 9),  # aT / (a + b + f)
    "positive": (6, 8),  # (aT + bT) / (a + b)
    "removed": (7, 10),  # (aT + bT + cT) / (a + b + c)
    "ignore": (4, 6),  # aT / (a + b − bT)
    "short": (4, 7),  # aT / (a + b − s)
}


@pytest.mark.parametrize("count_waiting", [True, False])
@pytest.mark.parametrize("formula", SEVEN)
def test_each_formula_of_a_queue_with_and_without_those_who_wait(formula: Any, count_waiting: bool):
    floor = Floor(Settings(queue={"support": Queue(target=Target(formula=formula, count_waiting=count_waiting))}))
    ends = {ev.Answered: (3, 4, 5, 20, 21), ev.Abandoned: (5, 6, 30), "key": (9,), "callback": (20, 21)}
    for kind, waits in ends.items():
        for wait_s in waits:
            about = {"contact": f"{kind} {wait_s}", "queue": "support", "source": "pbx"}
            floor.apply(ev.Queued(**about, time=NOON), NOON + 60 * SECOND)
            end = {"agent": "anna"} if kind is ev.Answered else {"reason": kind} if isinstance(kind, str) else {}
            left = ev.Left if isinstance(kind, str) else kind
            floor.apply(left(**about, **end, time=NOON + wait_s * SECOND), NOON + 60 * SECOND)
    for begun_s in (30, 39, 40):
        floor.apply(ev.Queued(contact=f"w{begun_s}", queue="support", source="pbx", time=NOON + begun_s * SECOND),
                    NOON + 60 * SECOND)  # fmt: skip
    good, base = SEVEN[formula]
    base += 2 if count_waiting else 0
    row = kpis.entity(floor, "queues", "support")
    assert row is not None
    for window in ("m15", "m30", "m60", "day"):
        said = recomputes(floor, "queues", "support", "service_level", window, row[window]["service_level"])
        assert row[window]["service_level"] == pytest.approx(100 * good / base)
        assert (said["numerator"]["total"], said["denominator"]["total"]) == (good, base)
        assert [(one["formula"], one["numerator"], one["denominator"]) for one in said["service_levels"]] == [
            (name, top, bottom + (2 if count_waiting else 0)) for name, (top, bottom) in SEVEN.items()
        ]


def test_a_bank_s_month_shows_its_five_formulas_up_to_ten_points_apart():
    # T = 20 s, a = 31,402, b = 7,309, aT = 15,857, bT = 2,037, abandoned within 5 s 351; `short` is the queue's own.
    floor = day_of(Queue(), answered_in=1)
    floor.tallies.queues["support"].ledger.window("day").sums.update(
        answered=31_402, abandoned=7_309, answered_in_target=15_857, abandoned_in_target=2_037, short_abandoned=351,
        sl_good=15_857, sl_base=31_402 + 7_309 - 351,
    )  # fmt: skip
    assert levels(floor) == {
        "answered": 50.5, "negative": 41.0, "offered": 41.0, "positive": 46.2, "removed": 46.2, "ignore": 43.2,
        "short": 41.3,
    }  # fmt: skip
    said = explain(floor, "queues", "support", "service_level", "day", people=False)
    assert said is not None
    assert (said["numerator"]["total"], said["denominator"]["total"]) == (15_857, 31_402 + 7_309 - 351)


def test_what_is_left_out_is_named_with_its_count():
    floor = day_of(Queue(), answered_in=3, abandoned_short=2, abandoned_late=1)
    floor.apply(ev.Left(contact="x", queue="support", reason="full", source="pbx", time=NOON), NOON + 300 * SECOND)
    said = explain(floor, "queues", "support", "abandon_rate", "day", people=False)
    assert said is not None
    left_out = {one["code"]: one.get("n") for one in said["exclusions"]}
    assert left_out["not_short_abandoned"] == 2
    assert left_out["refused"] == 1
    assert {"not_flowed_out", "not_callbacks", "not_lost", "still_waiting"} <= left_out.keys()
    assert [one["outcome"] for one in said["visits"]].count("abandoned") == 1, "short ones did not count"
    assert {"code": "few", "n": 4, "min_n": 5} in said["notes"]


def two_formulas() -> Floor:
    queues = {
        "q1": Queue(target=Target(formula="offered"), team="t"),
        "q2": Queue(target=Target(formula="answered"), team="t"),
    }  # fmt: skip
    floor = Floor(Settings(queue=queues))
    for number, queue in product(range(10), queues):
        floor.apply(ev.Queued(contact=f"{queue}-{number}", queue=queue, time=NOON, source="pbx"), NOON)
        end: ev.Event = ev.Left(contact=f"{queue}-{number}", queue=queue, reason="key", time=NOON + 1, source="pbx")
        if number < 8:
            end = ev.Answered(contact=f"{queue}-{number}", queue=queue, agent="a", time=NOON + 1, source="pbx")
        floor.apply(end, NOON + 1)
    floor.advance(NOON + 1000)
    return floor


def test_a_group_of_several_formulas_says_so_and_adds_their_visits_up():
    said = explain(two_formulas(), "groups", "team:t", "service_level", "m15", people=False)
    assert said is not None
    assert {"code": "several_formulas", "formulas": ["offered", "answered"]} in said["notes"]
    assert (said["numerator"]["total"], said["denominator"]["total"]) == (16, 18)  # 8 + 8 of 10 + 8
    assert [(one["formula"], one["queues"], one["good"], one["base"]) for one in said["formulas"]] == [
        ("offered", ["q1"], 8, 10), ("answered", ["q2"], 8, 8),
    ]  # fmt: skip


def test_a_formula_that_ignores_flow_outs_says_when_they_pass_5_percent_of_offered():
    floor = two_formulas()
    ignoring = explain(floor, "queues", "q2", "service_level", "day", people=False)
    counting = explain(floor, "queues", "q1", "service_level", "day", people=False)
    assert ignoring is not None
    assert counting is not None
    assert {"code": "flow_outs", "n": 2, "offered": 10, "percent": 20.0} in ignoring["notes"]
    assert not [one for one in counting["notes"] if one["code"] == "flow_outs"]


def test_the_tile_s_figure_of_ignored_flow_outs_is_that_of_the_note_in_mixed_groups_too():
    """Ten visits of a queue with the default formula, two of them flowed out, and ten more of one that counts them."""
    floor = Floor(Settings(queue={"counting": Queue(target=Target(formula="offered"))}))
    for queue, flowed in (("ignoring", 2), ("counting", 5)):
        for number in range(10):
            begun = NOON + number
            floor.apply(ev.Queued(contact=f"{queue}{number}", queue=queue, time=begun, source="pbx"), NOON + SECOND)
            end = ev.Left(contact=f"{queue}{number}", queue=queue, reason="timeout", time=begun + 9, source="pbx")
            if number < flowed:
                floor.apply(end, NOON + SECOND)
    day = {name: (kpis.entity(floor, kind, name) or {})["day"] for kind, name in
           (("queues", "ignoring"), ("queues", "counting"), ("groups", "all"))}  # fmt: skip
    assert {name: row.get("ignored_flow_outs") for name, row in day.items()} == {
        "ignoring": 20.0, "counting": None, "all": 20.0,
    }  # fmt: skip
    said = explain(floor, "groups", "all", "service_level", "day", people=False)
    assert said is not None
    assert [note["percent"] for note in said["notes"] if note["code"] == "flow_outs"] == [20.0]


def test_a_group_over_sites_that_began_their_day_at_different_times_names_no_one_beginning():
    sites = {"early": Site(zone="UTC"), "late": Site(zone="UTC", day_starts="06:00")}
    floor = Floor(Settings(queue={"q1": Queue(site="early"), "q2": Queue(site="late")}, site=sites))
    for queue in ("q1", "q2"):
        floor.apply(ev.Queued(contact=queue, queue=queue, time=NOON, source="pbx"), NOON)
    floor.advance(NOON + SECOND)
    begun = {
        name: (explain(floor, kind, name, "offered", "day", people=False) or {}).get("from")
        for kind, name in (("queues", "q1"), ("queues", "q2"), ("groups", "site:late"), ("groups", "all"))
    }
    midnight = NOON - 12 * 3600 * SECOND
    six = midnight + 6 * 3600 * SECOND
    assert begun == {"q1": midnight, "q2": six, "site:late": six, "all": None}


def test_those_who_wait_too_long_now_stand_as_a_term_of_the_denominator():
    floor = Floor()
    floor.apply(ev.Queued(contact="c", queue="q", time=NOON, source="pbx"), NOON)
    floor.advance(NOON + 30 * SECOND)
    said = explain(floor, "queues", "q", "service_level", "m15", people=False)
    assert said is not None
    assert said["value"] == 0
    assert {"term": "over_counted", "sign": 1, "n": 1} in said["denominator"]["terms"]


def test_the_last_20_of_a_long_day_are_the_newest_and_show_people_only_to_those_who_may():
    floor = day_of(Queue(), answered_in=45, abandoned_late=5)
    said = explain(floor, "queues", "support", "answered", "day", people=True)
    shown = explain(floor, "queues", "support", "answered", "day", people=False)
    assert said is not None
    assert shown is not None
    assert [one["contact"] for one in said["visits"]] == [f"answered_in-{number}" for number in range(44, 24, -1)]
    assert {one["wait_s"] for one in said["visits"]} == {10}
    assert not [one for one in shown["visits"] if {"contact", "agent", "reason"} & one.keys()]


def test_of_a_quiet_queue_the_last_are_found_however_many_came_elsewhere_since(monkeypatch: pytest.MonkeyPatch):
    """Three calls at noon, one refused, one marked by no contact; who waits since then is among them."""
    monkeypatch.setattr(counted, "LOOKED_THROUGH", 5)
    monkeypatch.setattr(counted, "TOLD_AGAIN", 5)
    told: list[tuple[int, ev.Event]] = [(0, ev.Queued(contact="waits", queue="quiet", source="pbx"))]
    for nth, gone in enumerate((False, False, True), 1):
        of = {"contact": f"c{nth}", "source": "pbx"}
        end: list[tuple[int, ev.Event]] = [(40, ev.Abandoned(**of))]
        if not gone:
            end = [(9, ev.Answered(**of, agent="anna")), (50, ev.Ended(**of)), (60, ev.Tagged(**of, tag="thanks"))]
        told += [(nth, ev.Queued(**of, queue="quiet")), *end]
    told += [
        (70, ev.Left(contact="r", queue="quiet", reason="full", source="pbx")),
        (71, ev.Rated(queue="quiet", score=5, source="survey")),
        (72, ev.Missed(contact="waits", agent="bob", source="pbx")),
    ]
    told += [(2400 + nth, ev.Queued(contact=f"b{nth}", queue="busy", source="pbx")) for nth in range(20)]
    floor = Floor()
    for after_s, event in sorted(told, key=lambda one: one[0]):
        floor.apply(event, NOON + after_s * SECOND)
    floor.advance(NOON + 2430 * SECOND)
    for one in (floor, snapshot.load(snapshot.dump(floor))):
        for metric, found in (
            ("answered", 2), ("abandoned", 1), ("service_level", 3), ("asa_s", 2), ("offered", 4), ("max_wait_s", 3),
            ("handled", 2), ("tags.thanks", 2), ("refused", 1), ("rated", 1), ("missed", 1),
        ):  # fmt: skip
            assert len((explain(one, "queues", "quiet", metric, "day", people=True) or {})["visits"]) == found, metric
        for kind, name in (("queues", "quiet"), ("groups", "all")):
            said = explain(one, kind, name, "oldest_at", "now", people=True) or {}
            assert said["visits"][0]["contact"] == "waits"
        for agent, metric, n in (("anna", "handled", 2), ("anna", "tags.thanks", 2)):
            assert len((explain(one, "agents", agent, metric, "day", people=True) or {})["visits"]) == n


def test_no_denominator_no_value_and_why():
    floor = Floor(Settings(queue={"quiet": Queue()}, site={"main": Site(shifts={"early": "00:00-01:00"})}))
    floor.advance(NOON)
    unheard = explain(floor, "queues", "quiet", "asa_s", "day", people=False)
    assert unheard is not None
    assert (unheard["absent"], "value" in unheard) == ("no_source", False)
    floor.apply(ev.Queued(contact="c", queue="quiet", time=NOON, source="pbx"), NOON)
    nobody = explain(floor, "queues", "quiet", "asa_s", "day", people=False)
    between = explain(floor, "queues", "quiet", "asa_s", "shift", people=False)
    assert nobody is not None
    assert between is not None
    assert (nobody["absent"], between["absent"]) == ("zero", "no_shift")
    assert explain(floor, "queues", "nowhere", "asa_s", "day", people=False) is None


def test_of_a_tag_that_nobody_gave_there_are_none_which_is_known():
    floor = Floor()
    floor.apply(ev.Queued(contact="c", queue="q", time=NOON, source="pbx"), NOON)
    for metric in ("tags.hostile", "codes.moved"):
        said = explain(floor, "queues", "q", metric, "day", people=False) or {}
        assert (said["value"], said["shape"], said["visits"]) == (0, "count", [])


def test_a_platform_s_own_figure_is_stated_not_worked_out():
    floor = Floor()
    floor.apply(ev.QueueObserved(queue="q", waiting=7, time=NOON, source="acd"), NOON)
    said = explain(floor, "queues", "q", "waiting", "now", people=False)
    assert said is not None
    assert (said["value"], said["shape"], said["observed"]) == (7, "stated", True)


def test_a_person_s_occupancy_is_handling_over_handling_and_idle():
    floor = Floor()
    floor.apply(ev.SignedIn(agent="anna", queues=["q"], time=NOON, source="pbx"), NOON)
    floor.apply(ev.Answered(contact="c", queue="q", agent="anna", time=NOON + 60_000, source="pbx"), NOON + 60_000)
    floor.apply(ev.Ended(contact="c", agent="anna", time=NOON + 120_000, source="pbx"), NOON + 120_000)
    floor.advance(NOON + 240_000)
    row = kpis.entity(floor, "agents", "anna")
    assert row is not None
    said = recomputes(floor, "agents", "anna", "occupancy", "day", row["day"]["occupancy"])
    assert [(term["term"], term["n"]) for term in said["numerator"]["terms"]] == [("handling_ms", 60_000)]


def test_an_agent_s_shift_where_none_is_configured_is_absent_and_says_so():
    floor = Floor()
    floor.apply(ev.SignedIn(agent="anna", source="pbx", time=NOON), NOON)
    for metric in ("handled", "signed_in_s", "longest_stretch_s"):
        said = explain(floor, "agents", "anna", metric, "shift", people=True)
        assert said is not None
        assert said["absent"] == "no_shift"
