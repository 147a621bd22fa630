"""What is told of a contact, and of the case that it belongs to?"""

from typing import Annotated, Literal

from msgspec import Meta

from wallboard.core.fields import Channel, Direction, Event, Instant, LeftReason, Number, Seconds, Text


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

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.score <= self.out_of:
            raise ValueError(f"score must lie between 0 and best, here {self.out_of:g}")

    @property
    def out_of(self) -> float:
        """The best mark: where none is told, 10 of nps and else 5."""
        return self.best or (10 if self.kind == "nps" else 5)


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
