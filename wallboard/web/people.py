"""Who has an account, and what may each do? For administrators: `/people` and the calls behind it."""

from typing import Any, NotRequired, TypedDict, TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.templating import Jinja2Templates

from wallboard.core.called import names_of
from wallboard.core.fields import Text
from wallboard.record.people import Bound, Person, Role
from wallboard.web.account import NO_STORE, told
from wallboard.web.auth import Who, allowed
from wallboard.web.body import body_of, read_as
from wallboard.web.calls import Answer, Call
from wallboard.web.duty import follow
from wallboard.web.problems import Problem
from wallboard.web.recorded import answering, asked_record
from wallboard.web.wiring import Parts, parts_of

T = TypeVar("T")

BODY_BYTES = 65_536
Names = list[Text]


class NewPerson(Struct, forbid_unknown_fields=True, kw_only=True):
    """`boards`, `teams` null: not bound. `agents`: as which agents they work."""

    name: Text
    role: Role
    boards: Names | None = None
    teams: Names | None = None
    agents: Names = []


class Change(Struct, forbid_unknown_fields=True, kw_only=True):
    """What is left out stays."""

    name: Text | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    boards: Names | UnsetType | None = UNSET
    teams: Names | UnsetType | None = UNSET
    agents: Names | UnsetType = UNSET
    disabled: bool | UnsetType = UNSET


class Told(TypedDict):
    """`seen`: last sign-in in ms UTC. `sessions`: how many (in the list). `link`: signs in, once, within 15 minutes.
    `unseen`: of what was set just now, the teams and agents that nobody has configured or seen."""

    id: str
    name: str
    role: Role
    boards: list[str] | None
    teams: list[str] | None
    agents: list[str]
    disabled: bool
    has_password: bool
    at_provider: bool
    made: int
    seen: NotRequired[int]
    sessions: NotRequired[int]
    link: NotRequired[str]
    unseen: NotRequired[list[str]]


class Everybody(TypedDict):
    people: list[Told]


class Linked(TypedDict):
    link: str


class PeoplePage:
    def __init__(self, templates: Jinja2Templates) -> None:
        self._templates = templates

    async def show(self, request: Request) -> Response:
        """`/people`; static/js/people.js fills it."""
        who = allowed(request, "admin")
        context = {"https": parts_of(request).https, "own": who.id if who.kind == "person" else ""}
        return self._templates.TemplateResponse(request, "people.html", context, headers=NO_STORE)


@Call(summary="Who has an account", scope="admin", answers={200: Answer("By name.", Everybody)})
async def people(request: Request) -> Response:
    """`GET /api/v1/people`."""
    allowed(request, "admin")
    parts = parts_of(request)
    found = await asked_record(parts.people.all)
    with answering():
        counts = await parts.sessions.signin.counts([person.id for person in found])
    rows = [_told(person) | {"sessions": counts[person.id]} for person in found]
    return JSONResponse({"people": rows}, headers=NO_STORE)


@Call(
    summary="Add a person",
    scope="admin",
    description="With a link that signs them in: good once, for 15 minutes. docs/people.md.",
    body=NewPerson,
    answers={201: Answer("The account, and the link.", Told)},
    problems=(409, 422),
)
async def add(request: Request) -> Response:
    """`POST /api/v1/people`."""
    who, parts = allowed(request, "admin"), parts_of(request)
    asked = await _read(request, NewPerson)
    bound = Bound(
        boards=None if asked.boards is None else tuple(asked.boards),
        teams=None if asked.teams is None else tuple(asked.teams), agents=tuple(asked.agents),
    )  # fmt: skip
    name = _name(asked.name)
    added = await asked_record(parts.people.add, name, asked.role, bound, by=who.by, now_ms=parts.clock_ms())
    answer = _told(added) | _unseen(parts, bound) | {"link": await _link(request, added)}
    return JSONResponse(answer, 201, headers=NO_STORE)


@Call(
    summary="Change a person",
    scope="admin",
    description="Takes effect everywhere within 5 s; what they may not see any more is closed. "
    "Nobody disables themselves.",
    body=Change,
    answers={200: Answer("The account as it is now.", Told)},
    problems=(404, 409, 422),
)
async def change(request: Request) -> Response:
    """`PATCH /api/v1/people/{person}`."""
    who, parts = allowed(request, "admin"), parts_of(request)
    asked = await _read(request, Change)
    person = await _person(request)
    if asked.disabled is True:
        _somebody_else(who, person)
    given = {name: value for name in asked.__struct_fields__ if (value := getattr(asked, name)) is not UNSET}
    limits = {name: None if given[name] is None else tuple(given.pop(name)) for name in _LIMITS if name in given}
    given = {name: value for name, value in given.items() if name not in _LIMITS}
    if "name" in given:
        given["name"] = _name(given["name"])
    to_be = given | {"bound": msgspec.structs.replace(person.bound, **limits)}
    changed = await asked_record(parts.people.change, person.id, by=who.by, now_ms=parts.clock_ms(), **to_be)
    parts.sessions.changed(person.id)
    await follow(parts, who, person, changed)
    set_now = Bound(**{name: value for name, value in limits.items() if value})
    return JSONResponse(_told(changed or person) | _unseen(parts, set_now), headers=NO_STORE)


_LIMITS = ("boards", "teams", "agents")


@Call(
    summary="Remove a person",
    scope="admin",
    description="Their sessions end. What they did stays in the audit trail. Nobody removes themselves.",
    answers={200: Answer("The account that was.", Told)},
    problems=(404, 409),
)
async def remove(request: Request) -> Response:
    """`DELETE /api/v1/people/{person}`."""
    who, parts = allowed(request, "admin"), parts_of(request)
    person = await _person(request)
    _somebody_else(who, person)
    await asked_record(parts.people.remove, person.id, by=who.by, now_ms=parts.clock_ms())
    with answering():
        await parts.sessions.signin.end_of(person.id)
        await parts.handed_over.forget(f"person:{person.id}")
    parts.sessions.changed(person.id)
    await follow(parts, who, person, None)
    return JSONResponse(_told(person), headers=NO_STORE)


@Call(
    summary="A new sign-in link for a person",
    scope="admin",
    description="Good once, for 15 minutes.",
    answers={201: Answer("The link.", Linked)},
    problems=(404, 409),
)
async def link(request: Request) -> Response:
    """`POST /api/v1/people/{person}/link`."""
    who, parts = allowed(request, "admin"), parts_of(request)
    person = await _person(request)
    if person.disabled:
        raise Problem(409, "This account is disabled: enable it first.")
    made = await _link(request, person)
    await asked_record(parts.audit.write, parts.clock_ms(), who.by, "person.link", id=person.id, name=person.name)
    return JSONResponse({"link": made}, 201, headers=NO_STORE)


@Call(
    summary="Where a person is signed in",
    scope="admin",
    answers={200: Answer("Their sessions, the last used first.", dict[str, list[dict[str, Any]]])},
    problems=(404,),
)
async def sessions(request: Request) -> Response:
    """`GET /api/v1/people/{person}/sessions`."""
    allowed(request, "admin")
    person, parts = await _person(request), parts_of(request)
    with answering():
        found = await parts.sessions.signin.of(person.id)
    return JSONResponse({"sessions": [told(one, parts.clock_ms()) for one in found]}, headers=NO_STORE)


@Call(
    summary="Sign a person out everywhere",
    scope="admin",
    answers={200: Answer("How many sessions ended.", dict[str, int])},
    problems=(404,),
)
async def end_sessions(request: Request) -> Response:
    """`DELETE /api/v1/people/{person}/sessions`."""
    who, parts = allowed(request, "admin"), parts_of(request)
    person = await _person(request)
    with answering():
        ended = await parts.sessions.signin.end_of(person.id)
    await asked_record(parts.audit.write, parts.clock_ms(), who.by, "person.signed_out", id=person.id, name=person.name)
    return JSONResponse({"ended": ended}, headers=NO_STORE)


async def _read(request: Request, kind: type[T]) -> T:
    return read_as(await body_of(request, BODY_BYTES), kind, '{"name": "Olena", "role": "viewer"}')


def _name(given: str) -> str:
    if not (name := given.strip()):
        raise Problem(422, "A name has at least one letter.", at="$.name")
    return name


async def _person(request: Request) -> Person:
    """Raises Problem 404."""
    person_id = request.path_params["person"]
    found = (await asked_record(parts_of(request).people.of, [person_id])).get(person_id)
    if found is None:
        raise Problem(404, "There is nobody of this id. GET /api/v1/people lists everybody.")
    return found


def _somebody_else(who: Who, person: Person) -> None:
    """Raises Problem 409: whoever locks themselves out mostly did not mean to."""
    if who.kind == "person" and who.id == person.id:
        raise Problem(409, "This is your own account: another administrator disables or removes it.")


async def _link(request: Request, person: Person) -> str:
    parts = parts_of(request)
    with answering():
        code = await parts.sessions.signin.issue(person.id)
    base = (parts.config.server.public_url or f"http://{request.headers['host']}").rstrip("/")
    return f"{base}/signin#{code}"


def _unseen(parts: Parts, bound: Bound) -> dict[str, list[str]]:
    """Nothing while the state is not loaded: then nobody can say."""
    if not parts.pipeline.ready:
        return {}
    known = names_of(parts.pipeline.floor)
    asked = [*(("team", name) for name in bound.teams or ()), *(("agent", name) for name in bound.agents)]
    found = [name for kind, name in asked if name not in known[kind]]
    return {"unseen": found} if found else {}


def _told(person: Person) -> dict[str, Any]:
    bound = person.bound
    found = {
        "id": person.id, "name": person.name, "role": person.role, "boards": bound.boards, "teams": bound.teams,
        "agents": bound.agents, "disabled": person.disabled, "has_password": person.password is not None,
        "at_provider": person.subject is not None, "made": person.made_ms,
    }  # fmt: skip
    return found | ({"seen": person.seen_ms} if person.seen_ms else {})
