"""Who is on the floor? Every agent's row: own events folded, contacts passed to it, what it adds to queues."""

from bisect import insort
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from itertools import chain
from zlib import crc32

from msgspec.structs import replace

from wallboard.core import events as ev
from wallboard.core.agentrow import AgentRow, Place, own_ledger
from wallboard.core.agents import goes_offline, setting
from wallboard.core.agenttime import settings_of
from wallboard.core.contactrow import Key
from wallboard.core.deeds import Deed, Did
from wallboard.core.facts import Fact, Part
from wallboard.core.ground import Ground
from wallboard.core.standings import restand
from wallboard.core.tallies import Tallies
from wallboard.core.tally import NEVER_MS
from wallboard.core.timesheet import changed_ms
from wallboard.core.visits import REPLACE_LOST_MS
from wallboard.core.windows import MINUTE_MS

LATE_MS = 15 * 60_000  # within it the order of arrival does not matter
SETTLED_MS = LATE_MS + REPLACE_LOST_MS + MINUTE_MS  # an event that comes late may replace an end from before itself
MOST_SPANS = 40  # above it an agent's time is settled as far as it can be
HOUR_MS = 60 * MINUTE_MS
_WATCHED = frozenset({"answered", "missed", "tags.hostile"})  # of these it is kept when they were


class People:
    """The agents. One person with several ids (`also`) is one row."""

    def __init__(self, ground: Ground, tallies: Tallies) -> None:
        self._ground = ground
        self._tallies = tallies
        self.agents: dict[str, AgentRow] = {}
        self.moving: set[str] = set()
        self.unsettled: dict[str, bool] = {}  # agent → whether more than the time may be different
        self.attended: set[str] | None = None  # told since the history looked, where one is kept

    def take(self, event: ev.AgentEvent, at_ms: int, order: int, source: str, deeds: list[Deed]) -> Deed:
        name = self._ground.settings.agent_of(source, event.agent)
        if name not in self.agents:
            deeds.append(Deed(Did.NEW, f"new agent {name}"))
        row = self.row(name, source)
        for queue in _queues_named(event):
            self._tallies.note(self._ground.settings.queue_of(source, queue), source, None, deeds)
        if at_ms < row.base_ms:
            self._touch(name, row, self._ground.now_ms)
            return Deed(Did.NOTHING, f"too late for {name}: newer events are settled already")
        told = (at_ms, order, event)
        row.changes_at(at_ms)
        if not row.events or row.events[-1][:2] <= told[:2]:
            row.events.append(told)
            deed = row.profile.step(event, at_ms, self._queue_ids(source))
            if row.told:
                row.told.append(setting(row.profile, at_ms))
        else:
            insort(row.events, told, key=lambda one: one[:2])
            deed = self._retell(row, order)
        self._touch(name, row, self._ground.now_ms)
        return deed

    def settle(self) -> None:
        """What queues and groups have of the agents that changed since the last time."""
        unsettled, self.unsettled = self.unsettled, {}
        until_ms, groups_of, moved = self._ground.now_ms - SETTLED_MS, self._tallies.groups_of, dict[Place, int]()
        known = [(name, row) for name in unsettled if (row := self.agents.get(name)) is not None]
        for name, row in known:
            self._settle(row, until_ms)
            if unsettled[name]:
                restand(row, self.team_of(name), groups_of, moved)
        self._stand(moved)
        if self.attended is not None:
            self.attended.update(name for name, _ in known)
        self._ground.touch_all({("agents", name) for name, _ in known})

    def offline_after(self, agent: str, at_ms: int) -> list[int]:
        """When this person went offline since then, as far as lateness reaches back."""
        row = self.agents.get(agent)
        return [ms for ms, _, event in row.events if ms > at_ms and goes_offline(event)] if row else []

    def restand(self, queues: AbstractSet[str]) -> None:
        """These queues belong to one more group: who serves them stands there too."""
        moved: dict[Place, int] = {}
        for name, row in self.agents.items():
            if not queues.isdisjoint(row.profile.member_of):
                row.stands = None
                restand(row, self.team_of(name), self._tallies.groups_of, moved)
        self._stand(moved)

    def pass_items(self, agent: str, key: Key, part: Part, at_ms: int) -> None:
        """What a contact's story now says of this agent, in place of what it said before."""
        items, released_ms, spans = part.items, part.released_ms, part.spans
        row = self.agents.get(agent) or self.row(agent)
        row.sources.add(key[0])
        if row.draft:
            row.changes_at(changed_ms(row.spans.get(key, ()), spans))
        if spans:
            row.spans[key] = row.ahead[key] = spans
        else:
            row.spans.pop(key, None)
            row.ahead.pop(key, None)
        if items:
            row.items[key] = items
        else:
            row.items.pop(key, None)
        if released_ms:
            row.released[key] = released_ms
        else:
            row.released.pop(key, None)
        self._touch(agent, row, at_ms)

    def put_away(self, key: Key, parts: Mapping[str, Part]) -> None:
        """The contact is at rest: of its releases only the latest is kept, its time goes to the sheet."""
        for agent, part in parts.items():
            row = self.row(agent)
            row.spans.pop(key, None)
            row.ahead.pop(key, None)
            row.sheet.past += part.spans
            if row.draft:
                row.draft.past += part.spans
            row.released_ms = max(row.released_ms, part.released_ms)
            row.released.pop(key, None)

    def count(self, fact: Fact, sign: int, at_ms: int) -> None:
        """A fact of an agent, added or taken back; told at `at_ms`."""
        name, told_ms = fact.id, fact.at_ms
        row = self.agents.get(name) or self.row(name)
        row.ledger.turn(self._ground.calendar.minute)
        self.moving.add(name)
        self._touch(name, row, at_ms)
        starts = row.sheet.starts
        in_day, in_shift = told_ms >= starts["day"], told_ms >= starts.get("shift", NEVER_MS)
        added = row.ledger.at(told_ms, in_day=in_day, in_shift=in_shift)
        for metric, amount in fact.adds:
            added[metric] = added.get(metric, 0) + sign * amount
            if metric not in _WATCHED:
                continue
            if metric == "tags.hostile":
                self._count_hostile(row, told_ms, sign, self.site_of(name))
            elif in_day:
                call = (told_ms, metric == "answered")
                insort(row.calls, call) if sign > 0 else row.calls.remove(call)

    def _count_hostile(self, row: AgentRow, at_ms: int, sign: int, site: str) -> None:
        """Of the running day and the hour before it: a night shift goes over midnight."""
        if at_ms < self._ground.calendar.days[site].started_ms - HOUR_MS:
            return
        if sign > 0:
            insort(row.hostile, at_ms)
        elif at_ms in row.hostile:
            row.hostile.remove(at_ms)

    def turn(self, minute: int) -> None:
        for name in list(self.moving):
            row = self.agents.get(name)
            if row is None or not row.ledger.moves:
                self.moving.discard(name)
            else:
                row.ledger.turn(minute)

    def begin(self, window: str, site: str, started_ms: int) -> None:
        for name, row in self.agents.items():
            if self.site_of(name) == site:
                row.ledger.turn(self._ground.minute)
                row.ledger.begin(window, started_ms)
                beside = self._ground.calendar.beside.get(site, ()) if window == "shift" else ()
                row.sheet.begin(window, started_ms if started_ms <= self._ground.now_ms else None, beside)
                row.draft = None
                row.calls = [call for call in row.calls if window != "day" or call[0] >= started_ms]
                row.hostile = [at_ms for at_ms in row.hostile if window != "day" or at_ms >= started_ms - HOUR_MS]
                self._touch(name, row, self._ground.now_ms)

    def clear(self) -> None:
        """Before counting anew: what contacts said is gone, own events are folded again."""
        self.moving = set()
        self.attended = None if self.attended is None else set()  # another one: the history begins anew
        for name, row in self.agents.items():
            row.items, row.released, row.spans, row.calls, row.hostile = {}, {}, {}, [], []
            row.draft = None
            row.counted, row.ready, row.stands, row.free = frozenset(), frozenset(), None, False
            self._open_windows(name, row)
            row.ledger = own_ledger(self._ground.minute)
            self._retell(row)
            self._touch(name, row, self._ground.now_ms)

    def tick(self, name: str, at_ms: int) -> None:
        """Once a minute the seconds of whoever is signed in are told anew."""
        if row := self.agents.get(name):
            row.ticks = False
            if row.is_signed_in:
                row.seen_ms = max(row.seen_ms, at_ms)
                self.unsettled.setdefault(name, False)
                self._await_tick(name, row)

    def team_of(self, agent: str) -> str | None:
        configured = self._ground.settings.agent.get(agent)
        return (configured and configured.team) or self.agents[agent].profile.team

    def site_of(self, agent: str) -> str:
        configured = self._ground.settings.agent.get(agent)
        sites = self._ground.settings.sites
        return configured.site if configured and configured.site in sites else next(iter(sites))

    def row(self, name: str, source: str | None = None) -> AgentRow:
        row = self.agents.get(name)
        if row is None:
            row = self.agents[name] = AgentRow(self._ground.minute)
            self._open_windows(name, row)
        if source:
            row.sources.add(source)
        return row

    def _retell(self, row: AgentRow, order: int = -1) -> Deed:
        row.profile, row.told = replace(row.base), []
        deed = Deed(Did.NOTHING, "nothing")
        for at_ms, nth, event in row.events:
            did = row.profile.step(event, at_ms, self._queue_ids(event.source or ""))
            deed = did if nth == order else deed
        return deed

    def _settle(self, row: AgentRow, until_ms: int) -> None:
        """What is older than lateness reaches becomes the base that later events stand on."""
        if (row.events and row.events[0][0] < until_ms) or len(row.spans) + len(row.sheet.past) > MOST_SPANS:
            row.sheet.settle(until_ms, settings_of(row, self._ground), chain.from_iterable(row.spans.values()))
            if row.draft and row.draft.settled_ms < until_ms:
                row.draft = None
        while row.events and row.events[0][0] < until_ms:
            at_ms, _, event = row.events.pop(0)
            row.base.step(event, at_ms, self._queue_ids(event.source or ""))
            row.base_ms = at_ms
            row.told = row.told[1:]

    def _stand(self, moved: Mapping[Place, int]) -> None:
        """Of many agents at once: most standings are those of several."""
        for (kind, entity, metric), by in moved.items():
            self._tallies.stand(kind, entity, metric, by)

    def _open_windows(self, name: str, row: AgentRow) -> None:
        calendar, site = self._ground.calendar, self.site_of(name)
        running = {"day": calendar.days.get(site), "shift": calendar.shifts.get(site)}
        for window, one in running.items():
            if row.sheet.starts.get(window) != (started_ms := one.started_ms if one else None):
                row.sheet.begin(window, started_ms, calendar.beside.get(site, ()) if window == "shift" else ())

    def _touch(self, name: str, row: AgentRow, at_ms: int) -> None:
        if at_ms > row.seen_ms:
            row.seen_ms = at_ms
        self.unsettled[name] = True
        if not row.ticks and row.is_signed_in:
            self._await_tick(name, row)

    def _await_tick(self, name: str, row: AgentRow) -> None:
        row.ticks = True
        offset_ms = crc32(name.encode()) % MINUTE_MS  # agents are told one after another, the same everywhere
        turns = (row.seen_ms - offset_ms) // MINUTE_MS + 1
        self._ground.calendar.wait(turns * MINUTE_MS + offset_ms, "sheet", name)

    def _queue_ids(self, source: str) -> dict[str, str]:
        return self._ground.settings.aliases_of(source).queues


def _queues_named(event: ev.AgentEvent) -> list[str]:
    if isinstance(event, ev.SignedIn | ev.QueuesSet):
        return event.queues or []
    return [event.queue] if isinstance(event, ev.PresenceSet) and event.queue else []
