"""Who must leave? A session that ends or loses a right closes its sockets too: all of this process are asked about
together."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import islice
from typing import NamedTuple

from wallboard.core.errors import RecordUnavailable, StreamUnavailable
from wallboard.live.screen import Wire
from wallboard.record.boards import Board
from wallboard.web.known import Credential, Known
from wallboard.web.who import Who, may_see

STILL_S = 4.0  # how often: a revocation bites within 5 s
AT_ONCE = 500  # credentials in one question
SIGN_IN = 4401
NOT_ALLOWED = 4403
COME_BACK = 1012


class _Inside(NamedTuple):
    credential: Credential
    who: Who
    board: str


class Staying:
    """The sockets of whoever came with a credential that may be revoked."""

    def __init__(self, known: Known, boards: Callable[[], Mapping[str, Board]]) -> None:
        self._known = known
        self._boards = boards
        self._wires: dict[Wire, _Inside] = {}
        self._each: Counter[tuple[str, str]] = Counter()

    def of(self, who: Who) -> int:
        """How many sockets they have here; who is never asked again is not counted."""
        return self._each[who.kind, who.id]

    @contextmanager
    def watch(self, wire: Wire, credential: Credential | None, who: Who, board: str) -> Iterator[None]:
        """`credential`: None for one that is good for as long as this process runs."""
        if credential is None:
            yield
            return
        self._wires[wire] = _Inside(credential, who, board)
        self._each[who.kind, who.id] += 1
        try:
            yield
        finally:
            del self._wires[wire]
            self._each[who.kind, who.id] -= 1
            if not self._each[who.kind, who.id]:
                del self._each[who.kind, who.id]

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(STILL_S)
            # Nobody can say now: a wall that shows its age is better than none.
            with suppress(StreamUnavailable, RecordUnavailable):
                await self._ask()

    async def _ask(self) -> None:
        credentials = iter(dict.fromkeys(inside.credential for inside in self._wires.values()))
        while asked := set(islice(credentials, AT_ONCE)):
            good = await self._known.again(asked)
            for wire, inside in list(self._wires.items()):
                if inside.credential in asked and (
                    end := _end(inside, good.get(inside.credential), self._boards().get(inside.board))
                ):
                    wire.close(*end)


def _end(inside: _Inside, now: Who | None, board: Board | None) -> tuple[int, str] | None:
    """The code and reason of the close; None: stays."""
    if now is None:
        return SIGN_IN, "this session has ended: sign in again"
    if not (now.may("state:read") and now.may_see_board(inside.board)) or (board and not may_see(now, board)):
        return NOT_ALLOWED, "this board is not for you any more"
    if now != inside.who:
        return COME_BACK, "your rights have changed: come back for what you may see now"
    return None
