"""What do all rows of the floor stand on? The settings in force, the time, and what was touched."""

from wallboard.core.calendar import Calendar
from wallboard.core.settings import Settings

Entity = tuple[str, str]  # ("queues", "support")


class Ground:
    """Shared by contacts, tallies and people of one floor."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.calendar = Calendar()
        self.touched: set[Entity] = set()

    @property
    def now_ms(self) -> int:
        return self.calendar.now_ms

    @property
    def minute(self) -> int:
        return self.calendar.minute

    def touch(self, kind: str, name: str) -> None:
        self.touched.add((kind, name))
