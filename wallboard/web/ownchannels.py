"""Where am I told of alerts? A lead's own channels, how each goes, and whether one of them reaches their lead."""

import asyncio
from typing import TypedDict
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from wallboard.core.errors import RecordUnavailable
from wallboard.core.hours import parse_openings
from wallboard.core.rules import Severity
from wallboard.ownchannels import to_a_lead
from wallboard.receivers import Kind, Receiver
from wallboard.record.ownchannels import MOST, OwnChannel
from wallboard.web.auth import Who, allowed
from wallboard.web.calls import Answer, Call
from wallboard.web.problems import Problem
from wallboard.web.recorded import answering, asked_record
from wallboard.web.wiring import Parts, parts_of

BODY_BYTES = 8_192
NO_STORE = {"cache-control": "no-store"}


class Channel(TypedDict):
    """`to`: as much of the address as is no secret. `confirmed`: null: nothing is told there yet. `off`: the file
    allows none of its kind. How it goes as in the delivery of alerts. Instants in ms UTC."""

    id: str
    kind: Kind
    to: str
    least: Severity
    quiet: str | None
    made: int
    confirmed: int | None
    off: bool
    waiting: int
    since: int | None
    taken: int | None
    failed: int | None
    reason: str | None


class InFile(TypedDict):
    """A `[notify.NAME]` whose `person` the lead is: an administrator changes it."""

    name: str
    kind: Kind
    least: Severity
    quiet: str | None


class Channels(TypedDict):
    """`in_file`: receivers of the file that are theirs too. `kinds`: which may be added here. `most`: how many a lead
    may have."""

    channels: list[Channel]
    in_file: list[InFile]
    kinds: list[Kind]
    most: int


class Done(TypedDict):
    id: str


@Call(
    summary="Own channels",
    scope="alerts:act",
    description="Of the caller, a person.",
    answers={200: Answer("The oldest first. No secret is in it.", Channels)},
)
async def channels(request: Request) -> Response:
    """`GET /api/v1/alerts/channels`."""
    who = lead_of(request)
    return JSONResponse(await told(parts_of(request), who), headers=NO_STORE)


def lead_of(request: Request) -> Who:
    """The caller, a person who acts on alerts. Raises Problem 403."""
    who = allowed(request, "alerts:act")
    if who.kind != "person":
        raise Problem(403, "Own channels are of people who sign in: a program has none.")
    return who


async def told(parts: Parts, who: Who) -> Channels:
    """Raises Problem 503."""
    found = await asked_record(parts.own_channels.of, who.id)
    return {
        "channels": [await _channel(parts, one) for one in found],
        "in_file": [
            {"name": one.name, "kind": one.kind, "least": one.least, "quiet": one.quiet} for one in _theirs(parts, who)
        ],
        "kinds": list(parts.config.own_channels),
        "most": MOST,
    }


async def is_reached(parts: Parts, who: Who) -> bool:
    """Whether a person is told anywhere; yes where nobody can say now."""
    if _theirs(parts, who):
        return True
    try:
        found = await asyncio.to_thread(parts.own_channels.of, who.id)
    except RecordUnavailable:
        return True
    return any(one.confirmed_ms is not None and one.kind in parts.config.own_channels for one in found)


def _theirs(parts: Parts, who: Who) -> list[Receiver]:
    return [one for one in parts.config.receivers.values() if one.person == who.name]


async def own_channel(request: Request) -> tuple[Who, Parts, OwnChannel]:
    """Raises Problem 403, 404."""
    who, parts, name = lead_of(request), parts_of(request), request.path_params["channel"]
    found = await asked_record(parts.own_channels.of, who.id)
    channel = next((one for one in found if one.id == name), None)
    if channel is None:
        raise no_channel()
    return who, parts, channel


def no_channel() -> Problem:
    return Problem(404, "There is no such channel.")


def quiet_hours(quiet: str | None) -> str | None:
    """Raises Problem 422."""
    if quiet is not None:
        try:
            parse_openings(quiet)
        except ValueError:
            raise Problem(422, "Expected hours such as 22:00-06:00.", at="$.quiet") from None
    return quiet


def shown(channel: OwnChannel) -> str:
    """As much of where it is as holds no secret."""
    if channel.kind == "mail":
        return channel.target
    at = urlsplit(channel.target)
    return {"webhook": at.hostname or "", "apprise": at.scheme}.get(channel.kind, "")


async def _channel(parts: Parts, one: OwnChannel) -> Channel:
    with answering():
        going = await parts.outbox.going(one.receiver)
    return {
        "id": one.id, "kind": one.kind, "to": shown(one), "least": one.least, "quiet": one.quiet, "made": one.made_ms,
        "confirmed": one.confirmed_ms, "off": one.kind not in parts.config.own_channels, "waiting": going.waiting,
        "since": going.since_ms, "taken": going.taken_ms, "failed": going.failed_ms,
        "reason": going.reason and to_a_lead(going.reason),
    }  # fmt: skip
