"""Where am I told? `/alerts/channels`: a lead's own channels, how each goes, and how one more is added."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from wallboard.core.rules import ON_DUTY
from wallboard.web.costly import costs
from wallboard.web.figures import moment
from wallboard.web.ownchannels import NO_STORE, lead_of, told
from wallboard.web.pages import script_json
from wallboard.web.speaking import page_say, spoken
from wallboard.web.wiring import parts_of

OF_PAGE, AWAY = "channels.", "account.away"


class ChannelsPage:
    def __init__(self, templates: Jinja2Templates) -> None:
        self._templates = templates

    async def show(self, request: Request) -> Response:
        who, parts = lead_of(request), parts_of(request)
        costs(request)
        floor, now_ms = parts.pipeline.floor, parts.clock_ms()
        zone = next(iter(floor.settings.sites.values())).zone
        context = dict(await told(parts, who)) | {
            "zone": zone, "clock": lambda at_ms: moment(at_ms, now_ms, zone), "on_duty": ON_DUTY,
            "said": script_json(_words(spoken(request))),
            "is_named": any(ON_DUTY in rule.notify for rule in floor.settings.alert.values()),
        }  # fmt: skip
        return self._templates.TemplateResponse(request, "channels.html", context, headers=NO_STORE)


def _words(language: str) -> dict[str, str]:
    """That the script needs."""
    return {key: text for key, text in page_say(language).catalog.items() if key.startswith(OF_PAGE) or key == AWAY}
