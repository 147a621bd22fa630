"""Erlang C and A against published points, each other, and a simulation of the queue itself."""

import heapq
import math
import random

import pytest

from wallboard.core.staffing import agents_needed, erlang_a, erlang_c

HALF_HOUR = 1800


def test_erlang_c_s_published_points():
    # 100 calls in 30 min, AHT 180 s: load 100 / 1800 × 180 = 10 Erlang.
    found = erlang_c(100 / HALF_HOUR, 180, 14, 20)
    assert found is not None
    assert round(found.wait_share, 6) == 0.174132
    assert round(found.service_level, 6) == 0.888350
    assert round(found.asa_s, 3) == 7.836
    assert round(found.occupancy, 4) == 0.7143
    thirteen = erlang_c(100 / HALF_HOUR, 180, 13, 20)
    assert thirteen is not None
    assert round(thirteen.service_level, 6) == 0.795595


def test_where_people_hang_up_erlang_c_overstaffs():
    # 48 calls a minute of one minute each, 50 agents: C says 20.8 s of waiting.
    patient = erlang_c(48 / 60, 60, 50, 20)
    assert patient is not None
    assert round(patient.asa_s, 1) == 20.8
    # With two minutes of patience A says 3.7 s, and 3.1 % abandon.
    real = erlang_a(48 / 60, 60, 50, 20, 120)
    assert round(real.asa_s, 1) == 3.7
    assert round(100 * real.abandon_share, 1) == 3.1


def test_with_endless_patience_a_is_c():
    for agents in (11, 12, 14, 20):
        c, a = erlang_c(100 / HALF_HOUR, 180, agents, 20), erlang_a(100 / HALF_HOUR, 180, agents, 20, 1e9)
        assert c is not None
        assert tuple(a) == pytest.approx(tuple(c), abs=1e-3)


def step_by_step(
    load: float, aht_s: float, agents: int, target_s: float, patience_s: float
) -> tuple[float, float, float, float]:
    """Share that waits, share answered in target, mean wait, share that gives up: the chain written out state by state,
    and of who waits each step on the way to an agent (uniformised); nothing but sums."""
    arrivals, serving, leaving = load / aht_s, 1 / aht_s, 1 / patience_s
    states = [1.0]
    while len(states) <= agents or states[-1] > 1e-16 * max(states):
        n = len(states)
        states.append(states[-1] * arrivals / (min(n, agents) * serving + max(0, n - agents) * leaving))
    shares = [one / sum(states) for one in states]
    queue = sum((n - agents) * share for n, share in enumerate(shares) if n > agents)
    fastest = agents * serving + len(states) * leaving
    jumps, in_time = 0, 0.0
    waiting = shares[agents:]  # by how many are before: each step one of them, or an agent, is gone
    served, weight = 0.0, math.exp(-fastest * target_s)
    while jumps < 40 or weight > 1e-15 or jumps < fastest * target_s:
        in_time += weight * served
        after = [
            share * (1 - (agents * serving + (ahead + 1) * leaving) / fastest) for ahead, share in enumerate(waiting)
        ]
        served += waiting[0] * agents * serving / fastest
        for ahead in range(1, len(waiting)):
            after[ahead - 1] += waiting[ahead] * (agents * serving + ahead * leaving) / fastest
        waiting, jumps = after, jumps + 1
        weight *= fastest * target_s / jumps
    return sum(shares[agents:]), sum(shares[:agents]) + in_time, queue / arrivals, leaving * queue / arrivals


@pytest.mark.parametrize(
    ("load", "aht_s", "agents", "target_s", "patience_s"),
    [(48, 60, 50, 20, 120), (10, 180, 13, 20, 120), (10, 180, 9, 20, 60), (3, 60, 3, 60, 300), (100, 240, 104, 10, 90)],
)
def test_erlang_a_is_to_four_digits_what_its_states_add_up_to(
    load: float, aht_s: float, agents: int, target_s: float, patience_s: float
):
    found = erlang_a(load / aht_s, aht_s, agents, target_s, patience_s)
    expected = step_by_step(load, aht_s, agents, target_s, patience_s)
    assert (found.wait_share, found.service_level, found.asa_s, found.abandon_share) == pytest.approx(
        expected, abs=5e-6
    )


@pytest.mark.parametrize(
    ("load", "agents", "patience_s", "target_s"), [(10, 9, 60, 20), (10, 12, 120, 5), (3, 3, 300, 60)]
)
def test_erlang_a_is_what_a_simulated_queue_does(load: float, agents: int, patience_s: float, target_s: float):
    """400,000 callers, served in order; a share is known then to about ± 0.003."""
    luck, aht_s = random.Random(1), 60.0
    free_at = [0.0] * agents
    now, in_time, abandoned, waited = 0.0, 0, 0, 0.0
    callers = 400_000
    for _ in range(callers):
        now += luck.expovariate(load / aht_s)
        wait_s = max(0.0, free_at[0] - now)
        patience = luck.expovariate(1 / patience_s)
        if patience < wait_s:
            abandoned += 1
            waited += patience
            continue
        heapq.heapreplace(free_at, now + wait_s + luck.expovariate(1 / aht_s))
        waited += wait_s
        in_time += wait_s <= target_s
    found = erlang_a(load / aht_s, aht_s, agents, target_s, patience_s)
    assert found.service_level == pytest.approx(in_time / callers, abs=0.006)
    assert found.abandon_share == pytest.approx(abandoned / callers, abs=0.006)
    assert found.asa_s == pytest.approx(waited / callers, rel=0.05)


def test_the_least_number_that_reaches_the_target_is_needed():
    assert agents_needed(100 / HALF_HOUR, 180, 20, 0.80) == 14  # 13 reach 79.6 %
    for patience_s in (None, 60, 600):
        needed = agents_needed(100 / HALF_HOUR, 180, 20, 0.80, patience_s)
        assert needed is not None
        fewer, enough = (
            erlang_a(100 / HALF_HOUR, 180, n, 20, patience_s) if patience_s else erlang_c(100 / HALF_HOUR, 180, n, 20)
            for n in (needed - 1, needed)
        )
        assert enough is not None
        assert enough.service_level >= 0.80
        assert fewer is None or fewer.service_level < 0.80


def test_a_load_that_the_agents_cannot_carry_never_qualifies():
    assert erlang_c(100 / HALF_HOUR, 180, 10, 20) is None  # 10 Erlang on 10 agents
    assert (agents_needed(100 / HALF_HOUR, 180, 20, 0.01) or 0) > 10
    assert erlang_a(100 / HALF_HOUR, 180, 1, 20, 60).abandon_share > 0.8


def test_huge_centres_do_not_overflow():
    needed = agents_needed(1000 / 60, 300, 20, 0.80)  # 5,000 Erlang
    assert needed is not None
    assert 5_000 < needed < 5_100
    assert 4_000 < (agents_needed(1000 / 60, 300, 20, 0.80, 120) or 0) <= needed


def test_more_overload_and_patience_than_a_float_can_count_is_the_fluid_limit():
    """A = 300 Erlang on 150: half of the callers give up, after a mean wait of half their patience."""
    found = erlang_a(1.0, 300, 150, 20, 5_000)
    assert found == (1.0, 0.0, 2_500, 0.5, 1.0)
    near = erlang_a(1.0, 300, 160, 20, 5_000)  # still counted state by state: 1 - 160 / 300 give up
    assert near.abandon_share == pytest.approx(140 / 300, rel=1e-3)
    assert near.service_level == pytest.approx(0, abs=1e-3)
