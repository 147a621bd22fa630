"""How is one web process wired together? The only door: it alone builds clients, starts tasks and stops them.

unexpected ─▶ security headers ─▶ address check ─▶ access ─▶ straight ─▶ routes
stream ─▶ pipeline ─▶ hub ─▶ socket          events ─▶ ingest ─▶ stream          counting ─▶ stream
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import structlog
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.templating import Jinja2Templates

from wallboard.assets import BOARDS, build
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
from wallboard.record.people import People
from wallboard.record.revisions import Revisions
from wallboard.record.rulerevisions import RuleRevisions
from wallboard.record.screens import Screens
from wallboard.record.shelf import Shelf
from wallboard.record.shiftnotes import ShiftNotes
from wallboard.record.tokens import Tokens
from wallboard.stream.away import Away
from wallboard.stream.checkpoint import Checkpoints
from wallboard.stream.health import HealthRecords
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
from wallboard.web import (
    account,
    api,
    audit,
    boardtexts,
    called,
    deliverypage,
    duty,
    editor,
    notices,
    oidc,
    openapi,
    pages,
    people,
    rulepast,
    rules,
    screens,
    shiftpage,
    speaking,
    tokens,
)
from wallboard.web.alerts import AlertsPage, acts, alerts
from wallboard.web.auth import Access
from wallboard.web.boards import Boards
from wallboard.web.charts import plotly_js
from wallboard.web.closing import close
from wallboard.web.costly import rates
from wallboard.web.csp import HERE as VIOLATIONS
from wallboard.web.csp import Violations
from wallboard.web.explain import explain
from wallboard.web.floor import floor
from wallboard.web.floorpage import FloorPage
from wallboard.web.forgetting import forget
from wallboard.web.front import Front
from wallboard.web.headers import AddressCheck, SecurityHeaders
from wallboard.web.history import history
from wallboard.web.historyhealth import HistoryTold
from wallboard.web.historypage import HistoryPage, history_csv
from wallboard.web.ingest import Ingest
from wallboard.web.known import Known
from wallboard.web.lookback import LookBack
from wallboard.web.me import Me
from wallboard.web.metrics import Metrics, fan_out, metrics_page
from wallboard.web.names import Names
from wallboard.web.origin import Origins
from wallboard.web.paired import Paired
from wallboard.web.passwords import Passwords
from wallboard.web.problems import Problem, Refusals, Unexpected
from wallboard.web.programs import Programs
from wallboard.web.rate import Rates
from wallboard.web.reportpage import ReportPage
from wallboard.web.reports import Reports
from wallboard.web.rulespage import RulesPage
from wallboard.web.ruletrial import RuleTrial
from wallboard.web.series import Series
from wallboard.web.sessions import Sessions
from wallboard.web.signin import SignInPage, sign_out
from wallboard.web.socket import live
from wallboard.web.sourcepages import SourcePages, source_api, sources_api
from wallboard.web.staying import Staying
from wallboard.web.straight import Straight
from wallboard.web.walls import Walls
from wallboard.web.webhooks import Webhooks
from wallboard.web.wiring import Parts

EVENTS = "/api/v1/events"
EVENTS_PER_S = 5_000  # of one token on average
EVENTS_AT_ONCE = 10_000
TELL_COUNTS_S = 1.0
RESTART_S = 1.0
STOP_S = 2.0  # for each task

log = structlog.get_logger("web")


def wall_clock_ms() -> int:
    return time.time_ns() // 1_000_000


def steady_ms() -> int:
    """Never steps: for pauses and throttles."""
    return time.monotonic_ns() // 1_000_000


def create_app(config: Config, clock_ms: Callable[[], int] = wall_clock_ms, *, loads_s: float = 0) -> Starlette:
    """The application of one web process; nothing runs before its lifespan begins.

    `loads_s`: for so long, at most, nobody is let in before the state is loaded (where others serve meanwhile).
    """
    if config.redis_url is None:
        raise ValueError("create_app needs a Redis address: `wallboard up` starts one where none is configured")
    clients = [connect(config.redis_url), connect(config.redis_url, blocking=True)]
    parts = _wired(config, clock_ms, *clients)
    templates = speaking.templates()
    refusals = Refusals(templates)
    ingest = Ingest(Rates(EVENTS_PER_S, EVENTS_AT_ONCE), Names(config.limits))
    app = Starlette(
        routes=_routes(parts, templates, ingest),
        middleware=[*_middleware(parts), Middleware(Straight, to={("POST", EVENTS): ingest.post}, refusals=refusals)],
        exception_handlers={Problem: refusals.problem, HTTPException: refusals.http},
        lifespan=lambda app: _life(parts, clients, loads_s),
    )
    app.state.parts = parts
    app.state.hub = parts.hub
    app.state.boards = parts.boards
    app.state.images = config.boards
    app.state.staying = parts.staying
    app.state.reports = parts.reports
    return app


def _wired(config: Config, clock_ms: Callable[[], int], asking: Redis, blocking: Redis) -> Parts:
    keys, own = Keys(config.namespace), Own()
    pipeline = Pipeline(Stream(blocking, keys, own), Checkpoints(asking, keys), clock_ms, steady_ms)
    hub = Hub(pipeline, clock_ms, build=build(), simulated=lambda: config.simulated, pace_ms=steady_ms)
    https = (config.server.public_url or "").startswith("https://")
    told, violations = HistoryTold(clock_ms), Violations(clock_ms)
    reports = Reports(hub.build)
    record = open_record(config.data, config.database_url)
    accounts = People(record)
    sessions = Sessions(SignIn(asking, keys), accounts, namespace=config.namespace, https=https)
    given = Tokens(record)
    programs = Programs(given, clock_ms)
    shelf = Shelf(
        config.boards, Revisions(record), shipped=config.boards == BOARDS, editable=config.server.boards_editable
    )
    boards = Boards(config.boards, shelf)
    paired = Paired(Screens(record), boards, namespace=config.namespace, https=https)
    known = Known({"session": sessions, "token": programs, "screen": paired})
    orders = Orders(asking, keys)
    stream = Stream(asking, keys, own)
    return Parts(
        config=config,
        clock_ms=clock_ms,
        stream=stream,
        together=Together(stream),
        pipeline=pipeline,
        hub=hub,
        boards=boards,
        shelf=shelf,
        rules=RuleRevisions(record),
        counting=Counting(),
        health=HealthRecords(asking, keys),
        sessions=sessions,
        known=known,
        tokens=given,
        programs=programs,
        staying=Staying(known, boards),
        reports=reports,
        away=Away(asking, keys),
        pairing=Pairing(asking, keys),
        paired=paired,
        orders=orders,
        outbox=Outbox(asking, keys),
        walls=Walls(orders, clock_ms),
        metrics=Metrics(
            [lambda: _readings(pipeline), lambda: fan_out(hub), reports.readings, told.readings, violations.readings],
            hub.sent,
        ),
        people=accounts,
        passwords=Passwords(),
        audit=Audit(record),
        history=History(record),
        shift_notes=ShiftNotes(record),
        history_told=told,
        violations=violations,
        costly=rates(),
        lookback=LookBack(clock_ms),
        https=https,
    )


def _routes(parts: Parts, templates: Jinja2Templates, ingest: Ingest) -> list[BaseRoute]:
    signin, sources, docs = SignInPage(templates), SourcePages(templates), openapi.DocsPage(templates)
    me, at_provider = Me(templates), oidc.ProviderSignIn(parts)
    return [
        Route("/healthz", api.healthz),
        Route("/readyz", api.readyz),
        Route("/metrics", metrics_page(parts.metrics, is_open=parts.config.server.metrics == "open")),
        Route("/api/v1/openapi.json", openapi.openapi),
        Route(EVENTS, ingest.post, methods=["POST"]),
        Route("/api/v1/in/{name}", Webhooks(ingest).post, methods=["POST"]),
        Route("/api/v1/state", api.state),
        Route("/api/v1/explain", explain),
        Route("/api/v1/floor", floor),
        Route("/api/v1/floor/close", close, methods=["POST"]),
        Route("/api/v1/names", called.names),
        Route("/api/v1/names/{kind}/{id:path}", called.put, methods=["PUT"]),
        Route("/api/v1/names/{kind}/{id:path}", forget, methods=["DELETE"]),
        Route("/api/v1/history", history),
        Route("/api/v1/boards", boardtexts.boards),
        Route("/api/v1/boards/{board}", boardtexts.board),
        Route("/api/v1/boards/{board}", boardtexts.put, methods=["PUT"]),
        Route("/api/v1/boards/{board}", boardtexts.remove, methods=["DELETE"]),
        Route("/api/v1/boards/{board}/revisions", boardtexts.revisions),
        Route("/api/v1/boards/{board}/revisions/{revision}", boardtexts.revision),
        Route("/api/v1/boards/{board}/revisions/{revision}/restore", boardtexts.restore, methods=["POST"]),
        Route("/api/v1/boards/{board}/series", Series().show),
        Route("/api/v1/boards/{board}/try", editor.tried, methods=["POST"]),
        Route("/api/v1/alerts", alerts),
        *acts(),
        Route("/api/v1/duty", duty.on_duty),
        Route("/api/v1/duty", duty.take, methods=["POST"]),
        Route("/api/v1/duty", duty.leave, methods=["DELETE"]),
        Route("/api/v1/duty/{who:path}", duty.leave, methods=["DELETE"]),
        Route("/api/v1/alerts/rules", rules.rules),
        Route("/api/v1/alerts/check-rule", rules.check, methods=["POST"]),
        Route("/api/v1/alerts/try-rule", RuleTrial().post, methods=["POST"]),
        Route("/api/v1/alerts/rules/{rule}", rules.put, methods=["PUT"]),
        Route("/api/v1/alerts/rules/{rule}", rules.remove, methods=["DELETE"]),
        Route("/api/v1/alerts/rules/{rule}/revisions", rulepast.revisions),
        Route("/api/v1/alerts/rules/{rule}/revisions/{revision}", rulepast.revision),
        Route("/api/v1/notices", notices.notices),
        Route("/api/v1/notices", notices.post, methods=["POST"]),
        Route("/api/v1/notices/{notice:path}", notices.clear, methods=["DELETE"]),
        Route("/api/v1/tokens", tokens.tokens),
        Route("/api/v1/tokens", tokens.create, methods=["POST"]),
        Route("/api/v1/tokens/{token}", tokens.revoke, methods=["DELETE"]),
        Route("/tokens", tokens.TokensPage(templates).show),
        Route("/api/v1/sources", sources_api),
        Route("/api/v1/sources/{source:path}", source_api),
        *screens.routes(templates),
        Route("/api/v1/people", people.people),
        Route("/api/v1/people", people.add, methods=["POST"]),
        Route("/api/v1/people/{person}", people.change, methods=["PATCH"]),
        Route("/api/v1/people/{person}", people.remove, methods=["DELETE"]),
        Route("/api/v1/people/{person}/link", people.link, methods=["POST"]),
        Route("/api/v1/people/{person}/sessions", people.sessions),
        Route("/api/v1/people/{person}/sessions", people.end_sessions, methods=["DELETE"]),
        Route("/api/v1/audit", audit.audit),
        Route("/api/v1/account/password", account.choose, methods=["POST"]),
        Route("/api/v1/account/sessions", account.sessions),
        Route("/api/v1/account/sessions", account.end_others, methods=["DELETE"]),
        Route("/api/v1/account/sessions/{ref}", account.end, methods=["DELETE"]),
        Route("/people", people.PeoplePage(templates).show),
        Route("/account", account.AccountPage(templates).show),
        Route("/signin", signin.show),
        Route("/signin", signin.post, methods=["POST"]),
        Route(VIOLATIONS, parts.violations.post, methods=["POST"]),
        Route(oidc.HERE, at_provider.leave),
        Route(oidc.BACK, at_provider.back),
        Route("/signout", sign_out, methods=["POST"]),
        Route("/sources", sources.all),
        Route("/sources/{source:path}", sources.one),
        Route("/history", HistoryPage(templates).show),
        Route("/history.csv", history_csv),
        Route("/plotly-{version}.js", plotly_js),
        Route("/alerts", AlertsPage(templates).show),
        Route("/alerts/report", ReportPage(templates).show),
        Route("/alerts/delivery", deliverypage.DeliveryPage(templates).show),
        Route("/api/v1/delivery", deliverypage.delivery),
        Route("/api/v1/delivery/dead/{letter}/retry", deliverypage.again, methods=["POST"]),
        Route("/api/v1/delivery/{receiver}/test", deliverypage.test, methods=["POST"]),
        Route("/shift", shiftpage.ShiftPage(templates).show),
        Route("/api/v1/shift/notes", shiftpage.leave, methods=["POST"]),
        Route("/api/v1/shift/notes/{note}/read", shiftpage.read, methods=["POST"]),
        Route("/alerts/rules", RulesPage(templates).show),
        Route("/floor", FloorPage(templates).show),
        Route("/names", called.NamesPage(templates).show),
        Route("/api/v1/me", me.show),
        Route("/api/v1/me/tags", me.tag, methods=["POST"]),
        Route("/me", me.page),
        Route("/docs", docs.show),
        Route("/board/{board}/edit", editor.Editor(templates).show),
        Route("/board-preview", editor.Editor(templates).frame),
        WebSocketRoute("/live", live),
        Route("/", Front(templates).show),
        *pages.routes(templates),
    ]


def _middleware(parts: Parts) -> list[Middleware]:
    server = parts.config.server
    urls = [*([server.public_url] if server.public_url else []), *server.allowed_origins]
    return [
        Middleware(Unexpected),
        Middleware(SecurityHeaders, https=parts.https),
        Middleware(AddressCheck, urls=urls),
        Middleware(
            Access,
            known=parts.known,
            cookies={"session": parts.sessions.cookie, "screen": parts.paired.cookie.name},
            origins=Origins(urls),
            admin_token=parts.config.admin_token,
            open_metrics=server.metrics == "open",
        ),
    ]


@asynccontextmanager
async def _life(parts: Parts, clients: Sequence[Redis], loads_s: float) -> AsyncIterator[None]:
    """Starts in this order and stops in reverse."""
    async with AsyncExitStack() as stack:
        for client in clients:
            stack.push_async_callback(client.aclose)
        stack.push_async_callback(parts.lookback.stop)
        await stack.enter_async_context(_running("appends", parts.together.run))
        await stack.enter_async_context(_running("pipeline", parts.pipeline.run))
        with suppress(TimeoutError):
            async with asyncio.timeout(loads_s):
                await parts.pipeline.loaded.wait()
        await stack.enter_async_context(_running("hub", parts.hub.run))
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
        except Exception:
            log.exception("task failed and begins again", task=name)
        await asyncio.sleep(RESTART_S)


async def _tell_counts(parts: Parts) -> None:
    """Duplicates and refusals of HTTP, into the stream at most once a second and source."""
    untold: list[SourceCounted] = []
    while True:
        await asyncio.sleep(TELL_COUNTS_S)
        untold = untold or parts.counting.due(parts.clock_ms())
        with suppress(StreamUnavailable):  # told when Redis is back; meanwhile Counting adds up, bounded
            if untold:
                await parts.stream.append(untold)
                untold = []


def _readings(pipeline: Pipeline) -> Iterable[tuple[str, str, float]]:
    yield "wallboard_ready", "1 when the state is loaded.", float(pipeline.ready)
    yield "wallboard_redis_reachable", "1 when Redis answered the last read.", float(pipeline.reachable)
    yield "wallboard_events_applied_total", "Events applied to the state.", pipeline.applied
    yield "wallboard_stream_gaps_total", "Times the stream had lost the reader's place.", pipeline.gaps
    yield "wallboard_tick_seconds", "What the last tick took, until its frames were handed on.", pipeline.tick_s
    yield "wallboard_pipeline_lag_seconds", "How far the state is behind the clock.", pipeline.lag_ms() / 1000
