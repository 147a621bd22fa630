"""By what is a repeat known, and by what whether it says the same as the first?

```
{"type":"contact.queued","time":1763800000000,"source":"pbx-1","id":"e-1","contact":"42","queue":"support"}
 ╰──── 4 bytes ───────╯  ╰────── 2 ─────────╯ ╰─ also DIGEST_BYTES ─────╯
                         none: zeros          ╰──────────────── 4 bytes, with the type ──────────────────╯
```
"""

from hashlib import blake2b
from struct import Struct
from typing import get_args
from zlib import crc32

import msgspec

from wallboard.core.events import OWN_KINDS, Event, FloorObserved, Told

DIGEST_BYTES = 12
FIELDS_BYTES = 4  # a CRC finds a mistake; whoever forges one that is the same gains nothing: the first one counts
SAID_BYTES = FIELDS_BYTES + 2  # and its time
_packed = Struct(f"<{DIGEST_BYTES}sIH").pack
_TIME_BYTES = len(',"time":1763800000000')  # of times from 2001 to 2286
_FROM_MS, _TO_MS = 10**12, 10**13
_ordered = msgspec.json.Encoder(order="deterministic")  # a map says the same in any order


def said_of(event: Event, data: bytes) -> bytes:
    """Of an event with an id: DIGEST_BYTES of whose and which it is, SAID_BYTES of what it says. `data`: its JSON."""
    if event.attributes is not None or event.__class__ is FloorObserved:
        data = _ordered.encode(event)
    digest = blake2b(f"{event.source or ''}\0{event.id}".encode(), digest_size=DIGEST_BYTES).digest()
    of_type, at = _HEADS[event.__class__]
    time = event.time
    if time is None:
        return _packed(digest, crc32(data[at:], of_type), 0)
    at += _TIME_BYTES if _FROM_MS <= time < _TO_MS else len(f',"time":{time}')
    return _packed(digest, crc32(data[at:], of_type), time & 0xFFFF or 1)


def _head(kind: type[Event]) -> tuple[int, int]:
    """The sum of how the JSON of such an event begins, and where that ends."""
    head = f'{{"type":"{kind.__struct_config__.tag}"'.encode()
    return crc32(head), len(head)


_HEADS: dict[type[Event], tuple[int, int]] = {kind: _head(kind) for kind in (*get_args(Told), *OWN_KINDS)}
