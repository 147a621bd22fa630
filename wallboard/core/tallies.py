"""How many? The counts of every queue, and of the groups that a queue belongs to.

A group (all, a site, a team, a board's own set) is counted from facts like a queue, so that its numbers are
sums of counts and never of percentages.
"""

from collections.abc import Callable, Iterable, Iterator

from wallboard.core import events as ev
from wallboard.core.deeds import Deed, Did
from wallboard.core.facts import Fact, Live, Wait
from wallboard.core.ground import Entity, Ground
from wallboard.core.select import selects_queue, set_id
from wallboard.core.settings import Queue, Settings, Target
from wallboard.core.tally import NEVER_MS, Tally
from wallboard.core.words import alike


class Tallies:
    """Queues and groups. Touches what it changes; knows which windows still move.

    A change is counted in its queue at once; its groups follow when `settle` is called, before anybody looks.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.queues: dict[str, Tally] = {}
        self.groups: dict[str, Tally] = {}
        self.record: Callable[[Fact, int], None] | None = None
        self.sets: dict[str, tuple[str, ...]] = {}  # group id → patterns, watched by boards
        self.stated: set[str] = set()  # queues of which a platform gave figures of its own
        self.moving: set[Entity] = set()
        self.unsettled: set[str] = set()

    def note(self, name: str, source: str, at_ms: int | None, deeds: list[Deed]) -> None:
        """The queue exists, this source speaks of it, and its newest fact is from `at_ms`."""
        tally = self.queues.get(name)
        if tally is None:
            like = alike(name, self.queues)
            deeds.append(Deed(Did.NEW, f"new queue {name}" + (f" (like {like}?)" if like else "")))
            tally = self.queue(name)
        if source not in tally.sources:
            tally.sources.add(source)
            self.unsettled.add(name)
        if at_ms is not None and (tally.as_of_ms is None or at_ms > tally.as_of_ms):
            tally.as_of_ms = at_ms
            self.unsettled.add(name)

    def note_channel(self, name: str, channel: str, at_ms: int) -> None:
        tally = self.queue(name)
        if at_ms >= tally.channel_ms:
            tally.channel, tally.channel_ms = channel, at_ms

    def observe(self, event: ev.QueueObserved, at_ms: int, source: str, deeds: list[Deed]) -> Deed:
        """A platform's own figures of a queue; the newest stand."""
        queue = self._ground.settings.queue_of(source, event.queue)
        alone = queue in self.queues and self.queues[queue].is_only_stated
        self.note(queue, source, at_ms, deeds)
        tally = self.queue(queue)
        if at_ms < tally.observed_ms:
            return Deed(Did.NOTHING, f"older than what {queue} shows")
        tally.observe(event, at_ms)
        self.stated.add(queue)
        self._restate([queue])
        self._ground.touch("queues", queue)
        if alone or tally.is_only_stated:
            self._ground.touch_all({("groups", group) for group in tally.groups})
        return Deed(Did.NOTED, f"figures of {queue}")

    def count(self, fact: Fact, sign: int) -> None:
        """A fact of a queue, added or taken back."""
        name, at_ms = fact.id, fact.at_ms
        tally = self.queues.get(name) or self.queue(name)
        added = tally.ledger.at(at_ms, in_day=at_ms >= tally.day_ms, in_shift=at_ms >= tally.shift_ms)
        for metric, amount in fact.adds:
            added[metric] = added.get(metric, 0) + sign * amount
        self.unsettled.add(name)

    def count_own(self, fact: Fact, sign: int) -> None:
        """A fact of no single contact's story (repeats, cases): the history, where it is kept, hears of it too."""
        self.count(fact, sign)
        if self.record:
            self.record(fact, sign)

    def change(self, stale: Live, fresh: Live) -> None:
        """What holds at this moment, in place of what held before."""
        if stale.counts != fresh.counts:
            self._change_counts(stale.counts, -1)
            self._change_counts(fresh.counts, 1)
        if stale.waits != fresh.waits:
            self._change_waits(stale.waits, -1)
            self._change_waits(fresh.waits, 1)

    def _change_counts(self, counts: Iterable[tuple[str, str]], sign: int) -> None:
        for queue, metric in counts:
            tally = self.queues.get(queue) or self.queue(queue)
            tally.moved[metric] = tally.moved.get(metric, 0) + sign
            self.unsettled.add(queue)

    def _change_waits(self, waits: Iterable[Wait], sign: int) -> None:
        for wait in waits:
            tally = self.queues.get(wait.queue) or self.queue(wait.queue)
            known = tally.waits_moved.setdefault(wait.metric, {})
            known[wait.since_ms] = known.get(wait.since_ms, 0) + sign
            self.unsettled.add(wait.queue)

    def settle(self) -> None:
        """Groups follow their queues."""
        unsettled, self.unsettled = self.unsettled & self.queues.keys(), set()
        followed: dict[str, Tally] = {}
        for name in unsettled:
            tally = self.queues[name]
            tally.settle(self._ground.minute)
            followed.update(tally.groups)
        self._restate(unsettled & self.stated)
        for tally in followed.values():
            tally.ledger.turn(self._ground.minute)
        changed = {("queues", name) for name in unsettled} | {("groups", name) for name in followed}
        self.moving |= changed
        self._ground.touch_all(changed)

    def stand(self, kind: str, name: str, metric: str, by: int) -> None:
        """An agent's presence in a queue or group."""
        tally = self.queue(name) if kind == "queues" else self.groups.get(name)
        if tally is not None:
            tally.change(metric, by)
            self._ground.touch(kind, name)

    def turn(self, minute: int) -> None:
        """A minute turns: only windows that hold something are looked at."""
        self._restate(self.stated)
        for kind, name in sorted(self.moving):
            tally = (self.queues if kind == "queues" else self.groups).get(name)
            if tally is None or not tally.ledger.moves:
                self.moving.discard((kind, name))
            elif tally.ledger.turn(minute):
                self._ground.touch(kind, name)

    def begin(self, window: str, site: str, started_ms: int) -> None:
        """A `day` or `shift` begins at one site: its queues count from there, and groups follow them."""
        self.settle()
        self._restate(self.stated)
        for name, tally in self.queues.items():
            if self._ground.settings.site_of(name) != site:
                continue
            self._open_windows(name, tally)
            tally.ledger.turn(self._ground.minute)
            change = tally.ledger.begin(window, started_ms)
            self._ground.touch("queues", name)
            for group, following in tally.groups.items():
                following.ledger.change(window, change)
                self._ground.touch("groups", group)

    def watch(self, patterns: Iterable[str]) -> tuple[str, bool]:
        """A board's own set of queues: its group id, and whether it is new (then `open_set` counts it)."""
        wanted = tuple(sorted(patterns))
        group = set_id(wanted)
        new = group not in self.sets
        self.sets[group] = wanted
        return group, new

    def open_set(self, group: str) -> set[str]:
        """Count a new set from what its queues counted, all of which is settled. Gives the queues."""
        joined = self._group(group)
        found = {name for name in self.queues if self._is_in(group, name)}
        for name in sorted(found):
            self.queues[name].ledger.turn(self._ground.minute)
            self.queues[name].join(group, joined)
        self.moving.add(("groups", group))
        return found

    def ruled_otherwise(self, settings: Settings) -> list[str]:
        """Queues with numbers already whose target, formula or limit of short abandons would be another."""
        before = self._ground.settings
        return [
            name
            for name, tally in self.queues.items()
            if tally.sources and _rule(before.for_queue(name)) != _rule(settings.for_queue(name))
        ]

    def clear(self) -> None:
        """Before counting anew: no numbers, but every queue with who spoke of it and its observed figures."""
        self._touch_all()
        old, self.queues, self.moving, self.unsettled, self.stated = self.queues, {}, set(), set(), set()
        self.groups = {group: Tally(self._ground.minute) for group in ("all", *self.sets)}
        for name in [*self._ground.settings.queue, *old]:
            self.queue(name)
            if name in old:
                self._remember(name, old[name])
        self._touch_all()

    def queue(self, name: str) -> Tally:
        tally = self.queues.get(name)
        if tally is None:
            groups = {group: self._group(group) for group in self._groups_of(name)}
            tally = self.queues[name] = Tally(self._ground.minute, groups)
            self._open_windows(name, tally)
            self._ground.await_hours(name)
            self._ground.touch("queues", name)
        return tally

    def groups_of(self, queue: str) -> Iterable[str]:
        tally = self.queues.get(queue)
        return tally.groups if tally else self._groups_of(queue)

    def _group(self, name: str) -> Tally:
        tally = self.groups.get(name)
        if tally is None:
            tally = self.groups[name] = Tally(self._ground.minute)
            self._ground.touch("groups", name)
        return tally

    def _open_windows(self, name: str, tally: Tally) -> None:
        calendar, site = self._ground.calendar, self._ground.settings.site_of(name)
        shift = calendar.shifts.get(site)
        tally.day_ms = calendar.days[site].started_ms
        tally.shift_ms = shift.started_ms if shift else NEVER_MS

    def _restate(self, names: Iterable[str]) -> None:
        """What only platforms say of them, if they do, may be something else by now."""
        for name in names:
            for group in self.queues[name].groups.values():
                group.restated.add(name)

    def _touch_all(self) -> None:
        self._ground.touch_all({("queues", name) for name in self.queues} | {("groups", name) for name in self.groups})

    def _groups_of(self, queue: str) -> Iterator[str]:
        yield "all"
        yield f"site:{self._ground.settings.site_of(queue)}"
        team = self._ground.settings.for_queue(queue).team
        if team:
            yield f"team:{team}"
        yield from (group for group in self.sets if self._is_in(group, queue))

    def _is_in(self, group: str, queue: str) -> bool:
        return selects_queue(self.sets[group], queue, self._ground.settings.for_queue(queue).team)

    def _remember(self, name: str, before: Tally) -> None:
        fresh = self.queues[name]
        if before.observed:
            fresh.observe(before.observed, before.observed_ms)
            self.stated.add(name)
        fresh.channel, fresh.channel_ms = before.channel, before.channel_ms
        fresh.sources, fresh.as_of_ms, fresh.ruled_ms = before.sources, before.as_of_ms, before.ruled_ms
        self.unsettled.add(name)


def _rule(queue: Queue) -> tuple[Target, float]:
    return queue.target, queue.short_abandon_s
