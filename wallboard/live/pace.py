"""How often may any view be told? Less often while the machine cannot keep up: later for all alike, never more memory.

10 a second ─▶ 9 ─▶ 8 ─▶ 7 ─▶ 6 ─▶ … ─▶ 2     fan-outs take more than half of their interval: the fastest that fits
            ◀────────────────────────────    for CALM_S none would take so much of a faster interval, with some room

The steps are small, since an event waits for its tick: where fan-outs take 60 ms, 125 ms at most and not 250. What a
fan-out takes is time on the clock, not on the processor (where others keep the core, screens wait as well), and
smoothed over a few ticks: a machine that was busy elsewhere for a moment changes nothing.
And while many screens come in at once, as after a restart, those that are there wait for those that have nothing yet.
"""

RATES = (10, 9, 8, 7, 6, 5, 4, 3, 2)
CALM_S = 4.0
BUSY, CALM = 0.5, 0.45  # share of an interval
FULL = 0.9  # that all fan-outs of an interval may take, where there are several (live/shares.py)
SMOOTH = 0.2
CROWD = 100  # screens that come within a second are one; until a second has passed without
CROWDED = 4  # updates a second beside it


class Pace:
    """`rate`: updates a second that a view may have at most."""

    def __init__(self) -> None:
        self.lowered = 0  # how often, for /metrics
        self.begin_anew()

    def begin_anew(self) -> None:
        """Nobody looks any more."""
        self._mean_s = 0.0
        self._step = 0
        self._since_s = 0.0  # of the last change, or of the last time that was no calm one
        self._most_s = 0.0  # the most that the mean was since
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

    def took(self, fan_out_s: float, now_s: float, parts: int = 1) -> None:
        """A tick's fan-out, until its last byte was handed to the kernel; one of `parts` in an interval."""
        self._crowded = now_s < self._crowded_until_s
        cost_s = fan_out_s if parts == 1 else parts * fan_out_s * BUSY / FULL
        self._mean_s += SMOOTH * (cost_s - self._mean_s)
        if self._mean_s > BUSY / self.rate and self._step + 1 < len(RATES):
            self._go_to(_fastest(BUSY, self._mean_s), now_s)
            self.lowered += 1
        elif self._mean_s > CALM / RATES[max(0, self._step - 1)]:
            self._go_to(self._step, now_s)
        else:
            self._most_s = max(self._most_s, self._mean_s)
            if self._step and now_s - self._since_s >= CALM_S:
                self._go_to(_fastest(CALM, self._most_s), now_s)

    def _go_to(self, step: int, now_s: float) -> None:
        self._step, self._since_s, self._most_s = step, now_s, 0.0


def _fastest(share: float, fan_out_s: float) -> int:
    """The step of the fastest rate at which that is at most this share of the interval; else of the slowest."""
    return next((step for step, rate in enumerate(RATES) if fan_out_s <= share / rate), len(RATES) - 1)
