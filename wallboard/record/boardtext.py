"""How is a board written as TOML? Anew, or into the text that stands: comments, order and spaces stay where they are.

A text is its top, then a block for each `[[tile]]` and for `[rotation]`, with the comment right above its header.
A block whose values did not change is left as it is; blocks go where their tiles go.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import tomlkit
from tomlkit.exceptions import TOMLKitError

from wallboard.record.board import Tile, Written

Table = Mapping[str, Any]
_HEADER = re.compile(r"\s*(\[\[\s*tile\s*\]\]|\[\s*rotation\s*\])\s*(#.*)?\r?\n?")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_TILES, _ROTATION = "tile", "rotation"
LONG = 100


class Block(NamedTuple):
    """`text` from the comment above its header on; `begins`: where in it the line behind the header begins."""

    name: str
    text: str
    begins: int
    values: dict[str, Any]


def dumped(tables: Table) -> str:
    """The board's text, always the same for the same board; read again it is the same board."""
    return merged("", _in_order(tables))


def merged(text: str, tables: Table) -> str:
    """`text` saying what `tables` say; the same bytes where it says so already."""
    if _said(text) == tables:
        return text
    parts = _parts(text)
    if parts is None:  # written in a way that has no blocks, such as tile = [{…}]
        return dumped(tables)
    top, blocks = parts
    line = "\r\n" if "\r\n" in text else "\n"
    plain = {key: value for key, value in tables.items() if key not in (_TILES, _ROTATION)}
    inline = tomllib.loads(top)
    if _ROTATION in inline and _ROTATION in tables:
        plain[_ROTATION] = tables[_ROTATION]
    found = _changed(top, inline, plain, line)
    for block in _arranged(blocks, tables, _ROTATION in plain, line):
        found += _apart(found, line) + block if found and not block.startswith(("\n", "\r\n")) else block
    return found if not found or found.endswith("\n") else found + line


def _said(text: str) -> Table | None:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None


def _in_order(tables: Table) -> dict[str, Any]:
    """As docs/boards.md names the keys; tiles last."""
    plain = {key: tables[key] for key in _keys(Written) if key in tables and key != _TILES}
    tiles = [{key: tile[key] for key in _keys(Tile) if key in tile} for tile in tables.get(_TILES, ())]
    return plain | ({_TILES: tiles} if tiles else {})


def _keys(kind: type[msgspec.Struct]) -> Iterator[str]:
    return (field.encode_name for field in msgspec.structs.fields(kind))


def _parts(text: str) -> tuple[str, list[Block]] | None:
    """The text cut into its top and its blocks; None where cutting it would change what it says."""
    lines = _LINE.findall(text)
    heads = [place for place, line in enumerate(lines) if _HEADER.fullmatch(line)]
    cuts = [_with_comment(lines, head) for head in heads]
    top = "".join(lines[: cuts[0]] if cuts else lines)
    blocks = []
    try:
        for head, begins, ends in zip(heads, cuts, [*cuts, len(lines)][1:], strict=True):
            body = "".join(lines[head + 1 : ends])
            name = _ROTATION if _ROTATION in lines[head].partition("#")[0] else _TILES
            before = "".join(lines[begins : head + 1])
            blocks.append(Block(name, before + body, len(before), tomllib.loads(body)))
        whole, plain = tomllib.loads(text), tomllib.loads(top)
    except tomllib.TOMLDecodeError:
        return None
    tiles = [block.values for block in blocks if block.name == _TILES]
    turning = [block.values for block in blocks if block.name == _ROTATION]
    told = plain | ({_TILES: tiles} if tiles else {}) | ({_ROTATION: turning[0]} if turning else {})
    return (top, blocks) if told == whole and _TILES not in plain else None


def _with_comment(lines: Sequence[str], head: int) -> int:
    """Where a header's block begins: with the comment right above it, and the empty lines above that."""
    begins = head
    while begins and lines[begins - 1].lstrip().startswith("#"):
        begins -= 1
    if begins == 0 and head:  # the comment on top is the board's, not its first tile's
        return head
    while begins and not lines[begins - 1].strip():
        begins -= 1
    return begins


def _arranged(blocks: Sequence[Block], tables: Table, rotation_told: bool, line: str) -> Iterator[str]:
    """The blocks of these tiles in their order, each changed where it has to be; new ones for new tiles."""
    tiles = tables.get(_TILES, [])
    old = [block for block in blocks if block.name == _TILES]
    for tile, block in zip(tiles, _matched(tiles, old), strict=True):
        yield _written(block, tile, f"[[{_TILES}]]", line)
    if _ROTATION in tables and not rotation_told:
        turning = next((block for block in blocks if block.name == _ROTATION), None)
        yield _written(turning, tables[_ROTATION], f"[{_ROTATION}]", line)


def _written(block: Block | None, values: Table, header: str, line: str) -> str:
    if block is None:
        return header + line + _changed("", {}, values, line)
    head, body = block.text[: block.begins], block.text[block.begins :]
    ended = head if head.endswith("\n") else head + line
    return block.text if block.values == values else ended + _changed(body, block.values, values, line)


def _matched(tiles: Sequence[Table], old: Sequence[Block]) -> list[Block | None]:
    """Of each tile the block it was in: the same one, else the one of its kind that is most like it."""
    left = dict(enumerate(old))
    found: list[Block | None] = [None] * len(tiles)
    for place, tile in enumerate(tiles):
        same = next((key for key, block in left.items() if block.values == tile), None)
        if same is not None:
            found[place] = left.pop(same)
    for place, tile in enumerate(tiles):
        of_kind = [key for key, block in left.items() if block.values.get("kind") == tile.get("kind")]
        if found[place] is None and of_kind:
            found[place] = left.pop(
                max(of_kind, key=lambda key: (_likeness(left[key].values, tile), -abs(key - place)))
            )
    return found


def _likeness(one: Table, other: Table) -> int:
    return sum(1 for key, value in one.items() if other.get(key) == value)


def _changed(text: str, before: Table, values: Table, line: str) -> str:
    """Lines `key = value`, with these values."""
    if before == values:
        return text
    try:
        document = tomlkit.parse(text)
        for key in before.keys() - values.keys():
            del document[key]
        for key, value in values.items():
            if key not in before or before[key] != value:
                document[key] = _item(value)
        found = tomlkit.dumps(document)
        if tomllib.loads(found) == values:
            return _ended(found, line)
    except (TOMLKitError, tomllib.TOMLDecodeError):
        pass  # it stands there in a form that cannot be changed in place, such as a dotted key
    return "".join(_lines(values.items(), line))


def _lines(pairs: Iterable[tuple[str, Any]], line: str) -> Iterator[str]:
    return (f"{key} = {_item(value).as_string()}{line}" for key, value in pairs)


def _item(value: Any) -> Any:
    """What tomlkit makes of it. It puts a list together in time that grows by the square of its length, minutes for
    tens of thousands: a long one is read as it is written."""
    return tomlkit.value(_text(value)) if isinstance(value, list) and len(value) > LONG else tomlkit.item(value)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    return str(tomlkit.item(value).as_string())


def _ended(text: str, line: str) -> str:
    """Each line of a text that tomlkit wrote ends as the others do."""
    return re.sub(r"\r?\n", line, text) if line == "\r\n" else text


def _apart(text: str, line: str) -> str:
    return line if text.endswith("\n") else 2 * line
