"""Who is on duty? A switch that a lead turns on until an instant; it comes back through the stream."""

import secrets
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, NotRequired, TypedDict

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from wallboard.core import events as ev
from wallboard.core.duty import DutyRow
from wallboard.core.fields import Text
from wallboard.core.state import Floor
from wallboard.record.people import Person
from wallboard.web.auth import Who, allowed
from wallboard.web.body import body_of, read_as
from wallboard.web.calls import Answer, Call
from wallboard.web.ownchannels import is_reached
from wallboard.web.problems import Problem
from wallboard.web.recorded import asked_record
from wallboard.web.telling import tell
from wallboard.web.trail import noted
from wallboard.web.until import Until, until_ms
from wallboard.web.who import who_of
from wallboard.web.wiring import Parts, expect_loaded, parts_of

BODY_BYTES = 8_192
LONGEST_MS = 24 * 3_600_000  # a duty always ends by itself


class Switch(Struct, forbid_unknown_fields=True, kw_only=True):
    """`who`: by a program or an administrator, whom it is about; else whoever asks."""

    until: Until
    who: Text | None = None


class OnDuty(TypedDict):
    """`since`, `until` in ms UTC. `teams`: of these alone."""

    who: str
    since: int
    until: int
    teams: NotRequired[list[str]]
    mine: bool


class Switched(TypedDict):
    """`reached`: whether a receiver or a channel of theirs tells them of alerts; else only `/alerts` does."""

    who: str
    until: NotRequired[int]
    reached: NotRequired[bool]


@Call(
    summary="Who is on duty",
    scope="alerts:act",
    answers={200: Answer("Who is on duty now, by name.", list[OnDuty])},
)
async def on_duty(request: Request) -> Response:
    """`GET /api/v1/duty`."""
    who = allowed(request, "alerts:act")
    return JSONResponse(rows(parts_of(request).pipeline.floor, who), headers={"cache-control": "no-store"})


@Call(
    summary="Go on duty",
    scope="alerts:act",
    description="Until an instant, for so long (`4h`), or to the end of the `shift`; at most 24 hours. A program "
    "or an administrator says `who`. docs/alerts.md.",
    body=Switch,
    answers={202: Answer("It is in the stream: who, and until when.", Switched)},
    problems=(422,),
)
async def take(request: Request) -> Response:
    """`POST /api/v1/duty`. 202: it is in the stream."""
    who, parts = allowed(request, "alerts:act"), parts_of(request)
    asked = read_as(await body_of(request, BODY_BYTES), Switch, '{"until": "4h"}')
    expect_loaded(parts)
    lead, over_ms = await _lead(parts, who, asked.who), _until_ms(asked.until, parts)
    teams = None if lead.teams is None else sorted(lead.teams)
    told, before = _told(who, lead.name), _before(parts.pipeline.floor.duty.on.get(lead.name))
    await tell(parts, [ev.DutyTaken(who=lead.name, account=lead.whose, until=over_ms, teams=teams, **told)])
    await noted(parts, who, "duty.taken", lead.name, until=over_ms, before=before)
    return JSONResponse({"who": lead.name, "until": over_ms, "reached": await is_reached(parts, lead)}, 202)


@Call(
    summary="Go off duty",
    scope="alerts:act",
    answers={202: Answer("It is in the stream.", Switched)},
    problems=(404,),
)
async def leave(request: Request) -> Response:
    """`DELETE /api/v1/duty`, of another one `/api/v1/duty/{who}`. 202: it is in the stream."""
    who, parts = allowed(request, "alerts:act"), parts_of(request)
    name = request.path_params.get("who", who.name)
    row = parts.pipeline.floor.duty.on.get(name)
    if row is None:
        raise Problem(404, f"'{name}' is not on duty.")
    _may_speak_for(who, name, row.teams)
    await tell(parts, [ev.DutyLeft(who=name, **_told(who, name))])
    await noted(parts, who, "duty.left", name, before=_before(row))
    return JSONResponse({"who": name}, 202)


def rows(floor: Floor, who: Who) -> list[OnDuty]:
    """Who is on duty now; nothing for whoever may not act on alerts."""
    if not who.may("alerts:act"):
        return []
    found: list[OnDuty] = []
    for name, row in sorted(floor.duty.on.items()):
        one: OnDuty = {"who": name, "since": row.since_ms, "until": row.until_ms, "mine": row.account == who.whose}
        found.append(one if row.teams is None else {**one, "teams": row.teams})
    return found


async def follow(parts: Parts, who: Who, before: Person, after: Person | None) -> None:
    """Whoever has another name or other teams, or may not act any more, is off duty. While Redis is away it ends later,
    by itself."""
    was, now = who_of(before), who_of(after) if after else None
    row = parts.pipeline.floor.duty.on.get(before.name)
    if was is None or row is None or row.account != was.whose:
        return
    if now and now.may("alerts:act") and (now.name, now.teams) == (was.name, was.teams):
        return
    with suppress(Problem):
        await tell(parts, [ev.DutyLeft(who=before.name, **_told(who, before.name))])
        await noted(parts, who, "duty.left", before.name, before=_before(row))


def _before(row: DutyRow | None) -> dict[str, int] | None:
    """For the audit trail."""
    return {"until": row.until_ms} if row else None


def _may_speak_for(who: Who, name: str, teams: Iterable[str] | None) -> None:
    """People for themselves, administrators for everybody, programs for who leads (some of) their teams alone."""
    if who.kind == "person":
        if name != who.name and not who.may("admin"):
            raise Problem(403, "Only an administrator or a program switches somebody else's duty.")
    elif who.teams is not None and (teams is None or not who.teams.issuperset(teams)):
        raise Problem(403, f"'{name}' leads teams that this token is not for.")


async def _lead(parts: Parts, who: Who, name: str | None) -> Who:
    """Whom it is about, with their teams. Raises Problem 403, 422, 503."""
    if name is None and who.kind != "person":
        raise Problem(422, "Say `who` goes on duty: a program does not.", at="$.who")
    if name is None or (who.kind == "person" and name == who.name):
        return who
    if who.kind == "person":
        _may_speak_for(who, name, None)
    person = await asked_record(parts.people.named, name)
    found = person and who_of(person)
    if not found or not found.may("alerts:act"):
        raise Problem(422, "There is no lead or administrator of this name.", at="$.who")
    _may_speak_for(who, found.name, found.teams)
    return found


def _until_ms(said: int | str, parts: Parts) -> int:
    floor, now_ms = parts.pipeline.floor, parts.clock_ms()
    over_ms = until_ms(said, floor.settings.sites, floor, now_ms)
    if said == "shift":
        return min(over_ms, now_ms + LONGEST_MS)
    if over_ms > now_ms + LONGEST_MS:
        raise Problem(422, "A duty ends within 24 hours; it can be put on again.", at="$.until")
    return over_ms


def _told(who: Who, name: str) -> dict[str, Any]:
    """Without a time: it happens when Redis takes it."""
    by = {"by": who.name[:256]} if who.name != name else {}
    return {"source": ev.SERVER, "id": secrets.token_hex(8), **by}
