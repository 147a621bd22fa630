"""Sites, queues, agents and reasons as the state uses them: what `config.applied` carries.

The same types read the sections of `wallboard.toml`; every default of docs/configuration.md stands here.
"""

from collections.abc import Collection
from functools import cached_property
from typing import Annotated, Literal, NamedTuple, get_args

from msgspec import Meta, Struct, convert, field

from wallboard.core.fields import Channel, Level, LongText, Text
from wallboard.core.hours import Hours, parse_openings
from wallboard.core.maintenance import Maintenance
from wallboard.core.rules import Rule
from wallboard.core.windows import business_day

Formula = Literal["answered", "negative", "offered", "positive", "removed", "ignore", "short"]
SPOKEN = frozenset({"voice", "callback"})  # all other channels are text: their waits run in opening hours
ALL_DAY = "00:00-24:00"
VOICE_MAX_WAIT_S = 4 * 3600
TEXT_MAX_WAIT_S = 7 * 86_400


Language = Literal["en", "uk", "ru", "pl"]
LANGUAGES: tuple[str, ...] = get_args(Language)


class Site(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A place with a time zone and a business day. `open`, `holidays`, `shifts` as text (docs/configuration.md).
    `language`: of the messages about what is there."""

    name: Text | None = None
    zone: str = "UTC"
    day_starts: Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = "00:00"
    open: str | None = None
    holidays: list[str] = []
    shifts: dict[Text, str] = {}
    language: Language = "en"


class Target(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    percent: Annotated[float, Meta(ge=0, le=100)] = 80
    seconds: Annotated[float, Meta(ge=0, le=31_622_400)] = 20
    formula: Formula = "short"
    count_waiting: bool = True


class Queue(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    name: Text | None = None
    site: Text | None = None
    channel: Channel = "voice"
    team: Text | None = None
    open: str | None = None
    short_abandon_s: Annotated[float, Meta(ge=0, le=86_400)] = 5
    wrapup_s: Annotated[float, Meta(ge=0, le=86_400)] = 0
    wrapup_told: bool = False
    min_n: Annotated[int, Meta(ge=0)] = 5
    max_wait_s: Annotated[float, Meta(gt=0, le=31_622_400)] | None = None
    hidden: bool = False
    target: Target = field(default_factory=Target)
    also: list[Text] = []

    @property
    def longest_wait_s(self) -> float:
        """Above this a wait is doubtful (a contact that its source forgot to end)."""
        return self.max_wait_s or (VOICE_MAX_WAIT_S if self.channel in SPOKEN else TEXT_MAX_WAIT_S)


class Measure(NamedTuple):
    """What a queue's contacts are measured by, worked out once. `hours` None: always open.

    `target_ms` and `short_ms` are exact. In whole ms: `passes_ms` after its begin a wait is over the target,
    `doubtful_ms` after it is too long to be true.
    """

    hours: Hours | None
    formula: Formula
    count_waiting: bool
    target_ms: float
    short_ms: float
    passes_ms: int
    doubtful_ms: int
    wrapup_ms: int


class Aliases(NamedTuple):
    """Queues and agents as one source calls them → as they are configured."""

    queues: dict[str, str]
    agents: dict[str, str]


_NO_ALIASES = Aliases({}, {})


class Agent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    name: Text | None = None
    alias: Text | None = None
    team: Text | None = None
    site: Text | None = None
    also: list[Text] = []


class Reason(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    name: Text | None = None
    group: Literal["personal", "productive", "system"] = "personal"
    minutes: Annotated[float, Meta(gt=0, le=527_040)] | None = None


class Notice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A notice that is ready to be written on `/floor`; its keys are those of the call (docs/http.md)."""

    text: LongText
    level: Level = "info"
    boards: list[Text] = []
    queues: list[Text] = []
    teams: list[Text] = []
    until: Text | None = None
    mark: bool = False


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, dict=True):
    """The floor's configuration in force. `also` entries are `source:id`."""

    site: dict[Text, Site] = {}
    queue: dict[Text, Queue] = {}
    agent: dict[Text, Agent] = {}
    reason: dict[Text, Reason] = {}
    alert: dict[Text, Rule] = {}
    notice: dict[Text, Notice] = {}
    maintenance: dict[Text, Maintenance] = {}

    def __eq__(self, other: object) -> bool:
        """Not the same where sites or queues stand in another order: the first site's clock is the wall's."""
        return self is other or (super().__eq__(other) is True and self._order == getattr(other, "_order", None))

    def __ne__(self, other: object) -> bool:
        return not self == other

    @cached_property
    def _order(self) -> tuple[list[str], list[str]]:
        return [*self.site], [*self.queue]

    @cached_property
    def sites(self) -> dict[str, Site]:
        return dict(self.site) or {"main": Site()}

    def in_order(self, kind: str, names: Collection[str]) -> Collection[str]:
        """As they stand in the file, sites and queues that do not behind them by name; of other kinds as given."""
        if kind not in ("sites", "queues"):
            return names
        own: Collection[str] = self.sites if kind == "sites" else self.queue
        return [*(name for name in own if name in names), *sorted(name for name in names if name not in own)]

    def aliases_of(self, source: str) -> Aliases:
        return self._aliases.get(source, _NO_ALIASES)

    def queue_of(self, source: str, queue: str) -> str:
        return self._aliases.get(source, _NO_ALIASES).queues.get(queue, queue)

    def agent_of(self, source: str, agent: str) -> str:
        return self._aliases.get(source, _NO_ALIASES).agents.get(agent, agent)

    @cached_property
    def has_hours(self) -> bool:
        """Whether anything is ever closed."""
        places = any(one.open or one.holidays for one in self.site.values())
        return places or any(one.open for one in self.queue.values())

    def for_queue(self, queue: str) -> Queue:
        return self.queue.get(queue) or _DEFAULT_QUEUE

    def site_of(self, queue: str) -> str:
        """The queue's site; the first of the file where it names none or one that is not there."""
        named = self.for_queue(queue).site
        return named if named in self.sites else next(iter(self.sites))

    def hours_of(self, queue: str) -> Hours | None:
        """When the queue is open; None: always. Raises ValueError where the text cannot be read."""
        key = queue if queue in self.queue else ""
        if key not in self._hours:
            site = self.sites[self.site_of(queue)]
            text = self.for_queue(queue).open or site.open or (ALL_DAY if site.holidays else None)
            self._hours[key] = Hours(parse_openings(text), site.zone, frozenset(site.holidays)) if text else None
        return self._hours[key]

    def measure_of(self, queue: str) -> Measure:
        """Raises ValueError where the opening hours cannot be read."""
        found = self._measures.get(queue if queue in self.queue else "")
        if found is None:
            row = self.for_queue(queue)
            target_ms = row.target.seconds * 1000
            found = self._measures[queue if queue in self.queue else ""] = Measure(
                self.hours_of(queue), row.target.formula, row.target.count_waiting, target_ms,
                row.short_abandon_s * 1000, round(target_ms) + 1, round(row.longest_wait_s * 1000) + 1,
                round(row.wrapup_s * 1000),
            )  # fmt: skip
        return found

    @cached_property
    def shifts(self) -> dict[str, dict[str, Hours]]:
        """Site → shift → when it runs. Raises ValueError where a text cannot be read."""
        return {
            name: {shift: Hours(parse_openings(text), site.zone) for shift, text in site.shifts.items()}
            for name, site in self.sites.items()
        }

    @cached_property
    def _aliases(self) -> dict[str, Aliases]:
        """Source → its aliases. Either may hold a colon, so one is known at each of its colons."""
        found: dict[str, Aliases] = {}
        for kind, rows in (("queues", self.queue), ("agents", self.agent)):
            for own, alias in ((own, alias) for own, row in rows.items() for alias in row.also):
                for at, character in enumerate(alias):
                    if character == ":":
                        aliases = found.setdefault(alias[:at], Aliases({}, {}))
                        getattr(aliases, kind)[alias[at + 1 :]] = own
        return found

    @cached_property
    def _hours(self) -> dict[str, Hours | None]:
        return {}

    @cached_property
    def _measures(self) -> dict[str, Measure]:
        return {}

    def check(self, at_ms: int) -> None:
        """Whatever a later look would stumble over. Raises ValueError, KeyError or OSError."""
        for name, place in self.sites.items():
            business_day(at_ms, place.zone, place.day_starts)
            for hours in (*self.shifts[name].values(), self.hours_of("")):
                if hours:
                    hours.next_change_ms(at_ms)
        for queue in self.queue:
            if hours := self.hours_of(queue):
                hours.next_change_ms(at_ms)


_DEFAULT_QUEUE = Queue()


def settings_from(data: dict[str, object]) -> Settings:
    """Settings out of `config.applied`. Raises msgspec.ValidationError."""
    return convert(data, Settings)
