"""How does it stand between one rule and one entity, and what is said of it? A small machine, and its two events.

normal ─ raise ─▶ pending ─ for ─▶ raised ─ clear ─▶ recovering ─ keep_for ─▶ normal
   ▲──── not any more ──┘            ▲───── raise again ────┘
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Literal

from msgspec import Struct

from wallboard.core import events as ev
from wallboard.core.compiled import Compiled
from wallboard.core.condition import Named
from wallboard.core.measured import Measured

State = Literal["pending", "raised", "recovering"]
Turn = Literal["stays", "raises", "ends"]
Name = tuple[str, str, str]  # rule, kind, id


class Instance(Struct):
    """One that is not normal. `since_ms`: of its state; `alert`: its id, once raised; `said`: which condition that
    one says."""

    state: State
    since_ms: int
    alert: str = ""
    said: Named | None = None

    def turn(self, rule: Compiled, measures: Sequence[Measured], now_ms: int) -> Turn:
        """What comes next of it, with these numbers."""
        raises = rule.holds(measures, keeping=False)
        if self.state == "pending":
            lasted = now_ms >= self.since_ms + rule.rule.lasts_ms
            return "ends" if not raises else "raises" if lasted else "stays"
        if self.state == "raised" and rule.holds(measures, keeping=True) is False:
            self.state, self.since_ms = "recovering", now_ms
        elif self.state == "recovering" and raises:
            self.state, self.since_ms = "raised", now_ms
        is_over = self.state == "recovering" and now_ms >= self.since_ms + rule.rule.keep_ms
        return "ends" if is_over else "stays"

    def changes_ms(self, rule: Compiled) -> int | None:
        """When it is raised or over, if nothing else changes."""
        if self.state == "raised":
            return None
        return self.since_ms + (rule.rule.lasts_ms if self.state == "pending" else rule.rule.keep_ms)

    def raised(self, key: Name, rule: Compiled, measures: Sequence[Measured], now_ms: int) -> ev.AlertRaised:
        """From now on it is, by the condition that holds."""
        asked, value = rule.leading(measures)
        began_ms = self.since_ms
        self.state, self.since_ms, self.said = "raised", now_ms, asked.named
        self.alert = blake2b("\0".join((*key, str(now_ms))).encode(), digest_size=8).hexdigest()
        said = {
            "kind": key[1], "of": key[2], "metric": asked.metric, "limit": asked.raises, "since": str(began_ms),
        } | {name: own for name in ("window", "within", "event") if (own := getattr(asked, name))}  # fmt: skip
        said |= rule.rule.terms(asked)
        return ev.AlertRaised(
            time=now_ms, source=ev.SERVER, id=f"{self.alert}+", alert=self.alert, rule=key[0],
            severity=rule.rule.severity, value=value, attributes=said,
        )  # fmt: skip

    def cleared(self, rule: str, why: str, value: float | None, now_ms: int) -> ev.AlertCleared:
        """`why`: cleared, closed (out of hours), maintenance (planned work), gone (its entity), rule (there is no such
        rule any more)."""
        return ev.AlertCleared(
            time=now_ms, source=ev.SERVER, id=f"{self.alert}-", alert=self.alert, rule=rule, value=value, note=why
        )
