"""The busiest call goes straight from the parser to its endpoint, and is answered as on the ordinary way."""

import asyncio
import gc
import json
import re
from typing import Any
from weakref import ReferenceType, ref

import pytest
from starlette.responses import Response

from tests.waiting import until
from tests.web.onuvloop import event_loop_policy, pytestmark  # type: ignore[import-not-found]  # noqa: F401
from wallboard.core.errors import StreamUnavailable
from wallboard.web import ingest, straight
from wallboard.web.straight import StraightProtocol

EVENTS = "/api/v1/events"
BEAT = {"type": "source.beat"}
QUEUED = {"type": "contact.queued", "contact": "c-1", "queue": "support"}


@pytest.fixture
def no_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that stands still for a moment sends nothing the other way."""
    monkeypatch.setattr(straight, "SOON_S", 600)
    monkeypatch.setattr(straight, "SHORT_BYTES", ingest.BODY_BYTES_AT_MOST)


def request(
    served: Any, body: bytes, *further: str, path: str = EVENTS, method: str = "POST", host: str = "127.0.0.1",
    kind: str = "application/json",
) -> bytes:  # fmt: skip
    """Head and body of one, as they are on the wire. `further`: headers."""
    told = [
        f"{method} {path} HTTP/1.1", f"host: {host}", f"authorization: {served.http.headers['authorization']}",
        f"content-type: {kind}", f"content-length: {len(body)}", *further,
    ]  # fmt: skip
    return "\r\n".join([*told, "", ""]).encode() + body


def holding(served: Any) -> StraightProtocol | None:
    """The connection whose head waits for its body."""
    return next((one for one in served.server.server_state.connections if one._aside is not None), None)


@pytest.fixture
def went(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which way each request went."""
    found: list[str] = []
    for name, way in (("_answer", "straight"), ("_begin_aside", "held")):
        own = getattr(StraightProtocol, name)

        def noted(*given: Any, own: Any = own, way: str = way) -> Any:
            found.append(way)
            return own(*given)

        monkeypatch.setattr(StraightProtocol, name, noted)
    return found


def parted(answer: bytes) -> tuple[str, dict[str, str], bytes]:
    """Status line, headers and body; without what differs from second to second."""
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    headers.pop("date", None)
    return first, headers, body


BODIES = {
    "one": json.dumps(BEAT).encode(),
    "many": json.dumps([QUEUED] * 100).encode(),
    "none": b"[]",
    "repeated": json.dumps([BEAT | {"id": "e-1"}, BEAT | {"id": "e-1"}]).encode(),
    "one bad": json.dumps([QUEUED, QUEUED | {"quue": 1}]).encode(),
    "all bad": json.dumps({"type": "x"}).encode(),
    "no JSON": b"{",
    "a notice": json.dumps({"type": "notice.posted", "text": "Lunch", "notice": "n-1"}).encode(),
    "a wide one": json.dumps([BEAT] * 4_000).encode(),
}


@pytest.mark.parametrize("what", BODIES)
async def test_each_is_answered_to_the_letter_as_on_the_ordinary_way(
    served: Any, went: list[str], no_haste: None, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An id that is known is a duplicate both times: it is sent once before."""
    await served.raw(request(served, BODIES["repeated"]))
    went.clear()
    answer = parted(await served.raw(request(served, BODIES[what])))
    assert went == ["straight"]
    monkeypatch.setattr(served.app.state.straight, "_path", "/nowhere")
    assert parted(await served.raw(request(served, BODIES[what]))) == answer
    assert went == ["straight"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"kind": "text/plain"}, 415),
        ({"kind": "application/x-ndjson"}, 202),
    ],
)
async def test_the_content_type_says_how_it_is_read(
    served: Any, went: list[str], change: dict[str, Any], status: int
) -> None:
    answer = await served.raw(request(served, BODIES["one"], **change))
    assert (int(answer[9:12]), went) == (status, ["straight"])


@pytest.mark.parametrize(
    ("further", "change", "status"),
    [
        ((), {"host": "elsewhere.example"}, 400),
        (("host: 127.0.0.1",), {}, 400),
        (("authorization: Bearer wb_other",), {}, 401),
        (("origin: https://elsewhere.example",), {}, 403),
        (("sec-fetch-site: cross-site",), {}, 403),
        (("content-encoding: gzip",), {}, 415),
        ((), {"path": EVENTS + "?dryrun=1"}, 400),
        ((), {"path": EVENTS + "?dry_run=true"}, 200),
        ((), {"method": "PUT"}, 405),
    ],
)
async def test_whatever_a_gate_has_something_to_say_about_goes_the_ordinary_way(
    served: Any, went: list[str], further: tuple[str, ...], change: dict[str, Any], status: int
) -> None:
    answer = await served.raw(request(served, BODIES["one"], *further, **change))
    assert int(answer[9:12]) == status
    assert "straight" not in went


@pytest.mark.parametrize(("sent", "status"), [("Bearer wb_nobody", 401), ("Basic YTpi", 401), ("Bearer", 401)])
async def test_a_stranger_is_refused_as_everywhere(served: Any, went: list[str], sent: str, status: int) -> None:
    told = request(served, BODIES["one"])
    answer = await served.raw(re.sub(rb"authorization: [^\r]*", f"authorization: {sent}".encode(), told))
    assert (int(answer[9:12]), went) == (status, ["held"])


async def test_a_program_goes_straight_once_its_token_is_known_and_not_without_the_scope(
    served: Any, went: list[str]
) -> None:
    answers = []
    for scopes in (["events:write"], ["state:read"]):
        made = await served.http.post("/api/v1/tokens", json={"name": f"a program {scopes[0]}", "scopes": scopes})
        sent = f"authorization: Bearer {made.json()['token']}".encode()
        told = re.sub(rb"authorization: [^\r]*", sent, request(served, BODIES["one"]))
        answers += [await served.raw(told) for _ in range(2)]
    assert [int(answer[9:12]) for answer in answers] == [202, 202, 403, 403]
    assert went[1:] == ["straight", "held", "held"]
    [*_, entry] = await served.parts.stream.read("0-0")
    assert entry.event.source == "a program events:write"


async def test_a_body_that_comes_right_behind_its_head_is_waited_for(
    served: Any, went: list[str], no_haste: None
) -> None:
    told = request(served, BODIES["one"])
    reader, writer = await asyncio.open_connection(served.host, served.port)
    writer.write(told[:-10])
    await until(lambda: holding(served))
    writer.write(told[-10:])
    assert (await reader.readline()).startswith(b"HTTP/1.1 202 ")
    assert went == ["straight"]
    writer.close()


async def test_one_that_does_not_come_soon_is_waited_for_the_ordinary_way(served: Any, went: list[str]) -> None:
    told = request(served, BODIES["one"])
    reader, writer = await asyncio.open_connection(served.host, served.port)
    writer.write(told[:-10])
    await until(lambda: went)
    writer.write(told[-10:])
    assert (await reader.readline()).startswith(b"HTTP/1.1 202 ")
    assert went == ["held"]
    writer.close()


async def test_a_sender_that_goes_before_its_body_came_leaves_nothing(
    served: Any, went: list[str], no_haste: None
) -> None:
    _, writer = await asyncio.open_connection(served.host, served.port)
    writer.write(request(served, BODIES["one"])[:-10])
    held = await until(lambda: holding(served))
    timer = await until(lambda: held._waiting)
    writer.close()
    await until(lambda: held not in served.server.server_state.connections)
    assert timer.cancelled()
    assert went == []
    assert not served.server.server_state.tasks


@pytest.mark.parametrize("path", [EVENTS, "/api/v1/nothing"])
@pytest.mark.parametrize("what", ["half a body", "one", "two at once"])
async def test_whenever_a_sender_goes_nothing_waits_for_the_collector(
    served: Any, no_haste: None, monkeypatch: pytest.MonkeyPatch, path: str, what: str
) -> None:
    """In a process with a large floor it seldom looks (live/memory.py). The ordinary way is held to it too."""
    one = request(served, BODIES["one"], path=path)
    sent = {"half a body": one[:-10], "one": one, "two at once": one * 2}[what]
    made: list[ReferenceType[StraightProtocol]] = []
    begin = StraightProtocol.connection_made

    def noted(protocol: StraightProtocol, transport: Any) -> None:
        made.append(ref(protocol))
        begin(protocol, transport)

    monkeypatch.setattr(StraightProtocol, "connection_made", noted)
    gc.disable()
    try:
        for _ in range(5):
            _, writer = await asyncio.open_connection(served.host, served.port)
            writer.write(sent)
            await writer.drain()
            await asyncio.sleep(0.002)
            writer.transport.abort()
        await until(lambda: len(made) == 5)
        await until(lambda: not any(protocol() for protocol in made))
    finally:
        gc.enable()


async def test_an_answer_whose_connection_was_closed_meanwhile_is_dropped(served: Any, went: list[str]) -> None:
    """Two events and then no HTTP: while the first is on its way into the stream, that is answered and closed."""
    failed: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failed.append(context))
    answer = await served.raw(request(served, BODIES["one"]) * 2 + b"no HTTP\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    await until(lambda: not served.server.server_state.tasks)
    gc.collect()  # a task's exception that nobody asked for is told when it goes
    assert not failed
    assert went == ["straight"]


async def test_of_answers_that_are_out_nothing_is_kept_but_heads(served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that refuses 5,000 items has hundreds of kilobytes."""
    given: list[ReferenceType[Response]] = []
    answer = ingest.answer

    def noted(*told: Any, **how: Any) -> Response:
        given.append(ref(made := answer(*told, **how)))
        return made

    monkeypatch.setattr(ingest, "answer", noted)
    heads = served.app.state.straight.head
    for _ in range(5):
        assert (await served.raw(request(served, BODIES["all bad"]))).startswith(b"HTTP/1.1 422 ")
    await until(lambda: not served.server.server_state.tasks)
    gc.collect()
    assert [one() for one in given] == [None] * 5
    assert (heads.cache_info().hits, heads.cache_info().misses) == (4, 1)


async def test_many_on_one_connection_are_answered_in_their_order(served: Any, went: list[str]) -> None:
    """Sent without waiting: those behind the first wait for it, and go the ordinary way."""
    bodies = [json.dumps([BEAT] * count).encode() for count in range(1, 6)]
    reader, writer = await asyncio.open_connection(served.host, served.port)
    writer.write(b"".join(request(served, body) for body in bodies))
    found = []
    for _ in bodies:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(re.search(rb"content-length: (\d+)", head)[1])  # type: ignore[index]
        found.append(json.loads(await reader.readexactly(length))["accepted"])
    assert found == [1, 2, 3, 4, 5]
    assert went.count("straight") == 1
    writer.close()


async def test_one_that_asks_to_be_let_go_is_and_one_that_stays_is_served_again(served: Any, went: list[str]) -> None:
    assert b"connection: close" in await served.raw(request(served, BODIES["one"], "connection: close"))
    reader, writer = await asyncio.open_connection(served.host, served.port)
    for _ in range(3):
        writer.write(request(served, BODIES["one"]))
        assert (await reader.readuntil(b'"rejected":[]}')).startswith(b"HTTP/1.1 202 ")
    assert went == ["straight"] * 3
    writer.close()


async def test_what_redis_does_not_take_is_503_with_when_to_repeat(
    served: Any, went: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(*_: Any) -> None:
        raise StreamUnavailable("away")

    monkeypatch.setattr(served.parts.together, "append", nothing)
    first, headers, _ = parted(await served.raw(request(served, BODIES["one"])))
    assert (first[9:12], headers["retry-after"], went) == ("503", "1", ["straight"])


async def test_too_many_at_once_are_503_here_too(served: Any, went: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "REQUESTS_AT_ONCE", 0)
    assert (await served.raw(request(served, BODIES["one"]))).startswith(b"HTTP/1.1 202 "), "a small one needs no place"
    monkeypatch.setattr(ingest, "SMALL_BYTES", 0)
    assert (await served.raw(request(served, BODIES["one"]))).startswith(b"HTTP/1.1 503 ")
    assert went == ["straight", "straight"]


@pytest.mark.foresees("request failed")
async def test_what_nobody_foresaw_is_500_without_a_word_of_it_and_the_connection_goes_on(
    served: Any, went: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> None:
        raise ValueError("inside")

    with monkeypatch.context() as patched:
        patched.setattr(served.parts.together, "append", broken)
        answer = await served.raw(request(served, BODIES["one"]))
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert b"inside" not in answer
    assert (await served.raw(request(served, BODIES["one"]))).startswith(b"HTTP/1.1 202 ")
    assert went == ["straight"] * 2
