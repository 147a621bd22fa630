"""What is wrong now, and who sees to it? `/alerts`, the lead's page: static/js/alerts.js fills it."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from wallboard.web.auth import allowed
from wallboard.web.ownchannels import is_reached
from wallboard.web.pages import script_json
from wallboard.web.shiftleft import waits_to_be_read
from wallboard.web.shiftnotes import unread
from wallboard.web.speaking import page_say, spoken
from wallboard.web.wiring import parts_of

OF_PAGE = "alerts."


class AlertsPage:
    def __init__(self, templates: Jinja2Templates) -> None:
        self._templates = templates

    async def show(self, request: Request) -> Response:
        who = allowed(request, "alerts:act")
        catalog = page_say(spoken(request)).catalog
        said = {key.removeprefix(OF_PAGE): text for key, text in catalog.items() if key.startswith(OF_PAGE)}
        zone = next(iter(parts_of(request).pipeline.floor.settings.sites.values())).zone
        parts = parts_of(request)
        context = {
            "said": script_json(said), "zone": zone, "unread": await unread(parts, who),
            "left": await waits_to_be_read(parts, who), "own": who.kind == "person",
            "reached": who.kind != "person" or await is_reached(parts, who),
        }  # fmt: skip
        return self._templates.TemplateResponse(request, "alerts.html", context, headers={"cache-control": "no-store"})
