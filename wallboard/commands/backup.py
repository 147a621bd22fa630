"""How is everything put aside, and brought back? `wallboard backup FILE` and `wallboard restore FILE`.

FILE (zip) ─▶ manifest.json · redis.ndjson · record.ndjson · config/wallboard.toml · boards/… · data/…

The record is read before Redis: what it lacks the worker writes again from the state. Everything may run meanwhile.
"""

import asyncio
import os
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

import click
import msgspec

from wallboard import __version__
from wallboard.assets import shipped_in
from wallboard.commands.given import Given, clock_ms, given
from wallboard.commands.line import line
from wallboard.config import FILE, Config
from wallboard.core.errors import WallboardError
from wallboard.record import copying as record
from wallboard.record.database import open_record
from wallboard.record.days import PLACE
from wallboard.record.shelf import tag_of
from wallboard.stream import copying as stream
from wallboard.webhooks import own_maps

FORMAT = 1
LONGEST_LINE = 64 * 1024 * 1024
# In the data folder: what is copied otherwise, is of the moment, or is another centre's.
_NOT_DATA = ("redis", "record.sqlite", "address", "log", "demo", "up.lock")
_file = click.argument("archive", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))


class Manifest(msgspec.Struct, forbid_unknown_fields=True):
    """`record`: the version of its tables. The last two say how much there is."""

    format: int
    wallboard: str
    at: int
    namespace: str
    record: str
    rows: int
    pieces: int


@click.command()
@_file
@given
def backup(archive: Path, **where: Any) -> None:
    """Copy Redis, the record and the configuration into FILE, while everything runs.

    FILE is for its owner only (0600): it holds what people are called, and digests of their sessions. Secrets that
    stand in files of their own (secret_file, …) are not in it.
    """
    if archive.exists():
        raise WallboardError(f"{archive} exists already: name another file")
    made = asyncio.run(_backup(archive, Given(**where).load_good()))
    click.echo(f"{archive}: {made.rows} rows of the record, {made.pieces} pieces of Redis, configuration and boards")


@click.command()
@_file
@click.option("--force", is_flag=True, help="Instead of what stands there.")
@given
def restore(archive: Path, force: bool, **where: Any) -> None:
    """Bring back what `wallboard backup` wrote into FILE. Wallboard must not run meanwhile.

    Nothing is overwritten without --force.
    """
    try:
        with zipfile.ZipFile(archive) as box:
            made = asyncio.run(_restore(box, Given(**where), force))
    except (OSError, zipfile.BadZipFile, KeyError, msgspec.MsgspecError) as error:
        raise WallboardError(f"{archive} is no whole backup: {error}") from None
    click.echo(
        f"restored {made.rows} rows of the record and {made.pieces} pieces of Redis; `wallboard up` goes on from there"
    )


# Writing


async def _backup(archive: Path, config: Config) -> Manifest:
    unfinished = archive.with_name(archive.name + ".part")
    try:
        with _private(unfinished) as to, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as box:
            version, rows = await asyncio.to_thread(_write_record, box, config)
            pieces = await _write_redis(box, config)
            _write_files(box, config)
            made = Manifest(FORMAT, __version__, clock_ms(), config.namespace, version, rows, pieces)
            box.writestr("manifest.json", msgspec.json.format(msgspec.json.encode(made)))
        unfinished.rename(archive)
    finally:
        unfinished.unlink(missing_ok=True)
    return made


@contextmanager
def _private(path: Path) -> Iterator[IO[bytes]]:
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise WallboardError(f"cannot write {path}: {error.strerror}") from None
    with os.fdopen(number, "wb") as to:
        yield to
        to.flush()
        os.fsync(number)


def _write_record(box: zipfile.ZipFile, config: Config) -> tuple[str, int]:
    engine, count = open_record(config.data, config.database_url), 0
    with record.copied(engine) as (version, rows), box.open("record.ndjson", "w", force_zip64=True) as to:
        for count, row in enumerate(rows, start=1):  # noqa: B007
            to.write(msgspec.json.encode(row) + b"\n")
    engine.dispose()
    return version, count


async def _write_redis(box: zipfile.ZipFile, config: Config) -> int:
    from wallboard.ownredis import kept

    count = 0
    async with kept(config) as url, line(config.at_redis(url)) as parts:
        with box.open("redis.ndjson", "w", force_zip64=True) as to:
            async for piece in stream.copied(parts.redis, parts.keys):
                to.write(msgspec.json.encode(piece) + b"\n")
                count += 1
    return count


def _write_files(box: zipfile.ZipFile, config: Config) -> None:
    if config.file:
        box.write(config.file, f"config/{FILE}")
    for file in own_maps(config.collectors, config.base):
        if file.is_file() and ".." not in file.parts and file.is_relative_to(config.base):
            box.write(file, f"config/{file.relative_to(config.base).as_posix()}")
    for folder, name in ((config.boards, "boards"), (config.data, "data")):
        if not folder.is_dir():
            continue
        came = shipped_in(folder)
        # The place that is kept of past days first: what comes into their files meanwhile is cut off and read again.
        for file in sorted(folder.rglob("*"), key=lambda file: (file.name != PLACE, file)):
            inside = file.relative_to(folder)
            if file.is_file() and not file.is_symlink() and not _left_out(name, inside) and not _as_it_came(file, came):
                box.write(file, f"{name}/{inside.as_posix()}")


def _as_it_came(file: Path, came: Mapping[str, str]) -> bool:
    """A board that came with Wallboard is where Wallboard is."""
    return file.suffix == ".toml" and came.get(file.stem) == tag_of(file.read_text(encoding="utf-8", errors="replace"))


def _left_out(name: str, inside: Path) -> bool:
    return name == "data" and inside.parts[0].startswith(_NOT_DATA)


# Bringing back


async def _restore(box: zipfile.ZipFile, where: Given, force: bool) -> Manifest:
    """Everything is looked at before anything is written."""
    from wallboard.ownredis import kept

    made = msgspec.json.decode(box.read("manifest.json"), type=Manifest)
    if made.format != FORMAT:
        raise WallboardError(f"this backup is of wallboard {made.wallboard} (format {made.format}): upgrade here first")
    if damaged := box.testzip():
        raise WallboardError(f"{damaged} in this backup is damaged")
    file = (where.file or Path.cwd() / FILE).absolute()
    _write_settings(box, file, force)
    config = where._replace(file=file if file.exists() else None).load()
    files = _files(box, config)
    engine = open_record(config.data, config.database_url)
    async with kept(config) as url, line(config.at_redis(url)) as parts:
        if await stream.somebody_leads(parts.redis, parts.keys):
            raise WallboardError("Wallboard runs here: stop it first (a worker that was killed is forgotten after 5 s)")
        if not force:
            _refuse(await stream.standing(parts.redis, parts.keys), record.standing(engine), files)
        await asyncio.to_thread(record.put_back, engine, made.record, _lines(box, "record.ndjson", record.Row))
        await stream.empty(parts.redis, parts.keys)
        for piece in _lines(box, "redis.ndjson", stream.Piece):
            await stream.put_back(parts.redis, parts.keys, piece)
    engine.dispose()
    for name, to in files.items():
        _write(to, box.read(name))
    return made


def _write_settings(box: zipfile.ZipFile, file: Path, force: bool) -> None:
    """First of all, with the maps that it names: it says where everything else belongs."""
    wanted: dict[Path, bytes] = {}
    for name in box.namelist():
        first, *rest = PurePosixPath(name).parts
        if first == "config" and rest:
            wanted[file if rest == [FILE] else file.parent.joinpath(*_inside(name, rest))] = box.read(name)
    for path, text in wanted.items():
        if path.exists() and path.read_bytes() != text and not force:
            raise WallboardError(f"{path} exists and differs: restore into an empty place, or with --force")
    for path, text in wanted.items():
        _write(path, text)


def _files(box: zipfile.ZipFile, config: Config) -> dict[str, Path]:
    """Where each of the other files belongs. Raises WallboardError for one that would stand elsewhere."""
    folders = {"boards": config.base / config.server.boards, "data": config.data}
    found: dict[str, Path] = {}
    for name in box.namelist():
        first, *rest = PurePosixPath(name).parts
        if first in folders and rest:
            found[name] = folders[first].joinpath(*_inside(name, rest))
    return found


def _inside(name: str, parts: list[str]) -> list[str]:
    if ".." in parts or name.startswith("/"):
        raise WallboardError(f"{name[:100]} in this backup would stand outside of its folder")
    return parts


def _refuse(keys: list[str], tables: list[str], files: dict[str, Path]) -> None:
    there = [f"Redis ({len(keys)} keys)"] if keys else []
    there += [f"the record ({', '.join(tables[:5])})"] if tables else []
    there += [str(path) for path in files.values() if path.exists()][:5]
    if there:
        raise WallboardError(
            f"there is something already: {', '.join(there)} - restore into an empty place, or with --force"
        )


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _private(path) as to:
        to.write(data)


def _lines(box: zipfile.ZipFile, name: str, kind: type[Any]) -> Iterator[Any]:
    decode = msgspec.json.Decoder(kind).decode
    with closing(box.open(name)) as lines:
        while text := lines.readline(LONGEST_LINE):
            yield decode(text)
