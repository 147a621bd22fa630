"""What does `"> 120"` mean, and `"30s"`? Limits and durations as people write them in rules."""

import re
from operator import ge, gt, le, lt
from typing import Literal, NamedTuple

_LIMIT = re.compile(r"\s*(<=|>=|<|>)\s*(-?[0-9]{1,9}(?:\.[0-9]{1,6})?)\s*")
_DURATION = re.compile(r"\s*([0-9]{1,6})\s*(s|m|h)\s*")
_PASSED = {">": gt, ">=": ge, "<": lt, "<=": le}
_UNIT_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000}
EXPECTED_LIMIT = "expected a sign and a number such as '> 120' or '<= 80.5'"
EXPECTED_DURATION = "expected a time such as 30s, 5m or 2h"


class Limit(NamedTuple):
    sign: str
    number: float

    def passed_by(self, value: float) -> bool:
        """Whether `value` lies on the side that the sign shows."""
        return bool(_PASSED[self.sign](value, self.number))

    def reach(self, low: float, high: float) -> "Reach | None":
        """Of a number that lies between these: whether it can never pass, or always does."""
        at_low, at_high = self.passed_by(low), self.passed_by(high)
        return None if at_low != at_high else "always" if at_low else "never"


Reach = Literal["never", "always"]


def limit_of(text: str) -> Limit | None:
    match = _LIMIT.fullmatch(text)
    return Limit(match[1], float(match[2])) if match else None


def duration_ms(text: str) -> int | None:
    match = _DURATION.fullmatch(text)
    return int(match[1]) * _UNIT_MS[match[2]] if match else None
