"""What arrives at receivers of webhooks, and whether that is what had to: nothing missed, early, late or twice."""

import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import NamedTuple

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.serving import serving
from wallboard.alerts.message import Message, Part

EARLY_S = 0.05  # two clocks' reading of one instant


class Arrived(NamedTuple):
    """One alert's part of a message. `message`: by which it is known when it comes again; `nth`: of all that came."""

    at_s: float
    nth: int
    message: str
    receiver: str
    type: str
    alert: str
    of: str
    raised_s: float


class Expected(NamedTuple):
    """`due_s`: by its rule; `pace_s`: so long after the one before it at the earliest, of this receiver, when more than
    `above` came with it. `may`: it need not come: two things happened at once."""

    receiver: str
    type: str
    of: str
    due_s: float
    pace_s: float
    may: bool = False
    above: int = 0


class Compared(NamedTuple):
    """`late_s`: of each that came, how long after it was due."""

    missed: list[str]
    early: list[str]
    unexpected: list[str]
    disorder: list[str]
    late_s: dict[Expected, float]


class Arriving:
    """One server for all receivers, `URL/NAME` for each."""

    def __init__(self) -> None:
        self.all: list[Arrived] = []
        self.messages: Counter[tuple[str, str]] = Counter()
        self.url = ""

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Arriving"]:
        async with serving(Starlette(routes=[Route("/{receiver}", self._take, methods=["POST"])])) as self.url:
            yield self

    async def _take(self, request: Request) -> Response:
        at_s, name = time.time(), request.path_params["receiver"]
        said = msgspec.json.decode(await request.body(), type=Message)
        self.messages[name, said.id] += 1
        parts = said.parts or (Part(said.alert, said.type, said.rule, said.of),)
        nth = self.messages.total()
        self.all += [Arrived(at_s, nth, said.id, name, one.type, one.alert, one.of, said.at / 1000) for one in parts]
        return Response(status_code=204)

    def to(self, receiver: str, kind: str = "", of: str = "") -> list[Arrived]:
        return [
            one for one in self.all
            if one.receiver == receiver and kind in ("", one.type) and of in ("", one.of)
        ]  # fmt: skip

    def count(self, receiver: str) -> int:
        """Messages to it."""
        return len({one.nth for one in self.all if one.receiver == receiver})

    def anew(self) -> Iterator[Arrived]:
        """Without what was told before: an alert's begin and end are told once, a repeat by its own id."""
        seen = set[tuple[str, ...]]()
        for one in self.all:
            told = (one.receiver, one.alert, one.type, one.message if one.type == "again" else "")
            if told not in seen:
                seen.add(told)
                yield one

    def twice(self) -> int:
        """Messages of which something had come before."""
        first = set(self.anew())
        return len({one.nth for one in self.all if one not in first})

    def compared(self, expected: list[Expected], way_s: float = float("inf")) -> Compared:
        """Each with the first that came of it; what came of nothing that was expected. `way_s`: what a message may take
        from its sender, who paces by when it went; without it nothing is early by its pace."""
        found = Compared([], [], [], [*self._disorder()], {})
        left = [*self.anew()]
        for one in sorted(expected, key=lambda one: (one.may, one.due_s)):
            all_that_came = [at for at in left if (at.receiver, at.type, at.of) == one[:3]]
            in_time = [at for at in all_that_came if at.at_s >= one.due_s - EARLY_S]
            came = next(iter(in_time or ([] if one.may else all_that_came)), None)
            if came is None:
                found.missed.extend([] if one.may else [str(one)])
                continue
            left.remove(came)
            late_s = came.at_s - self._due_s(one, came)
            found.late_s[one] = late_s
            if late_s < -max(EARLY_S, min(came.at_s - one.due_s, way_s)):
                found.early.append(f"{-late_s:.2f} s: {one}")
        found.unexpected.extend(map(str, left))
        return found

    def _due_s(self, one: Expected, came: Arrived) -> float:
        """Not before the last message to this receiver is `pace_s` ago, if that had come when it was due."""
        until = [at for at in self.to(one.receiver) if at.nth <= came.nth]
        before_s = max((at.at_s for at in until if at.nth < came.nth), default=0.0)
        return max(one.due_s, before_s + one.pace_s if len(until) > one.above else 0.0)

    def _disorder(self) -> Iterator[str]:
        """Alerts that ended before they began, or began and did not end."""
        first = {(one.receiver, one.alert, one.type): place for place, one in reversed([*enumerate(self.all)])}
        for receiver, alert in {key[:2] for key in first}:
            begins, ends = (first.get((receiver, alert, kind)) for kind in ("raised", "cleared"))
            if begins is None or ends is None or begins > ends:
                yield f"{receiver}: {alert} began as {begins}th and ended as {ends}th"
