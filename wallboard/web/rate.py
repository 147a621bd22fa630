"""How often may one caller do this? Token buckets in memory, one a name, the least used forgotten first."""

from collections import OrderedDict

from wallboard.web.problems import Problem

_NAMES_AT_MOST = 10_000


class Rates:
    """`per_s` on average and `burst` at once, for each name by itself."""

    def __init__(self, per_s: float, burst: float) -> None:
        self._per_s = per_s
        self._burst = burst
        self._buckets: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def spend(self, name: str, amount: float, now_ms: int) -> None:
        """Take from the bucket. Raises Problem 429 with Retry-After when it does not hold that much."""
        left = self.check(name, amount, now_ms)
        self._keep(name, left - amount, now_ms)

    def give_back(self, name: str, amount: float, now_ms: int) -> None:
        """What was spent on something that shall not count."""
        self._keep(name, min(self._burst, self._left(name, now_ms) + amount), now_ms)

    def check(self, name: str, amount: float, now_ms: int) -> float:
        """What the bucket holds; raises as `spend` does, takes nothing."""
        left = self._left(name, now_ms)
        if amount > left:
            wait_s = max(1, round((amount - left) / self._per_s + 0.5))
            raise Problem(
                429,
                f"Too much at once from '{name}': wait {wait_s} s and send it again.",
                headers={"retry-after": str(wait_s)},
            )
        return left

    def _left(self, name: str, now_ms: int) -> float:
        left, at_ms = self._buckets.get(name, (self._burst, now_ms))
        return min(self._burst, left + max(0, now_ms - at_ms) / 1000 * self._per_s)

    def _keep(self, name: str, left: float, now_ms: int) -> None:
        self._buckets[name] = (left, now_ms)
        self._buckets.move_to_end(name)
        if len(self._buckets) > _NAMES_AT_MOST:
            self._buckets.popitem(last=False)
