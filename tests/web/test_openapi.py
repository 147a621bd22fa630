"""The description names exactly the calls that exist."""

import re
from pathlib import Path
from typing import Any

from starlette.routing import Route

PROGRAMS = ("/api/", "/healthz", "/readyz", "/metrics")


async def test_the_description_and_the_routes_are_the_same_calls(served: Any) -> None:
    described = (await served.http.get("/api/v1/openapi.json")).json()
    calls = {(method.upper(), path) for path, methods in described["paths"].items() for method in methods}
    exist = {
        (method, route.path.replace(":path}", "}"))
        for route in served.app.routes
        if isinstance(route, Route) and route.path.startswith(PROGRAMS)
        for method in route.methods or ()
        if method != "HEAD"
    }
    assert calls == exist


async def test_every_reference_of_the_description_leads_somewhere(served: Any) -> None:
    described = (await served.http.get("/api/v1/openapi.json")).json()

    def references(node: Any) -> list[str]:
        if isinstance(node, list):
            return [found for one in node for found in references(one)]
        if isinstance(node, dict):
            return [node["$ref"]] if "$ref" in node else [ref for one in node.values() for ref in references(one)]
        return []

    found = references(described["paths"])
    assert found
    for reference in found:
        assert reference.removeprefix("#/components/schemas/") in described["components"]["schemas"]


async def test_the_readable_page_shows_every_path_and_loads_nothing_foreign(served: Any) -> None:
    page = await served.http.get("/docs")
    described = (await served.http.get("/api/v1/openapi.json")).json()
    assert all(path in page.text for path in described["paths"])
    assert "//" not in page.text.replace("http://127.0.0.1", "").replace(served.origin, "")


async def test_the_page_for_readers_names_every_call_and_every_figure(served: Any) -> None:
    page = (Path(__file__).parents[2] / "docs/http.md").read_text(encoding="utf-8")
    described = (await served.http.get("/api/v1/openapi.json")).json()
    for path in described["paths"]:
        written = (
            re.sub(r"{(alert|board|channel|note|notice|token|screen)}", "ID", path)
            .replace("{source}", "NAME")
            .replace("{name}", "NAME")
            .replace("{rule}", "NAME")
        )
        assert written in page or path.removeprefix("/api/v1") in page, path
    figures = re.findall(r"^# TYPE (wallboard_\S+)", (await served.http.get("/metrics")).text, re.MULTILINE)
    assert figures
    for figure in figures:
        if not figure.endswith("_created"):
            assert f"`{figure}" in page, figure


async def test_the_readable_page_begins_with_events_and_has_an_index_of_its_groups(served: Any) -> None:
    page = (await served.http.get("/docs")).text
    groups = re.findall(r'<h2 id="([\w.-]+)"', page)
    assert (groups[0], groups[-1]) == ("events", "server")
    assert re.findall(r'<a href="#([\w.-]+)"', page.partition('class="docs-index"')[2].partition("</nav>")[0]) == groups
    described = (await served.http.get("/api/v1/openapi.json")).json()
    calls = [call for methods in described["paths"].values() for call in methods.values()]
    assert page.count("<article") == len(calls)
    assert [one["name"] for one in described["tags"]] == list(dict.fromkeys(call["tags"][0] for call in calls))
