"""Where does a board's text stand, and may it be written over? Files of the folder, and boards made in the editor.

    own folder  ▸  made in the editor (the record)  ▸  shipped with Wallboard

Of one id the first counts. A file of the own folder is written only where `server.boards_editable` says so; a shipped
board that is changed becomes one of the record, and is back when that is taken away. In a checkout both may lie in one
folder: shipped is what stands there as it came.
"""

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from wallboard.core.errors import RecordUnavailable, WallboardError
from wallboard.record.boards import BOARD_ID
from wallboard.record.earlier import Revision
from wallboard.record.revisions import MOST_BOARDS, Behind, Made, Revisions, Told

FILE, MADE, SHIPPED = "file", "editor", "shipped"


def tag_of(text: str) -> str:
    """Another one with every change of the text."""
    return blake2b(text.encode(), digest_size=8).hexdigest()


class Standing(NamedTuple):
    """A board's text as it stands now. `origin`, `over`: file, editor or shipped.

    `over`: where another text of this id stands that does not count. Of what came with Wallboard and was changed here
    that is `shipped`; of a file that covers a board made here, `editor`.
    """

    text: str
    origin: str
    writable: bool
    over: str | None = None

    @property
    def tag(self) -> str:
        return tag_of(self.text)


class Fixed(WallboardError):
    """The board cannot be changed here; the text says where it can."""


class Full(WallboardError):
    """There are as many boards as the record takes."""


class Differs(WallboardError):
    """What stands there is not what the change was made from. `now`: what it is; None: gone."""

    def __init__(self, now: Standing | None) -> None:
        super().__init__("the board has changed meanwhile")
        self.now = now


class Shelf:
    """Blocking: call it from a thread. Raises RecordUnavailable where the record does not answer."""

    def __init__(self, folder: Path, revisions: Revisions, *, shipped: Mapping[str, str], editable: bool) -> None:
        """`shipped`: the tags of the boards that came in this folder, by id. `editable`: own files may be written."""
        self.folder = folder
        self.record = revisions
        self._shipped = shipped
        self._editable = editable

    def get(self, board: str) -> Standing | None:
        return self._found(board)[0]

    def all(self) -> dict[str, Standing]:
        """Every board, by id."""
        made = self.record.texts()
        names = {*made, *(file.stem for file in self.folder.glob("*.toml"))}
        found = {name: self._standing(name, self._read_file(name), made.get(name)) for name in sorted(names)}
        return {name: standing for name, standing in found.items() if standing}

    def as_they_came(self) -> frozenset[str]:
        """Ids of files that came with Wallboard and were not changed there: what the record has counts before them."""
        return frozenset(name for name in self._shipped if self.came(name) is not None)

    def put(self, board: str, text: str, who: str, now_ms: int, expected: str | None, told: Told = None) -> Standing:
        """`expected`: the tag that it has now; None: there is no such board yet. Raises Differs, Fixed, Full.

        `told`: for the audit trail.
        """
        found, made = self._expected(board, expected)
        if found and found.text == text:
            return found
        try:
            if found and found.origin == FILE:
                self._write_file(board, text, found)
                self._note(board, text, who, now_ms, found.text, told)
                return found._replace(text=text)
            if made is None and len(self.record.standing()) >= MOST_BOARDS:
                raise Full(f"there are {MOST_BOARDS} boards made here: take some away first")
            before = found.text if found and made is None else None
            self.record.put(board, text, who, now_ms, was=made, before=before, told=told)
        except Behind:
            raise Differs(self.get(board)) from None
        return Standing(text, MADE, True, SHIPPED if self.came(board) is not None else None)

    def remove(self, board: str, who: str, now_ms: int, expected: str) -> None:
        """Raises Differs, Fixed. A shipped board that was changed is what it was again."""
        found, made = self._expected(board, expected)
        if found is None or found.origin == SHIPPED:
            raise Fixed("it came with Wallboard: there is nothing of yours to take away")
        try:
            if made is not None:
                self.record.remove(board, who, now_ms, made)
                return
            self._write_file(board, None, found)
            self._note(board, None, who, now_ms, found.text)
        except Behind:
            raise Differs(self.get(board)) from None

    def came(self, board: str) -> str | None:
        """The text that came with Wallboard, where it stands in the folder as it came."""
        text = self._read_file(board) if board in self._shipped else None
        return text if text is not None and self._is_shipped(board, text) else None

    def revisions(self, board: str) -> list[Revision]:
        return self.record.of(board)

    def revision(self, board: str, number: int) -> Revision | None:
        return self.record.one(board, number)

    def _expected(self, board: str, expected: str | None) -> tuple[Standing | None, Made | None]:
        found, made = self._found(board)
        if (found.tag if found else None) != expected:
            raise Differs(found)
        if found and not found.writable:
            raise Fixed(
                f"it is the file {board}.toml of the folder of boards: change it there, "
                "or let this page write it with server.boards_editable = true"
            )
        return found, made

    def _found(self, board: str) -> tuple[Standing | None, Made | None]:
        """What stands there, and the record's row where it is that."""
        if not BOARD_ID.fullmatch(board):
            return None, None
        made = self.record.text(board)
        standing = self._standing(board, self._read_file(board), made)
        return standing, made if standing and standing.origin == MADE else None

    def _standing(self, board: str, text: str | None, made: Made | None) -> Standing | None:
        """`text`: the file's; `made`: the record's."""
        if text is not None and not self._is_shipped(board, text):
            return Standing(text, FILE, self._editable, MADE if made and made.text != text else None)
        if made:
            return Standing(made.text, MADE, True, SHIPPED if text is not None else None)
        return Standing(text, SHIPPED, True) if text is not None else None

    def _is_shipped(self, board: str, text: str) -> bool:
        return self._shipped.get(board) == tag_of(text.replace("\r\n", "\n"))

    def _file(self, board: str) -> Path:
        return self.folder / f"{board}.toml"

    def _read_file(self, board: str) -> str | None:
        file = self._file(board)
        try:
            if not file.resolve().is_relative_to(self.folder.resolve()):
                return None
            return file.read_bytes().decode(errors="replace")
        except OSError:
            return None

    def _note(self, board: str, text: str | None, who: str, now_ms: int, before: str, told: Told = None) -> None:
        """The file is written. If the record is away, the next change keeps what it finds."""
        with suppress(RecordUnavailable):
            self.record.note(board, text, who, now_ms, before, told)

    def _write_file(self, board: str, text: str | None, was: Standing) -> None:
        """Whole or not at all; None takes it away. Raises Differs where somebody wrote it meanwhile."""
        file = self._file(board).resolve()
        try:
            with alone_in(self.folder):
                if self._read_file(board) != was.text:
                    raise Differs(self.get(board))
                if text is None:
                    file.unlink()
                else:
                    replace_file(file, text)
        except OSError as error:
            raise Fixed(f"the server may not write {file.name}: {error.strerror}") from None


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """No other process of ours writes in the folder meanwhile."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def replace_file(file: Path, text: str, check: Callable[[Path], None] | None = None) -> None:
    """Whoever reads sees the old file or the new one. A name without .toml at its end is read by nobody.

    `check` looks at the new one before it takes the old one's place; what it raises leaves the old one there.
    """
    old = file.stat()
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as to:
            to.write(text.encode())
            to.flush()
            os.fsync(to.fileno())
        with suppress(OSError):  # a group that the server is not in
            os.chown(name, -1, old.st_gid)
        os.chmod(name, old.st_mode & 0o777)
        if check:
            check(Path(name))
        os.replace(name, file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
