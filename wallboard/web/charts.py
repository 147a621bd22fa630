"""Plotly's script for pages with charts: out of the installed package, by an address that changes with its version."""

from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

_PACKAGE = find_spec("plotly")  # not imported: only its script is served
PLOTLY = Path(_PACKAGE.origin if _PACKAGE and _PACKAGE.origin else "").parent / "package_data" / "plotly.min.js"
PLOTLY_ADDRESS = f"/plotly-{version('plotly')}.js"
# The styles that Plotly's script adds as it loads: an empty one, whose rules come through its sheet, and that of its
# maps, in 7.1. Those of another version would be refused, which does no harm: there are no maps here.
STYLES = ("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "ji27qzEtxXZW+7dun6UwjHXJ18e6WAin1VvNtkzIE/o=")
STYLE_POLICY = "style-src 'self' " + " ".join(f"'sha256-{one}'" for one in STYLES)


async def plotly_js(request: Request) -> Response:
    return FileResponse(PLOTLY, media_type="text/javascript", headers={"cache-control": "public, max-age=31536000"})
