"""Whoever leads next goes on where the last one was: nothing is lost, and nothing told otherwise than before."""

import asyncio
from collections.abc import Sequence

import msgspec
import pytest

from tests.alerts.there import HELLO, Sending, listening
from tests.waiting import until
from wallboard.alerts import delivery as delivering
from wallboard.alerts import pacing
from wallboard.core.errors import LeaseLost, StreamUnavailable
from wallboard.stream.outbox import PUT_AT_ONCE, New


async def test_what_a_process_that_died_left_is_sent_by_the_next_one(sending: Sending) -> None:
    async with listening() as there:
        there.answer = lambda: 500
        sending.start("leads", there.url)
        await sending.put("leads", "one")
        await until(lambda: there.asked >= 1)
        assert there.got == []
        await sending.stop("leads")
        there.answer = lambda: 204
        sending.start("leads", there.url)
        await until(lambda: len(there.got) >= 1)
        assert set(there.titles) == {"one"}, "what was on its way may come too, by the same id"
        assert len({headers["webhook-id"] for headers, _ in there.got}) == 1


async def test_what_is_on_its_way_when_a_process_is_told_to_stop_does_not_come_again(sending: Sending) -> None:
    async with listening() as there:
        there.answer = lambda: asyncio.sleep(0.2, 204)
        sending.start("leads", there.url)
        await sending.put("leads", "one")
        await until(lambda: there.asked == 1)
        await sending.stop("leads")
        assert there.titles == ["one"]
        sending.start("leads", there.url)
        await sending.put("leads", "two")
        await until(lambda: "two" in there.titles)
        assert there.titles == ["one", "two"]


@pytest.mark.parametrize("count", [1, 12])
async def test_whoever_leads_next_knows_what_was_sent_before(
    sending: Sending, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    """Of one cause, and in a flood: what follows waits, although another process sends by now."""
    monkeypatch.setattr(pacing, "CAUSE_MS", 600_000)
    async with listening() as there:
        for number in range(count):
            await sending.put("leads", f"{number}", rule="wait", of=f"{number}")
        sending.start("leads", there.url)
        await until(lambda: len(there.got) == 1)
        await until_taken(sending)
        await sending.stop("leads")
        sending.start("leads", there.url)
        await sending.put("leads", "more", rule="wait", of="more")
        await asyncio.sleep(0.5)  # many looks
        assert len(there.got) == 1


async def until_taken(sending: Sending) -> None:
    async with asyncio.timeout(60):
        while await sending.outbox.waiting("leads", 1):
            await asyncio.sleep(0.02)


async def test_what_went_as_one_goes_as_the_same_one_again_whatever_came_and_whoever_sends(sending: Sending) -> None:
    """The receiver is down, more comes, the process dies, and one of those that wait alone is a test."""
    async with listening() as there:
        there.answer = lambda: 500
        for title in ("one", "two"):
            await sending.put("leads", title, rule="wait")
        sending.start("leads", there.url)
        await until(lambda: there.asked > 1)
        await sending.put("leads", "three", rule="wait")
        asked = there.asked
        await until(lambda: there.asked > asked + 1)
        await sending.stop("leads")
        await sending.outbox.add(
            "leads", msgspec.json.encode(msgspec.structs.replace(HELLO, type="test", title="test"))
        )
        there.answer = lambda: 204
        sending.start("leads", there.url)
        await until(lambda: len(there.got) == 2)
        assert there.titles == ["test", "one + 1 more"]
        first = msgspec.json.decode(there.got[1][1])
        assert first["id"] == "one&two"


async def test_what_goes_as_one_is_known_before_it_goes_although_redis_was_away(
    sending: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sends after a death sent it by another id, which no receiver knows as the same."""
    begin, failed = sending.outbox.begin, list[str]()

    async def away_once(token: int, receiver: str, ids: Sequence[str]) -> None:
        if not failed:
            failed.append(receiver)
            raise StreamUnavailable("away")
        await begin(token, receiver, ids)

    monkeypatch.setattr(sending.outbox, "begin", away_once)
    async with listening() as there:
        there.answer = lambda: 500
        await sending.put("leads", "one")
        sending.start("leads", there.url)
        await until(lambda: there.asked > 0)
        [one] = await sending.outbox.waiting("leads", 10)
        assert await sending.outbox.begun("leads") == [one.id]


@pytest.mark.parametrize("stands_by", [False, True])
async def test_whoever_leads_anew_tries_at_once_although_it_paused(
    sending: Sending, monkeypatch: pytest.MonkeyPatch, stands_by: bool
) -> None:
    """The receiver took all from the other one meanwhile, and was told nothing for up to a minute."""
    monkeypatch.setattr(delivering, "FIRST_PAUSE_S", 600)
    monkeypatch.setattr(delivering, "LONGEST_PAUSE_S", 600)
    async with listening() as there:
        there.answer = lambda: 500
        await sending.put("leads", "one")
        sending.start("leads", there.url)
        await until(lambda: there.asked == 1)
        await asyncio.sleep(0.2)
        there.answer, token = lambda: 204, await sending.next_token()
        if stands_by:
            sending.token = None  # type: ignore[assignment]
            await asyncio.sleep(0.2)
        sending.token = token
        await until(lambda: there.titles)
        assert (there.titles, there.asked) == (["one"], 2)


async def test_whoever_leads_again_after_another_one_goes_on_where_that_one_was(sending: Sending) -> None:
    """The lease was lost and won again while it paused: it went on with what it knew before."""
    async with listening() as there:
        there.answer = lambda: 500
        await sending.put("leads", "one")
        sending.start("leads", there.url)
        await until(lambda: there.asked > 1)
        await sending.put("leads", "two")
        ids = [one.id for one in await sending.outbox.waiting("leads", 10)]
        token = await sending.next_token()
        await sending.outbox.begin(token, "leads", ids)  # by the other one
        asked, sending.token = there.asked, token
        await until(lambda: there.asked > asked + 1)  # one may have been on its way
        there.answer = lambda: 204
        await until(lambda: bool(there.got))
        assert msgspec.json.decode(there.got[0][1])["id"] == "one&two"


async def test_whoever_leads_no_more_sends_nothing_although_it_does_not_know_it_yet(sending: Sending) -> None:
    """It stood still, its lease ran out, and the other one has sent what waits, or is about to."""
    async with listening() as there:
        token = await sending.next_token()
        for title, kind in (("one", "raised"), ("two", "test")):
            message = msgspec.structs.replace(HELLO, id=title, title=title, type=kind)
            await sending.outbox.put(token, "leads", [New(title, title, msgspec.json.encode(message))])
        sending.start("leads", there.url)
        await asyncio.sleep(0.5)  # many looks
        assert there.asked == 0
        sending.token = token
        await until(lambda: len(there.got) == 2)


async def test_it_is_put_once_and_known_with_all_about_it_and_only_by_who_leads(sending: Sending) -> None:
    async def put(token: int, *messages: New) -> list[bool]:
        return await sending.outbox.put(token, "x", messages)

    begins, ends = New("a", "a+", b"begins"), New("a", "a-", b"ends")
    assert await put(sending.token, begins, begins, ends) == [True, False, True]
    assert await put(sending.token, ends, begins) == [False, False]
    with pytest.raises(LeaseLost):
        await put(sending.token - 1, New("b", "b+", b"{}"))
    many = [New(f"{number // 2}", f"{number}", f"{number}".encode()) for number in range(2 * PUT_AT_ONCE + 1)]
    assert all(await put(sending.token, *many))
    assert await sending.outbox.told(["a", "7", "b"]) == {("x", "a+"), ("x", "a-"), ("x", "14"), ("x", "15")}
    waiting = [one.message for one in await sending.outbox.waiting("x", 1000)]
    assert waiting == [b"begins", b"ends", *(one.message for one in many)]


async def test_what_was_on_its_way_when_another_one_came_to_lead_does_not_undo_what_that_one_began(
    sending: Sending,
) -> None:
    async with listening() as there:
        there.answer = lambda: asyncio.sleep(0.3, 204)
        sending.start("leads", there.url)
        await sending.put("leads", "one")
        await until(lambda: there.asked == 1)
        token = await sending.next_token()
        await sending.outbox.add("leads", msgspec.json.encode(msgspec.structs.replace(HELLO, id="two")))
        _, two = await sending.outbox.waiting("leads", 10)
        await sending.outbox.begin(token, "leads", [two.id])  # by the other one
        async with asyncio.timeout(60):
            while await sending.outbox.waiting("leads", 10) != [two]:
                await asyncio.sleep(0.02)
        assert await sending.outbox.begun("leads") == [two.id]
