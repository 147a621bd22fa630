"""How did a number move in the last hour? One value a minute of each number whose tile wants its trail.

    documents ─ each minute ─▶ points of 60 minutes ─▶ a row `trails` of the state ─▶ sparkline and arrow

It is kept by this process from what it shows itself: after a start the hour begins anew, and says nothing of before.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from wallboard.core.numbers import better, counted_since, number_in
from wallboard.live.documents import Change

Document = dict[str, Any]

MINUTE_MS = 60_000
KEPT = 60  # minutes
MOST = 1_000  # trails; above that a new one is not begun
FORGOTTEN_MS = 3_600_000  # after the last screen that showed it left
BACK, MEANT = 15, 3  # the last three minutes against three that lie 15 minutes back
GROWS = ("shift", "day")  # a count of these only grows: no arrow says more than that
LEAST_MOVE = {"count": 2.0, "percent": 2.0, "seconds": 5.0, "instant": 5.0, "decimal": 0.0}
LEAST_SHARE = {"count": 0.2, "percent": 0.0, "seconds": 0.2, "instant": 0.2, "decimal": 0.05}
LEAST_N = 5  # of a group: as a queue that says nothing else


class Trail(NamedTuple):
    """A number as a tile shows it: of which row, which metric in which window, how it is read."""

    kind: str
    name: str
    metric: str
    window: str
    reads: str

    @property
    def id(self) -> str:
        return "/".join((self.kind, self.name, self.metric, self.window))


class Trails:
    """Those that a board wanted within the last hour."""

    def __init__(self) -> None:
        self.rows: dict[str, Document] = {}
        self._points: dict[Trail, deque[float | None]] = {}
        self._wanted_ms: dict[Trail, int] = {}
        self._minute = 0

    def watch(self, wanted: Iterable[Trail], now_ms: int) -> None:
        for trail in wanted:
            if trail in self._points or len(self._points) < MOST:
                self._points.setdefault(trail, deque(maxlen=KEPT))
                self.rows.setdefault(trail.id, {"at": now_ms, "points": []})
                self._wanted_ms[trail] = now_ms

    def due(self, now_ms: int) -> bool:
        """Whether another minute has begun since the last sample."""
        return now_ms // MINUTE_MS != self._minute

    def sample(self, documents: Mapping[str, Mapping[str, Document]], now_ms: int) -> list[Change]:
        """Once in each minute: what the numbers are now."""
        if not self.due(now_ms):
            return []
        self._minute = now_ms // MINUTE_MS
        for trail in [one for one, wanted_ms in self._wanted_ms.items() if now_ms - wanted_ms > FORGOTTEN_MS]:
            del self._points[trail], self._wanted_ms[trail], self.rows[trail.id]
        return [self._step(trail, documents, now_ms) for trail in self._points]

    def _step(self, trail: Trail, documents: Mapping[str, Mapping[str, Document]], now_ms: int) -> Change:
        points = self._points[trail]
        points.append(measured(trail, documents, now_ms))
        old, new = self.rows[trail.id], {"at": now_ms, "points": [*points]}
        row = documents.get(trail.kind, {}).get(trail.name, {})
        if "agent" in row:
            new["agent"] = row["agent"]  # live/view.py: of one person
        if turn := turned(trail, [*points]):
            good = row.get("good") if trail.kind == "kpis" else better(trail.metric)
            new |= {"turn": turn} | ({"good": turn == good} if good else {})
        self.rows[trail.id] = new
        return Change.between("trails", trail.id, old, new)


def measured(trail: Trail, documents: Mapping[str, Mapping[str, Document]], now_ms: int) -> float | None:
    """The number at this moment; None where it is not known, comes from a late source, or is of too few."""
    row = documents.get(trail.kind, {}).get(trail.name, {})
    sources = [documents.get("sources", {}).get(name, {}) for name in row.get("sources", [row.get("source")])]
    if any(source.get("state") in ("late", "down") for source in sources):
        return None
    of = row if trail.kind == "kpis" else row.get(trail.window, {})
    value: Any = of.get("value") if trail.kind == "kpis" else number_in(of, trail.metric)
    if trail.reads == "instant" and isinstance(of, Mapping):
        value = counted_since(of, trail.metric, now_ms)
    n = of.get("n", {}).get(trail.metric)
    if not isinstance(value, int | float) or (n is not None and n < row.get("min_n", LEAST_N)):
        return None
    return round(max(0, now_ms - value) / 1000 if trail.reads == "instant" else value, 2)


def turned(trail: Trail, points: list[float | None]) -> str:
    """`up` or `down` against 15 minutes ago, where the change is more than the number moves by itself."""
    if trail.reads == "count" and trail.window in GROWS:
        return ""
    now, before = points[-MEANT:], points[-BACK - MEANT : -BACK]
    if len(before) < MEANT or None in now or None in before:
        return ""
    one, other = sum(filter(None, now)) / MEANT, sum(filter(None, before)) / MEANT
    least = max(LEAST_MOVE[trail.reads], LEAST_SHARE[trail.reads] * abs(other))
    if abs(one - other) < least or one == other:
        return ""
    return "up" if one > other else "down"
