"""How does a mistyped queue or source go? Out of the state, with a line of who did it; a new event that names it brings
it back. `DELETE /api/v1/names/{kind}/{id}`; the quota on names has its place again."""

import secrets
from typing import TypedDict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from wallboard.core import events as ev
from wallboard.core.fields import Text
from wallboard.core.state import Floor
from wallboard.web.auth import Who, allowed
from wallboard.web.calls import Answer, Call
from wallboard.web.costly import costs
from wallboard.web.problems import Problem, near
from wallboard.web.recorded import asked_record
from wallboard.web.telling import tell
from wallboard.web.wiring import Parts, parts_of

KINDS = ("queue", "source")


class Gone(TypedDict):
    kind: str
    id: str


@Call(
    summary="Forget a mistyped queue or source",
    scope="people:read",
    description="For leads of all teams (queues) and administrators. It goes with all that was told of it, or by "
    "it, and returns with the next event that names it. What is configured stays. docs/floor.md.",
    path={"id": Text},
    answers={202: Answer("It is in the stream.", Gone)},
    problems=(404, 409, 429),
)
async def forget(request: Request) -> Response:
    """`DELETE /api/v1/names/{kind}/{id}`."""
    who, parts = allowed(request, "people:read"), parts_of(request)
    costs(request)
    kind, name = request.path_params["kind"], request.path_params["id"]
    if kind not in KINDS:
        raise Problem(404, f"Expected one of {', '.join(KINDS)} before the id.")
    if kind not in forgets(who):
        raise Problem(403, "Queues are forgotten by leads of all teams and administrators, sources by administrators.")
    _check(parts, kind, name)
    await asked_record(parts.audit.write, parts.clock_ms(), who.by, f"{kind}.forgotten", id=name)
    await tell(parts, [_event(kind, name, who)])
    return JSONResponse({"kind": kind, "id": name}, 202)


def forgets(who: Who) -> list[str]:
    """The kinds. Whoever leads some teams only would take what others count."""
    if who.may("admin"):
        return list(KINDS)
    return ["queue"] if who.role == "lead" and who.teams is None else []


def _check(parts: Parts, kind: str, name: str) -> None:
    """Raises Problem 404, 409."""
    floor = parts.pipeline.floor
    there = floor.tallies.queues if kind == "queue" else floor.sources
    configured = floor.settings.queue if kind == "queue" else parts.config.collectors
    if name in configured:
        table = "queue" if kind == "queue" else "collector"
        raise Problem(409, f"This {kind} is configured: take its [{table}] out of wallboard.toml first.")
    if name not in there:
        raise Problem(404, f"There is no such {kind}.", **near(name, list(there)))
    if kind == "queue" and (count := _open_in(floor, name)):
        raise Problem(409, f"Contacts that wait or are talked to in it: {count}. End them first (contact.ended).")


def _open_in(floor: Floor, queue: str) -> int:
    """How many contacts: forgetting takes them out of the live numbers."""
    known = floor.contacts
    open_ones = [known.contacts.get((source, name)) for source, names in known.open.items() for name in names]
    return sum(queue in contact.story.queues_now for contact in open_ones if contact)


def _event(kind: str, name: str, who: Who) -> ev.Event:
    made = ev.QueueForgotten if kind == "queue" else ev.SourceForgotten
    return made(name=name, who=who.name[:256], source=ev.SERVER, id=secrets.token_hex(8))
