"""How do events reach the server from a script? One HTTP request a batch, and what its answer means."""

import http.client
import ssl
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn
from urllib.parse import SplitResult, urlsplit

import msgspec
from msgspec.structs import replace

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


class Slip(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was taken and may be a mistake: a new `queue` that may be another one misspelt, or times that are ahead."""

    warning: str
    queue: str | None = None


class Conflict(msgspec.Struct, frozen=True):
    """A repeat that said another thing than the first, which counts."""

    id: str
    source: str


class Answer(msgspec.Struct):
    """What became of the events."""

    accepted: int = 0
    duplicate: int = 0
    rejected: list[Rejected] = []
    kept: int = 0  # on disk, until the server is back
    warnings: list[Slip] = []
    conflicts: list[Conflict] = []

    def add(self, other: "Answer") -> None:
        self.accepted += other.accepted
        self.duplicate += other.duplicate
        self.rejected = [*self.rejected, *other.rejected]
        self.kept += other.kept
        self.warnings = [*self.warnings, *other.warnings]
        self.conflicts = [*self.conflicts, *other.conflicts]


class Sender:
    """Knows where the server is and with which token it is spoken to. `dry_run`: it only checks."""

    def __init__(self, url: str, token: str | None, *, dry_run: bool = False) -> None:
        self.url = url.rstrip("/")
        self._path = f"{PATH}?dry_run=true" if dry_run else PATH
        self._place = _checked(self.url)
        self._token = token

    def send(self, events: Sequence[Event]) -> Answer:
        """Raises Away where repeating helps, else WallboardError that says what to change."""
        answer = self.send_lines(b"\n".join(encode(event) for event in events))
        if len(events) == 1:  # whose place among one says nothing
            answer.rejected = [replace(one, at=f"${one.at.removeprefix('$[0]')}") for one in answer.rejected]
        return answer

    def send_lines(self, body: bytes) -> Answer:
        status, answer, _ = self.exchange("POST", self._path, body, {"Content-Type": "application/x-ndjson"})
        return self._answered(status, answer)

    def exchange(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes, http.client.HTTPMessage]:
        """Status, body and headers of the answer, whatever it says. Raises Away where none comes."""
        try:
            return self._exchange(method, path, body, headers)
        except ssl.SSLCertVerificationError as error:
            raise WallboardError(f"{self.url}: its certificate is not trusted: {error.verify_message}") from None
        except (OSError, http.client.HTTPException) as error:
            raise Away(f"{self.url} does not answer: {error or type(error).__name__}") from None

    def _exchange(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes, http.client.HTTPMessage]:
        kind = http.client.HTTPSConnection if self._place.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._place.hostname or "", self._place.port, timeout=TIMEOUT_S)
        sent = {"User-Agent": "wallboard-post", **headers}
        if self._token:
            sent["Authorization"] = f"Bearer {self._token}"
        try:
            connection.request(method, self._place.path + path, body, sent)
            response = connection.getresponse()
            return response.status, response.read(), response.headers
        finally:
            connection.close()

    def _answered(self, status: int, body: bytes) -> Answer:
        return _decoded(self.url, body) if status in (200, 202, 422) else self.refuse(status, body)

    def refuse(self, status: int, body: bytes) -> NoReturn:
        """Raises Away where repeating helps, else what is to be changed."""
        if status in _REPEATABLE:
            raise Away(f"{self.url} answers {status}: {_detail(body)}")
        if status == 401:
            said = "refuses the token" if self._token else "wants a token and WALLBOARD_TOKEN is not set"
            raise WallboardError(
                f"{self.url} {said}: `wallboard token create NAME --scope events:write` makes one for WALLBOARD_TOKEN"
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
