"""Where are alert rules seen and changed? `/alerts/rules`: static/js/rules/ fills it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from wallboard.core.askable import EVENTS, METRICS, OF_AGENTS, OF_SOURCES, reads_of
from wallboard.core.numbers import NUMBERS, WINDOWS
from wallboard.core.rules import ON_DUTY
from wallboard.web.auth import allowed
from wallboard.web.pages import script_json
from wallboard.web.speaking import page_say, spoken
from wallboard.web.wiring import Parts, parts_of
from wallboard.web.words import words

OF_PAGE = "rules."
# The dialogs of the board editor (static/js/edit/dialogs.js) ask here too, of a rule.
_OF_RULE = {
    "edit.conflict": "rules.conflict", "edit.conflict_gone": "rules.conflict_gone",
    "edit.revision_gone": "rules.was_gone", "edit.now_here": "rules.now_here",
}  # fmt: skip
_OF_DIALOGS = (
    "edit.conflict_how", "edit.mine", "edit.theirs", "edit.take_theirs", "edit.overwrite", "edit.make_again",
    "edit.go_on", "edit.revisions", "edit.revisions_none", "edit.revision", "edit.found", "edit.bring_back",
    "edit.close", "sources.zone",
)  # fmt: skip
_OF_WALL = ("metric", "window", "span")


class RulesPage:
    def __init__(self, templates: Jinja2Templates) -> None:
        self._templates = templates

    async def show(self, request: Request) -> Response:
        allowed(request, "alerts:act")
        language = spoken(request)
        first = {"words": _words(language), "language": language, "choices": _choices(parts_of(request))}
        context = {"first": script_json(first)}
        return self._templates.TemplateResponse(request, "rules.html", context, headers={"cache-control": "no-store"})


def _words(language: str) -> dict[str, str]:
    page, wall = page_say(language).catalog, words(language).catalog
    own = {key: text for key, text in page.items() if key.startswith(OF_PAGE) or key in _OF_DIALOGS}
    of_rule = {key: page[own_key] for key, own_key in _OF_RULE.items()}
    names = {key: text for key, text in wall.items() if key.partition(".")[0] in _OF_WALL or key == "absent"}
    return own | of_rule | names


def _choices(parts: Parts) -> dict[str, Any]:
    """What may stand where a list is better than a text."""
    settings = parts.pipeline.floor.settings
    return {
        "metrics": [_choice(name) for name in METRICS if reads_of(name) != "instant"]
        + [{"id": f"kpi.{name}", "of": "kpis", "reads": "decimal", "now": True} for name in _kpis(parts)],
        "windows": [window for window in WINDOWS if window != "now"],
        "events": EVENTS,
        "receivers": [ON_DUTY, *sorted(parts.config.receivers)],
        "zone": next(iter(settings.sites.values())).zone,
    }


def _choice(metric: str) -> dict[str, Any]:
    number = NUMBERS.get(metric)
    of = "agents" if metric in OF_AGENTS else "sources" if metric in OF_SOURCES else "queues"
    return {"id": metric, "of": of, "reads": reads_of(metric), "now": number is None or number.now}


def _kpis(parts: Parts) -> list[str]:
    return sorted(parts.pipeline.documents.get("kpis", {}))[:500]
