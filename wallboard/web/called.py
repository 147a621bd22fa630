"""What is everything called, and who may say so? `/names`: written into wallboard.toml, in force some seconds later."""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, TypedDict

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.templating import Jinja2Templates

from wallboard.configfile import mistakes_in
from wallboard.core.called import called
from wallboard.core.errors import ConfigError
from wallboard.core.fields import Text
from wallboard.core.settings import Target
from wallboard.core.state import Floor
from wallboard.record.entries import EntryDiffers, Unwritten, entries, tag_of, write_entry
from wallboard.web.auth import Who, allowed
from wallboard.web.body import body_of, read_as
from wallboard.web.calls import Answer, Call
from wallboard.web.forgetting import forgets
from wallboard.web.pages import script_json
from wallboard.web.problems import Problem
from wallboard.web.recorded import asked_record
from wallboard.web.speaking import page_say, spoken
from wallboard.web.wiring import Parts, expect_loaded, parts_of, whole_floor
from wallboard.web.writable import unwritable

BODY_BYTES = 65_536
KINDS = ("queue", "agent", "reason")
OF_PAGE = "names."
Alias = Annotated[list[Text], Meta(max_length=200)]


class Said(Struct, forbid_unknown_fields=True, kw_only=True):
    """What may be said here of a queue, an agent or a reason; null takes it out of the file, what is left out stays."""

    name: Text | UnsetType | None = UNSET
    team: Text | UnsetType | None = UNSET
    also: Alias | UnsetType | None = UNSET
    target: Target | UnsetType | None = UNSET
    hidden: bool | UnsetType | None = UNSET
    minutes: Annotated[float, Meta(gt=0, le=527_040)] | UnsetType | None = UNSET


_MAY_SAY = {
    "queue": {"name", "team", "also", "target", "hidden"}, "agent": {"name", "team", "also"},
    "reason": {"name", "minutes"},
}  # fmt: skip


class Names(TypedDict):
    file: dict[str, Any]
    queue: list[dict[str, Any]]
    agent: list[dict[str, Any]]
    reason: list[dict[str, Any]]


class Kept(TypedDict):
    tag: str
    configured: dict[str, Any]


class NamesPage:
    def __init__(self, templates: Jinja2Templates) -> None:
        self._templates = templates

    async def show(self, request: Request) -> Response:
        allowed(request, "people:read")
        catalog = page_say(spoken(request)).catalog
        said = {key: text for key, text in catalog.items() if key.startswith(OF_PAGE)}
        context = {"first": script_json({"words": said})}
        return self._templates.TemplateResponse(request, "names.html", context, headers={"cache-control": "no-store"})


@Call(
    summary="What queues, agents and reasons are called",
    scope="people:read",
    description="Seen or configured, unnamed ones first; whoever is bound to teams gets theirs and those of none. "
    "`near`: which configured one it may be. `tag`: for If-Match. docs/floor.md.",
    answers={200: Answer("`file`: where it is written, whether it can be, and by whom; then a list a kind.", Names)},
)
async def names(request: Request) -> Response:
    who, parts = allowed(request, "people:read"), parts_of(request)
    expect_loaded(parts)
    file, tables = await asyncio.to_thread(_file, parts, spoken(request))
    body: dict[str, Any] = {"file": file | {"edits": _edits(who), "forgets": forgets(who)}}
    async with whole_floor(parts) as floor:
        known = {kind: called(floor, kind) for kind in KINDS}
    for kind, found in known.items():
        written = tables.get(kind, {})
        rows = [row for row in found if kind == "reason" or _own(who, row["team"])]
        body[kind] = [row | _as_written(written, row["id"]) for row in rows]
    return Response(msgspec.json.encode(body), media_type="application/json", headers={"cache-control": "no-store"})


@Call(
    summary="Say what it is called",
    scope="people:read",
    description="For leads (queues and agents of their teams) and administrators. If-Match: the row's `tag`. "
    "What is null is taken out of the file. In force when the parts have read the file, within seconds.",
    path={"id": Text},
    body=Said,
    answers={200: Answer("What its entry says now, with its new tag.", Kept)},
    problems=(404, 409, 412, 422, 428),
)
async def put(request: Request) -> Response:
    """`PUT /api/v1/names/{kind}/{id}`."""
    who, parts = allowed(request, "people:read"), parts_of(request)
    kind, name = request.path_params["kind"], request.path_params["id"]
    if kind not in KINDS:
        raise Problem(404, f"Expected one of {', '.join(KINDS)} before the id.")
    if kind not in _edits(who):
        raise Problem(403, "Names are given by leads (queues and agents) and administrators.")
    values = _read(await body_of(request, BODY_BYTES), kind)
    expected = request.headers.get("if-match", "").strip().strip('"')
    if not expected:
        raise Problem(428, "Send If-Match with the tag of the row that you have read.")
    _may_say(who, parts.pipeline.floor, kind, name, values)
    if reason := unwritable(parts.config):
        raise Problem(409, reason)
    try:
        now = await asked_record(_write, parts, who, kind, name, values, expected)
    except EntryDiffers as error:
        raise Problem(
            412, "The entry was changed meanwhile; `now` is what it says.", now=error.now, tag=tag_of(error.now)
        ) from None
    except ConfigError as error:
        said = [{"at": one.at, "reason": one.reason} for one in error.mistakes]
        first = error.mistakes[0]
        raise Problem(422, f"{first.at}: {first.reason}.", at=first.at, mistakes=said) from None
    except Unwritten as error:
        raise Problem(409, f"{error}.") from None
    return JSONResponse({"tag": tag_of(now), "configured": now})


def _file(parts: Parts, language: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Whether it can be written and if not why, and its tables."""
    file, why = parts.config.written, unwritable(parts.config, language)
    if file is None:
        return {"path": None, "writable": False, "why": why}, {}
    try:
        tables = entries(file)
    except Unwritten as error:
        return {"path": file.name, "writable": False, "why": f"{error}."}, {}
    return {"path": file.name, "writable": why is None} | ({"why": why} if why else {}), tables


def _as_written(written: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What the file says of it now, which may not be in force yet: its name and team too."""
    if name not in written:
        return {"tag": tag_of({})}
    own = written[name]
    texts = {key: own[key] for key in ("name", "team") if isinstance(own, dict) and isinstance(own.get(key), str)}
    return {"tag": tag_of(own), "configured": own} | texts | ({"unnamed": False} if "name" in texts else {})


def _edits(who: Who) -> list[str]:
    if who.may("admin"):
        return list(KINDS)
    return ["queue", "agent"] if who.role == "lead" else []


def _own(who: Who, team: str | None) -> bool:
    """Theirs, or nobody's yet."""
    return team is None or who.of_team(team)


def _read(body: bytes, kind: str) -> dict[str, Any]:
    said = read_as(body, Said, '{"name": "Support", "team": "first-line"}')
    values: dict[str, Any] = {}
    for key in said.__struct_fields__:
        value = getattr(said, key)
        if value is UNSET:
            continue
        if key not in _MAY_SAY[kind]:
            raise Problem(422, f"A {kind} has no `{key}`.", at=f"$.{key}")
        values[key] = msgspec.to_builtins(value) or None
    return values


def _may_say(who: Who, floor: Floor, kind: str, name: str, values: Mapping[str, Any]) -> None:
    """Raises Problem 403, 404."""
    rows = {row["id"]: row for row in called(floor, kind)}
    if name not in rows or (kind != "reason" and not _own(who, rows[name]["team"])):
        raise Problem(404, f"There is no such {kind}, or not for you.")
    if who.teams is None:
        return
    if values.get("team") is not None and not who.of_team(values["team"]):
        raise Problem(403, "You do not lead this team.", at="$.team")
    if "team" in values and values["team"] is None and rows[name]["team"] is not None:
        raise Problem(403, "Only an administrator takes somebody out of a team.", at="$.team")
    for index, alias in enumerate(values.get("also") or ()):
        if any(own in rows and not _own(who, rows[own]["team"]) for own in _ids_in(alias)):
            raise Problem(403, "This id is of a team that you do not lead.", at=f"$.also[{index}]")


def _ids_in(alias: str) -> Iterator[str]:
    """Of SOURCE:ID each id that it may mean: a colon may stand in both."""
    while ":" in alias:
        alias = alias.partition(":")[2]
        yield alias


def _write(parts: Parts, who: Who, kind: str, name: str, values: Mapping[str, Any], expected: str) -> dict[str, Any]:
    """Blocking: the trail's line first, then the file."""
    file, receivers = parts.config.written, parts.config.environment_receivers
    assert file is not None
    before = entries(file).get(kind, {}).get(name, {})
    known = {(one.at, one.reason) for one in mistakes_in(file, receivers)}

    def check(new: Path) -> None:
        wrong = [one for one in mistakes_in(file, receivers, new) if (one.at, one.reason) not in known]
        if wrong:
            raise ConfigError(wrong)
        parts.audit.write(
            parts.clock_ms(), who.by, "name.changed", kind=kind, id=name,
            before={key: before.get(key) for key in values}, after=dict(values),
        )  # fmt: skip

    return write_entry(file, kind, name, values, expected, check)
