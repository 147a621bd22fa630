"""Can it be read from there? The angle under which a character of the wall is seen.

    text in v  ──▶  mm on the screen  ──▶  minutes of arc from where people stand

16 minutes of arc can be read, 22 without effort (ISO 9241-3, NUREG-0700). The unit v is 1 % of the shorter side of
a 16:9 screen, as in record/boxes.py.
"""

import math
from typing import NamedTuple

LEAST_ARC, GOOD_ARC = 16.0, 22.0  # minutes
CAPITAL_EM = 0.7  # height of a figure or a capital letter


class Sight(NamedTuple):
    """A screen and how far away people stand."""

    inches: float
    metres: float

    @property
    def v_mm(self) -> float:
        return self.inches * 25.4 * 9 / math.hypot(16, 9) / 100

    def minutes(self, text: float) -> float:
        """Minutes of arc of a character in text of `text` v."""
        return math.degrees(2 * math.atan(text * self.v_mm * CAPITAL_EM / (2000 * self.metres))) * 60

    def text(self, minutes: float) -> float:
        """The size in v that is seen under so many minutes."""
        return 2000 * self.metres * math.tan(math.radians(minutes / 60) / 2) / CAPITAL_EM / self.v_mm
