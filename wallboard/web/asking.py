"""What is asked for? A query whose mistakes are named, for every address that tells of a queue, a group or an agent."""

from collections.abc import Collection

from starlette.requests import Request

from wallboard.core.words import could_name, shown
from wallboard.web.problems import Problem, near

KINDS = {"queue": "queues", "group": "groups", "agent": "agents"}


def once_each(request: Request) -> dict[str, str]:
    """The query. Raises Problem 400 where a parameter stands twice."""
    query = dict(request.query_params)
    if len(query) != len(request.query_params.multi_items()):
        raise Problem(400, "A query parameter stands twice.")
    return query


def check(query: dict[str, str], known: Collection[str], longest: int) -> None:
    """Raises Problem 400 for a parameter that there is not, 422 for a value that nothing can be called."""
    if unknown := query.keys() - known:
        name = shown(sorted(unknown)[0], 60)
        raise Problem(400, f"There is no query parameter '{name}'.", at=f"$.{name}", **near(name, known))
    for name, value in query.items():
        if not could_name(value, longest):
            raise Problem(
                422, f"Expected 1 to {longest} characters for {name}, none of them a control character.", at=f"$.{name}"
            )


def of_one(query: dict[str, str]) -> tuple[str, str]:
    """Kind and name of the one that is asked for. Raises Problem 400."""
    named = [(kind, query[key]) for key, kind in KINDS.items() if key in query]
    if len(named) != 1:
        raise Problem(400, "Expected one of queue=NAME, group=ID or agent=ID in the query.", at="$.queue")
    return named[0]
