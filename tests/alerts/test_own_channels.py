"""What a lead adds on the page is told by the real processes: mail, a chat and a webhook, over a kill -9, until they
lead no more."""

import asyncio
import time
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path
from signal import SIGKILL
from typing import Any

import httpx
from redis.asyncio import Redis

from tests.alerts.pair import HASTY, PATIENCE_S, Pair
from tests.alerts.there import There, listening, mail_server
from tests.telegram import TOKEN, telegram
from wallboard.record.database import open_record
from wallboard.record.people import Bound, People
from wallboard.stream.keys import Keys
from wallboard.stream.signin import SignIn

CHAT, MAIL = 987654321, "olena.k@example.com"
CHANNELS = "/api/v1/alerts/channels"
CONFIG = """
[notify.house]
url = "{mail}"
allow = ["127.0.0.0/8"]
[notify.bot]
url = "{bot}"
allow = ["127.0.0.0/8"]
[notify.boss]
url = "{boss}"
secret = "whsec_a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="
allow = ["127.0.0.0/8"]
[channels]
allow = ["127.0.0.0/8"]
[alert.wait]
metric = "waiting"
queues = ["*"]
raise = "> 0"
when = "always"
action = "Help"
notify = ["on-duty", "boss"]
escalate = "1h"
"""


async def until(true: Callable[[], Any], log: Callable[[], str]) -> Any:
    until_s = time.monotonic() + PATIENCE_S
    while not (found := true()):
        assert time.monotonic() < until_s, log()
        await asyncio.sleep(0.05)
    return found


async def test_an_own_channel_is_told_as_a_receiver_of_the_file_is(
    tmp_path: Path, redis_url: str, namespace: str, redis: Redis
) -> None:
    people = People(open_record(tmp_path))
    people.first(1)
    olena = people.add("Olena", "lead", Bound(), by="tests", now_ms=1)
    async with telegram() as bot, listening() as hook, listening() as boss:
        with mail_server() as (post, mail):
            pair = Pair(tmp_path, redis_url, namespace, CONFIG.format(mail=mail, bot=bot.url, boss=boss.url), HASTY)
            async with pair.running(), httpx.AsyncClient(base_url=pair.url, timeout=60) as lead:
                await _sign_in(lead, SignIn(redis, Keys(namespace)), olena.id)
                secret = await _add_all(lead, hook, bot, post, pair)
                on = await lead.post("/api/v1/duty", json={"until": "4h"})
                assert on.json()["reached"], on.text

                await _queued(pair, "alpha")
                await until(lambda: _told("alpha", hook, post, bot) == (1, 1, 1), pair.log)
                await pair.both_know()
                await pair.restart_leader(SIGKILL)
                await _queued(pair, "beta")
                await until(lambda: min(_told("beta", hook, post, bot)) >= 1, pair.log)
                assert boss.titles == [], "nobody is passed over who has a channel, also just after a start"

                [alert] = [one["id"] for one in await _open(lead) if one["of"] == "beta"]
                bot.press(f"assign {alert}", CHAT, id=CHAT)
                async with asyncio.timeout(PATIENCE_S):
                    while "Olena (Telegram)" not in str(taken := await _open(lead)):
                        await asyncio.sleep(0.1)
                assert [one["id"] for one in taken if one["mine"]] == [alert], "it is hers on the page too"

                people.change(olena.id, by="tests", now_ms=2, role="viewer")
                await asyncio.sleep(5)  # two looks of the worker at the record
                await _queued(pair, "gamma")
                await until(lambda: [one for one in boss.titles if "gamma" in one], pair.log)
                assert _told("gamma", hook, post, bot) == (0, 0, 0), "whoever leads no more is told nothing there"
            assert pair.failures() == []
            log = pair.log()
            assert not [one for one in (secret, MAIL, TOKEN, TOKEN.partition(":")[2]) if one in log]


async def _sign_in(lead: httpx.AsyncClient, signin: SignIn, person: str) -> None:
    answer = await lead.post("/signin", json={"code": await signin.issue(person)})
    assert answer.status_code == 200
    lead.headers["origin"] = str(lead.base_url).rstrip("/")


async def _add_all(lead: httpx.AsyncClient, hook: There, bot: Any, post: Any, pair: Pair) -> str:
    """A webhook, mail with its code, a chat with its own; the secret of the webhook."""
    made = await lead.post(CHANNELS, json={"kind": "webhook", "address": hook.url})
    assert made.status_code == 201, made.text
    mail = (await lead.post(CHANNELS, json={"kind": "mail", "address": MAIL})).json()["id"]
    [content] = await until(lambda: list(post.got), pair.log)
    found = message_from_bytes(content, policy=policy.default)
    assert (found["To"], found["From"]) == (MAIL, "wall@example.com")
    confirmed = await lead.post(f"{CHANNELS}/{mail}/confirm", json={"code": str(found["Subject"]).split()[0]})
    assert confirmed.status_code == 200, confirmed.text
    chat = (await lead.post(CHANNELS, json={"kind": "telegram"})).json()
    bot.say(f"/start {chat['code']}", chat=-1001, kind="supergroup")  # a group has many in it
    bot.say("hello there", chat=5)
    bot.say("AAAAA-AAAAA", chat=6)
    bot.say(f"/start {chat['link'].partition('=')[2]}", CHAT)
    said = await until(
        lambda: {one["chat_id"]: one["text"] for one in bot.of("sendMessage") if one["chat_id"] == CHAT}, pair.log
    )
    assert said[CHAT].startswith("Linked")
    answers = [one["chat_id"] for one in bot.of("sendMessage")]
    assert answers == [6, CHAT], "who is in a group, or just talks, is not answered"
    bot.say(f"/start {chat['code']}", 7)
    await until(lambda: [one for one in bot.of("sendMessage") if one["chat_id"] == 7], pair.log)
    rows = (await lead.get(CHANNELS)).json()["channels"]
    assert [bool(one["confirmed"]) for one in rows] == [True, True, True]
    await asyncio.sleep(5)  # two looks of the worker at the record
    secret: str = made.json()["secret"]
    return secret


async def _queued(pair: Pair, queue: str) -> None:
    now_ms = time.time_ns() // 1_000_000
    await pair.tell([
        {"type": "contact.queued", "contact": queue, "queue": queue, "source": "pbx", "time": now_ms, "id": f"{queue}+"}
    ])  # fmt: skip


async def _open(lead: httpx.AsyncClient) -> list[dict[str, Any]]:
    answer = await lead.get("/api/v1/alerts")
    found: list[dict[str, Any]] = answer.json()["open"]
    return found


def _told(queue: str, hook: There, post: Any, bot: Any) -> tuple[int, int, int]:
    """How many messages of this queue the webhook, the mail address and the chat got."""
    subjects = [message_from_bytes(one, policy=policy.default) for one in post.got]
    return (
        len([one for one in hook.titles if queue in one]),
        len([one for one in subjects if queue in one["Subject"] and one["To"] == MAIL]),
        len([one for one in bot.of("sendMessage") if queue in one["text"] and one["chat_id"] == CHAT]),
    )
