"""Plotly's script for pages with charts: of the installed package, by an address that changes with its version.

The package has one script with every kind of chart, maps and 3D too: 4.8 MB that a browser reads and runs in one go.
Its modules stand in it in the order in which they need each other: what lines need, what bars need, then all others
(of about 4/5), at the end a list of those that are to be known. It is served up to the bars, and with these alone on
its list. Where it is not of that shape, it is served whole.
"""

import re
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

_PACKAGE = find_spec("plotly")  # not imported: only its script is served
PLOTLY = Path(_PACKAGE.origin if _PACKAGE and _PACKAGE.origin else "").parent / "package_data" / "plotly.min.js"
PLOTLY_ADDRESS = f"/plotly-{version('plotly')}-lines-bars.js"
# The style that Plotly's script adds as it loads: an empty one, whose rules come through its sheet. That of its maps,
# where it is served whole, is refused, which does no harm: there are no maps here.
STYLES = ("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",)
STYLE_POLICY = "style-src 'self' " + " ".join(f"'sha256-{one}'" for one in STYLES)

_NAME = rb"[\w$]+"
# var all=Module((exports,module)=>{var core=Core();core.register([Bar(),…]);module.exports=core});return all();})();
_ENTRY = re.compile(
    rb"var (?P<all>NAME)=NAME\(\(NAME,(?P<module>NAME)\)=>\{(?:\"use strict\";)?var (?P<known>NAME)=(?P<core>NAME)\(\);"
    rb"(?P=known)\.register\(\[(?P<bar>NAME)\(\),[^\]]*\]\);(?P=module)\.exports=(?P=known)\}\);"
    rb"return (?P=all)\(\);\}\)\(\);".replace(b"NAME", _NAME)
)
# var Bar=Module((exports,module)=>{module.exports=bar()});
_SHORT = rb"var %s=NAME\(\(NAME,NAME\)=>\{(?:\"use strict\";)?NAME\.exports=NAME\(\)\}\);".replace(b"NAME", _NAME)


async def plotly_js(request: Request) -> Response:
    return Response(
        _served(), media_type="text/javascript", headers={"cache-control": "public, max-age=31536000, immutable"}
    )


@cache
def _served() -> bytes:
    return lines_and_bars(PLOTLY.read_bytes())


def lines_and_bars(script: bytes) -> bytes:
    """The script without all other kinds of charts; as it is where it is of another shape."""
    entry = _ENTRY.search(script, max(0, script.rfind(b".register([") - 200))
    bar = entry and re.search(_SHORT % re.escape(entry["bar"]), script)
    if not entry or not bar:
        return script
    known = b"var plotly=%b();plotly.register([%b()]);return plotly;})();" % (entry["core"], entry["bar"])
    return script[: bar.end()] + known + script[entry.end() :]
