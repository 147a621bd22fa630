"""Does the platform itself count as we do? Its own counters of a queue beside what was counted here in the same span.

    source.beat   attributes {queue: support, completed: "41", abandoned: "3"}     counters since whenever they began
    span          from the first report of the running day to the newest; a counter that fell begins a new one

The difference is shown on /sources and corrects nothing. A platform may define its counters otherwise: Asterisk's
`Abandoned` has time-outs and empty queues in it, and `Completed` leaves out a call that ends after a newer one of the
same agent began.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from msgspec import Struct

from wallboard.core import events as ev
from wallboard.core.story import Story

MOST_QUEUES = 5_000  # of one source
_GONE_REASONS = frozenset({"timeout", "empty", "withdrawn", "lost"})  # besides giving up: left without an answer


class Report(NamedTuple):
    """What the platform said at `at_ms`."""

    at_ms: int
    completed: int
    abandoned: int


class Counters(Struct):
    """Of one queue: where the compared span begins, and the newest report."""

    base: Report
    last: Report


class Compared(NamedTuple):
    """[since, until] in ms; `theirs` and `ours`: completed, abandoned or left without an answer."""

    queue: str
    since_ms: int
    until_ms: int
    theirs: tuple[int, int]
    ours: tuple[int, int]


def reported(event: ev.SourceBeat, at_ms: int) -> tuple[str, Report] | None:
    """The queue and its counters, where a beat carries them."""
    told = event.attributes or {}
    queue, completed, abandoned = told.get("queue"), _count(told.get("completed")), _count(told.get("abandoned"))
    if not queue or completed is None or abandoned is None:
        return None
    return queue, Report(at_ms, completed, abandoned)


def take(known: dict[str, Counters], queue: str, report: Report, day_ms: int) -> None:
    """A newer report of this queue; the running day began at `day_ms`."""
    before = known.get(queue)
    if before is None:
        if len(known) < MOST_QUEUES:
            known[queue] = Counters(report, report)
    elif report.at_ms > before.last.at_ms:
        if report.completed < before.last.completed or report.abandoned < before.last.abandoned:
            before.base = report  # the platform began to count anew
        elif before.base.at_ms < day_ms:
            before.base = before.last if before.last.at_ms >= day_ms else report
        before.last = report


def compared(known: Mapping[str, Counters], stories: Iterable[Story]) -> Iterator[Compared]:
    """Each queue of a source with a span to compare; `stories`: those of its contacts."""
    spans = {queue: one for queue, one in known.items() if one.last.at_ms > one.base.at_ms}
    ours = {queue: [0, 0] for queue in spans}
    for story in stories if spans else ():
        for queue, which, at_ms in _ends(story):
            if queue in spans and spans[queue].base.at_ms < at_ms <= spans[queue].last.at_ms:
                ours[queue][which] += 1
    for queue, (base, last) in ((queue, (one.base, one.last)) for queue, one in sorted(spans.items())):
        theirs = last.completed - base.completed, last.abandoned - base.abandoned
        yield Compared(queue, base.at_ms, last.at_ms, theirs, (ours[queue][0], ours[queue][1]))


def _ends(story: Story) -> Iterator[tuple[str, int, int]]:
    """(queue, 0: completed or 1: gone, when)."""
    for leg in story.legs:
        if leg.waited and leg.queue and leg.ended_ms is not None and not leg.lost:
            yield leg.queue, 0, leg.ended_ms
    for visit in story.visits:
        gone = visit.outcome in ("abandoned", "lost") or visit.reason in _GONE_REASONS
        if visit.ended_ms is not None and gone:
            yield visit.queue, 1, visit.ended_ms


def _count(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 12 else None
