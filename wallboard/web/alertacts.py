"""What do people and programs do about an alert? Each act is an event that comes back through the stream."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Annotated, Any, Literal, TypedDict

from msgspec import Meta, Struct
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from wallboard.core import events as ev
from wallboard.core.alertdocument import alert_document
from wallboard.core.alerts import LONGEST_SNOOZE_MS, NOTE, OWNER_BY, before
from wallboard.core.errors import RecordUnavailable
from wallboard.core.fields import LongText, Text
from wallboard.core.state import Floor
from wallboard.web.auth import Who, allowed
from wallboard.web.body import body_of, read_as
from wallboard.web.calls import Answer, Call
from wallboard.web.openalerts import of_another_team
from wallboard.web.problems import Problem
from wallboard.web.telling import tell
from wallboard.web.trail import noted
from wallboard.web.wiring import Parts, parts_of

BODY_BYTES = 8_192
# What is done most often: pages say these in their language.
RESULTS = ("called_back", "overflow_opened", "people_moved", "talked", "reported", "false_alarm", NOTE)
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


class Done(TypedDict):
    alert: str
    done: Verb


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
        if of_another_team(row, who):
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
