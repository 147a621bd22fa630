"""What did a browser refuse for the pages' policy? `POST /csp`, as the policy's `report-uri` says: a line and a count.

It is open, for it comes from `/signin` too; whoever sends it is believed nothing. `report-to` is left out: where both
stand Chromium takes that alone, and sends nothing over http.
"""

from collections.abc import Callable, Iterable
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
import structlog
from msgspec import Meta, Struct, field
from starlette.requests import Request
from starlette.responses import Response

from wallboard.core.words import shown
from wallboard.web.body import body_of
from wallboard.web.problems import Problem
from wallboard.web.rate import Rates

HERE = "/csp"
_BODY_BYTES = 8_192
_PER_S, _AT_ONCE = 0.2, 20  # of one address
_ALL_PER_S, _ALL_AT_ONCE = 5, 100
_SHOWN = 200

log = structlog.get_logger("policy")
Said = Annotated[str, Meta(max_length=_BODY_BYTES)]


class _Violation(Struct):
    page: Said = field(name="document-uri", default="")
    directive: Said = field(name="effective-directive", default="")
    blocked: Said = field(name="blocked-uri", default="")


class _Report(Struct):
    violation: _Violation = field(name="csp-report")


class Violations:
    """The endpoint, and how many there were since this process began."""

    def __init__(self, clock_ms: Callable[[], int]) -> None:
        self._clock_ms = clock_ms
        self._count = 0
        self._each = Rates(_PER_S, _AT_ONCE)
        self._all = Rates(_ALL_PER_S, _ALL_AT_ONCE)

    async def post(self, request: Request) -> Response:
        now_ms = self._clock_ms()
        self._each.spend(request.client.host if request.client else "", 1, now_ms)
        self._all.spend("all addresses", 1, now_ms)
        try:
            found = msgspec.json.decode(await body_of(request, _BODY_BYTES), type=_Report).violation
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise Problem(400, "Expected what a browser sends of a Content-Security-Policy.") from None
        self._count += 1
        log.warning(
            "a browser refused what the pages' policy forbids",
            directive=shown(found.directive, 40),
            blocked=shown(found.blocked.partition("?")[0], _SHOWN),
            page=shown(_path(found.page), _SHOWN),
        )
        return Response(status_code=204)

    def readings(self) -> Iterable[tuple[str, str, float]]:
        yield "wallboard_policy_violations_total", "Reports of browsers that pages broke their policy.", self._count


def _path(address: str) -> str:
    """Without host, query and fragment."""
    try:
        return urlsplit(address).path
    except ValueError:
        return ""
