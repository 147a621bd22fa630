"""How does a program get its token, and lose it? `/api/v1/tokens` for scripts, `/tokens` for people; scope `admin`."""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from wallboard.core.errors import Refused
from wallboard.core.fields import Text
from wallboard.record.tokens import MOST, Token, Wanted
from wallboard.web.auth import allowed
from wallboard.web.body import body_of, read_as
from wallboard.web.calls import JSON, Answer, Call
from wallboard.web.problems import Problem, near
from wallboard.web.recorded import asked_record
from wallboard.web.who import SCOPES
from wallboard.web.wiring import Parts, parts_of

BODY_BYTES = 65_536
DAY_MS = 86_400_000
_NO_STORE = {"cache-control": "no-store"}
Names = Annotated[list[Text], Meta(min_length=1, max_length=200)]


class NewToken(Struct, forbid_unknown_fields=True, kw_only=True):
    """`source`: it speaks as this source and no other. `queues`, `teams`: it says and reads nothing else."""

    name: Text
    scopes: Annotated[list[str], Meta(min_length=1, max_length=20)]
    source: Text | None = None
    queues: Names | None = None
    teams: Names | None = None
    expires_in_days: Annotated[int, Meta(ge=1, le=3650)] | None = None


class Told(Struct, omit_defaults=True):
    """A token as it is shown. Times are ms UTC; `used_at` may be half a minute old."""

    id: str
    name: str
    scopes: list[str]
    created_at: int
    created_by: str
    source: str | None = None
    queues: list[str] | None = None
    teams: list[str] | None = None
    expires_at: int | None = None
    used_at: int | None = None


class Made(Struct):
    """`token`: what the program sends as `Authorization: Bearer …`. It is shown this once."""

    id: str
    token: str


@Call(summary="Tokens of programs", scope="admin", answers={200: Answer("The oldest first.", list[Told])})
async def tokens(request: Request) -> Response:
    allowed(request, "admin")
    body = msgspec.json.encode(await _all(parts_of(request)))
    return Response(body, media_type=JSON, headers=_NO_STORE)


@Call(
    summary="Make a token",
    scope="admin",
    body=NewToken,
    answers={201: Answer("The token, this once.", Made)},
    problems=(409, 422),
)
async def create(request: Request) -> Response:
    who, parts = allowed(request, "admin"), parts_of(request)
    asked = _read(await body_of(request, BODY_BYTES))
    now_ms = parts.clock_ms()
    wanted = Wanted(
        asked.name, frozenset(asked.scopes), asked.source, _set(asked.queues), _set(asked.teams),
        now_ms + asked.expires_in_days * DAY_MS if asked.expires_in_days else None,
    )  # fmt: skip
    try:
        token, given = await asked_record(parts.tokens.create, wanted, who.by, now_ms)
    except Refused as refused:
        raise Problem(409 if refused.at == "$" else 422, f"{refused.reason}.", at=refused.at) from None
    parts.programs.changed()
    return Response(msgspec.json.encode(Made(token.id, given)), 201, media_type=JSON, headers=_NO_STORE)


@Call(
    summary="Revoke a token",
    scope="admin",
    description="It lets nobody in any more: here at once, in every process within 5 s.",
    answers={204: Answer("It is gone.")},
    problems=(404,),
)
async def revoke(request: Request) -> Response:
    who, parts = allowed(request, "admin"), parts_of(request)
    found = await asked_record(parts.tokens.revoke, request.path_params["token"], who.by, parts.clock_ms())
    if not found:
        raise Problem(404, "There is no such token, or it was revoked before.")
    parts.programs.changed()
    return Response(status_code=204)


class TokensPage:
    """`/tokens`: the list, a form, and the new token with a line to try it."""

    def __init__(self, templates: Jinja2Templates) -> None:
        self._templates = templates

    async def show(self, request: Request) -> Response:
        allowed(request, "admin")
        parts = parts_of(request)
        context = {
            "tokens": msgspec.to_builtins(await _all(parts)),
            "scopes": SCOPES,
            "most": MOST,
            "base": parts.config.server.public_url or f"http://{request.headers['host']}",
            "shows": _shows_notices(parts),
        }
        return self._templates.TemplateResponse(request, "tokens.html", context, headers=_NO_STORE)


def _shows_notices(parts: Parts) -> str:
    """Where what tries a new token is seen."""
    boards = (one.id for one in parts.boards().values() if any(tile.kind == "notices" for tile in one.tiles))
    return next((f"/board/{one}" for one in boards), "/floor")


async def _all(parts: Parts) -> list[Told]:
    found = await asked_record(parts.tokens.all)
    return [_told(token, parts.programs.used.get(token.id)) for token in found.values()]


def _told(token: Token, used_ms: int | None) -> Told:
    return Told(
        id=token.id, name=token.name, scopes=sorted(token.scopes), created_at=token.created_ms,
        created_by=token.created_by, source=token.source, queues=_list(token.queues), teams=_list(token.teams),
        expires_at=token.expires_ms, used_at=used_ms or token.used_ms,
    )  # fmt: skip


def _read(body: bytes) -> NewToken:
    asked = read_as(body, NewToken, '{"name": "crm", "scopes": ["events:write"]}')
    for index, scope in enumerate(asked.scopes):
        if scope not in SCOPES:
            raise Problem(422, f"There is no such scope; there is: {', '.join(SCOPES)}.", at=f"$.scopes[{index}]",
                          **near(scope, SCOPES))  # fmt: skip
    return asked


def _set(names: list[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)


def _list(names: frozenset[str] | None) -> list[str] | None:
    return None if names is None else sorted(names)
