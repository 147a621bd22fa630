"""What may a day be like? Made-up ones: events in any order, and what mostly becomes of a contact."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from made_up_clocks import with_a_clock_ahead
from made_up_truths import in_parts, since_before, truth
from msgspec.structs import replace
from oracle_parts import Rule

from wallboard.core import events as ev

SECOND, MINUTE = 1000, 60_000
LATE = 15 * MINUTE
ZONES = ["Europe/Kyiv", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago"]
NIGHTS = [  # local midnights, an ordinary one and those on which the clock changes somewhere
    "2026-11-21", "2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2026-04-05", "2026-10-04", "2026-09-06",
]  # fmt: skip
FORMULAS = ["answered", "negative", "offered", "positive", "removed", "ignore", "short"]

_contact, in_queue, _agent = (
    st.sampled_from(names) for names in (["c1", "c2", "c3", "c4"], ["q1", "q2"], ["a1", "a2"])
)
_case = st.sampled_from(["t1", "t2"])
_seconds = st.none() | st.integers(0, 90) | st.sampled_from([4.9, 5.0, 5.001, 20.0, 20.001])


def _event(told: type[ev.Event], /, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[ev.Event]:
    source, name = st.sampled_from(["pbx", "crm"]), st.none() | st.sampled_from(["e1", "e2", "e3"])
    if "contact" in fields and issubclass(told, ev.ContactEvent):
        fields = {"customer": st.sampled_from([None, "k1", "k2"]), **fields}
    return st.builds(told, source=source, id=name, **fields)


def _correction(told: type[ev.Event], /, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[ev.Event]:
    """What a lead closes: told by the server, about something of a source."""
    return st.builds(told, source=st.just(ev.SERVER), who=st.just("Olena"), **fields)


_events = st.one_of(
    _event(ev.Queued, contact=_contact, queue=in_queue),
    _event(ev.Queued, contact=_contact, queue=in_queue),
    _event(ev.Ringing, contact=_contact, agent=_agent, queue=st.none() | in_queue),
    _event(ev.Missed, contact=_contact, agent=_agent, queue=st.none() | in_queue),
    _event(ev.Answered, contact=_contact, agent=_agent, queue=st.none() | in_queue, wait_s=_seconds),
    _event(ev.Answered, contact=_contact, agent=_agent),
    _event(ev.Held, contact=_contact, agent=_agent),
    _event(ev.Resumed, contact=_contact, agent=_agent),
    _event(ev.Abandoned, contact=_contact, queue=st.none() | in_queue, wait_s=_seconds),
    _event(ev.Left, contact=_contact, queue=st.none() | in_queue, wait_s=_seconds,
           reason=st.sampled_from(["timeout", "key", "lost", "callback", "withdrawn", "full"])),
    _event(ev.Transferred, contact=_contact, agent=_agent, queue=st.none() | in_queue, talk_s=_seconds, hold_s=_seconds,
           wait_s=_seconds),
    _event(ev.Ended, contact=_contact, agent=st.none() | _agent, queue=st.none() | in_queue, talk_s=_seconds,
           hold_s=_seconds, wait_s=_seconds),
    _event(ev.Wrapped, contact=_contact, agent=_agent, wrapup_s=_seconds),
    _event(ev.SourceRestarted),
    _correction(ev.ContactCorrected, contact=_contact, contact_source=st.sampled_from(["pbx", "crm"]),
                queue=st.none() | in_queue),
    st.builds(ev.Tagged, source=st.just(ev.SERVER), contact=_contact, contact_source=st.sampled_from(["pbx", "crm"]),
              tag=st.sampled_from(["hostile", "thanks"]), agent=_agent),
    _correction(ev.AgentCorrected, agent=_agent, agent_source=st.sampled_from(["pbx", "crm"])),
    _event(ev.Outcome, contact=_contact, outcome=st.sampled_from([None, "success", "failure", "none"]),
           code=st.none() | st.sampled_from(["moved", "price"]), value=st.none() | st.sampled_from([1.5, -20, 300]),
           contact_source=st.sampled_from([None, "pbx"])),
    _event(ev.Rated, contact=st.none() | _contact, contact_source=st.sampled_from([None, "pbx"]),
           score=st.integers(0, 5), kind=st.sampled_from([None, "csat", "nps", "ces"]),
           queue=st.none() | in_queue, agent=st.none() | _agent, best=st.sampled_from([None, 5, 10])),
    _event(ev.Rated, contact=st.none() | _contact, contact_source=st.sampled_from([None, "pbx"]),
           score=st.integers(0, 10), kind=st.just("nps"), queue=st.none() | in_queue, agent=st.none() | _agent),
    _event(ev.Tagged, contact=_contact, tag=st.sampled_from(["hostile", "thanks"]), agent=st.none() | _agent,
           contact_source=st.sampled_from([None, "pbx"])),
    _event(ev.Message, contact=_contact, by=st.sampled_from(["customer", "customer", "agent", "bot"])),
    _event(ev.CaseOpened, case=_case, queue=st.none() | in_queue),
    _event(ev.QueuesSet, agent=_agent, queues=st.lists(in_queue, max_size=2)),
    _event(ev.CaseResolved, case=_case, queue=st.none() | in_queue),
    _event(ev.CaseResolved, case=_case, queue=st.none() | in_queue),
    _event(ev.SignedIn, agent=_agent, queues=st.none() | st.lists(in_queue, max_size=2),
           slots=st.sampled_from([None, 1, 2, 3])),
    _event(ev.SignedIn, agent=_agent),
    _event(ev.SignedOut, agent=_agent),
    _event(ev.PresenceSet, agent=_agent, presence=st.sampled_from(["ready", "paused", "offline"]),
           reason=st.none() | st.sampled_from(["lunch", "training"]), queue=st.none() | in_queue),
    _event(ev.ActivitySeen, agent=_agent, activity=st.sampled_from(
        ["busy", "unreachable", "idle", "unknown", "ringing", "engaged", "holding", "wrapup"])),
)  # fmt: skip
rule = st.builds(
    Rule, target_s=st.sampled_from([0, 5, 20, 60]), short_s=st.sampled_from([0, 5, 30]),
    wrapup_s=st.sampled_from([0, 30, 600]), wrapup_told=st.booleans(), formula=st.sampled_from(FORMULAS),
    count_waiting=st.booleans(),
    channel=st.sampled_from(["voice", "email"]), at_night=st.booleans(),
)  # fmt: skip


_limits = st.sampled_from([0, 4.999, 5, 5.001, 20, 20.001, 30, 60, 60.001, 300])  # about those of the rules


@st.composite
def _call(draw: st.DrawFn) -> list[tuple[float, ev.Event]]:
    """What mostly happens to a contact, with the seconds since it began: events at random seldom make a whole one."""
    of = {"contact": draw(_contact), "source": "pbx"}
    agent, wait_s = draw(_agent), draw(_limits)
    told: list[tuple[float, ev.Event]] = [
        (0, ev.Queued(**of, queue=draw(in_queue), customer=draw(st.sampled_from([None, "k1"]))))
    ]
    if draw(st.booleans()):
        told.append((wait_s / 2, ev.Ringing(**of, agent=draw(_agent))))
    if draw(st.booleans()):
        told.append((0, ev.Message(**of, by="customer")))
    stated = {"wait_s": draw(st.none() | st.just(wait_s))}
    match draw(st.sampled_from(["answered", "answered", "abandoned", "left", "waits"])):
        case "answered":
            told.append((wait_s, ev.Answered(**of, agent=agent, **stated)))
            at_s = wait_s + draw(_limits)
            told += [(wait_s + 1, ev.Message(**of, by="agent"))] if draw(st.booleans()) else []
            told += [(wait_s, ev.Held(**of, agent=agent))] if draw(st.booleans()) else []
            ends = draw(st.sampled_from([ev.Ended, ev.Ended, ev.Transferred, None]))
            told += [(at_s, ends(**of, agent=agent, **draw(st.sampled_from([stated, {}]))))] if ends else []
            told += [(at_s + draw(_limits), ev.Wrapped(**of, agent=agent))] if draw(st.booleans()) else []
        case "abandoned":
            told.append((wait_s, ev.Abandoned(**of, **stated)))
        case "left":
            told.append((wait_s, ev.Left(**of, reason=draw(st.sampled_from(["timeout", "key", "callback", "lost"])))))
    return told


@st.composite
def logs(draw: st.DrawFn, *, late: bool = False, ahead: bool = False) -> tuple[int, list[tuple[int, ev.Event]]]:
    """A middle instant, and events of distinct times around it with the arrival of each, in order of arrival. `late`:
    some may come after 15 minutes. `ahead`: the clock of one source may be."""
    zone = draw(st.sampled_from(ZONES))
    middle = round(datetime.fromisoformat(draw(st.sampled_from(NIGHTS))).replace(tzinfo=ZoneInfo(zone)).timestamp())
    reach = st.integers(-300, 300) if draw(st.booleans()) else st.integers(-3 * 3600, 3 * 3600)
    alone = [[(0.0, event)] for event in draw(st.lists(_events, min_size=1, max_size=30))]
    arrivals: dict[int, tuple[int, ev.Event]] = {}
    some_late = late and draw(st.booleans())
    truths = [[(0.0, event)] for event in draw(st.lists(truth, max_size=2))]
    for told in [*alone, *draw(st.lists(_call(), max_size=5)), *truths]:
        begun_s = draw(reach)
        for after_s, event in told:
            at_ms = (middle + begun_s) * SECOND + round(after_s * SECOND)
            while at_ms in arrivals:
                at_ms += 1
            late_s = draw(_very_late) if some_late and isinstance(event, MAY_BE_LATE) else 0
            late_s = late_s or draw(st.integers(0, 899))
            arrivals[at_ms] = at_ms + late_s * SECOND, _timed(event, at_ms, draw(_back))
    in_order = sorted(arrivals.values(), key=lambda one: one[0])
    pieces = [(at_ms, piece) for at_ms, event in in_order for piece in in_parts(event)]
    only = draw(st.sampled_from([None, None, "pbx"]))  # one source that knows all
    told = [(at_ms, _of_source(event, only)) for at_ms, event in pieces]
    ahead_ms = draw(st.sampled_from([0, 0, 20_000, 60_001, 3_600_000])) if ahead else 0
    return middle * SECOND, with_a_clock_ahead(told, draw(st.sampled_from(["pbx", "crm"])), ahead_ms)


def _of_source(event: ev.Event, source: str | None) -> ev.Event:
    return event if source is None or event.source == ev.SERVER else replace(event, source=source)


_very_late = st.sampled_from([0, 0, 0, 901, 1200, 2400, 7_200, 36_000])
MAY_BE_LATE = (ev.ContactEvent, ev.CaseOpened, ev.CaseResolved)  # what agents do is told within 15 minutes here
_back = st.sampled_from([None, None, None, 0, 1, 5_000, 300_000, 5 * 3600 * SECOND])  # before it was told


def _timed(event: ev.Event, at_ms: int, back_ms: int | None) -> ev.Event:
    """`back_ms`: so long before it says that it began, where it can."""
    if isinstance(event, ev.FloorObserved):
        event = since_before(event, at_ms)
    began = {} if back_ms is None else {"since": at_ms - back_ms, "opened_at": at_ms - back_ms}
    return replace(event, time=at_ms, **{name: at for name, at in began.items() if name in event.__struct_fields__})


soon = st.tuples(st.integers(0, 99), st.sampled_from([0, 1, 5_000, 20_001, 30_000, 60_001, 600_000]))


def instant(look: int | tuple[int, int], arrivals: list[tuple[int, ev.Event]]) -> int:
    """So long after the first arrival, or so soon after one of them."""
    nth, after_ms = look if isinstance(look, tuple) else (0, look)
    return arrivals[nth % len(arrivals)][0] + after_ms
