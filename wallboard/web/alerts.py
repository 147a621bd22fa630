"""Which alerts are there? `GET /api/v1/alerts`: the open ones, the gravest first, what may become one, what is over."""

from collections import Counter
from collections.abc import Mapping
from itertools import islice
from typing import Any, TypedDict

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from wallboard.core.alertdocument import alert_document
from wallboard.core.firstout import firsts_of
from wallboard.core.settings import Settings
from wallboard.core.state import Floor
from wallboard.live.vitals import no_worker_since
from wallboard.receivers import Receiver
from wallboard.web import duty
from wallboard.web.alertnow import as_it_is, besides, last_times, off_duty, receivers_of, unheard
from wallboard.web.alerttexts import alert_text, order_of, raised_text
from wallboard.web.auth import Who, allowed
from wallboard.web.calls import Answer, Call
from wallboard.web.duty import OnDuty
from wallboard.web.openalerts import OpenAlerts, of_another_team, open_alerts, workerless
from wallboard.web.pending import pending
from wallboard.web.sight import seen_by, sees_floor
from wallboard.web.speaking import page_say, spoken
from wallboard.web.wiring import Parts, expect_loaded, parts_of, whole_floor
from wallboard.web.words import Words, words

SHOWN_OVER = 200  # the last ones that ended


class Planned(TypedDict):
    """Work that goes on now; `until` in ms UTC."""

    name: str
    until: int | None


class Alerts(TypedDict):
    """`rules`: how many there are. Without any nothing is raised. `no_worker_since`: ms UTC, while no worker leads:
    nothing is raised or told until one does. `duty`: for who may act on alerts."""

    now: int
    no_worker_since: int | None
    rules: int
    open: list[dict[str, Any]]
    pending: list[dict[str, Any]]
    over: list[dict[str, Any]]
    maintenance: list[Planned]
    duty: list[OnDuty]


@Call(
    summary="Open alerts",
    scope="state:read",
    description="`text` is in the first language of Accept-Language. docs/alerts.md.",
    answers={
        200: Answer(
            "`open`, the gravest first, each with its number `now` (`text_parts`: what `text` has around that; "
            "`raised`: what it was then, where it was another; `text` says so where it is not known now), "
            "`first_of` how many of one cause it came first, "
            "`and` what else its rule asks for, `or` which of its other conditions holds now, and `unheard` where it "
            "tells leads on duty and nobody is told of it now: none is, or no receiver of those who are (`unreached`) "
            "takes it; "
            "`off_duty` where the duty of its owner has ended, `left` where nobody acted since; "
            "`pending`, what becomes one at its `raised_at` if it lasts; `over`, the last ones that ended; "
            "`maintenance`, planned work that goes on now; `no_worker_since`, since when no worker leads, so that "
            "nothing is raised or told; `duty`, who is on duty.",
            Alerts,
        )
    },
)
async def alerts(request: Request) -> Response:
    """`GET /api/v1/alerts`: the open ones, the gravest first, and those that were over last."""
    who, parts = sees_floor(request), parts_of(request)
    receivers = await receivers_of(parts)
    async with whole_floor(parts):
        found = told(parts, who, words(spoken(request)), receivers)
    return Response(msgspec.json.encode(found), media_type="application/json", headers={"cache-control": "no-store"})


@Call(
    summary="How many alerts are open",
    scope="alerts:act",
    description="Those of the caller's teams that nobody snoozed. `text`: in the first of Accept-Language.",
    answers={200: Answer("How many, how grave the gravest is, and `no_worker` while nothing is raised.", OpenAlerts)},
)
async def open_count(request: Request) -> Response:
    """`GET /api/v1/alerts/count`."""
    who, parts = allowed(request, "alerts:act"), parts_of(request)
    expect_loaded(parts)
    page = page_say(spoken(request))
    found = open_alerts(parts.pipeline.floor, who, page)
    if text := workerless(parts, page):
        found["no_worker"] = text
    return JSONResponse(found, headers={"cache-control": "no-store"})


def told(parts: Parts, who: Who, say: Words, receivers: Mapping[str, Receiver] | None) -> dict[str, Any]:
    """Each as in the state document with its `id`, what it says in `text` (its number when it was raised: it says
    so of what is over) and `now`, whether it is `mine`, `first_of` how many of one cause it came first, `theirs` where
    the caller leads another team and so may not act on it, and `unheard` where its rule tells leads on duty and nobody
    is told of it now. `receivers`: of the file and of leads; None: not known."""
    floor = parts.pipeline.floor
    rows = [(name, alert_document(floor, row)) for name, row in floor.alerts.open.items()]
    left = {name: {"left": True} for name, row in floor.alerts.open.items() if row.is_left}
    rows.sort(key=lambda item: (order_of(item[1] | left.get(item[0], {})), item[1]["raised_at"]))
    before = last_times(floor)
    over = [(name, alert_document(floor, row)) for name, row in islice(reversed(floor.alerts.over.items()), SHOWN_OVER)]
    may = seen_by(who)
    seen = [
        (name, row) for name, row in (*rows, *over) if row["kind"] != "agents" or (may.everything and may.of_team(row))
    ]
    known = {name: floor.alerts.open.get(name) or floor.alerts.over[name] for name, _ in seen}
    came_after = Counter(firsts_of(known, floor.settings).values())
    found = [
        {"id": name, **row, "text": alert_text(row, say), "mine": _is_mine(floor, name, who)}
        | ({"first_of": 1 + came_after[name]} if name in came_after else {})
        | ({"theirs": True} if of_another_team(row, who) else {})
        for name, row in seen
    ]
    return {
        "now": parts.clock_ms(),
        "no_worker_since": no_worker_since(parts.pipeline.documents.get("sources", {})),
        "rules": len(floor.settings.alert),
        "open": [
            row
            | as_it_is(parts, row, say)
            | unheard(parts, row, who, receivers)
            | besides(parts, row, say)
            | off_duty(parts, row, who)
            | before(row)
            for row in found
            if "over_at" not in row
        ],
        "pending": pending(parts, who, say),
        "over": [row | {"text": raised_text(row, say)} for row in found if "over_at" in row],
        "maintenance": _planned(floor.settings, parts.clock_ms()),
        "duty": duty.rows(floor, who),
    }


def _is_mine(floor: Floor, name: str, who: Who) -> bool:
    """By account; by name only where it was given to a name that no account had."""
    row = floor.alerts.open.get(name) or floor.alerts.over[name]
    return row.owner_by == who.whose if row.owner_by else row.owner == who.name


def _planned(settings: Settings, now_ms: int) -> list[Planned]:
    """What holds alerts back now."""
    zone = next(iter(settings.sites.values())).zone
    going = ((name, work) for name, work in settings.maintenance.items() if work.is_on(now_ms, zone))
    return [{"name": name, "until": work.next_change_ms(now_ms, zone)} for name, work in going]
