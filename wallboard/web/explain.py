"""Why is this number what it is? `GET /api/v1/explain`: formula, parts, exclusions, age, the visits that counted.

Who sees what: with `board=` what that board's audience may see, and nothing else exists; without it the whole
floor. Figures of one person, and ids of contacts and agents, are for boards with audience `lead`, and without a
board for whoever has the scope `people:read` (`admin` includes it). A wall's viewer never gets them.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from wallboard.core.explain import explain as explained
from wallboard.core.kpis import entity
from wallboard.core.numbers import NUMBERS, WINDOWS, number_named
from wallboard.core.parts import STATES
from wallboard.core.state import Floor
from wallboard.core.words import shown
from wallboard.live.view import LATENCY, View
from wallboard.web.asking import KINDS, check, of_one, once_each
from wallboard.web.auth import Who, allowed, who_asks
from wallboard.web.calls import Answer, Call, Query
from wallboard.web.costly import costs
from wallboard.web.explained import in_words
from wallboard.web.problems import COMPARED, Problem, near
from wallboard.web.sight import NO_BOARD, boards_for, sees_agent, sees_floor
from wallboard.web.wiring import Parts, expect_loaded, parts_of, whole_floor
from wallboard.web.words import language_of

Document = dict[str, Any]

KPI = "kpi."
LONGEST = 300  # of a name in the query: `tags.` and 256 characters
AGENT_NUMBERS = {
    **dict.fromkeys(("answered", "handled", "missed", "transferred", "rated"), "count"),
    **dict.fromkeys(("talk_s", "hold_s", "wrapup_s", "signed_in_s", "longest_stretch_s"), "seconds"),
    **{f"{state}_s": "seconds" for state in STATES},
    **dict.fromkeys(("occupancy", "utilisation", "success_rate"), "percent"),
    **dict.fromkeys(("rating_avg", "per_hour"), "decimal"),
}
AGENT_FAMILIES = {"paused": "seconds", "tags": "count"}


class Asked(NamedTuple):
    """What is asked for. `reads`: count, percent, seconds, instant or decimal."""

    kind: str
    name: str
    metric: str
    window: str
    reads: str
    board: str | None


@Call(
    summary="Why a number is what it is",
    scope="state:read",
    description="One of queue, group and agent, unless metric is kpi.NAME. Its sentences are in the first "
    "language of Accept-Language that there is (en, uk, ru, pl). docs/explain.md.",
    query=(
        Query("metric", "A number of the state document, such as service_level.", required=True),
        Query("window", "now, m15, m30, m60, shift or day; default now or day."),
        Query("queue", "Of this queue."),
        Query("group", "Of this group: all, team:NAME, site:NAME or a board's set."),
        Query("agent", "Of this person: scope people:read, or a lead's board."),
        Query("board", "As this board's audience may see it."),
    ),
    answers={200: Answer("Formula, parts, exclusions, age, visits.", dict[str, Any])},
    problems=(404, 422, 429),
)
async def explain(request: Request) -> Response:
    """`GET /api/v1/explain?queue=Q&metric=M&window=W`, or `group=`, `agent=`; `board=` as that board may show it."""
    who = allowed(request, "state:read") if "board" in request.query_params else sees_floor(request)
    costs(request)
    parts = parts_of(request)
    expect_loaded(parts)
    asked = _asked(request)
    async with whole_floor(parts):
        said = _answer(request, parts, asked, who)
    language = language_of(request.headers.get("accept-language"))
    headers = {"cache-control": "private, no-store", "content-language": language, "vary": "accept-language"}
    body = msgspec.json.encode(in_words(said | {"reads": asked.reads}, language))
    return Response(body, media_type="application/json", headers=headers)


def _answer(request: Request, parts: Parts, asked: Asked, who: Who) -> Document:
    """Raises Problem 403 and 404 for what this caller, or the board, may not see."""
    view = _view(request, asked.board)
    people = view.allowed.everything if view else who.may("people:read")
    if asked.kind == "agents" and not people:
        raise Problem(403, "Figures of one person are for leads: they need the scope people:read, or a lead's board.")
    if asked.kind == "agents" and who.teams is not None and not sees_agent(parts, who, asked.name):
        raise _nobody(parts.pipeline.floor, asked, view, who)
    if asked.kind == "kpis" and asked.name == LATENCY:
        return _latency(parts, asked, view, who)
    return _of_own_teams(_said(parts.pipeline.floor, asked, view, who, people=people), parts, who)


def _asked(request: Request) -> Asked:
    """Raises Problem 400 for a query of another form, 422 for a number that there is not."""
    query = once_each(request)
    check(query, (*KINDS, "metric", "window", "board"), LONGEST)
    if (metric := query.get("metric")) is None:
        raise Problem(400, "Expected metric=NAME in the query, such as service_level.", at="$.metric")
    of_kpi = metric.startswith(KPI) and not query.keys() & KINDS.keys()
    kind, name = ("kpis", metric.removeprefix(KPI)) if of_kpi else of_one(query)
    reads, windows = _number(kind, metric)
    window = query.get("window", windows[-1])
    if window not in windows:
        text = f"'{shown(window, 60)}' is no window of {metric}: expected one of {', '.join(windows)}."
        raise Problem(422, text, at="$.window", **near(window, windows))
    return Asked(kind, name, metric, window, reads, query.get("board"))


def _number(kind: str, metric: str) -> tuple[str, tuple[str, ...]]:
    """How it is read, and its windows. Raises Problem 422."""
    family, dot, own = metric.partition(".")
    if kind == "agents":
        reads = AGENT_FAMILIES.get(family) if dot and own else AGENT_NUMBERS.get(metric)
        if reads:
            return reads, ("day",) if family == "tags" else ("shift", "day")
        raise _no_metric(metric, [*AGENT_NUMBERS, *(f"{name}.NAME" for name in AGENT_FAMILIES)])
    number = number_named(metric)
    if number is None or (family == "kpi") != (kind == "kpis"):
        raise _no_metric(metric, NUMBERS)
    return number.reads, ("now",) if number.now else tuple(window for window in WINDOWS if window != "now")


def _no_metric(metric: str, known: Iterable[str]) -> Problem:
    name = shown(metric, 60)
    return Problem(422, f"There is no number '{name}' here.", at="$.metric", **near(metric, known))


def _view(request: Request, board: str | None) -> View | None:
    if board is None:
        return None
    if (found := boards_for(request).get(board)) is None:
        raise Problem(404, NO_BOARD, at="$.board")
    return parts_of(request).hub.view(found, who_asks(request).teams)


def _of_own_teams(said: Document, parts: Parts, who: Who) -> Document:
    """A lead of some teams is not told which of the others' people took a contact."""
    if who.teams is None:
        return said
    visits = [
        {key: value for key, value in row.items() if key != "agent" or sees_agent(parts, who, value)}
        for row in said["visits"]
    ]
    return said | {"visits": visits}


def _said(floor: Floor, asked: Asked, view: View | None, who: Who, *, people: bool) -> Document:
    """Raises Problem 404 where there is no such entity, or the board does not show it."""
    row = entity(floor, asked.kind, asked.name)
    seen = row is not None and (view is None or view.includes(asked.kind, asked.name, row))
    if asked.kind == "kpis" and row and "agent" in row and not (people and who.of_team(row.get("team"))):
        seen = False
    if not seen or row is None:
        raise _nobody(floor, asked, view, who)
    may_why = people or (view is not None and "reasons" in view.allowed.shows)
    if asked.metric.startswith("paused_by.") and not may_why:
        raise Problem(403, "Why people are away is for leads: it needs the scope people:read, or a lead's board.")
    if view is not None and not view.allowed.pressure and asked.kind in ("queues", "groups"):
        raise Problem(403, "This board leaves out what waits (pressure = false), so it explains no number of a queue.")
    if view is not None and view.hides(asked.kind, asked.name, row, asked.metric, asked.window):
        raise Problem(403, f"This board does not show {shown(asked.metric, 60)}: it would be about one of few people.")
    said = explained(floor, asked.kind, asked.name, asked.metric, asked.window, people=people)
    assert said is not None, "the row was there"
    if view is not None:
        said = _as_shown(said, floor, view)
    called = _called(said, floor)
    named = {key: row[key] for key in ("name", "unit") if key in row}
    return said | named | ({"queue_names": called} if called else {})


def _latency(parts: Parts, asked: Asked, view: View | None, who: Who) -> Document:
    """The one figure of this process's own. Raises Problem 404 where the board does not show it."""
    floor = parts.pipeline.floor
    if view is not None and not view.shows_latency:
        raise _nobody(floor, asked, view, who)
    row = parts.pipeline.documents.get("kpis", {}).get(LATENCY)
    said = {"kind": asked.kind, "id": asked.name, "metric": asked.metric, "window": asked.window, "now": floor.now_ms}
    known = {"absent": "unmeasured"} if row is None else {name: row[name] for name in ("value", "unit", "as_of")}
    return said | known | {"shape": "latency", "sources": [{"source": "wallboard"}], "visits": []}


def _called(said: Document, floor: Floor) -> dict[str, str]:
    """What the queues are called that it names by id, where that is something else."""
    of_formulas = [queue for one in said.get("formulas", ()) for queue in one["queues"]]
    of_visits = [row["queue"] for row in said["visits"] if row.get("queue")]
    of_needs = [queue for one in said.get("needs", ()) for queue in one["queues"]]
    ids = {*of_formulas, *(said.get("need") or {}).get("queues", ()), *of_needs, *of_visits}
    names = {queue: floor.settings.for_queue(queue).name for queue in sorted(ids)}
    return {queue: name for queue, name in names.items() if name and name != queue}


def _as_shown(said: Document, floor: Floor, view: View) -> Document:
    """With the names of those queues only that the board shows; of the others their number."""

    def shows(queue: str) -> bool:
        return view.includes("queues", queue, entity(floor, "queues", queue) or {})

    found = dict(said)
    for part in ("formulas", "need", "needs"):
        of = said.get(part)
        if isinstance(of, list):
            found[part] = [_named(one, [queue for queue in one["queues"] if shows(queue)]) for one in of]
        elif of:
            found[part] = _named(of, [queue for queue in of["queues"] if shows(queue)])
    found["visits"] = [
        {key: value for key, value in row.items() if key != "queue" or shows(value)} for row in said["visits"]
    ]
    return found


def _named(one: Document, names: list[str]) -> Document:
    return {**one, "queues": names, "more": one.get("more", 0) + len(one["queues"]) - len(names)}


def _nobody(floor: Floor, asked: Asked, view: View | None, who: Who) -> Problem:
    rows: Mapping[str, Mapping[str, object]] = {
        "queues": floor.tallies.queues, "groups": floor.tallies.groups, "agents": floor.people.agents,
        "kpis": floor.kpis,
    }  # fmt: skip
    key = next((key for key, kind in KINDS.items() if kind == asked.kind), "metric")
    known = [name for name in rows[asked.kind] if abs(len(name) - len(asked.name)) <= 4][:COMPARED]
    if asked.kind == "agents" and who.teams is not None:
        known = [name for name in known if who.of_team((entity(floor, "agents", name) or {}).get("team"))]
    if view is not None:
        known = [name for name in known if view.includes(asked.kind, name, entity(floor, asked.kind, name) or {})]
    what = {"queue": "queue", "group": "group", "agent": "agent", "metric": "figure"}[key]
    said = f"There is no {what} '{shown(asked.name, 60)}' here, or the board does not show it."
    return Problem(404, said, at=f"$.{key}", **near(asked.name, known))
