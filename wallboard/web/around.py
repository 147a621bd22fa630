"""What stands around an alert? Its number's last hour with the limits, whom to ask, and the boards that show it."""

from collections.abc import Iterator, Mapping
from typing import Any, NotRequired, TypedDict

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from wallboard.core.agents import Standing, has_room
from wallboard.core.askable import reads_of
from wallboard.core.rows import AlertRow
from wallboard.core.select import selects
from wallboard.core.sofar import asked_of
from wallboard.live.documents import briefs
from wallboard.record.boards import Board
from wallboard.web.auth import Who, allowed
from wallboard.web.calls import Answer, Call
from wallboard.web.figures import changed
from wallboard.web.pages import title_of
from wallboard.web.problems import Problem
from wallboard.web.sight import boards_for
from wallboard.web.speaking import spoken
from wallboard.web.wiring import Parts, expect_loaded, parts_of, whole_floor
from wallboard.web.within import has_alert
from wallboard.web.words import Words, words

Document = dict[str, Any]
MOST_NAMED, MOST_BOARDS = 30, 3


class Hour(TypedDict):
    """`points`: one a minute, the newest last. `least`, `most` as people read them; `raise`, `clear`: limits."""

    points: list[float | None]
    least: NotRequired[str]
    most: NotRequired[str]
    limits: dict[str, float]


class Ask(TypedDict):
    """People by name: of this queue `free`, in `wrapup` over its limit, `away` by reason; `elsewhere`: by another queue
    for which they are free while they pause here."""

    free: list[str]
    wrapup: list[str]
    away: dict[str, list[str]]
    elsewhere: dict[str, list[str]]


class Shows(TypedDict):
    id: str
    title: str


class Around(TypedDict):
    hour: Hour
    ask: NotRequired[Ask]
    boards: list[Shows]


@Call(
    summary="What stands around an alert",
    scope="alerts:act",
    description="Its number's last hour, as this server saw it; whom to ask, of a queue or a team, for who may see "
    "people; up to three boards that show it. docs/alerts.md.",
    answers={200: Answer("Of one that is open.", Around)},
)
async def around(request: Request) -> Response:
    """`GET /api/v1/alerts/{alert}/around`."""
    who, parts = allowed(request, "alerts:act"), parts_of(request)
    expect_loaded(parts)
    say = words(spoken(request))
    async with whole_floor(parts) as floor:
        row = floor.alerts.open.get(request.path_params["alert"])
        if row is None or not has_alert(who, floor, row.kind, row.of):
            raise Problem(404, "This alert is not open any more, or never was.")
        boards = _boards(boards_for(request), parts, row)
        found: Document = {
            "hour": _hour(parts, row, say), "boards": [{"id": one.id, "title": title_of(one, say)} for one in boards],
        }  # fmt: skip
        if who.may("people:read") and (asked := _ask(parts, who, row)) is not None:
            found["ask"] = asked
    return Response(msgspec.json.encode(found), media_type="application/json", headers={"cache-control": "no-store"})


def _hour(parts: Parts, row: AlertRow, say: Words) -> Document:
    """Of the condition that raised it; nothing where its rule asks for other numbers by now."""
    asked, reads = asked_of(row, parts.pipeline.floor.settings), reads_of(row.metric)
    if asked is None:
        return {"points": [], "limits": {}}
    points = list(parts.last_hour.of((row.rule, row.kind, row.of, asked)))
    known = [point for point in points if point is not None]
    limits = {}
    if not asked.within:  # else they are of the change
        limits = {"raise": asked.raise_limit.number} | (
            {"clear": asked.clear_limit.number} if asked.clear_limit else {}
        )
    ends = {"least": changed(min(known), reads, say), "most": changed(max(known), reads, say)} if known else {}
    return {"points": points, "limits": limits, **ends}


def _ask(parts: Parts, who: Who, row: AlertRow) -> Document | None:
    """None: it is about no people's work."""
    floor, now_ms = parts.pipeline.floor, parts.clock_ms()
    queue, team = (row.of if row.kind == "queues" else None), row.of.partition("team:")[2]
    if queue is None and not (row.kind == "groups" and team):
        return None
    found: Document = {"free": [], "wrapup": [], "away": {}, "elsewhere": {}}
    agents = parts.pipeline.documents.get("agents", {})
    serving = {
        name: agents[name]
        for name, one in briefs(agents)
        if (queue in one["queues"] if queue is not None else one.get("team") == team) and who.of_team(one.get("team"))
    }
    for name, one in sorted(serving.items(), key=lambda item: str(item[1]["name"])):
        known = floor.people.agents.get(name)
        if known is None:
            continue
        profile = known.profile
        here = profile.in_queue(queue) if queue is not None else profile.standing
        if one.get("wrapup_over_at", now_ms + 1) <= now_ms:
            _name(found["wrapup"], one)
        elif _is_free(one, here):
            _name(found["free"], one)
        elif here and here.presence == "paused":
            elsewhere = [each for each in one.get("queues") or () if _is_free(one, profile.in_queue(each))]
            named = floor.settings.reason.get(here.reason or "")
            away = (named and named.name) or here.reason or ""
            for key in elsewhere or [away]:
                _name(found["elsewhere" if elsewhere else "away"].setdefault(key, []), one)
    return found


def _name(names: list[str], one: Mapping[str, Any]) -> None:
    if len(names) < MOST_NAMED:
        names.append(str(one["name"]))


def _is_free(one: Mapping[str, Any], here: Standing | None) -> bool:
    """Could take one more contact where they stand so."""
    held = [contact["state"] for contact in one["contacts"]]
    return here is not None and here.presence == "ready" and has_room(one["activity"], held, one["slots"]["allowed"])


def _boards(boards: Mapping[str, Board], parts: Parts, row: AlertRow) -> Iterator[Board]:
    """The first ones that name its queue or team, then those that show everything."""
    settings = parts.pipeline.floor.settings
    team = settings.for_queue(row.of).team if row.kind == "queues" else row.of.partition("team:")[2]

    def names(board: Board) -> int:
        own = [
            (row.kind == "queues" and selects(tile.queues, row.of)) if tile.queues else team in tile.teams
            for tile in board.tiles if tile.queues or tile.teams
        ]  # fmt: skip
        return 0 if any(own) else 1 if any(not (tile.queues or tile.teams) for tile in board.tiles) else 2

    found = sorted((names(board), name) for name, board in boards.items())
    yield from (boards[name] for place, name in found[:MOST_BOARDS] if place < 2)
