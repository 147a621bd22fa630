"""`POST /api/v1/events`: which of these events are taken, and what becomes of the others?

202 means that what is accepted stands in the Redis stream. A bad item is named with its path and costs
nothing else of the batch (docs/http.md has every answer).
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import cache, lru_cache
from typing import Annotated, Any

import structlog
from msgspec import Meta
from msgspec.structs import force_setattr
from starlette.requests import Request
from starlette.responses import Response

from wallboard.core.errors import Refused, StreamUnavailable
from wallboard.core.events import Event, Rejection, Told
from wallboard.core.listening import AHEAD_MS
from wallboard.stream.found import format_of
from wallboard.stream.stream import Appended
from wallboard.web.auth import Who, allowed
from wallboard.web.bodies import EVENTS_AT_MOST, Reader, Rejected, lines_of, reader_for
from wallboard.web.body import body_of
from wallboard.web.bounds import keep_inside
from wallboard.web.calls import JSON, Answer, Call, Query
from wallboard.web.names import Names, slips
from wallboard.web.problems import Problem
from wallboard.web.rate import Rates
from wallboard.web.taken import Taken, answer, slips_of, taken_of
from wallboard.web.trail import lines_of_notices, noted_each
from wallboard.web.wiring import Parts, parts_of

BODY_BYTES_AT_MOST = 1_048_576
REQUESTS_AT_ONCE = 64  # with a body that is still to come, or is more than small
SMALL_BYTES = 8_192  # thousands of such a second wait for Redis together (stream/together.py): they need no place
OLDEST_MS = 24 * 3_600_000
LONGEST_WAIT_MS = 31 * OLDEST_MS
_BREATHE_S = 0.004  # of reading items, before the loop may serve somebody else

log = structlog.get_logger()


class Ingest:
    """The endpoint. It counts its own requests in flight, so that memory stays bounded."""

    def __init__(self, rates: Rates, names: Names) -> None:
        self._rates = rates
        self._names = names
        self._running = 0

    @Call(
        summary="Send events",
        scope="events:write",
        description="Safe to repeat where events carry an id. docs/http.md.",
        query=(
            Query("dry_run", "Only check; answers 200 instead of 202.", bool),
            Query("from", "Raw lines of a recorded format, e.g. asterisk-queue-log."),
        ),
        body={
            JSON: Told | Annotated[list[Told], Meta(max_length=EVENTS_AT_MOST)],
            "application/x-ndjson": str,
            "application/cloudevents+json": dict[str, Any],
            "application/cloudevents-batch+json": list[dict[str, Any]],
        },
        answers={
            200: Answer("A dry run: what would have been taken.", Taken),
            202: Answer("What is accepted stands in the stream.", Taken),
            422: Answer("Every item was refused.", Taken),
        },
        problems=(415, 429),
    )
    async def post(self, request: Request) -> Response:
        who = allowed(request, "events:write")
        dry_run, reader = _asked(request)
        with self._place():
            body = await body_of(request, BODY_BYTES_AT_MOST)
            _, taken = await self.take(parts_of(request), who, reader, body, dry_run=dry_run)
        return answer(taken, dry_run=dry_run)

    async def straight(self, parts: Parts, who: Who, kind: str, body: bytes) -> Response:
        """As `post`, for `who` may and whose body is here, with nothing in the query. Raises Problem."""
        reader = reader_for(kind)
        with nullcontext() if len(body) <= SMALL_BYTES else self._place():
            _, taken = await self.take(parts, who, reader, body, dry_run=False)
        return answer(taken, dry_run=False)

    @contextmanager
    def _place(self) -> Iterator[None]:
        """Raises Problem 503 where there is none."""
        if self._running >= REQUESTS_AT_ONCE:
            raise Problem(503, "Too many batches at once; send it again with the same ids.", headers=_SOON)
        self._running += 1
        try:
            yield
        finally:
            self._running -= 1

    async def take(
        self, parts: Parts, who: Who, reader: Reader, body: bytes, *, dry_run: bool, retold: bool = False
    ) -> tuple[list[Event], Taken]:
        """What is no mistake in it, into the stream unless it is a dry run. Raises Problem 400, 413, 429, 503.

        `retold`: one event may be told twice in other words, under the same id: no conflict.
        """
        floor, now_ms = parts.pipeline.floor, parts.clock_ms()
        sender = who.source or who.name
        self._names.look(floor, now_ms)
        new: dict[str, None] = {}
        with self._names.bringing(floor, sender, now_ms) as brought:

            def admit(event: Event) -> None:
                keep_inside(who, event, floor)
                if queues := self._names.admit(floor, event, sender, now_ms, None if dry_run else brought):
                    new.update(dict.fromkeys(queues))

            admission = Admission(sender, now_ms, admit)
            events, rejected = await _read(reader, body, admission)
            now_ms = parts.clock_ms()  # another may have been taken since it began
            self._spend(parts, sender, len(events) + len(rejected), now_ms)
            warnings = slips_of(slips(who, floor, new), admission.ahead, dry_run=dry_run)
            if dry_run:
                return events, taken_of(events, 0, [], rejected, warnings)
            lines = lines_of_notices(who, floor, events)
            _, duplicates, found = await _append(parts, events) if events else Appended([], [])
        conflicts = [] if retold else [events[index] for index in found]
        if fresh := [lines[place] for place in sorted(lines.keys() - set(duplicates))]:
            await noted_each(parts, who, fresh)
        if duplicates or rejected:
            same = sorted(set(duplicates) - set(found)) if conflicts else duplicates
            self._count(parts, who, [events[index] for index in same], conflicts, rejected)
        counts = len(events) - len(duplicates), len(duplicates), len(conflicts)
        parts.metrics.took(*counts, [one.error for one in rejected])
        return events, taken_of(events, len(duplicates), conflicts, rejected, warnings)

    def _spend(self, parts: Parts, sender: str, amount: int, now_ms: int) -> None:
        """Raises Problem 429 where it is too much of them, which is counted."""
        try:
            self._rates.spend(sender, amount, now_ms)
        except Problem:
            parts.metrics.put_off(amount)
            raise

    def _count(
        self, parts: Parts, who: Who, same: list[Event], conflicts: list[Event], rejected: list[Rejected]
    ) -> None:
        """For `/sources` and `tail`, which learn of them through the stream like of everything else.

        What was refused brings no name into being: one that nobody knows is counted in /metrics alone.
        """
        for event in same:
            parts.counting.duplicate(event.source or who.name, [event.id])
        for event in conflicts:
            parts.counting.conflict(event.source or who.name, [event.id])
        refusals: dict[str, list[Rejection]] = defaultdict(list)
        for one in rejected:
            refusals[who.speaks_as or one.source or who.name].append(Rejection(at=one.at, error=one.error, id=one.id))
        for source, refused in refusals.items():
            own = source in (who.speaks_as, who.name) or source in parts.config.collectors
            if own or self._names.knows_source(parts.pipeline.floor, source):
                parts.counting.reject(source, refused)


_SOON = {"retry-after": "1"}
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


def _asked(request: Request) -> tuple[bool, Reader]:
    """Whether it is a dry run, and how to read the body. A typo in the query is refused, not passed over."""
    query = dict(request.query_params) if request.scope["query_string"] else {}
    dry_run = _FLAGS.get(query.pop("dry_run", "false").lower())
    named = query.pop("from", None)
    if query or dry_run is None:
        wrong = ", ".join(query) or "dry_run"
        raise Problem(400, f"Query parameter '{wrong[:100]}': expected dry_run=true or from=FORMAT.")
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Problem(415, "Send the body without a Content-Encoding.", headers={"accept-encoding": "identity"})
    if named is None:
        return dry_run, reader_for(request.headers.get("content-type"))
    try:
        return dry_run, _lines_as(named[:100])
    except Refused as refused:
        raise Problem(400, f"from: {refused.reason}.") from None


@lru_cache(maxsize=16)
def _lines_as(name: str) -> Reader:
    """Looked for once: to read what is installed takes as long as reading five hundred events. Raises Refused."""
    return lines_of(format_of(name))


class Admission:
    """What the vocabulary cannot say by itself: age limits, whose event it is, and what `further` refuses.

    The future is left to the core, which counts it as `clamped`; an absent time is the stream's own.
    `ahead`: of how many events it is, and by how many seconds the first is; None: of none.
    """

    ahead: tuple[int, int] | None = None

    def __init__(self, sender: str, now_ms: int, further: Callable[[Event], None]) -> None:
        self._sender, self._now_ms, self._further = sender, now_ms, further

    def admit(self, event: Event) -> Event:
        """The event as it is taken, with its source. Raises Refused."""
        if event.time is not None and event.time < self._now_ms - OLDEST_MS:
            seconds = ": milliseconds are expected, and this fits as seconds" if _fits(event.time, self._now_ms) else ""
            raise Refused("$.time", f"older than 24 h: too late for the live state{seconds}")
        if event.time is not None and event.time > self._now_ms + AHEAD_MS:
            before, first_s = self.ahead or (0, (event.time - self._now_ms) // 1000)
            self.ahead = before + 1, first_s
        for name in _began(type(event)):
            told_ms = getattr(event, name)
            if told_ms is not None and told_ms < self._now_ms - LONGEST_WAIT_MS:
                raise Refused(f"$.{name}", "more than 31 days ago: nobody waits so long")
        if not event.source:
            force_setattr(event, "source", self._sender)  # fresh from its decoder: nobody else holds it yet
        self._further(event)
        return event


def _fits(told: int, now_ms: int) -> bool:
    """Whether it would be a time if it were told in seconds: within a day of now."""
    return abs(told * 1000 - now_ms) <= OLDEST_MS


@cache
def _began(kind: type[Event]) -> tuple[str, ...]:
    """The fields of such an event that say when a waiting began."""
    return tuple(name for name in ("since", "oldest_at") if name in kind.__struct_fields__)


async def _read(reader: Reader, body: bytes, admission: Admission) -> tuple[list[Event], list[Rejected]]:
    events: list[Event] = []
    rejected: list[Rejected] = []
    until_s = time.perf_counter() + _BREATHE_S
    for found in reader(body, admission.admit):
        if isinstance(found, Rejected):
            rejected.append(found)
        else:
            events.append(found)
        if time.perf_counter() > until_s:
            await asyncio.sleep(0)
            until_s = time.perf_counter() + _BREATHE_S
    return events, rejected


async def _append(parts: Parts, events: list[Event]) -> Appended:
    """What Redis does not take is repeated by the sender, with the same ids."""
    began_s = time.perf_counter()
    try:
        return await parts.together.append(events)
    except StreamUnavailable as error:
        log.warning("events refused: Redis does not take them", error=str(error), events=len(events))
        raise Problem(
            503, "Redis does not take events now; send the batch again with the same ids.", headers=_SOON
        ) from None
    finally:
        parts.metrics.append.took_s(time.perf_counter() - began_s)
