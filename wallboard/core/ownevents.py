"""What does the server itself tell? Of sources, settings, corrections, alerts and duty; refused from outside."""

from typing import Any

from msgspec import Struct, field

from wallboard.core.contactevents import ContactEvent
from wallboard.core.fields import Count, Event, Instant, Number, Presence, QueueList, Text
from wallboard.core.floorevents import AgentEvent


class Rejection(Struct, frozen=True, kw_only=True, omit_defaults=True):
    at: str
    error: str
    id: str | None = None


class SourceCounted(Event, frozen=True, kw_only=True, tag="source.counted"):
    """What ingest did not put into the stream since the last one: at most one a second and source. `conflicts`: of the
    duplicates those that say another thing than the first; of these `conflict_ids`, of the others `duplicate_ids`.
    `left_out`: payloads of which a webhook's map makes nothing, as it may be meant."""

    duplicates: Count = 0
    conflicts: Count = 0
    rejected: Count = 0
    left_out: Count = 0
    duplicate_ids: list[str] = field(default_factory=list)
    conflict_ids: list[str] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)


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
