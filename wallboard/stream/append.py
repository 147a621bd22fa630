"""How does an event get into the stream exactly once? One script: known already?, add, remember, move the position.

```
(source, id) ─▶ digest ─▶ in one of the hashes of the last 24 hours? ─▶ duplicate ─▶ does it say the same? ─▶ conflict
                                          └ no ─▶ XADD * e JSON ─▶ into the running hash, with a digest of what it says
```
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec
from redis.asyncio import Redis

from wallboard.core.events import Event, encode
from wallboard.stream.keys import SEEN_MAX, SEEN_SPAN_S, SEEN_SPANS, Keys
from wallboard.stream.said import DIGEST_BYTES, FIELDS_BYTES, SAID_BYTES, said_of
from wallboard.stream.script import REFUSE_OLD_TOKEN, Script

SLICE_EVENTS = 500  # a script holds up everybody else in Redis: about 3 ms for so many
SLICE_BYTES = 1_000_000
# First in a hash: of so long a field Redis makes a table at once. Up to 512 fields it would look through all of them,
# each time that one is asked for.
_NOTE = "digests of (source, id), each with one of what was said: docs/redis.md has more"

# KEYS: fence, stream, positions, then the ring of hashes.
# ARGV: token or '', collector or '', position, most digests in a hash; then the length of each event's JSON as
# MessagePack (below zero of one without an id), and all in one: digest, what it says, JSON. As arguments of their own
# each would be packed by itself, in Python. Gives the new entries' ids in one too, between spaces, nothing for a
# duplicate; and which of these (from 1) are conflicts: one says another thing than the first. Where one of the two has
# no time (a sender fills it in when it keeps the event for later), the times are not compared.
# A set in place of a hash is of an older version, which did not keep what was said (1); it is filled up as it began.
# The id is always `*`: an id far in the future would hold up the stream's clock for ever.
_APPEND = Script(f"""
if ARGV[1] ~= '' then
{REFUSE_OLD_TOKEN}
end
local stream, positions = KEYS[2], KEYS[3]
local digests, said, told, asked, at = {{}}, {{}}, {{}}, {{}}, 1
for i, length in ipairs(cmsgpack.unpack(ARGV[5])) do
  if length < 0 then
    length = -length
  else
    digests[i] = string.sub(ARGV[6], at, at + {DIGEST_BYTES - 1})
    at = at + {DIGEST_BYTES}
    said[i] = string.sub(ARGV[6], at, at + {SAID_BYTES - 1})
    at = at + {SAID_BYTES}
    asked[#asked + 1] = digests[i]
  end
  told[i] = string.sub(ARGV[6], at, at + length - 1)
  at = at + length
end
redis.call('XLEN', stream)     -- a wrong type under a key fails here, not between two writes
redis.call('HLEN', positions)

local span = math.floor(redis.call('TIME')[1] / {SEEN_SPAN_S})
local ring = #KEYS - 3
local running = KEYS[4 + span % ring]

local known, is_set = {{}}, false
if #asked > 0 then
  for k = 4, #KEYS do
    if redis.call('EXISTS', KEYS[k]) == 1 then
      local found = redis.pcall('HMGET', KEYS[k], unpack(asked))
      if found.err then
        found = redis.call('SMISMEMBER', KEYS[k], unpack(asked))
        is_set = is_set or KEYS[k] == running
      end
      for i = 1, #asked do
        local said = found[i]
        if said and said ~= 0 then known[asked[i]] = said end
      end
    end
  end
end

local no_time = string.rep(string.char(0), {SAID_BYTES - FIELDS_BYTES})
local function differs(first, again)
  if first == 1 or first == again then return false end
  if string.sub(first, 1, {FIELDS_BYTES}) ~= string.sub(again, 1, {FIELDS_BYTES}) then return true end
  return string.sub(first, {FIELDS_BYTES + 1}) ~= no_time and string.sub(again, {FIELDS_BYTES + 1}) ~= no_time
end

local ids, conflicts, fresh = {{}}, {{}}, {{}}
for i = 1, #told do
  local digest = digests[i]
  local first = digest and known[digest]
  if first then
    ids[i] = ''
    if differs(first, said[i]) then conflicts[#conflicts + 1] = i end
  else
    ids[i] = redis.call('XADD', stream, '*', 'e', told[i])
    if digest then
      known[digest] = said[i]
      fresh[#fresh + 1] = digest
      if not is_set then fresh[#fresh + 1] = said[i] end
    end
  end
end

if #fresh > 0 then
  local count = redis.call(is_set and 'SCARD' or 'HLEN', running)
  if count == 0 then redis.call('HSET', running, '{_NOTE}', '') end
  if count < tonumber(ARGV[4]) then
    redis.call(is_set and 'SADD' or 'HSET', running, unpack(fresh))
    redis.call('EXPIREAT', running, (span + {SEEN_SPANS}) * {SEEN_SPAN_S})
  end
end
if ARGV[2] ~= '' then redis.call('HSET', positions, ARGV[2], ARGV[3]) end
return {{table.concat(ids, ' '), conflicts}}
""")


async def append(
    redis: Redis,
    keys: Keys,
    events: Sequence[Event],
    collector: str | None,
    position: str | None,
    fence: int | None,
) -> tuple[list[str | None], list[int]]:
    """The new entry's id for each event, None for a duplicate; and which of these, by index, say another thing than the
    first. Slice by slice; the position goes with the last.

    Interrupted between two slices, the same call again makes it whole: what went in is a duplicate then
    (events without an id are not known again).
    """
    names = [keys.fence, keys.stream, keys.positions, *keys.seen]
    token = "" if fence is None else str(fence)
    moves = collector is not None and position is not None
    ids: list[str | None] = []
    conflicts: list[int] = []
    for lengths, told, is_last in _slices(events):
        move = [collector or "", position or ""] if moves and is_last else ["", ""]
        packed = msgspec.msgpack.encode(lengths)
        new, differing = await _APPEND.run(redis, names, [token, *move, SEEN_MAX, packed, b"".join(told)])
        conflicts += [len(ids) + one - 1 for one in differing]
        ids += [one or None for one in new.decode().split(" ")] if lengths else []
    return ids, conflicts


class _Slice(NamedTuple):
    """Lengths and text as the script takes them."""

    lengths: list[int]
    told: list[bytes]
    is_last: bool


def _slices(events: Sequence[Event]) -> Iterator[_Slice]:
    """At least one, maybe empty."""
    lengths: list[int] = []
    told: list[bytes] = []
    size = 0
    for event in events:
        data = encode(event)
        if lengths and (len(lengths) >= SLICE_EVENTS or size + len(data) > SLICE_BYTES):
            yield _Slice(lengths, told, False)
            lengths, told, size = [], [], 0
        if event.id is None:
            lengths.append(-len(data))
            told.append(data)
        else:
            lengths.append(len(data))
            told += (said_of(event, data), data)
        size += len(data)
    yield _Slice(lengths, told, True)
