"""What is the floor like now? The one mutable thing: events go in, rows change, touched entities come out.

Deterministic: the same events with the same arrivals and the same `now` give the same floor, on every
process. Time comes in as `arrival_ms` and `now_ms`; what changes by time alone waits in one heap of due
instants. Each event touches only its own rows.
"""

from bisect import insort
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from heapq import heappop, heappush

import msgspec

from wallboard.core import events as ev
from wallboard.core.agents import Profile, activity
from wallboard.core.facts import Fact, Live, facts, live
from wallboard.core.observed import Parts, synthetic
from wallboard.core.rows import NOT_LIVE, AgentRow, Contact, Key, KpiRow, NoticeRow, SourceRow, Tally
from wallboard.core.select import selects, set_id
from wallboard.core.settings import Settings, settings_from
from wallboard.core.visits import Deed, Did, Story
from wallboard.core.windows import MINUTE_MS, Day, business_day, minute_of

LATE_MS = 15 * 60_000  # within it the order of arrival does not matter; contacts are kept open for it
AHEAD_MS = 60_000  # a time further ahead than this is taken as the arrival
SILENT_MS = 12_000  # a source that beats and was not heard for so long is late
UNKNOWN_SOURCE = "unknown"


class Floor:
    """The state of the floor. Read it through `kpis`; change it through `apply` and `advance` alone."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.now_ms = 0
        self.minute = 0
        self.applied = 0
        self.contacts: dict[Key, Contact] = {}
        self.open: dict[str, set[str]] = {}  # source → contacts that wait or talk
        self.queues: dict[str, Tally] = {}
        self.groups: dict[str, Tally] = {}
        self.sets: dict[str, tuple[str, ...]] = {}  # watched by boards: group id → patterns
        self.agents: dict[str, AgentRow] = {}
        self.sources: dict[str, SourceRow] = {}
        self.notices: dict[str, NoticeRow] = {}
        self.kpis: dict[str, KpiRow] = {}
        self.days: dict[str, Day] = {}
        self.parts: dict[str, Parts] = {}
        self._groups_of: dict[str, tuple[str, ...]] = {}
        self._moving: set[tuple[str, str]] = set()
        self._due: list[tuple[int, str, str, str]] = []
        self._touched: set[tuple[str, str]] = set()

    # In

    def apply(self, event: ev.Event, arrival_ms: int) -> list[Deed]:
        """Take one event in. Gives what it did, in words."""
        self.advance(arrival_ms)
        self.applied += 1
        source = event.source or UNKNOWN_SOURCE
        deeds: list[Deed] = []
        at_ms = self._settle_time(event, arrival_ms, source, deeds)
        deeds.append(self._take(event, at_ms, source, deeds))
        return deeds

    def advance(self, now_ms: int) -> None:
        """Let time pass: due instants, minute and day turns, in order. Never goes back."""
        if not self.now_ms:
            self._begin(now_ms)
        while True:
            due_ms = self._due[0][0] if self._due else now_ms + 1
            turn_ms = (self.minute + 1) * MINUTE_MS if self._moving else now_ms + 1
            at_ms = min(due_ms, turn_ms)
            if at_ms > now_ms:
                break
            self.now_ms = max(self.now_ms, at_ms)
            self._turn(minute_of(self.now_ms))
            if due_ms <= turn_ms:
                self._fall_due()
        self.now_ms = max(self.now_ms, now_ms)
        self._turn(minute_of(self.now_ms))

    def next_due_ms(self) -> int | None:
        """When something changes by time alone, at the latest by then call `advance`."""
        turns = [(self.minute + 1) * MINUTE_MS] if self._moving else []
        return min([*turns, *(entry[0] for entry in self._due[:1])], default=None)

    def take_touched(self) -> set[tuple[str, str]]:
        """The entities that changed since the last call, e.g. `("queues", "support")`."""
        touched, self._touched = self._touched, set()
        return touched

    def watch(self, patterns: Iterable[str]) -> str:
        """Count a board's own set of queues from now on; gives its group id (`set:…`)."""
        wanted = tuple(sorted(patterns))
        group = set_id(wanted)
        if group not in self.sets:
            self.sets[group] = wanted
            self._reread()
        return group

    # Time

    def _settle_time(self, event: ev.Event, arrival_ms: int, source: str, deeds: list[Deed]) -> int:
        at_ms = arrival_ms if event.time is None else event.time
        if isinstance(event, ev.Own):
            return min(at_ms, arrival_ms)
        row = self._source(source)
        if at_ms > arrival_ms + AHEAD_MS:
            row.clamped += 1
            deeds.append(Deed(Did.CLAMPED, f"its time is {(at_ms - arrival_ms) // 1000} s ahead: taken as arrival"))
            at_ms = arrival_ms
        elif arrival_ms - at_ms > LATE_MS:
            row.late += 1
            deeds.append(Deed(Did.LATE, f"told {(arrival_ms - at_ms) // 1000} s late"))
        return at_ms

    def _begin(self, now_ms: int) -> None:
        self.now_ms, self.minute = now_ms, minute_of(now_ms)
        self._reread()

    def _turn(self, minute: int) -> None:
        if minute <= self.minute:
            return
        self.minute = minute
        for key in sorted(self._moving):
            ledger = self._ledger(key)
            if ledger is None or not ledger.moves:
                self._moving.discard(key)
            elif ledger.turn(minute):
                self._touched.add(key)

    def _fall_due(self) -> None:
        at_ms, kind, first, second = heappop(self._due)
        if kind == "contact" and (contact := self.contacts.get((first, second))):
            self._recount(contact)
        elif kind == "put away":
            self._put_away((first, second), at_ms)
        elif kind == "day":
            self._turn_day(first)
        elif kind == "silent":
            self._touch("sources", first)
        elif kind == "notice" and (notice := self.notices.get(first)) and (notice.event.until or 0) <= at_ms:
            del self.notices[first]
            self._touch("notices", first)

    def _turn_day(self, site: str) -> None:
        """A business day begins at one site: its queues and agents count from there, groups follow them."""
        day = self._open_day(site)
        for name, tally in self.queues.items():
            if self.settings.site_of(name) == site:
                tally.ledger.turn(self.minute)
                change = tally.ledger.begin_day(day.started_ms)
                for group in self.groups_of(name):
                    self.groups[group].ledger.add_to_day(change)
                    self._touch("groups", group)
                self._touch("queues", name)
        for name, row in self.agents.items():
            if self._site_of_agent(name) == site:
                row.ledger.turn(self.minute)
                row.ledger.begin_day(day.started_ms)
                self._touch("agents", name)
        self._forget_past_days()

    def _open_day(self, site: str) -> Day:
        place = self.settings.sites[site]
        day = self.days[site] = business_day(self.now_ms, place.zone, place.day_starts)
        heappush(self._due, (day.ends_ms, "day", site, ""))
        self._touch("sites", site)
        return day

    def _forget_past_days(self) -> None:
        """Contacts over before every running day, and longer ago than any window reaches, are in no number."""
        oldest = min([self.now_ms - 2 * 3_600_000, *(day.started_ms for day in self.days.values())])
        for key in [
            key for key, one in self.contacts.items()
            if one.put_away and not one.events and one.put_away[-1].last_ms < oldest
        ]:  # fmt: skip
            del self.contacts[key]

    # Events

    def _take(self, event: ev.Event, at_ms: int, source: str, deeds: list[Deed]) -> Deed:
        row = self._source(source)
        if not isinstance(event, ev.SourceCounted | ev.ConfigApplied | ev.SourceForgotten):
            row.heard_ms = self.now_ms
            row.events += not isinstance(event, ev.SourceBeat)
            self._touch("sources", source)
        match event:
            case ev.Outcome() | ev.Tagged() | ev.Rated():
                return Deed(Did.NOTED, f"noted {ev.type_of(event)}")
            case ev.ContactEvent():
                return self._take_contact(event, at_ms, source, deeds)
            case ev.AgentEvent():
                return self._take_agent(event, at_ms, source, deeds)
            case ev.QueueObserved():
                return self._take_queue_observed(event, at_ms, source, deeds)
            case ev.FloorObserved():
                return self._take_floor_observed(event, at_ms, source)
            case ev.KpiReported():
                return self._take_kpi(event, at_ms, source)
            case ev.NoticePosted():
                return self._take_notice(event, at_ms, source)
            case ev.NoticeCleared():
                return self._clear_notice(event.notice)
            case ev.SourceBeat():
                return self._take_beat(event, source)
            case ev.SourceRestarted():
                return self._restart(at_ms, source)
            case ev.SourceCounted():
                return self._take_counted(event, source)
            case ev.SourceForgotten():
                return self._forget(event.name)
            case ev.ConfigApplied():
                return self._take_settings(event)
        return Deed(Did.NOTED, f"noted {ev.type_of(event)}")

    def _take_contact(self, event: ev.ContactEvent, at_ms: int, source: str, deeds: list[Deed]) -> Deed:
        if isinstance(event, ev.ContactCorrected) and event.contact_source:
            source = event.contact_source
        named = getattr(event, "queue", None)
        if named is not None:
            self._note_queue(self.settings.queue_of(source, named), source, at_ms, deeds)
        contact = self.contacts.get((source, event.contact))
        if contact is None:
            contact = Contact((source, event.contact), self._story(source))
            self.contacts[contact.key] = contact
        deed = self._insert(contact, event, at_ms)
        self._recount(contact)
        return deed

    def _insert(self, contact: Contact, event: ev.Event, at_ms: int) -> Deed:
        """Put the event in its place; a late one has the story told again."""
        told = (at_ms, self.applied, event)
        if not contact.events or contact.events[-1][:2] <= told[:2]:
            contact.events.append(told)
            return contact.story.step(event, at_ms)
        insort(contact.events, told, key=lambda one: one[:2])
        return self._retell(contact, told[1])

    def _retell(self, contact: Contact, order: int = -1) -> Deed:
        contact.story = self._story(contact.key[0], contact)
        deed = Deed(Did.NOTHING, "nothing")
        for at_ms, nth, event in contact.events:
            did = contact.story.step(event, at_ms)
            deed = did if nth == order else deed
        return deed

    def _story(self, source: str, contact: Contact | None = None) -> Story:
        earlier = contact.put_away if contact else []
        return Story(source, self.settings, frozenset(visit.queue for story in earlier for visit in story.visits))

    def _take_agent(self, event: ev.AgentEvent, at_ms: int, source: str, deeds: list[Deed]) -> Deed:
        if isinstance(event, ev.AgentCorrected) and event.agent_source:
            source = event.agent_source
        name = self.settings.agent_of(source, event.agent)
        if name not in self.agents:
            deeds.append(Deed(Did.NEW, f"new agent {name}"))
        row = self._agent(name, source)
        told = (at_ms, self.applied, event)
        if at_ms < row.base_ms:
            return Deed(Did.NOTHING, f"too late for {name}: newer events are settled already")
        if not row.events or row.events[-1][:2] <= told[:2]:
            row.events.append(told)
            deed = row.profile.step(event, at_ms, self._queue_aliases(source))
        else:
            insort(row.events, told, key=lambda one: one[:2])
            deed = self._retell_agent(row, told[1])
        self._settle_agent(row)
        for queue in row.profile.member_of:
            self._note_queue(queue, source, None, deeds)
        self._restand(name)
        return deed

    def _retell_agent(self, row: AgentRow, order: int = -1) -> Deed:
        row.profile = msgspec.structs.replace(row.base)
        deed = Deed(Did.NOTHING, "nothing")
        for at_ms, nth, event in row.events:
            did = row.profile.step(event, at_ms, self._queue_aliases(event.source or UNKNOWN_SOURCE))
            deed = did if nth == order else deed
        return deed

    def _settle_agent(self, row: AgentRow) -> None:
        while row.events and row.events[0][0] < self.now_ms - LATE_MS:
            at_ms, _, event = row.events.pop(0)
            row.base.step(event, at_ms, self._queue_aliases(event.source or UNKNOWN_SOURCE))
            row.base_ms = at_ms

    def _take_queue_observed(self, event: ev.QueueObserved, at_ms: int, source: str, deeds: list[Deed]) -> Deed:
        queue = self.settings.queue_of(source, event.queue)
        self._note_queue(queue, source, at_ms, deeds)
        tally = self.queues[queue]
        if at_ms < tally.observed_ms:
            return Deed(Did.NOTHING, f"older than what {queue} shows")
        tally.observed, tally.observed_ms = event, at_ms
        return Deed(Did.NOTED, f"figures of {queue}")

    def _take_floor_observed(self, event: ev.FloorObserved, at_ms: int, source: str) -> Deed:
        parts = self.parts.setdefault(source, Parts())
        whole = parts.add(event, at_ms)
        if whole is None:
            return Deed(Did.NOTED, f"part {event.part} of {event.parts}")
        changed = 0
        for one in synthetic(self, whole, parts.at_ms, source):
            deeds: list[Deed] = []
            did = self._take(one, parts.at_ms, source, deeds)
            changed += did.code is not Did.NOTHING and not did.text.startswith("already")
        return Deed(Did.NOTED, f"whole truth of {source}: {changed} things put right")

    def _take_kpi(self, event: ev.KpiReported, at_ms: int, source: str) -> Deed:
        scope = event.queue or event.agent or event.team
        name = f"{event.kpi}:{scope}" if scope else event.kpi
        before = self.kpis.get(name)
        if before and before.at_ms > at_ms:
            return Deed(Did.NOTHING, f"older than the {name} that is shown")
        self.kpis[name] = KpiRow(event, source, at_ms)
        self._touch("kpis", name)
        return Deed(Did.NOTED, f"{name} is {event.value:g}")

    def _take_notice(self, event: ev.NoticePosted, at_ms: int, source: str) -> Deed:
        name = event.notice or event.id or f"n-{self.now_ms}-{self.applied}"
        if event.until is not None and event.until <= self.now_ms:
            return Deed(Did.NOTHING, f"notice {name} is over already")
        before = self.notices.get(name)
        if before and before.posted_ms > at_ms:
            return Deed(Did.NOTHING, f"older than the notice {name} that is shown")
        self.notices[name] = NoticeRow(event, source, at_ms)
        if event.until is not None:
            heappush(self._due, (event.until, "notice", name, ""))
        self._touch("notices", name)
        return Deed(Did.NOTED, f"posted notice {name}")

    def _clear_notice(self, name: str) -> Deed:
        if self.notices.pop(name, None) is None:
            return Deed(Did.NOTHING, f"no notice {name}")
        self._touch("notices", name)
        return Deed(Did.NOTED, f"cleared notice {name}")

    def _take_beat(self, event: ev.SourceBeat, source: str) -> Deed:
        row = self._source(source)
        row.beats, row.lag_ms, row.note = True, event.lag_ms, event.note
        heappush(self._due, (self.now_ms + SILENT_MS + 1, "silent", source, ""))
        return Deed(Did.NOTED, "lives")

    def _restart(self, at_ms: int, source: str) -> Deed:
        ended = sorted(self.open.get(source, ()))
        for name in ended:
            contact = self.contacts[source, name]
            self._insert(contact, ev.ContactCorrected(contact=name, who=source, source=source, time=at_ms), at_ms)
            self._recount(contact)
        return Deed(Did.ENDED_VISIT, f"{source} started anew: {len(ended)} contacts ended as lost")

    def _take_counted(self, event: ev.SourceCounted, source: str) -> Deed:
        row = self._source(source)
        row.duplicates += event.duplicates
        row.rejected += event.rejected
        self._touch("sources", source)
        said = [f"duplicate of {name}" for name in event.duplicate_ids]
        said += [f"rejected: {one.error} - at {one.at}" for one in event.rejections]
        more = event.duplicates + event.rejected - len(said)
        if more > 0:
            said.append(f"{more} more not counted")
        return Deed(Did.REJECTED if event.rejected else Did.DUPLICATE, "; ".join(said) or "nothing")

    def _take_settings(self, event: ev.ConfigApplied) -> Deed:
        try:
            settings = settings_from(event.settings)
        except msgspec.ValidationError as error:
            return Deed(Did.REJECTED, f"settings not understood: {error}")
        if settings == self.settings:
            return Deed(Did.NOTHING, "settings unchanged")
        self.settings = settings
        self._reread()
        return Deed(Did.SETTINGS, "settings applied: the day is read again")

    def _forget(self, source: str) -> Deed:
        if self.sources.pop(source, None) is None:
            return Deed(Did.NOTHING, f"no source {source}")
        self.contacts = {key: one for key, one in self.contacts.items() if key[0] != source}
        self.open.pop(source, None)
        self.parts.pop(source, None)
        for kind, rows in (("agents", self.agents), ("queues", self.queues)):
            for name in [name for name, row in rows.items() if row.sources and row.sources <= {source}]:
                del rows[name]
                self._touch(kind, name)
        for kind, told in (("notices", self.notices), ("kpis", self.kpis)):
            for name in [name for name, row in told.items() if row.source == source]:
                del told[name]
                self._touch(kind, name)
        for tally in self.queues.values():
            tally.sources.discard(source)
        self._touch("sources", source)
        self._reread()
        return Deed(Did.SETTINGS, f"forgot {source}")

    # Counting

    def _recount(self, contact: Contact) -> None:
        """Replace what the contact had contributed by what its story says now."""
        story = contact.story
        fresh = facts(story, self.settings, self.now_ms)
        same = 0
        for old, new in zip(contact.facts, fresh, strict=False):
            if old != new:
                break
            same += 1
        for fact in contact.facts[same:]:
            self._count(fact, -1)
        for fact in fresh[same:]:
            self._count(fact, 1)
        contact.facts = fresh
        self._relive(contact, live(contact.key[1], story, self.settings, self.now_ms))
        self._mark_open(contact)

    def _count(self, fact: Fact, sign: int) -> None:
        amount = sign * fact.amount
        if fact.kind == "agents":
            row = self._agent(fact.id)
            in_day = fact.at_ms >= self.days[self._site_of_agent(fact.id)].started_ms
            row.ledger.turn(self.minute)
            row.ledger.add(fact.metric, fact.at_ms, amount, in_day=in_day)
            self._move("agents", fact.id)
            return
        in_day = fact.at_ms >= self.days[self.settings.site_of(fact.id)].started_ms
        for kind, name, tally in self._tallies(fact.id):
            tally.ledger.turn(self.minute)
            tally.ledger.add(fact.metric, fact.at_ms, amount, in_day=in_day)
            self._move(kind, name)

    def _relive(self, contact: Contact, fresh: Live) -> None:
        stale = contact.live
        contact.live = fresh
        if fresh.due_ms is not None and fresh.due_ms != stale.due_ms:
            heappush(self._due, (fresh.due_ms, "contact", *contact.key))
        if stale == fresh:
            return
        for was, sign in ((stale, -1), (fresh, 1)):
            for queue, metric in was.counts:
                self._change(queue, lambda tally, metric=metric, sign=sign: tally.change(metric, sign))  # type: ignore[misc]
            for wait in was.waits:
                self._change(wait.queue, lambda tally, wait=wait, sign=sign: tally.wait(wait.metric, wait.since_ms, sign))  # type: ignore[misc]
        self._pass_items(contact.key, stale, fresh)

    def _pass_items(self, key: Key, stale: Live, fresh: Live) -> None:
        agents = {agent for was in (stale, fresh) for agent, _ in (*was.items, *was.released)}
        for agent in sorted(agents):
            row = self._agent(agent, key[0])
            row.items[key] = [item for who, item in fresh.items if who == agent]
            row.released[key] = max((at_ms for who, at_ms in fresh.released if who == agent), default=0)
            if not row.items[key]:
                del row.items[key]
            self._restand(agent)

    def _mark_open(self, contact: Contact) -> None:
        source, name = contact.key
        if contact.story.is_open or contact.live.due_ms is not None:
            self.open.setdefault(source, set()).add(name)
            return
        self.open.get(source, set()).discard(name)
        heappush(self._due, (contact.story.last_ms + LATE_MS + 1, "put away", source, name))

    def _put_away(self, key: Key, at_ms: int) -> None:
        """15 minutes after its last event a finished contact keeps its story only."""
        contact = self.contacts.get(key)
        if contact is None or not contact.events or key[1] in self.open.get(key[0], ()):
            return
        if contact.story.last_ms + LATE_MS >= at_ms:
            return
        for agent, at in contact.live.released:
            row = self._agent(agent)
            row.released_ms = max(row.released_ms, at)
            row.released.pop(key, None)
        contact.put_away.append(contact.story)
        contact.events, contact.facts, contact.live = [], [], NOT_LIVE
        contact.story = self._story(key[0], contact)

    def _restand(self, name: str) -> None:
        """Replace what the agent adds to the live numbers of queues and groups."""
        row = self.agents[name]
        fresh = frozenset(self._stands(name, row))
        for kind, entity, metric in row.counted - fresh:
            self._add_standing(kind, entity, metric, -1)
        for kind, entity, metric in fresh - row.counted:
            self._add_standing(kind, entity, metric, 1)
        row.counted = fresh
        self._touch("agents", name)

    def _stands(self, name: str, row: AgentRow) -> Iterable[tuple[str, str, str]]:
        overall = row.profile.overall
        if overall is None or overall.presence == "offline":
            return
        free = self.is_free(row)
        for queue in row.profile.member_of:
            standing = row.profile.in_queue(queue) or overall
            for metric in _standing_metrics(standing.presence, standing.reason, free):
                yield "queues", queue, metric
                for group in self.groups_of(queue):
                    yield "groups", group, metric
        if not row.profile.member_of:
            for metric in _standing_metrics(overall.presence, overall.reason, free):
                yield "groups", "all", metric
                if (team := self.team_of(name)) and f"team:{team}" in self.groups:
                    yield "groups", f"team:{team}", metric

    def is_free(self, row: AgentRow) -> bool:
        """Could take one more contact now: a free slot, nothing ringing, not busy elsewhere or in wrap-up."""
        doing, _ = self.doing(row)
        taken = sum(item.state != "wrapup" for item in row.contacts)
        return doing in ("idle", "unknown", "engaged", "holding") and taken < row.profile.slots

    def doing(self, row: AgentRow) -> tuple[str, int]:
        """The agent's activity, and since when."""
        return activity(row.profile, row.contacts, row.last_released_ms, row.last_contact_ms)

    def team_of(self, agent: str) -> str | None:
        configured = self.settings.agent.get(agent)
        return (configured and configured.team) or self.agents[agent].profile.team

    def _add_standing(self, kind: str, entity: str, metric: str, by: int) -> None:
        tally = self._queue(entity) if kind == "queues" else self.groups.get(entity)
        if tally is None:
            return
        tally.members_known = True
        tally.change(metric, by)
        self._touch(kind, entity)

    # Rows

    def groups_of(self, queue: str) -> tuple[str, ...]:
        found = self._groups_of.get(queue)
        if found is None:
            team = self.settings.for_queue(queue).team
            found = ("all", f"site:{self.settings.site_of(queue)}", *([f"team:{team}"] if team else ()))
            found += tuple(group for group, patterns in self.sets.items() if selects(patterns, queue))
            self._groups_of[queue] = found
            for group in found:
                self.groups.setdefault(group, Tally(self.minute))
        return found

    def _tallies(self, queue: str) -> list[tuple[str, str, Tally]]:
        own = ("queues", queue, self._queue(queue))
        return [own, *(("groups", group, self.groups[group]) for group in self.groups_of(queue))]

    def _change(self, queue: str, change: Callable[[Tally], None]) -> None:
        for kind, name, tally in self._tallies(queue):
            change(tally)
            self._touch(kind, name)

    def _queue(self, name: str) -> Tally:
        tally = self.queues.get(name)
        if tally is None:
            tally = self.queues[name] = Tally(self.minute)
            self.groups_of(name)
        return tally

    def _note_queue(self, name: str, source: str, at_ms: int | None, deeds: list[Deed]) -> None:
        """The queue exists, this source speaks of it, and its newest fact is from `at_ms`."""
        if name not in self.queues:
            like = get_close_matches(name, self.queues, n=1, cutoff=0.75)
            deeds.append(Deed(Did.NEW, f"new queue {name}" + (f" (like {like[0]}?)" if like else "")))
        for kind, entity, tally in self._tallies_created(name):
            if source not in tally.sources:
                tally.sources.add(source)
                self._touch(kind, entity)
            if at_ms is not None and (tally.as_of_ms is None or at_ms > tally.as_of_ms):
                tally.as_of_ms = at_ms
                self._touch(kind, entity)

    def _tallies_created(self, queue: str) -> list[tuple[str, str, Tally]]:
        self._queue(queue)
        return self._tallies(queue)

    def _agent(self, name: str, source: str | None = None) -> AgentRow:
        row = self.agents.get(name)
        if row is None:
            row = self.agents[name] = AgentRow(self.minute)
        if source:
            row.sources.add(source)
        return row

    def _site_of_agent(self, name: str) -> str:
        configured = self.settings.agent.get(name)
        site = configured.site if configured else None
        return site if site in self.settings.sites else next(iter(self.settings.sites))

    def _source(self, name: str) -> SourceRow:
        return self.sources.setdefault(name, SourceRow())

    def _queue_aliases(self, source: str) -> dict[str, str]:
        prefix = f"{source}:"
        return {
            alias.removeprefix(prefix): queue
            for alias, queue in self.settings.queue_ids.items()
            if alias.startswith(prefix)
        }

    def _ledger(self, key: tuple[str, str]):  # type: ignore[no-untyped-def]
        kind, name = key
        rows = {"queues": self.queues, "groups": self.groups, "agents": self.agents}[kind]
        row = rows.get(name)  # type: ignore[attr-defined]
        return row.ledger if row else None

    def _touch(self, kind: str, name: str) -> None:
        self._touched.add((kind, name))

    def _move(self, kind: str, name: str) -> None:
        self._moving.add((kind, name))
        self._touched.add((kind, name))

    # Reading the day again

    def _reread(self) -> None:
        """Count everything anew: after a change of settings, of sets, or of what sources there are."""
        self._due = [entry for entry in self._due if entry[1] not in ("day", "contact")]
        self._due.sort()
        self.days = {}
        for site in self.settings.sites:
            self._open_day(site)
        self._clear_tallies()
        for name, row in self.agents.items():
            row.items, row.released, row.counted = {}, {}, frozenset()
            self._retell_agent(row)
            self._restand(name)
        for contact in self.contacts.values():
            contact.facts, contact.live = [], NOT_LIVE
            for story in contact.put_away:
                for fact in facts(story, self.settings, self.now_ms):
                    self._count(fact, 1)
            self._retell(contact)
            self._recount(contact)

    def _clear_tallies(self) -> None:
        for kind, names in (("queues", self.queues), ("groups", self.groups), ("agents", self.agents)):
            self._touched |= {(kind, name) for name in names}
        self._groups_of, self._moving = {}, set()
        old, self.queues, self.groups = self.queues, {}, {}
        self.groups = {group: Tally(self.minute) for group in ("all", *self.sets)}
        for name in [*self.settings.queue, *old]:
            fresh = self._queue(name)
            if before := old.get(name):
                fresh.as_of_ms, fresh.observed, fresh.observed_ms = before.as_of_ms, before.observed, before.observed_ms
                for _, _, tally in self._tallies(name):
                    tally.sources |= before.sources
        for row in self.agents.values():
            row.ledger = type(row.ledger)(self.minute)


def _standing_metrics(presence: str, reason: str | None, free: bool) -> list[str]:
    if presence == "paused":
        return ["staffed", "paused", f"paused_by.{reason or 'no reason'}"]
    return ["staffed", "ready", "idle"] if free else ["staffed", "ready"]


__all__ = ["Floor", "Profile"]
