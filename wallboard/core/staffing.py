"""How many agents does this load need? Erlang C for callers who wait for ever, Erlang A for those who give up.

Rates are per second, times seconds, shares 0..1. Erlang (1917) as in Cooper, Introduction to Queueing Theory,
chapter 3; Erlang A is Palm's M/M/n+M as in Mandelbaum and Zeltyn, "The Palm/Erlang-A queue" (2004).
"""

from math import ceil, exp, isinf, lgamma, log
from typing import NamedTuple

MOST_AGENTS = 10_000
TINY = 1e-300
ENOUGH = 1e-12  # a probability below it changes nothing that is shown


class Outlook(NamedTuple):
    """What `agents` can be expected to do. `service_level`: share of all who come, answered within the target."""

    wait_share: float
    service_level: float
    asa_s: float
    abandon_share: float
    occupancy: float


def erlang_c(arrivals: float, aht_s: float, agents: int, target_s: float) -> Outlook | None:
    """Nobody gives up. None where the load is not less than the agents: the queue would grow for ever."""
    load = arrivals * aht_s
    if agents <= load:
        return None
    blocked = 1.0
    for n in range(1, agents + 1):  # Erlang B, which stays exact where factorials overflow
        blocked = load * blocked / (n + load * blocked)
    wait = agents * blocked / (agents - load * (1 - blocked))
    asa_s = wait * aht_s / (agents - load)
    return Outlook(wait, 1 - wait * exp(-(agents - load) * target_s / aht_s), asa_s, 0.0, load / agents)


def erlang_a(arrivals: float, aht_s: float, agents: int, target_s: float, patience_s: float) -> Outlook:
    """Each who waits gives up after an exponential time of mean `patience_s`. Always has an answer."""
    load, leaving, serving = arrivals * aht_s, 1 / patience_s, 1 / aht_s
    idle = _idle(load, agents)  # relative to the state in which all agents are busy and nobody waits: 1
    queued = _queued(arrivals, agents * serving, leaving)
    whole = idle + 1 + sum(queued)
    if isinf(sum(queued)):  # so overloaded, with so much patience, that the states outgrow a float: the fluid limit
        lost = 1 - agents / load
        return Outlook(1.0, 0.0, patience_s * lost, lost, 1.0)
    waiting = sum(length * share for length, share in enumerate(queued, 1)) / whole
    in_time = sum(
        share * _served_in_time(agents * serving / leaving, ahead, leaving * target_s)
        for ahead, share in enumerate([1.0, *queued])
    )
    abandoned = leaving * waiting / arrivals
    wait_share = (1 + sum(queued)) / whole
    return Outlook(
        wait_share, 1 - wait_share + in_time / whole, waiting / arrivals, abandoned, load * (1 - abandoned) / agents
    )


def agents_needed(
    arrivals: float, aht_s: float, target_s: float, wanted: float, patience_s: float | None = None
) -> int | None:
    """The least number whose service level reaches `wanted` (a share); None: none up to MOST_AGENTS."""
    load = arrivals * aht_s
    least = 1 if patience_s else max(1, ceil(load) if ceil(load) > load else int(load) + 1)
    low, high = least, least
    while not _reaches(arrivals, aht_s, high, target_s, wanted, patience_s):
        low, high = high + 1, high * 2
        if low > MOST_AGENTS:
            return None
    while low < high:
        middle = (low + high) // 2
        if _reaches(arrivals, aht_s, middle, target_s, wanted, patience_s):
            high = middle
        else:
            low = middle + 1
    return high


def _served_in_time(rate_ratio: float, ahead: int, target: float) -> float:
    """The chance to be served within `target` (in mean patiences) where all are busy and `ahead` wait before.

    The virtual wait V is a sum of exponentials with rates c, c+1, …, c+ahead (c = `rate_ratio`), so e^-V is
    Beta(c, ahead + 1); who waits is served in time when V ≤ target and the own patience outlasts it:
    E[e^-V; V ≤ target].
    """
    stages = ahead + 1
    return rate_ratio / (rate_ratio + stages) * (1 - _beta_share(exp(-target), rate_ratio + 1, stages))


def _reaches(
    arrivals: float, aht_s: float, agents: int, target_s: float, wanted: float, patience_s: float | None
) -> bool:
    if patience_s:
        return erlang_a(arrivals, aht_s, agents, target_s, patience_s).service_level >= wanted
    found = erlang_c(arrivals, aht_s, agents, target_s)
    return found is not None and found.service_level >= wanted


def _idle(load: float, agents: int) -> float:
    """Σ of the states with a free agent, relative to that with all busy."""
    share, total = 1.0, 0.0
    for busy in range(agents, 0, -1):
        share *= busy / load
        total += share
        if share < ENOUGH * total:
            break
    return total


def _queued(arrivals: float, service: float, leaving: float) -> list[float]:
    """The states with 1, 2, … waiting, relative to that with all busy and nobody waiting."""
    found: list[float] = []
    share, total = 1.0, 1.0
    while share > ENOUGH * total:
        share *= arrivals / (service + (len(found) + 1) * leaving)
        found.append(share)
        total += share
    return found


def _beta_share(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), by Lentz's continued fraction (DLMF 8.17.22)."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta_share(1 - x, b, a)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x)) / a
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, 10_000):
        for step in (m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                     -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))):  # fmt: skip
            d = 1 / _not_zero(1 + step * d)
            c = _not_zero(1 + step / c)
            value *= c * d
        if abs(c * d - 1) < ENOUGH:
            break
    return front * value


def _not_zero(value: float) -> float:
    return value if abs(value) > TINY else TINY
