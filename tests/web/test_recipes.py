"""docs/recipes.md and the one-line examples of other pages: each is run as it is written, against a real server."""

import asyncio
import os
import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import until
from wallboard.config import Config
from wallboard.configfile import load
from wallboard.core.events import SourceCounted, type_of

ROOT = Path(__file__).parents[2]
RECIPES = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
TOKEN = "wb_test-token-of-the-admin"
pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def chapter(title: str) -> str:
    return next(one for one in RECIPES.split("\n## ") if one.startswith(title))


async def run(served: Any, script: str, folder: Path) -> str:
    """Standard output of the script; it fails the test where it fails."""
    process = await started(served, script, folder)
    out, complaints = await process.communicate()
    assert process.returncode == 0, (script, complaints.decode(), out.decode())
    return out.decode()


async def started(served: Any, script: str, folder: Path) -> asyncio.subprocess.Process:
    environ = os.environ | {"WALLBOARD_URL": served.origin, "WALLBOARD_TOKEN": TOKEN, "WALLBOARD_SPOOL": str(folder)}
    environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    pipes = {"stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.PIPE}
    return await asyncio.create_subprocess_exec("/bin/sh", "-ec", script, env=environ, cwd=folder, **pipes)


async def told(served: Any) -> list[str]:
    entries = await served.parts.stream.read("0-0", count=100)
    return [type_of(one.event) for one in entries if one.event and not isinstance(one.event, SourceCounted)]


async def shows(served: Any, kind: str, name: str) -> dict[str, Any]:
    await until(lambda: name in served.parts.pipeline.documents.get(kind, {}))
    found: dict[str, Any] = served.parts.pipeline.documents[kind][name]
    return found


async def test_a_number_from_cron(served: Any, tmp_path: Path) -> None:
    [line] = blocks(chapter("A number from cron"), "cron")
    assert re.match(r"^(\S+ ){5}wallboard post ", line)
    assert "%" not in line  # cron would end the command there
    assert await run(served, line.split(maxsplit=5)[5], tmp_path) == ""
    assert (await shows(served, "kpis", "backlog"))["unit"] == "orders"


async def test_a_ci_job(served: Any, tmp_path: Path) -> None:
    broken, mended = blocks(chapter("A CI job"), "sh")
    await run(served, broken, tmp_path)
    await run(served, broken, tmp_path)
    assert (await shows(served, "notices", "build"))["level"] == "warning"
    await run(served, mended, tmp_path)
    assert await told(served) == ["notice.posted", "notice.posted", "notice.cleared"]


async def test_alerts_from_alertmanager_and_grafana(config: Config, served_elsewhere: Any, tmp_path: Path) -> None:
    part = chapter("Alerts from Alertmanager")
    example = ROOT / "examples" / "webhooks.toml"
    assert blocks(part, "toml")[0].strip() in example.read_text(encoding="utf-8")
    async with served_elsewhere(replace(config, collectors=load(example, {}).collectors)) as served:
        for script in blocks(part, "sh"):
            assert '"accepted":1' in await run(served, script, tmp_path)
        assert (await shows(served, "notices", "1a30ba71"))["text"] == "TrunkDown: SIP trunk A is down"
        assert (await shows(served, "notices", "c6eadffa"))["text"] == "Latency: Over 300 ms"


async def test_one_contact_s_life_its_disposition_and_its_mark(served: Any, tmp_path: Path) -> None:
    [life] = blocks(chapter("One contact's life"), "sh")
    assert len(life.splitlines()) == 7
    scripts = [life, *blocks(chapter("A CRM"), "sh"), *blocks(chapter("A survey"), "sh")]
    for script in scripts:
        await run(served, script, tmp_path)
    kinds = ("queued", "ringing", "answered", "ended", "wrapped", "tagged", "outcome", "rated")
    assert await told(served) == ["agent.signed_in", *(f"contact.{kind}" for kind in kinds)]
    async with asyncio.timeout(60):
        while (day := served.parts.pipeline.documents["queues"].get("support", {}).get("day", {})).get("csat") is None:
            await asyncio.sleep(0.02)
    assert (day["offered"], day["answered"], day["handled"], day["csat"]) == (1, 1, 1, 100.0)


@pytest.mark.parametrize("title", ["A CI job", "Alerts from", "A CRM", "A survey", "One contact's life"])
async def test_a_recipe_that_is_refused_fails_and_shows_why(served: Any, title: str, tmp_path: Path) -> None:
    script = blocks(chapter(title), "sh")[0].splitlines()[0]
    wrong = re.sub(r""" -d '\{""", ' -d \'{"quue":1,', script)
    assert wrong != script
    process = await started(served, wrong, tmp_path)
    out, _ = await process.communicate()
    assert process.returncode == 22, "what curl says of an answer of 400 or above"
    why = "webhook" if "/in/" in script else "unknown field"
    assert why in out.decode()


async def test_every_recipe_is_run_here() -> None:
    """So that a new one cannot stand unproved."""
    assert len(blocks(RECIPES, "sh")) + len(blocks(RECIPES, "cron")) == 8


LINES = [
    pytest.param(line, id=f"{name}-{number}")
    for name in ("http.md", "events.md", "webhooks.md", "alerts.md", "security.md")
    for number, line in enumerate(
        line
        for block in blocks((ROOT / "docs" / name).read_text(encoding="utf-8"), "sh")
        for line in block.replace("\\\n", " ").splitlines()
        if line.startswith("curl ") and re.search(r"127\.0\.0\.1:8000/api/v1/(events|notices|tokens|state)\b", line)
    )
]


@pytest.mark.parametrize("line", LINES)
async def test_the_one_line_examples_of_the_pages_work_as_written(served: Any, line: str, tmp_path: Path) -> None:
    script = line.replace("http://127.0.0.1:8000", served.origin).replace("curl ", "curl -sS -w ' %{http_code}' ", 1)
    assert (await run(served, script, tmp_path))[-3:] in ("200", "201", "202")
