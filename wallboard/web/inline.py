"""What stands in the wall's page itself, so that it is there though the server stops right after the page?

Its styles, without which a browser paints nothing, and the script that says how old the picture is. The page's policy
allows nothing else inline: each has its hash there.
"""

from base64 import b64encode
from functools import cache
from hashlib import sha256

from markupsafe import Markup

from wallboard.assets import STATIC
from wallboard.web.charts import STYLE_POLICY
from wallboard.web.styles import files


@cache
def plain_js() -> Markup:
    """static/js/plain.js: what a wall does until its scripts run, and where they do not."""
    return Markup((STATIC / "js" / "plain.js").read_text(encoding="utf-8"))


@cache
def wall_style() -> Markup:
    """What `/static/css/wall.css` gives."""
    return Markup("\n".join(file.read_text(encoding="utf-8") for file in files()))


def inline_policy(layout: str) -> str:
    """The directives of a page in which these stand and the board's layout."""
    return f"{STYLE_POLICY} {_hashed(wall_style())} {_hashed(layout)}; script-src 'self' {_hashed(plain_js())}"


def _hashed(text: str) -> str:
    return "'sha256-" + b64encode(sha256(text.encode()).digest()).decode() + "'"
