"""How is one entry of `wallboard.toml` written? Into the text that stands: comments and order stay as they are."""

import os
import tomllib
from collections.abc import Callable, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec
import tomlkit
from tomlkit.exceptions import TOMLKitError

from wallboard.core.errors import WallboardError
from wallboard.record.shelf import alone_in, replace_file
from wallboard.tables import in_toml

Table = Mapping[str, Any]


class Unwritten(WallboardError):
    """The file is as it was; the text says why."""


class EntryDiffers(WallboardError):
    """The entry is not what the change was made from. `now`: what it says."""

    def __init__(self, now: Table) -> None:
        super().__init__("the entry has changed meanwhile")
        self.now = now


def tag_of(entry: Table) -> str:
    """Another one with every change of what the entry says."""
    return blake2b(msgspec.json.encode(entry, order="sorted"), digest_size=8).hexdigest()


def entries(file: Path) -> dict[str, Any]:
    """The file's tables. Raises Unwritten where it cannot be read."""
    return tables_of(read_text(file))


def write_entry(
    file: Path, section: str, name: str, values: Table, expected: str, check: Callable[[Path], None]
) -> dict[str, Any]:
    """The entry `[section.name]` with these values, None takes a key out; gives what it says now. Blocking.

    `expected`: the tag of what it was made from. `check` looks at the new file before it takes the old one's place and
    raises what is wrong with it. Raises EntryDiffers, Unwritten.
    """
    file = file.resolve()
    try:
        with alone_in(file.parent):
            text = read_text(file)
            tables = tables_of(text)
            before = tables.get(section, {}).get(name, {})
            if tag_of(before) != expected:
                raise EntryDiffers(before)
            wanted = {key: value for key, value in {**before, **values}.items() if value is not None}
            changed = entry_changed(text, section, name, wanted)
            replace_file(file, changed, check)
            return wanted
    except OSError as error:
        raise Unwritten(f"{file} cannot be written: {error.strerror}") from None


def entry_changed(text: str, section: str, name: str, wanted: Table) -> str:
    """`text` with this entry. Raises Unwritten where it stands there in a form that cannot be changed in place."""
    tables = tables_of(text)
    before = tables.get(section, {}).get(name)
    if before == wanted:
        return text
    told = {**tables, section: {**tables.get(section, {}), name: dict(wanted)}}
    found = _appended(text, section, name, wanted) if before is None else _in_place(text, section, name, before, wanted)
    line = "\r\n" if "\r\n" in text else "\n"
    found = found.replace("\r\n", "\n").replace("\n", line)
    try:
        if tomllib.loads(found) == told:
            return found
    except tomllib.TOMLDecodeError:
        pass
    raise Unwritten(f"[{section}.{name}] stands in the file in a form that cannot be changed here; edit the file")


def _appended(text: str, section: str, name: str, wanted: Table) -> str:
    lines = [f"{key} = {_item(value).as_string()}" for key, value in wanted.items()]
    begun = text if not text or text.endswith("\n") else text + "\n"
    gap = "\n" if begun.strip() else ""
    return begun + gap + "\n".join([f"[{section}.{tomlkit.key(name).as_string()}]", *lines, ""])


def _in_place(text: str, section: str, name: str, before: Table, wanted: Table) -> str:
    """Only the lines below the entry's header change, up to the comment above the next one."""
    lines = text.splitlines(keepends=True)
    heads = [place for place, line in enumerate(lines) if header_of(line) is not None]
    begins = next((place + 1 for place in heads if header_of(lines[place]) == {section: {name: {}}}), None)
    if begins is None:
        return ""
    ends = next((place for place in heads if place >= begins), len(lines))
    while ends > begins and lines[ends - 1].strip()[:1] in ("", "#"):
        ends -= 1
    body = "".join(lines[begins:ends])
    try:
        changed = _changed(body if not body or body.endswith("\n") else body + "\n", before, wanted)
    except (TOMLKitError, KeyError):  # such as a key that stands in a table of its own
        return ""
    return "".join(lines[:begins]) + changed + "".join(lines[ends:])


def header_of(line: str) -> Table | None:
    """What a line such as `[queue.support]` opens; None: it is no header."""
    if not line.lstrip().startswith("["):
        return None
    try:
        return tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return None


def _changed(body: str, before: Table, wanted: Table) -> str:
    document = tomlkit.parse(body)
    for key in before.keys() - wanted.keys():
        del document[key]
    for key, value in wanted.items():
        if before.get(key) != value:
            document[key] = _item(value)
    return tomlkit.dumps(document)


def _item(value: Any) -> Any:
    """Tables in one line, such as a target, and lists of them."""
    if isinstance(value, list) and any(isinstance(one, dict) for one in value):
        several = tomlkit.array()
        several.extend(_item(one) for one in value)
        return several
    if not isinstance(value, dict):
        return tomlkit.item(value)
    table = tomlkit.inline_table()
    table.update(value)
    return table


def read_text(file: Path) -> str:
    """Raises Unwritten."""
    try:
        return file.read_bytes().decode()
    except OSError as error:
        raise Unwritten(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Unwritten(f"{file} is not UTF-8") from None


def tables_of(text: str) -> dict[str, Any]:
    """Raises Unwritten."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Unwritten(f"the file has a mistake, mend it first: {in_toml(str(error))}") from None


def can_write(file: Path) -> bool:
    """A file is replaced as a whole, so its folder counts too: that of the file itself where it is a link."""
    file = file.resolve()
    return os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)


def is_mounted(file: Path) -> bool:
    """Whether the file alone is a mount point, whose place no other one takes."""
    return os.path.ismount(file.resolve())
