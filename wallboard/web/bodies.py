"""What events stand in this body? Each item is decoded by itself, so that a bad one costs nothing else.

application/json                     one event, or an array of events
application/x-ndjson                 an event a line; a line that is not JSON is refused alone
application/cloudevents+json         one CloudEvent 1.0: the event's fields stand in `data`
application/cloudevents-batch+json   an array of them
?from=FORMAT                         raw lines of a recorded format, whatever the content type
"""

import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, Literal, NamedTuple, TypeVar

import msgspec
from msgspec import Raw, Struct

from wallboard.core.errors import Refused
from wallboard.core.events import Event, Told, decode, encode, refusal
from wallboard.core.fields import Text
from wallboard.core.sources import Format
from wallboard.core.words import plainly, shown
from wallboard.web.problems import Problem

EVENTS_AT_MOST = 5_000
EVENT_BYTES_AT_MOST = 262_144  # of one: nobody else is served while it is read
FIELDS_AT_MOST = 64  # more than any event has
_REASON_AT_MOST = 300  # a refusal may quote the sender's text, which may be long
_PREFIX = "wallboard."


class Rejected(NamedTuple):
    """An item that is not taken: which, where in it, why; and whose it is, as far as it can be read."""

    item: int
    at: str
    error: str
    source: str | None = None
    id: str | None = None


Found = Iterator[Event | Rejected]
Admit = Callable[[Event], Event]  # what else an event must pass; raises Refused
Reader = Callable[[bytes, Admit], Found]
Decode = Callable[[bytes | Raw], Event]


@lru_cache(maxsize=64)
def reader_for(content_type: str | None) -> Reader:
    """How to read a body of this type. Raises Problem 415."""
    kind, _, parameters = (content_type or "").partition(";")
    charset = re.search(r"charset=\"?([^\s;\"]+)", parameters.lower())
    reader = _READERS.get(kind.strip().lower())
    if reader is None or (charset and charset[1] not in ("utf-8", "utf8")):
        raise Problem(415, f"Send one of {', '.join(_READERS)}, in UTF-8, as the Content-Type.")
    return reader


def lines_of(form: Format) -> Reader:
    def read(body: bytes, admit: Admit) -> Found:
        _limit(body.count(b"\n"))
        for count, found in enumerate(form.lines(body)):
            try:
                if isinstance(found, Refused):
                    raise found
                yield admit(found)
            except Refused as refused:
                yield _rejected(_index_in(refused.at, count), refused)

    return read


def _json(body: bytes, admit: Admit) -> Found:
    told = _whole(body)
    if told is not None:
        for index, event in enumerate(told if isinstance(told, list) else (told,)):
            try:
                yield admit(event)
            except Refused as refused:
                at = f"$[{index}]" if isinstance(told, list) else "$"
                yield Rejected(index, at + refused.at[1:], _reason(refused), event.source, event.id)
        return
    _utf8(body)
    if not body.lstrip().startswith(b"["):
        yield _strict(0, "$", _parsed(_raw, body), _event, admit)
        return
    for index, item in enumerate(_array(body)):
        yield _strict(index, f"$[{index}]", item, _event, admit)


def _ndjson(body: bytes, admit: Admit) -> Found:
    _limit(sum(1 for _ in islice(_LINE.finditer(body), EVENTS_AT_MOST + 1)))
    index = counted = 0
    for line in _LINE.finditer(body):
        index, counted = index + body.count(b"\n", counted, line.start()), line.start()
        yield _item(index, f"$[{index}]", line[0], _event, admit)


_LINE = re.compile(rb"\S[^\n]*")  # what is more than blank


def _cloudevent(body: bytes, admit: Admit) -> Found:
    _utf8(body)
    yield _strict(0, "$", _parsed(_raw, body), _unwrapped, admit)


def _cloudevents(body: bytes, admit: Admit) -> Found:
    _utf8(body)
    for index, item in enumerate(_array(body)):
        yield _strict(index, f"$[{index}]", item, _unwrapped, admit)


_READERS: dict[str, Reader] = {
    "application/json": _json,
    "application/x-ndjson": _ndjson,
    "application/cloudevents+json": _cloudevent,
    "application/cloudevents-batch+json": _cloudevents,
}

_told: "msgspec.json.Decoder[Event | list[Event]]" = msgspec.json.Decoder(Told | list[Told])


def _whole(body: bytes) -> Event | list[Event] | None:
    """What is no mistake at all, read in one go; None: item by item it will show what is one."""
    if len(body) > _LONG_BYTES:  # others are served between its items
        return None
    try:
        told = _told.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    few = not isinstance(told, list) or len(told) <= EVENTS_AT_MOST
    return told if few and _says_it_all(told, body) else None


_LONG_BYTES = 65_536
_raw = msgspec.json.Decoder(Raw)
_raws = msgspec.json.Decoder(list[Raw])
T = TypeVar("T")


def _utf8(body: bytes) -> None:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise Problem(400, f"The body is not JSON: it is not UTF-8 at byte {error.start}.", at="$") from None


def _array(body: bytes) -> list[Raw]:
    items = _parsed(_raws, body)
    _limit(len(items))
    return items


def _parsed(decoder: "msgspec.json.Decoder[T]", body: bytes) -> T:
    """The body as one JSON value, or as an array of them, each still undecoded."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise Problem(400, f"The body is not an array of events: {plainly(str(error))}.", at="$") from None
    except msgspec.DecodeError as error:
        raise Problem(400, f"The body is not JSON: {error}. Nothing of it was taken.", at="$") from None
    except RecursionError:
        raise Problem(400, "The body is nested too deeply. Nothing of it was taken.", at="$") from None


def _limit(count: int) -> None:
    if count > EVENTS_AT_MOST:
        raise Problem(413, f"The body holds more than {EVENTS_AT_MOST} events; send them in several requests.")


def _strict(index: int, at: str, data: bytes | Raw, decode_item: Decode, admit: Admit) -> Event | Rejected:
    """As `_item`, but what is not JSON refuses the whole body: who knows where its other items begin."""
    found = _item(index, at, data, decode_item, admit)
    if isinstance(found, Rejected) and found.error.startswith(_UNREADABLE):
        raise Problem(400, f"The body is not JSON: {found.error} at {found.at}. Nothing of it was taken.", at=found.at)
    return found


_TOO_LONG = f"an event of more than {EVENT_BYTES_AT_MOST} bytes: tell a whole floor in several parts ('part', 'parts')"
_UNREADABLE = ("not JSON", "nested too deeply")


def _item(index: int, at: str, data: bytes | Raw, decode_item: Decode, admit: Admit) -> Event | Rejected:
    if len(data) > EVENT_BYTES_AT_MOST:  # not even looked at for whose it is
        return Rejected(index, at, _TOO_LONG)
    try:
        return admit(decode_item(data))
    except Refused as refused:
        return _rejected(index, Refused(at + refused.at[1:], refused.reason), data)


def _event(data: bytes | Raw) -> Event:
    read = bytes(data)
    event = decode(read)
    if not _says_it_all(event, read):
        _no_repeated_keys(read)
    return event


def _says_it_all(told: Event | list[Event], data: bytes) -> bool:
    """Whether what was told, written again, has as many keys: then none of `data` was lost. An escape or a space before
    a colon could hide one: these are looked at slowly, as is a field that says its default.
    """
    return data.count(_KEY) == encode(told).count(_KEY) and not any(hides in data for hides in _HIDES)


_KEY = b'":'
_HIDES = (b"\\", b" :", b"\t:", b"\n:", b"\r:")


def _no_repeated_keys(data: bytes | Raw) -> None:
    """Readers of JSON disagree about which of two equal keys counts, so neither does."""
    try:
        _keys.decode(bytes(data).decode())
    except RecursionError:
        raise Refused("$", "nested too deeply") from None
    except ValueError as error:
        raise Refused("$", f"not JSON: {error}") from None


def _each_once(found: list[tuple[str, Any]]) -> None:
    if len(dict(found)) == len(found):
        return
    seen: set[str] = set()
    for key, _ in found:
        if key in seen:
            raise Refused("$", f"Object contains the field '{shown(key)}' twice")
        seen.add(key)


# Made once: `json.loads` with such options makes one for each item, which costs more than its reading. Numbers are left
# as text: only the keys matter, and Python refuses to read the longest numbers.
_keys = json.JSONDecoder(object_pairs_hook=_each_once, parse_int=str, parse_float=str)


class _CloudEvent(Struct):
    """https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md (extensions are passed over)."""

    specversion: Literal["1.0"]
    type: str
    source: str
    id: str
    time: str | None = None
    datacontenttype: str = "application/json"
    data: dict[str, Raw] = {}
    data_base64: Raw | None = None


_envelopes = msgspec.json.Decoder(_CloudEvent)
_ENVELOPE = ("source", "id", "time")


def _unwrapped(data: bytes | Raw) -> Event:
    """The event in a CloudEvent. `source`, `id` and `time` are the envelope's unless `data` has its own."""
    envelope = _value(_envelopes, data)
    if len(envelope.data) <= FIELDS_AT_MOST:  # of more some are unknown, which the decoder finds among the first
        _no_repeated_keys(data)
    if envelope.data_base64 is not None or not envelope.datacontenttype.lower().startswith("application/json"):
        raise Refused("$.datacontenttype", "the event's fields must stand in 'data' as application/json")
    if "type" in envelope.data:
        raise Refused("$.data.type", "the type stands in the envelope")
    outer = {"type": envelope.type.removeprefix(_PREFIX)} | {
        name: getattr(envelope, name) for name in _ENVELOPE if getattr(envelope, name) and name not in envelope.data
    }
    told = dict(islice(envelope.data.items(), FIELDS_AT_MOST))
    try:
        return decode(msgspec.json.encode(told | outer))
    except Refused as refused:
        named = re.match(r"\$\.(\w+)", refused.at)
        at = refused.at if named and named[1] in outer else "$.data" + refused.at[1:]
        raise Refused(at, refused.reason) from None


def _value(decoder: "msgspec.json.Decoder[T]", data: bytes | Raw) -> T:
    try:
        return decoder.decode(data)
    except msgspec.ValidationError as error:
        raise refusal(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused("$", f"not JSON: {error}") from None
    except RecursionError:
        raise Refused("$", "nested too deeply") from None


class _Named(Struct):
    source: Text | None = None
    id: Text | None = None


_names = msgspec.json.Decoder(_Named)


def _rejected(index: int, refused: Refused, data: bytes | Raw | None = None) -> Rejected:
    named = _named(data) if data is not None else _Named()
    return Rejected(index, refused.at, _reason(refused), named.source, named.id)


def _reason(refused: Refused) -> str:
    return shown(refused.reason, _REASON_AT_MOST)


def _named(data: bytes | Raw) -> _Named:
    try:
        return _names.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _Named()


def _index_in(at: str, count: int) -> int:
    """The line that a refusal names; where it names none, the count of what was found so far."""
    found = re.match(r"\$\[(\d+)\]", at)
    return int(found[1]) if found else count
