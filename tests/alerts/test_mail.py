"""Mail is plain text with the title as its subject, and goes to no server in the house that is not allowed."""

import asyncio
import re
import socket
from email import message_from_bytes, policy

import msgspec
import pytest

from tests.alerts.there import HELLO, HERE, mail_server
from tests.hostile import NAMES
from wallboard.alerts.notify import Undelivered, mail
from wallboard.receivers import Receiver


async def test_mail_arrives_with_the_title_as_its_subject() -> None:
    with mail_server() as (post, url):
        hostile = msgspec.structs.replace(HELLO, title="Підтримка: 7\r\nBcc: evil@example.com")
        await mail.send(Receiver("leads", "mail", url, allow=HERE), hostile)
    found = message_from_bytes(post.got[0], policy=policy.default)
    assert found["Subject"] == "Підтримка: 7 Bcc: evil@example.com"
    assert found["To"] == "leads@example.com, boss@example.com"
    assert found["Bcc"] is None


@pytest.mark.parametrize("letter", ["x", "й", "漢"])
async def test_the_first_line_of_a_subject_is_never_empty_and_none_is_too_long(letter: str) -> None:
    """ "Subject:" stood alone where the rest just fitted the second line: some programs show nothing then."""
    titles = [f"Support: {letter * (length // 2)} {letter * (length // 2)} (limit > 2:00)" for length in range(2, 90)]
    titles += ["Hand-over: Kyiv, early 2026-11-30 14:00–20:05"]
    with mail_server() as (post, url):
        for title in titles:
            told = msgspec.structs.replace(HELLO, title=title)
            await mail.send(Receiver("leads", "mail", url, allow=HERE), told)
    for title, content in zip(titles, post.got, strict=True):
        [head] = re.findall(rb"^Subject:.*\r?\n(?:[ \t].*\r?\n)*", content, re.M)
        lines = head.splitlines()
        assert lines[0].removeprefix(b"Subject:").strip(), title
        assert all(line.strip() and len(line) <= 78 for line in lines), title
        assert message_from_bytes(content, policy=policy.default)["Subject"] == title


async def test_whatever_a_queue_is_called_its_mail_is_plain_text_that_says_so() -> None:
    with mail_server() as (post, url):
        for name in NAMES:
            told = msgspec.structs.replace(HELLO, title=f"{name}: waiting 7", text=f"Do: {name}")
            await mail.send(Receiver("leads", "mail", url, allow=HERE), told)
    for name, content in zip(NAMES, post.got, strict=True):
        found = message_from_bytes(content, policy=policy.default)
        assert found["Subject"] == " ".join(f"{name}: waiting 7".split())
        assert (found.get_content_type(), found.is_multipart()) == ("text/plain", False)
        assert f"Do: {name}" in found.get_content()
        assert sorted(found.keys()) == sorted([*HEADERS, "Subject"])


HEADERS = ("From", "To", "Date", "Message-ID", "Content-Type", "Content-Transfer-Encoding", "MIME-Version")


async def test_a_mail_server_that_is_away_is_said_so() -> None:
    with pytest.raises(Undelivered, match="refused"):
        await mail.send(Receiver("leads", "mail", "smtp://127.0.0.1:9/?from=a@b.c&to=d@e.f", allow=HERE), HELLO)


def name_here(monkeypatch: pytest.MonkeyPatch) -> str:
    """A name that is this machine."""

    async def look_up(host: str, port: int, **_: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up, raising=False)
    return "mail.house.example"


async def test_of_a_mail_server_with_several_addresses_each_is_tried_and_all_are_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first refuses, the second hangs up instead of a greeting, the third takes it; the mail comes once."""
    found = ["127.0.0.2", "127.0.0.3", "127.0.0.1"]

    async def look_up(host: str, port: int, **_: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up, raising=False)
    called: list[str] = []

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.append("127.0.0.3")
        writer.close()

    with mail_server() as (post, url):
        port = int(url.split(":")[2].partition("/")[0])
        named = Receiver("leads", "mail", url.replace("127.0.0.1", "mail.example"), allow=HERE)
        async with await asyncio.start_server(hang_up, "127.0.0.3", port):
            await mail.send(named, HELLO)
        assert (len(post.got), called) == (1, ["127.0.0.3"])
        found.append("10.1.2.3")
        with pytest.raises(Undelivered, match=r"10\.1\.2\.3, an address in the house"):
            await mail.send(named, HELLO)
    assert len(post.got) == 1


async def test_mail_goes_to_no_server_in_the_house_that_is_not_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server() as (post, url):
        named = url.replace("127.0.0.1", name_here(monkeypatch))
        for there in (url, named):
            with pytest.raises(Undelivered, match="an address in the house: name its network in `allow`"):
                await mail.send(Receiver("leads", "mail", there), HELLO)
        await mail.send(Receiver("leads", "mail", named, allow=HERE), HELLO)
    assert len(post.got) == 1


async def test_tls_is_asked_for_under_the_name_and_not_under_the_address_that_was_looked_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = name_here(monkeypatch)
    got: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello = await reader.read(4096)
        if not got.done():
            got.set_result(hello)
        writer.close()

    async with await asyncio.start_server(hear, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Undelivered):
            url = f"smtps://{name}:{port}/?from=a@b.c&to=d@e.f"
            await mail.send(Receiver("leads", "mail", url, allow=HERE), HELLO)
        assert name.encode() in await got
