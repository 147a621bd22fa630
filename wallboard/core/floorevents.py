"""What is told of people, of queues as a whole, of figures, notices and of the sources themselves?"""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from wallboard.core.fields import (
    Activity,
    Count,
    Event,
    Instant,
    Level,
    LongText,
    Number,
    Presence,
    QueueList,
    Seconds,
    Text,
    instant_ms,
)


class AgentEvent(Event, frozen=True, kw_only=True):
    agent: Text


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
            msgspec.structs.force_setattr(self, "since", instant_ms(self.since, "since"))


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
