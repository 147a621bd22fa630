"""How many agents does each group of queues need now, and what will those who are there reach?

    arrivals of m30 ─┐
    AHT of m60 ──────┼─▶ Erlang A where patience is measured, else Erlang C ─▶ agents_needed, missing | can_release
    patience of day ─┘                                                        service_level_in_30m, …_60m

Queues that share a signed-in agent are one group: they are worked out together and say the same. Each group is worked
out once a minute, at a second of its own, so that a large centre is not done all at once.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from zlib import crc32

from wallboard.core.ground import Ground
from wallboard.core.load import Load, backlog_s, expected_share
from wallboard.core.needtogether import Need, Together
from wallboard.core.people import People
from wallboard.core.settings import SPOKEN, Target
from wallboard.core.sharing import Group, shared
from wallboard.core.staffing import agents_needed
from wallboard.core.tallies import Tallies
from wallboard.core.tally import Tally
from wallboard.core.windows import MINUTE_MS

LEAST_ARRIVALS = 10  # in m30; below it nothing can be said
LEAST_ABANDONED = 10  # of the day; below it patience is not known
AHEAD_MS = 30 * MINUTE_MS


class Needs:
    """Puts `need` onto the tallies of queues and groups."""

    def __init__(self, ground: Ground, tallies: Tallies, people: People) -> None:
        self._ground = ground
        self._tallies = tallies
        self._people = people
        self._groups: dict[str, Group] = {}
        self._bases: dict[str, dict[str, object]] = {}  # group that says something → what that was worked out from
        self._together: dict[str, Together] = {}  # by team, site, set of queues and all

    def turn(self, minute: int) -> None:
        """A minute turns: who works where may be another; each group is due within it."""
        before, self._groups = self._groups, {group.name: group for group in self._shared()}
        for name in self._bases.keys() & before.keys():
            if before[name].queues != (self._groups[name].queues if name in self._groups else ()):
                self._say(before[name], {})
                del self._bases[name]
        for name in self._bases.keys() & self._groups.keys() | {
            name for name, group in self._groups.items() if self._moves(group)
        }:
            self._ground.calendar.wait(minute * MINUTE_MS + crc32(name.encode()) % MINUTE_MS, "need", name)

    def fall_due(self, name: str) -> None:
        group = self._groups.get(name)
        if group is None:
            return
        load = self._load(group)
        need = self._need(group, load) if load else {}
        if need or name in self._bases:
            self._say(group, need)
            self._bases.pop(name, None)
            if need and load:
                self._bases[name] = self._basis(group, load)

    def basis_of(self, queue: str) -> dict[str, object]:
        """What the need of this queue's group was worked out from, when it was."""
        name = next((one.name for one in self._groups.values() if queue in one.queues), "")
        return self._bases.get(name, {})

    def _basis(self, group: Group, load: Load) -> dict[str, object]:
        formula = "erlang_a" if load.patience_s else "erlang_c"
        known = {name: value for name, value in load._asdict().items() if value is not None}
        targets = [{"percent": one.percent, "seconds": one.seconds} for one in self._targets(group)]
        of = {"formula": formula, "queues": list(group.queues), "targets": targets, "at": self._ground.now_ms}
        shares = [{"offered": count, "seconds": seconds} for count, seconds in self._shares(group)]
        ahead = {"shares": shares, "backlog_s": backlog_s(load), "until": self._ground.now_ms + AHEAD_MS}
        return {**of, **known, "load": load.arrivals * load.aht_s, **ahead}

    def _targets(self, group: Group) -> list[Target]:
        settings = self._ground.settings
        targets = {settings.for_queue(name).target for name in group.queues}
        return sorted(targets, key=lambda one: (one.seconds, one.percent))

    def open_set(self, group: str) -> None:
        """A new group says at once what its queues say."""
        for name in [name for name in self._bases if name in self._groups]:  # in the order in which they spoke
            inside = [group in self._tallies.queues[queue].groups for queue in self._groups[name].queues]
            if any(inside):
                self._put(group, name, self._tallies.queues[name].need, whole=all(inside))

    def clear(self) -> None:
        """Before counting anew: rows are new and say nothing yet."""
        self._groups, self._bases, self._together = {}, {}, {}

    def _moves(self, group: Group) -> bool:
        return any(self._tallies.queues[name].ledger.moves for name in group.queues)

    # Who works together

    def _shared(self) -> Iterator[Group]:
        """Spoken queues that anybody calls or serves, joined where one agent serves both."""
        spoken = [name for name, tally in self._tallies.queues.items() if self._is_spoken(name, tally)]
        agents = self._people.agents.items()
        return shared(spoken, ((agent, row.profile.member_of) for agent, row in agents if row.is_signed_in))

    def _is_spoken(self, name: str, tally: Tally) -> bool:
        configured = self._ground.settings.queue.get(name)
        return (configured.channel if configured else tally.channel or "voice") in SPOKEN

    # What they have to do

    def _load(self, group: Group) -> Load | None:
        """None where too little is known."""
        tallies = [self._tallies.queues[name] for name in group.queues]
        arrivals = _sum(tallies, "m30", "offered")
        handled = _sum(tallies, "m60", "handled")
        if arrivals < LEAST_ARRIVALS or not handled:
            return None
        seen_ms = self._ground.now_ms - max(self._ground.minute - 29, _first_minute(tallies)) * MINUTE_MS
        work_ms = sum(_sum(tallies, "m60", part) for part in ("talk_ms", "hold_ms", "wrapup_ms"))
        abandoned = _sum(tallies, "day", "abandoned")
        waits_ms = _sum(tallies, "day", "answered_wait_ms") + _sum(tallies, "day", "abandoned_wait_ms")
        patience_s = waits_ms / abandoned / 1000 if abandoned >= LEAST_ABANDONED and waits_ms else None
        waiting = sum(tally.live.get("waiting", 0) for tally in tallies)
        if not work_ms:
            return None
        known = any("members" in tally.live for tally in tallies)
        ready = self._ready(group) if known else None
        return Load(arrivals * 1000 / seen_ms, work_ms / handled / 1000, patience_s, waiting, ready)

    def _ready(self, group: Group) -> int:
        places = {("queues", queue, "ready") for queue in group.queues}
        rows = [row for agent in group.agents if (row := self._people.agents.get(agent))]
        return sum(not places.isdisjoint(row.counted) for row in rows)

    def _need(self, group: Group, load: Load) -> Need:
        needs = [
            agents_needed(load.arrivals, load.aht_s, target.seconds, target.percent / 100, load.patience_s)
            for target in self._targets(group)
        ]
        if None in needs:
            return {}
        needed = max(one for one in needs if one is not None)
        found: Need = {"agents_needed": needed}
        if load.ready is not None:
            found |= _gap(needed, load.ready)
            for minutes in (30, 60):
                found[f"service_level_in_{minutes}m"] = 100 * expected_share(load, self._shares(group), minutes * 60)
        found["need_until"] = self._ground.now_ms + AHEAD_MS
        if len(group.queues) > 1:
            found["need_queues"] = list(group.queues)
        return found

    def _shares(self, group: Group) -> list[tuple[int, float]]:
        """Of each queue how many came lately, and its target in seconds."""
        target_of = self._ground.settings.for_queue
        return [
            (_sum([self._tallies.queues[name]], "m30", "offered"), target_of(name).target.seconds)
            for name in group.queues
        ]

    # Saying it

    def _say(self, group: Group, need: Need) -> None:
        tallies = [self._tallies.queues[name] for name in group.queues]
        for name, tally in zip(group.queues, tallies, strict=True):
            tally.need = need
            self._ground.touch("queues", name)
        for name, queues in Counter(chain.from_iterable(tally.groups for tally in tallies)).items():
            self._put(name, group.name, need, whole=queues == len(tallies))

    def _put(self, group: str, part: str, need: Need, *, whole: bool) -> None:
        together = self._together.setdefault(group, Together())
        together.put(part, need, whole=whole)
        self._tallies.groups[group].need = together.need
        self._ground.touch("groups", group)


def _gap(needed: int, ready: int) -> Need:
    if needed > ready:
        return {"missing": needed - ready}
    return {"can_release": ready - needed} if ready > needed else {}


def _first_minute(tallies: Iterable[Tally]) -> int:
    """When the first of the last hour came: what comes after a quiet time, as in the morning, comes since then."""
    return min(minute for tally in tallies for minute, of in tally.ledger.minutes.items() if of.get("offered"))


def _sum(tallies: Iterable[Tally], window: str, metric: str) -> int:
    return sum(tally.ledger.window(window).sums.get(metric, 0) for tally in tallies)
