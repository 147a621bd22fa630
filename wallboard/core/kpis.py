"""What are the numbers? The state document (docs/kpis.md) of an entity, computed from its row.

Instants are ms UTC. A field that is not known, or whose denominator is zero, is absent.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from wallboard.core.agents import Item, Standing
from wallboard.core.brief import told_by
from wallboard.core.figures import window_figures, window_of_contacts, with_times
from wallboard.core.listening import SILENT_MS
from wallboard.core.numbers import TO
from wallboard.core.parts import INSTANTS, STANDINGS, is_told
from wallboard.core.rows import AgentRow, AlertRow, ResultRow, Tally
from wallboard.core.rules import reads_of
from wallboard.core.settings import Target
from wallboard.core.sofar import number_now
from wallboard.core.state import Floor
from wallboard.core.stated import overlay
from wallboard.core.still import channel_of, oldest
from wallboard.core.windows import ROLLING

Document = dict[str, Any]

AT_AGENTS = ("ringing", "engaged", "holding", "wrapup")
WINDOWS = (*ROLLING, "shift", "day")
_NOTHING: Document = {}  # one for all, so that nobody compares it


def document(floor: Floor) -> dict[str, dict[str, Document]]:
    """The whole state document."""
    return {
        kind: {name: found for name in rows if (found := entity(floor, kind, name)) is not None}
        for kind, rows in names(floor).items()
    }


def names(floor: Floor) -> dict[str, Iterable[str]]:
    """Of each kind who may stand in it."""
    floor.settle()
    return {
        "sites": floor.settings.sites, "queues": floor.settings.in_order("queues", floor.tallies.queues),
        "groups": floor.tallies.groups,
        "agents": floor.people.agents,
        "kpis": floor.kpis, "alerts": floor.alerts.open, "notices": floor.notices, "sources": floor.sources,
    }  # fmt: skip


def entity(floor: Floor, kind: str, name: str) -> Document | None:
    """One entity as it stands in the state document; None when it is gone."""
    floor.settle()
    return _OF[kind](floor, name)


def _site(floor: Floor, name: str) -> Document | None:
    place, day = floor.settings.sites.get(name), floor.ground.calendar.days.get(name)
    if place is None or day is None:
        return None
    found: Document = {
        "name": place.name or name, "zone": place.zone,
        "day": day.label, "day_started": day.started_ms, "day_ends": day.ends_ms,
    }  # fmt: skip
    if shift := floor.ground.calendar.shifts.get(name):
        found |= {"shift": shift.name, "shift_started": shift.started_ms, "shift_ends": shift.ends_ms}
    return found


def _queue(floor: Floor, name: str) -> Document | None:
    tally = floor.tallies.queues.get(name)
    if tally is None:
        return None
    settings, site = floor.settings.for_queue(name), floor.settings.site_of(name)
    found: Document = {
        "name": settings.name or name,
        "site": site,
        "channel": channel_of(floor, name),
        "target": _target(settings.target),
        "min_n": settings.min_n,
        **_numbers(tally, _oldest(floor, tally, [(name, tally)]), shift=_shift(floor, site)),
        **_hours(floor, name),
    }
    if tally.ruled_ms is not None and tally.ruled_ms >= tally.day_ms:
        found["target"] = {**found["target"], "since": tally.ruled_ms}
    if settings.team:
        found["team"] = settings.team
    if settings.hidden:
        found["hidden"] = True
    overlay(found, tally)
    return found


@lru_cache(maxsize=1000)
def _target(target: Target) -> Document:
    """One for all queues that have it, so that nobody compares it."""
    return {"percent": target.percent, "seconds": target.seconds, "formula": target.formula}


def _group(floor: Floor, name: str) -> Document | None:
    tally = floor.tallies.groups.get(name)
    if tally is None:
        return None
    queues = ((queue, one) for queue, one in floor.tallies.queues.items() if name in one.groups)
    return _numbers(tally, _oldest(floor, tally, queues), shift=_shift_of_group(floor, name))


def _hours(floor: Floor, name: str) -> Document:
    """Of a queue that is not open now: that, and when it opens."""
    hours = floor.settings.hours_of(name)
    if hours is None or hours.is_open(floor.now_ms):
        return {}
    opens_ms = hours.opens_ms(floor.now_ms)
    return {"closed": True} | ({} if opens_ms is None else {"opens_at": opens_ms})


def _shift(floor: Floor, *sites: str) -> bool | None:
    """Whether a shift runs at one of these sites; None where none is configured."""
    if not any(map(floor.settings.shifts.__getitem__, sites)):
        return None
    return any(map(floor.ground.calendar.shifts.__getitem__, sites))


def _shift_of_group(floor: Floor, name: str) -> bool | None:
    """Whether a shift runs where its queues are; None where no site has any."""
    running = {site for site, shift in floor.ground.calendar.shifts.items() if shift}
    if name == "all" or len(running) in (0, len(floor.settings.sites)):
        return _shift(floor, *floor.settings.sites)
    site_of, queues = floor.settings.site_of, floor.tallies.queues
    return any(name in tally.groups and site_of(queue) in running for queue, tally in queues.items())


def _numbers(tally: Tally, oldest: Document, *, shift: bool | None) -> Document:
    found: Document = {"sources": sorted(tally.sources), "now": _now(tally) | oldest}
    if tally.sources:
        for window in WINDOWS if shift else (*ROLLING, "day"):
            found[window] = window_figures(tally.ledger.window(window), tally.live.get("over_counted", 0))
        if (wait_s := _expected_wait_s(tally, found["m60"].get("aht_s"))) is not None:
            found["now"]["est_wait_s"] = wait_s
    found["now"] |= tally.need
    if shift is False:
        found["shift"] = {}  # an object that was there is emptied, never removed: patches must compose
    return found


def _now(tally: Tally) -> Document:
    """Before any source spoke of the queue nothing is known, which is not the same as zero."""
    found: Document = {}
    if tally.sources:
        found = {metric: tally.live.get(metric, 0) for metric in ("waiting", "over_target", *AT_AGENTS)}
    if "members" in tally.live:
        found |= {metric: tally.live.get(metric, 0) for metric in STANDINGS}
    found["paused_by"] = _family("paused_by.", tally.live)
    found |= {
        metric: tally.live[metric] for metric in ("unanswered", "doubtful", "open_cases") if is_told(tally, metric)
    }
    if tally.as_of_ms is not None:
        found["as_of"] = tally.as_of_ms
    return found


def _oldest(floor: Floor, tally: Tally, queues: Iterable[tuple[str, Tally]]) -> Document:
    """Since when the longest wait lasts, and until when it is counted. `queues`: whose numbers these are."""
    found: Document = {}
    waited = [name for name, metric in INSTANTS.items() if tally.waits[metric]]
    among = list(queues) if waited and floor.settings.has_hours else []
    for name in waited:
        if not among:
            found[name] = min(tally.waits[INSTANTS[name]])
        elif known := oldest(floor, among, name):
            found[name] = known.instants[0]
            if known.to_ms is not None:
                found[TO[name]] = known.to_ms
    return found


def _expected_wait_s(tally: Tally, aht_s: float | None) -> float | None:
    """(w + 1) × AHT / ready agents; nobody waits while one is idle."""
    if "idle" in tally.live:
        return 0
    ready = tally.live.get("ready")
    return (tally.live.get("waiting", 0) + 1) * aht_s / ready if aht_s and ready else None


def _agent(floor: Floor, name: str) -> Document | None:
    row = floor.people.agents.get(name)
    if row is None or not row.is_known:
        return None
    configured = floor.settings.agent.get(name)
    contacts, profile = row.contacts, row.profile
    doing, since_ms = floor.people.doing(row)
    found: Document = {
        "name": (configured and configured.name) or profile.name or name,
        "activity": doing,
        "since": since_ms,
        "queues": profile.member_of,
        "slots": _slots(_used(contacts) if contacts else 0, profile.slots),
        "contacts": [_held(one) for one in contacts] if contacts else [],
        "as_of": row.seen_ms,
    }  # fmt: skip
    times, work = floor.people.time_of(row)
    if _shift(floor, floor.people.site_of(name)) is False:
        found["shift"] = {}
    for window in row.sheet.starts:
        longest_ms = work.longest_ms(window, row.sheet.starts, row.seen_ms)
        found[window] = with_times(window_of_contacts(row.ledger.window(window)), times.get(window, {}), longest_ms)
    if work.since_ms is not None:
        found["stretch_since"] = work.since_ms
    found["tags"] = _family("tags.", row.ledger.window("day").sums)
    if len(row.hostile) > 1:
        found["hostile_twice_since"] = row.hostile[-2]
    found |= limits_of(floor, name, row)
    found |= _presence(row)
    return found


@lru_cache(maxsize=1000)
def _slots(used: int, allowed: int) -> Document:
    """One for all who have so many, so that nobody compares it."""
    return {"used": used, "allowed": allowed}


def _held(one: Item) -> Document:
    found: Document = {"contact": one.contact, "channel": one.channel, "since": one.since_ms, "state": one.state}
    if one.queue:
        found["queue"] = one.queue
    return found


def limits_of(floor: Floor, name: str, row: AgentRow) -> Document:
    """What rules about a person mostly ask for, which takes no adding up of times."""
    found = told_by(floor, name, row)
    if row.items and (over_ms := _wrapup_over_ms(floor, row.contacts)) is not None:
        found["wrapup_over_at"] = over_ms
    if (over_ms := _pause_over_ms(floor, row)) is not None:
        found["pause_over_at"] = over_ms
    if missed := _missed_in_row(row.calls):
        found["missed_in_row"] = missed
    return found


def _wrapup_over_ms(floor: Floor, contacts: list[Item]) -> int | None:
    """When the first of the agent's wrap-ups passes what its queue allows."""
    limits = [
        one.since_ms + round(floor.settings.for_queue(one.queue).wrapup_s * 1000)
        for one in contacts
        if one.state == "wrapup" and one.queue
    ]
    return min(limits, default=None)


def _family(prefix: str, amounts: Mapping[str, int]) -> Document:
    """`paused_by.lunch` → `lunch`."""
    names = [name for name in amounts if name.startswith(prefix)]
    return {name.removeprefix(prefix): amounts[name] for name in sorted(names)} if names else _NOTHING


def _missed_in_row(calls: list[tuple[int, bool]]) -> int:
    if not calls or calls[-1][1]:
        return 0
    return next((n for n, (_, taken) in enumerate(reversed(calls)) if taken), len(calls))


def _used(contacts: list[Item]) -> int:
    return sum(item.state in ("engaged", "holding", "ringing") for item in contacts)


def _presence(row: AgentRow) -> Document:
    standing = row.profile.standing
    if standing is None:
        return {}
    found: Document = {"presence": standing.presence, "presence_since": standing.since_ms}
    if row.profile.by_queue:
        found["in_queues"] = [_in_queue(queue, one) for queue, one in sorted(row.profile.by_queue.items())]
    if standing.reason:
        found["reason"] = standing.reason
    return found


def _pause_over_ms(floor: Floor, row: AgentRow) -> int | None:
    """When the agent's pause passes what its reason allows."""
    standing = row.profile.standing
    if standing is None or standing.presence != "paused" or not standing.reason:
        return None
    reason = floor.settings.reason.get(standing.reason)
    return standing.since_ms + round(reason.minutes * 60_000) if reason and reason.minutes else None


def _in_queue(queue: str, one: Standing) -> Document:
    """Where the agent stands otherwise there than as a whole."""
    found: Document = {"queue": queue, "presence": one.presence, "since": one.since_ms}
    return found | ({"reason": one.reason} if one.reason else {})


def _source(floor: Floor, name: str) -> Document | None:
    row = floor.sources.get(name)
    if row is None:
        return None
    found: Document = {
        "state": source_state(floor, name),
        "late": row.late, "clamped": row.clamped, "rejected": row.rejected, "duplicates": row.duplicates,
        "restarts": row.restarts, "gaps": row.gaps, "gap_ms": row.gap_ms,
    }  # fmt: skip
    if row.heard_ms:
        found["last_event_at"] = row.heard_ms
    if row.lag_ms is not None:
        found["lag_ms"] = row.lag_ms
    if row.conflicts:
        found["conflicts"] = row.conflicts
    if row.overflow:
        found["overflow"] = row.overflow
    if row.note:
        found["note"] = row.note
    return found


def source_state(floor: Floor, name: str) -> str:
    """`live` or `late` where the source sends heartbeats; `quiet` where it only speaks when it has something."""
    row = floor.sources[name]
    if not row.beats:
        return "quiet"
    return "late" if floor.now_ms - row.heard_ms > SILENT_MS else "live"


def _notice(floor: Floor, name: str) -> Document | None:
    row = floor.notices.get(name)
    if row is None:
        return None
    said = row.event
    optional = {
        "until": said.until, "boards": said.boards, "queues": said.queues, "teams": said.teams, "mark": said.mark,
    }  # fmt: skip
    return {"text": said.text, "level": said.level, "posted_at": row.posted_ms, "source": row.source} | {
        key: value for key, value in optional.items() if value is not None
    }


def _alert(floor: Floor, name: str) -> Document | None:
    """`value_now`; of what grows by itself `grows_since`, the instant from which its seconds count. Whoever is off duty
    is its owner no more; `left`: and nobody acted since."""
    row = floor.alerts.open.get(name)
    if row is None:
        return None
    now = number_now(row, floor.settings, floor.alerting, entity(floor, row.kind, row.of), floor.now_ms)
    number = {"value_now": now.value} if now.since_ms is None else {"grows_since": now.since_ms}
    found = alert_document(floor, row) | (number if now.value is not None else {})
    if row.left_ms is not None:
        found.pop("owner", None)
    return found | ({"left": True} if row.is_left else {})


def alert_document(floor: Floor, row: AlertRow) -> Document:
    """Of one that is open, or over."""
    rule = floor.settings.alert.get(row.rule)
    found: Document = {
        "reads": reads_of(row.metric),
        "rule": row.rule, "severity": row.severity, "kind": row.kind, "of": row.of, "metric": row.metric,
        "limit": row.limit, "since": row.since_ms, "raised_at": row.raised_ms,
    }  # fmt: skip
    optional = {
        "name": called(floor, row.kind, row.of), "team": floor.alerts.team_of(row),
        "window": row.window, "within": row.within, "event": row.event, "value": row.value,
        "action": rule and rule.action, "owners": (rule and rule.owners) or None,
        "acknowledged_by": row.acknowledged_by, "acknowledged_at": row.acknowledged_ms, "owner": row.owner,
        "snoozed_by": row.snoozed_by, "last_snoozed_by": row.last_snoozed_by, "snoozed_until": row.snoozed_until_ms,
        "over_at": row.over_ms, "over": row.over, "results": [_result(one) for one in row.results] or None,
    }  # fmt: skip
    return found | {key: value for key, value in optional.items() if value is not None}


def called(floor: Floor, kind: str, of: str) -> str | None:
    """Whom or what an alert is about, as people call it; None: all queues together."""
    if kind == "agents":
        person = entity(floor, kind, of)
        return person["name"] if person else of
    if kind == "queues":
        return floor.settings.for_queue(of).name or of
    return of.partition(":")[2] or None if kind == "groups" else of


def _result(row: ResultRow) -> Document:
    return {"result": row.result, "who": row.who, "at": row.at_ms} | ({"note": row.note} if row.note else {})


def _kpi(floor: Floor, name: str) -> Document | None:
    row = floor.kpis.get(name)
    if row is None:
        return None
    said = row.event
    optional = {
        "unit": said.unit, "target": said.target, "good": said.good,
        "queue": said.queue, "agent": said.agent, "team": said.team,
    }  # fmt: skip
    return {"value": said.value, "as_of": row.at_ms, "source": row.source} | {
        key: value for key, value in optional.items() if value is not None
    }


_OF: dict[str, Callable[[Floor, str], Document | None]] = {
    "sites": _site, "queues": _queue, "groups": _group, "agents": _agent,
    "kpis": _kpi, "alerts": _alert, "notices": _notice, "sources": _source,
}  # fmt: skip
