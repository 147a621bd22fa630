"""What do address and headers alone decide? Is it our host, is the path sane, which headers go out."""

import re
import socket
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wallboard.web.problems import Problem, problem_response

_SECURITY = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
_POLICY = b"content-security-policy"
_REPORTED = b"; report-uri /csp"  # web/csp.py; of every policy, those that a page has of its own too
_HSTS = "max-age=31536000"
_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?")
_REMEMBERED = 64  # verdicts; what is judged may be as long as a head
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\\]")


class Ours:
    """The headers that every answer has."""

    def __init__(self, https: bool) -> None:
        headers = _SECURITY | ({"strict-transport-security": _HSTS} if https else {})
        self._headers = [(name.encode(), _reported(name.encode(), value.encode())) for name, value in headers.items()]
        self._names = frozenset(name for name, _ in self._headers)

    def beside(self, told: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """Those of an answer, and ours that it has not of its own."""
        own = self._names.intersection(name for name, _ in told)
        if not own:
            return told + self._headers
        ours = [pair for pair in self._headers if pair[0] not in own]
        return [(name, _reported(name, value)) for name, value in told] + ours


class SecurityHeaders:
    """Adds them to every HTTP answer, the refused handshakes included."""

    def __init__(self, app: ASGIApp, ours: Ours) -> None:
        self._app, self._ours = app, ours

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                message["headers"] = self._ours.beside(list(message["headers"]))
            await send(message)

        await self._app(scope, receive, with_headers)


def _reported(name: bytes, value: bytes) -> bytes:
    return value + _REPORTED if name == _POLICY else value


class Hosts:
    """To which names do we answer? Others are DNS rebinding, or poisoned links."""

    def __init__(self, urls: Iterable[str]) -> None:
        own = socket.gethostname().lower()  # not getfqdn, which may ask a name server that does not answer
        configured = {name for url in urls if (name := urlsplit(url).hostname)}
        self._names = {"localhost", own, f"{own.partition('.')[0]}.local"} | configured
        self.wrong = lru_cache(_REMEMBERED)(self._wrong)  # a sender always says the same

    def _wrong(self, host: bytes) -> Problem | None:
        match = _HOST.fullmatch(host.decode("latin-1"))
        if match is None:
            return Problem(400, "The request needs exactly one well-formed Host header.")
        name = match[1].lower().strip("[]").rstrip(".")
        if name in self._names or _is_ip(name):
            return None
        return Problem(
            400,
            f"This server does not answer to the name '{name}'. If it should, set server.public_url in "
            "wallboard.toml (or WALLBOARD_SERVER_PUBLIC_URL) to the address that people use.",
        )


class AddressCheck:
    """Refuses hosts that are not ours and paths made to confuse routing."""

    def __init__(self, app: ASGIApp, hosts: Hosts) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif problem := self._wrong_host(scope) or wrong_path(scope["path"]):
            await problem_response(problem)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _wrong_host(self, scope: Scope) -> Problem | None:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        return self._hosts.wrong(hosts[0] if len(hosts) == 1 else b"")


@lru_cache(_REMEMBERED)
def wrong_path(path: str) -> Problem | None:
    if _CONTROL.search(path):
        return Problem(400, "The address contains control characters or a backslash.")
    segments = path.split("/")[1:]
    if any(segment in (".", "..") for segment in segments) or "" in segments[:-1]:
        return Problem(404, "There is nothing at this address.")
    return None


def _is_ip(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
