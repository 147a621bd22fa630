"""Is this the password of that name? Slower with every wrong one, never locked; unknown names answer alike and as late.

per address  ten wrong ones, then one in six seconds (429)
per name     after five wrong ones in a row the answer comes 1, 2, 4, at most 8 s later, one try at a time:
             whoever knows the password gets in however many others guess
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from wallboard.record.people import key
from wallboard.web.problems import Problem

T = TypeVar("T")
SHORTEST, LONGEST = 10, 256
AT_ONCE = 2  # each takes 64 MiB and a core for a tenth of a second
WAITING = 64  # tries that wait for a hash; more get 503
FREE = 5  # wrong ones of a name before it slows down
SLOWEST_S = 8.0
WAIT_FOR_NAME = 8  # tries of one name that wait; more get 429
_NAMES = 10_000


@dataclass
class _Name:
    wrong: int = 0
    waiting: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Passwords:
    """Of one web process. RFC 9106's second choice: argon2id, 64 MiB, three passes, four lanes."""

    def __init__(self, first_wait_s: float = 1.0) -> None:
        self._hasher = PasswordHasher()
        self._nobody = self._hasher.hash("a password that nobody has")
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._names: OrderedDict[str, _Name] = OrderedDict()
        self._first_wait_s = first_wait_s

    async def hash(self, password: str) -> str:
        return await self._working(self._hasher.hash, password)

    async def fits(self, name: str, known: str | None, password: str) -> bool:
        """`known`: the hash; None where there is nobody of this name, or no password. Raises Problem 429, 503."""
        of = self._of(key(name))
        if of.waiting >= WAIT_FOR_NAME:
            raise Problem(429, "Others try this name now. Wait a little.", headers={"retry-after": "8"})
        of.waiting += 1
        try:
            async with of.turn:
                if of.wrong >= FREE:
                    await asyncio.sleep(min(SLOWEST_S, self._first_wait_s * 2 ** (of.wrong - FREE)))
                fits = await self._working(self._verify, known or self._nobody, password) and known is not None
                of.wrong = 0 if fits else of.wrong + 1
                return fits
        finally:
            of.waiting -= 1

    def _of(self, name: str) -> _Name:
        found = self._names.setdefault(name, _Name())
        self._names.move_to_end(name)
        while len(self._names) > _NAMES:
            oldest = next(iter(self._names))
            del self._names[oldest]
        return found

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


def unfit(password: str, name: str) -> str | None:
    """What is wrong with a new password; None: nothing."""
    if not SHORTEST <= len(password) <= LONGEST:
        return f"A password has {SHORTEST} to {LONGEST} characters: four words that do not belong together are good."
    if len(set(password)) < 5 or (len(key(name)) > 2 and key(name) in key(password)):
        return "This password is easy to guess: take one without your name and with more different characters."
    return None
