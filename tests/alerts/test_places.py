"""However many receivers there are, few messages are on their way at once; and those that hang hold up nobody."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest

from tests.alerts.there import HERE, KEY, Sending, listening
from tests.waiting import now_ms, until
from wallboard.alerts import delivery as delivering
from wallboard.alerts import places
from wallboard.alerts.deliveries import Deliveries
from wallboard.alerts.places import FEW
from wallboard.receivers import Receiver

MANY = [f"r{nth}" for nth in range(6 * FEW)]


def receivers(urls: Mapping[str, str]) -> dict[str, Receiver]:
    return {name: Receiver(name, "webhook", url, KEY, allow=HERE) for name, url in urls.items()}


@asynccontextmanager
async def told(sending: Sending, urls: Mapping[str, str]) -> AsyncIterator[Deliveries]:
    """Each of one alert, all at once, by one process."""
    deliveries = Deliveries(sending.outbox, now_ms, lambda: sending.token)
    for name in urls:
        await sending.put(name, "one")
    await deliveries.keep(receivers(urls))
    yield deliveries
    await deliveries.stop()


async def test_few_are_on_their_way_at_once(sending: Sending, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "SLOW_S", 60)
    now = most = 0

    async def answer() -> int:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1
        return 204

    async with listening() as there:
        there.answer = answer
        async with told(sending, dict.fromkeys(MANY, there.url)):
            await until(lambda: len(there.got) == len(MANY))
    assert 1 < most <= FEW


async def test_those_that_hang_hold_up_nobody(sending: Sending, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "SEND_S", 600)
    mended = asyncio.Event()

    async def hang() -> int:
        await mended.wait()
        return 503

    async with listening() as hanging, listening() as well:
        hanging.answer = hang
        async with told(sending, dict.fromkeys(MANY, hanging.url)) as deliveries:
            await until(lambda: hanging.asked >= FEW)
            await sending.put("well", "one")
            await deliveries.keep(receivers(dict.fromkeys(MANY, hanging.url) | {"well": well.url}))
            await until(lambda: well.got)
            assert (well.titles, hanging.got) == (["one"], [])
            mended.set()
