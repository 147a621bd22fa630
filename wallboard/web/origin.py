"""Did this request start on one of our own pages? Origin and Sec-Fetch-Site, for HTTP and WebSocket alike."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from wallboard.web.problems import Problem

_SECURE = {"http": "http", "https": "https", "ws": "http", "wss": "https"}
_DEFAULT_PORT = {"http": 80, "https": 443}
_TELLING = frozenset({b"origin", b"sec-fetch-site"})
_OWN_SITE = frozenset({"same-origin", "none"})  # none: typed or bookmarked by the person

_Origin = tuple[str, str, int]


class Origins:
    """Ours are the address that was asked (its Host header) and those of the configuration:
    `server.public_url` and `server.allowed_origins`."""

    def __init__(self, urls: Iterable[str]) -> None:
        self._configured = {origin for url in urls if (origin := parse_origin(url))}

    def check(self, scope: Scope, *, needed: bool) -> None:
        """Raises Problem 403 for a foreign page; for a missing Origin only where it is needed (cookies)."""
        if not needed and _TELLING.isdisjoint(name for name, _ in scope["headers"]):
            return  # a program
        headers = Headers(scope=scope)
        origins = headers.getlist("origin")
        if headers.get("sec-fetch-site", "none") not in _OWN_SITE:
            raise Problem(403, "This request was started by another site's page and is not taken.")
        if not origins and not needed:
            return
        if len(origins) != 1:
            raise Problem(403, "A request with a session cookie needs exactly one Origin header.")
        origin = parse_origin(origins[0])
        if origin is None or origin not in {self._asked(scope, headers), *self._configured}:
            raise Problem(
                403,
                f"The page's origin '{origins[0][:100]}' is not this server's. If people reach the server "
                "there, set server.public_url in wallboard.toml.",
            )

    def _asked(self, scope: Scope, headers: Headers) -> _Origin | None:
        return parse_origin(f"{_SECURE[scope['scheme']]}://{headers.get('host', '')}")


def parse_origin(text: str) -> _Origin | None:
    """Scheme, host and port; None for `null` and whatever is not an origin."""
    try:
        parts = urlsplit(text)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError:
        return None
    if scheme not in _DEFAULT_PORT or not host or parts.username is not None:
        return None
    return scheme, host, port or _DEFAULT_PORT[scheme]
