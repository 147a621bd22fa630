"""Where am I told of alerts? A lead's own channels: added, proved to be theirs, tried, changed and taken away.

The leading worker sends there (alerts/delivery.py); what is pressed here stands in the record, or in an outbox.
"""

import asyncio
import secrets
from contextlib import suppress
from typing import Annotated, Any, NotRequired, TypedDict
from urllib.parse import urlsplit

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from wallboard.alerts.message import Message, confirm_of, test_of
from wallboard.alerts.notify import Undelivered
from wallboard.alerts.notify.telegram import asked as asked_of_bot
from wallboard.core.errors import RecordUnavailable, StreamUnavailable
from wallboard.core.events import Text
from wallboard.core.hours import parse_openings
from wallboard.core.rules import Severity
from wallboard.ownchannels import LONGEST, refused, to_a_lead
from wallboard.receivers import Kind, bot_of
from wallboard.record.ownchannels import MOST, OwnChannel, plain_code
from wallboard.standard import new_secret
from wallboard.web.auth import Who, allowed
from wallboard.web.body import body_of, read_as
from wallboard.web.calls import Answer, Call
from wallboard.web.problems import Problem
from wallboard.web.rate import Rates
from wallboard.web.recorded import answering, asked_record
from wallboard.web.wiring import Parts, parts_of

BODY_BYTES = 8_192
AN_HOUR, AT_ONCE = 20, 5  # messages to own channels that one account may ask for, in one process
MOST_WAITING = 200
BOT_S = 3.0  # for its name
NO_MESSAGE = "No message goes; try again soon."
NO_STORE = {"cache-control": "no-store"}
Address = Annotated[str, Meta(min_length=1, max_length=LONGEST, pattern=r"^[^\u0000-\u001f\u007f-\u009f]*$")]


class NewChannel(Struct, forbid_unknown_fields=True, kw_only=True):
    """`address`: of mail, a webhook, Apprise; a chat of Telegram has none. `quiet`: hours such as 22:00-06:00."""

    kind: Kind
    address: Address | None = None
    least: Severity = "info"
    quiet: Text | None = None


class Change(Struct, forbid_unknown_fields=True, kw_only=True):
    """What is left out stays."""

    least: Severity | UnsetType = UNSET
    quiet: Text | UnsetType | None = UNSET


class Code(Struct, forbid_unknown_fields=True):
    code: Text


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


class Channels(TypedDict):
    """`kinds`: which may be added here. `most`: how many a lead may have."""

    channels: list[Channel]
    kinds: list[Kind]
    most: int


class Added(TypedDict):
    """`secret`: of a webhook, this once. `code`: for the bot of Telegram; `link`: which sends it there."""

    id: str
    secret: NotRequired[str]
    code: NotRequired[str]
    link: NotRequired[str]


class Done(TypedDict):
    id: str


class OwnChannelCalls:
    def __init__(self) -> None:
        self._rates = Rates(AN_HOUR / 3600, AT_ONCE)
        self._bots: dict[str, str] = {}  # by token, the name

    @Call(
        summary="Add an own channel",
        scope="alerts:act",
        description="Where the caller, a person, is told of alerts. Mail gets a code; a chat of Telegram is the "
        "one from which the code is sent to the bot. docs/notify.md.",
        body=NewChannel,
        answers={201: Answer("It is there; what is to be confirmed is told nothing before.", Added)},
        problems=(409, 422),
    )
    async def add(self, request: Request) -> Response:
        who, parts = lead_of(request), parts_of(request)
        asked = read_as(await body_of(request, BODY_BYTES), NewChannel, '{"kind": "mail", "address": "me@example.com"}')
        target, secret = _target(parts, asked), new_secret() if asked.kind == "webhook" else ""
        now_ms = parts.clock_ms()
        if asked.kind == "mail":
            self._rates.spend(who.name, 1, now_ms)
        wanted = OwnChannel(
            id="", person=who.id, kind=asked.kind, target=target, secret=secret, least=asked.least,
            quiet=_quiet(asked.quiet), confirmed_ms=None if asked.kind in ("mail", "telegram") else now_ms,
        )  # fmt: skip
        made = await asked_record(parts.own_channels.add, wanted, by=who.by, now_ms=now_ms)
        found: dict[str, Any] = {"id": made.id} | ({"secret": secret} if secret else {})
        if made.confirmed_ms is None:
            found |= await self._code(parts, who, made)
        return JSONResponse(found, 201, headers=NO_STORE)

    @Call(
        summary="A new code for an own channel",
        scope="alerts:act",
        description="The last one is void then. It goes to the address, or to the caller who sends it to the bot.",
        answers={201: Answer("It is good for an hour.", Added)},
        problems=(404, 409),
    )
    async def code(self, request: Request) -> Response:
        who, parts, channel = await _own(request)
        if channel.confirmed_ms is not None or channel.kind not in parts.config.own_channels:
            raise Problem(409, "There is nothing to be confirmed.")
        self._rates.spend(who.name, 1, parts.clock_ms())
        return JSONResponse({"id": channel.id} | await self._code(parts, who, channel), 201, headers=NO_STORE)

    @Call(
        summary="Confirm an own channel",
        scope="alerts:act",
        body=Code,
        answers={200: Answer("Alerts are told there from now on.", Done)},
        problems=(404, 409, 422),
    )
    async def confirm(self, request: Request) -> Response:
        who, parts, channel = await _own(request)
        asked = read_as(await body_of(request, BODY_BYTES), Code, '{"code": "ABCDE-FGHJK"}')
        if channel.kind != "mail" or channel.confirmed_ms is not None:
            raise Problem(409, "There is nothing to be confirmed here.")
        code, now_ms = plain_code(asked.code), parts.clock_ms()
        if not await asked_record(parts.own_channels.confirm, channel, code, by=who.by, now_ms=now_ms):
            detail = "This is not its code, or it is over an hour old, or several wrong ones came. Ask for a new one."
            raise Problem(422, detail, at="$.code")
        return JSONResponse({"id": channel.id})

    @Call(
        summary="Change an own channel",
        scope="alerts:act",
        body=Change,
        answers={200: Answer("In force within seconds.", Done)},
        problems=(404, 422),
    )
    async def change(self, request: Request) -> Response:
        who, parts, channel = await _own(request)
        asked = read_as(await body_of(request, BODY_BYTES), Change, '{"least": "critical"}')
        given = {name: value for name in asked.__struct_fields__ if (value := getattr(asked, name)) is not UNSET}
        if "quiet" in given:
            given["quiet"] = _quiet(given["quiet"])
        now_ms = parts.clock_ms()
        await asked_record(parts.own_channels.change, channel, by=who.by, now_ms=now_ms, **given)
        return JSONResponse({"id": channel.id})

    @Call(
        summary="Send a test message to an own channel",
        scope="alerts:act",
        answers={202: Answer("It waits in its outbox; the leading worker sends it.", Done)},
        problems=(404, 409),
    )
    async def test(self, request: Request) -> Response:
        who, parts, channel = await _own(request)
        if channel.confirmed_ms is None or channel.kind not in parts.config.own_channels:
            raise Problem(409, "Nothing is told there now.")
        now_ms = parts.clock_ms()
        if await _waits(parts, channel, "test"):
            raise Problem(409, "A test message waits there already.")
        self._rates.spend(who.name, 1, now_ms)
        await _put(parts, channel, test_of(who.name, secrets.token_hex(8), now_ms, _language(parts)))
        detail: Any = {"kind": channel.kind, "person": channel.person}
        await asked_record(parts.audit.write, now_ms, who.by, "channel.tested", id=channel.id, **detail)
        return JSONResponse({"id": channel.id}, 202)

    async def _code(self, parts: Parts, who: Who, channel: OwnChannel) -> dict[str, str]:
        """Made, and on its way; what the caller is told of it."""
        now_ms = parts.clock_ms()
        code = await asked_record(parts.own_channels.code, channel, by=who.by, now_ms=now_ms)
        if code is None:
            raise Problem(409, "There is nothing to be confirmed any more.")
        if channel.kind == "mail":
            site = parts.config.server.public_url or "Wallboard"
            await _put(parts, channel, confirm_of(_spaced(code), secrets.token_hex(8), now_ms, _language(parts), site))
            return {}
        name = await self._bot(parts)
        link = {"link": f"https://t.me/{name}?start={code}"} if name else {}
        return {"code": _spaced(code)} | link

    async def _bot(self, parts: Parts) -> str | None:
        """What the house's bot is called; None where Telegram does not say so now."""
        pattern = parts.config.own_channels["telegram"]
        bot = bot_of(pattern.url)
        assert bot, "the address was looked at when the file was read"
        if bot.token not in self._bots:
            try:
                answer = await asked_of_bot(bot, pattern, "getMe", {}, answer_s=BOT_S)
            except Undelivered:
                return None
            name = answer.result.get("username") if answer.ok and isinstance(answer.result, dict) else None
            if not isinstance(name, str) or not name.isidentifier():
                return None
            self._bots[bot.token] = name
        return self._bots[bot.token]


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


@Call(
    summary="Remove an own channel",
    scope="alerts:act",
    description="The caller's; anybody's for an administrator.",
    answers={200: Answer("Nothing is told there any more; what waited for it is gone.", Done)},
    problems=(404,),
)
async def remove(request: Request) -> Response:
    who, parts, name = allowed(request, "alerts:act"), parts_of(request), request.path_params["channel"]
    found = await asked_record(parts.own_channels.all)
    channel = next((one for one in found if one.id == name and (_is_of(one, who) or who.may("admin"))), None)
    if channel is None:
        raise _none()
    await asked_record(parts.own_channels.remove, channel, by=who.by, now_ms=parts.clock_ms())
    with suppress(StreamUnavailable):  # it ends by itself
        await parts.outbox.close(channel.receiver)
    return JSONResponse({"id": name})


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
        "kinds": list(parts.config.own_channels),
        "most": MOST,
    }


async def is_reached(parts: Parts, who: Who) -> bool:
    """Whether a person is told anywhere; yes where nobody can say now."""
    if any(one.person == who.name for one in parts.config.receivers.values()):
        return True
    try:
        found = await asyncio.to_thread(parts.own_channels.of, who.id)
    except RecordUnavailable:
        return True
    return any(one.confirmed_ms is not None and one.kind in parts.config.own_channels for one in found)


async def _own(request: Request) -> tuple[Who, Parts, OwnChannel]:
    """Raises Problem 403, 404."""
    who, parts, name = lead_of(request), parts_of(request), request.path_params["channel"]
    found = await asked_record(parts.own_channels.of, who.id)
    channel = next((one for one in found if one.id == name), None)
    if channel is None:
        raise _none()
    return who, parts, channel


def _none() -> Problem:
    return Problem(404, "There is no such channel.")


def _is_of(channel: OwnChannel, who: Who) -> bool:
    return who.kind == "person" and who.id == channel.person


def _target(parts: Parts, asked: NewChannel) -> str:
    """Raises Problem 409 for a kind that may not be added, 422 for an address that cannot be meant."""
    pattern = parts.config.own_channels.get(asked.kind)
    if pattern is None:
        raise Problem(409, f"Channels of this kind ({asked.kind}) are not set up here, or switched off.")
    if asked.kind == "telegram":
        if asked.address is not None:
            raise Problem(422, "Telegram says by itself which chat it is: leave the address out.", at="$.address")
        return ""
    if asked.address is None:
        raise Problem(422, "Say where: it needs an address.", at="$.address")
    target = asked.address.strip()
    if why := refused(target, asked.kind, pattern.allow):
        raise Problem(422, why, at="$.address")
    return target


def _quiet(quiet: str | None) -> str | None:
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


async def _waits(parts: Parts, channel: OwnChannel, kind: str) -> bool:
    with answering(NO_MESSAGE):
        waiting = await parts.outbox.waiting(channel.receiver, MOST_WAITING)
    return any(msgspec.json.decode(one.message, type=Message).type == kind for one in waiting)


async def _put(parts: Parts, channel: OwnChannel, message: Message) -> None:
    with answering(NO_MESSAGE):
        await parts.outbox.add(channel.receiver, msgspec.json.encode(message))


def _language(parts: Parts) -> str:
    return next(iter(parts.config.settings.sites.values())).language


def _spaced(code: str) -> str:
    """As people read it."""
    return f"{code[:5]}-{code[5:]}"
