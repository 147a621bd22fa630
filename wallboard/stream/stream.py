"""What happened, in order? The Redis stream of all events: append once, read on from a place, trim by time."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from msgspec.structs import force_setattr
from redis.asyncio import Redis

from wallboard.core.errors import Refused, StreamGap
from wallboard.core.events import Event, decode_own
from wallboard.stream.append import append
from wallboard.stream.keys import Keys
from wallboard.stream.own import Own
from wallboard.stream.redis import BLOCK_MS, answering

BEGIN = "0-0"  # before the first entry
_FIELD = b"e"
_Told = list[tuple[bytes, dict[bytes, bytes]]]
_Found = tuple[bool, _Told]  # whether the entry that was read last is there still, and those after it


class Appended(NamedTuple):
    """`ids[i]` is None where event i was a duplicate; `duplicates` are their indexes, `conflicts` those of duplicates
    that say another thing than the first."""

    ids: list[str | None]
    duplicates: list[int]
    conflicts: Sequence[int] = ()


class Entry(NamedTuple):
    """One event of the stream; None, and the `reason`, if it cannot be decoded."""

    id: str
    arrival_ms: int
    event: Event | None
    reason: str = ""


class Row(NamedTuple):
    """One entry as it stands in the stream: its id, and the event's JSON."""

    id: str
    data: bytes


class Stream:
    """Every method raises StreamUnavailable when Redis does not answer or does not take it; none repeats."""

    def __init__(self, redis: Redis, keys: Keys, own: Own | None = None) -> None:
        """`own`: shared with the Stream that reads in the same process what this one appends."""
        self._own = own
        self._redis = redis
        self._keys = keys
        self._known: str | None = None  # the last entry that `read` gave or `check` found

    async def append(
        self,
        events: Sequence[Event],
        *,
        collector: str | None = None,
        position: str | None = None,
        fence: int | None = None,
    ) -> Appended:
        """Each (source, id) once within 24 hours; `position` of `collector` in the same atomic step as the
        last event. When it raises, append the same events again: what arrived is a duplicate then.

        Raises LeaseLost if `fence` is not the newest token.
        """
        if not events and position is None:
            return Appended([], [])
        with answering("events were not appended"):
            ids, conflicts = await append(self._redis, self._keys, events, collector, position, fence)
        if self._own is not None:
            self._own.keep(ids, events)
        return Appended(ids, [index for index, entry_id in enumerate(ids) if entry_id is None], conflicts)

    async def read(self, after: str, *, count: int = 1000, block_ms: int | None = None) -> list[Entry]:
        """Entries after the id `after`. Waits for one up to `block_ms` (at most BLOCK_MS; None: not at all).

        Raises StreamGap, once, if `after` was there when it was given or checked, and is not any more: then the
        stream was trimmed, emptied or restored, and events may have been missed.
        """
        rows = await self.rows(after, count=count, block_ms=block_ms)
        entries = [_entry(row, self._own) for row in rows]
        if entries and self._own is not None:
            self._own.passed(entries[-1].id)
        return entries

    async def rows(self, after: str, *, count: int = 1000, block_ms: int | None = None) -> list[Row]:
        """As `read`, for who looks into few of them."""
        with answering("events were not read"):
            asked = self._standing(after, count) if block_ms is None else self._coming(after, count, block_ms)
            at_cursor, found = await asked
        if after == self._known and not at_cursor:
            self._known = None
            if self._own is not None:
                self._own.clear()
            raise _gap(after)
        rows = [Row(entry_id.decode(), fields.get(_FIELD, b"")) for entry_id, fields in found]
        if rows:
            self._known = rows[-1].id
        return rows

    async def check(self, cursor: str) -> None:
        """For a place that was kept elsewhere, such as a checkpoint's: is nothing missing after it?

        Raises StreamGap unless the entry at `cursor` is there. The beginning is always there.
        """
        if cursor == BEGIN:
            return
        with answering("the place in the stream was not checked"):
            found = await self._redis.xrange(self._keys.stream, cursor, cursor, count=1)
        self._known = cursor if found else None
        if not found:
            raise _gap(cursor)

    async def last_id(self) -> str:
        """BEGIN if there is no entry."""
        with answering("the stream's last entry was not read"):
            found: Any = await self._redis.xrevrange(self._keys.stream, count=1)
        return found[0][0].decode() if found else BEGIN

    async def trim(self, before_ms: int) -> int:
        """Takes out entries that arrived before; how many. Whole nodes only, so some of them stay.

        The newest entry always stays: it is where readers stand when nothing happens for hours.
        """
        newest_ms = _arrival_ms(await self.last_id())
        with answering("the stream was not trimmed"):
            # Without `limit=0` Redis stops after 10,000 entries, which is less than a busy half minute.
            minid = min(before_ms, newest_ms)
            removed = await self._redis.xtrim(self._keys.stream, minid=minid, approximate=True, limit=0)
        return int(removed)

    async def position(self, collector: str) -> str | None:
        with answering(f"the position of {collector} was not read"):
            found: Any = await self._redis.hget(self._keys.positions, collector)
        return found.decode() if found is not None else None

    async def _standing(self, after: str, count: int) -> _Found:
        """From the entry `after` on: one command, and half the work here of the two that wait."""
        found: Any = await self._redis.xrange(self._keys.stream, after, count=count + 1)
        at_cursor = bool(found) and found[0][0].decode() == after
        return at_cursor, found[1:] if at_cursor else found[:count]

    async def _coming(self, after: str, count: int, block_ms: int) -> _Found:
        """In one go: Redis looks for the old entry right after it has answered with the new ones."""
        pipe = self._redis.pipeline(transaction=False)
        pipe.xread({self._keys.stream: after}, count=count, block=max(1, min(block_ms, BLOCK_MS)))
        pipe.xrange(self._keys.stream, after, after, count=1)
        reply, at_cursor = await pipe.execute()
        return bool(at_cursor), _told(reply)


def _told(reply: Any) -> _Told:
    """redis-py gives [[key, rows]], or with protocol 3 {key: [rows]}; nothing at all when nothing came."""
    if not reply:
        return []
    rows = next(iter(reply.values()))[0] if isinstance(reply, dict) else reply[0][1]
    return [(entry_id, fields or {}) for entry_id, fields in rows]


def _entry(row: Row, own: Own | None) -> Entry:
    arrival_ms = _arrival_ms(row.id)
    try:
        event = (own.take(row.id) if own is not None else None) or decode_own(row.data)
    except Refused as why:
        return Entry(row.id, arrival_ms, None, str(why))
    if event.time is None:
        force_setattr(event, "time", arrival_ms)  # nobody else looks at it any more
    return Entry(row.id, arrival_ms, event)


def _arrival_ms(entry_id: str) -> int:
    return int(entry_id.partition("-")[0])


def _gap(cursor: str) -> StreamGap:
    return StreamGap(f"the entry {cursor} is gone: the stream was trimmed, emptied or restored")
