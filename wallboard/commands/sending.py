"""How do events reach the server from a script? One HTTP request a batch, and what its answer means."""

import http.client
import ssl
from collections.abc import Sequence
from typing import Any
from urllib.parse import SplitResult, urlsplit

import msgspec

from wallboard.core.errors import WallboardError
from wallboard.core.events import Event, encode

PATH = "/api/v1/events"
TIMEOUT_S = 5
_REPEATABLE = frozenset({408, 425, 429, 500, 502, 503, 504})


class Away(WallboardError):
    """The server did not take the batch now; it can be repeated with the same ids."""


class Rejected(msgspec.Struct, frozen=True):
    at: str
    error: str
    index: int | None = None


class Answer(msgspec.Struct):
    """What became of the events."""

    accepted: int = 0
    duplicate: int = 0
    rejected: list[Rejected] = []
    kept: int = 0  # on disk, until the server is back

    def add(self, other: "Answer") -> None:
        self.accepted += other.accepted
        self.duplicate += other.duplicate
        self.rejected = [*self.rejected, *other.rejected]
        self.kept += other.kept


class Sender:
    """Knows where the server is and with which token it is spoken to."""

    def __init__(self, url: str, token: str | None) -> None:
        self.url = url.rstrip("/")
        self._place = _checked(self.url)
        self._token = token

    def send(self, events: Sequence[Event]) -> Answer:
        """Raises Away where repeating helps, else WallboardError that says what to change."""
        return self.send_lines(b"\n".join(encode(event) for event in events))

    def send_lines(self, body: bytes) -> Answer:
        try:
            status, answer = self._exchange(body)
        except ssl.SSLCertVerificationError as error:
            raise WallboardError(f"{self.url}: its certificate is not trusted: {error.verify_message}") from None
        except (OSError, http.client.HTTPException) as error:
            raise Away(f"{self.url} does not answer: {error or type(error).__name__}") from None
        return self._answered(status, answer)

    def _exchange(self, body: bytes) -> tuple[int, bytes]:
        kind = http.client.HTTPSConnection if self._place.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._place.hostname or "", self._place.port, timeout=TIMEOUT_S)
        headers = {"Content-Type": "application/x-ndjson", "User-Agent": "wallboard-post"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        try:
            connection.request("POST", self._place.path + PATH, body, headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def _answered(self, status: int, body: bytes) -> Answer:
        if status in _REPEATABLE:
            raise Away(f"{self.url} answers {status}: {_detail(body)}")
        if status in (202, 422):
            return _decoded(self.url, body)
        if status == 401:
            said = "refuses the token" if self._token else "wants a token and WALLBOARD_TOKEN is not set"
            raise WallboardError(
                f"{self.url} {said}: put into WALLBOARD_TOKEN what the server was started with as WALLBOARD_ADMIN_TOKEN"
            )
        if status == 404:
            raise WallboardError(f"{self.url} is no wallboard: correct WALLBOARD_URL")
        raise WallboardError(f"{self.url} answers {status}: {_detail(body)}")


def _checked(url: str) -> SplitResult:
    place = urlsplit(url)
    if place.scheme not in ("http", "https") or not place.hostname:
        raise WallboardError(f"WALLBOARD_URL: '{url}' is no address such as https://wall.example.com")
    return place


def _decoded(url: str, body: bytes) -> Answer:
    try:
        return msgspec.json.decode(body, type=Answer)
    except (msgspec.ValidationError, msgspec.DecodeError):
        raise WallboardError(f"{url} does not answer like a wallboard: correct WALLBOARD_URL") from None


def _detail(body: bytes) -> str:
    try:
        problem: Any = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return "no reason given"
    return str(problem.get("detail") or problem.get("title")) if isinstance(problem, dict) else "no reason given"
