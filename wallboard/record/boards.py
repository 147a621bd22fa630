"""Which boards does a folder hold? Its TOML files, checked so that every mistake is named.

`load_boards` is for whoever wants all or nothing; `read_boards` gives the good boards and the mistakes.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from wallboard.core.errors import ConfigError, Mistake
from wallboard.record.board import Board, Rotation, Tile, Written
from wallboard.record.checks import board_mistakes
from wallboard.record.images import Unfit, picture
from wallboard.tables import parse, parse_text, read

__all__ = ["Board", "Boards", "Rotation", "Tile", "board_of", "load_boards", "read_boards"]

NOTHING: Mapping[str, str] = {}
BOARD_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class Boards(NamedTuple):
    """The boards that are right, and what is wrong with the others."""

    boards: dict[str, Board]
    mistakes: list[Mistake]


def load_boards(folder: Path) -> dict[str, Board]:
    """All boards of the folder, by id. Raises ConfigError with every mistake."""
    boards, mistakes = read_boards(folder)
    if mistakes:
        raise ConfigError(mistakes)
    return boards


def read_boards(folder: Path, made: Mapping[str, str] = NOTHING, came: Collection[str] = ()) -> Boards:
    """The folder's `*.toml`, and boards as id → text that stand elsewhere (record/shelf.py).

    Of two boards of one id the file counts, or where it is one of `came` the other one. No folder: no boards.
    """
    boards: dict[str, Board] = {}
    mistakes: list[Mistake] = []
    inside = folder.resolve()
    known = {file.stem for file in folder.glob("*.toml")} | made.keys()
    for file in sorted(folder.glob("*.toml")):
        if file.stem in made and file.stem in came:
            continue
        if not file.resolve().is_relative_to(inside):
            mistakes.append(Mistake(str(file), "$", "is a link that leads out of the folder of boards: copy the file"))
        elif board := _read_board(file, mistakes):
            boards[board.id] = board
    for name, text in made.items():
        file = folder / f"{name}.toml"
        if (name in came or not file.exists()) and (board := read_text(name, text, folder, mistakes)):
            boards[board.id] = board
    turning = [one for board in boards.values() for one in rotation_mistakes(board, boards, known, folder)]
    wrong = {Path(mistake.file).stem for mistake in turning}
    good = {name: board for name, board in boards.items() if name not in wrong}
    return Boards(good, [*mistakes, *turning])


def listing(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Names, sizes and times of the files: a change of any shows."""
    found = []
    for file in sorted(folder.glob("*.toml")):
        try:
            status = file.stat()
        except FileNotFoundError:
            continue
        found.append((file.name, status.st_size, status.st_mtime_ns))
    return tuple(found)


def _read_board(file: Path, mistakes: list[Mistake]) -> Board | None:
    """The board of one file; None, with the reasons in `mistakes`, where something is wrong with it."""
    found: list[Mistake] = []
    tables = parse(file, str(file), found)
    return _read(file.stem, tables, file, found, mistakes)


def read_text(board_id: str, text: str, folder: Path, mistakes: list[Mistake]) -> Board | None:
    """The same for a text that would stand in this folder."""
    found: list[Mistake] = []
    file = folder / f"{board_id}.toml"
    tables = parse_text(text, str(file), found)
    return _read(board_id, tables, file, found, mistakes)


def _read(
    board_id: str, tables: Mapping[str, Any], file: Path, found: list[Mistake], mistakes: list[Mistake]
) -> Board | None:
    """`found`: what was wrong already."""
    if not found:
        board = board_of(board_id, tables, str(file), found)
        found.extend(_image_mistakes(board, file) if board else [])
        if not found:
            return board
    mistakes.extend(found)
    return None


def board_of(board_id: str, tables: Mapping[str, Any], file: str, mistakes: list[Mistake]) -> Board | None:
    """A board out of its tables; what is wrong is added to `mistakes`."""
    if not BOARD_ID.fullmatch(board_id):
        mistakes.append(Mistake(file, "$", "a board's file name is letters, digits, '-' and '_' (at most 64)"))
    if "id" in tables:
        mistakes.append(Mistake(file, "id", "a board's id is its file's name: leave this out"))
    given = tables.get("tile", [])
    if not isinstance(given, list):
        mistakes.append(Mistake(file, "tile", "expected [[tile]] tables, with double brackets"))
        given = []
    tiles = [
        (number, tile)
        for number, table in enumerate(given)
        if (tile := read(table, Tile, file, f"tile[{number}]", mistakes))
    ]
    plain = {key: value for key, value in tables.items() if key not in ("tile", "id")}
    written = read(plain, Written, file, "", mistakes)
    if written is None:
        return None
    told = {name: getattr(written, name) for name in written.__struct_fields__}
    board = Board(id=board_id, **told)
    mistakes.extend(Mistake(file, at, reason) for at, reason in board_mistakes(board, tiles))
    return msgspec.structs.replace(board, tiles=[tile for _, tile in tiles])


def _image_mistakes(board: Board, file: Path) -> Iterator[Mistake]:
    named = [(f"tile[{number}].image", tile.image) for number, tile in enumerate(board.tiles) if tile.kind == "image"]
    for at, name in [("logo", board.logo), *named]:
        try:
            if name:
                picture(file.parent, name)
        except (Unfit, OSError) as error:
            yield Mistake(str(file), at, str(error))


def rotation_mistakes(
    board: Board, boards: Mapping[str, Board], known: Collection[str], folder: Path
) -> Iterator[Mistake]:
    """`known`: all ids. A named board that is there but broken is no mistake of the rotation."""
    for number, name in enumerate(board.rotation.boards if board.rotation else ()):
        file, at, plain = str(folder / f"{board.id}.toml"), f"rotation.boards[{number}]", name.partition("?")[0]
        if plain not in known:
            yield Mistake(file, at, f"there is no board '{name}', expected one of {', '.join(sorted(known))}")
        elif plain == board.id or (plain in boards and boards[plain].rotation):
            yield Mistake(file, at, f"'{name}' is a rotation itself: name its boards instead")
