"""How does a request's body come in? Counted as it comes, and not for ever."""

import asyncio

from starlette.requests import Request

from wallboard.web.problems import Problem

WHOLE = "wallboard.whole"  # in a request's scope: all of its body is here already (web/patience.py)
BODY_S = 10.0  # one that takes longer comes from a stalled or hostile sender


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
