"""How long until the next try? Exponential with full jitter, so that many do not come back together."""

import random


class Backoff:
    """Seconds between `least_s` and a ceiling that doubles with each try up to `most_s`."""

    def __init__(self, least_s: float, most_s: float) -> None:
        self._least_s = least_s
        self._most_s = most_s
        self._tries = 0

    def next_s(self) -> float:
        self._tries = min(self._tries + 1, 30)
        ceiling = min(self._most_s, self._least_s * 2**self._tries)
        return random.uniform(self._least_s, ceiling)

    def reset(self) -> None:
        self._tries = 0
