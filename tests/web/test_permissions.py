"""The permission matrix: everybody × every route × every board answers as a small oracle says, sockets alike.

A route that is not in NEEDS fails the first test: whoever adds one says here who may use it.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from device import Device
from starlette.routing import Route, WebSocketRoute
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.web.conftest import TOKEN, Served  # type: ignore[import-not-found]
from wallboard.config import Config

AUDIENCES = {"floor": "wall", "team": "agent", "leads": "lead"}  # the boards, by id
BOARDS = (*AUDIENCES, "nosuch")
AT_ONCE = 12  # questions of one person
BOARD = """
title = "{name}"
audience = "{audience}"
[[tile]]
kind = "agents"
at = [1, 1]
size = [4, 3]
[[tile]]
kind = "trend"
at = [5, 1]
size = [4, 3]
metric = "offered"
"""


@dataclass(frozen=True)
class Somebody:
    """`role` None: a stranger, or a program of these `scopes`, or a screen. The rest: what they are bound to."""

    role: str | None
    boards: frozenset[str] | None = None
    teams: frozenset[str] | None = None
    agents: frozenset[str] = frozenset()
    kind: str = "person"
    scopes: frozenset[str] = frozenset()
    queues: frozenset[str] | None = None

    @property
    def comes_in(self) -> bool:
        return self.role is not None or self.kind != "person"

    def may(self, scope: str) -> bool:
        """As docs/people.md and docs/security.md have it."""
        of_role = {"viewer": READS, "agent": READS, "lead": LEADS, "admin": {"admin"}}
        theirs = of_role[self.role] if self.role else self.scopes
        return scope in theirs or "admin" in theirs


# No provider, no queue to ask about, and no upgrade.
NOT_HERE = {"GET /signin/oidc", "GET /signin/oidc/back", "GET /api/v1/floor", "GET /live"}
READS = frozenset({"state:read"})
LEADS = READS | {"people:read", "notices:write", "alerts:act", "screens:manage", "boards:write"}
EVERYBODY = {
    "stranger": Somebody(None),
    "viewer": Somebody("viewer"),
    "viewer of floor": Somebody("viewer", frozenset({"floor"})),
    "viewer of leads": Somebody("viewer", frozenset({"leads"})),
    "agent": Somebody("agent"),
    "agent of team": Somebody("agent", frozenset({"team"})),
    "lead": Somebody("lead"),
    "lead of a team": Somebody("lead", teams=frozenset({"a"})),
    "admin": Somebody("admin"),
    "agent with an id": Somebody("agent", agents=frozenset({"101"})),
    "program": Somebody("admin", kind="program"),
    "feeder": Somebody(None, kind="program", scopes=frozenset({"events:write"})),
    "reader": Somebody(None, kind="program", scopes=READS),
    "reader of people": Somebody(None, kind="program", scopes=READS | {"people:read"}),
    "reader of a team": Somebody(None, kind="program", scopes=READS | {"people:read"}, teams=frozenset({"a"})),
    "reader of a queue": Somebody(None, kind="program", scopes=READS | {"people:read"}, queues=frozenset({"q"})),
    "writer": Somebody(None, kind="program", scopes=LEADS - {"people:read"}),
    "scraper": Somebody(None, kind="program", scopes=frozenset({"metrics:read"})),
    "screen": Somebody(None, kind="screen", scopes=READS, boards=frozenset({"floor"})),
}
# Who may: `open` all, `in` whoever came in, `person` of those no program, `own` an agent's own,
# `signature` whose body is signed, `own channels` a person who acts on alerts,
# `board` who may see the board, `page` the same, which tells nobody 403, `boards of theirs` who leads all that is on
# it, `closing` who sees people and acts on alerts, a scope, or one of the words below.
NEEDS = {
    "GET /static/css/wall.css": "open",
    "GET /healthz": "open", "GET /readyz": "open", "GET /signin": "open", "POST /signin": "open",
    "GET /signin/oidc": "open", "GET /signin/oidc/back": "open",
    "POST /signout": "in", "GET /metrics": "metrics:read", "GET /docs": "in", "GET /api/v1/openapi.json": "in",
    "GET /plotly-{version}.js": "in", "GET /live": "in", "GET /": "state:read", "GET /board-image/{name}": "in",
    "POST /api/v1/events": "events:write", "POST /api/v1/in/{name}": "signature",
    "GET /api/v1/state": "floor", "GET /api/v1/explain?group=all&metric=offered": "floor",
    "GET /api/v1/history?group=all": "floor",
    "GET /history": "floor", "GET /history.csv?group=all": "floor", "GET /api/v1/alerts": "floor",
    "GET /api/v1/alerts/count": "alerts:act", "GET /sources": "floor", "GET /api/v1/sources": "floor",
    "GET /sources/{source:path}": "everyone's", "GET /api/v1/sources/{source:path}": "everyone's",
    "GET /alerts": "alerts:act", "GET /alerts/report": "alerts:act", "GET /alerts/day": "alerts:act",
    "GET /shift": "alerts:act", "GET /alerts/delivery": "alerts:act", "GET /api/v1/delivery": "alerts:act",
    "POST /api/v1/delivery/{receiver}/test": "alerts:act",
    "POST /api/v1/delivery/dead/{letter}/retry": "alerts:act",
    "GET /api/v1/alerts/{alert}/around": "alerts:act", "POST /api/v1/shift/read": "alerts:act",
    "POST /api/v1/shift/notes": "alerts:act", "POST /api/v1/shift/notes/{note}/read": "alerts:act",
    **{
        f"POST /api/v1/alerts/{{alert}}/{verb}": "alerts:act"
        for verb in ("acknowledge", "snooze", "wake", "assign", "result")
    },
    "GET /api/v1/duty": "alerts:act", "POST /api/v1/duty": "alerts:act",
    "DELETE /api/v1/duty": "alerts:act", "DELETE /api/v1/duty/{who:path}": "alerts:act",
    "GET /alerts/rules": "alerts:act", "GET /api/v1/alerts/rules": "alerts:act",
    "POST /api/v1/alerts/check-rule": "admin", "POST /api/v1/alerts/try-rule": "admin",
    "PUT /api/v1/alerts/rules/{rule}": "admin",
    "DELETE /api/v1/alerts/rules/{rule}": "admin", "GET /api/v1/alerts/rules/{rule}/revisions": "admin",
    "GET /api/v1/alerts/rules/{rule}/revisions/{revision}": "admin",
    "GET /floor": "people:read", "GET /api/v1/floor": "people:read", "POST /api/v1/floor/close": "closing",
    "GET /api/v1/notices": "notices:write", "POST /api/v1/notices": "notices:write",
    "DELETE /api/v1/notices/{notice:path}": "notices:write",
    "GET /names": "people:read", "GET /api/v1/names": "people:read",
    "PUT /api/v1/names/{kind}/{id:path}": "people:read", "DELETE /api/v1/names/{kind}/{id:path}": "people:read",
    "GET /me": "in", "GET /api/v1/me": "own", "POST /api/v1/me/tags": "own",
    "GET /screens": "screens:manage", "GET /pair/claim": "screens:manage", "GET /pair": "open", "POST /pair": "open",
    "POST /csp": "open",
    "GET /api/v1/screens": "screens:manage", "POST /api/v1/screens": "screens:manage",
    "PATCH /api/v1/screens/{screen}": "screens:manage", "DELETE /api/v1/screens/{screen}": "screens:manage",
    "POST /api/v1/screens/{screen}/command": "screens:manage",
    "GET /tokens": "admin", "GET /api/v1/tokens": "admin", "POST /api/v1/tokens": "admin",
    "DELETE /api/v1/tokens/{token}": "admin",
    "GET /api/v1/boards": "state:read", "GET /board/{board}/edit": "boards of theirs",
    "GET /alerts/channels": "own channels", "GET /api/v1/alerts/channels": "own channels",
    "POST /api/v1/alerts/channels": "own channels", "PATCH /api/v1/alerts/channels/{channel}": "own channels",
    "DELETE /api/v1/alerts/channels/{channel}": "alerts:act",
    "POST /api/v1/alerts/channels/{channel}/code": "own channels",
    "POST /api/v1/alerts/channels/{channel}/confirm": "own channels",
    "POST /api/v1/alerts/channels/{channel}/test": "own channels",
    "GET /board-preview": "boards:write",
    "POST /api/v1/boards/{board}/try": "boards:write",
    "GET /people": "admin", "GET /audit.csv": "admin", "GET /api/v1/people": "admin", "POST /api/v1/people": "admin",
    "PATCH /api/v1/people/{person}": "admin", "DELETE /api/v1/people/{person}": "admin",
    "POST /api/v1/people/{person}/link": "admin", "GET /api/v1/people/{person}/sessions": "admin",
    "DELETE /api/v1/people/{person}/sessions": "admin", "GET /api/v1/audit": "admin",
    "GET /account": "person", "POST /api/v1/account/password": "person", "GET /api/v1/account/sessions": "person",
    "DELETE /api/v1/account/sessions": "person", "DELETE /api/v1/account/sessions/{ref}": "person",
    "GET /board/{board}": "page", "GET /board/{board}/layout.css": "page",
    "GET /api/v1/boards/{board}": "board", "GET /api/v1/boards/{board}/series?tile=1": "board",
    "GET /api/v1/state?board={board}": "board",
    "GET /api/v1/explain?group=all&metric=offered&window=day&board={board}": "board",
    "PUT /api/v1/boards/{board}": "boards:write", "DELETE /api/v1/boards/{board}": "boards:write",
    "GET /api/v1/boards/{board}/revisions": "boards:write",
    "GET /api/v1/boards/{board}/revisions/{revision}": "boards:write",
    "POST /api/v1/boards/{board}/revisions/{revision}/restore": "boards:write",
}  # fmt: skip


def oracle(who: Somebody, need: str, board: str | None) -> str:
    """`yes`, `nobody` (sign in), `no` (403), or `hidden`: as if the board were not there."""
    if need == "open":
        return "yes"
    if not who.comes_in or need == "signature":
        return "nobody"
    if need == "own":
        return "yes" if who.agents else "no"
    if need == "person":
        return "yes" if who.kind == "person" else "no"
    if need == "own channels":
        return "yes" if who.kind == "person" and who.may("alerts:act") else "no"
    meant = {"floor": "state:read", "board": "state:read", "page": "state:read", "everyone's": "people:read",
             "boards of theirs": "boards:write", "closing": "alerts:act"}  # fmt: skip
    scope = meant.get(need, need)
    refused = scope != "in" and not who.may(scope)
    refused |= need == "closing" and not who.may("people:read")
    refused |= who.queues is not None and scope in ("state:read", "people:read")  # without ?queue=
    if refused and need == "page":
        return "hidden" if board in AUDIENCES else "yes"
    if refused:
        return "no"
    if need == "floor" and (who.role in ("viewer", "agent") or who.kind == "screen"):
        return "no"
    if need == "everyone's" and who.teams is not None:
        return "no"
    if need == "boards of theirs" and board in AUDIENCES and who.teams is not None:
        return "no"
    if board in AUDIENCES:
        audience = AUDIENCES[board]
        bound = who.boards is None or board in who.boards
        seen = audience == "wall" or (audience == "agent" and who.role != "viewer") or who.may("people:read")
        return "yes" if bound and seen else "hidden"
    return "yes"


@pytest.fixture
async def served(config: Config, served_elsewhere: Any, tmp_path: Path) -> AsyncIterator[Served]:
    folder = tmp_path / "boards"
    folder.mkdir()
    for name, audience in AUDIENCES.items():
        (folder / f"{name}.toml").write_text(BOARD.format(name=name, audience=audience))
    (tmp_path / "wallboard.toml").write_text("")
    async with served_elsewhere(replace(config, file=tmp_path / "wallboard.toml")) as found:
        yield found


async def headers_of(served: Served, name: str) -> dict[str, str]:
    who = EVERYBODY[name]
    if not who.comes_in:
        return {}
    if name == "program":
        return {"authorization": f"Bearer {TOKEN}"}
    if who.kind == "screen":
        device = Device(served)
        await device.paired(name, *(who.boards or ()))
        cookie = served.parts.paired.cookie.name
        headers = {"cookie": f"{cookie}={device.http.cookies[cookie]}", "origin": served.origin}
        await device.http.aclose()
        return headers
    if who.kind == "program":
        limits = {key: sorted(value) for key in ("teams", "queues") if (value := getattr(who, key))}
        asked = {"name": name, "scopes": sorted(who.scopes), **limits}
        made = await served.http.post("/api/v1/tokens", json=asked)
        assert made.status_code == 201, made.text
        return {"authorization": f"Bearer {made.json()['token']}"}
    keys = ("boards", "teams", "agents")
    bound: dict[str, Any] = {key: tuple(value) for key in keys if (value := getattr(who, key))}
    return {"cookie": await served.sign_in(f"one {name}", who.role, **bound), "origin": served.origin}


def test_every_route_says_here_who_may(served: Served) -> None:
    known = {address.partition("?")[0] for address in NEEDS}
    routes = [route for route in served.app.routes if isinstance(route, Route)]
    found = {f"{method} {route.path}" for route in routes for method in (route.methods or set()) - {"HEAD"}}
    assert found - known - {"GET /favicon.ico"} == set()
    assert known - found == set()
    assert {route.path for route in served.app.routes if isinstance(route, WebSocketRoute)} == {"/live"}


async def test_everybody_on_every_route_and_board_over_http_gets_what_the_oracle_says(served: Served) -> None:
    cells = [
        (address, board, need) for address, need in NEEDS.items()
        for board in (BOARDS if "{board}" in address else [None])
    ]  # fmt: skip
    assert len(EVERYBODY) * (len(cells) + len(BOARDS)) >= 500
    wrong = []
    for name, who in EVERYBODY.items():
        headers = await headers_of(served, name)
        ask = partial(_answer, served, headers, asyncio.Semaphore(AT_ONCE))
        inside = [cell[:2] for cell in cells if cell[0] != "POST /signout"]
        answers = dict(zip(inside, await asyncio.gather(*(ask(*cell) for cell in inside)), strict=True))
        answers["POST /signout", None] = await ask("POST /signout", None)
        for address, board, need in cells:
            answer, unknown = answers[address, board], answers.get((address, "nosuch"))
            told = _told(answer)
            if board in AUDIENCES and unknown and _is_hidden(answer, unknown):
                told = "hidden"
            if told == "yes" and answer.status_code >= 400 and _is_there(address, board):
                told = "nothing"
            if answer.status_code >= 500 or told != oracle(who, need, board):
                wrong.append(f"{name}: {address} {board}: {answer.status_code}, not {oracle(who, need, board)}")
    assert not wrong, "\n".join(wrong)


def _is_there(address: str, board: str | None) -> bool:
    """What is asked for exists, and needs nothing more: who may gets it."""
    named = "{" not in address.replace("{board}", "") and address not in NOT_HERE
    return address.startswith("GET ") and named and (board in AUDIENCES or "{board}" not in address)


def _is_hidden(answer: httpx.Response, unknown: httpx.Response) -> bool:
    """As if the board were not there; who writes one learns that its name is taken. A screen is sent where it
    belongs."""
    if answer.request.method == "PUT":
        return answer.status_code == 404
    same = (answer.status_code, answer.content) == (unknown.status_code, unknown.content)
    return same and (answer.status_code == 404 or "/signin" not in answer.headers.get("location", "/signin"))


async def _answer(
    served: Served, headers: Mapping[str, str], at_once: asyncio.Semaphore, address: str, board: str | None
) -> httpx.Response:
    """A server that is so busy that Redis did not answer it in time is asked again whether it is ready."""
    method, path = address.replace(":path}", "}").format_map(_Filled(board=board)).split(" ")
    async with at_once, asyncio.timeout(300):
        while True:
            answer = await served.anonymous.request(method, path, headers=headers)
            if (path, answer.status_code) != ("/readyz", 503):
                return answer
            await asyncio.sleep(0.1)


async def test_everybody_on_every_board_over_the_socket_gets_what_the_oracle_says(served: Served) -> None:
    codes = {"nobody": 4401, "hidden": 4403}
    for name, who in EVERYBODY.items():
        headers = await headers_of(served, name)
        reasons = set()
        for board in BOARDS:
            expected = oracle(who, "board", board)
            if expected == "no" or (board == "nosuch" and who.comes_in):
                expected = "hidden"
            url = f"ws://{served.host}:{served.port}/live?board={board}"
            async with connect(url, additional_headers=headers) as socket:
                if expected == "yes":
                    assert '"t":"hello"' in await asyncio.wait_for(socket.recv(), 60), (name, board)
                    continue
                with pytest.raises(ConnectionClosed) as caught:
                    await asyncio.wait_for(socket.recv(), 60)
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == codes[expected], (name, board)
            reasons.add(caught.value.rcvd.reason)
        assert len(reasons) <= 1, f"a hidden board and no board are told apart: {reasons}"


class _Filled(dict[str, Any]):
    """What stands in an address, of all that is not a board."""

    def __missing__(self, key: str) -> str:
        return {"version": "0", "revision": "1"}.get(key, "x")


def _told(answer: Any) -> str:
    if answer.status_code == 401 or (answer.status_code == 303 and "/signin" in answer.headers["location"]):
        return "nobody" if answer.request.url.path != "/signin" else "yes"
    return "no" if answer.status_code == 403 else "yes"
