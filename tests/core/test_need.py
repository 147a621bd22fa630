"""Need now, on floors of made-up calls: the load and what follows from it stand beside each number."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from wallboard.core import events as ev
from wallboard.core import kpis, snapshot
from wallboard.core.explain import explain
from wallboard.core.load import Load, expected_share
from wallboard.core.needtogether import SUMMED, needs_of
from wallboard.core.settings import Queue, Settings, Target
from wallboard.core.staffing import agents_needed, erlang_a, erlang_c
from wallboard.core.state import Floor

NOON = 1_795_348_800_000  # 2026-11-22 12:00 UTC
SECOND, MINUTE = 1000, 60_000


def calls(queue: str, every_s: int, talk_s: int, minutes: int = 60, agent: str = "x") -> Iterator[ev.Event]:
    """One call each `every_s`, answered at once by nobody who is signed in, for the last `minutes` before NOON."""
    for nth in range(minutes * 60 // every_s):
        at_ms = NOON - minutes * MINUTE + nth * every_s * SECOND
        base: dict[str, Any] = {"contact": f"{queue}{nth}", "source": "pbx"}
        yield ev.Queued(queue=queue, time=at_ms, **base)
        yield ev.Answered(queue=queue, agent=agent, time=at_ms, **base)
        if at_ms + talk_s * SECOND <= NOON:
            yield ev.Ended(agent=agent, time=at_ms + talk_s * SECOND, **base)


def staff(count: int, *queues: str, begin: int = 0) -> Iterator[ev.Event]:
    for nth in range(begin, begin + count):
        yield ev.SignedIn(agent=f"a{nth}", queues=list(queues), source="pbx", time=NOON - 60 * MINUTE)


def floor_of(*parts: Iterator[ev.Event], settings: Settings | None = None) -> Floor:
    floor = Floor(settings)
    for event in sorted((event for part in parts for event in part), key=lambda event: event.time or 0):
        floor.apply(event, event.time or 0)
    floor.advance(NOON + MINUTE)  # every group has had its turn
    return floor


def now(floor: Floor, queue: str, kind: str = "queues") -> dict[str, Any]:
    found = kpis.entity(floor, kind, queue)
    assert found
    return found["now"]


def test_a_call_each_18_s_of_3_minutes_needs_14_agents():
    """100 calls in 30 min, AHT 180 s: A = 10 Erlang. Of 13 agents 79.6 % in 20 s, of 14 88.8 % (KPIS section 5)."""
    assert agents_needed(100 / 1800, 180, 20, 0.80) == 14


@pytest.mark.parametrize(("there", "gap"), [(11, {"missing": 3}), (14, {}), (18, {"can_release": 4})])
def test_a_floor_says_what_is_missing_or_can_go_and_never_a_signed_gap(there: int, gap: dict[str, int]):
    """A call each 18 s of 180 s: 94 or 95 of them in the 28 to 29 full minutes that m30 has seen, so A is about 9.7."""
    settings = Settings(queue={"support": Queue(target=Target(percent=85))})  # 13 are below it, 14 above
    found = now(floor_of(calls("support", 18, 180), staff(there, "support"), settings=settings), "support")
    assert found["agents_needed"] == 14
    assert {name: found[name] for name in ("missing", "can_release") if name in found} == gap
    assert found["need_until"] > NOON + 30 * MINUTE


def test_where_nobody_told_who_is_there_nobody_is_said_to_be_missing():
    """A queue_log without members: what is needed is known, who is ready is not; that all are gone is."""
    settings = Settings(queue={"support": Queue(team="one"), "sales": Queue(team="one")})
    unknown = floor_of(calls("support", 18, 180), calls("sales", 18, 180), staff(2, "sales"), settings=settings)
    found = now(unknown, "support")
    assert "ready" not in found
    assert {name for name in found if "need" in name} == {"agents_needed", "need_until"}
    assert not {"missing", "can_release", "service_level_in_30m"} & found.keys()
    assert now(unknown, "sales")["missing"] > 0
    team = now(unknown, "team:one", "groups")
    assert team["agents_needed"] == found["agents_needed"] + now(unknown, "sales")["agents_needed"]
    assert "missing" not in team, "of one of them it is not known"
    for metric in ("missing", "can_release", "service_level_in_60m"):
        said = explain(unknown, "queues", "support", metric, "now", people=False)
        assert said is not None
        assert (said["absent"], "ready" in said["need"]) == ("unknown", False)
    gone = (ev.SignedOut(agent=f"a{nth}", source="pbx", time=NOON - MINUTE) for nth in range(3))
    found = now(floor_of(calls("support", 18, 180), staff(3, "support"), gone), "support")
    assert (found["ready"], found["missing"], found["service_level_in_30m"]) == (0, found["agents_needed"], 0)


def test_under_ten_arrivals_nothing_is_said():
    assert "agents_needed" not in now(floor_of(calls("support", 200, 100), staff(3, "support")), "support")


def test_text_channels_are_not_computed():
    settings = Settings(queue={"chat": Queue(channel="chat")})
    found = now(floor_of(calls("chat", 18, 180), staff(14, "chat"), settings=settings), "chat")
    assert "agents_needed" not in found


def test_queues_that_share_an_agent_are_one_group_and_say_the_same():
    """Two calls each 36 s of 180 s: together A = 10, alone A = 5 each. Pooled they need fewer than 2 × 8."""
    floor = floor_of(
        calls("a", 36, 180), calls("b", 36, 180), staff(1, "a", "b"), staff(6, "a", begin=1), staff(6, "b", begin=7)
    )
    one, other = now(floor, "a"), now(floor, "b")
    assert one == one | {name: other[name] for name in ("agents_needed", "need_queues", "service_level_in_30m")}
    assert one["need_queues"] == ["a", "b"]
    assert one["agents_needed"] in (13, 14)
    assert now(floor, "all", "groups")["agents_needed"] == one["agents_needed"]


def test_queues_that_share_nobody_stand_for_themselves_and_their_site_has_the_sum():
    floor = floor_of(calls("a", 36, 180), calls("b", 36, 180), staff(6, "a"), staff(20, "b", begin=6))
    assert "need_queues" not in now(floor, "a")
    needed = now(floor, "a")["agents_needed"] + now(floor, "b")["agents_needed"]
    whole = now(floor, "all", "groups")
    assert whole["agents_needed"] == needed
    assert "missing" in whole
    assert "can_release" not in whole  # who can go from b is no help to a


def test_in_the_first_half_hour_calls_come_as_often_as_they_have_come_since_the_first():
    """100 calls in ten minutes, 1.8 minutes each: 18 Erlang, and not the 6 of a whole half hour."""
    found = now(floor_of(calls("support", 6, 108, minutes=10), staff(20, "support")), "support")
    assert 18 < found["agents_needed"] < 24
    quiet = now(floor_of(calls("support", 6, 108, minutes=10), calls("support", 1200, 60)), "support")
    assert quiet["agents_needed"] < 10, "who is called all the time has had a quiet time"


def test_a_new_set_of_queues_says_until_when_as_the_one_that_spoke_last():
    queues = [f"q{nth}" for nth in range(6)]
    floor = floor_of(
        *(calls(queue, 18, 180) for queue in queues), *(staff(1, one, begin=n) for n, one in enumerate(queues))
    )
    group = floor.watch(["q?"])
    until = max(floor.tallies.queues[queue].need["need_until"] for queue in queues)
    assert floor.tallies.groups[group].need["need_until"] == until


@pytest.mark.parametrize("seed", range(5))
def test_a_group_says_at_any_time_the_sum_of_what_its_queues_say(seed: int):
    """However queues come to share agents and stop, and whatever they said before."""
    luck = random.Random(seed)
    names = [f"{team}{nth}" for team in "rst" for nth in range(4)]
    settings = Settings(queue={name: Queue(team=name[0], site="kyiv" if name < "s" else "lviv") for name in names})
    floor = Floor(settings)
    for event in sorted((one for name in names for one in calls(name, 18 * luck.randrange(1, 9), 120)), key=_time):
        floor.apply(event, _time(event))
    told = set()
    for minute in range(40):
        at_ms = NOON + minute * MINUTE
        for _ in range(4):
            agent, serves = f"a{luck.randrange(60)}", luck.sample(names, luck.choice([1, 1, 1, 2]))
            floor.apply(ev.SignedIn(agent=agent, queues=serves, source="pbx", time=at_ms), at_ms)
        if luck.random() < 0.5:
            leaving = f"a{luck.randrange(60)}"
            floor.apply(ev.SignedOut(agent=leaving, source="pbx", time=at_ms), at_ms)
        floor.advance(at_ms + luck.randrange(MINUTE))
        if minute == 20:
            floor.watch(["r*", "team:s"])
        for group, tally in floor.tallies.groups.items():
            parts = needs_of(group, floor.tallies.queues)
            sums = {
                one: sum(part.get(one, 0) for part in parts) for one in SUMMED if any(one in part for part in parts)
            }
            if "missing" in sums:
                sums.pop("can_release", None)
            if not all("service_level_in_30m" in part for part in parts):
                sums = {one: sums[one] for one in sums if one == "agents_needed"}
            until = {"need_until": max(part["need_until"] for part in parts)} if parts else {}
            assert tally.need == sums | until
            told |= tally.need.keys()
    assert told >= set(SUMMED), "else it is no test"


def _time(event: ev.Event) -> int:
    return event.time or 0


def test_a_team_whose_agents_also_serve_elsewhere_says_nothing():
    settings = Settings(queue={"a": Queue(team="north"), "b": Queue(team="south")})
    floor = floor_of(calls("a", 36, 180), calls("b", 36, 180), staff(12, "a", "b"), settings=settings)
    assert "agents_needed" not in now(floor, "team:north", "groups")
    assert "agents_needed" in now(floor, "all", "groups")


def test_measured_patience_asks_for_fewer_agents_than_endless_patience():
    """Of 48 calls a minute of 60 s, with 2 min patience, Erlang A needs fewer for 80 % in 20 s than Erlang C."""
    assert (agents_needed(0.8, 60, 20, 0.8, 120) or 0) < (agents_needed(0.8, 60, 20, 0.8) or 0)
    gone = [event for nth in range(60) for event in (
        ev.Queued(contact=f"g{nth}", queue="support", source="pbx", time=NOON - 60 * MINUTE + nth * MINUTE),
        ev.Abandoned(contact=f"g{nth}", queue="support", source="pbx", time=NOON - 60 * MINUTE + nth * MINUTE + 40_000),
    )]  # fmt: skip
    patient = now(floor_of(calls("support", 12, 180), calls("support", 60, 60), staff(20, "support")), "support")
    hasty = now(floor_of(calls("support", 12, 180), iter(gone), staff(20, "support")), "support")
    assert hasty["agents_needed"] < patient["agents_needed"]


def test_the_outlook_is_the_steady_state_after_those_who_wait_are_worked_off():
    """14 agents serve 14/180 a second, 100/1800 come: 40 who wait take 40 / (14/180 - 100/1800) = 1800 s."""
    load = Load(100 / 1800, 180, None, 0, 14)
    steady = erlang_c(100 / 1800, 180, 14, 20)
    assert steady
    assert expected_share(load, [(100, 20)], 1800) == pytest.approx(steady.service_level)
    assert expected_share(load._replace(waiting=40), [(100, 20)], 1800) == pytest.approx(0, abs=1e-9)
    assert expected_share(load._replace(waiting=40), [(100, 20)], 3600) == pytest.approx(steady.service_level / 2)
    assert expected_share(load._replace(waiting=20), [(100, 20)], 1800) == pytest.approx(steady.service_level / 2)


def test_where_more_come_than_can_be_served_the_outlook_is_nothing_or_what_patience_leaves():
    load = Load(100 / 1800, 180, None, 5, 9)  # 9 agents, 10 Erlang
    assert expected_share(load, [(100, 20)], 1800) == pytest.approx(0, abs=1e-9)
    leaves = erlang_a(100 / 1800, 180, 9, 20, 60)
    assert expected_share(load._replace(patience_s=60.0), [(100, 20)], 1800) == pytest.approx(leaves.service_level)
    assert expected_share(load._replace(ready=0), [(100, 20)], 1800) == pytest.approx(0, abs=1e-9)


def test_targets_of_several_queues_are_weighed_by_their_calls():
    load = Load(100 / 1800, 180, None, 0, 14)
    levels = [found.service_level for s in (20, 60) if (found := erlang_c(100 / 1800, 180, 14, s))]
    assert expected_share(load, [(75, 20), (25, 60)], 1800) == pytest.approx(0.75 * levels[0] + 0.25 * levels[1])


def test_what_is_not_true_any_more_is_not_said_any_more():
    floor = floor_of(calls("support", 18, 180), staff(11, "support"))
    assert "missing" in now(floor, "support")
    floor.advance(NOON + 40 * MINUTE)  # no calls for half an hour
    assert "missing" not in now(floor, "support")
    assert "agents_needed" not in now(floor, "all", "groups")


def test_a_restarted_process_says_the_same_within_a_minute():
    floor = floor_of(calls("support", 18, 180), staff(11, "support"))
    again = snapshot.load(snapshot.dump(floor))
    for one in (floor, again):
        one.advance(NOON + 3 * MINUTE)
    assert now(again, "support") == now(floor, "support")


def test_explain_shows_what_the_need_is_worked_out_from():
    floor = floor_of(calls("support", 18, 180), staff(11, "support"))
    said = explain(floor, "queues", "support", "agents_needed", "now", people=False)
    assert said is not None
    need = said["need"]
    assert (need["formula"], need["queues"], need["ready"], need["waiting"]) == ("erlang_c", ["support"], 11, 0)
    assert need["load"] == pytest.approx(need["arrivals"] * need["aht_s"])
    assert agents_needed(need["arrivals"], need["aht_s"], 20, 0.80) == said["value"]


def test_explain_tells_what_the_need_was_worked_out_from_when_it_was():
    """Six who sign out later are not yet in the number, so they are not in its parts either."""
    floor = floor_of(calls("support", 18, 180), staff(18, "support"))
    for nth in range(6):
        floor.apply(ev.SignedOut(agent=f"a{nth}", source="pbx", time=floor.now_ms), floor.now_ms)
    floor.settle()
    found = now(floor, "support")
    said = explain(floor, "queues", "support", "can_release", "now", people=False)
    assert said is not None
    assert (said["shape"], said["value"]) == ("modelled", found["can_release"])
    basis = said["need"]
    assert basis["ready"] - found["agents_needed"] == found["can_release"]
    (target,) = basis["targets"]
    share = target["percent"] / 100
    assert agents_needed(basis["arrivals"], basis["aht_s"], target["seconds"], share) == found["agents_needed"]


def test_explain_tells_all_that_the_outlook_of_queues_with_several_targets_is_worked_out_from():
    """Each share of those who come by its own target, and nobody while who waits is worked off."""
    settings = Settings(queue={"a": Queue(target=Target(seconds=5)), "b": Queue(target=Target(seconds=60))})
    waits = (ev.Queued(contact=f"w{nth}", queue="a", source="pbx", time=NOON - SECOND) for nth in range(6))
    floor = floor_of(calls("a", 36, 180), calls("b", 72, 180), staff(12, "a", "b"), waits, settings=settings)
    for minutes in (30, 60):
        said = explain(floor, "queues", "a", f"service_level_in_{minutes}m", "now", people=False)
        assert said is not None
        need = said["need"]
        whole = sum(one["offered"] for one in need["shares"])
        found = [erlang_c(need["arrivals"], need["aht_s"], need["ready"], one["seconds"]) for one in need["shares"]]
        levels = [one.service_level for one in found if one]
        steady = sum(one["offered"] * level for one, level in zip(need["shares"], levels, strict=True)) / whole
        ahead_s = minutes * 60
        assert 0 < need["backlog_s"] == pytest.approx(6 / (need["ready"] / need["aht_s"] - need["arrivals"]))
        assert said["value"] == pytest.approx(100 * steady * (1 - min(need["backlog_s"], ahead_s) / ahead_s))
        assert need["until"] == now(floor, "a")["need_until"]


def test_explain_shows_of_a_group_which_queues_its_need_is_the_sum_of():
    floor = floor_of(calls("a", 36, 180), calls("b", 36, 180), staff(3, "a"), staff(20, "b", begin=3))
    for metric in ("agents_needed", "missing"):
        said = explain(floor, "groups", "all", metric, "now", people=False)
        assert said is not None
        assert [one["queues"] for one in said["needs"]] == [["a"], ["b"]]
        assert said["value"] == sum(one.get(metric, 0) for one in said["needs"])


@pytest.mark.parametrize(("there", "metric", "why"), [(18, "missing", "enough"), (11, "can_release", "none_to_spare")])
def test_explain_says_why_nobody_is_missing_or_can_go(there: int, metric: str, why: str):
    floor = floor_of(calls("support", 18, 180), staff(there, "support"))
    said = explain(floor, "queues", "support", metric, "now", people=False)
    assert said is not None
    assert said["absent"] == why
    quiet = explain(floor_of(staff(1, "support")), "queues", "support", "agents_needed", "now", people=False)
    assert quiet is not None
    assert quiet["absent"] == "too_little"
