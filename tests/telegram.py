"""A Bot API of Telegram on this machine, as far as Wallboard asks it: https://core.telegram.org/bots/api"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.serving import serving

TOKEN = "123456:AAsecretsecretsecretsecretsecret"
CHAT = -1001
NAME = "house_bot"


class Telegram:
    """`called`: (method, body) of what was asked, without getUpdates. `refuses`: method → (code, why)."""

    def __init__(self) -> None:
        self.called = list[tuple[str, dict[str, Any]]]()
        self.refuses = dict[str, tuple[int, str]]()
        self.offsets = list[int]()
        self.api = ""
        self._updates = list[dict[str, Any]]()
        self._came = asyncio.Event()
        self._numbers = iter(range(1, 10**6))

    @property
    def url(self) -> str:
        return f"telegram://{TOKEN}@{CHAT}?api={self.api}"

    def press(self, data: str, chat: int = CHAT, **sender: Any) -> None:
        number = next(self._numbers)
        query = {
            "id": f"q{number}", "data": data, "from": {"id": 7, "first_name": "Olena", **sender},
            "message": {"message_id": 1, "chat": {"id": chat}},
        }  # fmt: skip
        self._updates.append({"update_id": number, "callback_query": query})
        self._came.set()

    def say(self, text: str, chat: int = 987654321, kind: str = "private") -> None:
        """Somebody writes to the bot."""
        number = next(self._numbers)
        message = {"message_id": number, "text": text, "chat": {"id": chat, "type": kind}, "from": {"id": chat}}
        self._updates.append({"update_id": number, "message": message})
        self._came.set()

    def of(self, method: str) -> list[dict[str, Any]]:
        return [body for called, body in self.called if called == method]

    async def answer(self, request: Request) -> Response:
        method, body = request.path_params["method"], await request.json()
        if request.path_params["token"] != TOKEN:
            return _refused(401, "Unauthorized")
        if method == "getUpdates":
            found, kinds = await self._after(body["offset"]), body["allowed_updates"]
            self._updates = [one for one in found if any(kind in one for kind in kinds)]
            return JSONResponse({"ok": True, "result": self._updates})
        self.called.append((method, body))
        if method in self.refuses:
            return _refused(*self.refuses[method])
        result: Any = {"message_id": next(self._numbers)} if method == "sendMessage" else True
        result = {"id": 1, "is_bot": True, "username": NAME} if method == "getMe" else result
        return JSONResponse({"ok": True, "result": result})

    async def _after(self, offset: int) -> list[dict[str, Any]]:
        """Those from this one on; the ones before are confirmed. Waits for one, not long, so that a test can end."""
        self.offsets.append(offset)
        self._updates = [one for one in self._updates if one["update_id"] >= offset]
        if not self._updates:
            self._came.clear()
            await asyncio.wait([asyncio.ensure_future(self._came.wait())], timeout=0.5)
        return list(self._updates)


def _refused(code: int, why: str) -> Response:
    return JSONResponse({"ok": False, "error_code": code, "description": why}, code)


@asynccontextmanager
async def telegram() -> AsyncIterator[Telegram]:
    there = Telegram()
    app = Starlette(routes=[Route("/bot{token}/{method}", there.answer, methods=["POST"])])
    async with serving(app) as url:
        there.api = url
        yield there
