"""When would a rule have fired? What `wallboard alerts try` says: of the rule that stands, and of a text beside it.

It runs as a process of its own, at a lower priority: days of events take seconds, and no wall waits for them.
"""

import asyncio
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import msgspec
import structlog
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from wallboard.core.alertdocument import about
from wallboard.core.state import Floor
from wallboard.record.days import Days
from wallboard.record.entries import entries
from wallboard.record.ruletext import SECTION
from wallboard.record.span import Span
from wallboard.record.steps import FIRST_YEAR, LAST_YEAR
from wallboard.web.auth import allowed
from wallboard.web.body import body_of
from wallboard.web.calls import Answer, Call
from wallboard.web.problems import Problem
from wallboard.web.rulelist import NO_NAME, first_and_last, has_address
from wallboard.web.rules import BODY_BYTES, asked_of, in_lane, in_thread, read_text_of, wrong
from wallboard.web.speaking import page_say, spoken
from wallboard.web.wiring import Parts, parts_of
from wallboard.web.words import Words

TRY_S = 50.0  # a proxy gives up after 60
SHOWN = 50  # times of each version; the numbers are of all
_EXPECTED = "expected a day such as 2026-11-02"

log = structlog.get_logger("web")


class Trial(Struct, forbid_unknown_fields=True, kw_only=True):
    """`text`: the rule as it would be. `first`, `last`: days by the first site's clock, both whole."""

    text: str
    first: str
    last: str


class Spoke(TypedDict):
    """`name`: of whom or what, as people call it; without it all queues together. ms UTC; without `over_ms` it was
    still so at the end."""

    kind: str
    of: str
    name: NotRequired[str]
    raised_ms: int
    value: NotRequired[float]
    over_ms: NotRequired[int]


class Version(TypedDict):
    """`which`: `now` as it stands, `new` as the text says. `most`: in any ten minutes. Lengths of those that ended.
    `days`: how many were asked for, `kept`: of how many of them there are events."""

    which: str
    times: int
    a_day: float
    most: int
    median_s: float | None
    longest_s: float | None
    open: int
    shifts: dict[str, int]
    days: int
    kept: int
    spoke: list[Spoke]


class Tried(TypedDict):
    versions: list[Version]


class RuleTrial:
    """One at a time in a process."""

    def __init__(self) -> None:
        self._running = asyncio.Lock()

    @Call(
        summary="When a rule would have fired",
        scope="admin",
        description="Over days of kept events, as `wallboard alerts try`: the rule that stands and this text, side "
        "by side; one alone where they say the same or one is not there. At most 50 `spoke` each.",
        body=Trial,
        answers={200: Answer("How often, how many at once, in which shift, for how long.", Tried)},
        problems=(422, 429),
    )
    async def post(self, request: Request) -> Response:
        """`POST /api/v1/alerts/try-rule`."""
        allowed(request, "admin")
        parts, asked = parts_of(request), asked_of(await body_of(request, 2 * BODY_BYTES), Trial)
        first, last = _day(asked.first, "first"), _day(asked.last, "last")
        if last < first:
            raise Problem(422, "The last day is before the first.", at="$.last")
        read = await in_lane(parts, read_text_of, parts, asked.text, None)
        if read.mistakes:
            raise wrong(read.mistakes)
        if not has_address(read.name):
            raise Problem(422, NO_NAME, at="$.text")
        page = page_say(spoken(request))
        if not await asyncio.to_thread(Span(first, last).files, Days(parts.config.events)):
            raise await asyncio.to_thread(_nothing, parts, page)
        if self._running.locked():
            raise Problem(429, "Another trial is running. Try again soon.", headers={"retry-after": "5"})
        async with self._running:
            was = await in_thread(_standing, parts, read.name)
            text = None if was == read.values else read.text
            found = await _run(_arguments(parts, read.name, f"{first}..{last}", text), text, parts.config.events)
        if not found[0].get("kept", 1):
            raise await asyncio.to_thread(_nothing, parts, page)
        which = ["now"] if text is None else ["now", "new"][-len(found) :]
        floor = parts.pipeline.floor
        told = [
            one | {"which": name, "spoke": [spoke | _named(floor, spoke) for spoke in one["spoke"]]}
            for name, one in zip(which, found, strict=True)
        ]
        body = msgspec.json.encode({"versions": told})
        return Response(body, media_type="application/json", headers={"cache-control": "no-store"})


def _named(floor: Floor, spoke: dict[str, Any]) -> dict[str, str]:
    name = about(floor, spoke["kind"], spoke["of"])
    return {} if name is None else {"name": name}


def _day(text: str, key: str) -> date:
    try:
        found = date.fromisoformat(text)
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            raise ValueError
        return found
    except ValueError:
        raise Problem(422, f"{_EXPECTED}.", at=f"$.{key}") from None


def _nothing(parts: Parts, page: Words) -> Problem:
    """Blocking: looks for what is kept instead."""
    there = first_and_last(parts)
    said = page("rules.try_nothing", first=there[0], last=there[-1]) if there else page("rules.try_none")
    return Problem(422, said, at="$.first")


def _standing(parts: Parts, name: str) -> Any:
    """Blocking: what the file says of it."""
    file = parts.config.written
    if file is None:
        rule = parts.config.settings.alert.get(name)
        return None if rule is None else msgspec.to_builtins(rule)
    return entries(file).get(SECTION, {}).get(name)


def _arguments(parts: Parts, name: str, days: str, text: str | None) -> list[str]:
    config = parts.config
    where = ["--config", str(config.file)] if config.file else []
    data = ["--demo", "--data", str(config.data.parent)] if config.simulated else ["--data", str(config.data)]
    other = [] if text is None else ["--text", "-"]
    return ["alerts", "try", "--json", "--most", str(SHOWN), "--days", days, *other, *where, *data, "--", name]


async def _run(arguments: list[str], text: str | None, folder: Path) -> list[dict[str, Any]]:
    """Raises Problem 422 with what the command says, but not where the server has its files; 503 where it takes too
    long."""
    nice = [shutil.which("nice") or "", "-n", "10"] if shutil.which("nice") else []
    process = await asyncio.create_subprocess_exec(
        *nice, sys.executable, "-m", "wallboard", *arguments,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(TRY_S):
            out, said = await process.communicate((text or "").encode())
    except TimeoutError:
        shorter = "Ask for fewer days, or run `wallboard alerts try` on the server."
        raise Problem(503, f"It takes longer than {TRY_S:g} s. {shorter}", headers={"retry-after": "60"}) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == 0:
        found: list[dict[str, Any]] = msgspec.json.decode(out)
        return found
    told = said.decode(errors="replace").strip()
    if process.returncode == 1 and told and "Traceback" not in told:
        raise Problem(422, f"{told.splitlines()[-1].removeprefix('wallboard: ').replace(f'{folder}/', '')}.")
    log.error("a trial of a rule failed", code=process.returncode, said=told[-2000:])
    raise Problem(500, "The trial failed; the log says why.")
