"""A receiver that is down for ten minutes, answers 500 or hangs: nothing is lost, its order is kept, nobody else waits.

Ten minutes take six seconds here: every pause and limit, and the clock, are a hundredth.
"""

import asyncio
import socket
from contextlib import AsyncExitStack

import msgspec
import pytest

from tests.alerts.there import Sending, There, listening
from tests.waiting import now_ms, until
from wallboard.alerts import delivery as delivering

SCALE = 100
OUTAGE_S = 600 / SCALE
ALERTS = [f"queue {n}" for n in range(8)]
BROKEN = ("refuses", "fails", "hangs")


def told(there: There) -> list[str]:
    """What was told, in its order: also within one message for several."""
    bodies = [msgspec.json.decode(body) for _, body in there.got]
    parts = [part for body in bodies for part in body.get("parts", [body])]
    return [f"{part['alert']} {'begins' if part['type'] == 'raised' else 'ends'}" for part in parts]


def names() -> list[str]:
    return [f"{alert} {verb}" for alert in ALERTS for verb in ("begins", "ends")]


async def tell(sending: Sending, receivers: tuple[str, ...], alerts: list[str]) -> None:
    for alert in alerts:
        for kind, verb in (("raised", "begins"), ("cleared", "ends")):
            for name in receivers:
                await sending.put(name, f"{alert} {verb};", type=kind, alert=alert, rule=alert, of=alert)


async def test_ten_minutes_away_and_nothing_is_lost(sending: Sending, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("FIRST_PAUSE_S", 1.0), ("LONGEST_PAUSE_S", 60.0), ("SEND_S", 60.0)):
        monkeypatch.setattr(delivering, name, value / SCALE)
    begun_ms, mended = now_ms(), asyncio.Event()

    async def hang() -> int:
        await mended.wait()
        return 503  # too late: whoever asked has gone

    async with AsyncExitStack() as stack:
        closed = stack.enter_context(socket.socket())  # bound and not listened on: whoever connects is refused,
        closed.bind(("127.0.0.1", 0))  # and nobody else gets the port
        well = await stack.enter_async_context(listening())
        there = {name: await stack.enter_async_context(listening()) for name in ("fails", "hangs")}
        there["fails"].answer, there["hangs"].answer = (lambda: 500), hang
        urls = {"well": well.url} | {name: one.url for name, one in there.items()}
        urls["refuses"] = f"http://127.0.0.1:{closed.getsockname()[1]}/hook"
        for name, url in urls.items():
            sending.start(name, url, lambda: begun_ms + (now_ms() - begun_ms) * SCALE)
        await tell(sending, ("well", *BROKEN), ALERTS[:4])
        await until(lambda: len(set(told(well))) == 8)
        await until(lambda: all(one.asked >= 3 for one in there.values()))
        await tell(sending, ("well", *BROKEN), ALERTS[4:])
        await until(lambda: len(set(told(well))) == 16)
        assert not any(one.got for one in there.values()), "the other one had everything while these were away"
        while now_ms() - begun_ms < OUTAGE_S * 1000:
            await asyncio.sleep(0.05)
        there["refuses"] = await stack.enter_async_context(listening(closed))
        there["fails"].answer = there["hangs"].answer = lambda: 204
        mended.set()
        for one in there.values():
            await until(lambda one=one: set(told(one)) == set(names()))
        for one in (well, *there.values()):
            in_order = list(dict.fromkeys(told(one)))
            for alert in ALERTS:
                assert in_order.index(f"{alert} begins") < in_order.index(f"{alert} ends")
        async with asyncio.timeout(60):
            while any([await sending.outbox.waiting(name, 1) for name in urls]):
                await asyncio.sleep(0.05)
        assert await sending.outbox.letters.count() == 0
