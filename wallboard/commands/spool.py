"""What is kept while the server is away? Batches on disk, a file each, sent in order when it is back.

The folder is WALLBOARD_SPOOL, else `wallboard/spool` in the user's state folder; inside it one folder a server.
A file is whole or not there (written beside and renamed); only one process sends at a time (flock).
"""

import fcntl
import hashlib
import itertools
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import replace

from wallboard.commands.sending import Answer, Sender
from wallboard.core.errors import WallboardError
from wallboard.core.events import Event, encode

MOST_BYTES = 64 * 1_048_576  # then `post` ends with an error: somebody should look
_number = itertools.count()


class Spool:
    """For one server's address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, events: Sequence[Event], now_ms: int) -> None:
        """Events without a time get the present one: their arrival will be later than they happened."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            held = sum(file.stat().st_size for file in self._files())
            if held > MOST_BYTES:
                raise WallboardError(f"{self.folder} holds {held} bytes, no more is kept: bring the server back")
            self._write(b"\n".join(encode(replace(event, time=event.time or now_ms)) for event in events))
        except OSError as error:
            raise WallboardError(f"cannot keep events in {self.folder}: {error.strerror}") from None

    def send(self, sender: Sender, total: Answer) -> None:
        """What was kept, oldest first, its answers into `total`. Raises Away where it is not taken; the rest stays."""
        if not any(self._files()):
            return
        with self._alone() as mine:
            for file in self._files() if mine else ():
                answer = sender.send_lines(file.read_bytes())
                total.add(answer)
                if answer.rejected:
                    file.rename(file.with_suffix(".refused"))
                else:
                    file.unlink()

    def __len__(self) -> int:
        """How many events."""
        return sum(file.read_bytes().count(b"\n") for file in self._files())

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("*.ndjson"))

    def _write(self, data: bytes) -> None:
        name = f"{time.time_ns():020}-{os.getpid()}-{next(_number)}"
        part = self.folder / f"{name}.part"
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data + b"\n")
            file.flush()
            os.fsync(file.fileno())
        part.rename(self.folder / f"{name}.ndjson")

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        """False where another process is sending: it takes ours too."""
        with (self.folder / "lock").open("wb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True


def spool_for(url: str, environ: Mapping[str, str]) -> Spool:
    state = environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    folder = Path(environ.get("WALLBOARD_SPOOL") or Path(state) / "wallboard" / "spool")
    return Spool(folder / hashlib.blake2b(url.encode(), digest_size=6).hexdigest())
