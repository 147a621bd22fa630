"""When does a task look that looks again and again? At the same moments as all others of its process.

A wake costs a process a tenth of a millisecond before it has done anything, where fan-outs between leave the
processor's caches cold. Tasks that wake together pay that once. Each process has moments of its own: those of one
machine do not all wake at once.
"""

import asyncio
import random

SOON_S = 0.005  # a timer may be early by so much: that was this round
_FIRST_S = random.random()


def until_round_s(every_s: float) -> float:
    """Seconds to the next moment of those that are `every_s` apart."""
    return left_s(asyncio.get_running_loop().time() + _FIRST_S, every_s)


def left_s(now_s: float, every_s: float) -> float:
    """More than SOON_S, and at most that and `every_s`."""
    left = every_s - now_s % every_s
    return left if left > SOON_S else left + every_s
