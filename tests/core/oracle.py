"""What the numbers of docs/kpis.md are, by definition: slow, obvious, from the list of events, without the core.

Every question is asked anew of the whole list. Nothing here is imported from the package: contacts, agents and
windows are worked out as a careful person would with a pencil.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

MINUTE = 60_000
DAY = 24 * 60 * MINUTE
NOW = {"waiting", "over_target", "ringing", "engaged", "holding", "wrapup", "oldest_at", "open_cases", "oldest_case_at"}
STATES = ("handling", "ringing", "unreachable", "paused", "busy", "idle", "unknown")
HANDLED = {"engaged", "holding", "wrapup"}
DOUBTFUL = 4 * 60 * MINUTE  # a voice wait above it is not believed
CORRECTION = 15 * MINUTE  # for so long "lost" may be replaced by what really happened
FLOWED = {"timeout", "empty", "key", "full", "overflow", "transfer", "voicemail", "withdrawn"}


@dataclass
class Rule:
    """A queue's settings."""

    target_s: float = 20
    short_s: float = 5
    wrapup_s: float = 0
    formula: str = "short"
    count_waiting: bool = True


@dataclass
class Stay:
    """One stay of a contact in a queue."""

    queue: str
    begun: int
    ended: int | None = None
    outcome: str = ""
    stated: int | None = None
    ringing: set[str] = field(default_factory=set)

    @property
    def wait(self) -> int:
        assert self.ended is not None
        return self.stated if self.stated is not None else max(0, self.ended - self.begun)


@dataclass
class Talk:
    """One agent's part."""

    agent: str
    queue: str | None
    begun: int
    after_wait: bool
    state: str = "engaged"
    since: int = 0
    ended: int | None = None
    closed: int | None = None
    talked: int = 0
    held: int = 0
    wrapped: int = 0
    transferred: bool = False
    lost: bool = False


@dataclass
class Ringing:
    """A phone that rang for a stay, or for none."""

    agent: str
    stay: Stay | None
    begun: int
    ended: int | None = None


@dataclass
class Added:
    """What another system told: a result, a mark or a tag, with the queue and agent of that moment."""

    at: int
    queue: str | None
    agent: str | None
    what: dict[str, Any]


class Told:
    """What one contact's events amount to, read once from the first to the last."""

    def __init__(self, name: tuple[str, str], events: list[tuple[int, Any]], rules: dict[str, Rule]) -> None:
        self.name = name
        self.stays: list[Stay] = []
        self.talks: list[Talk] = []
        self.misses: list[tuple[int, str, str | None]] = []
        self.refusals: list[tuple[int, str]] = []
        self.rings: list[Ringing] = []
        self.result: Added | None = None
        self.marks: dict[str, Added] = {}
        self.tags: dict[str, Added] = {}
        self.rules = rules
        self.customer = next((e.customer for _, e in events if getattr(e, "customer", None)), None)
        for at, event in events:
            getattr(self, "on_" + kind(event).replace(".", "_"))(at, event)

    # Waiting

    def waiting(self, queue: str | None, at: int) -> Stay | None:
        fitting = [s for s in self.stays if s.ended is None and s.begun <= at and queue in (None, s.queue)]
        return max(fitting, key=lambda s: s.begun) if fitting else None

    def lately_lost(self, queue: str | None, at: int) -> Stay | None:
        fitting = [s for s in self.stays if queue in (None, s.queue)]
        if not fitting or fitting[-1].outcome != "lost":
            return None
        return fitting[-1] if at - (fitting[-1].ended or 0) <= CORRECTION else None

    def finish(self, stay: Stay, at: int, outcome: str, stated: float | None = None) -> None:
        stay.ended = max(stay.begun, at if stay.ended is None else min(at, stay.ended))
        stay.outcome = outcome
        stay.ringing = set()
        self.silence(at, [r for r in self.rings if r.stay is stay])
        if stated is not None:
            stay.stated = round(stated * 1000)

    def on_contact_queued(self, at: int, event: Any) -> None:
        for stay in [s for s in self.stays if s.ended is None and s.queue == event.queue]:
            self.finish(stay, at, "lost")
        self.stays.append(Stay(event.queue, at if event.since is None else min(event.since, at)))

    def on_contact_ringing(self, at: int, event: Any) -> None:
        stay = self.waiting(event.queue, at)
        if stay is None and self.stays:
            return
        if not any(r.agent == event.agent and r.stay is stay and r.ended is None for r in self.rings):
            self.rings.append(Ringing(event.agent, stay, at))
        if stay:
            stay.ringing.add(event.agent)

    def silence(self, at: int, rings: list[Ringing]) -> None:
        for ring in rings:
            ring.ended = at if ring.ended is None else ring.ended

    def on_contact_missed(self, at: int, event: Any) -> None:
        stay = self.waiting(event.queue, at)
        for one in self.stays:
            one.ringing.discard(event.agent)
        self.silence(at, [r for r in self.rings if r.agent == event.agent])
        where = stay.queue if stay else event.queue or (self.stays[-1].queue if self.stays else None)
        self.misses.append((at, event.agent, where))

    def on_contact_abandoned(self, at: int, event: Any) -> None:
        self.leave(at, event, "abandoned")

    def on_contact_left(self, at: int, event: Any) -> None:
        if event.queue and not any(s.queue == event.queue for s in self.stays):
            self.refusals.append((at, event.queue))
            return
        outcome = "flowed_out" if event.reason in FLOWED else "callbacks" if event.reason == "callback" else "lost"
        self.leave(at, event, outcome)

    def leave(self, at: int, event: Any, outcome: str) -> None:
        stay = self.waiting(event.queue, at)
        if stay is None and outcome != "lost":
            stay = self.lately_lost(event.queue, at)
        if stay:
            self.finish(stay, at, outcome, event.wait_s)

    # Talking

    def on_contact_answered(self, at: int, event: Any) -> None:
        stay = self.waiting(event.queue, at) or self.lately_lost(event.queue, at)
        if stay is None and any(t.agent == event.agent and t.ended is None for t in self.talks):
            return
        if stay:
            self.finish(stay, at, "answered", event.wait_s)
        self.silence(at, [r for r in self.rings if r.stay is None])
        queue = stay.queue if stay else event.queue or (self.stays[-1].queue if self.stays else None)
        self.talks.append(Talk(event.agent, queue, at, stay is not None, since=at))

    def talking(self, agent: str) -> Talk | None:
        mine = [t for t in self.talks if t.agent == agent and t.ended is None]
        return mine[-1] if mine else None

    def on_contact_held(self, at: int, event: Any) -> None:
        self.turn(at, event.agent, "holding")

    def on_contact_resumed(self, at: int, event: Any) -> None:
        self.turn(at, event.agent, "engaged")

    def turn(self, at: int, agent: str, state: str) -> None:
        if talk := self.talking(agent):
            if talk.state == "holding":
                talk.held += at - talk.since
            talk.state, talk.since = state, at

    def on_contact_transferred(self, at: int, event: Any) -> None:
        for talk in self.over(at, event):
            talk.transferred = True

    def on_contact_ended(self, at: int, event: Any) -> None:
        known = any(t.agent == event.agent for t in self.talks)
        self.over(at, event)
        if event.agent is None or not known:
            for stay in [s for s in self.stays if s.ended is None and s.begun <= at and event.queue in (None, s.queue)]:
                self.finish(stay, at, "lost", event.wait_s)
            self.silence(at, [r for r in self.rings if r.stay is None])

    def over(self, at: int, event: Any) -> list[Talk]:
        mine = [
            t for t in self.talks
            if (t.agent == event.agent if event.agent is not None else event.queue in (None, t.queue))
        ]  # fmt: skip
        running = [t for t in mine if t.ended is None]
        ended = running or [t for t in mine if t.lost and at - (t.ended or 0) <= CORRECTION]
        for talk in ended:
            self.hang_up(talk, at, event.talk_s, event.hold_s)
            talk.transferred = False
        return ended

    def hang_up(self, talk: Talk, at: int, talk_s: float | None = None, hold_s: float | None = None) -> None:
        if talk.state == "holding":
            talk.held += at - talk.since
        talk.held = talk.held if hold_s is None else round(hold_s * 1000)
        talk.talked = max(0, at - talk.begun - talk.held) if talk_s is None else round(talk_s * 1000)
        rule = self.rules.get(talk.queue or "", Rule()) if talk.queue else Rule(wrapup_s=0)
        talk.wrapped = round(rule.wrapup_s * 1000) if talk.queue else 0
        talk.ended, talk.closed, talk.state, talk.lost = at, at + talk.wrapped, "wrapup", False

    def on_contact_wrapped(self, at: int, event: Any) -> None:
        mine = [t for t in self.talks if t.agent == event.agent]
        if mine:
            if mine[-1].ended is None:
                self.hang_up(mine[-1], at)
            ended = mine[-1].ended or 0
            mine[-1].wrapped = at - ended if event.wrapup_s is None else round(event.wrapup_s * 1000)
            mine[-1].closed = at

    def on_contact_message(self, at: int, event: Any) -> None:
        pass

    # What other systems add

    def home(self) -> str | None:
        talking = [t.queue for t in self.talks if t.ended is None and t.queue]
        return talking[-1] if talking else self.stays[-1].queue if self.stays else None

    def last_agent(self) -> str | None:
        return self.talks[-1].agent if self.talks else None

    def on_contact_outcome(self, at: int, event: Any) -> None:
        what = dict(self.result.what) if self.result else {}
        for name in ("outcome", "code", "value"):
            if getattr(event, name) is not None:
                what[name] = getattr(event, name)
        self.result = Added(at, self.home(), self.last_agent(), what)

    def on_contact_rated(self, at: int, event: Any) -> None:
        kind_of = event.kind or "csat"
        best = event.best or (10 if kind_of == "nps" else 5)
        where = event.queue or self.home(), event.agent or self.last_agent()
        self.marks[kind_of] = Added(at, *where, {"score": event.score, "best": best})

    def on_contact_tagged(self, at: int, event: Any) -> None:
        if event.tag not in self.tags:
            self.tags[event.tag] = Added(at, self.home(), event.agent or self.last_agent(), {})

    def on_source_restarted(self, at: int, event: Any) -> None:
        self.lose(at, None)

    def on_contact_corrected(self, at: int, event: Any) -> None:
        """A lead says that it is not there any more."""
        self.lose(at, event.queue)

    def lose(self, at: int, queue: str | None) -> None:
        for stay in [s for s in self.stays if s.ended is None and queue in (None, s.queue)]:
            self.finish(stay, at, "lost")
        for talk in [t for t in self.talks if t.ended is None and queue in (None, t.queue)]:
            talk.ended, talk.closed, talk.lost = at, at, True
        self.silence(at, [r for r in self.rings if r.stay is None])


def kind(event: Any) -> str:
    return str(event.__struct_config__.tag)


# From the list to the numbers


def without_repeats(events: Iterable[Any]) -> list[Any]:
    """The second of two with one source and id is no event."""
    kept: list[Any] = []
    for event in events:
        if event.id is None or not any((one.source, one.id) == (event.source, event.id) for one in kept):
            kept.append(event)
    return kept


def contacts(events: Iterable[Any], rules: dict[str, Rule]) -> list[Told]:
    """Each contact of each source, its events in order of time."""
    told: dict[tuple[str, str], list[tuple[int, Any]]] = {}
    restarts: dict[str, list[tuple[int, Any]]] = {}
    for event in without_repeats(events):
        if kind(event) == "source.restarted":
            restarts.setdefault(event.source, []).append((event.time, event))
        elif kind(event).startswith("contact."):
            source = getattr(event, "contact_source", None) or event.source
            told.setdefault((source, event.contact), []).append((event.time, event))
    return [
        Told((source, name), sorted([*mine, *restarts.get(source, [])], key=lambda one: one[0]), rules)
        for (source, name), mine in told.items()
    ]


SHIFTS = {"night": "22:30-05:00", "early": "05:00-12:00"}  # at wall times that every night has once, in every zone here


def begin_of(window: str, now: int, zone: str, day_starts: str) -> int:
    """Where no shift runs, a begin that nothing is after."""
    if window == "shift":
        return shift_began(now, zone) or now + 1
    if window != "day":
        return (now // MINUTE - (int(window[1:]) - 1)) * MINUTE
    place = ZoneInfo(zone)
    hour, minute = map(int, day_starts.split(":"))
    local = datetime.fromtimestamp(now / 1000, place)
    for back in (-1, 0, 1, 2):
        on = local.date() - timedelta(days=back)
        begun = datetime(on.year, on.month, on.day, hour, minute, tzinfo=place)
        if begun.timestamp() * 1000 <= now:
            return round(begun.timestamp() * 1000)
    raise AssertionError


def shift_began(now: int, zone: str) -> int | None:
    """When the shift began that runs now; between noon and 22:30 there is none."""
    place = ZoneInfo(zone)
    local = datetime.fromtimestamp(now / 1000, place)
    clock = (local.hour, local.minute)
    if (12, 0) <= clock < (22, 30):
        return None
    on = local.date() - timedelta(days=clock < (5, 0))
    hour, minute = (5, 0) if (5, 0) <= clock < (12, 0) else (22, 30)
    return round(datetime(on.year, on.month, on.day, hour, minute, tzinfo=place).timestamp() * 1000)


def waited_then(all_told: list[Told], begins: dict[str, int]) -> int:
    """How many waited in these queues when the window began."""
    stays = [s for told in all_told for s in told.stays if s.queue in begins]
    return sum(s.begun < begins[s.queue] and (s.ended is None or s.ended >= begins[s.queue]) for s in stays)


def queue_numbers(
    all_told: list[Told], queues: set[str], rules: dict[str, Rule], begins: dict[str, int], now: int
) -> dict[str, float]:
    """One window of some queues. `begins`: queue → where the window begins for it."""

    def inside(queue: str | None, at: int) -> bool:
        return queue in queues and begins[queue or ""] <= at <= now

    stays = [s for told in all_told for s in told.stays]
    ended = [s for s in stays if s.ended is not None and inside(s.queue, s.ended)]
    by = {name: [s for s in ended if s.outcome == name] for name in
          ("answered", "abandoned", "flowed_out", "callbacks", "lost")}  # fmt: skip
    within = {name: [s for s in found if s.wait <= rule_of(rules, s).target_s * 1000] for name, found in by.items()}
    short = [s for s in by["abandoned"] if s.wait <= rule_of(rules, s).short_s * 1000]
    closed = [
        t for told in all_told for t in told.talks
        if t.closed is not None and t.closed <= now and not t.lost and inside(t.queue, t.closed)
    ]  # fmt: skip
    numbers: dict[str, float] = {name: len(found) for name, found in by.items()} | {
        "offered": len([s for s in stays if inside(s.queue, s.begun)]),
        "short_abandoned": len(short),
        "answered_in_target": len(within["answered"]),
        "abandoned_in_target": len(within["abandoned"]),
        "missed": len([1 for told in all_told for at, _, queue in told.misses if inside(queue, at)]),
        "refused": len([1 for told in all_told for at, queue in told.refusals if inside(queue, at)]),
        "out_of_hours": 0,
        "handled": len(closed),
        "transferred": len([t for t in closed if t.transferred]),
        "talk_s": sum(t.talked for t in closed) / 1000,
        "hold_s": sum(t.held for t in closed) / 1000,
        "wrapup_s": sum(t.wrapped for t in closed) / 1000,
    }
    ignoring = {queue for queue in queues if rules.get(queue, Rule()).formula != "offered"}
    flowed = len([s for s in by["flowed_out"] if s.queue in ignoring])
    offered = len([s for s in stays if s.queue in ignoring and inside(s.queue, s.begun)])
    if flowed > 0.05 * offered:
        numbers["ignored_flow_outs"] = 100 * flowed / offered if offered else 100
    a, b, s = by["answered"], by["abandoned"], len(short)
    waits = sorted(stay.wait // 1000 for stay in a)
    put(numbers, "asa_s", sum(x.wait for x in a) / 1000, len(a))
    put(numbers, "abandon_wait_s", sum(x.wait for x in b) / 1000, len(b))
    put(numbers, "abandon_rate", 100 * (len(b) - s), len(a) + len(b) - s)
    put(numbers, "abandon_rate_all", 100 * len(b), len(a) + len(b))
    put(numbers, "answer_rate", 100 * len(a), sum(len(by[n]) for n in by if n != "lost"))
    put(numbers, "aht_s", numbers["talk_s"] + numbers["hold_s"] + numbers["wrapup_s"], len(closed))
    put(numbers, "talk_avg_s", numbers["talk_s"], len(closed))
    put(numbers, "wrapup_avg_s", numbers["wrapup_s"], len(closed))
    put(numbers, "transfer_rate", 100 * numbers["transferred"], len(closed))
    if waits:
        numbers["wait_p50_s"] = next(w for i, w in enumerate(waits, 1) if 100 * i >= 50 * len(waits))
        numbers["wait_p90_s"] = next(w for i, w in enumerate(waits, 1) if 100 * i >= 90 * len(waits))
    if ended:
        numbers["max_wait_s"] = max(stay.wait // 1000 for stay in ended)
    numbers |= added_numbers(all_told, lambda added: inside(added.queue, added.at))
    noted = [t for t in all_told if t.result and t.result.agent and inside(t.result.queue, t.result.at)]
    put(numbers, "noted_rate", 100 * len(noted), len(closed))
    mine = [(t, begin) for t in all_told if t.customer and (begin := begin_of_contact(t)) and inside(*begin)]
    again = [1 for t, begin in mine if any(came_before(other, t, begin[1]) for other in all_told)]
    put(numbers, "repeat_rate", 100 * len(again), len(mine))
    put(numbers, "service_level", *service_level(stays, by, within, short, queues, rules, now))
    return numbers


def begin_of_contact(told: Told) -> tuple[str | None, int] | None:
    """Where and when it began: waiting, or at an agent who was called directly."""
    begins = [(s.begun, 0, s.queue) for s in told.stays] + [(t.begun, 1, t.queue) for t in told.talks]
    return None if not begins else (min(begins, key=lambda one: one[:2])[2], min(begins, key=lambda one: one[:2])[0])


def came_before(other: Told, told: Told, at: int) -> bool:
    """Whether `other` is an earlier contact of the same customer, by less than a day."""
    if other is told or other.customer != told.customer or (begin := begin_of_contact(other)) is None:
        return False
    return at - DAY <= begin[1] and (begin[1], other.name) < (at, told.name)


def case_numbers(
    events: Iterable[Any], queues: set[str], begins: dict[str, int], now: int
) -> tuple[dict[str, float], dict[str, int]]:
    """Of one window, and of now."""
    told: dict[tuple[str, str], list[Any]] = {}
    for event in sorted(without_repeats(events), key=lambda one: one.time):
        if kind(event).startswith("case."):
            told.setdefault((event.source, event.case), []).append(event)
    took: list[int] = []
    open_since: list[int] = []
    for mine in told.values():
        queue = next((event.queue for event in reversed(mine) if event.queue), None)
        opened: int | None = None
        for event in mine:
            if kind(event) == "case.opened":
                opened = event.time if opened is None else opened
            else:
                if opened is not None and queue in queues and begins[queue or ""] <= event.time <= now:
                    took.append(event.time - opened)
                opened = None
        if opened is not None and queue in queues:
            open_since.append(opened)
    numbers: dict[str, float] = {}
    put(numbers, "resolution_s", sum(took) / 1000, len(took))
    return numbers, {"open_cases": len(open_since), "oldest_case_at": min(open_since)} if open_since else {}


def service_level(
    stays: list[Stay], by: dict[str, list[Stay]], within: dict[str, list[Stay]], short: list[Stay],
    queues: set[str], rules: dict[str, Rule], now: int,
) -> tuple[float, float]:  # fmt: skip
    """100 × Σ numerators, Σ denominators: each queue by its own formula."""
    top = bottom = 0
    for queue in queues:
        n = {name: len([s for s in found if s.queue == queue]) for name, found in by.items()}
        t = {name: len([s for s in found if s.queue == queue]) for name, found in within.items()}
        s = len([x for x in short if x.queue == queue])
        rule = rules.get(queue, Rule())
        over = [
            x for x in stays
            if x.queue == queue and x.ended is None and now - x.begun > rule.target_s * 1000
        ]  # fmt: skip
        a, b, f, c = n["answered"], n["abandoned"], n["flowed_out"], n["callbacks"]
        up, down = {
            "answered": (t["answered"], a),
            "negative": (t["answered"], a + b),
            "offered": (t["answered"], a + b + f),
            "positive": (t["answered"] + t["abandoned"], a + b),
            "removed": (t["answered"] + t["abandoned"] + t["callbacks"], a + b + c),
            "ignore": (t["answered"], a + b - t["abandoned"]),
            "short": (t["answered"], a + b - s),
        }[rule.formula]
        top += up
        bottom += down + (len(over) if rule.count_waiting else 0)
    return 100 * top, bottom


def added_numbers(all_told: list[Told], mine: Any) -> dict[str, Any]:
    """Results, marks and tags that `mine(added)` holds for."""
    results = [t.result for t in all_told if t.result and mine(t.result)]
    marks = [(k, m) for t in all_told for k, m in t.marks.items() if mine(m)]
    codes = [r.what["code"] for r in results if "code" in r.what]
    tags = [name for t in all_told for name, tag in t.tags.items() if mine(tag)]
    numbers: dict[str, Any] = {
        "rated": len(marks),
        "codes": {code: codes.count(code) for code in codes},
        "tags": {tag: tags.count(tag) for tag in tags},
    }
    values = [r.what["value"] for r in results if "value" in r.what]
    if values:
        numbers["outcome_value"] = sum(values)
    won, lost = (len([r for r in results if r.what.get("outcome") == name]) for name in ("success", "failure"))
    put(numbers, "success_rate", 100 * won, won + lost)
    put(numbers, "rating_avg", sum(m.what["score"] for _, m in marks), len(marks))
    csat = [m.what for k, m in marks if k == "csat"]
    nps = [m.what["score"] for k, m in marks if k == "nps"]
    put(numbers, "csat", 100 * len([m for m in csat if m["score"] >= 0.8 * m["best"]]), len(csat))
    put(numbers, "nps", 100 * (len([n for n in nps if n >= 9]) - len([n for n in nps if n <= 6])), len(nps))
    return numbers


def now_numbers(all_told: list[Told], queues: set[str], rules: dict[str, Rule], now: int) -> dict[str, int]:
    waiting = [s for told in all_told for s in told.stays if s.queue in queues and s.ended is None]
    talks = [t for told in all_told for t in told.talks if t.queue in queues and (t.closed is None or t.closed > now)]
    found = {
        "waiting": len(waiting),
        "over_target": len([s for s in waiting if now - s.begun > rule_of(rules, s).target_s * 1000]),
        "ringing": len([s for s in waiting if s.ringing]),
        **{state: len([t for t in talks if t.state == state]) for state in ("engaged", "holding", "wrapup")},
    }
    if believed := [s.begun for s in waiting if now - s.begun <= DOUBTFUL]:
        found["oldest_at"] = min(believed)
    return found


def agent_numbers(all_told: list[Told], agent: str, begun: int, now: int) -> dict[str, float]:
    talks = [t for told in all_told for t in told.talks if t.agent == agent]
    closed = [t for t in talks if t.closed is not None and begun <= t.closed <= now and not t.lost]
    misses = [1 for told in all_told for at, who, _ in told.misses if who == agent and begun <= at <= now]
    added = added_numbers(all_told, lambda one: one.agent == agent and begun <= one.at <= now)
    return {name: added[name] for name in ("rated", "success_rate", "rating_avg") if name in added} | {
        "answered": len([t for t in talks if t.after_wait and begun <= t.begun <= now]),
        "handled": len(closed),
        "missed": len(misses),
        "transferred": len([t for t in closed if t.transferred]),
        "talk_s": sum(t.talked for t in closed) / 1000,
        "hold_s": sum(t.held for t in closed) / 1000,
        "wrapup_s": sum(t.wrapped for t in closed) / 1000,
    }


# An agent's time


class Person:
    """What an agent's own events say, at an instant: asked anew for each."""

    def __init__(self, own: list[Any], at: int) -> None:
        self.overall: tuple[str, str | None, int] | None = None  # presence, reason, since
        self.by_queue: dict[str, tuple[str, str | None, int]] = {}
        self.queues: list[str] = []
        self.device: tuple[str, int] | None = None
        for event in sorted((e for e in own if e.time <= at), key=lambda e: e.time):
            self.hear(event)

    def hear(self, event: Any) -> None:
        what = kind(event)
        if what in ("agent.signed_in", "agent.queues") and event.queues is not None:
            self.queues = list(event.queues)
            self.by_queue = {queue: said for queue, said in self.by_queue.items() if queue in self.queues}
        if what == "agent.signed_in" and (self.overall is None or self.overall[0] == "offline"):
            self.say("ready", None, None, event.time)
        if what == "agent.signed_out":
            self.say("offline", None, None, event.time)
        if what == "agent.corrected":
            self.say(event.presence, None, None, event.time)
        if what == "agent.presence":
            self.say(event.presence, event.reason, event.queue, event.time)
        if what == "agent.activity":
            self.device = (event.activity, event.time)

    def say(self, presence: str, reason: str | None, queue: str | None, at: int) -> None:
        before = self.by_queue.get(queue) if queue else self.overall
        said = before if before and before[:2] == (presence, reason) else (presence, reason, at)
        if queue:
            self.by_queue[queue] = said
        else:
            self.overall, self.by_queue = said, {}

    def presence(self) -> tuple[str, str | None]:
        """Offline, or paused in at least one queue, or ready."""
        if self.overall is None or self.overall[0] == "offline":
            return "offline", None
        members = list(dict.fromkeys([*self.queues, *self.by_queue]))
        told = [self.by_queue.get(queue, self.overall) for queue in members] or [self.overall]
        paused = [said for said in told if said[0] == "paused"]
        if paused:
            return "paused", min(paused, key=lambda said: said[2])[1]
        return ("offline", None) if all(said[0] == "offline" for said in told) else ("ready", None)


def state_at(all_told: list[Told], own: list[Any], agent: str, at: int) -> tuple[str, str | None]:
    """handling > ringing > unreachable > paused > busy > idle > unknown, of who is signed in."""
    person = Person(own, at)
    presence, reason = person.presence()
    if presence == "offline":
        return "offline", None
    talks = [(t.begun, t.closed) for told in all_told for t in told.talks if t.agent == agent]
    rings = [(r.begun, r.ended) for told in all_told for r in told.rings if r.agent == agent]
    turns = [edge for span in talks + rings for edge in span if edge is not None and edge <= at]
    device = person.device[0] if person.device and not any(turn >= person.device[1] for turn in turns) else None
    if any(begun <= at and (ended is None or at < ended) for begun, ended in talks) or device in HANDLED:
        return "handling", None
    if any(begun <= at and (ended is None or at < ended) for begun, ended in rings) or device == "ringing":
        return "ringing", None
    if device == "unreachable":
        return "unreachable", None
    if presence == "paused":
        return "paused", reason or "no reason"
    return (device if device in ("busy", "unknown") else "idle"), None


def is_signed_in(events: list[Any], agent: str, at: int) -> bool:
    own = [e for e in without_repeats(events) if kind(e).startswith("agent.") and e.agent == agent]
    return Person(own, at).presence()[0] != "offline"


def time_numbers(all_told: list[Told], events: list[Any], agent: str, begun: int, now: int) -> dict[str, Any]:
    """Seconds by state since `begun`, second by second where something changes."""
    own = [e for e in without_repeats(events) if kind(e).startswith("agent.") and e.agent == agent]
    edges = {begun, now, *(e.time for e in own)}
    for told in all_told:
        edges |= {edge for t in told.talks for edge in (t.begun, t.closed) if edge is not None}
        edges |= {edge for r in told.rings for edge in (r.begun, r.ended) if edge is not None}
    cuts = sorted(edge for edge in edges if begun <= edge <= now)
    seconds = dict.fromkeys(STATES, 0.0)
    reasons: dict[str, float] = {}
    for cut, following in pairwise(cuts):
        state, reason = state_at(all_told, own, agent, cut)
        if state != "offline":
            seconds[state] += (following - cut) / 1000
        if state == "paused":
            reasons[reason or ""] = reasons.get(reason or "", 0) + (following - cut) / 1000
    numbers: dict[str, Any] = {"paused": reasons}
    signed_in = sum(seconds.values())
    if signed_in:
        numbers |= {f"{state}_s": value for state, value in seconds.items()} | {"signed_in_s": signed_in}
        put(numbers, "occupancy", 100 * seconds["handling"], seconds["handling"] + seconds["idle"])
        put(numbers, "utilisation", 100 * seconds["handling"], signed_in)
        numbers["longest_stretch_s"] = longest_stretch_s(all_told, own, agent, sorted(edges), begun, now)
    return numbers


def longest_stretch_s(
    all_told: list[Told], own: list[Any], agent: str, edges: list[int], begun: int, now: int
) -> float:
    """The longest time without a pause, a sign-out or two idle minutes on end, as far as it lies in the window."""
    stretches: list[list[int]] = []
    ended = True
    for begin, end in pairwise([edge for edge in edges if edge <= now]):
        state, _ = state_at(all_told, own, agent, begin)
        if state in ("paused", "offline"):
            ended = True
        elif state != "idle" and (ended or begin - stretches[-1][1] >= 2 * MINUTE):
            stretches.append([begin, end])
            ended = False
        elif state != "idle":
            stretches[-1][1] = end
    return max([0, *(end - max(begin, begun) for begin, end in stretches)]) / 1000


def rule_of(rules: dict[str, Rule], stay: Stay) -> Rule:
    return rules.get(stay.queue, Rule())


PERCENTAGES = {
    "service_level", "abandon_rate", "abandon_rate_all", "answer_rate", "transfer_rate", "success_rate", "csat", "nps",
    "noted_rate", "repeat_rate",
}  # fmt: skip


def put(numbers: dict[str, Any], name: str, top: float, bottom: float) -> None:
    """The quotient, and for a percentage of how many it is."""
    if bottom > 0:
        numbers[name] = top / bottom
        if name in PERCENTAGES:
            numbers[f"n.{name}"] = bottom
