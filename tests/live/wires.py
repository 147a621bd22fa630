"""A browser at the end of a wire: it reads what the wire lets through with the wall's own store.js."""

import itertools
import subprocess
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from subprocess import PIPE
from typing import Any, ClassVar

import msgspec
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame as Received
from websockets.streams import StreamReader

from tests.live.loaded import filled
from tests.static.test_static import node  # type: ignore[import-not-found]
from wallboard.live.frames import Frame
from wallboard.live.screen import Screen

STORE = Path(__file__).parent / "store.mjs"
ROOM = 2_500  # bytes: some patches, and no snapshot

Picture = tuple[dict[str, Any] | None, dict[str, Any]]  # a board and the state that it is drawn from


class Pipe:
    """A wire as the transport is one: the kernel takes ROOM bytes, what is over is held, and it is full until that is
    gone."""

    def __init__(self, *, packs: bool, one_at_a_time: bool) -> None:
        self.packs = packs
        self.kernel = self.held = b""
        self.one_at_a_time = one_at_a_time
        self.put: Callable[[bytes], int] | None = None if one_at_a_time else self._put
        self.broken = False

    @property
    def ready(self) -> bool:
        return not (self.broken or self.held or (self.one_at_a_time and self.kernel))

    def attach(self, screen: Screen) -> None:
        self.screen = screen

    def write(self, frame: Frame, taken: int = 0) -> None:
        assert not self.held, "order: nothing overtakes what is held"
        self._hand_on(frame.of(packs=self.packs)[taken:])
        if not self.ready:
            self.screen.lag()

    def close(self, code: int, reason: str) -> None:
        """Who looks may not any more, or not as before."""
        self.broken = True
        self.screen.leave()

    def _put(self, data: bytes) -> int:
        assert not self.held, "order: nothing overtakes what is held"
        if self.broken:
            raise BrokenPipeError
        if len(self.kernel) >= ROOM:
            raise BlockingIOError
        taken = data[: ROOM - len(self.kernel)]
        self.kernel += taken
        return len(taken)

    def read(self) -> bytes:
        """All that the screen finds there now."""
        found, self.kernel = self.kernel, b""
        self._hand_on(self.held)
        self.screen.pull()
        return found

    def _hand_on(self, data: bytes) -> None:
        room = len(data) if self.one_at_a_time else ROOM - len(self.kernel)
        self.kernel, self.held = self.kernel + data[:room], data[room:]


class Node:
    """One process for all: the file that a browser runs."""

    def __init__(self) -> None:
        self._process = subprocess.Popen([node(), str(STORE)], stdin=PIPE, stdout=PIPE)

    def receive(self, screen: int, message: bytes) -> tuple[str, int, dict[str, Any] | None, dict[str, Any]]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(b"[%d,%s]\n" % (screen, message))
        self._process.stdin.flush()
        outcome, seq, board, state = msgspec.json.decode(self._process.stdout.readline())
        return outcome, seq, board, state

    def end(self) -> None:
        self._process.communicate()


class Store:
    """What a browser keeps (CONTRACT section 3), behind the frames of its connection."""

    of: ClassVar[Node]
    number = itertools.count()

    def __init__(self, pipe: Pipe, board: str, teams: frozenset[str] | None) -> None:
        self.screen = next(self.number)
        self.board, self.teams = board, teams
        self.seq = -1
        self.shown: dict[str, Any] | None = None  # the board that it draws
        self.state: dict[str, Any] = {}
        self.connect(pipe)

    @property
    def picture(self) -> Picture:
        return self.shown, filled(self.state)

    def connect(self, pipe: Pipe) -> None:
        self.pipe = pipe
        self.holed = False  # something is missing
        self.lost = False  # it knows that: it comes again
        self.ordered: list[int] = []
        self.obeyed: list[int] = []
        self._frames = Frames(packs=pipe.packs)

    def read(self, *, loses: bool = False) -> Iterator[str]:
        """The kinds of the messages that have come whole, each after it was taken over. `loses`: the first patch."""
        for message in self._frames.of(self.pipe.read()):
            told = msgspec.json.decode(message)
            if loses and told["t"] == "patch":
                self.holed, loses = True, False
                continue
            outcome, self.seq, self.shown, self.state = self.of.receive(self.screen, message)
            assert outcome != "unknown"
            if told["t"] == "command":
                self.obeyed.append(told["nth"])
            elif told["t"] == "hello":
                self.holed = False
            elif told["t"] != "board":
                self.lost = outcome == "gap"
                assert self.lost is self.holed, "a line that holds leaves nothing out, and what is missing shows next"
            yield told["t"]
            if self.lost:
                return


class Frames:
    """Messages out of a connection's bytes, as a browser's side reads them: by the websockets package."""

    def __init__(self, *, packs: bool) -> None:
        self._extensions = [PerMessageDeflate(True, True, 15, 15)] if packs else None
        self._stream = StreamReader()
        self._parsing = self._next()

    def of(self, data: bytes) -> Iterator[bytes]:
        self._stream.feed_data(data)
        while True:
            try:
                next(self._parsing)
                return  # half a frame: the rest comes later
            except StopIteration as found:
                self._parsing = self._next()
                yield bytes(found.value.data)

    def _next(self) -> Generator[None, None, Received]:
        return Received.parse(self._stream.read_exact, mask=False, extensions=self._extensions)
