"""Do messages arrive? `/alerts/delivery`: each receiver, what waits for it, what was given up; tested and tried again.

The leading worker sends (alerts/delivery.py); what is pressed here only puts a message into an outbox.
"""

import asyncio
import secrets
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple, TypedDict

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.templating import Jinja2Templates

from wallboard.alerts.held import held
from wallboard.alerts.message import Message, test_of
from wallboard.alerts.ownchannels import receiver_of
from wallboard.core.errors import RecordUnavailable
from wallboard.core.rules import OWN
from wallboard.live.vitals import no_worker_since
from wallboard.receivers import Receiver
from wallboard.record.ownchannels import OwnChannel
from wallboard.record.people import LEADING
from wallboard.stream.letters import Letter
from wallboard.web.auth import Who, allowed
from wallboard.web.calls import Answer, Call
from wallboard.web.figures import moment
from wallboard.web.problems import Problem
from wallboard.web.recorded import answering
from wallboard.web.trail import noted
from wallboard.web.wiring import Parts, parts_of

MOST_LETTERS = 200
MOST_LOOKED_AT = 500  # of what waits for one receiver


class Delivery(TypedDict):
    """Instants in ms UTC; what is not known is null. `receivers`: by name, with `kind`, how many are `waiting` and
    `since` when, when the last was `taken`, when the last try `failed`, its `reason`; `held`: why what waits does not
    go yet (`full`: ten went in ten minutes, `flood`: as one, once a minute, `cause`: with what follows of one cause,
    `quiet`: in its quiet hours), or `person`: nobody is told there, its `person` is no account of a lead. `own`: the
    same of channels that leads added, `held` also `confirm`: still to be confirmed, `off`: the file allows none of its
    kind. `dead`: the newest first, with the `person` whose own channel it was. `no_worker_since`: while no worker leads
    nothing is sent."""

    no_worker_since: int | None
    receivers: list[dict[str, Any]]
    own: list[dict[str, Any]]
    dead: list[dict[str, Any]]


class Done(TypedDict):
    receiver: str


class Added(NamedTuple):
    """An own channel, whose it is, and whether they still lead."""

    channel: OwnChannel
    person: str
    leads: bool

    @property
    def receiver(self) -> str:
        return self.channel.receiver


class DeliveryPage:
    def __init__(self, templates: Jinja2Templates) -> None:
        self._templates = templates

    async def show(self, request: Request) -> Response:
        who, parts = allowed(request, "alerts:act"), parts_of(request)
        zone, now_ms = next(iter(parts.pipeline.floor.settings.sites.values())).zone, parts.clock_ms()
        context = dict(await _delivery(parts, who)) | {
            "zone": zone, "now": now_ms, "clock": lambda at_ms: moment(at_ms, now_ms, zone),
        }  # fmt: skip
        headers = {"cache-control": "no-store"}
        return self._templates.TemplateResponse(request, "delivery.html", context, headers=headers)


@Call(
    summary="Receivers of alerts, and messages that were given up",
    scope="alerts:act",
    description="Messages about people are told to who sees those of every team. docs/notify.md.",
    answers={200: Answer("No address and no secret is in it.", Delivery)},
)
async def delivery(request: Request) -> Response:
    found = await _delivery(parts_of(request), allowed(request, "alerts:act"))
    return JSONResponse(found, headers={"cache-control": "no-store"})


@Call(
    summary="Send a test message to a receiver",
    scope="alerts:act",
    answers={202: Answer("It waits in the receiver's outbox; the leading worker sends it.", Done)},
    problems=(409,),
)
async def test(request: Request) -> Response:
    who, parts, name = allowed(request, "alerts:act"), parts_of(request), request.path_params["receiver"]
    if name not in parts.config.receivers:
        raise Problem(404, "There is no such receiver.")
    if _is_nobodys(parts.config.receivers[name], await _leading(parts)):
        person = parts.config.receivers[name].person
        raise Problem(409, f"Nobody is told there: its person '{person}' is no account of a lead.")
    with answering():
        if any(_read(one.message).type == "test" for one in await parts.outbox.waiting(name, MOST_LETTERS)):
            raise Problem(409, "A test message waits there already.")
        language = next(iter(parts.config.settings.sites.values())).language
        message = test_of(name, secrets.token_hex(8), parts.clock_ms(), language)
        await parts.outbox.add(name, msgspec.json.encode(message))
    await noted(parts, who, "receiver.tested", name)
    return JSONResponse({"receiver": name}, 202)


@Call(
    summary="Send a message again that was given up",
    scope="alerts:act",
    answers={202: Answer("It waits in the receiver's outbox again.", Done)},
    problems=(409,),
)
async def again(request: Request) -> Response:
    who, parts, name = allowed(request, "alerts:act"), parts_of(request), request.path_params["letter"]
    with answering():
        letter = next((one for one in await _letters(parts, who) if one.id == name), None)
        if letter is None:
            raise Problem(404, "There is no such message any more.")
        if letter.receiver not in {*parts.config.receivers, *(one.receiver for one in await _added(parts, who))}:
            raise Problem(409, "Its receiver is not configured any more.")
        if not await parts.outbox.letters.again(letter):
            raise Problem(404, "There is no such message any more.")
    await noted(parts, who, "letter.retried", _read(letter.message).title, to=letter.receiver)
    return JSONResponse({"receiver": letter.receiver}, 202)


async def _delivery(parts: Parts, who: Who) -> Delivery:
    """Raises Problem 503."""
    leading, added = await _leading(parts), await _added(parts, who)
    with answering():
        receivers = [await _receiver(parts, one, leading) for _, one in sorted(parts.config.receivers.items())]
        own = [await _own(parts, one) for one in added]
        letters = await _letters(parts, who)
    return {
        "no_worker_since": no_worker_since(parts.pipeline.documents.get("sources", {})),
        "receivers": receivers, "own": own, "dead": [_told(parts, one, added) for one in letters],
    }  # fmt: skip


async def _added(parts: Parts, who: Who) -> list[Added]:
    """Own channels that the caller may know of: all of them who leads every team, else theirs. While the record is away
    none is known."""
    try:
        found = await asyncio.to_thread(parts.own_channels.all)
        people = await asyncio.to_thread(parts.people.of, {one.person for one in found})
    except RecordUnavailable:
        return []
    known = [(one, people[one.person]) for one in found if one.person in people]
    return [
        Added(one, person.name, leads=person.role in LEADING and not person.disabled)
        for one, person in known
        if _sees_everybody(who) or (who.kind == "person" and who.id == person.id)
    ]


async def _own(parts: Parts, one: Added) -> dict[str, Any]:
    """Nothing of its address."""
    receiver = receiver_of(one.channel, one.person, parts.config.own_channels)
    why = None if one.leads else "person"
    if why is None and one.channel.kind not in parts.config.own_channels:
        why = "off"
    if why is None and one.channel.confirmed_ms is None:
        why = "confirm"
    told = await _receiver(parts, receiver or Receiver(one.receiver, one.channel.kind, ""), None, why)
    return told | {"name": one.receiver, "person": one.person}


async def _receiver(
    parts: Parts, one: Receiver, leading: Collection[str] | None, why: str | None = None
) -> dict[str, Any]:
    going = await parts.outbox.going(one.name)
    if _is_nobodys(one, leading):
        why = "person"
    elif why is None and going.waiting and not going.reason:
        waiting, known = await parts.outbox.waiting(one.name, MOST_LOOKED_AT), await parts.outbox.paced(one.name)
        why = held(one, waiting, known, parts.pipeline.floor.settings, parts.clock_ms())
    return {
        "name": one.name, "kind": one.kind, "waiting": going.waiting, "since": going.since_ms, "taken": going.taken_ms,
        "failed": going.failed_ms, "reason": going.reason, "held": why, "person": one.person,
    }  # fmt: skip


async def _leading(parts: Parts) -> Collection[str] | None:
    """Whose own receivers count; None where nobody can say now, or nobody asks."""
    if not any(one.person for one in parts.config.receivers.values()):
        return None
    try:
        return {one.name for one in await asyncio.to_thread(parts.people.leading)}
    except RecordUnavailable:
        return None


def _is_nobodys(one: Receiver, leading: Collection[str] | None) -> bool:
    return bool(one.person) and leading is not None and one.person not in leading


async def _letters(parts: Parts, who: Who) -> list[Letter]:
    """Those that the caller may know of; never a code."""
    everybody, own = _sees_everybody(who), {one.receiver for one in await _added(parts, who)}
    found = [one for one in await parts.outbox.letters.newest(MOST_LETTERS) if _read(one.message).type != "confirm"]
    found = [one for one in found if everybody or one.receiver in own or not one.receiver.startswith(OWN)]
    return [one for one in found if everybody or _read(one.message).kind != "agents"]


def _sees_everybody(who: Who) -> bool:
    return who.teams is None and who.may("people:read")


def _told(parts: Parts, letter: Letter, added: Iterable[Added]) -> dict[str, Any]:
    own = {one.receiver: one.person for one in added}
    return {
        "id": letter.id, "at": letter.at_ms, "receiver": letter.receiver, "reason": letter.reason,
        "title": _read(letter.message).title, "known": letter.receiver in {*parts.config.receivers, *own},
        "person": own.get(letter.receiver),
    }  # fmt: skip


def _read(message: bytes) -> Message:
    """One that cannot be read is shown to who sees everybody: it may be about a person."""
    try:
        return msgspec.json.decode(message, type=Message)
    except msgspec.DecodeError:
        return Message(id="", type="raised", severity="info", title="…", text="", at=0, kind="agents")
