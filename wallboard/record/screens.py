"""Which screens were paired? What each is called, which board it shows, and the digest of what it comes in with.

Whatever changes stands in the audit trail.
"""

import hashlib
import secrets
from typing import NamedTuple

from sqlalchemy import BigInteger, Column, Connection, Engine, String, Table, delete, func, insert, select, update

from wallboard.core.errors import Refused
from wallboard.record.audit import note
from wallboard.record.database import TABLES, Record

MOST = 1_000  # every web process holds all of them
_ID_BYTES = 6
_SECRET_BYTES = 32
_LONGEST_SECRET = 128  # longer ones are none of ours and are not even hashed

_screens = Table(
    "screens", TABLES,
    Column("id", String(16), primary_key=True), Column("name", String(64), nullable=False),
    Column("board", String(512), nullable=False), Column("credential", String(64), unique=True),
    Column("created_ms", BigInteger, nullable=False), Column("created_by", String(256), nullable=False),
)  # fmt: skip


class Screen(NamedTuple):
    """One screen. `credential`: the digest of its own secret; None until it has fetched one."""

    id: str
    name: str
    board: str
    credential: str | None
    created_ms: int
    created_by: str


class Screens:
    """Blocking: call it from a thread. Every method raises RecordUnavailable when the database does not answer."""

    def __init__(self, engine: Engine) -> None:
        self._connected = Record(engine).connected

    def add(self, name: str, board: str, *, by: str, now_ms: int) -> Screen:
        """Raises Refused where there are too many."""
        screen = Screen(secrets.token_hex(_ID_BYTES), name, board, None, now_ms, str(by))
        with self._connected() as to:
            if to.execute(select(func.count()).select_from(_screens)).scalar_one() >= MOST:
                raise Refused("$", f"there are {MOST} screens already: revoke some first")
            to.execute(insert(_screens).values(**screen._asdict()))
            note(to, now_ms, by, "screen.paired", {"id": screen.id, "name": name, "board": board})
        return screen

    def all(self) -> list[Screen]:
        """The oldest first."""
        with self._connected() as to:
            found = to.execute(select(_screens).order_by(_screens.c.created_ms, _screens.c.id))
            return [Screen(*row) for row in found]

    def give_secret(self, screen: str) -> str | None:
        """What it comes in with from now on, and nothing else. None: it was revoked."""
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        with self._connected() as to:
            changed = to.execute(update(_screens).where(_screens.c.id == screen).values(credential=digest(secret)))
        return secret if changed.rowcount else None

    def change(
        self, screen_id: str, *, by: str, now_ms: int, name: str | None = None, board: str | None = None
    ) -> Screen | None:
        """None: there is no such screen."""
        with self._connected() as to:
            before = _one(to, screen_id)
            if before is None:
                return None
            after = before._replace(name=name or before.name, board=board or before.board)
            to.execute(update(_screens).where(_screens.c.id == screen_id).values(name=after.name, board=after.board))
            detail = {"id": screen_id, "name": [before.name, after.name], "board": [before.board, after.board]}
            note(to, now_ms, by, "screen.changed", detail)
            return after

    def revoke(self, screen_id: str, *, by: str, now_ms: int) -> bool:
        """False: there is none."""
        with self._connected() as to:
            screen = _one(to, screen_id)
            if screen is None:
                return False
            to.execute(delete(_screens).where(_screens.c.id == screen_id))
            note(to, now_ms, by, "screen.revoked", {"id": screen_id, "name": screen.name, "board": screen.board})
            return True


def _one(to: Connection, screen_id: str) -> Screen | None:
    found = to.execute(select(_screens).where(_screens.c.id == screen_id)).first()
    return Screen(*found) if found else None


def digest(secret: str) -> str | None:
    """None: it is none of ours."""
    if not 0 < len(secret) <= _LONGEST_SECRET:
        return None
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
