"""Every answer is armoured, every host is ours, and no path can confuse the routes."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.family import free_port
from wallboard.config import Config, Server


async def test_every_answer_carries_the_security_headers(served: Any) -> None:
    answers = [
        await served.anonymous.get("/healthz"),
        await served.anonymous.get("/api/v1/state"),
        await served.anonymous.get("/sources"),
        await served.http.get("/api/v1/nowhere"),
        await served.anonymous.get("/healthz", headers={"host": "evil.example"}),
        await served.http.request("DELETE", "/api/v1/state"),
    ]
    assert [answer.status_code for answer in answers] == [200, 401, 303, 404, 400, 405]
    for answer in answers:
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert "permissions-policy" in answer.headers
        assert "server" not in answer.headers


async def test_with_https_the_cookie_is_host_bound_and_browsers_are_told_to_stay(
    config: Config, served_elsewhere: Any
) -> None:
    secure = replace(config, server=Server(public_url="https://wall.example.com"))
    async with served_elsewhere(secure) as served:
        answer = await served.anonymous.get("/healthz", headers={"host": "wall.example.com"})
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        assert served.parts.sessions.cookie.startswith("__Host-")
        own = {"origin": "https://wall.example.com", "host": "wall.example.com"}
        refused = await served.anonymous.post("/signin", json={"code": "x"}, headers=own)
        assert refused.status_code == 401


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("192.0.2.7:8000", 200),
        ("[::1]:8000", 200),
        ("localhost:1", 200),
        ("LOCALHOST.", 200),
        ("evil.example", 400),
        ("127.0.0.1.evil.example", 400),
        ("a/?x=", 400),
        ("localhost/api", 400),
        ("user@localhost", 400),
        ("localhost:99999999", 400),
        ("", 400),
    ],
)
async def test_only_our_own_names_are_answered_to(served: Any, host: str, status: int) -> None:
    answer = await served.raw(f"GET /healthz HTTP/1.1\r\nhost: {host}\r\n\r\n".encode())
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    if host == "evil.example":
        assert b"server.public_url" in answer


async def test_a_second_host_or_none_is_refused(served: Any) -> None:
    twice = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nhost: evil.example\r\n\r\n"
    assert (await served.raw(twice)).startswith(b"HTTP/1.1 400 ")
    assert (await served.raw(b"GET /healthz HTTP/1.1\r\n\r\n")).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "path",
    [
        "//api/v1/state",
        "/static/../api/v1/state",
        "/static/%2e%2e/api/v1/state",
        "/static/..%2f..%2fpyproject.toml",
        "/static/%2e%2e%2f%2e%2e%2fpyproject.toml",
        "/signin/../api/v1/state",
        "/healthz/",
        "/healthz%00",
        "/signin%2f..%2fapi/v1/state",
        "/static/..%5c..%5cpyproject.toml",
        "/sources/%00",
        "/sources/a%0d%0ax:y",
        "/api/v1/sources/%1b[31m",
        "/%ff%fe",
        "/static/js",
        "/static/",
    ],
)
async def test_paths_made_to_confuse_reach_nothing(served: Any, path: str) -> None:
    for credentials in ("", f"authorization: {served.http.headers['authorization']}\r\n"):
        answer = await served.raw(f"GET {path} HTTP/1.1\r\nhost: localhost\r\n{credentials}\r\n".encode())
        status = int(answer[9:12])
        assert status in (303, 307, 400, 404) if not credentials else status in (307, 400, 404), (path, answer[:80])
        assert b"Traceback" not in answer
        assert b"build-system" not in answer


async def test_forwarded_headers_of_a_stranger_change_nothing(served: Any) -> None:
    forged = {"x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "https", "x-forwarded-host": "evil.example"}
    plain = await served.anonymous.get("/sources")
    answer = await served.anonymous.get("/sources", headers=forged)
    assert (answer.status_code, answer.headers["location"]) == (303, plain.headers["location"])


async def test_a_head_that_is_too_long_or_has_ten_thousand_ranges_is_refused(served: Any) -> None:
    ranges = ",".join(f"{n}-{n}" for n in range(10_000))
    many = f"GET /static/js/signin.js HTTP/1.1\r\nhost: localhost\r\nrange: bytes={ranges}\r\n\r\n".encode()
    assert (await served.raw(many))[9:12] in (b"400", b"431")
    endless = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: " + b"a" * 100_000
    assert (await served.raw(endless))[9:12] in (b"400", b"431")
    some = ",".join(f"{n}-{n}" for n in range(1_000))
    fine = f"GET /static/js/signin.js HTTP/1.1\r\nhost: localhost\r\nrange: bytes={some}\r\n\r\n".encode()
    assert (await served.raw(fine))[9:12] in (b"200", b"206", b"400", b"416")


async def test_a_head_that_trickles_in_is_hung_up_on(served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wallboard.web.patience.HEAD_S", 0.2)
    answer = await served.raw(b"GET /healthz HTTP/1.1\r\nhost: loc")
    assert answer.startswith(b"HTTP/1.1 408 ")


async def test_a_second_head_that_trickles_in_is_hung_up_on_too(served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wallboard.web.patience.HEAD_S", 0.2)
    reader, writer = await asyncio.open_connection(served.host, served.port)
    try:
        writer.write(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n" + b"GET /healthz HTTP/1.1\r\nhost: loc")
        async with asyncio.timeout(60):
            assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 200 ")
            await reader.readuntil(b"HTTP/1.1 408 ")
    finally:
        writer.close()


ASKED = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n"


async def whole_answer(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head)
    assert length, head
    await reader.readexactly(int(length[1]))


@asynccontextmanager
async def answered_once(served: Any) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection on which one answer was read whole."""
    reader, writer = await asyncio.open_connection(served.host, served.port)
    try:
        writer.write(ASKED)
        async with asyncio.timeout(60):
            await whole_answer(reader)
            yield reader, writer
    finally:
        writer.close()


async def test_an_empty_line_after_an_answer_does_not_hold_the_connection(
    served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wallboard.web.patience.HEAD_S", 0.2)
    async with answered_once(served) as (reader, writer):
        writer.write(b"\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.1 408 ")


async def test_a_socket_on_a_connection_that_was_used_before_is_left_alone(
    served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wallboard.web.patience.HEAD_S", 0.2)
    async with answered_once(served) as (reader, writer):
        writer.write(
            ASKED.replace(b"/healthz", b"/live").removesuffix(b"\r\n")
            + b"upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n"
            + b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        said = await reader.readuntil(b"\r\n\r\n")
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                said += await reader.read()
    assert b"408" not in said.partition(b"\r\n\r\n")[2]


CHUNKED = b"transfer-encoding: chunked"
IN_PARTS = b'16\r\n{"type":"source.beat"}\r\n'


@pytest.mark.parametrize(("name", "status"), [(b"authorization", 401), (b"host", 400), (b"content-type", 415)])
@pytest.mark.parametrize("address", [b"/api/v1/events", b"/api/v1/events?dry_run=true"], ids=["straight", "ordinary"])
async def test_what_stands_behind_a_body_is_no_header(served: Any, name: bytes, status: int, address: bytes) -> None:
    """A proxy that checks, removes or logs a header looks at the head (RFC 9110, 6.5.1)."""
    told = {
        b"host": b"localhost",
        b"authorization": served.http.headers["authorization"].encode(),
        b"content-type": b"application/json",
    }

    async def asked(head: set[bytes], trailer: set[bytes]) -> bytes:
        first, last = ([b"%b: %b" % (one, told[one]) for one in told.keys() & names] for names in (head, trailer))
        lines = [b"POST %b HTTP/1.1" % address, CHUNKED, *first, b"", IN_PARTS + b"0", *last, b"", b""]
        return (await served.raw(b"\r\n".join(lines)))[9:12]

    assert await asked({*told}, set()) in (b"200", b"202")
    assert await asked({*told} - {name}, {name}) == b"%d" % status
    assert await asked({*told}, {name}) in (b"200", b"202"), "nor does it stand there twice"


async def test_a_cookie_or_an_origin_behind_a_body_is_none(served: Any) -> None:
    cookie, ours = f"cookie: {await served.sign_in()}", f"origin: {served.origin}"

    async def asked(line: str, *head: str, trailer: str) -> bytes:
        first = "\r\n".join([line, f"host: {served.host}:{served.port}", CHUNKED.decode(), *head, "", ""])
        return (await served.raw(f"{first}1\r\n \r\n0\r\n{trailer}\r\n\r\n".encode()))[9:12]

    assert await asked("GET /api/v1/sources HTTP/1.1", cookie, trailer="x: y") == b"200"
    assert await asked("GET /api/v1/sources HTTP/1.1", trailer=cookie) == b"401"
    assert await asked("POST /signout HTTP/1.1", cookie, trailer=ours) == b"403"
    assert await asked("POST /signout HTTP/1.1", cookie, ours, trailer="x: y") in (b"200", b"204", b"303")


async def test_what_is_not_http_is_answered_400(served: Any) -> None:
    assert (await served.raw(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")).startswith(b"HTTP/1.1 400 ")


@pytest.mark.foresees("request failed", "task failed and begins again")  # both read the health of sources
async def test_what_nobody_foresaw_answers_500_without_detail(served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the secret reason")

    monkeypatch.setattr(served.parts.health, "read", broken)
    answer = await served.http.get("/api/v1/sources")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret reason" not in json.dumps(answer.json())
    assert (await served.http.get("/healthz")).status_code == 200


def own_address() -> str | None:
    """Of this machine in its network; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        found = str(probe.getsockname()[0])
    return None if found.startswith("127.") else found


async def test_plain_http_inside_the_house_works_and_says_that_it_is_not_encrypted(
    config: Config, served_elsewhere: Any
) -> None:
    address = own_address()
    if address is None:
        pytest.skip("this machine has no address but its own loopback")
    port = free_port()
    plain = replace(config, server=Server(public_url=f"http://{address}:{port}"))
    async with served_elsewhere(plain, at=(address, port)) as served:
        answer = await served.anonymous.post("/signin", json={"code": await served.code()})
        cookie = answer.headers["set-cookie"]
        assert "Secure" not in cookie
        assert "HttpOnly" in cookie
        assert not served.parts.sessions.cookie.startswith("__Host-")
        assert "strict-transport-security" not in answer.headers
        page = await served.anonymous.get("/people")
        assert (page.status_code, "Not encrypted" in page.text) == (200, True)
        sent = {"cookie": cookie.partition(";")[0], "origin": served.origin}
        async with connect(f"ws://{address}:{port}/live?board=overview", additional_headers=sent) as line:
            assert '"t":"hello"' in str(await line.recv())
        with pytest.raises(InvalidStatus):
            async with connect(
                f"ws://{address}:{port}/live?board=overview",
                additional_headers=sent | {"origin": f"https://{address}:{port}"},
            ):
                pass


async def test_at_its_own_address_without_any_setting_a_browser_signs_in_and_a_foreign_name_is_told_what_to_set(
    config: Config, served_elsewhere: Any
) -> None:
    address = own_address()
    if address is None:
        pytest.skip("this machine has no address but its own loopback")
    async with served_elsewhere(config, at=(address, 0)) as served:
        browser = {"origin": served.origin, "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"}
        came = await served.anonymous.post("/signin", json={"code": await served.code()}, headers=browser)
        assert came.status_code == 200, came.text
        assert (await served.anonymous.get("/people")).status_code == 200, "the client keeps the cookie by itself"
        cookie = "; ".join(f"{one.name}={one.value}" for one in served.anonymous.cookies.jar)
        line = f"ws://{address}:{served.port}/live?board=overview"
        async with connect(line, additional_headers=browser | {"cookie": cookie}) as socket:
            assert '"t":"hello"' in str(await socket.recv())
        for path in ("/", "/signin", "/api/v1/state"):
            refused = await served.anonymous.get(path, headers={"host": f"wall.house:{served.port}"})
            assert refused.status_code == 400
            for words in ("'wall.house'", "server.public_url", "WALLBOARD_SERVER_PUBLIC_URL"):
                assert words in refused.json()["detail"]


@pytest.mark.parametrize("behind", [b"16;a=", b'16\r\n{"type":"source.beat"}\r\n0\r\nx: '], ids=["chunk", "trailer"])
async def test_what_frames_a_body_is_no_longer_than_a_head(served: Any, behind: bytes) -> None:
    """The parser keeps a line until it has its end: without a token a process could be filled."""
    reader, writer = await asyncio.open_connection(served.host, served.port)
    writer.write(b"POST /api/v1/events HTTP/1.1\r\nhost: localhost\r\n" + CHUNKED + b"\r\n\r\n" + behind)
    said = asyncio.create_task(reader.read())
    sent = 0
    try:
        with suppress(ConnectionError):
            while sent < 64 * 1_048_576 and not said.done():
                writer.write(b"x" * 16_384)
                sent += 16_384
                await writer.drain()
                await asyncio.sleep(0)
        with suppress(ConnectionError):
            assert (await asyncio.wait_for(said, 10)).startswith((b"HTTP/1.1 431 ", b"HTTP/1.1 401 "))
    finally:
        writer.close()
    assert sent < 32 * 1_048_576
