"""`/screens`, and `/pair/claim`, which a telephone comes to from the screen's picture. Scripts fill both."""

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from wallboard.web.auth import allowed
from wallboard.web.onscreens import choice
from wallboard.web.pages import script_json
from wallboard.web.screens import MANAGE
from wallboard.web.speaking import page_say, spoken
from wallboard.web.variables import named
from wallboard.web.wiring import parts_of

_OF_PAGES = ("screens.", "claim.")


class ScreensPages:
    def __init__(self, templates: Jinja2Templates) -> None:
        self._templates = templates

    async def all(self, request: Request) -> Response:
        return self._page(request, "screens.html")

    async def claim(self, request: Request) -> Response:
        return self._page(request, "claim.html")

    def _page(self, request: Request, template: str) -> Response:
        who = allowed(request, MANAGE)
        catalog = page_say(spoken(request)).catalog
        context = {
            "said": script_json({key: text for key, text in catalog.items() if key.startswith(_OF_PAGES)}),
            "boards": choice(request, who),
            "names": _names(request),
            "code": request.query_params.get("code", "")[:20],
        }
        return self._templates.TemplateResponse(request, template, context, headers={"cache-control": "no-store"})


def _names(request: Request) -> Markup:
    """What may stand in the variables: ids and names."""
    known = named(parts_of(request), spoken(request))
    return script_json({"queue": known.queues, "team": [(team, team) for team in known.teams]})
