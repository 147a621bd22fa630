"""How does a call that comes thousands of times a second reach its endpoint? Straight from uvicorn's parser.

parser ─▶ all of it is here ─▶ our host, a known token ─▶ ingest ─▶ one write
             └ no: the way of every other request (web/app.py), which says why

On that way a single event costs several times what its reading does: five layers, two messages through each, and every
header of the answer looked at anew. Whoever must be asked about, or sends what a gate has something to say about, goes
there; what is taken or refused here is so as it is there (web/ingest.py).

Touches of uvicorn: `_start_asgi_task`, `on_message_complete`, `on_response_complete`, `cycle`, `flow`, `tasks`,
`server_state`; of a cycle `scope`, `body`, `keep_alive`, `waiting_for_100_continue`, `disconnected`,
`response_started`, `response_complete`, `on_response`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any

import structlog
from starlette.responses import Response
from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from wallboard.web.bearer import Bearers
from wallboard.web.headers import Hosts, Ours
from wallboard.web.patience import PatientProtocol
from wallboard.web.problems import OUR_FAULT, Problem, problem_response
from wallboard.web.who import Who

Endpoint = Callable[[Who, str, bytes], Awaitable[Response]]  # of a content type and a body; may raise Problem

# What a gate or the endpoint looks at besides.
_SAID_MORE = frozenset({b"origin", b"sec-fetch-site", b"content-encoding"})

ALIKE = 128
SOON_S = 0.05  # so long a head waits for its body here
SHORT_BYTES = 65_536  # one that comes in parts and is longer is read the ordinary way, which lets the sender wait

log = structlog.get_logger("web")


class Straight:
    """`endpoint` of the POSTs to `path` of programs with `scope`."""

    def __init__(self, path: str, scope: str, endpoint: Endpoint, hosts: Hosts, bearers: Bearers, ours: Ours) -> None:
        self._path, self._scope, self._endpoint = path, scope, endpoint
        self._hosts, self._bearers, self._ours = hosts, bearers, ours
        self.head = lru_cache(ALIKE)(self._head)  # few differ; by the headers, else it would keep the bodies too

    def leads(self, scope: Scope) -> bool:
        return bool(scope["path"] == self._path and scope["method"] == "POST" and not scope["query_string"])

    def caller(self, scope: Scope) -> Who | None:
        """Who may do it, as far as that is known. None: another way tells."""
        told = dict(scope["headers"])
        if len(told) != len(scope["headers"]) or not _SAID_MORE.isdisjoint(told):
            return None
        if self._hosts.wrong(told.get(b"host", b"")) is not None:
            return None
        sent = told.get(b"authorization", b"").decode("latin-1")
        who = self._bearers.at_once(sent, asyncio.get_running_loop().time())
        return who if who and who.may(self._scope) else None

    async def answer(self, scope: Scope, who: Who, body: bytes) -> Response:
        kind = next((value for name, value in scope["headers"] if name == b"content-type"), b"").decode("latin-1")
        try:
            return await self._endpoint(who, kind, body)
        except Problem as problem:
            return problem_response(problem)
        except Exception:  # a request's root: logged once, the server goes on
            log.exception("request failed", method="POST", path=self._path)
            return problem_response(Problem(500, OUR_FAULT))

    def _head(self, told: tuple[tuple[bytes, bytes], ...]) -> bytes:
        """Of an answer with these headers, all but the first line and uvicorn's own."""
        return b"".join(b"%b: %b\r\n" % pair for pair in self._ours.beside(list(told)))


class StraightProtocol(PatientProtocol):
    """`straight`: None where every request goes the ordinary way."""

    def __init__(self, *args: Any, straight: Straight | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._straight = straight
        self._taking = False
        self._aside: Any = None  # a cycle whose body comes with its head, or right behind it
        self._waiting: asyncio.TimerHandle | None = None

    def _take(self, data: bytes) -> None:
        self._taking = True
        try:
            super()._take(data)
        finally:
            self._taking = False
        if self._aside is None:
            return
        if len(self._aside.body) > SHORT_BYTES:
            self._begin_aside()
        elif self._waiting is None:
            self._waiting = self.loop.call_later(SOON_S, self._begin_aside)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._aside is not None:
            del self._let_go().on_response
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        leads = self._straight is not None and self._taking and cycle.keep_alive and self._straight.leads(cycle.scope)
        if leads and not cycle.waiting_for_100_continue:
            self._aside = cycle
        else:
            super()._start_asgi_task(cycle, app)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        if self._aside is not None and self._aside is self.cycle:
            self._go_straight()

    def _go_straight(self) -> None:
        assert self._straight is not None
        who = self._straight.caller(self._aside.scope)
        if who is None:
            self._begin_aside()
            return
        cycle = self._let_go()
        del cycle.on_response  # else they hold each other; `_answer` does without
        task = self.loop.create_task(self._answer(self._straight, cycle, who))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)

    def _begin_aside(self) -> None:
        super()._start_asgi_task(self._let_go(), self.app)

    def _let_go(self) -> Any:
        """What was held."""
        if self._waiting is not None:
            self._waiting.cancel()
        cycle, self._aside, self._waiting = self._aside, None, None
        return cycle

    async def _answer(self, straight: Straight, cycle: Any, who: Who) -> None:
        """As uvicorn's cycle sends an answer, in one write."""
        response = await straight.answer(cycle.scope, who, bytes(cycle.body))
        if self.flow.write_paused and not cycle.disconnected:
            await self.flow.drain()
        if cycle.disconnected or self.transport.is_closing():  # the latter alone where another one came behind it
            return
        cycle.response_started = cycle.response_complete = True
        own = b"".join(b"%b: %b\r\n" % pair for pair in self.server_state.default_headers)
        ends = b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n"
        head = (STATUS_LINE[response.status_code], own, straight.head(tuple(response.raw_headers)), ends)
        self.transport.write(b"".join((*head, response.body)))
        if not cycle.keep_alive:
            self.transport.close()
        self.on_response_complete()
