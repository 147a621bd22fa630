"""The desk twin of the wall: `/floor`, where leads see queues, people and notices. static/js/floor.js fills it."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from wallboard.live.desk import DESK
from wallboard.web.auth import allowed
from wallboard.web.pages import icon, policy, script_json
from wallboard.web.sight import boards_for
from wallboard.web.speaking import page_say, spoken
from wallboard.web.wiring import parts_of
from wallboard.web.words import words

OF_PAGE = "floor."


class FloorPage:
    def __init__(self, templates: Jinja2Templates) -> None:
        self._templates = templates

    async def show(self, request: Request) -> Response:
        who = allowed(request, "people:read")
        parts = parts_of(request)
        context = {
            "first": script_json(
                _first(request, spoken(request))
                | {"closes": who.may("alerts:act"), "bound": who.teams is not None, "teams": sorted(who.teams or ())}
            ),
            "writes": who.may("notices:write"),
            "ready": parts.pipeline.floor.settings.notice,
            "as_json": lambda notice: msgspec.json.encode(notice).decode(),
            "icon": icon,
        }
        headers = {"cache-control": "no-store", "content-security-policy": policy(request)}
        return self._templates.TemplateResponse(request, "floor.html", context, headers=headers)


def _first(request: Request, language: str) -> dict[str, Any]:
    parts = parts_of(request)
    said = {key: text for key, text in page_say(language).catalog.items() if key.startswith(OF_PAGE)}
    say = words(language)
    settings = parts.pipeline.floor.settings
    seen = boards_for(request).values()
    boards = [(board.id, board.title or say(f"board.{board.id}", otherwise=board.id)) for board in seen]
    return {
        "board": DESK,
        "build": parts.hub.build,
        "words": say.catalog | said,
        "reasons": {name: reason.name for name, reason in settings.reason.items() if reason.name},
        "boards": boards,
    }
