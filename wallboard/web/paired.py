"""Which paired screen is this? A kind of credential (web/known.py): a cookie, good until the screen is revoked.

A process knows all screens of the record, as they were two seconds ago at most; for minutes longer while the record is
away, since nobody can revoke a screen then.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlencode

from wallboard.core.errors import RecordUnavailable
from wallboard.record.board import Board
from wallboard.record.screens import Screen, Screens, digest
from wallboard.web.cookie import Cookie
from wallboard.web.remembered import FRESH_S, STALE_S
from wallboard.web.who import Who

SCOPES = frozenset({"state:read"})
_NEVER_S = float("-inf")


class Paired:
    """Of one web process. `cookie`: what a screen comes in with; `device`: what it has before it is one."""

    def __init__(
        self, record: Screens, boards: Callable[[], Mapping[str, Board]], *, namespace: str, https: bool
    ) -> None:
        self.record = record
        self.cookie = Cookie("screen", namespace=namespace, https=https)
        self.device = Cookie("pairing", namespace=namespace, https=https)
        self._boards = boards
        self._all: list[Screen] = []
        self._screens: dict[str, Screen] = {}  # by the digest of their secret
        self._read_s = _NEVER_S
        self._reads = 0
        self._failed: RecordUnavailable | None = None
        self._lock = asyncio.Lock()

    async def who(self, secret: str, now_s: float) -> Who | None:
        screen = await self.screen(secret, now_s)
        return self._who(screen) if screen else None

    async def again(self, secrets: Sequence[str]) -> Mapping[str, Who]:
        await self.read()
        found = {secret: self._screens.get(digest(secret) or "") for secret in secrets}
        return {secret: self._who(screen) for secret, screen in found.items() if screen}

    async def screen(self, secret: str, now_s: float) -> Screen | None:
        """None: revoked, or never ours. Raises RecordUnavailable."""
        if (known := digest(secret)) is None:
            return None
        if now_s - self._read_s >= FRESH_S or known not in self._screens:  # it may be a moment old
            try:
                await self.read()
            except RecordUnavailable:
                if known not in self._screens or now_s - self._read_s >= STALE_S:
                    raise
        return self._screens.get(known)

    async def read(self) -> list[Screen]:
        """All screens, asked anew. Whoever comes while somebody asks waits for the next answer, together."""
        mine = self._reads + 1
        async with self._lock:
            if self._reads < mine:
                self._reads += 1
                await self._ask()
            if self._failed:
                raise self._failed
            return list(self._all)

    def boards_of(self, screen: Screen) -> frozenset[str]:
        """What it may see: its board and, where that is a rotation, the boards in it."""
        board = self._boards().get(screen.board)
        turning = board.rotation.boards if board and board.rotation else []
        return frozenset(name.partition("?")[0] for name in (screen.board, *turning))

    def address(self, screen: Screen, language: str | None) -> str | None:
        """Where it belongs; None: its board is not there."""
        if screen.board not in self._boards():
            return None
        board, _, query = screen.board.partition("?")
        asked = [query] if query else []
        asked += [urlencode({"lang": language})] if language else []
        return f"/board/{board}?{'&'.join([*asked, 'kiosk'])}"

    async def _ask(self) -> None:
        began_s = asyncio.get_running_loop().time()
        try:
            self._all = await asyncio.to_thread(self.record.all)
        except RecordUnavailable as error:
            self._failed = error
            return
        self._failed = None
        self._screens = {screen.credential: screen for screen in self._all if screen.credential}
        self._read_s = began_s

    def _who(self, screen: Screen) -> Who:
        return Who(screen.name, SCOPES, "screen", id=screen.id, boards=self.boards_of(screen))
