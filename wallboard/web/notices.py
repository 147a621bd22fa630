"""What do people and programs say on the boards? Each notice is an event that comes back through the stream."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NotRequired, TypedDict

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from wallboard.core import events as ev
from wallboard.core.fields import Level, LongText, QueueList, Text
from wallboard.core.state import Floor
from wallboard.record.boards import Board
from wallboard.web.auth import Who, allowed
from wallboard.web.body import body_of, read_as
from wallboard.web.calls import Answer, Call
from wallboard.web.problems import Problem, near
from wallboard.web.sight import boards_for
from wallboard.web.telling import tell
from wallboard.web.trail import about_notice, noted, standing_notice
from wallboard.web.until import Until, until_ms
from wallboard.web.wiring import expect_loaded, parts_of

BODY_BYTES = 262_144  # a thousand names of queues have room
MOST = 200  # that stand at once; nobody reads more


class Notice(Struct, forbid_unknown_fields=True, kw_only=True):
    """`id`: what stands under it is replaced. `until`: see web/until.py; without it, until it is taken away."""

    text: LongText
    id: Text | None = None
    level: Level = "info"
    boards: QueueList | None = None
    queues: QueueList | None = None
    teams: QueueList | None = None
    mark: bool | None = None
    until: Until | None = None


class Written(TypedDict):
    """`until` in ms UTC, where the notice ends by itself."""

    id: str
    until: NotRequired[int]


@Call(
    summary="Notices that stand now",
    scope="notices:write",
    answers={200: Answer("By id, with who wrote it; `theirs`: not for you to change.", dict[str, dict[str, Any]])},
)
async def notices(request: Request) -> Response:
    """`GET /api/v1/notices`: what stands now by id, as in the state document, and `who` wrote it where it is known.

    `theirs`: it is of other teams too, and whoever asks may neither change it nor take it away.
    """
    who, parts = allowed(request, "notices:write"), parts_of(request)
    floor, rows = parts.pipeline.floor, parts.pipeline.documents.get("notices", {})
    found = {
        name: row | _writer(floor, name) | ({} if _may_change(name, who, floor) else {"theirs": True})
        for name, row in rows.items()
    }
    return Response(msgspec.json.encode(found), media_type="application/json", headers={"cache-control": "no-store"})


@Call(
    summary="Write a notice",
    scope="notices:write",
    description="With an id it replaces what stands under it.",
    body=Notice,
    answers={202: Answer("It is in the stream: its id, and until when.", Written)},
    problems=(409, 422),
)
async def post(request: Request) -> Response:
    """`POST /api/v1/notices`. 202: it is in the stream."""
    who = allowed(request, "notices:write")
    parts = parts_of(request)
    asked = read_as(await body_of(request, BODY_BYTES), Notice, '{"text": "Line 2 is down", "until": "1h"}')
    expect_loaded(parts)
    floor, now_ms = parts.pipeline.floor, parts.clock_ms()
    boards = _places(asked.boards or [], boards_for(request)) or None
    teams = _own_places(asked, who, floor)
    over_ms = None if asked.until is None else until_ms(asked.until, _sites(asked.queues or [], floor), floor, now_ms)
    name = asked.id or secrets.token_hex(8)
    _check_own(name, who, floor)
    if name not in floor.notices and len(floor.notices) >= MOST:
        raise Problem(409, f"{MOST} notices stand already. Take some away first.")
    before = standing_notice(floor, name)
    posted = ev.NoticePosted(
        text=asked.text, notice=name, level=asked.level, boards=boards, queues=asked.queues,
        teams=teams, until=over_ms, mark=asked.mark, **_told(who),
    )  # fmt: skip
    await tell(parts, [posted])
    await noted(parts, who, "notice.posted", name, **about_notice(posted), before=before)
    return JSONResponse({"id": name} | ({} if over_ms is None else {"until": over_ms}), 202)


@Call(
    summary="Take a notice away",
    scope="notices:write",
    answers={202: Answer("It is in the stream.", Written)},
)
async def clear(request: Request) -> Response:
    """`DELETE /api/v1/notices/{id}`. 202: it is in the stream."""
    who = allowed(request, "notices:write")
    parts, name = parts_of(request), request.path_params["notice"]
    if name not in parts.pipeline.floor.notices:
        raise Problem(404, "This notice does not stand any more, or never did.")
    _check_own(name, who, parts.pipeline.floor)
    before = standing_notice(parts.pipeline.floor, name)
    await tell(parts, [ev.NoticeCleared(notice=name, **_told(who))])
    await noted(parts, who, "notice.cleared", name, before=before)
    return JSONResponse({"id": name}, 202)


def _places(asked: Sequence[str], known: Mapping[str, Board]) -> list[str]:
    """The boards; of a rotation those that it shows. Raises Problem 422."""
    found: list[str] = []
    for index, name in enumerate(asked):
        if (board := known.get(name)) is None:
            raise Problem(422, "There is no such board.", at=f"$.boards[{index}]", **near(name, list(known)))
        turning = board.rotation.boards if board.rotation else [name]
        found += [known[one].id if one in known else one for one in turning]
    return list(dict.fromkeys(found))


def _own_places(asked: Notice, who: Who, floor: Floor) -> list[str] | None:
    """The teams: as asked; of whoever is bound to teams theirs, where no place is asked for. Raises Problem 403."""
    if who.teams is None:
        return asked.teams
    for index, team in enumerate(asked.teams or []):
        if not who.of_team(team):
            raise Problem(403, f"You do not lead this team; yours: {_listed(who.teams)}.", at=f"$.teams[{index}]")
    for index, queue in enumerate(asked.queues or []):
        if not who.of_team(floor.settings.for_queue(queue).team):
            raise Problem(403, "This queue is of no team that you lead.", at=f"$.queues[{index}]")
    return asked.teams if asked.boards or asked.queues or asked.teams else sorted(who.teams)


def _check_own(name: str, who: Who, floor: Floor) -> None:
    """Raises Problem 403."""
    if not _may_change(name, who, floor):
        raise Problem(403, "This notice is not of your teams alone; its writer or an administrator can change it.")


def _may_change(name: str, who: Who, floor: Floor) -> bool:
    """Whoever is bound to teams changes what they wrote and what is for those teams alone."""
    if who.teams is None or name not in floor.notices or _wrote(floor, name, who):
        return True
    said = floor.notices[name].event
    teams = [*(said.teams or ()), *(floor.settings.for_queue(queue).team for queue in said.queues or ())]
    return bool(teams) and all(who.of_team(team) for team in teams)


def _listed(teams: Iterable[str]) -> str:
    return ", ".join(sorted(teams)) or "none"


def _sites(queues: Sequence[str], floor: Floor) -> set[str]:
    return {floor.settings.site_of(queue) for queue in queues} or set(floor.settings.sites)


def _told(who: Who) -> dict[str, Any]:
    """Without a time: it happens when Redis takes it, so that processes with other clocks agree what is newer."""
    return {"attributes": {"who": who.name[:256], "by": who.whose}, "source": ev.SERVER, "id": secrets.token_hex(8)}


def _wrote(floor: Floor, name: str, who: Who) -> bool:
    return _said(floor, name).get("by") == who.whose


def _writer(floor: Floor, name: str) -> dict[str, str]:
    who = _said(floor, name).get("who")
    return {"who": who} if who else {}


def _said(floor: Floor, name: str) -> dict[str, str]:
    """Who wrote it and as whom. What came as an event may say so of anybody."""
    row = floor.notices.get(name)
    return row.event.attributes or {} if row and row.source == ev.SERVER else {}
