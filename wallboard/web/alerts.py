"""What do people and programs do about an alert? Each act is an event that comes back through the stream."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import islice
from typing import Annotated, Any, Literal, TypedDict

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.templating import Jinja2Templates

from wallboard.alerts.message import said_in
from wallboard.alerts.told import is_unheard
from wallboard.core import events as ev
from wallboard.core.alerts import LONGEST_SNOOZE_MS, NOTE, OWNER_BY, before
from wallboard.core.errors import RecordUnavailable
from wallboard.core.events import LongText, Text
from wallboard.core.firstout import firsts_of
from wallboard.core.kpis import alert_document
from wallboard.core.measured import Document
from wallboard.core.settings import Settings
from wallboard.core.sofar import asks_the_same, number_now
from wallboard.core.state import Floor
from wallboard.web import duty
from wallboard.web.auth import Who, allowed
from wallboard.web.body import body_of, read_as
from wallboard.web.calls import Answer, Call
from wallboard.web.duty import OnDuty
from wallboard.web.figures import figure, lasting, moved
from wallboard.web.lists import alert_text, order_of
from wallboard.web.openalerts import OpenAlerts, open_alerts
from wallboard.web.ownchannels import is_reached
from wallboard.web.pages import script_json
from wallboard.web.pending import pending
from wallboard.web.problems import Problem
from wallboard.web.ruletold import condition_told
from wallboard.web.shiftpage import unread, waits_to_be_read
from wallboard.web.sight import seen_by, sees_floor
from wallboard.web.speaking import page_say, spoken
from wallboard.web.telling import tell
from wallboard.web.trail import noted
from wallboard.web.wiring import Parts, expect_loaded, parts_of
from wallboard.web.words import Words, words

BODY_BYTES = 8_192
# What is done most often: pages say these in their language.
RESULTS = ("called_back", "overflow_opened", "people_moved", "talked", "reported", "false_alarm", NOTE)
SHOWN_OVER = 200  # the last ones that ended
SHOWN_BEFORE = 3
BEFORE = ("raised_at", "over_at", "over", "acknowledged_by", "owner", "last_snoozed_by", "note", "results")
LONGEST_SNOOZE_S = LONGEST_SNOOZE_MS // 1000


Verb = Literal["acknowledge", "snooze", "wake", "assign", "result"]


class Acknowledge(Struct, forbid_unknown_fields=True):
    note: LongText | None = None


class Snooze(Struct, forbid_unknown_fields=True, kw_only=True):
    """For so many `seconds`, or `until` the end of the `shift`."""

    seconds: Annotated[int, Meta(ge=60, le=LONGEST_SNOOZE_S)] | None = None
    until: Literal["shift"] | None = None
    note: LongText | None = None

    def __post_init__(self) -> None:
        if (self.seconds is None) == (self.until is None):
            raise ValueError("For how long? Give either `seconds`, or `until`: 'shift'")


class Assign(Struct, forbid_unknown_fields=True):
    """`to`: who takes it; without it, whoever asks."""

    to: Text | None = None
    note: LongText | None = None


class Result(Struct, forbid_unknown_fields=True):
    """`result`: what was done, one of RESULTS or in own words."""

    result: Text
    note: LongText | None = None


class Planned(TypedDict):
    """Work that goes on now; `until` in ms UTC."""

    name: str
    until: int | None


class Alerts(TypedDict):
    """`rules`: how many there are. Without any nothing is raised. `duty`: for who may act on alerts."""

    now: int
    rules: int
    open: list[dict[str, Any]]
    pending: list[dict[str, Any]]
    over: list[dict[str, Any]]
    maintenance: list[Planned]
    duty: list[OnDuty]


class Done(TypedDict):
    alert: str
    done: Verb


@Call(
    summary="Open alerts",
    scope="state:read",
    description="`text` is in the first language of Accept-Language. docs/alerts.md.",
    answers={
        200: Answer(
            "`open`, the gravest first, each with its number `now`, `first_of` how many of one cause it came first, "
            "`and` what else its rule asks for, and `unheard` where it tells leads on duty alone and none is; "
            "`pending`, what becomes one at its `raised_at` if it lasts; `over`, the last ones that ended; "
            "`maintenance`, planned work that goes on now; `duty`, who is on duty.",
            Alerts,
        )
    },
)
async def alerts(request: Request) -> Response:
    """`GET /api/v1/alerts`: the open ones, the gravest first, and those that were over last."""
    who = sees_floor(request)
    body = msgspec.json.encode(told(parts_of(request), who, words(spoken(request))))
    return Response(body, media_type="application/json", headers={"cache-control": "no-store"})


@Call(
    summary="How many alerts are open",
    scope="alerts:act",
    description="Those of the caller's teams that nobody snoozed. `text`: in the first of Accept-Language.",
    answers={200: Answer("How many, and how grave the gravest is.", OpenAlerts)},
)
async def open_count(request: Request) -> Response:
    """`GET /api/v1/alerts/count`."""
    who, parts = allowed(request, "alerts:act"), parts_of(request)
    expect_loaded(parts)
    found = open_alerts(parts.pipeline.floor, who, page_say(spoken(request)))
    return JSONResponse(found, headers={"cache-control": "no-store"})


class AlertsPage:
    def __init__(self, templates: Jinja2Templates) -> None:
        self._templates = templates

    async def show(self, request: Request) -> Response:
        """`/alerts`: the lead's page. static/js/alerts.js fills it."""
        who = allowed(request, "alerts:act")
        catalog = page_say(spoken(request)).catalog
        said = {key.removeprefix(OF_PAGE): text for key, text in catalog.items() if key.startswith(OF_PAGE)}
        zone = next(iter(parts_of(request).pipeline.floor.settings.sites.values())).zone
        parts = parts_of(request)
        context = {
            "said": script_json(said), "zone": zone, "unread": await unread(parts, who),
            "left": await waits_to_be_read(parts, who), "own": who.kind == "person",
            "reached": who.kind != "person" or await is_reached(parts, who),
        }  # fmt: skip
        return self._templates.TemplateResponse(request, "alerts.html", context, headers={"cache-control": "no-store"})


OF_PAGE = "alerts."


def told(parts: Parts, who: Who, say: Words) -> dict[str, Any]:
    """Each as in the state document with its `id`, what it says in `text` (its number when it was raised) and `now`,
    whether it is `mine`, `first_of` how many of one cause it came first, `theirs` where the caller leads another
    team and so may not act on it, and `unheard` where its rule tells leads on duty alone and none is."""
    floor = parts.pipeline.floor
    rows = [(name, alert_document(floor, row)) for name, row in floor.alerts.open.items()]
    rows.sort(key=lambda item: (order_of(item[1]), item[1]["raised_at"]))
    before = _before(floor)
    over = [(name, alert_document(floor, row)) for name, row in islice(reversed(floor.alerts.over.items()), SHOWN_OVER)]
    may = seen_by(who)
    seen = [
        (name, row) for name, row in (*rows, *over) if row["kind"] != "agents" or (may.everything and may.of_team(row))
    ]
    known = {name: floor.alerts.open.get(name) or floor.alerts.over[name] for name, _ in seen}
    came_after = Counter(firsts_of(known).values())
    found = [
        {"id": name, **row, "text": alert_text(row, say), "mine": _is_mine(floor, name, who)}
        | ({"first_of": 1 + came_after[name]} if name in came_after else {})
        | ({"theirs": True} if _of_another_team(row, who) else {})
        for name, row in seen
    ]
    return {
        "now": parts.clock_ms(),
        "rules": len(floor.settings.alert),
        "open": [
            row | _now(parts, row, say) | _unheard(parts, row) | _besides(floor, row, say) | before(row)
            for row in found
            if "over_at" not in row
        ],
        "pending": pending(parts, who, say),
        "over": [row for row in found if "over_at" in row],
        "maintenance": _planned(floor.settings, parts.clock_ms()),
        "duty": duty.rows(floor, who),
    }


def _is_mine(floor: Floor, name: str, who: Who) -> bool:
    """By account; by name only where it was given to a name that no account had."""
    row = floor.alerts.open.get(name) or floor.alerts.over[name]
    return row.owner_by == who.whose if row.owner_by else row.owner == who.name


def _before(floor: Floor) -> Callable[[Document], Document]:
    """Of an open one `before`: the last times of the same rule and entity, and what was done then."""
    past = floor.alerts.last.by_identity(floor.alerts.over)

    def before(row: Document) -> Document:
        rows = past.get((row["rule"], row["kind"], row["of"]), [])[:SHOWN_BEFORE]
        kept = ({key: one[key] for key in BEFORE if key in one} for one in (alert_document(floor, row) for row in rows))
        return {"before": list(kept)} if rows else {}

    return before


def _planned(settings: Settings, now_ms: int) -> list[Planned]:
    """What holds alerts back now."""
    zone = next(iter(settings.sites.values())).zone
    going = ((name, work) for name, work in settings.maintenance.items() if work.is_on(now_ms, zone))
    return [{"name": name, "until": work.next_change_ms(now_ms, zone)} for name, work in going]


def _now(parts: Parts, row: Document, say: Words) -> Document:
    """Its number as it is now; absent where its rule asks for none any more."""
    floor, alert = parts.pipeline.floor, parts.pipeline.floor.alerts.open[row["id"]]
    if not asks_the_same(alert, floor.settings):
        return {}
    of = parts.pipeline.documents.get(row["kind"], {}).get(row["of"])
    value = number_now(alert, floor.settings, floor.alerting, of, parts.clock_ms()).value
    if alert.within:
        return {"now": say("absent") if value is None else _changed(value, alert.within, row["reads"], say)}
    return {"now": "\u00a0".join(filter(None, figure(value, row["reads"], 0, say)))}


def _besides(floor: Floor, row: Document, say: Words) -> Document:
    """`and`: what else holds with the number, in words; absent where its rule asks for another number by now."""
    rule = floor.settings.alert.get(row["rule"])
    if rule is None or not rule.conditions or not asks_the_same(floor.alerts.open[row["id"]], floor.settings):
        return {}
    return {"and": [condition_told(one, say, page_say(say.language)) for one in rule.conditions]}


def _unheard(parts: Parts, row: Document) -> Document:
    floor = parts.pipeline.floor
    alert = floor.alerts.open[row["id"]]
    unheard = is_unheard(alert, floor.settings, parts.config.receivers, floor.alerts.on_duty(alert))
    return {"unheard": True} if unheard else {}


def _changed(change: float, within: str, reads: str, say: Words) -> str:
    """+4 in 10 min, as messages say it."""
    return said_in(say.language)("value.within", value=moved(change, reads, say), time=lasting(within, say))


def acts() -> list[BaseRoute]:
    """`POST /api/v1/alerts/{id}/VERB`, a route a verb."""
    return [
        Route(f"/api/v1/alerts/{{alert}}/{verb}", _act(verb, *said), methods=["POST"]) for verb, said in _VERBS.items()
    ]


def _act(verb: Verb, kind: type[Struct], summary: str) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint of one verb. 202: it is in the stream."""

    @Call(
        summary=summary,
        scope="alerts:act",
        description=f"`result`: {', '.join(RESULTS)}, or own words." if kind is Result else "",
        body=kind,
        body_needed=kind in (Snooze, Result),
        answers={202: Answer("It is in the stream.", Done)},
        problems=(422,),
    )
    async def act(request: Request) -> Response:
        who = allowed(request, "alerts:act")
        parts = parts_of(request)
        asked = read_as(await body_of(request, BODY_BYTES), kind, None)
        alert = request.path_params["alert"]
        row = _known(parts.pipeline.floor, alert, who, over=kind is Result)
        if row is None:
            raise Problem(404, "This alert is not open any more, or never was.")
        if _of_another_team(row, who):
            raise Problem(403, "This alert is about a team that you do not lead.")
        event = _event(verb, asked, alert, who, parts.clock_ms())
        if isinstance(event, ev.AlertSnoozed) and event.until is None:
            alerts = parts.pipeline.floor.alerts
            event = replace(event, until=alerts.shift_ends_ms(alerts.open[alert]))
        if isinstance(asked, Assign):
            event = replace(event, attributes=await _given(parts, who, asked.to))
        was = _was(parts.pipeline.floor, alert, event)
        await tell(parts, [event])
        about = {key: row.get(key) for key in ("rule", "kind", "of")}
        said = {key: value for key, value in (event.attributes or {}).items() if key != OWNER_BY}
        await noted(
            parts, who, ev.type_of(event), alert, **about, **said, note=event.note, until=event.until, before=was
        )
        return JSONResponse({"alert": alert, "done": verb}, 202)

    return act


def _known(floor: Floor, alert: str, who: Who, *, over: bool) -> dict[str, Any] | None:
    """One that is open, or `over`. One about somebody of another lead's team is not there."""
    found = floor.alerts.open.get(alert) or (floor.alerts.over.get(alert) if over else None)
    if found is None:
        return None
    row = alert_document(floor, found)
    return row if row["kind"] != "agents" or who.of_team(row.get("team")) else None


def _was(floor: Floor, alert: str, event: ev.AlertEvent) -> dict[str, str | int] | None:
    row = floor.alerts.open.get(alert)
    return before(event, row) if row else None


def _of_another_team(row: Document, who: Who) -> bool:
    """What is of no team is every lead's."""
    return "team" in row and not who.of_team(row["team"])


_VERBS: dict[Verb, tuple[type[Struct], str]] = {
    "acknowledge": (Acknowledge, "Say that somebody sees to an alert"),
    "snooze": (Snooze, "Silence an alert for some time"),
    "wake": (Acknowledge, "Wake a snoozed alert"),
    "assign": (Assign, "Say who takes an alert"),
    "result": (Result, "Say what was done about an alert"),
}


async def _given(parts: Parts, who: Who, to: str | None) -> dict[str, str]:
    """To whom, and which account that is now."""
    if to is None or to == who.name:
        return {"to": who.name, OWNER_BY: who.whose}
    with suppress(RecordUnavailable):
        if person := await asyncio.to_thread(parts.people.named, to):
            return {"to": person.name, OWNER_BY: f"person:{person.id}"}
    return {"to": to}


def _event(verb: str, asked: Any, alert: str, who: Who, now_ms: int) -> ev.AlertEvent:
    said: dict[str, Any] = {
        "alert": alert, "who": who.name, "note": asked.note, "time": now_ms, "source": "wallboard",
        "id": secrets.token_hex(8),
    }  # fmt: skip
    match asked:
        case Snooze():
            return ev.AlertSnoozed(until=asked.seconds and now_ms + asked.seconds * 1000, **said)
        case Assign():
            return ev.AlertAssigned(**said)
        case Result():
            return ev.AlertActed(attributes={"result": asked.result}, **said)
    return ev.AlertWoken(**said) if verb == "wake" else ev.AlertAcknowledged(**said)
