"""A storm of new connections begins a few at a time, in order, and nobody waits where there is none."""

import asyncio

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
    async with asyncio.timeout(5):
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
    async with asyncio.timeout(5):
        while len(begun) < 3 * AT_ONCE:
            await asyncio.sleep(0.001)
    assert begun == [*range(3 * AT_ONCE)]
    assert "a broken connection" in caplog.text, "told as any callback that fails"


async def test_a_storm_of_real_connections_is_answered_and_the_loop_goes_on(served) -> None:
    """300 at once: each gets its answer, and in between the loop never stands still for the whole of them."""
    request = f"GET /healthz HTTP/1.1\r\nHost: {served.host}:{served.port}\r\nConnection: close\r\n\r\n".encode()

    async def ask() -> bool:
        return (await served.raw(request, wait_s=20)).startswith(b"HTTP/1.1 200")

    assert all(await asyncio.gather(*(ask() for _ in range(300))))
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
