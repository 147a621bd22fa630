"""How do boards get into git and back? `boards pull` writes a server's into a folder, `boards push` takes them there.

The folder remembers (`.boards.json`) which text of the server each file was made from. Where both have changed since,
neither is written over: the difference is shown, and --force decides.
"""

import difflib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click
import msgspec

from wallboard.commands.post import URL
from wallboard.commands.sending import Sender
from wallboard.core.errors import WallboardError
from wallboard.environment import text_of
from wallboard.record.boards import BOARD_ID
from wallboard.record.shelf import SHIPPED, tag_of

MEMORY = ".boards.json"
PATH = "/api/v1/boards"
TOML = "application/toml"

folder = click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path("boards"))
force = click.option("--force", is_flag=True, help="Where both have changed, write over the other one.")


@click.group()
def boards() -> None:
    """Boards of a server as files, for git. WALLBOARD_URL and WALLBOARD_TOKEN say of which."""


@boards.command()
@folder
@force
def pull(folder: Path, force: bool) -> None:
    """Write the server's boards into FOLDER (default: boards), one file each."""
    folder.mkdir(parents=True, exist_ok=True)
    server, memory = _Server(), _Memory(folder)
    theirs = server.tags()
    clashes = 0
    for name, tag in theirs.items():
        file = folder / f"{name}.toml"
        mine = _text(file)
        if mine is not None and tag_of(mine) == tag:
            memory.tags[name] = tag
        elif mine is not None and tag == memory.tags.get(name):
            click.echo(f"{file}: changed here, kept (boards push takes it there)")
        elif mine is not None and tag_of(mine) != memory.tags.get(name) and not force:
            clashes += _clash(file, mine, server.text(name))
        else:
            text = server.text(name)
            file.write_bytes(text.encode())
            memory.tags[name] = tag_of(text)
            click.echo(f"{file}: {'new' if mine is None else 'changed'}")
    for name in memory.tags.keys() - theirs.keys():
        clashes += _gone_there(folder / f"{name}.toml", memory, name, force)
    _finish(memory, clashes)


@boards.command()
@folder
@force
@click.option("--delete", is_flag=True, help="Take away there what was deleted here.")
def push(folder: Path, force: bool, delete: bool) -> None:
    """Take the boards of FOLDER (default: boards) to the server."""
    server, memory = _Server(), _Memory(folder)
    theirs = server.tags(shipped=True)
    mine = {file.stem: file for file in sorted(folder.glob("*.toml"))}
    clashes = 0
    for name, file in _named(mine):
        text, tag = file.read_bytes().decode(errors="replace"), theirs.get(name)
        if tag == tag_of(text):
            memory.tags[name] = tag
        elif tag is not None and tag != memory.tags.get(name) and not force:
            clashes += _clash(file, text, server.text(name))
        elif server.put(name, text, tag, file):
            memory.tags[name] = tag_of(text)
            click.echo(f"{file}: {'made there' if tag is None else 'changed there'}")
        else:
            clashes += 1
    for name in [name for name in memory.tags if name not in mine]:
        if name in theirs and not delete:
            click.echo(f"{folder / name}.toml: deleted here, still there (--delete takes it away)")
            continue
        if name in theirs and theirs[name] != memory.tags[name] and not force:
            clashes += 1
            click.echo(f"{folder / name}.toml: deleted here, changed there: pull first, or --force", err=True)
            continue
        if name in theirs:
            server.delete(name, theirs[name])
            click.echo(f"{folder / name}.toml: deleted there")
        del memory.tags[name]
    _finish(memory, clashes)


class _Memory:
    """Of each file the tag of the server's text that it was made from."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / MEMORY
        try:
            self.tags = msgspec.json.decode(self._file.read_bytes(), type=dict[str, str])
        except FileNotFoundError:
            self.tags = {}
        except (OSError, msgspec.DecodeError) as error:
            raise WallboardError(f"{self._file}: {error}: delete it, then pull again") from None

    def write(self) -> None:
        self._file.write_bytes(
            msgspec.json.format(msgspec.json.encode(dict(sorted(self.tags.items()))), indent=1) + b"\n"
        )


class _Server:
    """Its boards, by HTTP. Every refusal becomes a WallboardError or is told with its file."""

    def __init__(self) -> None:
        self._sender = Sender(os.environ.get("WALLBOARD_URL") or URL, text_of(os.environ, "WALLBOARD_TOKEN", []))

    def tags(self, *, shipped: bool = False) -> dict[str, str]:
        """What stands there now; without what came with Wallboard and was never changed."""
        rows = msgspec.json.decode(self._asked("GET", PATH))["boards"]
        wanted = [row for row in rows if "etag" in row and (shipped or row["origin"] != SHIPPED)]
        return {row["id"]: row["etag"].strip('"') for row in wanted if BOARD_ID.fullmatch(row["id"])}

    def text(self, name: str) -> str:
        return self._asked("GET", f"{PATH}/{quote(name)}", headers={"Accept": TOML}).decode()

    def put(self, name: str, text: str, tag: str | None, file: Path) -> bool:
        """Whether it was taken; what is wrong with it is told."""
        condition = {"If-None-Match": "*"} if tag is None else {"If-Match": f'"{tag}"'}
        headers = {"Content-Type": TOML, **condition}
        status, body, _ = self._sender.exchange("PUT", f"{PATH}/{quote(name)}", text.encode(), headers)
        if status in (200, 201):
            return True
        if status in (401, 404) or status >= 500:
            self._sender.refuse(status, body)
        problem: Mapping[str, Any] = msgspec.json.decode(body)
        for one in problem.get("mistakes", [{"at": problem.get("at", "$"), "reason": problem["detail"]}]):
            click.echo(f"{file}: {one['at']}: {one['reason']}", err=True)
        return False

    def delete(self, name: str, tag: str) -> None:
        self._asked("DELETE", f"{PATH}/{quote(name)}", headers={"If-Match": f'"{tag}"'})

    def _asked(self, method: str, path: str, headers: dict[str, str] | None = None) -> bytes:
        status, body, _ = self._sender.exchange(method, path, None, headers or {})
        if status != 200:
            self._sender.refuse(status, body)
        return body


def _text(file: Path) -> str | None:
    try:
        return file.read_bytes().decode(errors="replace")
    except FileNotFoundError:
        return None


def _named(mine: Mapping[str, Path]) -> Iterator[tuple[str, Path]]:
    for name, file in mine.items():
        if not BOARD_ID.fullmatch(name):
            raise WallboardError(f"{file}: a board's file name is letters, digits, '-' and '_' (at most 64)")
        yield name, file


def _clash(file: Path, mine: str, theirs: str) -> int:
    """Both texts, as far as they differ."""
    click.echo(f"{file}: changed here and there; --force writes over the other one", err=True)
    lines = difflib.unified_diff(theirs.splitlines(), mine.splitlines(), "there", "here", lineterm="", n=1)
    for line in lines:
        click.echo(f"  {line}", err=True)
    return 1


def _gone_there(file: Path, memory: _Memory, name: str, force: bool) -> int:
    mine = _text(file)
    if mine is not None and tag_of(mine) != memory.tags[name] and not force:
        click.echo(f"{file}: changed here, deleted there: boards push makes it anew, --force deletes it", err=True)
        return 1
    if mine is not None:
        file.unlink()
        click.echo(f"{file}: deleted there, and now here")
    del memory.tags[name]
    return 0


def _finish(memory: _Memory, clashes: int) -> None:
    memory.write()
    if clashes:
        raise click.exceptions.Exit(1)
    click.echo("nothing else differs")
