"""What went as one and was not taken, since whoever sent it died: does it count for what follows?"""

import asyncio

from structlog.testing import capture_logs

from tests.alerts.there import Sending, listening
from tests.waiting import now_ms, until
from wallboard.alerts.pacing import SPAN_MS


async def test_what_is_sent_again_is_counted_so_that_a_flood_goes_on(sending: Sending) -> None:
    """One that came behind them went at once, and not a minute after."""
    async with listening() as there:
        for nth in range(11):
            await sending.put("leads", f"flood{nth}", alert=f"a{nth}", rule=f"r{nth}", of=f"q{nth}")
        all_that_wait = [one.id for one in await sending.outbox.waiting("leads", 20)]
        await sending.outbox.begin(sending.token, "leads", all_that_wait)
        sending.token = await sending.next_token()
        sending.start("leads", there.url)
        await until(lambda: len(there.got) == 1)
        await sending.put("leads", "late", alert="late", rule="late", of="late")
        await asyncio.sleep(0.5)
        assert len(there.got) == 1


async def test_a_flood_stands_in_the_log_from_its_begin_to_its_end(sending: Sending) -> None:
    ahead_ms = 0
    async with listening() as there:
        with capture_logs() as logs:
            for nth in range(11):
                await sending.put("leads", f"flood{nth}", alert=f"a{nth}", rule=f"r{nth}", of=f"q{nth}")
            sending.start("leads", there.url, lambda: now_ms() + ahead_ms)
            await until(lambda: len(there.got) == 1)
            ahead_ms = SPAN_MS + 1
            await sending.put("leads", "late", alert="late", rule="late", of="late")
            await until(lambda: len(there.got) == 2)
    flood = [(one["event"], one["to"]) for one in logs if "flood" in one["event"]]
    assert flood == [("a flood begins", "leads"), ("a flood is over", "leads")]


async def test_to_whom_something_waits_is_asked_of_all_at_once(sending: Sending) -> None:
    await sending.put("leads", "one")
    assert await sending.outbox.awaiting(["leads", "nobody"]) == ["leads"]
    assert await sending.outbox.awaiting([]) == []


async def test_a_test_that_is_given_up_forgets_nothing_that_was_begun(sending: Sending) -> None:
    await sending.put("leads", "one")
    [one] = await sending.outbox.waiting("leads", 9)
    await sending.outbox.begin(sending.token, "leads", [one.id])
    await sending.put("leads", "test", type="test")
    async with listening() as there:
        there.answer = lambda: 410 if there.asked == 1 else asyncio.sleep(30, 204)
        sending.start("leads", there.url)
        async with asyncio.timeout(60):
            while not await sending.outbox.letters.count():
                await asyncio.sleep(0.02)
        assert await sending.outbox.begun("leads") == [one.id]
