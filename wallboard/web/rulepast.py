"""What was an alert rule before? Its revisions; an earlier text is brought back by writing it again."""

from starlette.requests import Request
from starlette.responses import Response

from wallboard.record.earlier import Revision
from wallboard.record.entries import read_text
from wallboard.record.ruletext import rule_text
from wallboard.web.auth import allowed
from wallboard.web.calls import Answer, Call
from wallboard.web.problems import Problem
from wallboard.web.revised import NO_STORE, Revised, asked_number, revised
from wallboard.web.rules import TOML, in_thread
from wallboard.web.wiring import Parts, parts_of


@Call(
    summary="What a rule was",
    scope="admin",
    description="The last 100, the newest first; of a rule that is gone too.",
    answers={200: Answer("When, and by whom.", Revised)},
)
async def revisions(request: Request) -> Response:
    """`GET /api/v1/alerts/rules/{rule}/revisions`."""
    allowed(request, "admin")
    found = await in_thread(_all, parts_of(request), request.path_params["rule"])
    return revised(found)


def _all(parts: Parts, name: str) -> list[Revision]:
    """None yet of a rule that was never changed here. Raises Problem 404 for what is no rule and never was."""
    found, file = parts.rules.all(name), parts.config.written
    if found or name in parts.pipeline.floor.settings.alert or (file and rule_text(read_text(file), name) is not None):
        return found
    raise Problem(404, "There is no such rule, and there never was.")


@Call(
    summary="One revision of a rule",
    scope="admin",
    path={"revision": int},
    answers={200: Answer("Its text as it was.", {TOML: str})},
)
async def revision(request: Request) -> Response:
    """`GET /api/v1/alerts/rules/{rule}/revisions/{revision}`."""
    allowed(request, "admin")
    name, number = request.path_params["rule"], asked_number(request)
    found = None if number is None else await in_thread(parts_of(request).rules.one, name, number)
    if found is None or found.text is None:
        raise Problem(404, "There is no such revision with a text.")
    return Response(found.text.encode(), media_type=f"{TOML}; charset=utf-8", headers=NO_STORE)
