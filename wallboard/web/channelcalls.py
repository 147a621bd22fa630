"""What may a lead do with a channel of theirs? Change it, try it, take it away."""

import secrets
from contextlib import suppress
from typing import Any

from msgspec import UNSET, Struct, UnsetType
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from wallboard.alerts.message import test_of
from wallboard.core.errors import StreamUnavailable
from wallboard.core.fields import Text
from wallboard.core.rules import Severity
from wallboard.record.ownchannels import OwnChannel
from wallboard.web.auth import Who, allowed
from wallboard.web.body import body_of, read_as
from wallboard.web.calls import Answer, Call
from wallboard.web.channeloutbox import language, put, waits
from wallboard.web.ownchannels import BODY_BYTES, Done, no_channel, own_channel, quiet_hours
from wallboard.web.problems import Problem
from wallboard.web.rate import Rates
from wallboard.web.recorded import asked_record
from wallboard.web.wiring import parts_of


class Change(Struct, forbid_unknown_fields=True, kw_only=True):
    """What is left out stays."""

    least: Severity | UnsetType = UNSET
    quiet: Text | UnsetType | None = UNSET


class ChannelCalls:
    """`rates`: how many messages an account may ask for."""

    def __init__(self, rates: Rates) -> None:
        self._rates = rates

    @Call(
        summary="Change an own channel",
        scope="alerts:act",
        body=Change,
        answers={200: Answer("In force within seconds.", Done)},
        problems=(404, 422),
    )
    async def change(self, request: Request) -> Response:
        who, parts, channel = await own_channel(request)
        asked = read_as(await body_of(request, BODY_BYTES), Change, '{"least": "critical"}')
        given = {name: value for name in asked.__struct_fields__ if (value := getattr(asked, name)) is not UNSET}
        if "quiet" in given:
            given["quiet"] = quiet_hours(given["quiet"])
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
        who, parts, channel = await own_channel(request)
        if channel.confirmed_ms is None or channel.kind not in parts.config.own_channels:
            raise Problem(409, "Nothing is told there now.")
        now_ms = parts.clock_ms()
        if await waits(parts, channel, "test"):
            raise Problem(409, "A test message waits there already.")
        self._rates.spend(who.name, 1, now_ms)
        await put(parts, channel, test_of(who.name, secrets.token_hex(8), now_ms, language(parts)))
        detail: Any = {"kind": channel.kind, "person": channel.person}
        await asked_record(parts.audit.write, now_ms, who.by, "channel.tested", id=channel.id, **detail)
        return JSONResponse({"id": channel.id}, 202)


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
        raise no_channel()
    await asked_record(parts.own_channels.remove, channel, by=who.by, now_ms=parts.clock_ms())
    with suppress(StreamUnavailable):  # it ends by itself
        await parts.outbox.close(channel.receiver)
    return JSONResponse({"id": name})


def _is_of(channel: OwnChannel, who: Who) -> bool:
    return who.kind == "person" and who.id == channel.person
