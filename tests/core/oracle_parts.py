"""Of what is a contact made, by definition? Its queue's settings, stays, talks, rings, and what others add."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Rule:
    """A queue's settings."""

    target_s: float = 20
    short_s: float = 5
    wrapup_s: float = 0
    wrapup_told: bool = False
    formula: str = "short"
    count_waiting: bool = True
    channel: str = "voice"
    at_night: bool = False  # open at night only (oracle_hours.py)
    zone: str = "UTC"


@dataclass
class Stay:
    """One stay of a contact in a queue."""

    queue: str
    begun: int
    ended: int | None = None
    outcome: str = ""
    stated: int | None = None
    ringing: set[str] = field(default_factory=set)


@dataclass
class Talk:
    """One agent's part."""

    agent: str
    queue: str | None
    begun: int
    after_wait: bool
    state: str = "engaged"
    since: int = 0
    ended: int | None = None
    closed: int | None = None
    talked: int = 0
    held: int = 0
    wrapped: int = 0
    transferred: bool = False
    lost: bool = False
    untold: bool = False  # its end of wrap-up is still to be told
    stay: Stay | None = None


@dataclass
class Ringing:
    """A phone that rang for a stay, or for none."""

    agent: str
    stay: Stay | None
    begun: int
    ended: int | None = None


@dataclass
class Added:
    """What another system told: a result, a mark or a tag, with the queue and agent of that moment."""

    at: int
    queue: str | None
    agent: str | None
    what: dict[str, Any]


@dataclass
class Answer:
    """A human reply to what the customer wrote at `asked`."""

    at: int
    asked: int
    queue: str
    first: bool
