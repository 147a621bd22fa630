"""What a browser refused for the pages' policy is told to the server: one line, one count, and not without end."""

import asyncio
import json
import shutil
from typing import Any

import pytest
from playwright.async_api import async_playwright
from structlog.testing import capture_logs

PAGE = "http://wall/board/x?secret=1#code"
REPORT = {"document-uri": PAGE, "effective-directive": "img-src", "blocked-uri": "inline"}
SCRIPT = "document.head.append(Object.assign(document.createElement('script'), {text: 'window.x = 1'}))"
KIND = {"content-type": "application/csp-report"}


async def reported(served: Any, body: object = None, **headers: str) -> int:
    content = body if isinstance(body, bytes) else json.dumps(body or {"csp-report": REPORT}).encode()
    answer = await served.anonymous.post("/csp", content=content, headers=KIND | headers)
    status: int = answer.status_code
    return status


async def counted(served: Any) -> float:
    text = (await served.http.get("/metrics")).text
    line = next(line for line in text.splitlines() if line.startswith("wallboard_policy_violations_total "))
    return float(line.split()[1])


async def test_a_report_is_one_line_without_the_query_and_one_more_in_the_count(served: Any) -> None:
    for page in ("/signin", "/", "/history", "/floor", "/board/overview", "/board-preview", "/api/v1/state"):
        policy = (await served.http.get(page)).headers["content-security-policy"]
        assert policy.endswith("; report-uri /csp"), page
        assert policy.count("report-uri") == 1
    before = await counted(served)
    with capture_logs() as logs:
        # Browsers send "null" from pages that tell no referrer, as ours do.
        assert await reported(served, origin="null") == 204
    [line] = [one for one in logs if "policy" in one["event"]]
    assert (line["directive"], line["blocked"], line["page"]) == ("img-src", "inline", "/board/x")
    assert "secret" not in str(logs)
    assert await counted(served) == before + 1


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"\xff", b'{"csp-report":7}', b"[" * 3000, b'{"csp-report":{"blocked-uri":7}}']
)
async def test_what_is_no_report_is_refused_and_not_counted(served: Any, body: bytes) -> None:
    assert await reported(served, body) == 400
    assert await counted(served) == 0


async def test_long_and_many_reports_are_refused(served: Any) -> None:
    assert await reported(served, b" " * 8_193) == 413
    with capture_logs() as logs:
        statuses = await asyncio.gather(*(reported(served) for _ in range(60)))
    assert set(statuses) == {204, 429}
    assert statuses.count(204) == len([one for one in logs if "policy" in one["event"]]) < 40


async def test_a_foreign_text_in_a_report_stays_short_and_on_its_line(served: Any) -> None:
    told = REPORT | {"blocked-uri": "x\n\x1b[2J" * 500, "document-uri": "no address\n"}
    with capture_logs() as logs:
        assert await reported(served, {"csp-report": told}) == 204
    [line] = [one for one in logs if "policy" in one["event"]]
    assert len(line["blocked"]) <= 200
    assert "\n" not in line["page"] + line["blocked"]


BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.mark.skipif(BROWSER is None, reason="no Chromium here: apt install chromium")
async def test_a_browser_that_refuses_a_script_says_so(served: Any) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        page = await browser.new_page()
        await page.goto(f"{served.origin}/signin")
        assert await counted(served) == 0
        await page.evaluate(SCRIPT)
        async with asyncio.timeout(60):
            while await counted(served) < 1:
                await asyncio.sleep(0.05)
        assert await page.evaluate("window.x") is None
        await browser.close()
