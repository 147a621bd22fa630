"""Which collectors run in this process? Those of the configuration, started and stopped as it changes."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import structlog

from wallboard.core.errors import ConfigError, Mistake
from wallboard.core.sources import Surroundings
from wallboard.live.runner import Runner
from wallboard.sense import WEBHOOK
from wallboard.stream.health import HealthRecords
from wallboard.stream.stream import Stream

LOOK_S = 2  # between looks at the configuration
STOP_S = 4  # for a collector to close its source; then it is interrupted

Blocks = Mapping[str, Mapping[str, object]]
log = structlog.get_logger()


class _Running(NamedTuple):
    options: Mapping[str, object]
    task: asyncio.Task[None]


async def collect(
    names: Sequence[str],
    blocks: Callable[[], Blocks],
    around: Callable[[], Surroundings],
    stream: Stream,
    health: HealthRecords,
) -> None:
    """Run the collectors `names` (none: all) until cancelled.

    `blocks` gives the `[collector.NAME]` sections in force; it is asked every LOOK_S, and a collector whose
    section changed is started anew. Raises ConfigError for a name that is not configured.
    """
    _check(names, blocks())
    running: dict[str, _Running] = {}
    try:
        while True:
            wanted = {
                name: options
                for name, options in blocks().items()
                if (not names or name in names) and options.get("kind") != WEBHOOK
            }
            await _stop(running, [name for name, one in running.items() if wanted.get(name) != one.options])
            for name in wanted.keys() - running.keys():
                runner = Runner(name, wanted[name], around(), stream, health)
                task = asyncio.create_task(runner.run(), name=f"collect {name}")
                running[name] = _Running(wanted[name], task)
            await _watch(running)
    finally:
        await _stop(running, list(running))


def _check(names: Sequence[str], blocks: Blocks) -> None:
    there = ", ".join(blocks) or "none"
    mistakes = [
        Mistake("configuration", f"collector.{name}", f"not there; there is: {there}")
        for name in names
        if name not in blocks
    ]
    if mistakes:
        raise ConfigError(mistakes)


async def _watch(running: dict[str, _Running]) -> None:
    """LOOK_S of peace; a runner never ends by itself, so what one raised ends the process."""
    tasks = [one.task for one in running.values()]
    if not tasks:
        await asyncio.sleep(LOOK_S)
        return
    done, _ = await asyncio.wait(tasks, timeout=LOOK_S, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()


async def _stop(running: dict[str, _Running], names: Iterable[str]) -> None:
    tasks = [running.pop(name).task for name in names]
    if not tasks:
        return
    for task in tasks:
        task.cancel()
    _, slow = await asyncio.wait(tasks, timeout=STOP_S)
    for task in slow:
        log.warning("collector does not stop, interrupted", task=task.get_name())
        task.cancel()
    await asyncio.wait(tasks, timeout=1)
