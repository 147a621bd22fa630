"""The vocabulary: every event that a source may send, typed; decoding refuses everything else.

One event is one flat JSON object (`docs/events.md`). Bytes from outside become events here and
nowhere else; after `decode` the rest of the code trusts what it holds.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Literal, get_args, get_origin

import msgspec
from msgspec import Struct

from wallboard.core.contactevents import (
    Abandoned,
    Answered,
    CaseOpened,
    CaseResolved,
    ContactEvent,
    Ended,
    Held,
    Left,
    Message,
    Missed,
    Outcome,
    Queued,
    Rated,
    Resumed,
    Ringing,
    Tagged,
    Transferred,
    Wrapped,
)
from wallboard.core.errors import Refused
from wallboard.core.fields import Event
from wallboard.core.floorevents import (
    ActivitySeen,
    AgentEvent,
    Figures,
    FloorObserved,
    KpiReported,
    ListedAgent,
    ListedContact,
    NoticeCleared,
    NoticePosted,
    PresenceSet,
    QueueObserved,
    QueuesSet,
    SignedIn,
    SignedOut,
    SourceBeat,
    SourceRestarted,
)
from wallboard.core.ownevents import (
    AgentCorrected,
    AgentForgotten,
    AlertAcknowledged,
    AlertActed,
    AlertAssigned,
    AlertCleared,
    AlertEvent,
    AlertRaised,
    AlertSnoozed,
    AlertWoken,
    ConfigApplied,
    ContactCorrected,
    DutyLeft,
    DutyTaken,
    QueueForgotten,
    Rejection,
    SourceCounted,
    SourceForgotten,
)
from wallboard.core.words import MOST, meant, plainly

Told = (
    Queued | Ringing | Missed | Answered | Held | Resumed | Message | Abandoned | Left | Transferred | Ended
    | Wrapped | Outcome | Rated | Tagged | CaseOpened | CaseResolved | SignedIn | SignedOut | PresenceSet
    | ActivitySeen | QueuesSet | QueueObserved | FloorObserved | KpiReported | NoticePosted | NoticeCleared
    | SourceBeat | SourceRestarted
)  # fmt: skip
Own = (
    SourceCounted | SourceForgotten | QueueForgotten | AgentForgotten | ConfigApplied | ContactCorrected
    | AgentCorrected | AlertRaised | AlertCleared | AlertAcknowledged | AlertSnoozed | AlertWoken | AlertAssigned
    | AlertActed | DutyTaken | DutyLeft
)  # fmt: skip
OWN_KINDS: frozenset[type[Event]] = frozenset(get_args(Own))
SERVER = "wallboard"  # what the server itself tells comes from here; it is no source of the floor
TOLD_TYPES = tuple(str(kind.__struct_config__.tag) for kind in get_args(Told))
OWN_TYPES = frozenset(str(kind.__struct_config__.tag) for kind in OWN_KINDS)

_told = msgspec.json.Decoder(Told)
_any = msgspec.json.Decoder(Told | Own)
encode: Callable[[Event | Sequence[Event]], bytes] = msgspec.json.Encoder().encode


def decode(data: bytes | str | msgspec.Raw) -> Event:
    """An event from outside. Raises Refused with the path below `$` and a reason."""
    return _decode(_told, data)


def decode_own(data: bytes) -> Event:
    """An event from the stream, where the server's own types are found too."""
    return _decode(_any, data)


def without_customer(event: Event) -> Event:
    """As it may be shown: the key is for counting alone, and a careless source may have put a number there."""
    return msgspec.structs.replace(event, customer=None) if getattr(event, "customer", None) is not None else event


def type_of(event: Event) -> str:
    """The event's type as it stands in JSON, e.g. `contact.queued`."""
    return str(event.__struct_config__.tag)


def _decode(decoder: "msgspec.json.Decoder[Any]", data: bytes | str | msgspec.Raw) -> Event:
    try:
        event: Event = decoder.decode(data)
        return event
    except msgspec.ValidationError as error:
        raise refusal(str(error), _type_in(data)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused("$", f"not JSON: {error}") from None
    except RecursionError:
        raise Refused("$", "nested too deeply") from None


def _type_in(data: bytes | str | msgspec.Raw) -> str | None:
    """The type of an event that was refused, as far as it can be read."""
    try:
        return _typed.decode(data).type
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def refusal(message: str, type_: str | None = None) -> Refused:
    """msgspec's message, split into path and a reason that a person can act on; `type_`: of the event, where known."""
    if unknown := _UNKNOWN.fullmatch(message):
        name, inside = unknown["name"], unknown["at"] or "$"
        return Refused(f"{inside}.{name}", f"Object contains unknown field '{name}'{_meant(name, type_, inside)}")
    reason, _, at = message.partition(" - at ")
    path = at.strip("`") or "$"
    if "matching regex" in reason:
        reason = "control characters are not allowed"
    elif match := re.match(r"(\w+) must lie between", reason):
        path = f"{path}.{match[1]}"
    elif match := re.match(r"Invalid value '(.+)'$", reason):
        reason = _about_type(match[1][:MOST])  # what is kept of it stays short
    elif reason.startswith("Invalid enum value") and (allowed := _CHOICES.get(path.rpartition(".")[2])):
        reason += f", expected one of {', '.join(allowed)}"
    return Refused(path, plainly(reason).replace("`", "'"))


@lru_cache(maxsize=256)  # a program makes the same mistake again and again
def _meant(name: str, type_: str | None, inside: str) -> str:
    """The hint at a field that stands where `inside` says and is near to `name`."""
    kind: Any = _KINDS.get(type_ or "")
    if kind is None:
        return ""
    if inside != "$":
        outer = re.split(r"[.\[]", inside)[1]
        told = next((one.type for one in msgspec.structs.fields(kind) if one.name == outer), None)
        kind = next(_structs_in(told), None)
    return meant(name, [*kind.__struct_fields__, *(["type"] if inside == "$" else [])]) if kind else ""


def _structs_in(kind: Any) -> Iterator[Any]:
    if isinstance(kind, type) and issubclass(kind, Struct):
        yield kind
    for part in get_args(kind):
        yield from _structs_in(part)


@lru_cache(maxsize=256)
def _about_type(found: str) -> str:
    if found in _TYPES:
        return "Object contains the field 'type' twice"
    if found in OWN_TYPES:
        return f"'{found}' is written by the server only"
    return f"unknown type '{found}'{meant(found, _TYPES)}"


def _choices() -> dict[str, tuple[str, ...]]:
    """Field → what may stand in it, where that is the same in every type."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for kind in get_args(Told):
        for one in msgspec.structs.fields(kind):
            for part in (one.type, *get_args(one.type)):
                if get_origin(part) is Literal:
                    found.setdefault(one.encode_name, set()).add(get_args(part))
    return {name: options.pop() for name, options in found.items() if len(options) == 1}


class _Typed(Struct):
    type: str


_typed = msgspec.json.Decoder(_Typed)
# Names that are too odd or too long for a path stay at the object that holds them.
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>[\w-]{1,64})`(?: - at `(?P<at>\$[^`]*)`)?")
_CHOICES = _choices()
_KINDS: dict[str, type[Event]] = {str(kind.__struct_config__.tag): kind for kind in get_args(Told)}
_TYPES = list(_KINDS)
