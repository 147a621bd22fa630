"""What is in force in this process now? The configuration, followed as its file changes; the last good one stays."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import structlog

from wallboard.commands.given import Given
from wallboard.config import Config
from wallboard.core.errors import ConfigError

log = structlog.get_logger()


class InForce:
    """`config` is read anew at each use; `stale` is set when it takes a new start to follow the file."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self.config = given.load()
        self._collectors = dict(self.config.collectors)  # the same objects for ever, their content in force
        self._receivers = dict(self.config.receivers)
        self._own_channels = dict(self.config.own_channels)
        self.stale = asyncio.Event()

    def lasting(self, redis_url: str) -> Config:
        """For a part that keeps one configuration as long as it runs: collectors, receivers and what leads may add in
        it are those in force, all else is as it was at the start."""
        return replace(
            self.config.at_redis(redis_url), collectors=self._collectors, receivers=self._receivers,
            own_channels=self._own_channels,
        )  # fmt: skip

    @asynccontextmanager
    async def followed(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._follow(), name="configuration")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def _follow(self) -> None:
        async for found in self._given.watch():
            if isinstance(found, ConfigError):
                log.error("configuration not taken over", mistakes=str(found))
                continue
            if needs_new_start(self.config, found):
                self.stale.set()
            self.config = found
            self._collectors.clear()
            self._collectors.update(found.collectors)
            self._receivers.clear()
            self._receivers.update(found.receivers)
            self._own_channels.clear()
            self._own_channels.update(found.own_channels)
            log.info("configuration taken over", file=str(found.file))


def needs_new_start(old: Config, new: Config) -> bool:
    """Other Redis, address, limits or OpenID provider, simulated or not; all else is followed while running."""
    return _at_start(old) != _at_start(new)


def _at_start(config: Config) -> tuple[object, ...]:
    return config.redis, config.data, config.server, config.limits, config.oidc, config.simulated
