"""Which boards are there now? The folder's files and those of the record, read again when they change.

A bad edit of one keeps its last good form, and says on the board what is wrong with the file. A board with variables
is many: `support?queue=sales` is the board `support` filled in (`/board/support?queue=sales`).
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qsl

import msgspec
import structlog

from wallboard.core.errors import Mistake, RecordUnavailable
from wallboard.core.words import could_name
from wallboard.record.board import VARIABLES
from wallboard.record.boards import BOARD_ID, Board, listing, read_boards
from wallboard.record.revisions import Made
from wallboard.record.shelf import Shelf
from wallboard.rounds import until_round_s

LOOK_S = 1.0
MOST_MISTAKES = 3  # of a file that are shown on its board
MOST_LETTERS = 128  # of a variable's value
_PATTERN = frozenset("*?[!$")  # one screen shows one queue: a pattern would be a set of its own for each visitor

log = structlog.get_logger("boards")


class Filled(Mapping[str, Board]):
    """Boards by id; those with variables by `id?queue=NAME` too."""

    def __init__(self, boards: Mapping[str, Board], called: Callable[[str], str] = str) -> None:
        """`called`: what a queue is called, for the title."""
        self._boards = boards
        self._called = called

    def __getitem__(self, name: str) -> Board:
        plain, _, query = name.partition("?")
        return self._boards[plain].filled(_values(query), self._called)

    def __iter__(self) -> Iterator[str]:
        return iter(self._boards)

    def __len__(self) -> int:
        return len(self._boards)


class Boards:
    """Call it for the boards in force."""

    def __init__(self, folder: Path, shelf: Shelf | None = None, called: Callable[[str], str] = str) -> None:
        """`shelf`: the same folder and what the record has beside it. `called`: a queue's name."""
        self._folder = folder
        self._called = called
        self._shelf = shelf
        self._seen: tuple[tuple[str, int, int], ...] = ()
        self._made: dict[str, Made] = {}
        self._wrong: dict[str, list[Mistake]] = {}
        self._good: dict[str, Board] = {}
        self._boards = Filled({})
        self._reading = asyncio.Lock()
        self.complete = False  # all was read once: what is not here is nowhere
        self.look()
        self.complete = shelf is None

    def __call__(self) -> Mapping[str, Board]:
        return self._boards

    def wrong(self, board: str) -> list[Mistake]:
        """With the board's text as it is now."""
        return self._wrong.get(board, [])

    def variables(self, board: str) -> list[str]:
        """What it leaves to the address: `$queue`, `$team`."""
        return sorted((self._good.get(board) or Board()).variables())

    def title(self, board: str) -> str | None:
        """As it is written, with … for what the address fills in."""
        title = (self._good.get(board) or Board()).title
        for name in VARIABLES:
            title = title and title.replace(name, "…")
        return title

    async def watch(self, changed: Callable[[Mapping[str, Board]], None]) -> None:
        """Until cancelled; `changed` gets all boards after each edit."""
        while True:
            await self.refresh(changed)
            await asyncio.sleep(until_round_s(LOOK_S))

    async def refresh(self, changed: Callable[[Mapping[str, Board]], None]) -> None:
        """A record that does not answer leaves its boards as they are."""
        async with self._reading:  # an answer that is older than another one comes not after it
            made = await self._read_record()
            if await asyncio.to_thread(self.look, made):  # seconds, where there are many
                changed(self._boards)
            self.complete = self.complete or made is not None

    async def _read_record(self) -> dict[str, Made] | None:
        """None: nothing is known now. The texts are read only where one has changed."""
        if self._shelf is None:
            return None
        try:
            standing = await asyncio.to_thread(self._shelf.record.standing)
            if self.complete and standing == {name: made.revision for name, made in self._made.items()}:
                return self._made
            return await asyncio.to_thread(self._shelf.record.texts)
        except RecordUnavailable:
            return None

    def look(self, made: dict[str, Made] | None = None) -> bool:
        seen = listing(self._folder)
        made = self._made if made is None else made
        if seen == self._seen and made == self._made:
            return False
        self._seen, self._made = seen, made
        texts = {name: one.text for name, one in made.items()}
        boards, mistakes = read_boards(self._folder, texts, self._shelf.as_they_came() if self._shelf else ())
        wrong: dict[str, list[Mistake]] = {}
        for mistake in mistakes:
            log.error("board not taken over", mistake=str(mistake))
            wrong.setdefault(Path(mistake.file).stem, []).append(mistake)
        for board in boards.values() if self.complete else ():  # at a start all are new, and nothing has changed
            _tell_exposed(self._good.get(board.id), board)
        self._wrong = wrong
        kept = {name: self._good[name] for name in wrong if name in self._good and name not in boards}
        self._good = kept | boards
        new = {
            name: Board(id=name, unread=True) for name in wrong if name not in self._good and BOARD_ID.fullmatch(name)
        }
        marked = {name: _marked(board, wrong.get(name)) for name, board in (self._good | new).items()}
        self._boards = Filled(marked, self._called)
        return True


def _tell_exposed(before: Board | None, board: Board) -> None:
    """What a board says of people is written down, as is that it says so no more."""
    if board.of_people != (before or Board()).of_people:
        log.info("what a board says of people changed", board=board.id, **board.of_people)


def _marked(board: Board, mistakes: list[Mistake] | None) -> Board:
    if not mistakes:
        return board
    said = [f"{mistake.at}: {mistake.reason}" for mistake in mistakes[:MOST_MISTAKES]]
    more = [f"and {len(mistakes) - MOST_MISTAKES} more"] if len(mistakes) > MOST_MISTAKES else []
    return msgspec.structs.replace(board, mistake=" · ".join([*said, *more]))


def _values(query: str) -> dict[str, str]:
    """`queue=sales` as `{"$queue": "sales"}`; raises KeyError for what is no name."""
    found = {}
    for name, value in parse_qsl(query, max_num_fields=10):
        if not could_name(value, MOST_LETTERS) or _PATTERN & set(value):
            raise KeyError(query)
        found[f"${name}"] = value
    return found
