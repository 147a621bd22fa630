"""What do files grant? The leading worker writes a line of the audit trail when that is something else than last.

    boards' files     what each says of people
    [server] [oidc]   from where one may act, what is open, whom a provider's claims make what
    [collector.*]     which programs send their own JSON, by a signature instead of a token

A change counts when it stands at two looks: whoever made it over HTTP has written their own line by then. While the
record is away it waits.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec
import structlog

from wallboard.config import Config
from wallboard.core.errors import RecordUnavailable
from wallboard.record.boards import listing, read_text
from wallboard.record.granted import BOARD, Granted, Said
from wallboard.record.shelf import MADE, SHIPPED, Shelf
from wallboard.sense import WEBHOOK

LOOK_S = 5.0
_SERVER = ("public_url", "allowed_origins", "trusted_proxies", "metrics", "boards_editable")
_OIDC = (
    "issuer", "client_id", "role_claim", "roles", "default_role", "boards_claim", "teams_claim", "agents_claim",
)  # fmt: skip

log = structlog.get_logger("configuration")


class _Boards(NamedTuple):
    """What each board's file says of people, None where it cannot be read or a board made here counts; and what those
    say that came with Wallboard. `stands`: another one with every change of a board."""

    stands: object = None
    said: Mapping[str, Said | None] = {}
    shipped: Mapping[str, Said] = {}


class Granting:
    """`token`: the fencing token while this worker leads, else None."""

    def __init__(
        self, shelf: Shelf, config: Callable[[], Config], granted: Granted, clock_ms: Callable[[], int]
    ) -> None:
        self.token: int | None = None
        self._shelf = shelf
        self._config = config
        self._granted = granted
        self._clock_ms = clock_ms
        self._boards = _Boards()
        self._seen: object = None  # at the last look
        self._told: object = None  # stands in the trail

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            if self.token is None:
                self._told = None  # who led meanwhile may have told more
                continue
            try:
                await asyncio.to_thread(self.look)
            except RecordUnavailable as reason:
                log.info("what files grant waits for the audit trail", reason=str(reason))
            except Exception:  # the root of this task
                log.exception("what files grant is not looked at")

    def look(self) -> None:
        """Blocking. Raises RecordUnavailable."""
        stands = listing(self._shelf.folder), self._shelf.record.standing()
        if stands != self._boards.stands:
            self._boards = self._read(stands)
        found = {**self._boards.said, **_granted_by(self._config())}
        seen, self._seen = self._seen, found
        if found != seen or found == self._told:
            return
        now = {name: said for name, said in found.items() if said is not None}
        plain = {**_PLAIN, **self._boards.shipped}
        told = self._granted.follow(now, plain, found.keys() - now.keys(), self._clock_ms())
        self._told = found
        if told:
            log.info("what files grant changed", of=", ".join(told))

    def _read(self, stands: object) -> _Boards:
        said, shipped = dict[str, Said | None](), dict[str, Said]()
        for name, board in self._shelf.all().items():
            read = None if board.origin == MADE else read_text(name, board.text, self._shelf.folder, [])
            said[BOARD + name] = read.of_people if read else None
            if read and board.origin == SHIPPED:
                shipped[BOARD + name] = read.of_people
        return _Boards(stands, said, shipped)


def _granted_by(config: Config) -> dict[str, Said]:
    """By section. Secrets are left out."""
    said = {
        "server": {key: getattr(config.server, key) for key in _SERVER} | {"admin_token": bool(config.admin_token)},
        "oidc": {key: getattr(config.oidc, key, None) for key in _OIDC},
        "collector": {"webhooks": sorted(n for n, one in config.collectors.items() if one.get("kind") == WEBHOOK)},
    }
    found: dict[str, Said] = msgspec.to_builtins(said)
    return found


_PLAIN = _granted_by(Config())
