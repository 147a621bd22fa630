"""Is this the password of that name? Slower with every wrong one, never locked; unknown names answer alike and as late.

per address  ten wrong ones, then one in six seconds (429, web/signin.py)
per name     after five wrong ones in a row the answer comes 1, 2, 4, at most 8 s later, for each address one try at a
             time: whoever knows the password gets in however many guess elsewhere
browsers     that were here before (web/browsers.py) are counted each by itself: others' guesses do not slow them
"""

import asyncio
import secrets
from base64 import b64encode
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from argon2.low_level import ARGON2_VERSION

from wallboard.record.people import key
from wallboard.web.problems import Problem

T = TypeVar("T")
SHORTEST, LONGEST = 10, 256
AT_ONCE = 2  # each takes 64 MiB and a core for a tenth of a second
WAITING = 64  # tries that wait for a hash; more get 503
FREE = 5  # wrong ones of a name before it slows down
SLOWEST_S = 8.0
WAIT_FOR_NAME = 8  # tries of one name from one address that wait; more get 429
_NAMES = 10_000


@dataclass
class _Line:
    """Who tries one name from one address, one after another."""

    waiting: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Passwords:
    """Of one web process. RFC 9106's second choice: argon2id, 64 MiB, three passes, four lanes."""

    def __init__(self, first_wait_s: float = 1.0) -> None:
        self._hasher = PasswordHasher()
        self._nobody = of_nobody(self._hasher)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._wrong: OrderedDict[tuple[str, str], int] = OrderedDict()  # in a row, by name and known browser
        self._lines: dict[tuple[str, str], _Line] = {}
        self._first_wait_s = first_wait_s

    async def hash(self, password: str) -> str:
        return await self._working(self._hasher.hash, password)

    async def fits(self, name: str, known: str | None, password: str, *, by: str = "", browser: str = "") -> bool:
        """`known`: the hash; None where there is nobody of this name, or no password. `by`: the address; `browser`: the
        number of one that was here before. Raises Problem 429, 503."""
        here, counted = (key(name), browser or by), (key(name), browser)
        line = self._lines.setdefault(here, _Line())
        if line.waiting >= WAIT_FOR_NAME:
            raise Problem(429, "This name is being tried from here. Wait a little.", headers={"retry-after": "8"})
        line.waiting += 1
        try:
            async with line.turn:
                if (wrong := self._wrong.get(counted, 0)) >= FREE:
                    await asyncio.sleep(min(SLOWEST_S, self._first_wait_s * 2 ** min(wrong - FREE, 10)))
                fits = await self._working(self._verify, known or self._nobody, password) and known is not None
                self._count(counted, fits)
                return fits
        finally:
            line.waiting -= 1
            if not line.waiting:
                del self._lines[here]

    def _count(self, of: tuple[str, str], fits: bool) -> None:
        wrong = self._wrong.pop(of, 0)
        if not fits:
            self._wrong[of] = wrong + 1
        if len(self._wrong) > _NAMES:
            self._wrong.popitem(last=False)

    def _verify(self, known: str, password: str) -> bool:
        try:
            return self._hasher.verify(known, password)
        except (Argon2Error, InvalidHashError):
            return False

    async def _working(self, work: Callable[..., T], *given: str) -> T:
        if self._waiting >= WAITING:
            raise Problem(503, "Too many sign in at once. Try again in a moment.", headers={"retry-after": "2"})
        self._waiting += 1
        try:
            async with self._turns:
                return await asyncio.to_thread(work, *given)
        finally:
            self._waiting -= 1


def of_nobody(hasher: PasswordHasher) -> str:
    """A hash that no password has, as this hasher writes them: to check one against it takes as long as any."""
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    salt, digest = (
        b64encode(secrets.token_bytes(length)).decode().rstrip("=") for length in (hasher.salt_len, hasher.hash_len)
    )
    return f"$argon2id$v={ARGON2_VERSION}${cost}${salt}${digest}"


def unfit(password: str, name: str) -> str | None:
    """What is wrong with a new password; None: nothing."""
    if not SHORTEST <= len(password) <= LONGEST:
        return f"A password has {SHORTEST} to {LONGEST} characters: four words that do not belong together are good."
    if len(set(password)) < 5 or (len(key(name)) > 2 and key(name) in key(password)):
        return "This password is easy to guess: take one without your name and with more different characters."
    return None
