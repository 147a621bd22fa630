"""Whose is this channel? A lead adds one, and proves that it is theirs.

add ─▶ code ─▶ mail that comes there ─▶ confirm          add ─▶ code ─▶ the lead sends it to the bot of Telegram
"""

import secrets
from typing import Annotated, Any, NotRequired, TypedDict

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from wallboard.alerts.message import confirm_of
from wallboard.alerts.notify import Undelivered
from wallboard.alerts.notify.telegram import asked as asked_of_bot
from wallboard.core.fields import Text
from wallboard.core.rules import Severity
from wallboard.ownchannels import LONGEST, refused
from wallboard.receivers import Kind, bot_of
from wallboard.record.ownchannels import OwnChannel, plain_code
from wallboard.standard import new_secret
from wallboard.web.auth import Who
from wallboard.web.body import body_of, read_as
from wallboard.web.calls import Answer, Call
from wallboard.web.channeloutbox import language, put
from wallboard.web.ownchannels import BODY_BYTES, NO_STORE, Done, lead_of, own_channel, quiet_hours
from wallboard.web.problems import Problem
from wallboard.web.rate import Rates
from wallboard.web.recorded import asked_record
from wallboard.web.wiring import Parts, parts_of

BOT_S = 3.0  # for its name
Address = Annotated[str, Meta(min_length=1, max_length=LONGEST, pattern=r"^[^\u0000-\u001f\u007f-\u009f]*$")]


class NewChannel(Struct, forbid_unknown_fields=True, kw_only=True):
    """`address`: of mail, a webhook, Apprise; a chat of Telegram has none. `quiet`: hours such as 22:00-06:00."""

    kind: Kind
    address: Address | None = None
    least: Severity = "info"
    quiet: Text | None = None


class Code(Struct, forbid_unknown_fields=True):
    code: Text


class Added(TypedDict):
    """`secret`: of a webhook, this once. `code`: for the bot of Telegram; `link`: which sends it there."""

    id: str
    secret: NotRequired[str]
    code: NotRequired[str]
    link: NotRequired[str]


class ChannelProof:
    """`rates`: how many messages an account may ask for."""

    def __init__(self, rates: Rates) -> None:
        self._rates = rates
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
            quiet=quiet_hours(asked.quiet), confirmed_ms=None if asked.kind in ("mail", "telegram") else now_ms,
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
        who, parts, channel = await own_channel(request)
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
        who, parts, channel = await own_channel(request)
        asked = read_as(await body_of(request, BODY_BYTES), Code, '{"code": "ABCDE-FGHJK"}')
        if channel.kind != "mail" or channel.confirmed_ms is not None:
            raise Problem(409, "There is nothing to be confirmed here.")
        code, now_ms = plain_code(asked.code), parts.clock_ms()
        if not await asked_record(parts.own_channels.confirm, channel, code, by=who.by, now_ms=now_ms):
            why = "This is not its code, or it is over an hour old, or several wrong ones came"
            raise Problem(422, f"{why}: look again, or ask for a new one.", at="$.code")
        return JSONResponse({"id": channel.id})

    async def _code(self, parts: Parts, who: Who, channel: OwnChannel) -> dict[str, str]:
        """Made, and on its way; what the caller is told of it."""
        now_ms = parts.clock_ms()
        code = await asked_record(parts.own_channels.code, channel, by=who.by, now_ms=now_ms)
        if code is None:
            raise Problem(409, "There is nothing to be confirmed any more.")
        if channel.kind == "mail":
            site = parts.config.server.public_url or "Wallboard"
            await put(parts, channel, confirm_of(_spaced(code), secrets.token_hex(8), now_ms, language(parts), site))
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


def _spaced(code: str) -> str:
    """As people read it."""
    return f"{code[:5]}-{code[5:]}"
