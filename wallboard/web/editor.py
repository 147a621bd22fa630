"""How is a board edited? Its page, and what the page asks: a board that is not saved, shown with the live numbers.

    editor ─ text and changed tables ─▶ try ─▶ the text they make, its mistakes, the board as the wall would draw it

Nothing of a try is kept: it is saved by PUT /api/v1/boards/{board}, with the revision that it was made from.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple, NotRequired, TypedDict
from urllib.parse import urlencode

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates
from tomlkit.exceptions import TOMLKitError

from wallboard.core.errors import Mistake
from wallboard.core.numbers import NUMBERS, RANKED, WINDOWS
from wallboard.core.settings import LANGUAGES
from wallboard.live.view import View, group_of
from wallboard.record.board import Board, Tile
from wallboard.record.boards import board_of
from wallboard.record.boardtext import merged
from wallboard.record.checks import AUDIENCES, KINDS, MOST_TILES, NAMES, SHOWS, THEMES
from wallboard.record.hardships import board_warnings
from wallboard.record.images import names_of
from wallboard.tables import parse_text
from wallboard.web.auth import Who, allowed
from wallboard.web.boardwriting import BODY_BYTES, checked, standing_of, without_null
from wallboard.web.body import body_of, read_as
from wallboard.web.calls import Answer, Call
from wallboard.web.charts import PLOTLY_ADDRESS, STYLE_POLICY
from wallboard.web.explained import page_words
from wallboard.web.exposing import beyond, exposes_more
from wallboard.web.layout import layout_css
from wallboard.web.pages import script_json
from wallboard.web.problems import Problem
from wallboard.web.recorded import asked_record
from wallboard.web.sight import boards_for
from wallboard.web.speaking import page_say, spoken
from wallboard.web.variables import MOST_NAMES, named
from wallboard.web.who import may_see
from wallboard.web.wiring import Parts, parts_of
from wallboard.web.words import words

Document = dict[str, Any]
OF_PAGE = "edit.", "boards.restore", "sources.zone"
_NO_STORE = {"cache-control": "no-store"}
_FRAME = {
    "content-security-policy": f"default-src 'self'; {STYLE_POLICY}; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
    "x-frame-options": "SAMEORIGIN",
}


class Tried(Struct, forbid_unknown_fields=True):
    """`text`: the board's TOML; `tables`: what it shall say, where that is something else now."""

    text: str
    tables: dict[str, Any] | None = None


class Editor:
    """`/board/{board}/edit`, and the frame in which it shows the wall."""

    def __init__(self, templates: Jinja2Templates) -> None:
        self._templates = templates

    async def show(self, request: Request) -> Response:
        who = allowed(request, "boards:write")
        parts, name, standing = parts_of(request), request.path_params["board"], await standing_of(request)
        _keep_to_theirs(who, parts, parts.boards().get(name))
        language = spoken(request)
        said = {key: text for key, text in page_say(language).catalog.items() if key.startswith(OF_PAGE)}
        names = {
            key: text for key, text in words(language).catalog.items()
            if key.partition(".")[0] in ("metric", "window", "kind")
        }  # fmt: skip
        first = {
            "id": name,
            "called": words(language)(f"board.{name}", otherwise=name),
            "text": standing.text,
            "etag": f'"{standing.tag}"',
            "over": standing.over,
            "writable": standing.writable,
            "admin": who.may("admin"),
            "zone": next(iter(parts.pipeline.floor.settings.sites.values())).zone,
            "language": language,
            "words": said | names,
            "choices": _choices(parts, boards_for(request), language)
            | {"images": await asked_record(names_of, parts.shelf.folder)},
        }
        context = {
            "board": name,
            "writable": standing.writable,
            "first": script_json(first),
        }
        return self._templates.TemplateResponse(request, "edit.html", context, headers=_NO_STORE)

    async def frame(self, request: Request) -> Response:
        """`/board-preview`: the wall's own modules and styles, without a board of its own."""
        allowed(request, "boards:write")
        language = spoken(request)
        told = {"words": words(language).catalog | page_words(language), "language": language}
        context = {"first": script_json(told), "language": language, "plotly": PLOTLY_ADDRESS}
        return self._templates.TemplateResponse(request, "preview.html", context, headers=_NO_STORE | _FRAME)


def _keep_to_theirs(who: Who, parts: Parts, board: Board | None) -> None:
    """Raises Problem 403: what nobody could save is not begun."""
    for place, reason in beyond(who, parts.pipeline.floor, board or Board()).items():
        text = f"You cannot change this board: its tile {place + 1} {reason}. You can make a board of your own."
        raise Problem(403, text, at=f"tile[{place}]")


def _choices(parts: Parts, boards: Mapping[str, Board], language: str) -> Document:
    """What may stand where a list is better than a text."""
    floor, known = parts.pipeline.documents, named(parts, language)
    return {
        "kinds": KINDS, "windows": WINDOWS, "audiences": AUDIENCES, "names": NAMES, "shows": SHOWS, "themes": THEMES,
        "languages": LANGUAGES, "ranked": list(RANKED),
        "metrics": [{"name": name, "now": number.now, "reads": number.reads} for name, number in NUMBERS.items()],
        "kpis": sorted(floor.get("kpis", {}))[:MOST_NAMES],
        "queues": [{"id": name, "name": shown} for name, shown in known.queues],
        "teams": known.teams,
        "boards": sorted(name for name, board in boards.items() if not board.rotation),
    }  # fmt: skip


class Shown(TypedDict):
    """`board` and further: where there is one that can be shown."""

    text: str
    tables: dict[str, Any] | None
    mistakes: list[dict[str, str]]
    warnings: list[dict[str, str]]
    board: NotRequired[dict[str, Any]]
    state: NotRequired[dict[str, Any]]


@Call(
    summary="A board that is not saved",
    scope="boards:write",
    description="Of `text` (TOML), or of `tables` (JSON) written into it, what the editor shows. Nothing is kept.",
    body=Tried,
    answers={200: Answer("Its text, every mistake and warning; the board and the state as its wall gets them.", Shown)},
    problems=(422,),
)
async def tried(request: Request) -> Response:
    """`POST /api/v1/boards/{board}/try`."""
    who = allowed(request, "boards:write")
    parts, name = parts_of(request), request.path_params["board"]
    standing = await standing_of(request)
    asked = _asked(await body_of(request, 2 * BODY_BYTES))
    read = await parts.lane.run(_read, parts, name, asked)
    if read.board and (more := beyond(who, parts.pipeline.floor, read.board)):
        read = _without(read, more)
    told = {
        "etag": f'"{standing.tag}"',
        "text": read.text,
        "tables": read.tables,
        "mistakes": [{"at": one.at, "reason": one.reason} for one in read.mistakes],
        "warnings": [{"at": at, "reason": reason} for at, reason in read.warnings],
    }
    return Response(
        msgspec.json.encode(told | (_shown(parts, who, read) if read.board else {})),
        media_type="application/json",
        headers=_NO_STORE,
    )


def _asked(body: bytes) -> Tried:
    return read_as(body, Tried, '{"text": "title = \\"Support\\""}')


class Read(NamedTuple):
    """What became of the text. `board`: what of it can be shown; `places`: of its tiles, those of the text."""

    text: str
    tables: dict[str, Any] | None
    mistakes: list[Mistake]
    warnings: list[tuple[str, str]]
    board: Board | None = None
    places: tuple[int, ...] = ()


def _read(parts: Parts, name: str, asked: Tried) -> Read:
    found: list[Mistake] = []
    tables = parse_text(asked.text, "$", found) if asked.tables is None else without_null(asked.tables)
    if found:
        return Read(asked.text, None, found, [])
    rough = board_of(name, tables, "$", found)
    written = asked.text if asked.tables is None else _written(asked.text, tables)
    made, mistakes = checked(parts, name, written) if not found else (None, found)
    warnings = list(board_warnings(made)) if made else []
    if rough is None:
        return Read(written, tables, mistakes, warnings)
    wrong = {int(place) for one in mistakes for place in _OF_TILE.findall(one.at)}
    given = tables.get("tile", [])
    good = [place for place in range(len(given)) if place not in wrong] if isinstance(given, list) else []
    tiles = [msgspec.convert(given[place], Tile) for place in good]
    told = {one.at.partition("[")[0].partition(".")[0] for one in mistakes}
    plain = {key: getattr(_DEFAULT, key) for key in told & set(_DEFAULT.__struct_fields__)}
    return Read(written, tables, mistakes, warnings, replace(rough, **plain | {"tiles": tiles}), tuple(good))


def _without(read: Read, more: Mapping[int, str]) -> Read:
    """Without the tiles of what is not theirs, which are named."""
    assert read.board is not None
    kept = [place for place in range(len(read.places)) if place not in more]
    mistakes = [Mistake("$", f"tile[{read.places[place]}]", reason) for place, reason in more.items()]
    return read._replace(
        mistakes=[*read.mistakes, *mistakes],
        board=replace(read.board, tiles=[read.board.tiles[place] for place in kept]),
        places=tuple(read.places[place] for place in kept),
    )


_OF_TILE = re.compile(r"^tile\[([0-9]+)\]")
_DEFAULT = Board()


def _written(text: str, tables: Document) -> str:
    """What has no place in a board or no form in TOML is a mistake anyway: the text stays."""
    tiles, rotation = tables.get("tile", []), tables.get("rotation", {})
    shaped = isinstance(rotation, dict) and isinstance(tiles, list) and all(isinstance(tile, dict) for tile in tiles)
    shaped = shaped and len(tiles) <= MOST_TILES  # each is compared with each that stands
    try:
        return merged(text, tables) if shaped else text
    except TOMLKitError:
        return text


def _shown(parts: Parts, who: Who, read: Read) -> Document:
    """The board as the wall would draw it, as far as whoever asks may see that."""
    assert read.board is not None
    board = _to_draw(parts, who, read.board)
    view = View(board, lambda: parts.pipeline.floor.settings, who.teams)
    public = parts.hub.public(view)
    for shown, tile in zip(public["tiles"], board.tiles, strict=True):
        if "series" in shown:
            query = urlencode({"as": msgspec.json.encode(tile).decode()})
            shown["series"] = f"/api/v1/boards/{board.id}/series?{query}"
    counted = parts.pipeline.floor.tallies.sets
    return {
        "now": parts.clock_ms(),
        "board": public,
        "places": read.places,
        "layout": layout_css(board),
        "state": parts.hub.state_shown(view),
        "uncounted": [
            place for place, tile in zip(read.places, board.tiles, strict=False)
            if (group := group_of(tile)) and group.startswith("set:") and group not in counted
        ],
    }  # fmt: skip


def _to_draw(parts: Parts, who: Who, board: Board) -> Board:
    """Of a rotation its first board; without values for variables; and no more of people than they may see."""
    first = parts.boards().get(board.rotation.boards[0]) if board.rotation else None
    if first and may_see(who, first):
        return first
    if exposes_more(parts.boards().get(board.id), board) and not who.may("admin"):
        board = replace(board, audience="wall", names=None, shows=[])
    return board.filled({})
