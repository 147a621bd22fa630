"""What is the floor like now? The one mutable thing: events go in, rows change, touched entities come out.

Deterministic: the same events with the same arrivals and the same `now` give the same floor, on every
process. Time comes in as `arrival_ms` and `now_ms`. Each event touches only its own rows.
"""

from collections.abc import Generator, Iterable, Mapping, MutableMapping
from typing import Any, Protocol, get_args

import msgspec
from msgspec.structs import replace

from wallboard.core import events as ev
from wallboard.core.alerting import Alerting
from wallboard.core.alerts import Alerts
from wallboard.core.calendar import Due
from wallboard.core.cases import Cases
from wallboard.core.contacts import Contacts
from wallboard.core.deeds import Deed, Did
from wallboard.core.duty import Duty
from wallboard.core.ground import Entity, Ground
from wallboard.core.listening import UNKNOWN_SOURCE, Listening
from wallboard.core.naming import OTHER, Naming
from wallboard.core.need import Needs
from wallboard.core.observed import Parts, synthetic
from wallboard.core.people import People
from wallboard.core.posted import Posted, kpi_name
from wallboard.core.rows import NEVER_MS, KpiRow, NoticeRow, SourceRow, Tally
from wallboard.core.settings import Settings, settings_from
from wallboard.core.tallies import Tallies
from wallboard.core.visits import SightedGone, SightedWaiting
from wallboard.core.windows import MINUTE_MS, minute_of

SETTLE_MS = 1000  # no longer than this is anything left uncounted
FORGET_MS = 2 * 3_600_000  # longer ago than any rolling window reaches
PIECE = 100  # of what follows from a whole truth: 1 to 3 ms
_TOLD = (*get_args(ev.Told), SightedWaiting, SightedGone)
_OF_CONTACTS = frozenset(kind for kind in _TOLD if issubclass(kind, ev.ContactEvent)) - {ev.Outcome, ev.Tagged}


class QueueMemory(Protocol):
    """What a checkpoint keeps of a queue; the numbers are counted again."""

    sources: list[str]
    as_of_ms: int | None
    observed: ev.QueueObserved | None
    observed_ms: int
    channel: str | None
    channel_ms: int
    ruled_ms: int | None


class Floor:
    """The state of the floor. Read it through `kpis`; change it through `apply` and `advance` alone."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.ground = Ground(settings or Settings())
        self.tallies = Tallies(self.ground)
        self.people = People(self.ground, self.tallies)
        self.contacts = Contacts(self.ground, self.tallies, self.people)
        self.cases = Cases(self.ground, self.tallies)
        self.needs = Needs(self.ground, self.tallies, self.people)
        self.listening = Listening(self.ground)
        self.posted = Posted(self.ground)
        self.parts: dict[str, Parts] = {}
        self.naming = Naming()
        self.duty = Duty(self.ground)
        self.alerts = Alerts(self.ground, self.people, self.duty)
        self.alerting: Alerting | None = None  # core/watchful.py
        self.since_ms = 0  # what was before it is not known here
        self.applied = 0
        self._arrival_ms = 0
        self._settled_ms = 0

    @property
    def settings(self) -> Settings:
        return self.ground.settings

    @property
    def now_ms(self) -> int:
        return self.ground.now_ms

    @property
    def sources(self) -> dict[str, SourceRow]:
        return self.listening.rows

    @property
    def notices(self) -> dict[str, NoticeRow]:
        return self.posted.notices

    @property
    def kpis(self) -> dict[str, KpiRow]:
        return self.posted.kpis

    # In

    def apply(self, event: ev.Event, arrival_ms: int) -> list[Deed]:
        """Take one event in. Gives what it did, in words."""
        taking = self.taking(event, arrival_ms)
        while True:
            try:
                next(taking)
            except StopIteration as done:
                return done.value  # type: ignore[no-any-return]

    def taking(self, event: ev.Event, arrival_ms: int) -> Generator[None, None, list[Deed]]:
        """The same, a whole truth in pieces. Between them the floor is half told: nobody publishes it, keeps it or lets
        time pass."""
        self.advance(arrival_ms)
        self.applied += 1
        self._arrival_ms = arrival_ms
        deeds: list[Deed] = []
        source = event.source or UNKNOWN_SOURCE
        if _is_own(event):
            at_ms = arrival_ms if event.time is None else min(event.time, arrival_ms)
            deeds.append(self._take_own(event, at_ms, source, deeds))
        else:
            event, source = self._fit(event, source, deeds)
            at_ms = self.listening.settle_time(event, arrival_ms, source, deeds)
            if isinstance(event, ev.FloorObserved):
                deeds.append((yield from self._take_floor_observed(event, at_ms, source, deeds)))
            else:
                deeds.append(self._take(event, at_ms, source, deeds))
        if self.alerting:
            self.alerting.await_second()
        return deeds

    def advance(self, now_ms: int) -> None:
        """Let time pass: due instants, minute and day turns, in order. Never goes back."""
        calendar = self.ground.calendar
        if not calendar.now_ms:
            self.since_ms = now_ms
            calendar.set(now_ms)
            self._count_anew()
        if now_ms <= calendar.now_ms:
            return
        if now_ms > self._settled_ms + SETTLE_MS:
            self.settle()
            self._settled_ms = now_ms
        while (next_ms := self._next_due_ms()) is not None and next_ms <= now_ms:
            self._pass_to(next_ms)
            if (calendar.next_due_ms() or next_ms + 1) <= next_ms:  # what was due before now falls due now
                self._fall_due(calendar.pop())
            if self.alerting:
                self.alerting.await_second()
        self._pass_to(now_ms)

    def next_due_ms(self) -> int | None:
        """When something changes by time alone, at the latest by then call `advance`."""
        self.settle()
        return self._next_due_ms()

    def _next_due_ms(self) -> int | None:
        moving = self.tallies.moving or self.people.moving
        turn_ms = (self.ground.minute + 1) * MINUTE_MS if moving else None
        due = [ms for ms in (turn_ms, self.ground.calendar.next_due_ms()) if ms is not None]
        return max(min(due), self.now_ms) if due else None

    def watch(self, patterns: Iterable[str]) -> str:
        """Count a board's own set of queues from now on; gives its group id (`set:…`). What its queues and their
        people have counted already goes into it, nothing else is looked at."""
        group, new = self.tallies.watch(patterns)
        if new and self.now_ms:
            self.settle()
            self.people.restand(self.tallies.open_set(group))
            self.needs.open_set(group)
        return group

    def resume(self, now_ms: int, queues: Mapping[str, QueueMemory]) -> None:
        """Go on from a checkpoint whose rows were put back: count everything, wait for what was due."""
        self.ground.calendar.set(now_ms)
        for name, memory in queues.items():
            tally = self.tallies.queues[name] = Tally(self.ground.minute)
            tally.sources = set(memory.sources)
            tally.as_of_ms, tally.observed, tally.observed_ms = memory.as_of_ms, memory.observed, memory.observed_ms
            tally.channel, tally.channel_ms = memory.channel, memory.channel_ms
            tally.ruled_ms = memory.ruled_ms
        self._count_anew()
        self._name_anew()
        self.posted.await_ends()
        for name in self.sources:
            self.listening.listen_for(name)
        for name, alert in self.alerts.open.items():
            if alert.snoozed_until_ms is not None:
                self.ground.calendar.wait(alert.snoozed_until_ms, "snooze", name)
        for who in self.duty.on:
            self.duty.await_end(who)
        self._rule_anew()
        if self.alerting:
            self.alerting.await_second()

    # Out

    def settle(self) -> None:
        """Count what the events since the last time changed. Before anybody looks; the result is the same as if each
        had been counted when it came."""
        if self.contacts.unsettled:
            self.contacts.settle()
        if self.people.unsettled:
            self.people.settle()
        if self.tallies.unsettled:
            self.tallies.settle()

    @property
    def touched(self) -> bool:
        """Whether anything changed since `take_touched`."""
        return bool(self.ground.touched or self.contacts.unsettled or self.people.unsettled or self.tallies.unsettled)

    def take_touched(self) -> set[Entity]:
        """The entities that changed since the last call, e.g. `("queues", "support")`."""
        self.settle()
        touched, self.ground.touched = self.ground.touched, set()
        return touched

    def take_changed_chunks(self) -> set[str]:
        """Chunks of contacts that changed since the last call (core/snapshot.py)."""
        changed, self.contacts.changed_chunks = self.contacts.changed_chunks, set()
        return changed

    # Time

    def _pass_to(self, now_ms: int) -> None:
        calendar = self.ground.calendar
        calendar.now_ms = max(calendar.now_ms, now_ms)
        minute = minute_of(calendar.now_ms)
        if minute > calendar.minute:
            calendar.minute = minute
            self.tallies.turn(minute)
            self.people.turn(minute)
            self.needs.turn(minute)

    def _fall_due(self, due: Due) -> None:
        if due.kind == "contact":
            self.contacts.fall_due((due.first, due.second), due.at_ms)
        elif due.kind == "put away":
            self.contacts.put_away((due.first, due.second))
        elif due.kind == "day":
            self._turn_day(due.first)
        elif due.kind == "shift":
            self._turn_shift(due.first)
        elif due.kind == "hours":
            self._turn_hours(due.first)
        elif due.kind == "need":
            self.settle()
            self.needs.fall_due(due.first)
        elif due.kind == "sheet":
            self.people.tick(due.first, due.at_ms)
        elif due.kind == "silent":
            self.listening.listen_for(due.first)
        elif due.kind == "notice":
            self.posted.end(due.first, due.at_ms)
        elif due.kind == "snooze":
            self.alerts.wake(due.first, due.at_ms)
        elif due.kind == "duty":
            if self.duty.end(due.first, due.at_ms):
                self.alerts.note_duty(due.first, due.at_ms)
        elif due.kind == "alert" and self.alerting:
            self.settle()
            self.alerting.look(due.first, due.second)

    def _turn_day(self, site: str) -> None:
        self.settle()
        day = self.ground.calendar.open_day(site, self.settings.sites[site])
        self.ground.touch("sites", site)
        self.tallies.begin("day", site, day.started_ms)
        self.people.begin("day", site, day.started_ms)
        self._forget_past_days()

    def _forget_past_days(self) -> None:
        """What was over before every running day, and longer ago than any window reaches, is in no number."""
        running = (*self.ground.calendar.days.values(), *self.ground.calendar.shifts.values())
        oldest_ms = min([self.now_ms - FORGET_MS, *(one.started_ms for one in running if one)])
        self.contacts.forget_before(oldest_ms)
        self.cases.forget(oldest_ms)

    def _turn_shift(self, site: str) -> None:
        self.settle()
        before = self.ground.calendar.shifts.get(site)
        shift = self.ground.calendar.open_shift(site, self.settings.shifts[site])
        if shift != before:
            if shift and shift.started_ms < self.now_ms:  # an inner shift ended: the outer one goes on
                self._count_anew()
                return
            self.ground.touch("sites", site)
            started_ms = shift.started_ms if shift else NEVER_MS
            self.tallies.begin("shift", site, started_ms)
            self.people.begin("shift", site, started_ms)

    def _turn_hours(self, queue: str) -> None:
        """A queue opens or closes: waits stand still, or go on."""
        self.ground.touch("queues", queue)
        if (tally := self.tallies.queues.get(queue)) and any(tally.waits.values()):
            self.ground.touch_all({("groups", name) for name in tally.groups})
        self.ground.await_hours(queue)

    def _fit(self, event: ev.Event, source: str, deeds: list[Deed]) -> tuple[ev.Event, str]:
        """The event with the names that there is room for, and its source (core/naming.py)."""
        source = self._room_for(source)
        event, over = self.naming.fit(event, self.settings, source)
        if over:
            self.listening.row(source).overflow += len(over)
            deeds.append(Deed(Did.OVERFLOW, f"no room for {over[0]} and {len(over) - 1} more new names: under {OTHER}"))
        return event, source

    def _room_for(self, source: str) -> str:
        is_there = source in self.listening.rows or self.naming.has("sources", source)
        return source if is_there else OTHER

    # Events

    def _take(self, event: ev.Event, at_ms: int, source: str, deeds: list[Deed], *, is_listed: bool = False) -> Deed:
        """`is_listed`: it follows from a whole truth, which tells only of contacts, where it puts something right."""
        self._hear(source)
        if not (self.alerting and self.alerting.heard.since_ms):
            return self._take_told(event, at_ms, source, deeds)
        queue = self._queue_of(event, source)  # before it: an end that names none leaves the contact in no queue
        deed = self._take_told(event, at_ms, source, deeds)
        if not (is_listed and _says_again(event, deed)):
            told_of = self._told_of(event, source, queue or self._queue_of(event, source))
            self.alerting.hear(ev.type_of(event), at_ms, told_of)
        return deed

    def _queue_of(self, event: ev.Event, source: str) -> str | None:
        """The one that it names; else, of a contact, the one where that is now."""
        if named := getattr(event, "queue", None):
            return self.settings.queue_of(source, named)
        if not isinstance(event, ev.ContactEvent) or not event.contact:
            return None
        contact = self.contacts.contacts.get((getattr(event, "contact_source", None) or source, event.contact))
        return contact.story.home if contact else None

    def _told_of(self, event: ev.Event, source: str, queue: str | None) -> list[Entity]:
        """Of which source, queue, groups and figure this event tells."""
        found = [("sources", source)]
        if isinstance(event, ev.KpiReported):
            found.append(("kpis", kpi_name(event)))
        if queue is not None:
            found += [("queues", queue), *(("groups", group) for group in self.tallies.groups_of(queue))]
        return found

    def _take_told(self, event: ev.Event, at_ms: int, source: str, deeds: list[Deed]) -> Deed:
        kind = type(event)
        if kind in _OF_CONTACTS:
            return self.contacts.take(event, at_ms, self.applied, source, deeds, event.contact)  # type: ignore[attr-defined]
        match event:
            case ev.Outcome() | ev.Tagged() | ev.Rated():
                name = event.contact or f"\0{event.id or self.applied}"  # a mark of no contact stands for itself
                return self.contacts.take(event, at_ms, self.applied, event.contact_source or source, deeds, name)
            case ev.AgentEvent():
                return self.people.take(event, at_ms, self.applied, source, deeds)
            case ev.CaseOpened() | ev.CaseResolved():
                return self._take_case(event, at_ms, source, deeds)
            case ev.QueueObserved():
                return self._take_queue_observed(event, at_ms, source, deeds)
            case ev.KpiReported():
                return self._take_kpi(event, at_ms, source)
            case ev.NoticePosted():
                return self._take_notice(event, at_ms, source)
            case ev.NoticeCleared():
                return self.posted.clear(event.notice)
            case ev.SourceBeat():
                return self.listening.beat(event, at_ms, source)
            case ev.SourceRestarted():
                self.listening.restart(source)
                ended = self.contacts.restart(source, at_ms, self.applied)
                return Deed(Did.ENDED_VISIT, f"{source} started anew: {ended} contacts ended as lost")
        return Deed(Did.NOTED, f"noted {ev.type_of(event)}")

    def _take_own(self, event: ev.Event, at_ms: int, source: str, deeds: list[Deed]) -> Deed:
        """Events that the server writes: they never make a source look alive."""
        match event:
            case ev.NoticePosted():
                return self._take_notice(event, at_ms, source)
            case ev.NoticeCleared():
                return self.posted.clear(event.notice)
            case ev.ConfigApplied():
                return self._take_settings(event, at_ms)
            case ev.SourceCounted():
                return self.listening.count(event, self._room_for(source))
            case ev.SourceForgotten():
                return self._forget(event.name)
            case ev.QueueForgotten():
                return self._forget_queue(event.name)
            case ev.AgentForgotten():
                return self._forget_agent(event.name)
            case ev.ContactCorrected() | ev.Tagged():
                return self.contacts.take(
                    event, at_ms, self.applied, event.contact_source or source, deeds, event.contact
                )
            case ev.AgentCorrected():
                return self.people.take(event, at_ms, self.applied, event.agent_source or source, deeds)
            case ev.AlertEvent():
                deed = self.alerts.take(event, at_ms)
                if self.alerting:
                    self.alerting.told(event, self.alerts.known(event.alert))
                return deed
            case ev.DutyTaken() | ev.DutyLeft():
                deed = self.duty.take(event, at_ms)
                if deed.code is Did.NOTED:
                    self.alerts.note_duty(event.who, at_ms)
                return deed
        return Deed(Did.NOTED, f"noted {ev.type_of(event)}")

    def _take_queue_observed(self, event: ev.QueueObserved, at_ms: int, source: str, deeds: list[Deed]) -> Deed:
        queue = self.settings.queue_of(source, event.queue)
        self.tallies.note(queue, source, at_ms, deeds)
        tally = self.tallies.queue(queue)
        if at_ms < tally.observed_ms:
            return Deed(Did.NOTHING, f"older than what {queue} shows")
        tally.observed, tally.observed_ms = event, at_ms
        self.ground.touch("queues", queue)
        return Deed(Did.NOTED, f"figures of {queue}")

    def _take_floor_observed(
        self, event: ev.FloorObserved, at_ms: int, source: str, deeds: list[Deed]
    ) -> Generator[None, None, Deed]:
        self._hear(source)
        if self.alerting:
            self.alerting.hear(ev.type_of(event), at_ms, self._told_of(event, source, None))
        parts = self.parts.setdefault(source, Parts())
        whole = parts.add(event, at_ms)
        if whole is None:
            return Deed(Did.NOTED, f"part {event.part} of {event.parts}")
        for queue in whole.queues or ():
            self.tallies.note(self.settings.queue_of(source, queue), source, None, deeds)
        changed, follows = 0, synthetic(self.contacts, self.people, self.settings, whole, parts.at_ms, source)
        for count, one in enumerate(follows, start=1):
            changed += _puts_right(self._take(one, parts.at_ms, source, deeds, is_listed=True))
            if count % PIECE == 0:
                self.settle()
                yield
        return Deed(Did.NOTED, f"whole truth of {source}: {changed} things put right")

    def _take_case(self, event: ev.CaseOpened | ev.CaseResolved, at_ms: int, source: str, deeds: list[Deed]) -> Deed:
        contact = self.contacts.contacts.get((source, event.contact)) if event.contact else None
        if event.queue:
            self.tallies.note(self.settings.queue_of(source, event.queue), source, at_ms, deeds)
        return self.cases.take(event, at_ms, self.applied, source, contact.story.home if contact else None)

    def _take_kpi(self, event: ev.KpiReported, at_ms: int, source: str) -> Deed:
        name = kpi_name(event)
        if not self.naming.has("kpis", name):
            self.listening.row(source).overflow += 1
            return Deed(Did.OVERFLOW, f"no room for {name}: {len(self.kpis)} figures are kept already")
        return self.posted.report(name, event, at_ms, source)

    def _take_notice(self, event: ev.NoticePosted, at_ms: int, source: str) -> Deed:
        name = event.notice or event.id or f"n-{self._arrival_ms}-{self.applied}"
        return self.posted.post(name, event, at_ms, source)

    def _hear(self, source: str) -> None:
        if self.listening.hear(source, self._arrival_ms):
            self._hear_again(source)

    def _hear_again(self, source: str) -> None:
        """What rules say of whatever it told of was held back, and is looked at now."""
        if self.alerting:
            self.alerting.hear_again(source)
        for kind, tallies in (("queues", self.tallies.queues), ("groups", self.tallies.groups)):
            for name, tally in tallies.items():
                if source in tally.sources:
                    self.ground.touch(kind, name)
        for name, agent in self.people.agents.items():
            if source in agent.sources:
                self.ground.touch("agents", name)
        for name, kpi in self.kpis.items():
            if kpi.source == source:
                self.ground.touch("kpis", name)

    def _take_settings(self, event: ev.ConfigApplied, at_ms: int) -> Deed:
        try:
            settings = settings_from(event.settings)
        except msgspec.ValidationError as error:
            return Deed(Did.REJECTED, f"settings not understood: {error}")
        if settings == self.settings:
            return Deed(Did.NOTHING, "settings unchanged")
        try:  # whatever a later look would stumble over: nothing is changed then
            settings.check(self.now_ms)
        except (ValueError, KeyError, OSError) as error:  # an unknown zone is a KeyError
            return Deed(Did.REJECTED, f"settings not taken over: {error}")
        if replace(settings, alert=self.settings.alert, notice=self.settings.notice) == self.settings:
            self.ground.settings = settings
            self._rule_anew()
            return Deed(Did.SETTINGS, "alert rules and notices applied")
        for site in self.settings.sites:
            self.ground.touch("sites", site)
        changed = self.tallies.ruled_otherwise(settings)
        self.ground.settings = settings
        self._count_anew(tell=True)
        for queue in changed:
            self.tallies.queues[queue].ruled_ms = at_ms
        self._rule_anew()
        return Deed(Did.SETTINGS, "settings applied: the day is read again")

    def _rule_anew(self) -> None:
        if self.alerting:
            self.alerting.ruled_anew(self.alerts.open)
            rows: dict[str, Iterable[str]] = {
                "queues": self.tallies.queues, "groups": self.tallies.groups, "agents": self.people.agents,
                "sources": self.sources, "kpis": self.kpis,
            }  # fmt: skip
            self.ground.unlooked |= {(kind, name) for kind, names in rows.items() for name in names}

    def _forget(self, source: str) -> Deed:
        """Take one source out: its contacts, the agents and queues that only it spoke of, what it posted."""
        self.settle()
        if self.sources.pop(source, None) is None:
            return Deed(Did.NOTHING, f"no source {source}")
        self.ground.touch("sources", source)
        self.contacts.forget_source(source)
        self.cases.forget_source(source)
        self.parts.pop(source, None)
        self._remove("agents", self.people.agents, [n for n, a in self.people.agents.items() if a.sources == {source}])
        self._remove(
            "queues", self.tallies.queues, [n for n, q in self.tallies.queues.items() if q.sources == {source}]
        )
        self._remove("notices", self.notices, [n for n, row in self.notices.items() if row.source == source])
        self._remove("kpis", self.kpis, [n for n, row in self.kpis.items() if row.source == source])
        for tally in self.tallies.queues.values():
            tally.sources.discard(source)
        self.people.forget_source(source)
        self._count_anew()
        self._name_anew()
        return Deed(Did.SETTINGS, f"forgot {source}")

    def _forget_queue(self, name: str) -> Deed:
        """A contact that was in another queue too is not told in halves: for it the row stays."""
        self.settle()
        before = self.tallies.queues.get(name)
        if before is None:
            return Deed(Did.NOTHING, f"no queue {name}")
        self.contacts.forget_queue(name)
        self.cases.forget_queue(name)
        self.people.forget_queue(name)
        self._remove("queues", self.tallies.queues, [name])
        self._count_anew()
        self._name_anew()
        if name not in self.tallies.queues:
            return Deed(Did.SETTINGS, f"forgot the queue {name}")
        for source in sorted(before.sources):
            self.tallies.note(name, source, before.as_of_ms, [])
        return Deed(Did.SETTINGS, f"forgot what was told of {name} alone: contacts of other queues were in it too")

    def _forget_agent(self, name: str) -> Deed:
        """A contact of the running day that names them brings the row back, without their own events."""
        self.settle()
        self.alerts.forget(name)
        self.posted.leave_out(name)
        self.duty.on.pop(name, None)
        if name not in self.people.agents:
            return Deed(Did.NOTHING, f"no agent {name}")
        self._remove("agents", self.people.agents, [name])
        self._count_anew()
        self._name_anew()
        return Deed(Did.SETTINGS, "forgot an agent")

    def _name_anew(self) -> None:
        known: dict[str, Iterable[str]] = {
            "queues": self.tallies.queues, "agents": self.people.agents, "sources": self.sources, "kpis": self.kpis,
        }  # fmt: skip
        self.naming = Naming(known)

    def _remove(self, kind: str, rows: MutableMapping[str, Any], names: list[str]) -> None:
        for name in names:
            del rows[name]
            self.ground.touch(kind, name)

    def _count_anew(self, *, tell: bool = False) -> None:
        """After a change of watched sets, or of what sources there are: count the day again. `tell`: the stories are
        told again too, since the settings changed."""
        calendar = self.ground.calendar
        calendar.drop(("day", "contact", "shift", "hours", "need"))
        calendar.days, calendar.shifts = {}, {}
        for site, place in self.settings.sites.items():
            calendar.open_day(site, place)
            calendar.open_shift(site, self.settings.shifts[site])
            self.ground.touch("sites", site)
        self.tallies.clear()
        self.people.clear()
        self.contacts.count_anew(tell=tell)
        self.cases.count_anew()
        self.needs.clear()
        self.needs.turn(self.ground.minute)


def _puts_right(deed: Deed) -> bool:
    return deed.code is not Did.NOTHING and not deed.text.startswith("already")


def _says_again(event: ev.Event, deed: Deed) -> bool:
    return not isinstance(event, ev.ContactEvent) or not _puts_right(deed)


def _is_own(event: ev.Event) -> bool:
    if type(event) in ev.OWN_KINDS:
        return True
    return event.source == ev.SERVER and isinstance(event, ev.NoticePosted | ev.NoticeCleared | ev.Tagged)
