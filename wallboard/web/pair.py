"""How does a new screen come in? `/pair` shows a code until a lead lets it in; nobody needs a keyboard or a hurry.

`GET /pair` paints what there is to say; its script asks `POST /pair` the same every two seconds, and goes to the board
as soon as there is one. It is the home of every paired screen: who has lost the board comes here, and is sent on.
"""

import asyncio
from typing import Any

import segno
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.templating import Jinja2Templates

from wallboard.assets import build
from wallboard.record.screens import Screen
from wallboard.stream.keys import PAIRING_S
from wallboard.stream.pairing import written
from wallboard.web.problems import Problem
from wallboard.web.rate import Rates
from wallboard.web.recorded import answering
from wallboard.web.wiring import Parts, parts_of
from wallboard.web.words import LANGUAGES

HERE = "/pair"
CLAIM = "/pair/claim"
_NEW_PER_S, _NEW_AT_ONCE = 0.5, 100  # codes for one address: a whole house of screens has one behind a router
_ALL_PER_S, _ALL_AT_ONCE = 20, 500  # and for all: some megabytes of Redis at worst
_ALL = ""
_LOOPBACK = ("127.", "localhost", "[::1]")

Document = dict[str, Any]


class PairPage:
    """Each answer is a document with `code` and `qr`, or with `go`, or with the `board` that is not there."""

    def __init__(self, templates: Jinja2Templates) -> None:
        self._templates = templates
        self._new = Rates(_NEW_PER_S, _NEW_AT_ONCE)
        self._all = Rates(_ALL_PER_S, _ALL_AT_ONCE)

    async def show(self, request: Request) -> Response:
        kept = Response()
        try:
            found = await self._stand(request, kept)
        except Problem as problem:  # a screen is not left with an error: the page tries again
            found = {"away": problem.detail}
        if "go" in found:
            answer: Response = RedirectResponse(found["go"], 303)
        else:
            context = {"found": found, "build": build(), "reach": _reach(request)}
            answer = self._templates.TemplateResponse(request, "pair.html", context)
        return _with(answer, kept)

    async def post(self, request: Request) -> Response:
        kept = Response()
        found = await self._stand(request, kept)
        return _with(JSONResponse(found | {"build": build()}), kept)

    async def _stand(self, request: Request, kept: Response) -> Document:
        """How it stands with whoever asks; cookies are set on `kept`. Raises Problem 429 and 503."""
        parts = parts_of(request)
        with answering("No screen can be paired; this page tries again by itself."):
            if (secret := parts.paired.cookie.of(request)) and (screen := await _known(parts, secret)):
                parts.paired.cookie.set(kept, secret)  # renewed in use
                parts.paired.device.clear(kept)
                return _place(request, screen)
            device = parts.paired.device.of(request)
            shown = await parts.pairing.shown(device) if device else None
            if shown and shown.screen and (screen := await _let_in(request, shown.screen, kept)):
                return _place(request, screen)
            code = shown.code if shown and not shown.screen else await self._begin(request, kept)
        told = {"code": written(code), "qr": _qr(request, code)}
        return told | ({"revoked": True} if secret else {})

    async def _begin(self, request: Request, kept: Response) -> str:
        parts = parts_of(request)
        address = request.client.host if request.client else ""
        now_ms = parts.clock_ms()
        self._all.check(_ALL, 1, now_ms)
        self._new.spend(address, 1, now_ms)
        self._all.spend(_ALL, 1, now_ms)
        begun = await parts.pairing.begin()
        parts.paired.device.set(kept, begun.device, PAIRING_S)
        return begun.code


async def _known(parts: Parts, secret: str) -> Screen | None:
    return await parts.paired.screen(secret, asyncio.get_running_loop().time())


async def _let_in(request: Request, screen_id: str, kept: Response) -> Screen | None:
    """It gets what it comes in with. An answer may be lost, so it is given anew for as long as it asks with its
    device's secret. None: it was revoked meanwhile. A browser that becomes a screen is no person's any more."""
    parts = parts_of(request)
    secret = await asyncio.to_thread(parts.paired.record.give_secret, screen_id)
    if secret is None:
        return None
    parts.paired.cookie.set(kept, secret)
    if session := request.cookies.get(parts.sessions.cookie):
        await parts.sessions.end(session)
        parts.sessions.clear_cookie(kept)
    return await _known(parts, secret)


def _place(request: Request, screen: Screen) -> Document:
    asked = request.query_params.get("lang", "")
    go = parts_of(request).paired.address(screen, asked if asked in LANGUAGES else None)
    return {"go": go} if go else {"name": screen.name, "board": screen.board}


def _qr(request: Request, code: str) -> str:
    """As an address of data, which the policy allows for pictures; "": a telephone could not reach it."""
    reach = _reach(request)
    if reach is None:
        return ""
    picture = segno.make(f"{reach}{CLAIM}?code={written(code)}", error="m", micro=False)
    return picture.svg_data_uri(border=3, light="white", omitsize=True)


def _reach(request: Request) -> str | None:
    """What other machines call this server. None: it was called by a name that only means this machine."""
    if public := parts_of(request).config.server.public_url:
        return public.rstrip("/")
    host = request.headers["host"]
    return None if host.startswith(_LOOPBACK) else f"{request.url.scheme}://{host}"


def _with(answer: Response, kept: Response) -> Response:
    answer.headers["cache-control"] = "no-store"
    for name, value in kept.raw_headers:
        if name == b"set-cookie":
            answer.raw_headers.append((name, value))
    return answer
