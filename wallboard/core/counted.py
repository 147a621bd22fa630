"""Which visits, and which other facts, counted in a number? The newest, with what each added to it.

Looked through are the newest contacts, a bounded number of them, those that are open, and the last of these queues
(core/latest.py); of each outcome the last 20 are kept. Who waits is found among the open ones.
What a visit adds is asked of `core.facts`, so that no rule stands here a second time.
"""

from collections.abc import Callable, Container, Iterator, Mapping
from collections.abc import Set as AbstractSet
from heapq import heappush, heappushpop, nlargest
from itertools import chain, islice
from typing import Any

from wallboard.core.contactrow import Contact, Key
from wallboard.core.facts import Fact, facts
from wallboard.core.formulas import Terms, total
from wallboard.core.settings import SPOKEN
from wallboard.core.state import Floor
from wallboard.core.story import Story
from wallboard.core.visits import Visit

Document = dict[str, Any]
Holds = Callable[[str, int], bool]  # (queue, at_ms): in these queues and in this window

KEPT = 20  # CONTRACT 6.8: ended visits of each outcome
LOOKED_THROUGH = 10_000  # the newest contacts
TOLD_AGAIN = 2_000  # of them those whose facts are worked out, for what is no visit
BESIDE = 2_000  # contacts that are older
BY_BEGIN = ("offered", "out_of_hours")
WAITING = frozenset({"waiting", "over_target", "ringing", "oldest_at", "est_wait_s"})


def visits(
    floor: Floor, metric: str, top: Terms, bottom: Terms, queues: AbstractSet[str], holds: Holds
) -> list[Document]:
    """The last visits that counted, the newest first: `begun`, `ended`, `wait_s`, `outcome` and what each added.

    Shapes: instants ms UTC, `wait_s` seconds (whole ones for visits that were neither answered nor abandoned).
    `contact` and `agent` are for those who may see them; whoever passes this on takes them out for the others.
    """
    rows: list[Document] = []
    for contact, visit in _newest(floor, queues, by_begin=metric in BY_BEGIN, holds=holds):
        adds = _adds(contact, visit, floor)
        numerator, denominator = total(top, adds), total(bottom, adds)
        if numerator or denominator:
            rows.append(_row(contact, visit, adds, numerator, denominator if bottom else None))
    return sorted(rows, key=lambda row: int(row.get("ended") or row["begun"]), reverse=True)[:KEPT]


def waiting(floor: Floor, metric: str, of: Callable[[str], bool]) -> list[Document]:
    """Who waits now, the longest first."""
    found = [
        _row(contact, visit, {}, 1, None)
        for source in floor.contacts.open
        for contact in floor.contacts.of_source(source)
        for visit in contact.story.visits
        if visit.ended_ms is None and of(visit.queue) and _stands(metric, visit, floor)
    ]
    return sorted(found, key=lambda row: int(row["begun"]))[:KEPT]


def others(floor: Floor, kind: str, top: Terms, bottom: Terms, names: AbstractSet[str], holds: Holds) -> list[Document]:
    """The last legs, replies, results, marks and tags that counted: `at`, `adds`, what each added."""
    wanted = top.keys() | bottom.keys()
    rows: list[Document] = []
    for contact in _looked_through(floor, TOLD_AGAIN, kind, names):
        told: dict[tuple[int, str], dict[str, int]] = {}
        for fact in facts(contact.story, floor.settings, floor.now_ms):
            if fact.kind == kind and holds(fact.id, fact.at_ms):
                _add(told.setdefault((fact.at_ms, fact.id), {}), fact, wanted)
        for (at_ms, name), adds in told.items():
            if not adds:
                continue
            row: Document = {"at": at_ms, "adds": adds, "contact": contact.key[1], "numerator": total(top, adds)}
            row |= {"queue": name} if kind == "queues" else {}
            rows.append(row | ({"denominator": total(bottom, adds)} if bottom else {}))
    return sorted(rows, key=lambda row: int(row["at"]), reverse=True)[:KEPT]


def repeats(floor: Floor, holds: Holds) -> list[Document]:
    """The last contacts whose customer is known: `numerator` 1 where they had another one within 24 hours before."""
    held = ((one, again) for one, again in floor.contributions.repeats.counted() if holds(one.queue or "", one.at_ms))
    return [
        {
            "at": begin.at_ms, "queue": begin.queue, "contact": begin.key[1],
            "adds": {"with_customer": 1} | ({"repeated": 1} if again else {}),
            "numerator": int(again), "denominator": 1,
        }
        for begin, again in nlargest(KEPT, held, key=lambda one: one[0].at_ms)
    ]  # fmt: skip


def resolutions(floor: Floor, holds: Holds) -> list[Document]:
    """The last cases that were resolved, with how long each had been open."""
    held = (one for one in floor.cases.resolved() if holds(one[1], one[2]))
    return [
        {
            "at": at_ms, "queue": queue, "contact": case, "adds": {"resolution_ms": at_ms - begun_ms},
            "numerator": at_ms - begun_ms, "denominator": 1,
        }
        for case, queue, at_ms, begun_ms in nlargest(KEPT, held, key=lambda one: one[2])
    ]  # fmt: skip


def _newest(floor: Floor, queues: AbstractSet[str], *, by_begin: bool, holds: Holds) -> Iterator[tuple[Contact, Visit]]:
    """Of each outcome the last 20 in these queues and this window."""
    kept: dict[str | None, list[tuple[int, int, Contact, Visit]]] = {}
    nth = 0
    for contact in _looked_through(floor, LOOKED_THROUGH, "queues", queues):
        for visit in contact.story.visits:
            at_ms = visit.begun_ms if by_begin else visit.ended_ms
            if at_ms is None or not holds(visit.queue, at_ms):
                continue
            heap, nth = kept.setdefault(visit.outcome, []), nth + 1
            one = (at_ms, -nth, contact, visit)
            heappush(heap, one) if len(heap) < KEPT else heappushpop(heap, one)
    for heap in kept.values():
        yield from ((contact, visit) for _, _, contact, visit in heap)


def _looked_through(floor: Floor, most: int, kind: str, names: AbstractSet[str]) -> Iterator[Contact]:
    """Each once."""
    contacts, seen = floor.contacts.contacts, set[Key]()
    beside = chain(_open(floor, kind, names), floor.contacts.latest.of(kind, names))
    for key in chain(islice(reversed(contacts), most), islice(beside, BESIDE)):
        if key in contacts and key not in seen:
            seen.add(key)
            yield contacts[key]


def _open(floor: Floor, kind: str, names: AbstractSet[str]) -> Iterator[Key]:
    """Of these queues or people."""
    for source, contacts in floor.contacts.open.items():
        for name in contacts:
            story = floor.contacts.contacts[source, name].story
            people = {leg.agent for leg in story.legs} | {miss.agent for miss in story.missed}
            of = people if kind == "agents" else story.queues
            if not names.isdisjoint(of):
                yield source, name


def _adds(contact: Contact, visit: Visit, floor: Floor) -> dict[str, int]:
    """What this visit alone adds: metric → amount; of a spread also its `seconds`."""
    alone = Story(contact.key[0], floor.settings)
    alone.visits = [visit]
    adds: dict[str, int] = {}
    for fact in facts(alone, floor.settings, floor.now_ms):
        _add(adds, fact)
    return adds


def _add(adds: dict[str, int], fact: Fact, wanted: Container[str] | None = None) -> None:
    """What it adds of the wanted metrics, None: of all; of a spread also its `seconds`."""
    for metric, amount in fact.adds:
        name = metric if isinstance(metric, str) else metric[0]
        if wanted is None or name in wanted:
            adds[name] = adds.get(name, 0) + amount
            if not isinstance(metric, str):
                adds["seconds"] = metric[1]


def _row(contact: Contact, visit: Visit, adds: Mapping[str, int], numerator: int, denominator: int | None) -> Document:
    row: Document = {"queue": visit.queue, "channel": visit.channel, "begun": visit.begun_ms}
    if visit.ended_ms is not None and visit.outcome:
        exact_ms = adds.get(f"{visit.outcome}_wait_ms")
        wait_s = adds.get("seconds", 0) if exact_ms is None else exact_ms / 1000
        row |= {"ended": visit.ended_ms, "outcome": visit.outcome, "wait_s": wait_s}
        row |= {"reason": visit.reason} if visit.reason else {}
        row |= {"short": True} if adds.get("short_abandoned") else {}
    row |= {"numerator": numerator, "contact": contact.key[1]}
    row |= {"agent": visit.agent} if visit.agent else {}
    return row | ({} if denominator is None else {"denominator": denominator})


def _stands(metric: str, visit: Visit, floor: Floor) -> bool:
    """Whether a visit that waits is one of those that `metric` counts."""
    if metric == "ringing":
        return bool(visit.rings)
    if metric != "over_target":
        return True
    target_ms = round(floor.settings.for_queue(visit.queue).target.seconds * 1000)
    hours = None if visit.channel in SPOKEN else floor.settings.hours_of(visit.queue)
    reached_ms = hours.after_open_ms(visit.begun_ms, target_ms) if hours else visit.begun_ms + target_ms
    return reached_ms is not None and floor.now_ms > reached_ms
