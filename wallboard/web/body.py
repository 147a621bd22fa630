"""How does a request's body come in? Counted as it comes, and not for ever; and read as the JSON that is expected."""

import asyncio
from typing import TypeVar

import msgspec
from starlette.requests import Request

from wallboard.core.words import plainly
from wallboard.web.problems import Problem

WHOLE = "wallboard.whole"  # in a request's scope: all of its body is here already (web/patience.py)
BODY_S = 10.0  # one that takes longer comes from a stalled or hostile sender

T = TypeVar("T")


async def body_of(request: Request, at_most: int) -> bytes:
    """The whole body. A lie in Content-Length helps as little as its absence. Raises Problem 408, 413."""
    length = request.headers.get("content-length", "0")
    if length.isdecimal() and len(length) <= 18 and int(length) > at_most:
        raise _too_long(at_most)
    if request.scope.get(WHOLE):
        return await _read(request, at_most)
    try:
        async with asyncio.timeout(BODY_S):
            return await _read(request, at_most)
    except TimeoutError:
        detail = f"The body did not arrive within {BODY_S:g} s."
        raise Problem(408, detail, headers={"connection": "close"}) from None


def read_as(body: bytes, kind: type[T], such_as: str | None) -> T:
    """`such_as`: an example, for whoever sent what is no JSON; None: nothing at all is an object too.

    Raises Problem 400 for what is no JSON, 422 with its path for what is not of this kind.
    """
    try:
        return msgspec.json.decode(body if such_as or body else b"{}", type=kind)
    except msgspec.ValidationError as error:
        reason, _, at = str(error).partition(" - at ")
        raise Problem(422, f"{plainly(reason)}.", at=at.strip("`") or "$") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        expected = f" such as {such_as}." if such_as else ", or nothing."
        raise Problem(400, f"Expected a JSON object{expected}") from None


async def _read(request: Request, at_most: int) -> bytes:
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise Problem(400, "The sender went away.")
        more = message.get("more_body", False)
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > at_most:
            raise _too_long(at_most)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _too_long(at_most: int) -> Problem:
    return Problem(413, f"The body is over {at_most} bytes; send several smaller ones.")
