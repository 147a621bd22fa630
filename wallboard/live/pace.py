"""How often may any view be told? Less often while the machine cannot keep up: later for all alike, never more memory.

10 a second ──▶ 4 ──▶ 2      a tick whose fan-out took more than half of its interval
            ◀──   ◀──        10 s without one that would take more than a third of the next faster interval
"""

RATES = (10, 4, 2)
CALM_S = 10.0


class Pace:
    """`rate`: updates a second that a view may have at most."""

    def __init__(self) -> None:
        self.lowered = 0  # how often, for /metrics
        self.last_s = 0.0  # what the last fan-out took
        self._step = 0
        self._since_s = 0.0  # of the last change, or of the last tick that was no calm one

    @property
    def rate(self) -> int:
        return RATES[self._step]

    def took(self, fan_out_s: float, now_s: float) -> None:
        """A tick's fan-out, until its last byte was handed to the kernel. `now_s` is monotonic."""
        self.last_s = fan_out_s
        if fan_out_s > 0.5 / self.rate and self._step + 1 < len(RATES):
            self._step += 1
            self.lowered += 1
            self._since_s = now_s
        elif self._step and fan_out_s > 1 / RATES[self._step - 1] / 3:
            self._since_s = now_s
        elif self._step and now_s - self._since_s >= CALM_S:
            self._step -= 1
            self._since_s = now_s
