"""How does the configuration come from its file and the environment? Or every mistake in them at once.

The file comes from --config, WALLBOARD_CONFIG or the working folder.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from wallboard.config import DATA, FILE, Config
from wallboard.configtables import SECTIONS, config_of, table
from wallboard.core.errors import ConfigError, Mistake
from wallboard.environment import WHERE, overlay, text_of
from wallboard.rounds import until_round_s
from wallboard.salvage import salvaged
from wallboard.simulated import simulated
from wallboard.tables import MAX_FILE_BYTES, parse, parse_text

WATCH_S = 1.0
_PLACES = ("redis", "database", "server")  # these sections tell where things are


def load(
    given: str | Path | None,
    environ: Mapping[str, str],
    *,
    data: str | Path | None = None,
    demo: bool = False,
) -> Config:
    """The configuration in force. Raises ConfigError with every mistake.

    `data`, `demo` as on the command line. Without any source, Redis or file it is the simulated centre.
    """
    config = as_written(given, environ, data=data)
    wanted = demo or bool(environ.get("WALLBOARD_DEMO"))
    return simulated(config) if wanted or _nothing_configured(config) else config


def as_written(given: str | Path | None, environ: Mapping[str, str], *, data: str | Path | None = None) -> Config:
    """What a person has set and the defaults, never the simulated centre. Raises ConfigError with every mistake."""
    mistakes: list[Mistake] = []
    file = find(given, environ)
    config = _read(file, parse(file, str(file), mistakes) if file else {}, environ, data, mistakes)
    if mistakes:
        raise ConfigError(mistakes)
    return config


def as_far_as_good(
    given: str | Path | None, environ: Mapping[str, str], *, data: str | Path | None = None, demo: bool = False
) -> tuple[Config, list[Mistake]]:
    """As `load`, also of a file with mistakes, and these: for what needs no more than to know where Redis, the record,
    the boards and the data folder are. Raises ConfigError where a mistake is about that."""
    try:
        return load(given, environ, data=data, demo=demo), []
    except ConfigError as error:
        mistakes, file = error.mistakes, find(given, environ)
        text = _text(file)
        good = salvaged(text) if text is not None else None
        left: list[Mistake] = []
        if file is None or good is None:
            raise
        config = _read(file, parse_text(good, str(file), left), environ, data, left)
        if any(one.file != str(file) or _may_say_where(one) for one in (*mistakes, *left)):
            raise
        config = replace(config, collectors={k: v for k, v in config.collectors.items() if isinstance(v, dict)})
        return simulated(config) if demo or environ.get("WALLBOARD_DEMO") else config, mistakes


def find(given: str | Path | None, environ: Mapping[str, str]) -> Path | None:
    """The file that counts; None where there is none and none was asked for."""
    named = given or environ.get("WALLBOARD_CONFIG")
    if named:
        return Path(named).absolute()
    here = Path.cwd() / FILE
    return here if here.exists() else None


def mistakes_in(file: Path, receivers: Collection[str] = (), new: Path | None = None) -> list[Mistake]:
    """Of the file alone: what the environment adds is the same before and after a change. `receivers`: those that it
    adds, whom rules may name. `new`: what is to stand in the file's place."""
    mistakes: list[Mistake] = []
    config_of(parse(new or file, str(file), mistakes), file, mistakes, receivers)
    return mistakes


async def watch(
    given: str | Path | None,
    environ: Mapping[str, str],
    *,
    data: str | Path | None = None,
    demo: bool = False,
) -> AsyncIterator[Config | ConfigError]:
    """Each change of the file: what it now says, or what is wrong with it (keep the last good one then)."""
    seen = _stamp(find(given, environ))
    while True:
        await asyncio.sleep(until_round_s(WATCH_S))
        if (now := _stamp(find(given, environ))) == seen:
            continue
        seen = now
        try:
            yield await asyncio.to_thread(load, given, environ, data=data, demo=demo)  # a large file takes a while
        except ConfigError as error:
            yield error


def _read(
    file: Path | None, tables: dict[str, Any], environ: Mapping[str, str], data: str | Path | None,
    mistakes: list[Mistake],
) -> Config:  # fmt: skip
    """With what the environment adds. Whatever is wrong is in `mistakes` afterwards."""
    in_file = frozenset(table(tables, "notify", "", []))
    origins = overlay(tables, environ, SECTIONS, mistakes)
    token = text_of(environ, "WALLBOARD_ADMIN_TOKEN", mistakes)
    database_url = text_of(environ, "WALLBOARD_DATABASE_URL", mistakes)
    config = config_of(tables, file, mistakes)
    mistakes[:] = [_with_origin(mistake, origins) for mistake in mistakes]
    folder = Path(data or environ.get("WALLBOARD_DATA") or config.base / DATA).absolute()
    elsewhere = frozenset(config.receivers) - in_file
    return replace(
        config, environment_receivers=elsewhere, data=folder, admin_token=token, database_url=database_url
    )  # fmt: skip


def _nothing_configured(config: Config) -> bool:
    return config.file is None and config.redis.url is None and not config.collectors


def _may_say_where(mistake: Mistake) -> bool:
    """Also a section that nobody knows: it may be one of them, mistyped."""
    section = mistake.at.partition(".")[0]
    return section in _PLACES or (section not in (*SECTIONS.single, *SECTIONS.named) and "line" not in mistake.at)


def _text(file: Path | None) -> str | None:
    try:
        return file.read_text(encoding="utf-8") if file and file.stat().st_size <= MAX_FILE_BYTES else None
    except (OSError, UnicodeDecodeError):
        return None


def _with_origin(mistake: Mistake, origins: Mapping[str, str]) -> Mistake:
    """Names the variable instead of the file where the value came from the environment."""
    for at, variable in origins.items():
        within = mistake.at.removeprefix(at)
        if mistake.at.startswith(at) and within[:1] in ("", ".", "["):
            reason = f"{within.removeprefix('.')}: {mistake.reason}" if within else mistake.reason
            return Mistake(WHERE, variable, reason)
    return mistake


def _stamp(file: Path | None) -> tuple[int, int, int] | None:
    try:
        found = file.stat() if file else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino) if found else None
