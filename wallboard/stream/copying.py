"""What stands in Redis, as pieces that any Redis takes back: for `wallboard backup` and `restore`.

Taken while everything runs, and still a state that was: the checkpoint first, then positions and known ids, at last
the stream up to its end of that moment. So the stream holds what follows the checkpoint, no collector's place is
ahead of its events, and of events that came in between the digests are added.
"""

from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import islice
from typing import Any, cast

import msgspec
from redis.asyncio import Redis

from wallboard.core.errors import Refused, StreamUnavailable
from wallboard.core.events import decode_own, encode
from wallboard.stream.keys import SEEN_RING, SEEN_SPAN_S, SEEN_SPANS, Keys
from wallboard.stream.redis import answering
from wallboard.stream.said import DIGEST_BYTES, said_of

AT_ONCE = 500  # members, fields or entries in one piece
_TRIES = 5
# Of the moment: who leads, what a collector says now, codes that live for minutes.
_PASSING = ("lease", "health:", "code:", "pairing:", "paircode:")

Fields = list[tuple[bytes, bytes]]
_Client = Any  # redis-py's types allow for decoded answers; ours come as bytes


class Piece(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """A key without its namespace, or part of a large one; exactly one of the last four. `until`: in ms UTC."""

    key: str
    until: int | None = None
    value: bytes | None = None
    fields: Fields | None = None
    members: list[bytes] | None = None
    entries: list[tuple[str, Fields]] | None = None


async def standing(redis: Redis, keys: Keys) -> list[str]:
    """The keys that are worth keeping, without the namespace."""
    with answering("SCAN"):
        found = {key async for key in redis.scan_iter(match=f"{keys.prefix}*", count=1000)}
    names = sorted(key.decode("utf-8", "surrogateescape").removeprefix(keys.prefix) for key in found)
    return [name for name in names if not name.startswith(_PASSING)]


async def somebody_leads(redis: Redis, keys: Keys) -> bool:
    """Whether a worker is at work on this namespace."""
    with answering("EXISTS"):
        return bool(await redis.exists(keys.lease))


async def copied(redis: Redis, keys: Keys) -> AsyncIterator[Piece]:
    """Every piece. Raises StreamUnavailable."""
    with answering("reading"):
        for piece in await _checkpoint(redis, keys):
            yield piece
        mark = await _last(redis, keys.stream)
        names = [keys.prefix + name for name in await standing(redis, keys) if not name.startswith("chunk:")]
        seen = sorted(set(names) & set(keys.seen))
        for key in [*sorted(set(names) - {*seen, keys.stream, keys.checkpoint}), *seen]:
            async for piece in _key(redis, keys, key):
                yield piece
        late: dict[bytes, bytes] = {}
        async for piece in _stream(redis, keys, keys.stream):
            late.update(_digests(piece, mark))
            yield piece
        async for piece in _remembered(redis, keys, late):
            yield piece


async def put_back(redis: Redis, keys: Keys, piece: Piece) -> None:
    """Raises StreamUnavailable."""
    key = keys.prefix + piece.key
    with answering("writing"):
        pipe = redis.pipeline(transaction=False)
        if piece.value is not None:
            pipe.set(key, piece.value)
        if piece.fields:
            pipe.hset(key, mapping=dict(piece.fields))
        if piece.members:
            pipe.sadd(key, *piece.members)
        for entry, fields in piece.entries or ():
            pipe.xadd(key, cast(Any, dict(fields)), id=entry)
        if piece.until is not None:
            pipe.pexpireat(key, piece.until)  # what is over by now goes at once
        await pipe.execute()


async def empty(redis: Redis, keys: Keys) -> None:
    """Take away what `standing` names."""
    with answering("DEL"):
        for name in await standing(redis, keys):
            await redis.unlink(keys.prefix + name)


async def _checkpoint(redis: _Client, keys: Keys) -> list[Piece]:
    """Pointer and chunks of one and the same checkpoint."""
    for _ in range(_TRIES):
        pointer = await redis.get(keys.checkpoint)
        if pointer is None:
            return []
        chunks: dict[str, str] = msgspec.json.decode(pointer)["chunks"]
        names = [keys.chunk(name, version) for name, version in chunks.items()]
        values = [await redis.get(name) for name in names]
        if None not in values:
            return [_value(keys, name, value) for name, value in zip(names, values, strict=True)] + [
                _value(keys, keys.checkpoint, pointer)
            ]
    raise StreamUnavailable("checkpoints come faster than they can be copied: try again in a quiet hour")


def _value(keys: Keys, key: str, value: bytes, until: int | None = None) -> Piece:
    return Piece(key.removeprefix(keys.prefix), until, value=value)


async def _key(redis: _Client, keys: Keys, key: str) -> AsyncIterator[Piece]:
    """Nothing where it went away meanwhile."""
    name, kind, until = key.removeprefix(keys.prefix), (await redis.type(key)).decode(), await _until(redis, key)
    if kind == "string" and (value := await redis.get(key)) is not None:
        yield _value(keys, key, value, until)
    elif kind == "hash":
        async for some in _some(redis.hscan_iter(key, count=AT_ONCE)):
            yield Piece(name, until, fields=some)
    elif kind == "set":
        async for some in _some(redis.sscan_iter(key, count=AT_ONCE)):
            yield Piece(name, until, members=some)
    elif kind == "stream":
        async for piece in _stream(redis, keys, key):
            yield piece


async def _stream(redis: _Client, keys: Keys, key: str) -> AsyncIterator[Piece]:
    """Up to what is its end now."""
    newest, after = await redis.xrevrange(key, count=1), "-"
    while newest and (rows := await redis.xrange(key, min=after, max=newest[0][0], count=AT_ONCE)):
        entries = [(entry.decode(), list(fields.items())) for entry, fields in rows]
        yield Piece(key.removeprefix(keys.prefix), entries=entries)
        after = f"({entries[-1][0]}"


def _digests(piece: Piece, mark: tuple[int, int]) -> Iterator[tuple[bytes, bytes]]:
    """Of those events that came after the mark, each with a digest of what it says."""
    for entry, fields in piece.entries or ():
        if _order(entry) > mark:
            try:
                event = decode_own(dict(fields)[b"e"])
            except (KeyError, Refused):  # what no reader understands no collector repeats
                continue
            if event.id is not None:
                said = said_of(event, encode(event))
                yield said[:DIGEST_BYTES], said[DIGEST_BYTES:]


async def _remembered(redis: _Client, keys: Keys, digests: dict[bytes, bytes]) -> AsyncIterator[Piece]:
    """In the hash of the running hours, as the script of stream/append.py would."""
    now_s, _ = await redis.time()
    span = int(now_s) // SEEN_SPAN_S
    key, until = keys.seen[span % SEEN_RING], (span + SEEN_SPANS) * SEEN_SPAN_S * 1000
    name, is_set = key.removeprefix(keys.prefix), await redis.type(key) == b"set"
    for some in _few(sorted(digests.items())):
        yield Piece(name, until, members=[digest for digest, _ in some]) if is_set else Piece(name, until, fields=some)


async def _last(redis: _Client, key: str) -> tuple[int, int]:
    newest = await redis.xrevrange(key, count=1)
    return _order(newest[0][0].decode()) if newest else (0, 0)


def _order(entry: str) -> tuple[int, int]:
    at_ms, _, number = entry.partition("-")
    return int(at_ms), int(number)


async def _until(redis: _Client, key: str) -> int | None:
    (now_s, micros), ttl_ms = await redis.time(), await redis.pttl(key)
    return int(now_s) * 1000 + int(micros) // 1000 + ttl_ms if ttl_ms > 0 else None


async def _some(every: AsyncIterator[Any]) -> AsyncIterator[list[Any]]:
    some = []
    async for one in every:
        some.append(one)
        if len(some) >= AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def _few(every: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(every)
    while some := list(islice(rest, AT_ONCE)):
        yield some
