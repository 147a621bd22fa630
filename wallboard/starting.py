"""What do all ways of starting processes share? Reading the configuration, hearing of the end, saying what is wrong."""

import asyncio
import signal

import click

from wallboard.commands.check import board_mistakes, record_mistakes, source_mistakes
from wallboard.commands.given import Given
from wallboard.config import Config
from wallboard.core.errors import ConfigError


def loaded(where: Given) -> Config:
    """With what the parts would find out one by one, each in its own log. Raises WallboardError."""
    config = where.load()
    if mistakes := [*record_mistakes(config)]:
        raise ConfigError(mistakes)
    return config


def options_of(where: Given, config: Config) -> list[str]:
    """The children's options: the same file and folder, simulated or not as it was found here."""
    options = ["--config", str(where.file)] if where.file else []
    options += ["--data", str(where.data)] if where.data else []
    return [*options, "--demo"] if config.simulated else options


def told_to_stop() -> asyncio.Event:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    return told


def tell_mistakes(config: Config) -> None:
    """Which sources and boards cannot work as they are written; all others do."""
    for mistake in (*source_mistakes(config), *board_mistakes(config.boards)):
        tell(str(mistake))


def tell(text: str) -> None:
    if text:
        click.echo(text, err=True)
