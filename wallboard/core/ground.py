"""What do all rows of the floor stand on? The settings in force, the time, and what was touched."""

from collections.abc import Set as AbstractSet

from wallboard.core.calendar import Calendar
from wallboard.core.settings import Settings

Entity = tuple[str, str]  # ("queues", "support")


class Ground:
    """Shared by contacts, tallies and people of one floor."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.calendar = Calendar()
        self.touched: set[Entity] = set()  # since it was last published
        self.unlooked: set[Entity] = set()  # since alert rules looked, where there are any

    @property
    def now_ms(self) -> int:
        return self.calendar.now_ms

    @property
    def minute(self) -> int:
        return self.calendar.minute

    def is_in(self, site: str, at_ms: int) -> tuple[bool, bool]:
        """Whether an instant lies in the site's running day, and in its running shift."""
        shift = self.calendar.shifts[site]
        return at_ms >= self.calendar.days[site].started_ms, shift is not None and at_ms >= shift.started_ms

    def runs_shift(self, *sites: str) -> bool | None:
        """Whether a shift runs at one of these sites; None where none is configured."""
        if not any(map(self.settings.shifts.__getitem__, sites)):
            return None
        return any(map(self.calendar.shifts.__getitem__, sites))

    def await_hours(self, queue: str) -> None:
        """The queue's next opening or closing becomes due."""
        hours = self.settings.hours_of(queue)
        if hours and (turn_ms := hours.next_change_ms(self.now_ms)) is not None:
            self.calendar.wait(turn_ms, "hours", queue)

    def touch(self, kind: str, name: str) -> None:
        self.touched.add((kind, name))
        if self.settings.alert:
            self.unlooked.add((kind, name))

    def touch_all(self, entities: AbstractSet[Entity]) -> None:
        self.touched |= entities
        if self.settings.alert:
            self.unlooked |= entities
