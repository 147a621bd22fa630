"""By how much did a number rise or fall within the last minutes? For rules with `within`.

    value  3 ─┐  ┌ 5 ─┐   ┌ 9 now       rise within 10 min: 9 − 2 = 7, until the 2 is ten minutes old
              └ 2┘    └ 4 ┘

Of what it was only what can still be the lowest (of a rise) or the highest (of a fall) is kept.
"""

from msgspec import Struct

from wallboard.core.limits import Limit


class Moving(Struct, array_like=True):
    """`value`: now. `before`: until which instant (ms) it was what, the oldest first and the furthest from now."""

    value: float
    before: list[tuple[int, float]] = []

    def moved_to(self, value: float, now_ms: int, within_ms: int, limit: Limit) -> float:
        """What it is now; the change since the lowest or the highest of that time, as the limit's sign asks."""
        if value != self.value:
            while self.before and not _further(self.before[-1][1], self.value, limit):
                self.before.pop()
            self.before.append((now_ms, self.value))
            self.value = value
        while self.before and self.before[0][0] + within_ms <= now_ms:
            self.before.pop(0)
        return self.change(limit)

    def change(self, limit: Limit) -> float:
        """As it was when it was looked at last."""
        furthest = self.before[0][1] if self.before else self.value
        return self.value - furthest if _further(furthest, self.value, limit) else 0

    def next_change_ms(self, within_ms: int) -> int | None:
        """When what was furthest is forgotten."""
        return self.before[0][0] + within_ms if self.before else None


def _further(one: float, other: float, limit: Limit) -> bool:
    """Of a rise the lower one, of a fall the higher one."""
    return one < other if limit.sign[0] == ">" else one > other
