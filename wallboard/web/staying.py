"""Who must leave? A session that ends closes its sockets too: all of this process are asked about together."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from wallboard.core.errors import StreamUnavailable
from wallboard.live.screen import Wire
from wallboard.web.sessions import Sessions

STILL_S = 4.0  # how often: a revocation bites within 5 s
AT_ONCE = 500  # sessions in one question to Redis
SIGN_IN = 4401


class Staying:
    """The sockets of people who signed in."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._wires: dict[Wire, str] = {}

    @contextmanager
    def watch(self, wire: Wire, session: str | None) -> Iterator[None]:
        """`session`: its token; None for who came with a token of their own."""
        if session is not None:
            self._wires[wire] = session
        try:
            yield
        finally:
            self._wires.pop(wire, None)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(STILL_S)
            with suppress(StreamUnavailable):  # nobody can say now: a wall that shows its age is better than none
                await self._ask()

    async def _ask(self) -> None:
        tokens = list(dict.fromkeys(self._wires.values()))
        for start in range(0, len(tokens), AT_ONCE):
            asked = tokens[start : start + AT_ONCE]
            ended = set(asked) - await self._sessions.good(asked)
            for wire in [wire for wire, token in self._wires.items() if token in ended]:
                wire.close(SIGN_IN, "this session has ended: sign in again")
