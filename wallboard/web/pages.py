"""What is the wall? `/board/{id}`, with its numbers in it already; its layout and its pictures.

What it uses of `app.state`:
  boards  () -> {id: Board}, the boards in force; `complete`: that these are all; `wrong`: the mistakes in one's text
  images  the folder of the boards, in which pictures have a folder of their own
  hub     as `Shown` below: the first picture is made of the same board message and state that its socket sends
Who may look is decided before, by web/auth.py.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

import msgspec
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates
from starlette.types import Scope

from wallboard.assets import STATIC
from wallboard.live.view import View
from wallboard.record.board import VARIABLES
from wallboard.record.boards import Board
from wallboard.record.images import Unfit, picture
from wallboard.web.auth import CREDENTIAL, who_asks
from wallboard.web.charts import PLOTLY_ADDRESS, STYLE_POLICY
from wallboard.web.explained import page_words
from wallboard.web.inline import inline_policy, plain_js, wall_style
from wallboard.web.known import Credential
from wallboard.web.layout import layout_css
from wallboard.web.paint import painted
from wallboard.web.picture import Picture
from wallboard.web.sight import boards_for
from wallboard.web.styles import wall_css
from wallboard.web.wiring import parts_of
from wallboard.web.words import LANGUAGE, LANGUAGES, Words, language_of, words

Document = dict[str, Any]
Teams = frozenset[str] | None  # of the lead who looks
KEEPER = "js/keeper.js"  # the service worker that keeps the wall's page
_HOST = re.compile(r"[A-Za-z0-9.:\[\]_-]{1,262}")


class Standing(Protocol):
    """How far the state has been read."""

    @property
    def ready(self) -> bool: ...

    @property
    def epoch(self) -> str: ...


class Shown(Protocol):
    """What these pages need of the hub."""

    build: str

    @property
    def pipeline(self) -> Standing: ...

    def clock_ms(self) -> int: ...

    def view(self, board: Board, teams: Teams = None) -> View: ...

    def public(self, view: View) -> Document: ...

    def state_of(self, board: Board, teams: Teams = None) -> Mapping[str, Mapping[str, Document]]: ...


def routes(templates: Jinja2Templates) -> list[BaseRoute]:
    pages = Pages(templates)
    return [
        Route("/board/{board}", pages.board),
        Route("/board/{board}/layout.css", layout),
        Route("/board-image/{name}", image),
        Route("/static/css/wall.css", wall_css),
        Mount("/static", Fresh(directory=STATIC), name="static"),
    ]


class Fresh(StaticFiles):
    """Static files that a browser asks for again each time (304 as a rule): versions never mix."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        answer.headers["cache-control"] = "no-cache"
        if path == KEEPER:
            answer.headers["service-worker-allowed"] = "/"  # of which it takes /board/ and /pair (static/js/kept.js)
        return answer


class Pages:
    """The wall."""

    def __init__(self, templates: Jinja2Templates) -> None:
        self._templates = templates

    async def board(self, request: Request) -> Response:
        try:
            board, turn = _turned(request, _board(request, _query(request)))
        except HTTPException:
            if who_asks(request).kind == "screen":  # nobody stands before it: its home knows where it belongs
                return RedirectResponse("/pair", 303)
            raise
        picture = first_picture(request.app.state.hub, board, _language(request, board), turn, who_asks(request).teams)
        context = picture | {"kiosk": "kiosk" in request.query_params, "plotly": PLOTLY_ADDRESS}
        if board.unread and who_asks(request).may("boards:write"):
            context |= {"wrong": request.app.state.boards.wrong(board.id.partition("?")[0])}
        answer = self._page(request, "board.html", context)
        answer.headers["content-security-policy"] = policy(request, inline_policy(context["layout"]))
        credential: Credential | None = request.scope.get(CREDENTIAL)
        if credential and credential.kind == "screen":  # renewed in use: one that is off at night may never ask /pair
            parts_of(request).paired.cookie.set(answer, credential.secret)
        return answer

    def _page(self, request: Request, template: str, context: Document) -> Response:
        answer = self._templates.TemplateResponse(request, template, context)
        answer.headers["cache-control"] = "no-store"
        return answer


async def layout(request: Request) -> Response:
    return Response(layout_css(_board(request)), media_type="text/css", headers={"cache-control": "no-cache"})


async def image(request: Request) -> Response:
    """A picture of the folder `images` beside the boards, for the tiles that name it; who writes boards may try all."""
    name = request.path_params["name"]
    shown = {name for board in _boards(request).values() for name in (board.logo, *(one.image for one in board.tiles))}
    if name not in shown and not who_asks(request).may("boards:write"):
        raise HTTPException(404, "No board shows such a picture.")
    try:
        data, kind = await run_in_threadpool(picture, request.app.state.images, name)
    except (Unfit, OSError):
        raise HTTPException(404, "There is no such picture, or it is not fit to be shown (wallboard check).") from None
    return Response(data, media_type=kind, headers={"cache-control": "private, max-age=60"})


def first_picture(
    hub: Shown, board: Board, language: str = LANGUAGE, rotation: Document | None = None, teams: Teams = None
) -> Document:
    """What the template paints, and `first`: the same as JSON for the script that takes over."""
    say = words(language)
    message = hub.public(hub.view(board, teams))
    state = hub.state_of(board, teams) if hub.pipeline.ready else {}
    now_ms = hub.clock_ms()
    hello = {
        "t": "hello", "epoch": hub.pipeline.epoch, "seq": 0, "now": now_ms, "build": hub.build,
        "board": message, "state": state,
    }  # fmt: skip
    said = say.catalog | page_words(language)
    first = {"hello": hello, "build": hub.build, "board": {"id": board.id}, "words": said, "rotation": rotation}
    picture = Picture(state, now_ms, say)
    return {
        "language": language,
        "board": message,
        "title": title_of(board, say),
        "mistake": "" if board.unread else board.mistake or (rotation or {}).get("mistake", ""),
        "tiles": painted(message, picture),
        "picture": picture,
        "say": say,
        "icon": icon,
        "modules": modules(),
        "plain_js": plain_js(),
        "wall_style": wall_style(),
        "layout": Markup(layout_css(board)),
        "first": script_json(first),
    }


def policy(request: Request, inline: str = STYLE_POLICY) -> str:
    """Everything from here only. Older engines do not count a socket as 'self': it is named."""
    host = request.headers.get("host", "")
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    return (
        f"default-src 'self'; {inline}; connect-src 'self'{sockets}; img-src 'self' data:; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def script_json(value: object) -> Markup:
    """JSON that may stand inside a script element whatever names are in it."""
    text = msgspec.json.encode(value).decode()
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def icon(name: str) -> Markup:
    return Markup('<svg class="icon" aria-hidden="true"><use href="/static/icons.svg#{}"></use></svg>').format(name)


def modules(folder: Path = STATIC / "js") -> list[str]:
    """The wall's own modules, named so that they are fetched side by side and not one after another."""
    found = [folder / f"{name}.js" for name in _MODULES]
    return [str(file.relative_to(folder).as_posix()) for file in [*found, *sorted((folder / "tiles").glob("*.js"))]]


_MODULES = (
    "answer", "asking", "awake", "board", "certainty", "charts", "clock", "doing", "dom", "explain", "format",
    "freshness", "heard", "kept", "levels", "lines", "memory", "messages", "orders", "pace", "paging", "paired",
    "select", "series", "shortened", "socket", "sound", "still", "store", "tab", "top", "wear", "words",
)  # fmt: skip


def _boards(request: Request) -> Mapping[str, Board]:
    """Those that are for whoever asks."""
    return boards_for(request)


def _board(request: Request, query: str = "") -> Board:
    board = _boards(request).get(request.path_params["board"] + query)
    if board is None and not request.app.state.boards.complete:
        raise HTTPException(503, "The record does not answer now. Not all boards are known yet; try again soon.")
    if board is None or not who_asks(request).may_see_board(board.id):
        raise HTTPException(404, "There is no such board, or it is not for you; / lists the boards.")
    return board


def _query(request: Request) -> str:
    """What the address says of the board's variables."""
    given = {name: value for name, value in request.query_params.items() if f"${name}" in VARIABLES}
    return f"?{urlencode(given)}" if given else ""


def title_of(board: Board, say: Words) -> str:
    """As written, or what a default board is called in this language."""
    return board.title or say(f"board.{board.id}", otherwise=board.id)


def _language(request: Request, board: Board) -> str:
    """As the address asks (`?lang=uk`), else as the board is written, else as the browser likes best."""
    asked = request.query_params.get("lang", "")
    return asked if asked in LANGUAGES else board.language or language_of(request.headers.get("accept-language"))


def _turned(request: Request, board: Board) -> tuple[Board, Document | None]:
    """Of a rotation the board whose turn it is; where to go next and when, and what is wrong with its own file."""
    if board.rotation is None:
        return board, None
    boards = _boards(request)
    names = [name for name in board.rotation.boards if name in boards]
    if not names:
        return board, None
    turn = request.query_params.get("turn", "")
    place = int(turn) % len(names) if turn.isascii() and turn.isdigit() and len(turn) < 6 else 0
    asked = {name: request.query_params[name] for name in ("lang", "kiosk") if name in request.query_params}
    following = f"/board/{board.id}?{urlencode({'turn': (place + 1) % len(names)} | asked)}"
    return boards[names[place]], {
        "next": following, "seconds": board.rotation.seconds, "mistake": board.mistake,
    }  # fmt: skip
