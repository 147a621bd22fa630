"""What of mine is here? `/me`: somebody's own contacts and figures, against nothing but their own last shifts."""

import secrets
import shlex
from collections.abc import Iterable, Sequence
from typing import Any, Literal, TypedDict

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.templating import Jinja2Templates

from wallboard.core import events as ev
from wallboard.core.fields import Text
from wallboard.core.ownday import OwnDays
from wallboard.core.windows import business_day
from wallboard.web.auth import Who, who_asks
from wallboard.web.body import body_of, read_as
from wallboard.web.calls import Answer, Call
from wallboard.web.history import Asked, told
from wallboard.web.pages import script_json
from wallboard.web.problems import Problem
from wallboard.web.speaking import page_say, spoken
from wallboard.web.telling import tell
from wallboard.web.trail import noted
from wallboard.web.wiring import Parts, expect_loaded, parts_of, whole_floor
from wallboard.web.words import words

BODY_BYTES = 4_096
SHIFTS = 10  # business days on which they worked
REACH_MS = 45 * 86_400_000  # so far back they are looked for
KEPT_MS = 600_000  # past shifts change seldom
MOST_KEPT = 2_000
METRICS = ("handled", "talk_s", "rated", "rating_avg", "rating_best", "tags.thanks", "tags.hostile", "signed_in_s")
OF_PAGE = "me."


class Tagging(Struct, forbid_unknown_fields=True):
    contact: Text
    source: Text
    tag: Literal["thanks", "hostile"]


_SUCH_AS = '{"contact": "c", "source": "pbx", "tag": "thanks"}'


class Own(TypedDict):
    now: int
    agents: list[dict[str, Any]]


class Done(TypedDict):
    contact: str
    tag: str


class Me:
    def __init__(self, templates: Jinja2Templates) -> None:
        self._templates = templates
        self._days = OwnDays()
        self._usual: dict[str, tuple[int, dict[str, Any]]] = {}

    async def page(self, request: Request) -> Response:
        who, language = who_asks(request), spoken(request)
        catalog = page_say(language).catalog
        said = {key: text for key, text in catalog.items() if key.startswith((OF_PAGE, "floor.channel."))}
        zone = next(iter(parts_of(request).pipeline.floor.settings.sites.values())).zone
        first = {"words": words(language).catalog | said, "zone": zone}
        context = {"first": script_json(first), "bound": bool(who.agents), "command": _command(who)}
        return self._templates.TemplateResponse(request, "me.html", context, headers={"cache-control": "no-store"})

    @Call(
        summary="One's own day",
        scope="state:read",
        description="Of the agents that the caller's account is bound to, and of nobody else: today's contacts, "
        "marks, thanks and stretch of work; `usual`: the means of their own last ten shifts. docs/floor.md.",
        answers={200: Answer("One entry an agent.", Own)},
    )
    async def show(self, request: Request) -> Response:
        who, parts = _bound(request), parts_of(request)
        usual_of = {agent: await self._usual_of(parts, agent) for agent in sorted(who.agents)}
        async with whole_floor(parts) as floor:
            found = [beside(self._days.of(floor, agent), own) for agent, own in usual_of.items()]
        body = msgspec.json.encode({"now": parts.clock_ms(), "agents": found})
        return Response(body, media_type="application/json", headers={"cache-control": "no-store"})

    @Call(
        summary="Tag an own contact",
        scope="state:read",
        description="thanks or hostile, of a contact that the caller had today.",
        body=Tagging,
        answers={202: Answer("It is in the stream.", Done)},
        problems=(404, 422),
    )
    async def tag(self, request: Request) -> Response:
        who, parts = _bound(request), parts_of(request)
        asked = read_as(await body_of(request, BODY_BYTES), Tagging, _SUCH_AS)
        floor, key = parts.pipeline.floor, (asked.source, asked.contact)
        agent = next((one for one in sorted(who.agents) if self._days.had(floor, one, key)), None)
        if agent is None:
            raise Problem(404, "This is no contact of yours of today.", at="$.contact")
        event = ev.Tagged(
            contact=asked.contact, contact_source=asked.source, tag=asked.tag, agent=agent, source=ev.SERVER,
            id=secrets.token_hex(8), attributes={"who": who.name[:256]},
        )  # fmt: skip
        await tell(parts, [event])
        detail = {"source": asked.source, "agent": agent, "tag": asked.tag}
        await noted(parts, who, "contact.tagged", asked.contact, **detail)
        return JSONResponse({"contact": asked.contact, "tag": asked.tag}, 202)

    async def _usual_of(self, parts: Parts, agent: str) -> dict[str, Any]:
        now_ms = parts.clock_ms()
        kept = self._usual.get(agent)
        if kept is None or not kept[0] <= now_ms < kept[0] + KEPT_MS:
            if len(self._usual) >= MOST_KEPT:
                self._usual.clear()
            kept = self._usual[agent] = now_ms, usual(await _past(parts, agent, now_ms))
        return kept[1]


async def _past(parts: Parts, agent: str, now_ms: int) -> list[dict[str, Any]]:
    """Days before today, as rows of the history."""
    settings = parts.pipeline.floor.settings
    site = settings.sites[parts.pipeline.floor.people.site_of(agent)]
    today = business_day(now_ms, site.zone, site.day_starts)
    asked = Asked("agents", agent, METRICS, today.started_ms - REACH_MS, today.started_ms, "1d", "event", site)
    rows: list[dict[str, Any]] = (await told(parts, asked, must_be_known=False))["rows"]
    return rows


def beside(own: dict[str, Any], past: dict[str, Any]) -> dict[str, Any]:
    """One's own day and what is usual; no usual mark where today's are out of another best."""
    if own.get("rating_best") not in (None, past.get("rating_best")):
        past = {name: value for name, value in past.items() if name not in ("rating_avg", "rating_best")}
    return own | {"usual": past}


def usual(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Means of the last ten days with work; of talk and marks each contact and mark counts alike; none of marks of
    several scales."""
    worked = [row for row in rows if row.get("handled") or row.get("signed_in_s")][-SHIFTS:]
    found: dict[str, Any] = {"shifts": len(worked)}
    if not worked:
        return found
    for name in ("handled", "tags.thanks", "tags.hostile"):
        found[name] = sum(_numbers(worked, name)) / len(worked)
    if handled := sum(_numbers(worked, "handled")):
        found["talk_avg_s"] = sum(_numbers(worked, "talk_s")) / handled
    marked = [row for row in worked if row.get("rated")]
    bests = {row.get("rating_best") for row in marked}
    if all("rating_avg" in row for row in marked) and len(bests) == 1:
        found["rating_avg"] = sum(row["rating_avg"] * row["rated"] for row in marked) / sum(_numbers(marked, "rated"))
        if best := bests.pop():
            found["rating_best"] = best
    return found


def _numbers(rows: Iterable[dict[str, Any]], name: str) -> list[float]:
    """A tag is told below its family."""
    family, _, own = name.partition(".")
    return [row.get(name, row.get(family, {}).get(own, 0) if own else 0) or 0 for row in rows]


def _command(who: Who) -> str:
    """By which an administrator binds an account to an agent."""
    return f"wallboard person set {shlex.quote(who.name)} --agent ID"


def _bound(request: Request) -> Who:
    """The caller, who works as some agent. Raises Problem 403."""
    who = who_asks(request)
    if not who.agents:
        raise Problem(403, f"Your account is not bound to an agent: an administrator does it with {_command(who)}.")
    expect_loaded(parts_of(request))
    return who
