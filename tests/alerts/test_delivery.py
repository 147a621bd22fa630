"""Messages arrive at least once and in order, signed, whatever the receiver does; one that hangs delays no other."""

import asyncio
import base64
import hmac
import time
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from tests.alerts.there import HERE, KEY, Post, Sending, listening, mail_server
from tests.waiting import now_ms, until
from wallboard.alerts import delivery as delivering
from wallboard.alerts import pacing, seen
from wallboard.alerts.deliveries import Deliveries
from wallboard.alerts.pacing import Coming, Memory
from wallboard.receivers import Receiver
from wallboard.record.ownchannels import CODE_MS
from wallboard.stream.outbox import Waiting


async def test_a_webhook_is_signed_as_standard_webhooks_say(sending: Sending) -> None:
    async with listening() as there:
        sending.start("leads", there.url)
        assert await sending.put("leads", "one")
        await until(lambda: len(there.got) == 1)
        headers, body = there.got[0]
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        wanted = b"v1," + base64.b64encode(hmac.digest(KEY, signed, "sha256"))
        assert headers["webhook-signature"].encode() == wanted
        assert msgspec.json.decode(body)["type"] == "raised"
        await asyncio.sleep(0.1)
        assert await sending.outbox.waiting("leads", 10) == []


async def test_what_is_put_down_is_sent_at_once_and_not_at_the_next_look(
    sending: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "LOOK_S", 600)
    async with listening() as there:
        deliveries = Deliveries(sending.outbox, now_ms, lambda: 1)
        await deliveries.keep({"leads": Receiver("leads", "webhook", there.url, KEY, allow=HERE)})
        for title in ("one", "two"):
            await sending.put("leads", title)
            deliveries.wake({"leads", "nobody"})
            await until(lambda title=title: title in there.titles)
        await deliveries.stop()
        assert there.titles == ["one", "two"]


async def test_a_receiver_that_fails_hangs_and_comes_back_gets_everything_in_order(sending: Sending) -> None:
    async with listening() as there, listening() as other:
        answers = iter([500, 503, "hang", 429, 500])

        def answer() -> Any:
            found = next(answers, 204)
            return asyncio.sleep(1, 200) if found == "hang" else found

        there.answer = answer
        sending.start("leads", there.url)
        sending.start("other", other.url)
        for title in ("one", "two", "three"):
            await sending.put("leads", title)
            await sending.put("other", title)
        await until(lambda: "three" in other.titles)
        assert list(dict.fromkeys(other.titles)) == ["one", "two", "three"]
        await until(lambda: "three" in there.titles)
        in_order = list(dict.fromkeys(there.titles))  # what hung had been taken: it comes twice, by the same id
        assert in_order == ["one", "two", "three"]
        assert len({headers["webhook-id"] for headers, _ in there.got}) == 3


async def test_what_follows_of_one_cause_comes_so_long_after_the_first_was_taken(
    sending: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not after its sending began: a receiver that is slow is not told twice within the time."""
    monkeypatch.setattr(pacing, "CAUSE_MS", 600)
    came = list[float]()

    def answer() -> Any:
        came.append(time.monotonic())
        return asyncio.sleep(0.4, 204)

    async with listening() as there:
        there.answer = answer
        sending.start("leads", there.url)
        for name in ("one", "two"):
            await sending.put("leads", name, rule="wait", of=name)
            await until(lambda: bool(came))
        await until(lambda: len(there.got) == 2)
        assert came[1] - came[0] >= 0.99


async def test_what_is_never_taken_is_given_up_and_kept(sending: Sending) -> None:
    async with listening() as there:
        there.answer = lambda: 410
        sending.start("leads", there.url)
        await sending.put("leads", "one")
        async with asyncio.timeout(60):
            while not await sending.outbox.letters.count():
                await asyncio.sleep(0.02)
        assert list[Waiting](await sending.outbox.waiting("leads", 10)) == []


@pytest.fixture
async def refusing(sending: Sending) -> AsyncIterator[Post]:
    """A mail server that refuses everybody; `own:a` is delivered to it."""
    with mail_server() as (post, url):

        async def refuse(*_: object) -> str:
            return "550 no such mailbox"

        post.handle_RCPT = refuse  # type: ignore[attr-defined]
        deliveries = Deliveries(sending.outbox, now_ms, lambda: sending.token)

        async def look() -> None:
            while True:
                await deliveries.keep({"own:a": Receiver("own:a", "mail", url, allow=HERE)})
                await asyncio.sleep(0.02)

        looking = asyncio.create_task(look())
        yield post
        looking.cancel()
        await asyncio.wait([looking])
        await deliveries.stop()


async def test_a_code_that_a_mail_server_refuses_is_tried_once_and_its_lead_sees_why(
    sending: Sending, refusing: Post
) -> None:
    """A wrong address was tried each minute for a day. Alerts are tried on."""
    await sending.put("own:a", "code", type="confirm")
    async with asyncio.timeout(60):
        while (await sending.outbox.going("own:a")).failed_ms is None or await sending.outbox.waiting("own:a", 1):
            await asyncio.sleep(0.02)
    assert "nobody of the recipients" in str((await sending.outbox.going("own:a")).reason)
    assert await sending.outbox.letters.count() == 0
    await sending.put("own:a", "one")
    await asyncio.sleep(0.5)
    assert len(await sending.outbox.waiting("own:a", 9)) == 1


async def test_a_code_is_not_mailed_when_it_is_good_no_more(sending: Sending) -> None:
    async with listening() as there:
        there.answer = lambda: 500
        for title in ("void", "good"):
            await sending.put("leads", title, type="confirm")
        later_ms = 0
        sending.start("leads", there.url, lambda: now_ms() + later_ms)
        await until(lambda: there.asked > 1)
        [good] = await sending.outbox.waiting("leads", 10)
        assert msgspec.json.decode(good.message)["title"] == "good", "the newer one alone"
        later_ms = CODE_MS
        async with asyncio.timeout(60):
            while await sending.outbox.waiting("leads", 10):
                await asyncio.sleep(0.02)
        there.answer = lambda: 204
        await sending.put("leads", "one")
        await until(lambda: bool(there.got))
        assert there.titles == ["one"]
        assert await sending.outbox.letters.count() == 0


async def test_what_is_held_waits_and_holds_up_nothing_behind_it(
    sending: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much is held: three at once are read here, and five wait in front."""
    monkeypatch.setattr(seen, "AT_ONCE", 3)
    monkeypatch.setattr(pacing, "ONE_BY_ONE", 100)
    asleep = True
    async with listening() as there:
        for n in range(5):
            await sending.put("leads", f"end {n}", type="cleared")
        await sending.put("leads", "begins")
        sending.start("leads", there.url, holds=lambda _, message: asleep and message.type == "cleared")
        await until(lambda: "begins" in there.titles)
        assert set(there.titles) == {"begins"}
        assert len(await sending.outbox.waiting("leads", 10)) >= 5
        asleep = False
        await until(lambda: "end 4" in there.titles)
        assert list(dict.fromkeys(there.titles)) == ["begins", *(f"end {n}" for n in range(5))], "one may come twice"


async def test_a_critical_alert_does_not_wait_for_those_before_it_however_many_they_are(
    sending: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind more than were looked at it was not seen until the ten minutes were over."""
    monkeypatch.setattr(seen, "AT_ONCE", 3)
    monkeypatch.setattr(pacing, "FLOOD_EACH_MS", 300)
    ten = [(now_ms() - 1_000, Coming(f"{n}-1", now_ms() - 120_000)) for n in range(10)]
    await sending.outbox.done(sending.token, "leads", ["0-1"], 0, msgspec.json.encode(Memory(sent=ten)))
    mild = [f"mild {n}" for n in range(8)]
    for title in mild:
        await sending.put("leads", title, severity="warning", alert=title)
    async with listening() as there:
        sending.start("leads", there.url)
        await asyncio.sleep(0.5)
        assert there.got == [], "ten went in ten minutes"
        for number, title in enumerate(("first", "second"), 1):
            await sending.put("leads", title, alert=title)
            await until(lambda number=number: len(there.got) == number)
        await asyncio.sleep(0.5)
        parts = [[one["alert"] for one in msgspec.json.decode(body)["parts"]] for _, body in there.got]
        assert parts == [[*mild[:3], "first"], [*mild[3:6], "second"]], "in their order, and each once"
        left = [msgspec.json.decode(one.message)["title"] for one in await sending.outbox.waiting("leads", 10)]
        assert left == mild[6:]
        for title in mild:
            await sending.put("leads", f"more {title}", severity="warning", alert=title)
        await sending.put("leads", "test", type="test")
        await until(lambda: there.titles[-1] == "test")


async def test_a_test_message_goes_at_once_and_counts_in_no_flood(sending: Sending) -> None:
    async with listening() as there:
        there.answer = lambda: 500
        sending.start("leads", there.url)
        for number in range(12):
            await sending.put("leads", f"test {number}", type="test")
        await sending.put("leads", "one")
        there.answer = lambda: 204
        await until(lambda: "one" in there.titles)
        assert [title for title in there.titles if title != "one"] == [f"test {number}" for number in range(12)]


async def test_hand_overs_that_waited_go_each_as_it_is(sending: Sending) -> None:
    async with listening() as there:
        titles = [f"shift {number}" for number in range(12)]
        for title in titles:
            await sending.put("boss shift", title, type="shift", text="the whole of it")
        sending.start("boss shift", there.url)
        await until(lambda: len(there.got) == len(titles))
        assert there.titles == titles
        assert {msgspec.json.decode(body)["text"] for _, body in there.got} == {"the whole of it"}
