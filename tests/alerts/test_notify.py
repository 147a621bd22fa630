"""Webhooks and Apprise reach the address that was looked at, and no other."""

import asyncio
import socket
from typing import Any

import msgspec
import pytest

from tests.alerts.there import HELLO, HERE, KEY, listening
from wallboard.alerts.notify import Undelivered, apprise, webhook
from wallboard.receivers import Receiver


async def test_a_webhook_reaches_the_second_address_where_the_first_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    async def look_up(host: str, port: int, **_: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in ("127.0.0.2", "127.0.0.1")]

    async with listening() as there:
        with monkeypatch.context() as patched:
            patched.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up, raising=False)
            named = there.url.replace("127.0.0.1", "hooks.example")
            await webhook.send(Receiver("leads", "webhook", named, KEY, allow=HERE), HELLO)
        assert there.titles == [HELLO.title]


async def test_apprise_sends_to_what_it_knows_and_refuses_the_rest() -> None:
    async with listening() as there:
        url = there.url.replace("http://", "json://")
        with pytest.raises(Undelivered, match="an address in the house: name its network in `allow`"):
            await apprise.send(Receiver("leads", "apprise", url), HELLO)
        assert there.got == []
        await apprise.send(Receiver("leads", "apprise", url, allow=HERE), HELLO)
        assert msgspec.json.decode(there.got[0][1])["title"] == HELLO.title
    with pytest.raises(Undelivered) as refused:
        await apprise.send(Receiver("leads", "apprise", "nonsense://x"), HELLO)
    assert refused.value.for_good


@pytest.mark.parametrize(("send", "scheme"), [(webhook.send, "http"), (apprise.send, "json")])
@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_nobody_is_told_where_a_receiver_points_to(send: Any, scheme: str, status: int) -> None:
    """A redirect would lead past the look at the address."""
    async with listening() as there, listening() as elsewhere:
        there.moved, there.answer = elsewhere.url, lambda: status
        url = there.url.replace("http", scheme, 1)
        with pytest.raises(Undelivered):
            await send(Receiver("leads", "webhook" if scheme == "http" else "apprise", url, KEY, allow=HERE), HELLO)
        assert elsewhere.got == []
