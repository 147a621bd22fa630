"""How does an event get into the stream exactly once? One script: known already?, add, remember, move the position.

```
(source, id) ─▶ digest ─▶ in one of the sets of the last 24 hours? ─▶ duplicate
                                        └ no ─▶ XADD * e JSON ─▶ into the running set
```
"""

import hashlib
from collections.abc import Iterator, Sequence

import msgspec
from redis.asyncio import Redis

from wallboard.core.events import Event, encode
from wallboard.stream.keys import SEEN_MAX, SEEN_SPAN_S, SEEN_SPANS, Keys
from wallboard.stream.script import REFUSE_OLD_TOKEN, Script

SLICE_EVENTS = 500  # a script holds up everybody else in Redis: about 3 ms for so many
SLICE_BYTES = 1_000_000
_DIGEST_BYTES = 12

# KEYS: fence, stream, positions, then the ring of sets.
# ARGV: token or '', collector or '', position, most digests in a set; then digest ('' without an id) and JSON of each
# event: their lengths as MessagePack, and all of them in one. As arguments of their own each would be packed by itself,
# in Python. Gives the new entry's id for each event, false for a duplicate.
# The id is always `*`: an id far in the future would hold up the stream's clock for ever.
_APPEND = Script(f"""
if ARGV[1] ~= '' then
{REFUSE_OLD_TOKEN}
end
local stream, positions = KEYS[2], KEYS[3]
local told, at = {{}}, 1
for i, length in ipairs(cmsgpack.unpack(ARGV[5])) do
  told[i] = string.sub(ARGV[6], at, at + length - 1)
  at = at + length
end
redis.call('XLEN', stream)     -- a wrong type under a key fails here, not between two writes
redis.call('HLEN', positions)

local span = math.floor(redis.call('TIME')[1] / {SEEN_SPAN_S})
local ring = #KEYS - 3
local running = KEYS[4 + span % ring]

local digests = {{}}
for i = 1, #told, 2 do
  if told[i] ~= '' then digests[#digests + 1] = told[i] end
end
local known = {{}}
if #digests > 0 then
  for k = 4, #KEYS do
    if redis.call('EXISTS', KEYS[k]) == 1 then
      for i, found in ipairs(redis.call('SMISMEMBER', KEYS[k], unpack(digests))) do
        if found == 1 then known[digests[i]] = true end
      end
    end
  end
end

local ids, fresh = {{}}, {{}}
for i = 1, #told, 2 do
  local digest = told[i]
  if digest ~= '' and known[digest] then
    ids[#ids + 1] = false
  else
    ids[#ids + 1] = redis.call('XADD', stream, '*', 'e', told[i + 1])
    if digest ~= '' then
      known[digest] = true
      fresh[#fresh + 1] = digest
    end
  end
end

if #fresh > 0 and redis.call('SCARD', running) < tonumber(ARGV[4]) then
  redis.call('SADD', running, unpack(fresh))
  redis.call('EXPIREAT', running, (span + {SEEN_SPANS}) * {SEEN_SPAN_S})
end
if ARGV[2] ~= '' then redis.call('HSET', positions, ARGV[2], ARGV[3]) end
return ids
""")


async def append(
    redis: Redis,
    keys: Keys,
    events: Sequence[Event],
    collector: str | None,
    position: str | None,
    fence: int | None,
) -> list[str | None]:
    """The new entry's id for each event, None for a duplicate. Slice by slice; the position goes with the last.

    Interrupted between two slices, the same call again makes it whole: what went in is a duplicate then
    (events without an id are not known again).
    """
    names = [keys.fence, keys.stream, keys.positions, *keys.seen]
    token = "" if fence is None else str(fence)
    moves = collector is not None and position is not None
    ids: list[str | None] = []
    for values, is_last in _slices(events):
        move = [collector or "", position or ""] if moves and is_last else ["", ""]
        lengths = msgspec.msgpack.encode(list(map(len, values)))
        reply = await _APPEND.run(redis, names, [token, *move, SEEN_MAX, lengths, b"".join(values)])
        ids += [None if one is None else one.decode() for one in reply]
    return ids


def _slices(events: Sequence[Event]) -> Iterator[tuple[list[bytes], bool]]:
    """Digest and JSON of each event in turn, and whether it is the last slice. At least one, maybe empty."""
    values: list[bytes] = []
    size = 0
    for event in events:
        data = encode(event)
        if values and (len(values) >= 2 * SLICE_EVENTS or size + len(data) > SLICE_BYTES):
            yield values, False
            values, size = [], 0
        values += [digest_of(event), data]
        size += len(data)
    yield values, True


def digest_of(event: Event) -> bytes:
    """By what a repeat is known; empty without an id."""
    if event.id is None:
        return b""
    identity = f"{event.source or ''}\0{event.id}".encode()
    return hashlib.blake2b(identity, digest_size=_DIGEST_BYTES).digest()
