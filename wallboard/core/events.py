"""The vocabulary: every event that a source may send, typed; decoding refuses everything else.

One event is one flat JSON object (`docs/events.md`). Bytes from outside become events here and
nowhere else; after `decode` the rest of the code trusts what it holds.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

from wallboard.core.errors import Refused
from wallboard.core.words import MOST, meant

# Control characters (C0, DEL, C1) are refused. `(?!\n)`: `$` alone would let a final newline pass.
_NO_CONTROL = r"^[^\u0000-\u001f\u007f-\u009f]*$(?!\n)"
_SECOND_MS = 1000
ATTRIBUTES_AT_MOST = 16
LISTED_AT_MOST = 1000  # queues, boards or teams in one event
LATEST_MS = 253_402_300_799_999  # the end of the year 9999

Text = Annotated[str, Meta(min_length=1, max_length=256, pattern=_NO_CONTROL)]
LongText = Annotated[str, Meta(min_length=1, max_length=1000, pattern=_NO_CONTROL)]
Seconds = Annotated[float, Meta(ge=0, le=31_622_400)]
Number = Annotated[float, Meta(ge=-1e15, le=1e15)]
Count = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Attributes = Annotated[
    dict[Text, Annotated[str, Meta(max_length=256, pattern=_NO_CONTROL)]],
    Meta(max_length=ATTRIBUTES_AT_MOST),
]
if TYPE_CHECKING:
    Instant = int
else:
    # On the wire RFC 3339 with offset, or milliseconds since 1970 UTC; in an event always the latter.
    Instant = Annotated[int, Meta(ge=0, le=LATEST_MS)] | Annotated[datetime, Meta(tz=True)]

Channel = Literal["voice", "callback", "email", "chat", "messenger", "social", "sms", "task"]
Direction = Literal["inbound", "outbound"]
Presence = Literal["offline", "ready", "paused"]
Activity = Literal["idle", "ringing", "engaged", "holding", "wrapup", "busy", "unreachable", "unknown"]
Level = Literal["info", "good", "warning", "critical"]
LeftReason = Literal[
    "timeout", "empty", "key", "full", "overflow", "transfer", "callback", "voicemail", "withdrawn", "lost"
]


# gc=False: an event holds nothing that could hold it, and millions of them need not be looked at again and again.
class Event(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="type", gc=False
):
    """What every event may carry. `time` in ms UTC; None until arrival settles it."""

    time: Instant | None = None
    source: Text | None = None
    id: Text | None = None
    attributes: Attributes | None = None

    def __post_init__(self) -> None:
        for name in _instants_of(type(self)):
            if isinstance(value := getattr(self, name), datetime):
                msgspec.structs.force_setattr(self, name, _milliseconds(value, name))


@cache
def _instants_of(kind: type[Event]) -> list[str]:
    return [name for name in kind.__struct_fields__ if name in INSTANTS]


INSTANTS = frozenset({"time", "since", "until", "opened_at", "oldest_at"})


class ContactEvent(Event, frozen=True, kw_only=True):
    """Something about one contact; `customer` is an opaque key made by the collector."""

    contact: Text
    customer: Text | None = None


class Queued(ContactEvent, frozen=True, kw_only=True, tag="contact.queued"):
    queue: Text
    channel: Channel | None = None
    direction: Direction | None = None
    via: Text | None = None
    priority: Annotated[int, Meta(ge=-1_000_000, le=1_000_000)] | None = None
    since: Instant | None = None


class Ringing(ContactEvent, frozen=True, kw_only=True, tag="contact.ringing"):
    agent: Text
    queue: Text | None = None


class Missed(ContactEvent, frozen=True, kw_only=True, tag="contact.missed"):
    agent: Text
    queue: Text | None = None
    ring_s: Seconds | None = None


class Answered(ContactEvent, frozen=True, kw_only=True, tag="contact.answered"):
    agent: Text
    queue: Text | None = None
    channel: Channel | None = None
    direction: Direction | None = None
    via: Text | None = None
    wait_s: Seconds | None = None


class Held(ContactEvent, frozen=True, kw_only=True, tag="contact.held"):
    agent: Text


class Resumed(ContactEvent, frozen=True, kw_only=True, tag="contact.resumed"):
    agent: Text


class Message(ContactEvent, frozen=True, kw_only=True, tag="contact.message"):
    by: Literal["customer", "agent", "bot"]
    agent: Text | None = None
    queue: Text | None = None


class Abandoned(ContactEvent, frozen=True, kw_only=True, tag="contact.abandoned"):
    queue: Text | None = None
    wait_s: Seconds | None = None


class Left(ContactEvent, frozen=True, kw_only=True, tag="contact.left"):
    reason: LeftReason
    queue: Text | None = None
    wait_s: Seconds | None = None


class Transferred(ContactEvent, frozen=True, kw_only=True, tag="contact.transferred"):
    agent: Text
    queue: Text | None = None
    to_queue: Text | None = None
    to_agent: Text | None = None
    kind: Literal["blind", "attended"] | None = None
    talk_s: Seconds | None = None
    hold_s: Seconds | None = None
    wait_s: Seconds | None = None


class Ended(ContactEvent, frozen=True, kw_only=True, tag="contact.ended"):
    agent: Text | None = None
    queue: Text | None = None
    talk_s: Seconds | None = None
    hold_s: Seconds | None = None
    wait_s: Seconds | None = None
    ended_by: Literal["customer", "agent", "system"] | None = None


class Wrapped(ContactEvent, frozen=True, kw_only=True, tag="contact.wrapped"):
    agent: Text
    wrapup_s: Seconds | None = None


class Outcome(ContactEvent, frozen=True, kw_only=True, tag="contact.outcome"):
    outcome: Literal["success", "failure", "none"] | None = None
    code: Text | None = None
    value: Number | None = None
    contact_source: Text | None = None


class Rated(Event, frozen=True, kw_only=True, tag="contact.rated"):
    score: Number
    contact: Text | None = None
    customer: Text | None = None
    contact_source: Text | None = None
    queue: Text | None = None
    agent: Text | None = None
    kind: Literal["csat", "nps", "ces"] | None = None
    best: Annotated[float, Meta(gt=0, le=1000)] | None = None


class Tagged(ContactEvent, frozen=True, kw_only=True, tag="contact.tagged"):
    tag: Text
    contact_source: Text | None = None
    agent: Text | None = None


class CaseOpened(Event, frozen=True, kw_only=True, tag="case.opened"):
    case: Text
    queue: Text | None = None
    agent: Text | None = None
    contact: Text | None = None
    opened_at: Instant | None = None


class CaseResolved(Event, frozen=True, kw_only=True, tag="case.resolved"):
    case: Text
    queue: Text | None = None
    agent: Text | None = None
    contact: Text | None = None
    opened_at: Instant | None = None


class AgentEvent(Event, frozen=True, kw_only=True):
    agent: Text


QueueList = Annotated[list[Text], Meta(max_length=LISTED_AT_MOST)]


class SignedIn(AgentEvent, frozen=True, kw_only=True, tag="agent.signed_in"):
    name: Text | None = None
    team: Text | None = None
    queues: QueueList | None = None
    slots: Annotated[int, Meta(ge=1, le=1000)] | None = None


class SignedOut(AgentEvent, frozen=True, kw_only=True, tag="agent.signed_out"):
    pass


class PresenceSet(AgentEvent, frozen=True, kw_only=True, tag="agent.presence"):
    presence: Presence
    reason: Text | None = None
    queue: Text | None = None


class ActivitySeen(AgentEvent, frozen=True, kw_only=True, tag="agent.activity"):
    activity: Activity


class QueuesSet(AgentEvent, frozen=True, kw_only=True, tag="agent.queues"):
    queues: QueueList


_Rate = Annotated[float, Meta(ge=0, le=100)]


class Figures(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A platform's own KPIs of one window, named and defined as in docs/kpis.md."""

    offered: Count | None = None
    answered: Count | None = None
    abandoned: Count | None = None
    short_abandoned: Count | None = None
    flowed_out: Count | None = None
    callbacks: Count | None = None
    lost: Count | None = None
    answered_in_target: Count | None = None
    abandoned_in_target: Count | None = None
    missed: Count | None = None
    refused: Count | None = None
    handled: Count | None = None
    transferred: Count | None = None
    service_level: _Rate | None = None
    abandon_rate: _Rate | None = None
    answer_rate: _Rate | None = None
    asa_s: Seconds | None = None
    max_wait_s: Seconds | None = None
    aht_s: Seconds | None = None
    talk_s: Seconds | None = None
    hold_s: Seconds | None = None
    wrapup_s: Seconds | None = None


class QueueObserved(Event, frozen=True, kw_only=True, tag="queue.observed"):
    queue: Text
    waiting: Count | None = None
    oldest_at: Instant | None = None
    ready: Count | None = None
    paused: Count | None = None
    staffed: Count | None = None
    engaged: Count | None = None
    m15: Figures | None = None
    m30: Figures | None = None
    m60: Figures | None = None
    shift: Figures | None = None
    day: Figures | None = None


class ListedContact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    contact: Text
    since: Instant | None = None
    priority: Annotated[int, Meta(ge=-1_000_000, le=1_000_000)] | None = None

    def __post_init__(self) -> None:
        if isinstance(self.since, datetime):
            msgspec.structs.force_setattr(self, "since", _milliseconds(self.since, "since"))


class ListedAgent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    presence: Presence | None = None
    reason: Text | None = None
    activity: Activity | None = None
    queues: QueueList | None = None


class FloorObserved(Event, frozen=True, kw_only=True, tag="floor.observed"):
    queues: dict[Text, list[ListedContact]] | None = None
    agents: dict[Text, ListedAgent] | None = None
    part: Annotated[int, Meta(ge=1, le=1000)] | None = None
    parts: Annotated[int, Meta(ge=1, le=1000)] | None = None


class KpiReported(Event, frozen=True, kw_only=True, tag="kpi.reported"):
    kpi: Text
    value: Number
    unit: Text | None = None
    queue: Text | None = None
    agent: Text | None = None
    team: Text | None = None
    target: Number | None = None
    good: Literal["up", "down"] | None = None


class NoticePosted(Event, frozen=True, kw_only=True, tag="notice.posted"):
    text: LongText
    notice: Text | None = None
    level: Level = "info"
    boards: QueueList | None = None
    queues: QueueList | None = None
    teams: QueueList | None = None
    until: Instant | None = None
    mark: bool | None = None


class NoticeCleared(Event, frozen=True, kw_only=True, tag="notice.cleared"):
    notice: Text


class SourceBeat(Event, frozen=True, kw_only=True, tag="source.beat"):
    lag_ms: Count | None = None
    note: Text | None = None


class SourceRestarted(Event, frozen=True, kw_only=True, tag="source.restarted"):
    pass


# Written by the server only; refused from outside.


class Rejection(Struct, frozen=True, kw_only=True, omit_defaults=True):
    at: str
    error: str
    id: str | None = None


class SourceCounted(Event, frozen=True, kw_only=True, tag="source.counted"):
    """What ingest did not put into the stream since the last one: at most one a second and source."""

    duplicates: Count = 0
    rejected: Count = 0
    duplicate_ids: list[str] = []
    rejections: list[Rejection] = []


class SourceForgotten(Event, frozen=True, kw_only=True, tag="source.forgotten"):
    name: Text
    who: Text | None = None


class QueueForgotten(Event, frozen=True, kw_only=True, tag="queue.forgotten"):
    """A mistyped queue goes, with what was told of it alone."""

    name: Text
    who: Text | None = None


class AgentForgotten(Event, frozen=True, kw_only=True, tag="agent.forgotten"):
    """A person is erased: their row goes. Who named them is not said."""

    name: Text


class ConfigApplied(Event, frozen=True, kw_only=True, tag="config.applied"):
    """The sites, queues, agents and reasons in force from now; `settings` as in `core/settings.py`."""

    settings: dict[str, Any]
    who: Text | None = None


class ContactCorrected(ContactEvent, frozen=True, kw_only=True, tag="contact.corrected"):
    """A lead's correction: the contact is not there any more; what is open of it ends as lost."""

    who: Text
    queue: Text | None = None
    contact_source: Text | None = None
    note: Text | None = None


class AgentCorrected(AgentEvent, frozen=True, kw_only=True, tag="agent.corrected"):
    who: Text
    presence: Presence = "offline"
    agent_source: Text | None = None
    note: Text | None = None


class AlertEvent(Event, frozen=True, kw_only=True):
    alert: Text
    rule: Text | None = None
    severity: Text | None = None
    value: Number | None = None
    who: Text | None = None
    note: Text | None = None
    until: Instant | None = None


class AlertRaised(AlertEvent, frozen=True, kw_only=True, tag="alert.raised"):
    pass


class AlertCleared(AlertEvent, frozen=True, kw_only=True, tag="alert.cleared"):
    pass


class AlertAcknowledged(AlertEvent, frozen=True, kw_only=True, tag="alert.acknowledged"):
    pass


class AlertSnoozed(AlertEvent, frozen=True, kw_only=True, tag="alert.snoozed"):
    pass


class AlertWoken(AlertEvent, frozen=True, kw_only=True, tag="alert.woken"):
    pass


class AlertAssigned(AlertEvent, frozen=True, kw_only=True, tag="alert.assigned"):
    pass


class AlertActed(AlertEvent, frozen=True, kw_only=True, tag="alert.acted"):
    """What was done about it stands in `attributes` as `result`; it may be over already."""


class DutyTaken(Event, frozen=True, kw_only=True, tag="duty.taken"):
    """`who` is on duty until then; `teams`: for these alone, None: for all. `account`: as which, `person:ID`. `by`: who
    else said so."""

    who: Text
    account: Text | None = None
    until: Instant
    teams: QueueList | None = None
    by: Text | None = None


class DutyLeft(Event, frozen=True, kw_only=True, tag="duty.left"):
    who: Text
    by: Text | None = None


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
_encoder = msgspec.json.Encoder()


def decode(data: bytes | str | msgspec.Raw) -> Event:
    """An event from outside. Raises Refused with the path below `$` and a reason."""
    return _decode(_told, data)


def decode_own(data: bytes) -> Event:
    """An event from the stream, where the server's own types are found too."""
    return _decode(_any, data)


def encode(event: Event | Sequence[Event]) -> bytes:
    return _encoder.encode(event)


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
    return Refused(path, reason.replace("`", "'"))


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


def _milliseconds(value: datetime, name: str) -> int:
    """Raises ValueError, which the decoder tells with the path, outside of what a number may say."""
    milliseconds = round(value.timestamp() * _SECOND_MS)
    if not 0 <= milliseconds <= LATEST_MS:
        raise ValueError(f"{name} must lie between the years 1970 and 9999")
    return milliseconds
