"""Which address leads where? One list an area: what programs call, and the pages beside it."""

from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.templating import Jinja2Templates

from wallboard.web import (
    account,
    api,
    audit,
    boardpast,
    boardtexts,
    called,
    channelcalls,
    deliverypage,
    duty,
    editor,
    history,
    historypage,
    notices,
    oidc,
    openapi,
    ownchannels,
    pages,
    people,
    rulepast,
    rules,
    screens,
    shiftleft,
    shiftnotes,
    shiftpage,
    sourcepages,
    tokens,
)
from wallboard.web.alertacts import acts
from wallboard.web.alertdaypage import AlertDayPage
from wallboard.web.alerts import alerts, open_count
from wallboard.web.alertspage import AlertsPage
from wallboard.web.around import around
from wallboard.web.channeloutbox import budget
from wallboard.web.channelproof import ChannelProof
from wallboard.web.channelspage import ChannelsPage
from wallboard.web.charts import plotly_js
from wallboard.web.claiming import Claiming
from wallboard.web.closing import close
from wallboard.web.csp import HERE as VIOLATIONS
from wallboard.web.explain import explain
from wallboard.web.floor import floor
from wallboard.web.floorpage import FloorPage
from wallboard.web.forgetting import forget
from wallboard.web.front import Front
from wallboard.web.ingest import Ingest
from wallboard.web.me import Me
from wallboard.web.metrics import metrics_page
from wallboard.web.pair import CLAIM, HERE, PairPage
from wallboard.web.reportpage import ReportPage
from wallboard.web.rulespage import RulesPage
from wallboard.web.ruletrial import RuleTrial
from wallboard.web.screenspages import ScreensPages
from wallboard.web.series import Series
from wallboard.web.signin import SignInPage, sign_out
from wallboard.web.socket import live, no_upgrade
from wallboard.web.webhooks import Webhooks
from wallboard.web.wiring import Parts

EVENTS = "/api/v1/events"


def routes_of(parts: Parts, templates: Jinja2Templates, ingest: Ingest) -> list[BaseRoute]:
    """The first that fits is taken: the wall's own come last, since they take whole folders."""
    return [
        *_operation(parts, templates),
        Route(EVENTS, ingest.post, methods=["POST"]),
        Route("/api/v1/in/{name}", Webhooks(ingest).post, methods=["POST"]),
        *_floor(templates),
        *_history(templates),
        *_boards(templates),
        *_alerts(templates),
        *_own_channels(templates),
        *_shifts(templates),
        Route("/api/v1/notices", notices.notices),
        Route("/api/v1/notices", notices.post, methods=["POST"]),
        Route("/api/v1/notices/{notice:path}", notices.clear, methods=["DELETE"]),
        *_sources(templates),
        *_screens(templates),
        *_programs(templates),
        *_people(templates),
        *_signing_in(parts, templates),
        WebSocketRoute("/live", live),
        Route("/live", no_upgrade),
        Route("/", Front(templates).show),
        *pages.routes(templates),
    ]


def _operation(parts: Parts, templates: Jinja2Templates) -> list[BaseRoute]:
    return [
        Route("/healthz", api.healthz),
        Route("/readyz", api.readyz),
        Route("/metrics", metrics_page(parts.metrics, is_open=parts.config.server.metrics == "open")),
        Route("/api/v1/openapi.json", openapi.openapi),
        Route("/docs", openapi.DocsPage(templates).show),
        Route(VIOLATIONS, parts.violations.post, methods=["POST"]),
    ]


def _floor(templates: Jinja2Templates) -> list[BaseRoute]:
    return [
        Route("/api/v1/state", api.state),
        Route("/api/v1/explain", explain),
        Route("/api/v1/floor", floor),
        Route("/api/v1/floor/close", close, methods=["POST"]),
        Route("/floor", FloorPage(templates).show),
        Route("/api/v1/names", called.names),
        Route("/api/v1/names/{kind}/{id:path}", called.put, methods=["PUT"]),
        Route("/api/v1/names/{kind}/{id:path}", forget, methods=["DELETE"]),
        Route("/names", called.NamesPage(templates).show),
    ]


def _history(templates: Jinja2Templates) -> list[BaseRoute]:
    return [
        Route("/api/v1/history", history.history),
        Route("/history", historypage.HistoryPage(templates).show),
        Route("/history.csv", historypage.history_csv),
        Route("/audit.csv", audit.audit_csv),
        Route("/plotly-{version}.js", plotly_js),
    ]


def _boards(templates: Jinja2Templates) -> list[BaseRoute]:
    page = editor.Editor(templates)
    return [
        Route("/api/v1/boards", boardtexts.boards),
        Route("/api/v1/boards/{board}", boardtexts.board),
        Route("/api/v1/boards/{board}", boardtexts.put, methods=["PUT"]),
        Route("/api/v1/boards/{board}", boardtexts.remove, methods=["DELETE"]),
        Route("/api/v1/boards/{board}/revisions", boardpast.revisions),
        Route("/api/v1/boards/{board}/revisions/{revision}", boardpast.revision),
        Route("/api/v1/boards/{board}/revisions/{revision}/restore", boardpast.restore, methods=["POST"]),
        Route("/api/v1/boards/{board}/series", Series().show),
        Route("/api/v1/boards/{board}/try", editor.tried, methods=["POST"]),
        Route("/board/{board}/edit", page.show),
        Route("/board-preview", page.frame),
    ]


def _alerts(templates: Jinja2Templates) -> list[BaseRoute]:
    return [
        Route("/api/v1/alerts", alerts),
        Route("/api/v1/alerts/count", open_count),
        Route("/api/v1/alerts/{alert}/around", around),
        *acts(),
        Route("/api/v1/alerts/rules", rules.rules),
        Route("/api/v1/alerts/check-rule", rules.check, methods=["POST"]),
        Route("/api/v1/alerts/try-rule", RuleTrial().post, methods=["POST"]),
        Route("/api/v1/alerts/rules/{rule}", rules.put, methods=["PUT"]),
        Route("/api/v1/alerts/rules/{rule}", rules.remove, methods=["DELETE"]),
        Route("/api/v1/alerts/rules/{rule}/revisions", rulepast.revisions),
        Route("/api/v1/alerts/rules/{rule}/revisions/{revision}", rulepast.revision),
        Route("/api/v1/delivery", deliverypage.delivery),
        Route("/api/v1/delivery/dead/{letter}/retry", deliverypage.again, methods=["POST"]),
        Route("/api/v1/delivery/{receiver}/test", deliverypage.test, methods=["POST"]),
        Route("/alerts", AlertsPage(templates).show),
        Route("/alerts/rules", RulesPage(templates).show),
        Route("/alerts/report", ReportPage(templates).show),
        Route("/alerts/day", AlertDayPage(templates).show),
        Route("/alerts/delivery", deliverypage.DeliveryPage(templates).show),
    ]


def _own_channels(templates: Jinja2Templates) -> list[BaseRoute]:
    rates, each = budget(), "/api/v1/alerts/channels/{channel}"
    proof, calls = ChannelProof(rates), channelcalls.ChannelCalls(rates)
    return [
        Route("/api/v1/alerts/channels", ownchannels.channels),
        Route("/api/v1/alerts/channels", proof.add, methods=["POST"]),
        Route(each, calls.change, methods=["PATCH"]),
        Route(each, channelcalls.remove, methods=["DELETE"]),
        Route(f"{each}/code", proof.code, methods=["POST"]),
        Route(f"{each}/confirm", proof.confirm, methods=["POST"]),
        Route(f"{each}/test", calls.test, methods=["POST"]),
        Route("/alerts/channels", ChannelsPage(templates).show),
    ]


def _shifts(templates: Jinja2Templates) -> list[BaseRoute]:
    return [
        Route("/api/v1/duty", duty.on_duty),
        Route("/api/v1/duty", duty.take, methods=["POST"]),
        Route("/api/v1/duty", duty.leave, methods=["DELETE"]),
        Route("/api/v1/duty/{who:path}", duty.leave, methods=["DELETE"]),
        Route("/api/v1/shift/notes", shiftnotes.leave, methods=["POST"]),
        Route("/api/v1/shift/notes/{note}/read", shiftnotes.read, methods=["POST"]),
        Route("/api/v1/shift/read", shiftleft.took, methods=["POST"]),
        Route("/shift", shiftpage.ShiftPage(templates).show),
    ]


def _sources(templates: Jinja2Templates) -> list[BaseRoute]:
    page = sourcepages.SourcePages(templates)
    return [
        Route("/api/v1/sources", sourcepages.sources_api),
        Route("/api/v1/sources/{source:path}", sourcepages.source_api),
        Route("/sources", page.all),
        Route("/sources/{source:path}", page.one),
    ]


def _screens(templates: Jinja2Templates) -> list[BaseRoute]:
    page, pairing, one = ScreensPages(templates), PairPage(templates), "/api/v1/screens/{screen}"
    return [
        Route("/api/v1/screens", screens.screens),
        Route("/api/v1/screens", Claiming().claim, methods=["POST"]),
        Route(one, screens.change, methods=["PATCH"]),
        Route(one, screens.revoke, methods=["DELETE"]),
        Route(f"{one}/command", screens.command, methods=["POST"]),
        Route("/screens", page.all),
        Route(CLAIM, page.claim),
        Route(HERE, pairing.show),
        Route(HERE, pairing.post, methods=["POST"]),
    ]


def _programs(templates: Jinja2Templates) -> list[BaseRoute]:
    return [
        Route("/api/v1/tokens", tokens.tokens),
        Route("/api/v1/tokens", tokens.create, methods=["POST"]),
        Route("/api/v1/tokens/{token}", tokens.revoke, methods=["DELETE"]),
        Route("/tokens", tokens.TokensPage(templates).show),
        Route("/api/v1/audit", audit.audit),
    ]


def _people(templates: Jinja2Templates) -> list[BaseRoute]:
    me = Me(templates)
    return [
        Route("/api/v1/people", people.people),
        Route("/api/v1/people", people.add, methods=["POST"]),
        Route("/api/v1/people/{person}", people.change, methods=["PATCH"]),
        Route("/api/v1/people/{person}", people.remove, methods=["DELETE"]),
        Route("/api/v1/people/{person}/link", people.link, methods=["POST"]),
        Route("/api/v1/people/{person}/sessions", people.sessions),
        Route("/api/v1/people/{person}/sessions", people.end_sessions, methods=["DELETE"]),
        Route("/people", people.PeoplePage(templates).show),
        Route("/api/v1/account/password", account.choose, methods=["POST"]),
        Route("/api/v1/account/sessions", account.sessions),
        Route("/api/v1/account/sessions", account.end_others, methods=["DELETE"]),
        Route("/api/v1/account/sessions/{ref}", account.end, methods=["DELETE"]),
        Route("/account", account.AccountPage(templates).show),
        Route("/api/v1/me", me.show),
        Route("/api/v1/me/tags", me.tag, methods=["POST"]),
        Route("/me", me.page),
    ]


def _signing_in(parts: Parts, templates: Jinja2Templates) -> list[BaseRoute]:
    page, at_provider = SignInPage(templates), oidc.ProviderSignIn(parts)
    return [
        Route("/signin", page.show),
        Route("/signin", page.post, methods=["POST"]),
        Route(oidc.HERE, at_provider.leave),
        Route(oidc.BACK, at_provider.back),
        Route("/signout", sign_out, methods=["POST"]),
    ]
