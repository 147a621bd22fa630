"""In which language does a page speak? The templates, each with `say` and `language` of whoever asks.

The wall's own words come with its picture (web/pages.py): it may be written in another language than its reader's.
"""

from functools import cache
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.templating import Jinja2Templates

from wallboard.assets import STATIC
from wallboard.web.auth import IS_SCREEN, WHO
from wallboard.web.openalerts import open_alerts, workerless
from wallboard.web.wiring import parts_of
from wallboard.web.words import LANGUAGES, Words, language_of, words

_FOLDER = Path(__file__).parent / "templates"


@cache
def page_say(language: str) -> Words:
    """Words of the pages around the wall, in one of LANGUAGES."""
    return words(language, STATIC / "words" / "pages")


def spoken(request: Request) -> str:
    """As the address asks (`?lang=uk`), else as the browser likes best."""
    asked = request.query_params.get("lang", "")
    return asked if asked in LANGUAGES else language_of(request.headers.get("accept-language"))


def templates() -> Jinja2Templates:
    return Jinja2Templates(_FOLDER, context_processors=[_speaking])


def _speaking(request: Request) -> dict[str, Any]:
    language, who = spoken(request), request.scope.get(WHO)
    has_session = who is not None and who.kind == "person"
    return {
        "page_language": language,
        "page_say": page_say(language),
        "who": who,
        "has_session": has_session,
        "is_screen": request.scope.get(IS_SCREEN, False),
        # Only where a page asks:
        "open_alerts": lambda: open_alerts(parts_of(request).pipeline.floor, request.scope[WHO], page_say(language)),
        "workerless": lambda: workerless(parts_of(request), page_say(language)),
        "simulated": lambda: parts_of(request).config.simulated,
        "site_zone": lambda: next(iter(parts_of(request).pipeline.floor.settings.sites.values())).zone,
    }
