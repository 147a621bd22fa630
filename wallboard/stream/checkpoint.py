"""From where may a process start? The newest whole checkpoint: state in chunks, and the stream id it belongs to.

```
checkpoint ─▶ {"id": "1700000000000-3", "chunks": {"agents": "9f2c01ab", "day-3": "44d0e1c2"}}
                                                        │
chunk:agents:9f2c01ab ◀─────────────────────────────────┘   chunk:agents:71bb3e90  (replaced, gone in a minute)
```
Chunks are never overwritten. A new version stands under a new key and counts from the moment that the
pointer names it; until then a reader sees the whole older checkpoint. A writer that dies in the middle
leaves chunks that nobody names; they expire.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from redis.asyncio import Redis

from wallboard.core.errors import StreamUnavailable
from wallboard.stream.keys import CHUNK_GRACE_S, CHUNK_LOOSE_S, Keys
from wallboard.stream.redis import answering
from wallboard.stream.script import REFUSE_OLD_TOKEN, Script

SLICE_BYTES = 4_000_000  # in one round trip, or one chunk if that is larger
_READ_CHUNKS = 8  # in one round trip
_TRIES = 5  # a reader that is overtaken so often by new checkpoints is hopelessly slow


class _Pointer(msgspec.Struct, frozen=True):
    id: str
    chunks: dict[str, str]  # name -> version


# KEYS: fence, checkpoint, then `ARGV[3]` chunks that it names, `ARGV[4]` of them new ones first, then those that
# it names no more. ARGV: token, pointer as JSON, the two numbers, grace in seconds. 0: a chunk was not there.
_POINT = Script(f"""
{REFUSE_OLD_TOKEN}
local named, new = tonumber(ARGV[3]), tonumber(ARGV[4])
for k = 3, 2 + named do
  if redis.call('EXISTS', KEYS[k]) == 0 then return 0 end
end
redis.call('SET', KEYS[2], ARGV[2])
for k = 3, 2 + new do redis.call('PERSIST', KEYS[k]) end
for k = 3 + named, #KEYS do redis.call('EXPIRE', KEYS[k], ARGV[5]) end
return 1
""")


class Checkpoints:
    """Raw bytes by name. Both methods raise StreamUnavailable when Redis does not answer."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    async def write(self, stream_id: str, chunks: Mapping[str, bytes], keep: Sequence[str], fence: int) -> None:
        """The state at `stream_id`: `chunks` are new or changed, those named in `keep` stand as last written.

        Raises LeaseLost if `fence` is not the newest token, and StreamUnavailable if a chunk to keep is not
        there (Redis was emptied, or another worker wrote): write all chunks then.
        """
        version = secrets.token_hex(4)
        with answering("the checkpoint was not written"):
            before = await self._pointer()
            old = before.chunks if before else {}
            kept = {name: old[name] for name in keep if name in old}
            if len(kept) < len(set(keep)):
                raise _incomplete(set(keep) - kept.keys())
            await self._put({self._keys.chunk(name, version): data for name, data in chunks.items()})
            pointer = _Pointer(stream_id, kept | dict.fromkeys(chunks, version))
            if not await self._point(pointer, [*chunks, *kept], len(chunks), old, fence):
                raise _incomplete(kept.keys())

    async def read(self) -> tuple[str, dict[str, bytes]] | None:
        """The newest whole checkpoint: its stream id and all of its chunks. None: there is none."""
        with answering("the checkpoint was not read"):
            for _ in range(_TRIES):
                pointer = await self._pointer()
                if pointer is None:
                    return None
                chunks = await self._chunks(pointer)
                if chunks is not None:
                    return pointer.id, chunks
        return None

    async def _pointer(self) -> _Pointer | None:
        data = await self._redis.get(self._keys.checkpoint)
        try:
            return None if data is None else msgspec.json.decode(data, type=_Pointer)
        except msgspec.DecodeError:
            return None  # written by a version that we do not know: the same as none

    async def _put(self, values: Mapping[str, bytes]) -> None:
        for names in _slices(values):
            pipe = self._redis.pipeline(transaction=False)
            for name in names:
                pipe.set(name, values[name], ex=CHUNK_LOOSE_S)
            await pipe.execute()

    async def _point(self, pointer: _Pointer, names: list[str], new: int, old: Mapping[str, str], fence: int) -> bool:
        """`names`: every chunk of the new pointer, `new` fresh ones first."""
        named = [self._keys.chunk(name, pointer.chunks[name]) for name in names]
        replaced = {self._keys.chunk(name, version) for name, version in old.items()} - set(named)
        keys = [self._keys.fence, self._keys.checkpoint, *named, *sorted(replaced)]
        arguments: list[int | bytes] = [fence, msgspec.json.encode(pointer), len(named), new, CHUNK_GRACE_S]
        return bool(await _POINT.run(self._redis, keys, arguments))

    async def _chunks(self, pointer: _Pointer) -> dict[str, bytes] | None:
        """None if one is gone: a newer checkpoint has replaced this one meanwhile."""
        names = list(pointer.chunks)
        found: dict[str, bytes] = {}
        for start in range(0, len(names), _READ_CHUNKS):
            some = names[start : start + _READ_CHUNKS]
            values: Any = await self._redis.mget([self._keys.chunk(name, pointer.chunks[name]) for name in some])
            if None in values:
                return None
            found.update(zip(some, values, strict=True))
        return found


def _slices(values: Mapping[str, bytes]) -> Iterator[list[str]]:
    """Names whose values together are at most SLICE_BYTES, or one that alone is larger."""
    names: list[str] = []
    size = 0
    for name, data in values.items():
        if names and size + len(data) > SLICE_BYTES:
            yield names
            names, size = [], 0
        names.append(name)
        size += len(data)
    if names:
        yield names


def _incomplete(names: Iterable[str]) -> StreamUnavailable:
    return StreamUnavailable(f"the last checkpoint has no chunk {', '.join(sorted(names))}: write a whole one")
