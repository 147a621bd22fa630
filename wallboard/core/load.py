"""What comes to queues that share agents, and what will those who are there reach? Erlang A where patience is known."""

from collections.abc import Sequence
from functools import lru_cache
from math import log
from typing import NamedTuple

from wallboard.core.staffing import erlang_a, erlang_c


class Load(NamedTuple):
    """What comes to a group of queues, and who is there. Rates a second, times in seconds; `ready` None: nobody told
    who is there."""

    arrivals: float
    aht_s: float
    patience_s: float | None
    waiting: int
    ready: int | None


def expected_share(load: Load, shares: Sequence[tuple[int, float]], ahead_s: float) -> float:
    """The share of those who come within `ahead_s` that will be answered in target, if everything stays as it is.

    `shares`: of each queue how many come, and its target in seconds. Who waits now is worked off first (a fluid
    limit); until then nobody is answered in target, after it the system is as Erlang A or C describes it.
    """
    whole = sum(count for count, _ in shares)
    if not whole or not load.ready:
        return 0.0
    steady = sum(count * _steady(load, seconds) for count, seconds in shares) / whole
    return steady * (1 - min(backlog_s(load), ahead_s) / ahead_s)


def backlog_s(load: Load) -> float:
    """How long it takes until those who wait now are served or gone."""
    spare = (load.ready or 0) / load.aht_s - load.arrivals  # served a second beyond those who come
    if not load.waiting or spare <= 0:
        return 0.0  # overloaded: the steady state says it all
    if load.patience_s:  # each who waits leaves at 1 / patience
        return load.patience_s * log(1 + load.waiting / (spare * load.patience_s))
    return load.waiting / spare


@lru_cache(maxsize=256)  # many queues have the same target
def _steady(load: Load, target_s: float) -> float:
    ready = load.ready or 0
    if load.patience_s:
        return erlang_a(load.arrivals, load.aht_s, ready, target_s, load.patience_s).service_level
    found = erlang_c(load.arrivals, load.aht_s, ready, target_s)
    return found.service_level if found else 0.0
