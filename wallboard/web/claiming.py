"""How does a lead let a new screen in? By the code that it shows on /pair; guesses are counted."""

import asyncio
from typing import Annotated

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from wallboard.core.errors import Refused
from wallboard.record.screens import Screen
from wallboard.stream.pairing import code_of
from wallboard.web.auth import Who, allowed
from wallboard.web.calls import Answer, Call
from wallboard.web.onscreens import board_named
from wallboard.web.problems import Problem
from wallboard.web.rate import Rates
from wallboard.web.recorded import answering
from wallboard.web.screens import MANAGE, BoardId, Name, Told, asked_of, told
from wallboard.web.wiring import Parts, parts_of

_WRONG_PER_S, _WRONG_AT_ONCE = 1 / 60, 10  # codes that nobody shows, by one address and by one person
_NO_SUCH_CODE = (
    "No screen shows this code now. A code is good once, for 15 minutes and five tries: "
    "look at the screen for the one that it shows now."
)


class Claim(Struct, forbid_unknown_fields=True):
    code: Annotated[str, Meta(max_length=64)]
    name: Name
    board: BoardId


class Claiming:
    """Wrong codes are counted for each address and each person."""

    def __init__(self) -> None:
        self._wrong = Rates(_WRONG_PER_S, _WRONG_AT_ONCE)

    @Call(
        summary="Let a new screen in",
        scope=MANAGE,
        description="The device that shows this code on /pair becomes a screen. docs/screens.md.",
        body=Claim,
        answers={201: Answer("It shows its board within seconds.", Told)},
        problems=(409, 422, 429),
    )
    async def claim(self, request: Request) -> Response:
        """`POST /api/v1/screens`: the device that shows this code becomes a screen."""
        who = allowed(request, MANAGE)
        parts = parts_of(request)
        asked = await asked_of(request, Claim)
        board_named(parts, who, asked.board)
        names = (f"address {request.client.host if request.client else ''}", f"{who.kind} {who.id or who.name}")
        for name in names:
            self._wrong.check(name, 1, parts.clock_ms())
        screen = await _claimed(parts, who, asked)
        if screen is None:
            for name in names:
                self._wrong.spend(name, 1, parts.clock_ms())
            raise Problem(422, _NO_SUCH_CODE, at="$.code")
        return JSONResponse(told(screen), 201)


async def _claimed(parts: Parts, who: Who, asked: Claim) -> Screen | None:
    """None: no device shows this code; wrong, old, used and worn out ones are told alike, after the same question."""
    code = code_of(asked.code) or ""
    with answering():
        device = await parts.pairing.attempt(code)
        if device is None:
            return None
        try:
            screen = await asyncio.to_thread(
                parts.paired.record.add, asked.name.strip(), asked.board, by=who.by, now_ms=parts.clock_ms()
            )
        except Refused as refused:
            raise Problem(409, f"{refused.reason}.") from None
        if await parts.pairing.give(code, device, screen.id):
            return screen
        await asyncio.to_thread(parts.paired.record.revoke, screen.id, by=who.by, now_ms=parts.clock_ms())
    return None
