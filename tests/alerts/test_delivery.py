"""Messages arrive at least once and in order, signed, whatever the receiver does; one that hangs delays no other."""

import asyncio
import base64
import hmac
import socket
import time
from collections.abc import AsyncIterator, Sequence
from email import message_from_bytes, policy
from typing import Any

import msgspec
import pytest

from tests.alerts.there import HELLO, HERE, KEY, Post, Sending, listening, mail_server, now_ms, until
from tests.hostile import NAMES
from wallboard.alerts import delivery as delivering
from wallboard.alerts import pacing
from wallboard.alerts.deliveries import Deliveries
from wallboard.alerts.notify import Undelivered, apprise, mail, webhook
from wallboard.core.errors import LeaseLost, StreamUnavailable
from wallboard.receivers import Receiver
from wallboard.record.ownchannels import CODE_MS
from wallboard.stream.outbox import PUT_AT_ONCE, New, Waiting


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
        await until(lambda: there.titles == ["one"])


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
            await sending.outbox.put(token, "leads", [New(title, msgspec.json.encode(message))])
        sending.start("leads", there.url)
        await asyncio.sleep(0.5)  # many looks
        assert there.asked == 0
        sending.token = token
        await until(lambda: len(there.got) == 2)


async def test_it_is_put_once_only_after_what_it_needs_and_only_by_who_leads(sending: Sending) -> None:
    async def put(token: int, *messages: New) -> list[bool]:
        return await sending.outbox.put(token, "x", messages)

    begins, ends = New("a+", b"begins"), New("a-", b"ends", needs="a+")
    assert await put(sending.token, ends) == [False]
    assert await put(sending.token, begins, begins, ends, New("b-", b"", needs="b+")) == [True, False, True, False]
    assert await put(sending.token, ends, begins) == [False, False]
    with pytest.raises(LeaseLost):
        await put(sending.token - 1, New("b+", b"{}"))
    many = [New(f"{number}", f"{number}".encode()) for number in range(2 * PUT_AT_ONCE + 1)]
    assert all(await put(sending.token, *many))
    waiting = [one.message for one in await sending.outbox.waiting("x", 1000)]
    assert waiting == [b"begins", b"ends", *(one.message for one in many)]


async def test_what_is_never_taken_is_given_up_and_kept(sending: Sending) -> None:
    async with listening() as there:
        there.answer = lambda: 410
        sending.start("leads", there.url)
        await sending.put("leads", "one")
        async with asyncio.timeout(60):
            while not await sending.outbox.dead():
                await asyncio.sleep(0.02)
        assert list[Waiting](await sending.outbox.waiting("leads", 10)) == []


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
    assert await sending.outbox.dead() == 0
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
        assert await sending.outbox.dead() == 0


async def test_what_is_held_waits_and_holds_up_nothing_behind_it(
    sending: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much is held: three at once are read here, and five wait in front."""
    monkeypatch.setattr(delivering, "AT_ONCE", 3)
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


async def test_mail_arrives_with_the_title_as_its_subject() -> None:
    with mail_server() as (post, url):
        hostile = msgspec.structs.replace(HELLO, title="Підтримка: 7\r\nBcc: evil@example.com")
        await mail.send(Receiver("leads", "mail", url, allow=HERE), hostile)
    found = message_from_bytes(post.got[0], policy=policy.default)
    assert found["Subject"] == "Підтримка: 7 Bcc: evil@example.com"
    assert found["To"] == "leads@example.com, boss@example.com"
    assert found["Bcc"] is None


async def test_whatever_a_queue_is_called_its_mail_is_plain_text_that_says_so() -> None:
    with mail_server() as (post, url):
        for name in NAMES:
            told = msgspec.structs.replace(HELLO, title=f"{name}: waiting 7", text=f"Do: {name}")
            await mail.send(Receiver("leads", "mail", url, allow=HERE), told)
    for name, content in zip(NAMES, post.got, strict=True):
        found = message_from_bytes(content, policy=policy.default)
        assert found["Subject"] == " ".join(f"{name}: waiting 7".split())
        assert (found.get_content_type(), found.is_multipart()) == ("text/plain", False)
        assert f"Do: {name}" in found.get_content()
        assert sorted(found.keys()) == sorted([*HEADERS, "Subject"])


HEADERS = ("From", "To", "Date", "Message-ID", "Content-Type", "Content-Transfer-Encoding", "MIME-Version")


async def test_a_mail_server_that_is_away_is_said_so() -> None:
    with pytest.raises(Undelivered, match="refused"):
        await mail.send(Receiver("leads", "mail", "smtp://127.0.0.1:9/?from=a@b.c&to=d@e.f", allow=HERE), HELLO)


def name_here(monkeypatch: pytest.MonkeyPatch) -> str:
    """A name that is this machine."""

    async def look_up(host: str, port: int, **_: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up, raising=False)
    return "mail.house.example"


async def test_of_a_mail_server_with_several_addresses_each_is_tried_and_all_are_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first refuses, the second hangs up instead of a greeting, the third takes it; the mail comes once."""
    found = ["127.0.0.2", "127.0.0.3", "127.0.0.1"]

    async def look_up(host: str, port: int, **_: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up, raising=False)
    called: list[str] = []

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.append("127.0.0.3")
        writer.close()

    with mail_server() as (post, url):
        port = int(url.split(":")[2].partition("/")[0])
        named = Receiver("leads", "mail", url.replace("127.0.0.1", "mail.example"), allow=HERE)
        async with await asyncio.start_server(hang_up, "127.0.0.3", port):
            await mail.send(named, HELLO)
        assert (len(post.got), called) == (1, ["127.0.0.3"])
        found.append("10.1.2.3")
        with pytest.raises(Undelivered, match=r"10\.1\.2\.3, an address in the house"):
            await mail.send(named, HELLO)
    assert len(post.got) == 1


async def test_a_webhook_reaches_the_second_address_where_the_first_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    async def look_up(host: str, port: int, **_: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in ("127.0.0.2", "127.0.0.1")]

    async with listening() as there:
        with monkeypatch.context() as patched:
            patched.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up, raising=False)
            named = there.url.replace("127.0.0.1", "hooks.example")
            await webhook.send(Receiver("leads", "webhook", named, KEY, allow=HERE), HELLO)
        assert there.titles == [HELLO.title]


async def test_mail_goes_to_no_server_in_the_house_that_is_not_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server() as (post, url):
        named = url.replace("127.0.0.1", name_here(monkeypatch))
        for there in (url, named):
            with pytest.raises(Undelivered, match="an address in the house: name its network in `allow`"):
                await mail.send(Receiver("leads", "mail", there), HELLO)
        await mail.send(Receiver("leads", "mail", named, allow=HERE), HELLO)
    assert len(post.got) == 1


async def test_tls_is_asked_for_under_the_name_and_not_under_the_address_that_was_looked_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = name_here(monkeypatch)
    got: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello = await reader.read(4096)
        if not got.done():
            got.set_result(hello)
        writer.close()

    async with await asyncio.start_server(hear, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Undelivered):
            url = f"smtps://{name}:{port}/?from=a@b.c&to=d@e.f"
            await mail.send(Receiver("leads", "mail", url, allow=HERE), HELLO)
        assert name.encode() in await got


async def test_apprise_sends_to_what_it_knows_and_refuses_the_rest() -> None:
    async with listening() as there:
        url = there.url.replace("http://", "json://")
        with pytest.raises(Undelivered, match="an address in the house: name its network in `allow`"):
            await apprise.send(Receiver("leads", "apprise", url), HELLO)
        assert there.got == []
        await apprise.send(Receiver("leads", "apprise", url, allow=HERE), HELLO)
        assert msgspec.json.decode(there.got[0][1])["title"] == HELLO.title
    with pytest.raises(Undelivered) as refused:
        await apprise.send(Receiver("leads", "apprise", "nonsense://x"), HELLO)
    assert refused.value.for_good


@pytest.mark.parametrize(("send", "scheme"), [(webhook.send, "http"), (apprise.send, "json")])
@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_nobody_is_told_where_a_receiver_points_to(send: Any, scheme: str, status: int) -> None:
    """A redirect would lead past the look at the address."""
    async with listening() as there, listening() as elsewhere:
        there.moved, there.answer = elsewhere.url, lambda: status
        url = there.url.replace("http", scheme, 1)
        with pytest.raises(Undelivered):
            await send(Receiver("leads", "webhook" if scheme == "http" else "apprise", url, KEY, allow=HERE), HELLO)
        assert elsewhere.got == []


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
