"""A message that cannot be read, or that a mistake of ours keeps from leaving: does the rest go on?"""

import asyncio

import msgspec
import pytest

from tests.alerts.there import HELLO, Sending, listening
from tests.waiting import until
from wallboard.alerts import delivery as delivering
from wallboard.receivers import Receiver


async def test_one_that_cannot_be_read_keeps_no_other_from_leaving(sending: Sending) -> None:
    """As after a step back to an older version."""
    unknown = msgspec.json.encode(HELLO).replace(b'"raised"', b'"of tomorrow"')
    await sending.outbox.add("leads", unknown)
    await sending.put("leads", "one")
    async with listening() as there:
        sending.start("leads", there.url)
        await until(lambda: len(there.got) == 1)
    [letter] = await sending.outbox.letters.newest(9)
    assert letter.message == unknown
    assert "cannot be read" in letter.reason


@pytest.mark.foresees("a message was not sent")
async def test_a_mistake_of_ours_is_shown_and_given_up_after_a_day(
    sending: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(receiver: Receiver, message: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(delivering.SENDERS, "webhook", broken)  # type: ignore[arg-type]
    later_ms = 0
    sending.start("leads", "http://127.0.0.1:9/hook", lambda: HELLO.at + later_ms)
    await sending.put("leads", "one")
    async with asyncio.timeout(60):
        while (await sending.outbox.going("leads")).failed_ms is None:
            await asyncio.sleep(0.02)
    assert (await sending.outbox.going("leads")).reason == "ZeroDivisionError"
    assert await sending.outbox.letters.count() == 0
    later_ms = 10**13
    async with asyncio.timeout(60):
        while await sending.outbox.letters.count() == 0:
            await asyncio.sleep(0.02)
