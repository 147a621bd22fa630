"""What does this server take and give? OpenAPI 3.1 of the routes, and `/docs`, which reads it aloud.

Nothing is written down here: what a call takes and gives is hung on its endpoint with `@call` (web/calls.py).
"""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.templating import Jinja2Templates

from wallboard import __version__
from wallboard.eventschema import portable
from wallboard.web.calls import JSON, Answer, Call, Query, Segment, call_of
from wallboard.web.problems import ProblemBody
from wallboard.web.wiring import parts_of

PROBLEM = "application/problem+json"
_FIRST, _LAST = "events", "server"  # of the groups, as they are read
_REF = "#/components/schemas/{name}"


def document(routes: Iterable[BaseRoute]) -> dict[str, Any]:
    """Every described route with its methods; a test looks that all calls for programs are described."""
    calls = [
        (route, method.lower(), said)
        for route in routes
        if isinstance(route, Route) and (said := call_of(route.endpoint))
        for method in sorted(route.methods or ())
        if method != "HEAD"
    ]
    tags = list(dict.fromkeys([_FIRST, *(_tag(route) for route, _, _ in calls if _tag(route) != _LAST), _LAST]))
    calls.sort(key=lambda call: tags.index(_tag(call[0])))
    schema, components = _schemas(said for _, _, said in calls)
    paths: dict[str, dict[str, Any]] = {}
    for route, method, said in calls:
        paths.setdefault(_address(route), {})[method] = _operation(route, said, schema)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Wallboard",
            "version": __version__,
            "description": "Events in, the floor's state out; errors are problem+json (RFC 9457).",
        },
        "tags": [{"name": tag} for tag in tags],
        "paths": paths,
        "components": {"securitySchemes": _SCHEMES, "schemas": components},
    }


@Call(summary="This description", scope="", answers={200: Answer("OpenAPI 3.1.", dict[str, Any])})
async def openapi(request: Request) -> Response:
    return Response(msgspec.json.encode(document(request.app.routes)), media_type=JSON)


class DocsPage:
    def __init__(self, templates: Jinja2Templates) -> None:
        self._templates = templates

    async def show(self, request: Request) -> Response:
        context = {"api": document(request.app.routes), "base": _base(request)}
        return self._templates.TemplateResponse(request, "docs.html", context)


def _base(request: Request) -> str:
    """What stands before the path in an example that works when it is copied."""
    return parts_of(request).config.server.public_url or f"http://{request.headers['host']}"


_SCHEMES = {
    "token": {"type": "http", "scheme": "bearer"},
    "session": {"type": "apiKey", "in": "cookie", "name": "wallboard-session"},
}
_SAID = {
    400: "A mistake in the address, its query or the body's form; nothing was taken.",
    401: "No token and no session, or one that is not good any more.",
    403: "The scope is missing, this is out of the caller's bounds, or another site's page asked.",
    404: "There is no such thing, or not for the caller; `did_you_mean` has near names.",
    408: "The body did not arrive in time.",
    409: "What stands there does not allow it; `detail` says why.",
    412: "It is not what If-Match names any more; the ETag header says what it is now.",
    413: "The body is too long.",
    415: "A Content-Type that is not taken here.",
    422: "A value that cannot be meant; `at` says where, `did_you_mean` has near names.",
    428: "If-Match or If-None-Match is missing.",
    429: "Too much; Retry-After says when to come again.",
    503: "Redis or the record does not answer, or the state is being loaded; Retry-After says when to come again.",
}
_HEADERS = {status: {"Retry-After": {"description": "Seconds.", "schema": {"type": "string"}}} for status in (429, 503)}


def _schemas(calls: Iterable[Call]) -> tuple[dict[int, Any], dict[str, Any]]:
    """The schema of each type that any call names, by the type's identity; and those that they refer to."""
    types = [ProblemBody, Segment, *(one for said in calls for one in _types(said))]
    found, components = msgspec.json.schema_components(types, ref_template=_REF)
    schemas = {id(one): portable(schema) for one, schema in zip(types, found, strict=True)}
    return schemas, {name: portable(schema) for name, schema in sorted(components.items())}


def _types(said: Call) -> Iterator[Any]:
    yield from said.content.values()
    yield from said.path.values()
    yield from (one.type for one in said.query)
    for answer in said.answers.values():
        yield from answer.content.values()


def _address(route: Route) -> str:
    return route.path.replace(":path}", "}")


def _tag(route: Route) -> str:
    """What a call is of: the first word behind `/api/v1/`; webhooks bring events, the rest is of the server itself."""
    name = route.path.removeprefix("/api/v1/").partition("/")[0]
    return {"in": _FIRST, "openapi.json": _LAST}.get(name, name or _LAST)


def _operation(route: Route, said: Call, schema: dict[int, Any]) -> dict[str, Any]:
    path = [_in_path(name, schema[id(said.path.get(name, Segment))]) for name in route.param_convertors]
    query = [_in_query(one, schema[id(one.type)]) for one in said.query]
    scope = f"Scope {' and '.join(said.scope.split())}. " if said.scope else ""
    answers = {status: _answer(one, schema) for status, one in said.answers.items()}
    problems = {status: _problem(status, schema) for status in _problems(route, said) if status not in answers}
    found: dict[str, Any] = {
        "tags": [_tag(route)],
        "summary": said.summary,
        "description": (scope + said.description).strip(),
        "security": [] if said.scope is None else [{name: said.scope.split()} for name in _SCHEMES],
        "responses": {str(status): one for status, one in sorted((answers | problems).items())},
    }
    if parameters := [*path, *query]:
        found["parameters"] = parameters
    if said.content:
        found["requestBody"] = {"required": said.body_needed, "content": _content(said.content, schema)}
    return found


def _problems(route: Route, said: Call) -> set[int]:
    """What is refused before the endpoint is asked, and what it says it refuses."""
    gate = () if said.scope is None else (401, 403, 503)
    return {400, *gate, *([404] * bool(route.param_convertors)), *([408, 413] * bool(said.content)), *said.problems}


def _in_path(name: str, schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _in_query(one: Query, schema: Any) -> dict[str, Any]:
    return {
        "name": one.name, "in": "query", "required": one.required, "description": one.description, "schema": schema,
    }  # fmt: skip


def _answer(answer: Answer, schema: dict[int, Any]) -> dict[str, Any]:
    content = {"content": _content(answer.content, schema)} if answer.content else {}
    return {"description": answer.description, **content}


def _problem(status: int, schema: dict[int, Any]) -> dict[str, Any]:
    headers = {"headers": _HEADERS[status]} if status in _HEADERS else {}
    return {"description": _SAID[status], **headers, "content": {PROBLEM: {"schema": schema[id(ProblemBody)]}}}


def _content(types: Any, schema: dict[int, Any]) -> dict[str, Any]:
    return {media: {"schema": schema[id(one)]} for media, one in types.items()}
