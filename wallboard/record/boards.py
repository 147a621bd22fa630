"""Which boards does a folder hold? Its TOML files, checked so that every mistake is named.

`load_boards` is for whoever wants all or nothing; `read_boards` gives the good boards and the mistakes.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from wallboard.core.errors import ConfigError, Mistake
from wallboard.record.board import Board, Rotation, Tile, Written
from wallboard.record.checks import board_mistakes
from wallboard.record.images import Unfit, picture
from wallboard.tables import parse, read

__all__ = ["Board", "Boards", "Rotation", "Tile", "board_of", "load_boards", "read_board", "read_boards"]

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


def read_boards(folder: Path) -> Boards:
    """The folder's `*.toml`; a folder that is not there has no boards."""
    boards: dict[str, Board] = {}
    mistakes: list[Mistake] = []
    inside = folder.resolve()
    for file in sorted(folder.glob("*.toml")):
        if not file.resolve().is_relative_to(inside):
            mistakes.append(Mistake(str(file), "$", "is a link that leads out of the folder of boards: copy the file"))
        elif board := read_board(file, mistakes):
            boards[board.id] = board
    turning = _rotation_mistakes(boards, folder)
    wrong = {Path(mistake.file).stem for mistake in turning}
    good = {name: board for name, board in boards.items() if name not in wrong}
    return Boards(good, [*mistakes, *turning])


def read_board(file: Path, mistakes: list[Mistake]) -> Board | None:
    """The board of one file; None, with the reasons in `mistakes`, where something is wrong with it."""
    found: list[Mistake] = []
    tables = parse(file, str(file), found)
    if not found:
        board = board_of(file.stem, tables, str(file), found)
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


def _rotation_mistakes(boards: Mapping[str, Board], folder: Path) -> list[Mistake]:
    """A named board that is there but broken is no mistake of the rotation."""
    found = []
    files = sorted(file.stem for file in folder.glob("*.toml"))
    for board in boards.values():
        for number, name in enumerate(board.rotation.boards if board.rotation else ()):
            file, at = str(folder / f"{board.id}.toml"), f"rotation.boards[{number}]"
            if name.partition("?")[0] not in files:
                found.append(Mistake(file, at, f"there is no board '{name}', expected one of {', '.join(files)}"))
            elif name in boards and boards[name].rotation:
                found.append(Mistake(file, at, f"'{name}' is a rotation itself: name its boards instead"))
    return found
