"""The rows of the floor: a contact, a queue or group, an agent, a source, a notice, a reported figure."""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Struct, msgpack

from wallboard.core import events as ev
from wallboard.core.agents import Item, Profile
from wallboard.core.facts import NOT_LIVE, Fact, Live
from wallboard.core.fields import LATEST_MS
from wallboard.core.ledger import Ledger, add_all, add_to
from wallboard.core.platform import Counters
from wallboard.core.rules import Named
from wallboard.core.story import Story
from wallboard.core.timesheet import Setting, Span, Timesheet
from wallboard.core.visits import SightedGone, SightedWaiting

Key = tuple[str, str]  # (source, contact)
Told = tuple[int, int, ev.Event]  # (time in ms, order of arrival, event)
Kept = tuple[int, int, ev.Told | ev.Own | SightedWaiting | SightedGone]  # the same, as a checkpoint has it
Place = tuple[str, str, str]  # (kind, id, metric) that an agent adds one to

NEVER_MS = LATEST_MS
_kept = msgpack.Decoder(list[Kept])

WAITS = ("waiting", "unanswered", "case")
_STANDINGS = frozenset({"members", "staffed", "ready", "idle", "paused"})


class Listing(NamedTuple):
    """Who waited where at a source's last whole truth: (queue, contact)."""

    at_ms: int
    waiting: frozenset[tuple[str, str]]


def is_standing(metric: str) -> bool:
    """Whether it counts agents where they stand (core/people.py) and not what contacts add."""
    return metric in _STANDINGS or metric.startswith("paused_by.")


def own_ledger(minute: int) -> Ledger:
    """An agent's: nobody is asked for the last minutes."""
    return Ledger(minute, rolling={})


class Contact(Struct, eq=False, gc=False):
    """A contact's events until 15 minutes after it ended; then only what they told remains.

    `base`: what earlier events told, settled; `events` come after it, and `story` is all of it. `packed`: the events
    as a checkpoint has them, until somebody asks for them; of most nobody does.
    """

    key: Key
    story: Story
    chunk: str  # of the checkpoint that it is stored in
    heard_ms: int = 0  # when its last event arrived
    rests: bool = False  # whether its putting away is waited for
    packed: bytes | None = None
    facts: list[Fact] = []
    live: Live = NOT_LIVE
    base: Story | None = None
    _events: list[Told] = []

    @property
    def events(self) -> list[Told]:
        return self._events if self.packed is None else self.unpack()

    def unpack(self) -> list[Told]:
        """Raises msgspec.DecodeError where another vocabulary wrote them."""
        if self.packed is not None:
            self._events, self.packed = list(_kept.decode(self.packed)), None
        return self._events

    @property
    def is_put_away(self) -> bool:
        """Only what its events told remains."""
        return self.packed is None and not self._events

    def put_away(self) -> None:
        self.base, self._events, self.packed = self.story, [], None
        self.facts, self.live = [], NOT_LIVE


class Tally:
    """The numbers of one queue, or of a group of queues: counts by window, and what is live now.

    `groups`: those that a queue belongs to; what changed in it is passed on to them by `settle`.
    """

    __slots__ = (
        "as_of_ms", "channel", "channel_ms", "day_ms", "groups", "ledger", "live", "moved", "need", "observed",
        "observed_ms", "ruled_ms",
        "shift_ms", "sources", "waits", "waits_moved",
    )  # fmt: skip

    def __init__(self, minute: int, groups: "Mapping[str, Tally] | None" = None) -> None:
        self.groups: dict[str, Tally] = dict(groups or {})
        self.ledger: Ledger = Ledger(minute, [group.ledger for group in self.groups.values()])
        self.day_ms = self.shift_ms = NEVER_MS  # when the site's running day and shift began
        self.live: Counter[str] = Counter()
        self.moved: dict[str, int] = {}  # what comes to `live`, here and in the groups, when it is settled
        self.waits: dict[str, Counter[int]] = {name: Counter() for name in WAITS}  # since → how many
        self.waits_moved: dict[str, dict[int, int]] = {}  # the same of `waits`
        self.sources: set[str] = set()
        self.as_of_ms: int | None = None
        self.channel: str | None = None  # as its newest contact tells it; a configured queue has its own
        self.channel_ms = 0
        self.ruled_ms: int | None = None  # since when its target, formula or limit of short abandons is what it is
        self.need: dict[str, int | float | list[str]] = {}  # core/need.py
        self.observed: ev.QueueObserved | None = None
        self.observed_ms = 0

    def change(self, metric: str, by: int) -> None:
        """Of what is live, here alone."""
        add_to(self.live, metric, by)

    def settle(self, minute: int) -> None:
        """What changed since the last time holds here and in the groups."""
        self.ledger.turn(minute)
        self.ledger.fold()
        moved, waits_moved = self.moved, self.waits_moved
        self.moved, self.waits_moved = {}, {}
        self._follow(self, moved, waits_moved)
        for group in self.groups.values():
            group._follow(self, moved, waits_moved)

    def join(self, name: str, group: "Tally") -> None:
        """Be counted in one more group, with all that is counted here; after `settle`. Agents stand there by themselves
        (core/people.py)."""
        self.groups[name] = group
        self.ledger.join(group.ledger)
        live = {metric: n for metric, n in self.live.items() if not is_standing(metric)}
        group._follow(self, live, self.waits)

    def _follow(self, queue: "Tally", live: Mapping[str, int], waits: Mapping[str, Mapping[int, int]]) -> None:
        add_all(self.live, live)
        for metric, known in waits.items():
            add_all(self.waits[metric], known)
        if not queue.sources <= self.sources:
            self.sources |= queue.sources
        if queue.as_of_ms is not None and (self.as_of_ms is None or queue.as_of_ms > self.as_of_ms):
            self.as_of_ms = queue.as_of_ms


class AgentRow:
    """One person: own events (the last 15 minutes above a settled base), and what contacts say of them."""

    __slots__ = (
        "ahead", "base", "base_ms", "calls", "counted", "draft", "events", "free", "hostile", "items", "ledger",
        "profile", "ready", "released", "released_ms", "seen_ms", "sheet", "sources", "spans", "stands", "ticks",
        "told",
    )  # fmt: skip

    def __init__(self, minute: int) -> None:
        self.base = Profile()
        self.base_ms = 0
        self.events: list[Told] = []
        self.profile = Profile()
        self.items: dict[Key, tuple[Item, ...]] = {}
        self.released: dict[Key, int] = {}
        self.released_ms = 0  # of contacts put away
        self.ledger = own_ledger(minute)
        self.sheet = Timesheet()
        self.draft: Timesheet | None = None  # goes on from `sheet` as far as somebody looked
        self.spans: dict[Key, tuple[Span, ...]] = {}
        self.ahead: dict[Key, tuple[Span, ...]] = {}  # those of them that reach beyond what the draft settled
        self.calls: list[tuple[int, bool]] = []  # when a contact was taken (True) or missed, in order
        self.hostile: list[int] = []  # when contacts were tagged so, in order; today and in the hour before
        self.seen_ms = 0  # when it was last told: its seconds are until then
        self.ticks = False  # whether the next telling is waited for
        self.sources: set[str] = set()
        self.told: list[Setting] = []  # what own events said, one after another, as far as it is worked out
        self.stands: tuple[object, ...] | None = None  # what `counted` was worked out from
        self.counted: frozenset[Place] = frozenset()  # what this agent adds 1 to, except for being free
        self.ready: frozenset[Place] = frozenset()  # where this agent is free, when free
        self.free = False

    @property
    def contacts(self) -> list[Item]:
        items = [item for items in self.items.values() for item in items]
        return items if len(items) < 2 else sorted(items, key=lambda item: item.since_ms)

    def changes_at(self, at_ms: int) -> None:
        """Where the agent's time went may be different from this instant on."""
        if self.draft and at_ms < self.draft.settled_ms:
            self.draft = None

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
        return max(self.released_ms, *self.released.values()) if self.released else self.released_ms

    @property
    def last_contact_ms(self) -> int:
        """When a contact last changed something for this agent."""
        began = [item.since_ms for items in self.items.values() for item in items]
        return max(self.last_released_ms, *began) if began else self.last_released_ms


class SourceRow(Struct):
    """What a source is heard to say, and the quality of it. `heard_ms` is an arrival, 0: it told nothing that was
    taken; `is_late` waits to be heard."""

    heard_ms: int = 0
    beats: bool = False
    is_late: bool = False
    lag_ms: int | None = None
    note: str | None = None
    late: int = 0
    clamped: int = 0
    rejected: int = 0
    duplicates: int = 0
    conflicts: int = 0  # of these: repeats that said another thing than the first
    overflow: int = 0  # new names that there was no room for
    restarts: int = 0  # of its platform: what was open there then was closed as lost
    gaps: int = 0  # times that it was late and heard again; together it was not heard for `gap_ms`
    gap_ms: int = 0
    platform: dict[str, Counters] = {}  # queue → what the platform itself counts


class NoticeRow(Struct):
    event: ev.NoticePosted
    source: str
    posted_ms: int


class ResultRow(Struct):
    """What somebody did about an alert: one of core/alerts.py, or own words."""

    result: str
    who: str
    at_ms: int
    note: str | None = None


class AlertRow(Struct):
    """One that is raised. `kind`, `of`: the entity; `since_ms`: when its rule began to hold."""

    rule: str
    severity: str
    kind: str
    of: str
    metric: str
    window: str | None
    limit: str
    value: float | None
    since_ms: int
    raised_ms: int
    acknowledged_by: str | None = None
    acknowledged_ms: int | None = None
    owner: str | None = None
    owned_ms: int | None = None
    snoozed_by: str | None = None
    snoozed_until_ms: int | None = None
    over_ms: int | None = None
    over: str | None = None  # why: cleared, closed, gone, rule (core/alerting.py)
    results: list[ResultRow] = []
    duty: list[str] | None = None  # who was on duty for it when somebody first acted, or when it was over
    owner_by: str | None = None  # as which account, `person:ID`: names change
    within: str | None = None  # of a rule about a change: within how long
    event: str | None = None  # of one about no event: of which type
    given_by: str | None = None  # who else gave it to its owner, and when
    given_ms: int | None = None
    given: list[tuple[str, int]] = []  # to whom somebody else gave it, and when; the last ones
    last_snoozed_by: str | None = None  # whether or not it still sleeps
    snoozed_ms: int | None = None  # when it was snoozed last
    snoozed_duty: list[str] = []  # who was on duty for it then
    woken_ms: int | None = None  # when that snooze ended by itself
    left_ms: int | None = None  # since when its owner is off duty

    @property
    def is_left(self) -> bool:
        """Whether its owner went off duty and nobody acted since: nobody has it."""
        acted = (self.acknowledged_ms or 0, *(one.at_ms for one in self.results))
        return self.over_ms is None and self.left_ms is not None and max(acted) <= self.left_ms

    @property
    def named(self) -> Named:
        return Named(self.metric, self.window, self.limit, self.within, self.event)


class KpiRow(Struct):
    event: ev.KpiReported
    source: str
    at_ms: int
