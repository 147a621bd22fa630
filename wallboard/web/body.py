"""How does a request's body come in? Counted as it comes, and not for ever."""

import asyncio

from starlette.requests import ClientDisconnect, Request

from wallboard.web.problems import Problem

BODY_S = 10.0  # one that takes longer comes from a stalled or hostile sender


async def body_of(request: Request, at_most: int) -> bytes:
    """The whole body. A lie in Content-Length helps as little as its absence. Raises Problem 408, 413."""
    length = request.headers.get("content-length", "0")
    if length.isdecimal() and len(length) <= 18 and int(length) > at_most:
        raise _too_long(at_most)
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > at_most:
                    raise _too_long(at_most)
    except TimeoutError:
        detail = f"The body did not arrive within {BODY_S:g} s."
        raise Problem(408, detail, headers={"connection": "close"}) from None
    except ClientDisconnect:
        raise Problem(400, "The sender went away.") from None
    return bytes(body)


def _too_long(at_most: int) -> Problem:
    return Problem(413, f"The body is over {at_most} bytes; send several smaller ones.")
