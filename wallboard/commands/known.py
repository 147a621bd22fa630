"""Is this name known? A team, queue or agent that neither wallboard.toml nor the running floor has may be mistyped."""

import asyncio
from collections.abc import Iterable, Mapping

import click

from wallboard.commands.given import clock_ms
from wallboard.commands.line import Line, running_line
from wallboard.config import Config
from wallboard.core.called import configured, names_of
from wallboard.core.errors import WallboardError
from wallboard.core.state import Floor
from wallboard.core.words import meant
from wallboard.live.pipeline import Pipeline
from wallboard.stream.checkpoint import Checkpoints

PATIENCE_S = 30.0
_SOON_S = 5.0  # for a warning nobody waits longer


def warn_of_unknown(
    config: Config, *, teams: Iterable[str] = (), queues: Iterable[str] = (), agents: Iterable[str] = ()
) -> None:
    """A line each on standard error. Nothing is refused: what is not there today may come tomorrow."""
    asked = {"team": list(teams), "queue": list(queues), "agent": list(agents)}
    known = configured(config.settings)
    if all(set(names) <= known[kind] for kind, names in asked.items()):
        return
    running = asyncio.run(_running(config))
    for kind, names in asked.items():
        there = known[kind] | running.get(kind, set())
        for name in names:
            if name not in there:
                said = f"no {kind} '{name}' is known, neither in wallboard.toml nor on the floor{meant(name, there)}"
                click.echo(f"wallboard: warning: {said}", err=True)


async def floor_of(line: Line, patience_s: float = PATIENCE_S) -> Floor:
    """The state as it is now. Raises WallboardError where Redis does not answer."""
    pipeline = Pipeline(line.reader, Checkpoints(line.redis, line.keys), clock_ms)
    ready = asyncio.Event()

    async def look() -> None:
        ready.set()

    pipeline.after_batch.append(look)
    reading = asyncio.create_task(pipeline.run())
    try:
        async with asyncio.timeout(patience_s):
            await ready.wait()
        return pipeline.floor
    except TimeoutError:
        raise WallboardError("Redis does not answer: `wallboard doctor` says why") from None
    finally:
        reading.cancel()
        await asyncio.wait([reading])


async def _running(config: Config) -> Mapping[str, set[str]]:
    """Nothing where nothing runs."""
    try:
        async with running_line(config) as line:
            return names_of(await floor_of(line, _SOON_S))
    except WallboardError:
        return {}
