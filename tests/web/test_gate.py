"""A storm of new connections begins a few at a time, in order, and nobody waits where there is none."""

import asyncio
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol as Uvicorn
from websockets.asyncio.client import connect

from tests.web.test_frames import HEADERS, address, request  # type: ignore[import-not-found]
from wallboard.web import gate as gate_module
from wallboard.web import patience as patience_module
from wallboard.web.gate import AT_ONCE, Gate


async def test_few_go_on_at_once() -> None:
    gate = Gate()
    assert all(gate.enter(lambda: None) for _ in range(AT_ONCE))
    await asyncio.sleep(gate_module.TURN_S * 3)
    assert all(gate.enter(lambda: None) for _ in range(AT_ONCE))


async def test_of_many_the_others_wait_their_turn_in_order(monkeypatch) -> None:
    monkeypatch.setattr(gate_module, "TURN_S", 0.001)
    gate, begun = Gate(), list[int]()
    for nth in range(10 * AT_ONCE):
        if gate.enter(lambda nth=nth: begun.append(nth)):
            begun.append(nth)
    assert len(begun) == AT_ONCE
    assert not gate.enter(lambda: begun.append(-1)), "who comes later does not overtake"
    async with asyncio.timeout(60):
        while gate.waiting:
            await asyncio.sleep(0.001)
    assert begun == [*range(10 * AT_ONCE), -1]


async def test_one_that_fails_as_it_begins_leaves_the_gate_open_to_the_others(monkeypatch, caplog) -> None:
    monkeypatch.setattr(gate_module, "TURN_S", 0.001)
    gate, begun = Gate(), list[int]()

    def fails() -> None:
        raise RuntimeError("a broken connection")

    for _ in range(AT_ONCE):
        gate.enter(lambda: None)
    gate.enter(fails)
    for nth in range(3 * AT_ONCE):
        gate.enter(lambda nth=nth: begun.append(nth))
    async with asyncio.timeout(60):
        while len(begun) < 3 * AT_ONCE:
            await asyncio.sleep(0.001)
    assert begun == [*range(3 * AT_ONCE)]
    assert "a broken connection" in caplog.text, "told as any callback that fails"


async def test_a_storm_of_screens_is_let_in_and_the_loop_goes_on_in_between(served_either_way, monkeypatch) -> None:
    """300 come at once. Read all together they would hold the loop for the whole of their handshakes."""
    turns, whole = [0], Uvicorn.handle_connect  # handshakes of each turn of the loop

    def shakes_hands(connection: Any, event: Any) -> None:
        turns[-1] += 1
        whole(connection, event)

    async def watch_the_loop() -> None:
        while True:
            turns.append(0)
            await asyncio.sleep(0)

    served, asked = served_either_way, request(served_either_way)
    async with connect(address(served), additional_headers=HEADERS) as screen, asyncio.timeout(60):
        await screen.recv()
        monkeypatch.setattr(Uvicorn, "handle_connect", shakes_hands)
        lines = [await asyncio.open_connection(served.host, served.port) for _ in range(300)]
        watching = asyncio.create_task(watch_the_loop())
        for _, writer in lines:
            writer.write(asked)
        while served.app.state.hub.screens < 301:
            await asyncio.sleep(0.01)
        watching.cancel()
        heads = [await reader.readuntil(b"\r\n\r\n") for reader, _ in lines]
        for _, writer in lines:
            writer.close()
    assert all(head.startswith(b"HTTP/1.1 101 ") for head in heads)
    assert sum(turns) == 300
    assert max(turns) <= 2 * AT_ONCE, "who comes first, and those whose turn falls into the same one"


async def test_heads_that_are_too_long_are_refused_in_a_storm_too(served) -> None:
    big = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 40_000 + b"\r\n\r\n"
    answers = await asyncio.gather(*(served.raw(big, wait_s=10) for _ in range(40)))
    assert {answer[:12] for answer in answers} <= {b"HTTP/1.1 431", b"HTTP/1.1 400", b""}


async def test_who_waits_for_the_gate_is_not_late(served, monkeypatch) -> None:
    monkeypatch.setattr(gate_module, "AT_ONCE", 1)
    monkeypatch.setattr(gate_module, "TURN_S", 0.02)
    monkeypatch.setattr(patience_module, "HEAD_S", 0.3)
    request = f"GET /healthz HTTP/1.1\r\nHost: {served.host}:{served.port}\r\nConnection: close\r\n\r\n".encode()
    answers = await asyncio.gather(*(served.raw(request, wait_s=20) for _ in range(50)))
    assert {answer[:12] for answer in answers} == {b"HTTP/1.1 200"}
    late = await asyncio.gather(*(served.raw(b"GET /healthz HT", wait_s=20) for _ in range(20)))
    assert {answer[:12] for answer in late} == {b"HTTP/1.1 408"}, "its turn came, and it said no more"
