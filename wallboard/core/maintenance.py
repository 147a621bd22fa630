"""When does nobody need to be told, although something is wrong? `[maintenance.NAME]`: work that was planned."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property
from typing import Annotated

from msgspec import Meta, Struct, field

from wallboard.core.fields import Text
from wallboard.core.hours import Hours, parse_openings
from wallboard.core.select import selects

_Instant = Annotated[datetime, Meta(tz=True)]


class Maintenance(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, dict=True):
    """Once, `from` … `until`, or again and again, `when`. Of what: patterns; without any, of everything.

    `sources`: these themselves, and whatever nobody but they tell of.
    """

    begins: _Instant | None = field(default=None, name="from")
    ends: _Instant | None = field(default=None, name="until")
    when: Text | None = None
    rules: list[Text] = []
    queues: list[Text] = []
    sources: list[Text] = []

    def covers(self, rule: str, kind: str, name: str, sources: Sequence[str]) -> bool:
        """`sources`: who tells of this entity."""
        if self.rules and not selects(self.rules, rule):
            return False
        if not self.queues and not self.sources:
            return True
        if kind == "queues" and self.queues and selects(self.queues, name):
            return True
        told_by = [name] if kind == "sources" else sources
        return bool(self.sources and told_by) and all(selects(self.sources, one) for one in told_by)

    def is_on(self, now_ms: int, zone: str) -> bool:
        if self.when is not None:
            return self._hours(zone).is_open(now_ms)
        begin_ms, end_ms = self._span_ms
        return begin_ms <= now_ms < end_ms

    def next_change_ms(self, now_ms: int, zone: str) -> int | None:
        if self.when is not None:
            return self._hours(zone).next_change_ms(now_ms)
        return next((at_ms for at_ms in self._span_ms if at_ms > now_ms), None)

    def faults(self) -> Iterator[tuple[str, str]]:
        """Key and reason."""
        if self.when is not None:
            if self.begins or self.ends:
                yield "when", "give either `when`, or `from` and `until`"
            try:
                parse_openings(self.when)
            except ValueError as error:
                yield "when", str(error)
        elif not (self.begins and self.ends):
            yield "until", "give `from` and `until`, or `when`"
        elif self.ends <= self.begins:
            yield "until", "it ends before it begins"

    def _hours(self, zone: str) -> Hours:
        return Hours(parse_openings(self.when or ""), zone)

    @cached_property
    def _span_ms(self) -> tuple[int, int]:
        begins, ends = (int(at.timestamp() * 1000) if at else 0 for at in (self.begins, self.ends))
        return begins, ends
