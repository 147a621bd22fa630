"""Which configuration is meant? The options --config, --data and --demo that many commands share."""

import os
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click

from wallboard.config import Config
from wallboard.configfile import as_far_as_good, load, watch
from wallboard.core.errors import ConfigError, Mistake

C = TypeVar("C", bound=Callable[..., Any])


class Given(NamedTuple):
    """What the command line said; the environment and the file are looked at when it is loaded."""

    file: Path | None
    data: Path | None
    demo: bool

    def load(self) -> Config:
        return load(self.file, os.environ, data=self.data, demo=self.demo)

    def load_good(self) -> Config:
        """As far as the file is good, where its mistakes do not concern where things are: they are told on standard
        error. Raises ConfigError."""
        config, mistakes = self.as_far_as_good()
        for mistake in mistakes:
            click.echo(f"wallboard: warning: {mistake} - corrected it counts again", err=True)
        return config

    def as_far_as_good(self) -> tuple[Config, list[Mistake]]:
        return as_far_as_good(self.file, os.environ, data=self.data, demo=self.demo)

    def watch(self) -> AsyncIterator[Config | ConfigError]:
        return watch(self.file, os.environ, data=self.data, demo=self.demo)


def given(command: C) -> C:
    """Adds the three options; the command gets them as `file`, `data` and `demo`."""
    return file_option(data_option(_demo(command)))


def clock_ms() -> int:
    return time.time_ns() // 1_000_000


_path = click.Path(path_type=Path)
file_option = click.option("--config", "file", type=_path, help="The file wallboard.toml.")
data_option = click.option("--data", type=_path, help="The data folder (default .wallboard beside the file).")
_demo = click.option("--demo", is_flag=True, help="The simulated centre, in a namespace of its own.")
