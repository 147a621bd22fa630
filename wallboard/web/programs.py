"""Which program holds this token, and what may it do? One kind of credential (web/known.py).

All tokens are read together, at most once in two seconds however many guess, and once a second while programs come:
then they are read again before they are too old to be believed, so that no program waits for the record. A revocation
bites within five seconds in every process.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache

from wallboard.core.errors import RecordUnavailable
from wallboard.record.tokens import MOST, Token, Tokens, parted
from wallboard.web.remembered import Remembered
from wallboard.web.who import Who

AHEAD_S = 1.0  # less than what is believed (web/remembered.py)
WRITE_S = 30.0  # between two writings of when tokens were last used
_ALL = "all"


class Programs:
    """`used`: when each token was last used, as far as it is not written yet; there are no more of them than tokens."""

    def __init__(self, tokens: Tokens, clock_ms: Callable[[], int]) -> None:
        self._tokens = tokens
        self._clock_ms = clock_ms
        self._all = Remembered(self._read)
        self._asking = asyncio.Lock()
        self._asked = asyncio.Event()  # a program came since they were read
        self._read_last: Mapping[str, Token] = {}
        self._good: dict[str, Token] = {}  # of `_read_last`, by what was sent: looked at once, not thousands of times
        self.used: dict[str, int] = {}

    async def who(self, secret: str, now_s: float) -> Who | None:
        if parted(secret) is None:
            return None
        tokens = self._all.fresh(_ALL, now_s)
        if tokens is None:
            async with self._asking:
                tokens = await self._all.get(_ALL, now_s)
        return self._let_in(secret, tokens or {})

    def at_once(self, secret: str, now_s: float) -> Who | None:
        """As `who`, where nobody must be asked. None: ask, or it is nobody."""
        tokens = self._all.fresh(_ALL, now_s)
        return self._let_in(secret, tokens) if tokens else None

    async def again(self, secrets: Sequence[str]) -> Mapping[str, Who]:
        tokens = await self._read(_ALL)
        return {secret: who_of(token) for secret in secrets if (token := self._opened(secret, tokens))}

    def changed(self) -> None:
        """One was made or revoked: in this process it takes effect at once."""
        self._all.forget(_ALL)

    async def keep_reading(self) -> None:
        """Until cancelled: while somebody asks, what is known is never so old that they must wait."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            with suppress(RecordUnavailable):  # who asks then is told, or believed what was known
                await self._read_ahead()
            await asyncio.sleep(AHEAD_S)

    async def _read_ahead(self) -> None:
        at_s, forgets = asyncio.get_running_loop().time(), self._all.forgets
        tokens = await self._read(_ALL)
        if forgets == self._all.forgets:  # else it may be from before the change
            self._all.put(_ALL, tokens, at_s)

    async def keep_writing(self) -> None:
        """Until cancelled, and once more then."""
        try:
            while True:
                await asyncio.sleep(WRITE_S)
                await self._write()
        finally:
            await self._write()

    async def _write(self) -> None:
        used, self.used = self.used, {}
        if used:
            with suppress(RecordUnavailable):  # the next use is written when the record is back
                await asyncio.to_thread(self._tokens.used, used)

    async def _read(self, _: str) -> dict[str, Token]:
        return await asyncio.to_thread(self._tokens.all)

    def _let_in(self, secret: str, tokens: Mapping[str, Token]) -> Who | None:
        if tokens is not self._read_last:
            self._read_last, self._good = tokens, {}
        token = self._good.get(secret) or self._opened(secret, tokens)
        now_ms = self._clock_ms()
        if token is None or token.is_over(now_ms):
            return None
        self._good[secret] = token
        self._asked.set()
        self.used[token.id] = now_ms
        return who_of(token)

    def _opened(self, secret: str, tokens: Mapping[str, Token]) -> Token | None:
        name, proof = parted(secret) or ("", "")
        token = tokens.get(name)
        return token if token and token.opens(proof) and not token.is_over(self._clock_ms()) else None


@lru_cache(maxsize=MOST)
def who_of(token: Token) -> Who:
    """One that is limited to queues watches no boards: they show others beside them."""
    return Who(
        name=token.name, scopes=token.scopes, kind="program", id=token.id, source=token.source, teams=token.teams,
        queues=token.queues, boards=None if token.queues is None else frozenset(),
    )  # fmt: skip
