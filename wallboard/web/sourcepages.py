"""How is every source, and why is my event not on the board? `/sources`, `/sources/{id}` and their API.

What a source did comes from the state; what its collector says of itself ("AMI not connected …") from Redis,
since a collector that is cut off cannot say it through the stream.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, TypedDict

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from wallboard.core.deeds import Did
from wallboard.core.errors import StreamUnavailable
from wallboard.core.events import SourceCounted, encode, type_of, without_customer
from wallboard.core.kpis import entity
from wallboard.core.listening import conflict, left_out
from wallboard.core.platform import compared
from wallboard.core.state import Floor
from wallboard.live.vitals import no_worker_since
from wallboard.sense import WEBHOOK
from wallboard.stream.health import Health
from wallboard.web.calls import Answer, Call
from wallboard.web.figures import moment
from wallboard.web.problems import Problem
from wallboard.web.sight import sees_floor
from wallboard.web.speaking import spoken
from wallboard.web.who import Who
from wallboard.web.wiring import Parts, parts_of, whole_floor
from wallboard.web.writable import not_in_force

_AT_MOST = 200
_DOWN = frozenset({"waiting", "failed", "not running"})
_NOT_ABOUT = frozenset(
    {"type", "time", "source", "id", "rejections", "duplicate_ids", "conflict_ids"}
)  # the deeds tell those


class SourcePages:
    """The two pages, with their numbers already in them; `sources.js` keeps them fresh through the API."""

    def __init__(self, templates: Jinja2Templates) -> None:
        self._templates = templates

    async def all(self, request: Request) -> Response:
        who, parts = sees_floor(request), parts_of(request)
        found = await sources(parts)
        clock = {"clock": lambda at_ms: moment(at_ms, found["now"], found["zone"])}
        told = await asyncio.to_thread(not_in_force, parts.config, spoken(request)) if who.may("admin") else None
        return self._page(request, "sources.html", found | clock | {"mistake": told, "opens": _may_see_events(who)})

    async def one(self, request: Request) -> Response:
        _sees_events(request)
        return self._page(request, "source.html", await source(parts_of(request), request.path_params["source"]))

    def _page(self, request: Request, template: str, context: dict[str, Any]) -> Response:
        answer = self._templates.TemplateResponse(request, template, context)
        answer.headers["cache-control"] = "no-store"
        return answer


class Sources(TypedDict):
    now: int
    zone: str
    redis_answers: bool
    gaps: int
    no_worker_since: int | None
    sources: list[dict[str, Any]]


class Source(TypedDict):
    now: int
    zone: str
    redis_answers: bool
    gaps: int
    source: dict[str, Any]
    events: list[dict[str, Any]]


@Call(
    summary="Every source and its health",
    scope="state:read",
    answers={200: Answer("Those that spoke or are configured.", Sources)},
)
async def sources_api(request: Request) -> Response:
    sees_floor(request)
    return _json(await sources(parts_of(request)))


@Call(
    summary="One source's last 200 events and what each did",
    scope="state:read",
    answers={200: Answer("The newest first.", Source)},
)
async def source_api(request: Request) -> Response:
    _sees_events(request)
    return _json(await source(parts_of(request), request.path_params["source"]))


def _sees_events(request: Request) -> None:
    """Raises Problem 403. Events name contacts and people, of all teams."""
    if not _may_see_events(sees_floor(request)):
        raise Problem(403, "A source's events are for who may see people of every team (scope people:read).")


def _may_see_events(who: Who) -> bool:
    return who.may("people:read") and who.teams is None


async def sources(parts: Parts) -> dict[str, Any]:
    """Every source that spoke or that is configured, by name."""
    health, redis_answers = await _health(parts)
    async with whole_floor(parts) as floor:
        return _told_of_all(parts, floor, health, redis_answers)


def _told_of_all(parts: Parts, floor: Floor, health: Mapping[str, Health], redis_answers: bool) -> dict[str, Any]:
    names = sorted({*floor.sources, *parts.config.collectors}, key=str.casefold)
    lost = floor.contacts.lost()
    counters = {name: _counters(parts, name) for name in names}
    return {
        "now": parts.clock_ms(),
        "zone": next(iter(floor.settings.sites.values())).zone,
        "redis_answers": redis_answers,
        "gaps": parts.pipeline.gaps,
        "no_worker_since": no_worker_since(parts.pipeline.documents.get("sources", {})),
        "sources": [
            _row(parts, name, health.get(name), redis_answers) | {"lost": lost[name], "counters": counters[name]}
            for name in names
        ],
    }


async def source(parts: Parts, name: str) -> dict[str, Any]:
    """One source and its last events, the newest first. Raises Problem 404."""
    whole = await sources(parts)
    row = next((row for row in whole["sources"] if row["name"] == name), None)
    if row is None:
        raise Problem(404, "No source of this name has spoken or is configured; /sources lists those that have.")
    recent = parts.pipeline.recent.get(name, ())
    events = [_told(*one) for one in reversed(recent)]
    return {
        "now": whole["now"],
        "zone": whole["zone"],
        "redis_answers": whole["redis_answers"],
        "gaps": whole["gaps"],
        "source": row,
        "events": events[:_AT_MOST],
    }


async def _health(parts: Parts) -> tuple[dict[str, Health], bool]:
    try:
        return await parts.health.read(list(parts.config.collectors)), True
    except StreamUnavailable:
        return {}, False


def _row(parts: Parts, name: str, health: Health | None, asked: bool) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": name,
        **(entity(parts.pipeline.floor, "sources", name) or {"state": "silent"}),
    }
    configured = parts.config.collectors.get(name, {})
    if kind := (health and health.kind) or configured.get("kind"):
        row["kind"] = kind
    if configured and configured.get("kind") != WEBHOOK and asked:
        collector = msgspec.to_builtins(health) if health else {"state": "not running"}
        row["collector"] = collector
        row["note"] = _note(collector) or row.get("note", "")
        if collector["state"] in _DOWN and row["state"] != "live":
            row["state"] = "down"
    return row


def _counters(parts: Parts, name: str) -> list[dict[str, Any]]:
    """The platform's own counters beside ours; empty where it tells none. They correct nothing."""
    floor = parts.pipeline.floor
    known = floor.sources[name].platform if name in floor.sources else {}
    stories = (contact.story for (source, _), contact in floor.contacts.contacts.items() if source == name)
    return [
        {
            "queue": one.queue, "since": one.since_ms, "until": one.until_ms,
            "completed": {"theirs": one.theirs[0], "ours": one.ours[0]},
            "gone": {"theirs": one.theirs[1], "ours": one.ours[1]},
        }
        for one in compared(known, stories)
    ]  # fmt: skip


def _note(collector: dict[str, Any]) -> str:
    """What the collector says of itself: it knows why its source is silent."""
    note: str = collector.get("note", "")
    if collector["state"] == "connected":
        return note
    return f"collector {collector['state']}: {note}" if note else f"collector {collector['state']}"


def _told(entry: str, arrival_ms: int, event: Any, deeds: list[Any]) -> dict[str, Any]:
    fields = msgspec.json.decode(encode(without_customer(event)))
    told: dict[str, Any] = {"entry": entry, "arrival": arrival_ms, "type": type_of(event), "time": event.time}
    return told | {
        "id": event.id,
        "about": {name: value for name, value in fields.items() if name not in _NOT_ABOUT},
        "did": _counted(event) if isinstance(event, SourceCounted) else [_did(one.code, one.text) for one in deeds],
    }


def _counted(event: SourceCounted) -> list[dict[str, str]]:
    """A line for each event that was not taken, and one for those that are only counted, or that no map knows."""
    lines = [_did(Did.REJECTED, f"refused{_named(one.id)}: {one.error} - at {one.at}") for one in event.rejections]
    lines += [_did(Did.CONFLICT, conflict(name)) for name in event.conflict_ids]
    lines += [_did(Did.DUPLICATE, f"repeated {name}") for name in event.duplicate_ids]
    if (more := event.rejected + event.duplicates - len(lines)) > 0:
        lines.append(_did(Did.REJECTED if event.rejected else Did.DUPLICATE, f"{more} more, not listed"))
    return [*lines, _did(Did.NOTED, left_out(event.left_out))] if event.left_out else lines


def _named(name: str | None) -> str:
    return f" {name}" if name else ""


def _did(code: Did, text: str) -> dict[str, str]:
    return {"code": code.value, "text": text}


def _json(body: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode(body), media_type="application/json", headers={"cache-control": "no-store"})
