"""Which boards are there? `/`: a card for each, and for who may write them what can be done with it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.templating import Jinja2Templates

from wallboard.core.errors import RecordUnavailable
from wallboard.record.board import Board
from wallboard.record.shelf import FILE, MADE, SHIPPED, Standing
from wallboard.web.alphabet import by_alphabet
from wallboard.web.auth import allowed
from wallboard.web.boardwriting import read_all
from wallboard.web.exposing import beyond
from wallboard.web.pages import icon, script_json, title_of
from wallboard.web.sight import boards_for
from wallboard.web.speaking import page_say, spoken
from wallboard.web.wiring import parts_of
from wallboard.web.words import words

CHANGED = "changed"  # came with Wallboard, and is another one now
COVERS = "covers"  # a file, and beside it a board made here that does not count
OF_PAGE = "boards."
_STANDS = {
    FILE: "boards.of_file", MADE: "boards.of_editor", SHIPPED: "boards.of_shipped", CHANGED: "boards.of_changed",
    COVERS: "boards.of_covers",
}  # fmt: skip


class Front:
    def __init__(self, templates: Jinja2Templates) -> None:
        self._templates = templates

    async def show(self, request: Request) -> Response:
        who, parts = allowed(request, "state:read"), parts_of(request)
        if who.kind == "screen":
            return RedirectResponse("/pair", 303)  # its home, from where it goes to its own board
        language = spoken(request)
        say, catalog = words(language), page_say(language).catalog
        try:
            standing = await read_all(parts)
        except RecordUnavailable:
            standing = {}  # what is in force can be looked at all the same
        cards = [
            _card(board, parts.boards.title(board.id) or title_of(board, say), standing.get(board.id))
            | {"writes": who.may("boards:write") and not beyond(who, parts.pipeline.floor, board)}
            for board in boards_for(request).values()
        ]
        by_title = by_alphabet(say.language)
        context = {
            "boards": sorted(cards, key=lambda one: by_title(one["title"])),
            "writes": who.may("boards:write"),
            "icon": icon,
            "said": script_json({key: text for key, text in catalog.items() if key.startswith(OF_PAGE)}),
        }
        return self._templates.TemplateResponse(request, "boards.html", context, headers={"cache-control": "no-store"})


def _card(board: Board, title: str, standing: Standing | None) -> dict[str, Any]:
    origin = standing.origin if standing else ""
    if standing and standing.over:
        origin = CHANGED if standing.over == SHIPPED else COVERS
    return {
        "id": board.id,
        "title": title,
        "origin": origin,
        "stands": _STANDS[origin] if origin else None,
        "etag": f'"{standing.tag}"' if standing else "",
        "removable": standing is not None and standing.writable and standing.origin != SHIPPED,
        "turns": board.rotation is not None,
        "mistake": board.mistake,
    }
