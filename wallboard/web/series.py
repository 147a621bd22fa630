"""What has the day been like so far, for a chart on a board? Quarters of an hour, and the same weekday a week before.

`GET /api/v1/boards/{board}/series?tile=N`: what tile N (from 0) shows over time, of a heat map by queue and hour;
`as=TILE`: a tile that is not saved. Read from the record, where the leading worker writes the running quarter every few
seconds; once in some seconds for all screens of a board.
"""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NotRequired, TypedDict
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from wallboard.core.attendance import TIME, gather
from wallboard.core.measured import LEAST
from wallboard.core.quarters import Amounts
from wallboard.core.select import selects_queue
from wallboard.core.settings import Site
from wallboard.core.windows import Day, business_day
from wallboard.live.view import View, tile_of
from wallboard.record.board import OVER_TIME, Board, Tile
from wallboard.record.checks import board_mistakes
from wallboard.record.steps import STEPS, Step, day_named, rows, spans, steps
from wallboard.web.auth import allowed, who_asks
from wallboard.web.calls import Answer, Call, Query
from wallboard.web.history import site_of
from wallboard.web.problems import Problem
from wallboard.web.recorded import answering
from wallboard.web.sight import NO_BOARD, boards_for
from wallboard.web.wiring import Parts, parts_of

Document = dict[str, Any]
KEEP_MS = 5_000  # so long one answer serves all who ask
MOST_KEPT = 500  # answers; above it all are forgotten
MOST_QUEUES = 200  # of a set of queues that no group counts
WEEK = timedelta(days=7)


class Drawn(TypedDict):
    """`since`: where the day was not seen whole."""

    now: int
    zone: str
    started: int
    ends: int
    metrics: list[str]
    rows: list[dict[str, Any]]
    before: list[dict[str, Any]]
    since: NotRequired[int]


class Series:
    """The answers of the last seconds, so that a thousand screens of one board are one look into the record."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str, int], tuple[int, asyncio.Task[bytes]]] = {}

    @Call(
        summary="A board's number over the day",
        scope="state:read",
        description="What a tile `trend` draws: quarters of an hour of the running business day, and of the same "
        "weekday a week before at the same time of day. docs/boards.md.",
        query=(
            Query("tile", "The tile's place on the board, from 0.", int),
            Query("as", "Instead: a tile that is not saved, as JSON. Scope boards:write."),
        ),
        answers={200: Answer("The rows of today, and those of a week before.", Drawn)},
        problems=(422,),
    )
    async def show(self, request: Request) -> Response:
        allowed(request, "state:read")
        parts = parts_of(request)
        view, place = _asked(request, parts)
        key = (view.key, view.board.revision, place)
        now_ms, task = self._told.get(key, (0, None))
        if task is None or parts.clock_ms() - now_ms >= KEEP_MS or (task.done() and task.exception()):
            if len(self._told) >= MOST_KEPT:
                self._told.clear()
            task = asyncio.create_task(_told(parts, view.board.tiles[place]))
            task.add_done_callback(_seen)
            self._told[key] = parts.clock_ms(), task
        with answering():
            body = await asyncio.shield(task)
        return Response(body, media_type="application/json", headers={"cache-control": "private, no-store"})


def _seen(task: asyncio.Task[bytes]) -> None:
    """Whoever asked may be gone by the time that it fails."""
    if not task.cancelled():
        task.exception()


def _asked(request: Request, parts: Parts) -> tuple[View, int]:
    """Raises Problem 400, 404, and 403 for a number that this board's audience may not see."""
    query = dict(request.query_params)
    if set(query) == {"as"}:
        return _drafted(request, parts, query["as"]), 0
    number = query.pop("tile", "")
    if query or not number.isdecimal() or len(number) > 3:
        raise Problem(400, "Expected tile=N, the place of the tile on the board, from 0.", at="$.tile")
    board = boards_for(request).get(request.path_params["board"])
    if board is None:
        raise Problem(404, NO_BOARD)
    if int(number) >= len(board.tiles) or board.tiles[int(number)].kind not in OVER_TIME:
        raise Problem(404, "There is no tile of that place that shows a number over time.", at="$.tile")
    view = parts.hub.view(board, who_asks(request).teams)
    if not all(view.allowed.tells(metric) for metric in board.tiles[int(number)].over_time):
        raise Problem(403, "This board's audience may not see that number.")
    return view, int(number)


def _drafted(request: Request, parts: Parts, tile: str) -> View:
    """A tile that is not saved yet, as the board's audience would see it: for the editor."""
    allowed(request, "boards:write")
    board = boards_for(request).get(request.path_params["board"])
    try:
        drafted = msgspec.json.decode(tile, type=Tile)
    except (msgspec.DecodeError, RecursionError):
        raise Problem(400, "Expected as=TILE, a tile of a board as JSON.", at="$.as") from None
    if board is None or drafted.kind not in OVER_TIME or list(board_mistakes(_AS_LARGE, [(0, drafted)])):
        raise Problem(404, "There is no such board, or this is no tile that shows numbers over time.")
    view = View(replace(board, tiles=[drafted]), lambda: parts.pipeline.floor.settings, who_asks(request).teams)
    if not all(view.allowed.tells(metric) for metric in drafted.over_time):
        raise Problem(403, "This board's audience may not see that number.")
    return view


_AS_LARGE = Board(columns=48, rows=48)


async def _told(parts: Parts, tile: Tile) -> bytes:
    floor, now_ms = parts.pipeline.floor, parts.clock_ms()
    of = tile_of(tile) or {"kind": "groups", "id": "all"}
    site = site_of(floor.settings, of["kind"], of["id"])
    day = business_day(now_ms, site.zone, site.day_starts)
    names = _names(parts, tile, of)
    if tile.kind == "heat":
        shown = await asyncio.to_thread(
            _by_queue, parts, [name for _, name in names], day, site, tile.over_time, now_ms
        )
    else:
        least = floor.settings.for_queue(of["id"]).min_n if of["kind"] == "queues" else LEAST
        shown = await asyncio.to_thread(_read, parts, names, day, site, tile.over_time, now_ms, least)
    return msgspec.json.encode(
        shown
        | {
            "now": now_ms, "zone": site.zone, "started": day.started_ms, "ends": day.ends_ms,
            "metrics": list(tile.over_time),
        }
    )  # fmt: skip


def _names(parts: Parts, tile: Tile, of: Document) -> list[tuple[str, str]]:
    """Whose intervals are told: one queue's or group's; of a board's own set, and on a heat map, each queue's."""
    if tile.kind != "heat" and not of["id"].startswith("set:"):
        return [(of["kind"], of["id"])]
    patterns = [*tile.queues, *(f"team:{team}" for team in tile.teams)] or ["*"]
    settings = parts.pipeline.floor.settings
    queues = [
        name for name in parts.pipeline.floor.tallies.queues
        if selects_queue(patterns, name, settings.for_queue(name).team)
        and (tile.kind != "heat" or name in tile.queues or tile.teams or not settings.for_queue(name).hidden)
    ]  # fmt: skip
    return [("queues", name) for name in sorted(queues)[:MOST_QUEUES]]


def _read(
    parts: Parts, names: list[tuple[str, str]], day: Day, site: Site, metrics: Iterable[str], now_ms: int, least: int
) -> Document:
    """In a thread. Rows of today up to now, of a week before up to its end, and since when today was seen."""
    today = _rows(parts, names, day.started_ms, min(day.ends_ms, now_ms), site, metrics, now_ms, least)
    days = parts.history.days(day.started_ms, now_ms + 1)
    late = [one.since_ms for one in days if one.since_ms > one.started_ms]  # other sites' days began later, and whole
    since_ms = max(late, default=day.started_ms) if days else now_ms
    found: Document = {"rows": today, "before": []}
    if since_ms > day.started_ms:
        found["since"] = since_ms
    try:
        before = day_named((date.fromisoformat(day.label) - WEEK).isoformat(), site)
    except ValueError:  # before the first year that can be recorded
        return found
    past = _rows(parts, names, before.started_ms, before.ends_ms, site, metrics, now_ms, least)
    zone = ZoneInfo(site.zone)
    return found | {"before": [{**row, "at": _a_week_on(row["at"], zone)} for row in past if len(row) > 1]}


def _by_queue(parts: Parts, queues: list[str], day: Day, site: Site, metrics: tuple[str, ...], now_ms: int) -> Document:
    """In a thread. Of each queue the hours of today up to now: `at`, `provisional`, and the number as `value`."""
    to_ms, found = min(day.ends_ms, now_ms), dict[str, list[Document]]()
    for queue in queues:
        least = parts.pipeline.floor.settings.for_queue(queue).min_n
        told = _rows(parts, [("queues", queue)], day.started_ms, to_ms, site, metrics, now_ms, least, "1h")
        found[queue] = [
            {"value" if name in metrics else name: value for name, value in row.items()} for row in told if len(row) > 1
        ]
    return {"queues": found, "step": STEPS["1h"]}


def _rows(
    parts: Parts,
    names: list[tuple[str, str]],
    from_ms: int,
    to_ms: int,
    site: Site,
    metrics: Iterable[str],
    now_ms: int,
    least: int,
    step: str = "15m",
) -> list[Document]:
    """`at`, `provisional` where it is, and the numbers that are known then; a percentage of few is not."""
    recorded, spent = dict[int, Amounts](), dict[int, Amounts]()
    wanted: list[Step] = list(steps(from_ms, to_ms, step, site))
    end_ms = wanted[-1].ends_ms if wanted else to_ms
    for kind, name in names:
        _add(recorded, parts.history.read(kind, name, from_ms, end_ms, "event"))
        _add(spent, parts.history.read(kind, name, from_ms, end_ms, TIME))
    seen = spans(parts.history.days(from_ms, end_ms))
    kept = {"at", "provisional", *metrics}
    return [
        {key: value for key, value in row.items() if key in kept and row.get("n", {}).get(key, least) >= least}
        for row in rows(wanted, recorded, spent, seen, now_ms, "groups")
        if any(since < row["until"] and row["at"] < until for since, until in seen)
    ]


def _add(found: dict[int, Amounts], more: Mapping[int, Amounts]) -> None:
    for at_ms, amounts in more.items():
        gather(found.setdefault(at_ms, {}), amounts)


def _a_week_on(at_ms: int, zone: ZoneInfo) -> int:
    """The same time of day by the clock of the site."""
    wall = datetime.fromtimestamp(at_ms / 1000, zone).replace(tzinfo=None, fold=0) + WEEK
    return round(wall.replace(tzinfo=zone).timestamp() * 1000)
