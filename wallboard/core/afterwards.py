"""What comes of a contact whose day is over? Outcomes, marks and tags, booked where the contact ended.

The floor forgets a contact after its day; what such a thing has to know of it is kept in the record for a week. Told
then, it stands in the floor as a contact of which nothing else is known, and its difference to what was told before
is counted in the interval of the contact's end, on a basis of its own: nobody else writes there.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from wallboard.core.contactrow import Key, is_alone
from wallboard.core.facts import Fact, told_of
from wallboard.core.ledger import add_to
from wallboard.core.quarters import QUARTER_MS, Amounts, Interval
from wallboard.core.story import Story
from wallboard.core.visits import Mark, Result, Tag

LATER = "later"
COUNTS_MS = 7 * 86_400_000  # so long after a contact ended (CONTRACT section 1)


class Known(Struct, frozen=True, array_like=True):
    """Of a contact that ended at `ended_ms`: its queue, its last agent, and what was told of it."""

    ended_ms: int
    queue: str | None
    agent: str | None
    result: Result | None
    marks: Mapping[str, Mark]
    tags: Mapping[str, Tag]


class Booking(NamedTuple):
    """What is to be kept of contacts, and what to add to the intervals of the basis `later`."""

    known: dict[Key, Known]
    amounts: dict[Interval, Amounts]


def is_orphan(key: Key, story: Story) -> bool:
    """Something was told of a contact of which the floor knows nothing."""
    told = story.result or story.marks or story.tags
    return bool(told) and not (story.visits or story.legs) and not is_alone(key)


def booking(
    rested: Mapping[Key, Story], known: Mapping[Key, Known], groups_of: Callable[[str], Iterable[str]]
) -> Booking:
    """Of contacts at rest; `known`: what was kept of the orphans among them. The same once more adds nothing."""
    kept, amounts = dict[Key, Known](), dict[Interval, Amounts]()
    for key, story in rested.items():
        if not is_orphan(key, story):
            if found := known_of(story):
                kept[key] = found
        elif (before := known.get(key)) and (after := joined(before, story)) != before:
            kept[key] = after
            for fact, sign in _differences(before, after):
                for kind, name in _counted_in(fact, groups_of):
                    at = Interval(kind, name, before.ended_ms // QUARTER_MS * QUARTER_MS, LATER)
                    for metric, amount in fact.adds:
                        add_to(amounts.setdefault(at, {}), str(metric), sign * amount)
    return Booking(kept, {at: added for at, added in amounts.items() if added})


def known_of(story: Story) -> Known | None:
    """None where nothing can be counted of it later."""
    ends = [visit.ended_ms or 0 for visit in story.visits] + [leg.closed_ms or 0 for leg in story.legs]
    if not ends:
        return None
    agent = story.legs[-1].agent if story.legs else None
    return Known(max(ends), story.home, agent, story.result, story.marks, story.tags)


def joined(known: Known, told: Story) -> Known:
    """With what was told since. What named a queue or an agent itself was counted there at once, and is not here."""
    if told.last_ms - known.ended_ms > COUNTS_MS:
        return known
    marks, tags = dict(known.marks), dict(known.tags)
    for kind, mark in told.marks.items():
        if kind not in marks or marks[kind].at_ms < mark.at_ms:
            marks[kind] = mark._replace(queue=_unless(mark.queue, known.queue), agent=_unless(mark.agent, known.agent))
    for name, tag in told.tags.items():
        own = Tag(tag.at_ms, _unless(tag.queue, known.queue), _unless(tag.agent, known.agent))
        tags.setdefault(name, own)
    return replace(known, result=_newest(known, told.result), marks=marks, tags=tags)


def _newest(known: Known, told: Result | None) -> Result | None:
    before = known.result
    if told is None or before is None:
        return told._replace(queue=known.queue, agent=known.agent) if told else before
    old, new = sorted((before, told), key=lambda result: result.at_ms)
    value = old.value if new.value is None else new.value
    return Result(new.at_ms, known.queue, known.agent, new.outcome or old.outcome, new.code or old.code, value)


def _unless(named: str | None, known: str | None) -> str | None:
    return None if named else known


def _differences(before: Known, after: Known) -> list[tuple[Fact, int]]:
    old, new = (told_of(one.result, one.marks, one.tags) for one in (before, after))
    return [(fact, 1) for fact in new if fact not in old] + [(fact, -1) for fact in old if fact not in new]


def _counted_in(fact: Fact, groups_of: Callable[[str], Iterable[str]]) -> list[tuple[str, str]]:
    groups = [("groups", group) for group in groups_of(fact.id)] if fact.kind == "queues" else []
    return [(fact.kind, fact.id), *groups]
