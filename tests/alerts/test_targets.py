"""A webhook reaches no address in the house, under no spelling, unless its network is allowed."""

import ipaddress

import httpcore
import pytest

from wallboard.alerts.message import Message
from wallboard.alerts.notify import Undelivered, webhook
from wallboard.alerts.targets import is_allowed, resolved
from wallboard.receivers import Receiver

MESSAGE = Message(id="a", type="test", severity="info", title="t", text="t", at=0)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254", "10.1.2.3", "192.168.0.1", "0x7f.1", "2130706433",
     "localhost", "0.0.0.0", "fd00::1", "224.0.0.1", "100.64.0.1"],
)  # fmt: skip
async def test_an_address_in_the_house_is_refused(host: str) -> None:
    with pytest.raises(httpcore.ConnectError):
        await resolved(host, 80, [])
    shown = f"[{host}]" if ":" in host else host
    with pytest.raises(Undelivered, match=r"in the house|not found"):
        await webhook.send(Receiver("x", "webhook", f"http://{shown}:6379/"), MESSAGE)


def test_an_allowed_network_is_reached_also_as_a_mapped_address() -> None:
    allow = [ipaddress.ip_network("10.1.0.0/16")]
    assert is_allowed(ipaddress.ip_address("10.1.2.3"), allow)
    assert is_allowed(ipaddress.ip_address("::ffff:10.1.2.3"), allow)
    assert not is_allowed(ipaddress.ip_address("10.2.2.3"), allow)
    assert is_allowed(ipaddress.ip_address("93.184.215.14"), [])


async def test_the_address_that_was_looked_at_is_the_one_that_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rebinding: a name that is public when it is checked and private a moment later."""
    import asyncio
    import socket

    answers = iter([["93.184.215.14"], ["127.0.0.1"]])

    async def look_up(host: str, port: int, **_: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in next(answers)]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up, raising=False)
    assert await resolved("name.example", 80, []) == "93.184.215.14"
    with pytest.raises(httpcore.ConnectError):
        await resolved("name.example", 80, [])
