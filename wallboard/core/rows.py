"""The rows of the floor: a contact, a queue or group, an agent, a source, a notice, a reported figure."""

from collections import Counter
from typing import NamedTuple

from msgspec import Struct

from wallboard.core import events as ev
from wallboard.core.agents import Item, Profile
from wallboard.core.facts import Fact, Live
from wallboard.core.ledger import Ledger
from wallboard.core.timesheet import Span, Timesheet
from wallboard.core.visits import Story

Key = tuple[str, str]  # (source, contact)
Told = tuple[int, int, ev.Event]  # (time in ms, order of arrival, event)

NOT_LIVE = Live((), (), (), (), (), None)


class Listing(NamedTuple):
    """Who waited where at a source's last whole truth: (queue, contact)."""

    at_ms: int
    waiting: frozenset[tuple[str, str]]


class Contact:
    """A contact's events until 15 minutes after it ended; then only what they told remains.

    `base`: what earlier events told, settled; `events` come after it, and `story` is all of it.
    """

    __slots__ = ("base", "chunk", "events", "facts", "heard_ms", "key", "live", "rests", "story")

    def __init__(self, key: Key, story: Story, chunk: str) -> None:
        self.key = key
        self.chunk = chunk  # of the checkpoint that it is stored in
        self.heard_ms = 0  # when its last event arrived
        self.rests = False  # whether its putting away is waited for
        self.story = story
        self.events: list[Told] = []
        self.facts: list[Fact] = []
        self.live = NOT_LIVE
        self.base: Story | None = None


class Tally:
    """The numbers of one queue, or of a group of queues: counts by window, and what is live now."""

    __slots__ = ("as_of_ms", "channel", "channel_ms", "ledger", "live", "observed", "observed_ms", "sources", "waits")

    def __init__(self, minute: int) -> None:
        self.ledger = Ledger(minute)
        self.live: Counter[str] = Counter()
        self.waits: dict[str, Counter[int]] = {"waiting": Counter(), "unanswered": Counter()}
        self.sources: set[str] = set()
        self.as_of_ms: int | None = None
        self.channel: str | None = None  # as its newest contact tells it; a configured queue has its own
        self.channel_ms = 0
        self.observed: ev.QueueObserved | None = None
        self.observed_ms = 0

    def change(self, metric: str, by: int) -> None:
        self.live[metric] += by
        if not self.live[metric]:
            del self.live[metric]

    def wait(self, metric: str, since_ms: int, by: int) -> None:
        waits = self.waits[metric]
        waits[since_ms] += by
        if not waits[since_ms]:
            del waits[since_ms]


class AgentRow:
    """One person: own events (the last 15 minutes above a settled base), and what contacts say of them."""

    __slots__ = (
        "base", "base_ms", "calls", "counted", "events", "items", "ledger", "profile", "released", "released_ms",
        "seen_ms", "sheet", "sources", "spans", "stands", "ticks",
    )  # fmt: skip

    def __init__(self, minute: int) -> None:
        self.base = Profile()
        self.base_ms = 0
        self.events: list[Told] = []
        self.profile = Profile()
        self.items: dict[Key, list[Item]] = {}
        self.released: dict[Key, int] = {}
        self.released_ms = 0  # of contacts put away
        self.ledger = Ledger(minute)
        self.sheet = Timesheet()
        self.spans: dict[Key, tuple[Span, ...]] = {}
        self.calls: list[tuple[int, bool]] = []  # when a contact was taken (True) or missed, in order
        self.seen_ms = 0  # when it was last told: its seconds are until then
        self.ticks = False  # whether the next telling is waited for
        self.sources: set[str] = set()
        self.stands: tuple[object, ...] | None = None  # what `counted` was worked out from
        self.counted: frozenset[tuple[str, str, str]] = frozenset()  # (kind, id, metric) that this agent adds 1 to

    @property
    def contacts(self) -> list[Item]:
        return sorted((item for items in self.items.values() for item in items), key=lambda item: item.since_ms)

    @property
    def is_signed_in(self) -> bool:
        return self.profile.overall is not None and self.profile.overall.presence != "offline"

    @property
    def is_known(self) -> bool:
        """Whether anything is said of this agent: a late event may have taken back all that was."""
        told = self.events or self.base_ms or self.items or self.last_released_ms
        return bool(told or self.ledger.window("day").sums)

    @property
    def last_released_ms(self) -> int:
        return max([self.released_ms, *self.released.values()])

    @property
    def last_contact_ms(self) -> int:
        """When a contact last changed something for this agent."""
        return max([self.last_released_ms, *(item.since_ms for items in self.items.values() for item in items)])


class SourceRow(Struct):
    """What a source is heard to say, and the quality of it. `heard_ms` is an arrival; `is_late` waits to be heard."""

    heard_ms: int = 0
    beats: bool = False
    is_late: bool = False
    lag_ms: int | None = None
    note: str | None = None
    late: int = 0
    clamped: int = 0
    rejected: int = 0
    duplicates: int = 0


class NoticeRow(Struct):
    event: ev.NoticePosted
    source: str
    posted_ms: int


class KpiRow(Struct):
    event: ev.KpiReported
    source: str
    at_ms: int
