"""Nobody is told in the house, under no spelling of its address, unless its network is allowed."""

import ipaddress
from pathlib import Path

import httpcore
import pytest

from wallboard.alerts.message import Message
from wallboard.alerts.notify import Undelivered, webhook
from wallboard.alerts.targets import resolved
from wallboard.core.errors import Mistake
from wallboard.networks import is_allowed
from wallboard.receivers import Receiver, receiver_of

MESSAGE = Message(id="a", type="test", severity="info", title="t", text="t", at=0)


SECRET = "whsec_" + "a2" * 16


def mistakes_of(url: str, **options: object) -> list[str]:
    """What is wrong when the file with this receiver is saved."""
    found: list[Mistake] = []
    secret = {"secret": SECRET} if url.startswith("http") else {}
    receiver = receiver_of("x", {"url": url, **secret, **options}, Path(), "wallboard.toml", found)
    assert (receiver is None) == bool(found)
    return [f"{one.at}: {one.reason}" for one in found]


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254", "10.1.2.3", "192.168.0.1", "0x7f.1", "2130706433",
     "localhost", "0.0.0.0", "fd00::1", "224.0.0.1", "100.64.0.1"],
)  # fmt: skip
async def test_an_address_in_the_house_is_refused_when_it_is_saved_and_when_it_is_connected_to(host: str) -> None:
    with pytest.raises(httpcore.ConnectError):
        await resolved(host, 80, [])
    shown = f"[{host}]" if ":" in host else host
    mistake = f"notify.x.url: {host} is an address in the house: name its network in `allow`"
    assert mistakes_of(f"https://{shown}:6379/") == [mistake]
    assert mistakes_of(f"json://{shown}/") == ([] if host.isdigit() else [mistake])  # digits: somebody's token
    assert mistakes_of(f"https://{shown}/", allow=["0.0.0.0/0", "::/0"]) == []
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
    assert await resolved("name.example", 80, []) == ["93.184.215.14"]
    with pytest.raises(httpcore.ConnectError):
        await resolved("name.example", 80, [])


@pytest.mark.parametrize("url", ["file:///etc/passwd", "gopher://10.1.2.3:6379/_SET", "ftp://x/", "dict://127.0.0.1/"])
def test_an_address_that_tells_nobody_anything_is_refused_when_it_is_saved(url: str) -> None:
    assert [one.partition(",")[0] for one in mistakes_of(url)] == ["notify.x.url: expected https://…"]


def test_a_name_is_looked_at_when_it_is_connected_to() -> None:
    assert mistakes_of("https://alerts.example.com/x") == []
    assert mistakes_of("tgram://2130706433:AbC-d_1/12315544/") == [], "a token, which is no port and no address"
    mail = "smtp://127.0.0.1/?from=a@example.com&to=b@example.com"
    assert mistakes_of(mail) == ["notify.x.url: 127.0.0.1 is an address in the house: name its network in `allow`"]
    assert mistakes_of(mail, allow=["127.0.0.0/8"]) == []
