"""How did the number of an alert rule move in the last hour? One value a minute of what the rules look at.

It is kept by this process from what it shows itself: after a start the hour begins anew.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from wallboard.core.measured import measured
from wallboard.core.rules import NO_EVENT, Rule
from wallboard.core.watch import Watch
from wallboard.live.pipeline import Pipeline

MINUTE_S, KEPT = 60, 60  # minutes
MOST = 2_000  # numbers; those of open alerts first
KINDS = ("queues", "groups", "kpis")  # of people nothing is kept
Key = tuple[str, str, str]  # rule, kind, id


class LastHour:
    def __init__(self, pipeline: Pipeline, clock_ms: Callable[[], int]) -> None:
        self._pipeline = pipeline
        self._clock_ms = clock_ms
        self._points: dict[Key, deque[float | None]] = {}

    def of(self, key: Key) -> Sequence[float | None]:
        """The newest last; None where it was not known."""
        return tuple(self._points.get(key, ()))

    async def run(self) -> None:
        """Until cancelled: each minute by the clock."""
        while True:
            await asyncio.sleep(MINUTE_S - self._clock_ms() / 1000 % MINUTE_S)
            self.sample()

    def sample(self) -> None:
        """What the numbers are now; what no rule asks for any more is forgotten."""
        before, self._points = self._points, {}
        now_ms, rules = self._clock_ms(), self._pipeline.floor.settings.alert
        for key in self._keys():
            if len(self._points) >= MOST:
                return
            row = self._pipeline.documents.get(key[1], {}).get(key[2])
            points = self._points[key] = before.get(key) or deque(maxlen=KEPT)
            points.append(measured(rules[key[0]], row, now_ms).value if row else None)

    def _keys(self) -> Iterator[Key]:
        floor = self._pipeline.floor
        rules = {name: rule for name, rule in floor.settings.alert.items() if _is_one_number(rule)}
        opened = dict.fromkeys((row.rule, row.kind, row.of) for row in floor.alerts.open.values() if row.rule in rules)
        yield from opened
        watch = Watch(rules)
        for kind in KINDS:
            for name in self._pipeline.documents.get(kind, {}):
                yield from (key for rule in watch.of(kind, name, None) if (key := (rule, kind, name)) not in opened)


def _is_one_number(rule: Rule) -> bool:
    return rule.kind in KINDS and rule.metric != NO_EVENT
