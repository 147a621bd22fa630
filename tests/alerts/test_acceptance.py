"""Whoever must hear of something hears of it, by real processes, of which the leading one is stopped and killed.

Nine things that alerts do, at once, in seconds instead of minutes. `scripts/acceptance-alerts` does the same with real
times, at every step and against windows of a second.
"""

import asyncio
import signal
from pathlib import Path

from tests.alerts.arriving import Arriving
from tests.alerts.lane import HASTY, Lane, rules
from tests.alerts.pair import HASTY as HASTILY
from tests.alerts.pair import PATIENCE_S, Pair
from tests.alerts.scenarios import all_nine


async def test_nothing_is_missed_early_or_out_of_order_while_the_lease_moves(
    tmp_path: Path, redis_url: str, namespace: str
) -> None:
    """A stop of the leader, and a kill -9 of its successor, as alerts are raised, repeated, snoozed and cleared."""
    async with Arriving().listening() as arriving:
        pair = Pair(tmp_path, redis_url, namespace, rules(["a"], HASTY, arriving.url), HASTILY)
        async with pair.running(), asyncio.timeout(3 * PATIENCE_S):
            lane = Lane("a", HASTY, pair, arriving)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(all_nine(lane))
                await lane.heard("flood", "raised", "flood0")
                await pair.restart_leader(signal.SIGTERM)
                await lane.heard("repeat", "again", "repeat")
                await pair.both_know()
                await pair.restart_leader(signal.SIGKILL)
            found = arriving.compared(lane.expected)
            while found.missed or found.disorder:
                await asyncio.sleep(0.1)
                found = arriving.compared(lane.expected)
            failures = pair.failures()
            await lane.close()
    assert (found.missed, found.early, found.unexpected, found.disorder) == ([], [], [], [])
    assert arriving.count("a-flood") < 13, "of 26 begins and ends, whoever sends"
    assert failures == []
