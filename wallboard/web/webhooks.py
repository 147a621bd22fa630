"""`POST /api/v1/in/NAME`: somebody else's JSON, read by the map of the source NAME (docs/webhooks.md).

The path is open: the sender proves itself by the signature that the source's section asks for. A source that does not
exist and one whose signature is wrong answer the same; of the first, and without its token, no body is read.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response

from wallboard.core.errors import Mistake, Refused
from wallboard.core.events import Event
from wallboard.core.mapping import Map, events_of
from wallboard.core.words import shown
from wallboard.sense import WEBHOOK
from wallboard.web.bodies import Admit, Found, Reader, Rejected
from wallboard.web.body import body_of
from wallboard.web.calls import Answer, Call, Query
from wallboard.web.ingest import BODY_BYTES_AT_MOST, Ingest
from wallboard.web.problems import Problem
from wallboard.web.signatures import is_signed
from wallboard.web.taken import Taken, answer
from wallboard.web.who import Who
from wallboard.web.wiring import Parts, parts_of
from wallboard.webhooks import Webhook, stamp_of, webhook_of

AT_ONCE = 16  # bodies for one webhook that are read at the same time, before it is known who sends them
FROM_ONE = 8  # and of these from one address
PIECES_AT_MOST = 100_000  # objects and lists of a payload: nobody else is served while they are read
_FLAGS = {"dry_run=true": True, "dry_run=1": True, "dry_run=false": False, "": False}

log = structlog.get_logger()


class Shown(Taken, kw_only=True):
    """With the events that a payload would become."""

    events: Sequence[Event]


class Webhooks:
    """The endpoint. A source's map and secret are read once, and anew when its section or a file of it changes."""

    def __init__(self, ingest: Ingest) -> None:
        self._ingest = ingest
        self._running: Counter[tuple[str, ...]] = Counter()
        self._read: dict[str, tuple[object, Webhook | None]] = {}

    @Call(
        summary="Send somebody else's JSON",
        scope=None,
        description='A source of kind = "webhook": its map makes events of it. No token, but the signature that '
        "the source asks for. docs/webhooks.md.",
        query=(Query("dry_run", "Only show what it would become; answers 200.", bool),),
        body=Any,
        answers={
            200: Answer("A dry run: what it would become.", Shown),
            202: Answer("What is accepted stands in the stream.", Taken),
            422: Answer("Every event of it was refused.", Taken),
        },
        problems=(401, 429),
    )
    async def post(self, request: Request) -> Response:
        parts = parts_of(request)
        dry_run = _FLAGS.get(request.url.query)
        if dry_run is None:
            raise Problem(400, "Expected nothing or dry_run=true as the query.")
        webhook = self._webhook(parts, request.path_params["name"])
        if webhook is None or (webhook.signature.form == "token" and not _is_from(request, webhook, b"")):
            raise _unsigned()
        with self._place(webhook.name, request.client.host if request.client else ""):
            body = await body_of(request, BODY_BYTES_AT_MOST)
        if not _is_from(request, webhook, body):
            raise _unsigned()
        reader = reader_of(webhook.by)
        events, taken = await self._ingest.take(parts, _sender(webhook), reader, body, dry_run=dry_run, retold=True)
        if not dry_run and not events and not taken.rejected:
            parts.counting.leave_out(webhook.name)
        if dry_run:
            taken = Shown(taken.accepted, taken.duplicate, taken.rejected, taken.warnings, events=events)
        return answer(taken, dry_run=dry_run)

    @contextmanager
    def _place(self, name: str, address: str) -> Iterator[None]:
        """While a body is read. Raises Problem 503: one sender's slow ones keep out nobody else's."""
        if self._running[name,] >= AT_ONCE or self._running[name, address] >= FROM_ONE:
            raise Problem(503, "Too many at once for this webhook; send it again.", headers={"retry-after": "1"})
        for of in ((name,), (name, address)):
            self._running[of] += 1
        try:
            yield
        finally:
            for of in ((name,), (name, address)):
                self._running[of] -= 1
                if not self._running[of]:
                    del self._running[of]

    def _webhook(self, parts: Parts, name: str) -> Webhook | None:
        options = parts.config.collectors.get(name, {})
        if options.get("kind") != WEBHOOK:
            return None
        told = options, stamp_of(options, parts.config.base)
        if name not in self._read or self._read[name][0] != told:
            mistakes: list[Mistake] = []
            found = webhook_of(name, options, parts.config.base, str(parts.config.file), mistakes)
            if mistakes:
                log.error("webhook not read", source=name, mistakes="; ".join(map(str, mistakes)))
            self._read[name] = (told, found)
        return self._read[name][1]


def _is_from(request: Request, webhook: Webhook, body: bytes) -> bool:
    headers = {name.lower(): value for name, value in request.headers.items()}
    now_s = parts_of(request).clock_ms() // 1000
    return is_signed(headers, body, webhook.secret, webhook.signature, now_s)


def _unsigned() -> Problem:
    detail = "There is no such webhook, or its signature is not right: docs/webhooks.md says how."
    return Problem(401, detail, headers={"www-authenticate": "Bearer"})


def _sender(webhook: Webhook) -> Who:
    return Who(webhook.name, frozenset({"events:write"}), id=webhook.name, source=webhook.name)


def reader_of(by: Map) -> Reader:
    """How to read a body by this map. Raises Problem 400 for what is no JSON."""

    def read(body: bytes, admit: Admit) -> Found:
        for number, made in enumerate(events_of(_payload(body), by)):
            rule = f"[[event]] {made.rule + 1}, {by.rules[made.rule].type}"
            try:
                if isinstance(made.found, Refused):
                    raise made.found
                yield admit(made.found)
            except Refused as refused:
                yield Rejected(number, refused.at, shown(f"{rule}: {refused.reason}", 300))

    return read


def _payload(body: bytes) -> Any:
    """As msgspec reads it; a number that is too long for it is no JSON of ours."""
    if body.count(b"{") + body.count(b"[") > PIECES_AT_MOST:
        raise Problem(413, f"The body holds more than {PIECES_AT_MOST} objects and lists.")
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(400, f"The body is not JSON: {error}. Nothing of it was taken.", at="$") from None
