"""How often may any view be told? Less often while the machine cannot keep up: later for all alike, never more memory.

10 a second ──▶ 4 ──▶ 2      fan-outs take more than half of their interval
            ◀──   ◀──        for CALM_S none would take so much of the next faster interval, with some room

What a fan-out takes is smoothed over a few ticks: a machine that was busy elsewhere for a moment changes nothing.
And while many screens come in at once, as after a restart, those that are there wait for those that have nothing yet.
"""

RATES = (10, 4, 2)
CALM_S = 10.0
BUSY, CALM = 0.5, 0.45  # share of an interval
SMOOTH = 0.3
CROWD = 100  # screens that come within a second are one; until a second has passed without
CROWDED = 4  # updates a second beside it


class Pace:
    """`rate`: updates a second that a view may have at most."""

    def __init__(self) -> None:
        self.lowered = 0  # how often, for /metrics
        self.last_s = 0.0  # what the last fan-out took
        self._mean_s = 0.0
        self._step = 0
        self._since_s = 0.0  # of the last change, or of the last time that was no calm one
        self._second_s = 0.0  # since when `_came` counts
        self._came = 0
        self._crowded_until_s = 0.0
        self._crowded = False

    @property
    def rate(self) -> int:
        return min(RATES[self._step], CROWDED) if self._crowded else RATES[self._step]

    def came(self, now_s: float) -> None:
        """A screen has come in. `now_s` is monotonic."""
        if now_s - self._second_s >= 1:
            self._second_s, self._came = now_s, 0
        self._came += 1
        if self._came >= CROWD:
            self._crowded, self._crowded_until_s = True, now_s + 1

    def took(self, fan_out_s: float, now_s: float) -> None:
        """A tick's fan-out, until its last byte was handed to the kernel."""
        self._crowded = now_s < self._crowded_until_s
        self.last_s = fan_out_s
        self._mean_s += SMOOTH * (fan_out_s - self._mean_s)
        if self._mean_s > BUSY / self.rate and self._step + 1 < len(RATES):
            self._step += 1
            self.lowered += 1
            self._since_s = now_s
        elif self._step and self._mean_s > CALM / RATES[self._step - 1]:
            self._since_s = now_s
        elif self._step and now_s - self._since_s >= CALM_S:
            self._step -= 1
            self._since_s = now_s
