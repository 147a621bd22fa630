"""How many? The counts of every queue, and of the groups that a queue belongs to.

A group (all, a site, a team, a board's own set) is counted from facts like a queue, so that its numbers are
sums of counts and never of percentages.
"""

from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches

from wallboard.core.facts import Fact, Live
from wallboard.core.ground import Entity, Ground
from wallboard.core.rows import Tally
from wallboard.core.select import selects_queue, set_id
from wallboard.core.visits import Deed, Did

MOST_ALIKE = 200  # names that a new one is compared with


class Tallies:
    """Queues and groups. Touches what it changes; knows which windows still move."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.queues: dict[str, Tally] = {}
        self.groups: dict[str, Tally] = {}
        self.sets: dict[str, tuple[str, ...]] = {}  # group id → patterns, watched by boards
        self.moving: set[Entity] = set()
        self._groups_of: dict[str, tuple[str, ...]] = {}

    def note(self, name: str, source: str, at_ms: int | None, deeds: list[Deed]) -> None:
        """The queue exists, this source speaks of it, and its newest fact is from `at_ms`."""
        if name not in self.queues:
            near = [one for one in self.queues if abs(len(one) - len(name)) <= 2][:MOST_ALIKE]
            like = get_close_matches(name, near, n=1, cutoff=0.75)
            deeds.append(Deed(Did.NEW, f"new queue {name}" + (f" (like {like[0]}?)" if like else "")))
        for kind, entity, tally in self.of(name):
            if source not in tally.sources:
                tally.sources.add(source)
                self._ground.touch(kind, entity)
            if at_ms is not None and (tally.as_of_ms is None or at_ms > tally.as_of_ms):
                tally.as_of_ms = at_ms
                self._ground.touch(kind, entity)

    def note_channel(self, name: str, channel: str, at_ms: int) -> None:
        tally = self.queue(name)
        if at_ms >= tally.channel_ms:
            tally.channel, tally.channel_ms = channel, at_ms

    def count(self, fact: Fact, sign: int) -> None:
        """A fact of a queue, added or taken back, in the queue and its groups."""
        in_day, in_shift = self._ground.is_in(self._ground.settings.site_of(fact.id), fact.at_ms)
        for kind, name, tally in self.of(fact.id):
            tally.ledger.turn(self._ground.minute)
            tally.ledger.add(fact.metric, fact.at_ms, sign * fact.amount, in_day=in_day, in_shift=in_shift)
            self.moving.add((kind, name))
            self._ground.touch(kind, name)

    def change(self, live: Live, sign: int) -> None:
        """What holds at this moment, added or taken back."""
        for queue, metric in live.counts:
            self._each(queue, lambda tally, metric=metric: tally.change(metric, sign))  # type: ignore[misc]
        for wait in live.waits:
            self._each(wait.queue, lambda tally, wait=wait: tally.wait(wait.metric, wait.since_ms, sign))  # type: ignore[misc]

    def stand(self, kind: str, name: str, metric: str, by: int) -> None:
        """An agent's presence in a queue or group."""
        tally = self.queue(name) if kind == "queues" else self.groups.get(name)
        if tally is not None:
            tally.change(metric, by)
            self._ground.touch(kind, name)

    def turn(self, minute: int) -> None:
        """A minute turns: only windows that hold something are looked at."""
        for kind, name in sorted(self.moving):
            tally = (self.queues if kind == "queues" else self.groups).get(name)
            if tally is None or not tally.ledger.moves:
                self.moving.discard((kind, name))
            elif tally.ledger.turn(minute):
                self._ground.touch(kind, name)

    def begin(self, window: str, site: str, started_ms: int) -> None:
        """A `day` or `shift` begins at one site: its queues count from there, and groups follow them."""
        for name, tally in self.queues.items():
            if self._ground.settings.site_of(name) != site:
                continue
            tally.ledger.turn(self._ground.minute)
            change = tally.ledger.begin(window, started_ms)
            self._ground.touch("queues", name)
            for group in self.groups_of(name):
                self.groups[group].ledger.change(window, change)
                self._ground.touch("groups", group)

    def watch(self, patterns: Iterable[str]) -> tuple[str, bool]:
        """A board's own set of queues: its group id, and whether it is new (then everything is counted anew)."""
        wanted = tuple(sorted(patterns))
        group = set_id(wanted)
        new = group not in self.sets
        self.sets[group] = wanted
        return group, new

    def clear(self) -> None:
        """Before counting anew: no numbers, but every queue with who spoke of it and its observed figures."""
        self._touch_all()
        old, self.queues, self._groups_of, self.moving = self.queues, {}, {}, set()
        self.groups = {group: Tally(self._ground.minute) for group in ("all", *self.sets)}
        for name in [*self._ground.settings.queue, *old]:
            self.queue(name)
            if name in old:
                self._remember(name, old[name])
        self._touch_all()

    def queue(self, name: str) -> Tally:
        tally = self.queues.get(name)
        if tally is None:
            tally = self.queues[name] = Tally(self._ground.minute)
            self.groups_of(name)
            self._ground.await_hours(name)
            self._ground.touch("queues", name)
        return tally

    def groups_of(self, queue: str) -> tuple[str, ...]:
        found = self._groups_of.get(queue)
        if found is None:
            found = self._groups_of[queue] = tuple(self._find_groups(queue))
            for group in set(found) - self.groups.keys():
                self.groups[group] = Tally(self._ground.minute)
                self._ground.touch("groups", group)
        return found

    def of(self, queue: str) -> list[tuple[str, str, Tally]]:
        """The queue and its groups, each as (kind, id, tally)."""
        own = ("queues", queue, self.queue(queue))
        return [own, *(("groups", group, self.groups[group]) for group in self.groups_of(queue))]

    def _touch_all(self) -> None:
        self._ground.touched |= {("queues", name) for name in self.queues} | {("groups", name) for name in self.groups}

    def _find_groups(self, queue: str) -> Iterator[str]:
        yield "all"
        yield f"site:{self._ground.settings.site_of(queue)}"
        team = self._ground.settings.for_queue(queue).team
        if team:
            yield f"team:{team}"
        yield from (group for group, patterns in self.sets.items() if selects_queue(patterns, queue, team))

    def _each(self, queue: str, change: Callable[[Tally], None]) -> None:
        for kind, name, tally in self.of(queue):
            change(tally)
            self._ground.touch(kind, name)

    def _remember(self, name: str, before: Tally) -> None:
        fresh = self.queues[name]
        fresh.observed, fresh.observed_ms = before.observed, before.observed_ms
        fresh.channel, fresh.channel_ms = before.channel, before.channel_ms
        for _, _, tally in self.of(name):
            tally.sources |= before.sources
            tally.as_of_ms = max(tally.as_of_ms or 0, before.as_of_ms or 0) or None
