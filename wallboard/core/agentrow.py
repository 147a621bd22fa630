"""What is kept of an agent? Own events, what contacts say of them, and what was worked out from both."""

from wallboard.core.agents import Item, Profile
from wallboard.core.contactrow import Key, Told
from wallboard.core.ledger import Ledger
from wallboard.core.timesheet import Setting, Span, Timesheet

Place = tuple[str, str, str]  # (kind, id, metric) that an agent adds one to


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


def own_ledger(minute: int) -> Ledger:
    """An agent's: nobody is asked for the last minutes."""
    return Ledger(minute, rolling={})
