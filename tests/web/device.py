"""A new screen as the tests of pairing have it: a browser without a keyboard."""

from typing import Any
from urllib.parse import quote

import httpx
from websockets.asyncio.client import connect as open_socket


class Device:
    """A browser without a keyboard: it keeps cookies and asks."""

    def __init__(self, served: Any) -> None:
        self.served = served
        self.http = httpx.AsyncClient(base_url=served.origin, timeout=60, verify=False)

    async def ask(self) -> Any:
        answer = await self.http.post("/pair")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def code(self) -> str:
        found = (await self.ask())["code"]
        assert isinstance(found, str)
        return found

    def has(self, name: str, value: str) -> None:
        self.http.cookies.set(name, value, domain=self.served.host)

    def secret(self) -> str | None:
        return self.http.cookies.get(self.served.parts.paired.cookie.name)

    def socket(self, board: str = "overview") -> Any:
        cookie = "; ".join(f"{one.name}={one.value}" for one in self.http.cookies.jar)
        return open_socket(
            f"ws://{self.served.host}:{self.served.port}/live?board={quote(board)}",
            origin=self.served.origin,
            subprotocols=["wallboard.v1"],
            additional_headers={"cookie": cookie},
        )

    async def paired(self, name: str = "Hall", board: str = "overview") -> str:
        """Let in; the screen's id."""
        answer = await claim(self.served, await self.code(), name, board)
        assert answer.status_code == 201, answer.text
        assert (await self.ask())["go"] == f"/board/{board}?kiosk"
        return str(answer.json()["id"])


async def claim(served: Any, code: str, name: str = "Hall", board: str = "overview") -> httpx.Response:
    answer = await served.http.post("/api/v1/screens", json={"code": code, "name": name, "board": board})
    assert isinstance(answer, httpx.Response)
    return answer
