"""What is answered to whoever posted events? How many were taken, which were not, and what may be a mistake."""

from collections.abc import Mapping
from functools import lru_cache

import msgspec
from msgspec import Struct
from starlette.responses import Response

from wallboard.core.events import Event
from wallboard.web.bodies import Rejected
from wallboard.web.calls import JSON

_SLIP = "There was no queue '{}' before; it was taken. Did you mean '{}'?"
_WOULD_SLIP = "There is no queue '{}' yet; it would be taken. Did you mean '{}'?"
_AHEAD = (
    "More than 60 s ahead is the time of {}, of the first by {} s: they count as of their arrival. "
    "Is the sender's clock right, and its offset from UTC?"
)


class Item(Struct):
    """One that was refused: which, where in it, and why."""

    index: int
    at: str
    error: str


class Slip(Struct, omit_defaults=True):
    """What was taken and may be a mistake: a new `queue` that may be another one misspelt, or times that are ahead."""

    warning: str
    queue: str | None = None


class Conflict(Struct):
    """A duplicate that said another thing than what came before under its id, which counts."""

    id: str
    source: str


class Taken(Struct, omit_defaults=True):
    accepted: int
    duplicate: int
    rejected: list[Item]
    warnings: list[Slip] = []
    conflicts: list[Conflict] = []


def slips_of(near: Mapping[str, str], ahead: tuple[int, int] | None, *, dry_run: bool) -> list[Slip]:
    """`near`: new queues, with the one that may be meant. `ahead`: how many times are, and the first's seconds."""
    text = _WOULD_SLIP if dry_run else _SLIP
    found = [Slip(text.format(name, like), name) for name, like in near.items()]
    return [*found, Slip(_AHEAD.format(*ahead))] if ahead else found


def taken_of(
    events: list[Event], duplicates: int, conflicts: list[Event], rejected: list[Rejected], warnings: list[Slip]
) -> Taken:
    items = [Item(one.item, one.at, one.error) for one in rejected]
    told = [Conflict(one.id or "", one.source or "") for one in conflicts]
    return Taken(len(events) - duplicates, duplicates, items, warnings, told)


def answer(taken: Taken, *, dry_run: bool) -> Response:
    if not (taken.rejected or taken.warnings or taken.conflicts or dry_run):
        return _all_taken(taken.accepted, taken.duplicate)
    refused_all = bool(taken.rejected) and not taken.accepted and not taken.duplicate
    status = 422 if refused_all else 200 if dry_run else 202
    return Response(msgspec.json.encode(taken), status, media_type=JSON)


@lru_cache(maxsize=128)
def _all_taken(accepted: int, duplicate: int) -> Response:
    """Nearly every answer is the same few bytes. One is sent many times: nobody may change it."""
    return Response(msgspec.json.encode(Taken(accepted, duplicate, [])), 202, media_type=JSON)
