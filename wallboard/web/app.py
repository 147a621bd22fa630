"""How is one web process wired together? The only door: it alone builds clients, starts tasks and stops them.

unexpected ─▶ security headers ─▶ address check ─▶ access ─▶ routes      events mostly go straight (web/straight.py)
stream ─▶ pipeline ─▶ hub ─▶ socket          events ─▶ ingest ─▶ stream          counting ─▶ stream
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial

import structlog
from redis.asyncio import Redis
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from wallboard.assets import build, shipped_in
from wallboard.config import Config
from wallboard.core.errors import StreamUnavailable
from wallboard.core.events import SourceCounted
from wallboard.live.counting import Counting
from wallboard.live.hub import Hub
from wallboard.live.pipeline import Pipeline
from wallboard.live.vitals import keep_looking
from wallboard.record.audit import Audit
from wallboard.record.database import open_record
from wallboard.record.history import History
from wallboard.record.ownchannels import OwnChannels
from wallboard.record.people import People
from wallboard.record.revisions import Revisions
from wallboard.record.rulerevisions import RuleRevisions
from wallboard.record.screens import Screens
from wallboard.record.shelf import Shelf
from wallboard.record.shiftnotes import ShiftNotes
from wallboard.record.tokens import Tokens
from wallboard.rounds import until_round_s
from wallboard.stream.away import Away
from wallboard.stream.checkpoint import Checkpoints
from wallboard.stream.handedover import HandedOver
from wallboard.stream.health import HealthRecords
from wallboard.stream.housetime import HouseTime, steady_ms
from wallboard.stream.keys import Keys
from wallboard.stream.lease import Lease
from wallboard.stream.orders import Orders
from wallboard.stream.outbox import Outbox
from wallboard.stream.own import Own
from wallboard.stream.pairing import Pairing
from wallboard.stream.redis import connect
from wallboard.stream.signin import SignIn
from wallboard.stream.stream import Stream
from wallboard.stream.together import Together
from wallboard.web import speaking
from wallboard.web.auth import Access
from wallboard.web.bearer import Bearers
from wallboard.web.boards import Boards
from wallboard.web.costly import rates
from wallboard.web.csp import Violations
from wallboard.web.headers import AddressCheck, Hosts, Ours, SecurityHeaders
from wallboard.web.historyhealth import HistoryTold
from wallboard.web.ingest import Ingest
from wallboard.web.known import Known
from wallboard.web.lane import Lane
from wallboard.web.lasthour import LastHour
from wallboard.web.lookback import LookBack
from wallboard.web.metrics import Metrics, Value, fan_out
from wallboard.web.names import Names
from wallboard.web.origin import Origins
from wallboard.web.paired import Paired
from wallboard.web.passwords import Passwords
from wallboard.web.problems import Problem, Refusals, Unexpected
from wallboard.web.process import process
from wallboard.web.programs import Programs
from wallboard.web.rate import Rates
from wallboard.web.reports import Reports
from wallboard.web.routes import EVENTS, routes_of
from wallboard.web.sessions import Sessions
from wallboard.web.staying import Staying
from wallboard.web.straight import Straight
from wallboard.web.walls import Walls
from wallboard.web.wiring import Callers, Kept, Line, Noted, Parts

EVENTS_PER_S = 5_000  # of one token on average
EVENTS_AT_ONCE = 10_000
TELL_COUNTS_S = 1.0
RESTART_S = 1.0
STOP_S = 2.0  # for each task

log = structlog.get_logger("web")


def create_app(config: Config, clock_ms: Callable[[], int] | None = None, *, loads_s: float = 0) -> Starlette:
    """The application of one web process; nothing runs before its lifespan begins.

    `clock_ms`: the time, if not Redis's. `loads_s`: for so long, at most, nobody is let in before the state is loaded
    (where others serve meanwhile).
    """
    if config.redis_url is None:
        raise ValueError("create_app needs a Redis address: `wallboard up` starts one where none is configured")
    clients = [connect(config.redis_url), connect(config.redis_url, blocking=True)]
    house = HouseTime(clients[0], Keys(config.namespace))
    parts = _wired(config, clock_ms or house, *clients)
    templates = speaking.templates()
    refusals = Refusals(templates)
    ingest = Ingest(Rates(EVENTS_PER_S, EVENTS_AT_ONCE), Names(config.limits))
    hosts, ours = Hosts(_urls(config)), Ours(parts.https)
    bearers = Bearers(config.admin_token, parts.programs)
    app = Starlette(
        routes=routes_of(parts, templates, ingest),
        middleware=_middleware(parts, hosts, bearers, ours),
        exception_handlers={Problem: refusals.problem, HTTPException: refusals.http},
        lifespan=lambda app: _life(parts, clients, house, loads_s),
    )
    app.state.parts = parts
    app.state.straight = Straight(EVENTS, "events:write", partial(ingest.straight, parts), hosts, bearers, ours)
    app.state.hub = parts.hub
    app.state.boards = parts.boards
    app.state.images = config.boards
    app.state.staying = parts.staying
    app.state.reports = parts.reports
    return app


def _wired(config: Config, clock_ms: Callable[[], int], asking: Redis, blocking: Redis) -> Parts:
    record = open_record(config.data, config.database_url)
    line = _line(config, clock_ms, asking, blocking)
    kept = _kept(config, record, lambda queue: line.pipeline.floor.settings.for_queue(queue).name or queue)
    callers = _callers(config, clock_ms, record, kept, SignIn(asking, Keys(config.namespace)))
    groups = vars(line) | vars(kept) | vars(callers) | vars(_noted(clock_ms, line))
    return Parts(config=config, clock_ms=clock_ms, lookback=LookBack(clock_ms), **groups)


def _line(config: Config, clock_ms: Callable[[], int], asking: Redis, blocking: Redis) -> Line:
    keys, own = Keys(config.namespace), Own()
    stream, orders = Stream(asking, keys, own), Orders(asking, keys)
    pipeline = Pipeline(Stream(blocking, keys, own), Checkpoints(asking, keys), clock_ms, steady_ms)
    return Line(
        stream=stream,
        together=Together(stream),
        pipeline=pipeline,
        hub=Hub(pipeline, clock_ms, build=build(), simulated=lambda: config.simulated, pace_ms=steady_ms),
        health=HealthRecords(asking, keys),
        away=Away(asking, keys),
        pairing=Pairing(asking, keys),
        orders=orders,
        outbox=Outbox(asking, keys),
        handed_over=HandedOver(asking, keys),
        walls=Walls(orders, clock_ms),
        last_hour=LastHour(pipeline, clock_ms),
    )


def _kept(config: Config, record: Engine, called: Callable[[str], str]) -> Kept:
    """`called`: a queue's name."""
    shipped, editable = shipped_in(config.boards), config.server.boards_editable
    shelf = Shelf(config.boards, Revisions(record), shipped=shipped, editable=editable)
    return Kept(
        boards=Boards(config.boards, shelf, called),
        shelf=shelf,
        rules=RuleRevisions(record),
        people=People(record),
        tokens=Tokens(record),
        own_channels=OwnChannels(record),
        audit=Audit(record),
        history=History(record),
        shift_notes=ShiftNotes(record),
    )


def _callers(config: Config, clock_ms: Callable[[], int], record: Engine, kept: Kept, signin: SignIn) -> Callers:
    https = (config.server.public_url or "").startswith("https://")
    sessions = Sessions(signin, kept.people, namespace=config.namespace, https=https)
    programs = Programs(kept.tokens, clock_ms)
    paired = Paired(Screens(record), kept.boards, namespace=config.namespace, https=https)
    known = Known({"session": sessions, "token": programs, "screen": paired})
    return Callers(
        https=https,
        sessions=sessions,
        programs=programs,
        paired=paired,
        known=known,
        staying=Staying(known, kept.boards),
        passwords=Passwords(),
        costly=rates(),
        lane=Lane(),
    )


def _noted(clock_ms: Callable[[], int], line: Line) -> Noted:
    told, violations, reports = HistoryTold(clock_ms), Violations(clock_ms), Reports(line.hub.build)
    ours = [process, lambda: _readings(line.pipeline), lambda: fan_out(line.hub)]
    return Noted(
        counting=Counting(),
        reports=reports,
        history_told=told,
        violations=violations,
        metrics=Metrics([*ours, reports.readings, told.readings, violations.readings]),
    )


def _urls(config: Config) -> list[str]:
    """At which people reach us."""
    server = config.server
    return [*([server.public_url] if server.public_url else []), *server.allowed_origins]


def _middleware(parts: Parts, hosts: Hosts, bearers: Bearers, ours: Ours) -> list[Middleware]:
    return [
        Middleware(Unexpected),
        Middleware(SecurityHeaders, ours=ours),
        Middleware(AddressCheck, hosts=hosts),
        Middleware(
            Access,
            known=parts.known,
            cookies={"session": parts.sessions.cookie, "screen": parts.paired.cookie.name},
            origins=Origins(_urls(parts.config)),
            bearers=bearers,
            open_metrics=parts.config.server.metrics == "open",
        ),
    ]


@asynccontextmanager
async def _life(parts: Parts, clients: Sequence[Redis], house: HouseTime, loads_s: float) -> AsyncIterator[None]:
    """Starts in this order and stops in reverse."""
    async with AsyncExitStack() as stack:
        for client in clients:
            stack.push_async_callback(client.aclose)
        stack.push_async_callback(parts.lookback.stop)
        await stack.enter_async_context(house.kept())
        await stack.enter_async_context(_running("appends", parts.together.run))
        await stack.enter_async_context(_running("pipeline", parts.pipeline.run))
        with suppress(TimeoutError):
            async with asyncio.timeout(loads_s):
                await parts.pipeline.loaded.wait()
        await stack.enter_async_context(_running("hub", parts.hub.run))
        await stack.enter_async_context(_running("last hour", parts.last_hour.run))
        lease = Lease(clients[0], Keys(parts.config.namespace))
        await stack.enter_async_context(
            _running(
                "vitals",
                lambda: keep_looking(
                    parts.pipeline, parts.health, lease, lambda: parts.config.collectors, parts.clock_ms
                ),
            )
        )
        await stack.enter_async_context(_running("history", lambda: parts.history_told.keep_asking(parts.health)))
        await stack.enter_async_context(_running("programs", parts.programs.keep_writing))
        await stack.enter_async_context(_running("tokens", parts.programs.keep_reading))
        await stack.enter_async_context(_running("staying", parts.staying.run))
        await stack.enter_async_context(_running("walls", parts.walls.run))
        await parts.boards.refresh(parts.hub.change_boards)
        await stack.enter_async_context(_running("boards", lambda: parts.boards.watch(parts.hub.change_boards)))
        await stack.enter_async_context(_running("counts", lambda: _tell_counts(parts)))
        yield


@asynccontextmanager
async def _running(name: str, run: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    task = asyncio.create_task(_keep(name, run), name=name)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task], timeout=STOP_S)


async def _keep(name: str, run: Callable[[], Awaitable[None]]) -> None:
    """A task's root: what it did not foresee is logged once, and the task begins again."""
    while True:
        try:
            await run()
        except Exception:  # the root of this task
            log.exception("task failed and begins again", task=name)
        await asyncio.sleep(RESTART_S)


async def _tell_counts(parts: Parts) -> None:
    """Duplicates and refusals of HTTP, into the stream at most once a second and source."""
    untold: list[SourceCounted] = []
    while True:
        await asyncio.sleep(until_round_s(TELL_COUNTS_S))
        untold = untold or parts.counting.due(parts.clock_ms())
        with suppress(StreamUnavailable):  # told when Redis is back; meanwhile Counting adds up, bounded
            if untold:
                await parts.stream.append(untold)
                untold = []


def _readings(pipeline: Pipeline) -> Iterable[tuple[str, str, Value]]:
    yield "wallboard_ready", "1 when the state is loaded.", float(pipeline.ready)
    yield "wallboard_redis_reachable", "1 when Redis answered the last read.", float(pipeline.reachable)
    yield "wallboard_events_applied_total", "Events applied to the state.", pipeline.applied
    yield "wallboard_stream_gaps_total", "Times the stream had lost the reader's place.", pipeline.gaps
    yield "wallboard_tick_seconds", "What a tick took, until its frames were handed on.", pipeline.ticks.took
    yield "wallboard_pipeline_lag_seconds", "How far the state is behind the clock.", pipeline.lag_ms() / 1000
