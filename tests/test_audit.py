"""Does `scripts/audit` say of an index's pages what they say? The databases themselves are not asked here."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "audit"
KNOWN = {"id": "PYSEC-2026-1", "withdrawn": None}
PAGES = {
    "ok": {"info": {"version": "2.0"}, "vulnerabilities": []},
    "bad": {"info": {"version": "2.0"}, "vulnerabilities": [KNOWN]},
    "mistaken": {"info": {"version": "2.0"}, "vulnerabilities": [{**KNOWN, "withdrawn": "2026-02-03T00:00:00Z"}]},
}


@pytest.fixture(scope="module")
def audit() -> Any:
    spec = spec_from_loader("audit", SourceFileLoader("audit", str(SCRIPT)))
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        page = PAGES.get(self.path.removeprefix("/pypi/").removesuffix("/json"))
        self.send_response(200 if page else 404)
        self.end_headers()
        self.wfile.write(json.dumps(page).encode())

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def index() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ({"ok": "2.0", "mistaken": "2.0"}, 0, "2 packages, none known to be vulnerable"),
        ({"ok": "2.0", "bad": "2.0"}, 1, "1 of 2 packages are known to be vulnerable\n  bad 2.0: PYSEC-2026-1"),
        (
            {"ok": "2.0", "bad": "1"},
            3,
            "nothing is known of 1 of 2 packages\n  bad: 1 is installed, the newest is 2.0",
        ),
    ],
)
def test_the_pages_of_newest_releases(audit: Any, index: str, packages: dict[str, str], code: int, said: str) -> None:
    assert audit.judge(audit.newest(index, packages)) == (code, said)


def test_what_could_not_be_looked_up_is_never_called_clean(audit: Any, index: str) -> None:
    code, said = audit.judge(audit.newest(index, {"ok": "2.0", "unheard-of": "1.0"}))
    assert code == 3
    assert "unheard-of: no page" in said
    assert audit.judge(audit.newest(index, {"unheard-of": "1.0"})) == audit.judge([]) == (3, "no answer")
