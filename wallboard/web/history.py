"""What was it like? `GET /api/v1/history`: past intervals of a queue, a group or an agent, as JSON or CSV."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypedDict
from zoneinfo import ZoneInfo

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from wallboard.core.attendance import TIME
from wallboard.core.numbers import NUMBERS, number_in, number_named
from wallboard.core.parts import STATES
from wallboard.core.settings import Settings, Site
from wallboard.core.windows import business_day
from wallboard.core.words import shown
from wallboard.record.history import SeenDay
from wallboard.record.steps import (
    FIRST_YEAR,
    LAST_YEAR,
    MOST_ROWS,
    STEPS,
    Row,
    day_named,
    known_then,
    rows,
    spans,
    steps,
)
from wallboard.web.asking import KINDS, check, of_one, once_each
from wallboard.web.calls import JSON, Answer, Call, Query
from wallboard.web.costly import costs
from wallboard.web.problems import Problem, near
from wallboard.web.recorded import asked_record
from wallboard.web.sight import sees_agent, sees_floor
from wallboard.web.spreadsheet import CSV, spreadsheet
from wallboard.web.wiring import Parts, parts_of

BASES = ("event", "offer")
USUAL = ("offered", "answered", "abandoned", "service_level", "asa_s", "aht_s", "staffed")
USUAL_OF_AGENT = (
    "answered", "handled", "missed", "talk_s", "hold_s", "wrapup_s", "aht_s", "signed_in_s", "handling_s", "idle_s",
    "paused_s", "occupancy",
)  # fmt: skip
STAFFED = "staffed"  # on average over the step; of agents their time by state instead
OF_AGENTS = frozenset({
    "signed_in_s", "occupancy", "utilisation", "per_hour", *(f"{state}_s" for state in STATES),
})  # fmt: skip
KNOWN = {*KINDS, "metric", "from", "to", "day", "step", "by"}
LONGEST = 256
LONGEST_LIST = 1_500  # of metrics: all that there are, and many with names of their own
DAY_MS = 86_400_000


class Asked(NamedTuple):
    """What is asked for; [from, to) in ms UTC."""

    kind: str
    name: str
    metrics: tuple[str, ...]
    from_ms: int
    to_ms: int
    step: str
    by: str
    site: Site


class Since(TypedDict):
    """A day that was not seen from its beginning."""

    site: str
    day: str
    since: int


class Told(TypedDict):
    kind: str
    id: str
    by: str
    step: str
    zone: str
    metrics: list[str]
    since: list[Since]
    rows: list[dict[str, Any]]


@Call(
    summary="Past intervals of a queue, a group or an agent",
    scope="state:read",
    description="One of queue, group and agent. Without a time the running business day. With Accept: text/csv a "
    "table. Who still waits is left out of its service level, other than on a tile. docs/history.md.",
    query=(
        Query("queue", "Of this queue."),
        Query("group", "Of this group: all, team:NAME or site:NAME."),
        Query("agent", "Of this person: scope people:read."),
        Query("metric", "Numbers over time, separated by commas; default the usual ones."),
        Query("day", "A business day, such as 2026-11-23."),
        Query("from", "An instant (RFC 3339) instead of a day."),
        Query("to", "An instant; intervals that begin before it."),
        Query("step", "15m (default), 30m, 1h or 1d."),
        Query("by", "event (default): when it happened; offer: all of a visit where it was offered."),
    ),
    answers={200: Answer("A row a step.", {JSON: Told, CSV: str})},
    problems=(404, 422, 429),
)
async def history(request: Request) -> Response:
    """JSON, or CSV for `Accept: text/csv`."""
    who = sees_floor(request)
    costs(request)
    parts = parts_of(request)
    asked = asked_of(once_each(request), parts)
    if asked.kind == "agents" and not who.may("people:read"):
        raise Problem(403, "Figures of one person are for leads: they need the scope people:read.")
    if asked.kind == "agents" and who.teams is not None and not sees_agent(parts, who, asked.name):
        raise Problem(404, f"Nothing is recorded of a agent '{shown(asked.name, 60)}' then.", at="$.agent")
    found = await told(parts, asked)
    if CSV in request.headers.get("accept", ""):
        return as_csv(asked, found)
    headers = {"cache-control": "private, no-store", "vary": "accept"}
    return Response(msgspec.json.encode(found), media_type="application/json", headers=headers)


async def told(parts: Parts, asked: Asked, *, must_be_known: bool = True) -> dict[str, Any]:
    """The rows, and since when each day was seen where that was not from its beginning. Raises Problem 503."""
    found, days, recorded = await asked_record(_read, parts, asked, parts.clock_ms())
    if must_be_known and not recorded and asked.name not in _known(parts, asked.kind):
        key = next(key for key, kind in KINDS.items() if kind == asked.kind)
        text = f"Nothing is recorded of a {key} '{shown(asked.name, 60)}' then."
        raise Problem(404, text, at=f"$.{key}", **near(asked.name, _known(parts, asked.kind)))
    own = asked.kind == "queues" or asked.name.startswith("site:")  # of one site alone
    return {
        "kind": asked.kind, "id": asked.name, "by": asked.by, "step": asked.step, "zone": asked.site.zone,
        "from": asked.from_ms, "to": asked.to_ms, "metrics": list(asked.metrics),
        "since": [
            {"site": day.site, "day": day.day, "since": day.since_ms}
            for day in days
            if _late(day, asked.from_ms)
            and (not own or parts.pipeline.floor.settings.sites.get(day.site) is asked.site)
        ],
        "rows": found,
    }  # fmt: skip


def asked_of(query: dict[str, str], parts: Parts) -> Asked:
    """Raises Problem 400 for a query of another form, 422 for a value that cannot be meant."""
    for name, value in query.items():
        check({name: value}, KNOWN, LONGEST_LIST if name == "metric" else LONGEST)
    kind, name = of_one(query)
    step, by = _one_of(query, "step", "15m", STEPS), _one_of(query, "by", "event", BASES)
    if kind == "agents" and by == "offer":
        raise Problem(422, "Agents have their figures by event time only.", at="$.by")
    site = site_of(parts.pipeline.floor.settings, kind, name)
    from_ms, to_ms = _span(query, site, parts.clock_ms())
    if (to_ms - from_ms) / (STEPS[step] or DAY_MS) > MOST_ROWS:
        raise Problem(422, f"That is more than {MOST_ROWS} rows: take a longer step or a shorter time.", at="$.step")
    return Asked(kind, name, _metrics(query, kind), from_ms, to_ms, step, by, site)


def site_of(settings: Settings, kind: str, name: str) -> Site:
    """In whose days it is told: a queue's own site, a site's group, else the first of the file."""
    prefix, _, own = name.partition(":")
    if kind == "queues":
        return settings.sites[settings.site_of(name)]
    if kind == "groups" and prefix == "site" and own in settings.sites:
        return settings.sites[own]
    return next(iter(settings.sites.values()))


def _read(parts: Parts, asked: Asked, now_ms: int) -> tuple[list[Row], list[SeenDay], bool]:
    """In a thread: a year is 35,000 intervals to add up. Whether anything is recorded stands last."""
    wanted = list(steps(asked.from_ms, asked.to_ms, asked.step, asked.site))
    to_ms = wanted[-1].ends_ms if wanted else asked.to_ms  # the last step is told whole
    recorded = parts.history.read(asked.kind, asked.name, asked.from_ms, to_ms, asked.by)
    spent = parts.history.read(asked.kind, asked.name, asked.from_ms, to_ms, TIME)
    days = parts.history.days(asked.from_ms, to_ms)
    seen = spans(days)
    found = [
        _only(row, asked.metrics if known_then(row, recorded.keys() | spent.keys(), seen) else ())
        for row in rows(wanted, recorded, spent, seen, now_ms, asked.kind)
    ]
    return found, days, bool(recorded or spent)


def _known(parts: Parts, kind: str) -> list[str]:
    return list(parts.pipeline.documents.get(kind, {}))


def _metrics(query: dict[str, str], kind: str) -> tuple[str, ...]:
    if "metric" not in query:
        return USUAL_OF_AGENT if kind == "agents" else USUAL
    names = tuple(dict.fromkeys(query["metric"].split(",")))
    for name in names:
        number, family = number_named(name), name.partition(".")[0]
        own = name in OF_AGENTS or _is_paused(name) if kind == "agents" else name == STAFFED
        if not own and (number is None or number.now or family == "kpi"):
            over_time = [one for one, known in NUMBERS.items() if not known.now]
            over_time += OF_AGENTS if kind == "agents" else [STAFFED]
            text = f"There is no number '{shown(name, 60)}' over time."
            raise Problem(422, text, at="$.metric", **near(name, over_time))
    return names


def _is_paused(name: str) -> bool:
    """Why somebody was away: `paused.lunch`."""
    family, _, reason = name.partition(".")
    return family == "paused" and bool(reason)


def _span(query: dict[str, str], site: Site, now_ms: int) -> tuple[int, int]:
    """[from, to): as given, else the business day that is named or runs."""
    if "day" in query and not query.keys() & {"from", "to"}:
        try:
            day = day_named(query["day"], site)
        except ValueError:
            raise Problem(422, "Expected a date such as 2026-11-23.", at="$.day") from None
        return day.started_ms, day.ends_ms
    if "day" in query:
        raise Problem(400, "Expected either day=DATE or from= and to=.", at="$.day")
    today = business_day(now_ms, site.zone, site.day_starts)
    from_ms = _instant(query, "from", today.started_ms)
    to_ms = _instant(query, "to", max(from_ms, today.ends_ms))
    if to_ms < from_ms:
        raise Problem(422, "`to` lies before `from`.", at="$.to")
    return from_ms, to_ms


def _instant(query: dict[str, str], name: str, otherwise: int) -> int:
    text = query.get(name)
    if text is None:
        return otherwise
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))  # a plus sign in a query is a space
        if at.tzinfo is None or not FIRST_YEAR <= at.year <= LAST_YEAR:
            raise ValueError
        return round(at.timestamp() * 1000)
    except (ValueError, OverflowError):
        raise Problem(
            422, f"Expected an instant such as 2026-11-23T08:00:00+02:00 for {name}.", at=f"$.{name}"
        ) from None


def _one_of(query: dict[str, str], name: str, otherwise: str, known: Any) -> str:
    value = query.get(name, otherwise)
    if value not in known:
        text = f"'{shown(value, 60)}' is none of {', '.join(known)}."
        raise Problem(422, text, at=f"$.{name}", **near(value, known))
    return value


def _only(row: Row, metrics: tuple[str, ...]) -> Row:
    found: Row = {key: row[key] for key in ("at", "until", "provisional") if key in row}
    for metric in metrics:
        value = number_in(row, metric)
        if value is not None:
            found[metric] = value
        if metric in row.get("n", {}):
            found.setdefault("n", {})[metric] = row["n"][metric]
    return found


def _late(day: SeenDay, from_ms: int) -> bool:
    """Not seen from its beginning; of another site's it may be long before what is asked for."""
    return day.since_ms > max(day.started_ms, from_ms)


def as_csv(asked: Asked, found: dict[str, Any]) -> Response:
    """One line a step, instants by the site's wall clock with their offset; texts that no spreadsheet calculates."""
    return spreadsheet("history.csv", _table(asked, found))


def _table(asked: Asked, found: dict[str, Any]) -> Iterator[Sequence[object]]:
    yield asked.kind[:-1], "from", "until", "provisional", *asked.metrics
    zone = ZoneInfo(asked.site.zone)
    for row in found["rows"]:
        at, until = (datetime.fromtimestamp(row[key] / 1000, zone).isoformat() for key in ("at", "until"))
        numbers = (row.get(metric, "") for metric in asked.metrics)
        yield asked.name, at, until, "yes" if "provisional" in row else "", *numbers
