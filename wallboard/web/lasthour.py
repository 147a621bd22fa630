"""How did the numbers of an alert rule move in the last hour? One value a minute, also of conditions joined by `or`.

It is kept by this process from what it shows itself: after a start the hour begins anew.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from wallboard.core.askable import NO_EVENT
from wallboard.core.condition import Condition
from wallboard.core.measured import measured
from wallboard.core.rules import Rule
from wallboard.core.sofar import asked_of
from wallboard.core.watch import Watch
from wallboard.live.pipeline import Pipeline

MINUTE_S, KEPT = 60, 60  # minutes
MOST = 2_000  # numbers; those of open alerts first
KINDS = ("queues", "groups", "kpis")  # of people nothing is kept
Asked = tuple[str, str, str, Condition]  # rule, kind, id; one of the rule's conditions
Key = tuple[str, str, str, str, str | None, int | None]  # rule, kind, id; metric, window, of how many at least


class LastHour:
    def __init__(self, pipeline: Pipeline, clock_ms: Callable[[], int]) -> None:
        self._pipeline = pipeline
        self._clock_ms = clock_ms
        self._points: dict[Key, deque[float | None]] = {}

    def of(self, asked: Asked) -> Sequence[float | None]:
        """The newest last; None where it was not known."""
        return tuple(self._points.get(_key(*asked), ()))

    async def run(self) -> None:
        """Until cancelled: each minute by the clock."""
        while True:
            await asyncio.sleep(MINUTE_S - self._clock_ms() / 1000 % MINUTE_S)
            self.sample()

    def sample(self) -> None:
        """What the numbers are now; what no rule asks for any more is forgotten."""
        before, self._points = self._points, {}
        now_ms = self._clock_ms()
        for rule, kind, name, asked in self._asked():
            key = _key(rule, kind, name, asked)
            if key in self._points:
                continue
            if len(self._points) >= MOST:
                return
            row = self._pipeline.documents.get(kind, {}).get(name)
            points = self._points[key] = before.get(key) or deque(maxlen=KEPT)
            points.append(measured(asked, row, now_ms).value if row else None)

    def _asked(self) -> Iterator[Asked]:
        """Some more than once."""
        floor = self._pipeline.floor
        for row in floor.alerts.open.values():
            asked = asked_of(row, floor.settings)
            if asked and row.kind in KINDS and asked.metric != NO_EVENT:
                yield row.rule, row.kind, row.of, asked
        rules = {name: rule for name, rule in floor.settings.alert.items() if _numbers(rule)}
        watch = Watch(rules)
        for kind in KINDS:
            for name in self._pipeline.documents.get(kind, {}):
                for rule in watch.of(kind, name, None):
                    yield from ((rule, kind, name, one) for one in _numbers(rules[rule]))


def _numbers(rule: Rule) -> list[Condition]:
    return [one for one in (rule, *rule.others) if one.metric != NO_EVENT]


def _key(rule: str, kind: str, name: str, asked: Condition) -> Key:
    return rule, kind, name, asked.metric, asked.window, asked.min_n
