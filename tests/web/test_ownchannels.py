"""/alerts/channels: a lead adds, proves, tries, changes and removes own channels; nobody else sees where they are."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import msgspec
import pytest

from tests.alerts.there import HELLO, HERE, leading
from tests.telegram import CHAT, NAME, TOKEN, telegram
from wallboard.alerts.message import Message
from wallboard.core.errors import RecordUnavailable
from wallboard.core.rules import Rule
from wallboard.core.settings import Settings
from wallboard.receivers import Kind, Receiver
from wallboard.record.ownchannels import MOST
from wallboard.standard import key_of
from wallboard.stream.outbox import Waiting
from wallboard.web.channeloutbox import AT_ONCE
from wallboard.web.words import LANGUAGES

PAGE, API = "/alerts/channels", "/api/v1/alerts/channels"
PATTERNS: dict[Kind, Receiver] = {
    "mail": Receiver("boss", "mail", "smtp://u:house-pw@mail.example/?from=w@example.com&to=b@example.com"),
    "telegram": Receiver("leads", "telegram", f"telegram://{TOKEN}@{CHAT}"),
    "webhook": Receiver("own:", "webhook", ""),
    "apprise": Receiver("own:", "apprise", ""),
}
HOOK = "https://hook.example/very-secret-path"


class Lead:
    """Somebody who is signed in, as their browser asks."""

    def __init__(self, served: Any, headers: dict[str, str]) -> None:
        self._served, self._headers = served, headers

    async def __call__(self, method: str, path: str = API, **said: Any) -> httpx.Response:
        answer: httpx.Response = await self._served.anonymous.request(method, path, headers=self._headers, **said)
        return answer

    async def add(self, kind: str, **more: Any) -> dict[str, Any]:
        answer = await self("POST", json={"kind": kind, **more})
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def listed(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self("GET")).json()["channels"]
        return found

    async def page(self, language: str = "en") -> str:
        answer = await self._served.anonymous.get(PAGE, headers={**self._headers, "accept-language": language})
        assert answer.status_code == 200
        return str(answer.text)


async def lead(served: Any, name: str = "Olena", role: str = "lead", **bound: Any) -> Lead:
    return Lead(served, await served.headers_of(name, role, **bound))


@pytest.fixture
async def told(config: Any, served_elsewhere: Any) -> AsyncIterator[Any]:
    async with served_elsewhere(replace(config, own_channels=dict(PATTERNS))) as served:
        yield served


async def messages(served: Any, channel: str) -> list[Message]:
    waiting = await served.parts.outbox.waiting(f"own:{channel}", 10)
    return [msgspec.json.decode(one.message, type=Message) for one in waiting]


def code_in(message: Message) -> str:
    [code] = set(re.findall(r"\b[A-Z2-9]{5}-[A-Z2-9]{5}\b", message.title + message.text))
    return str(code)


async def trail(served: Any) -> list[Any]:
    lines = await asyncio.to_thread(served.parts.audit.read)
    return [one for one in reversed(lines) if one.what.startswith("channel.")]


async def test_a_mail_address_is_told_nothing_but_a_code_until_that_comes_back(told: Any) -> None:
    olena = await lead(told)
    made = await olena.add("mail", address=" olena@example.com ")
    assert list(made) == ["id"], "the code goes to the address alone"
    [message] = await messages(told, made["id"])
    assert (message.type, code_in(message) in message.title) == ("confirm", True)
    address = f"{API}/{made['id']}"
    assert (await olena("POST", f"{address}/test")).status_code == 409
    wrong = await olena("POST", f"{address}/confirm", json={"code": "AAAAA-AAAAA"})
    assert (wrong.status_code, wrong.json()["at"]) == (422, "$.code")
    assert "look again, or ask for a new one" in wrong.json()["detail"], "what was mistyped needs no new code"
    assert (await olena.listed())[0]["confirmed"] is None
    assert "Code from the message" in await olena.page()
    right = await olena("POST", f"{address}/confirm", json={"code": code_in(message).lower()})
    assert (right.status_code, right.json()) == (200, {"id": made["id"]})
    assert (await olena.listed())[0]["confirmed"]
    assert (await olena("POST", f"{address}/confirm", json={"code": code_in(message)})).status_code == 409
    assert (await olena("POST", f"{address}/test")).status_code == 202
    assert (await olena("POST", f"{address}/test")).status_code == 409, "one waits already"
    test = (await messages(told, made["id"]))[1]
    assert (test.type, test.text) == ("test", "Messages to 'Olena' arrive here.")
    assert [line.what for line in await trail(told)] == [
        "channel.added", "channel.code", "channel.confirmed", "channel.tested",
    ]  # fmt: skip
    assert "olena@example.com" not in str(await trail(told))


async def test_a_new_code_makes_the_last_one_void_and_is_not_sent_for_ever(told: Any) -> None:
    olena = await lead(told)
    made = await olena.add("mail", address="olena@example.com")
    address = f"{API}/{made['id']}"
    assert (await olena("POST", f"{address}/code")).status_code == 201
    first, second = await messages(told, made["id"])
    assert (await olena("POST", f"{address}/confirm", json={"code": code_in(first)})).status_code == 422
    for _ in range(AT_ONCE - 2):
        assert (await olena("POST", f"{address}/code")).status_code == 201
    full = await olena("POST", f"{address}/code")
    assert (full.status_code, int(full.headers["retry-after"]) > 60) == (429, True)
    assert (await olena("POST", json={"kind": "mail", "address": "other@example.com"})).status_code == 429
    assert len(await olena.listed()) == 1
    ivan = await lead(told, "Ivan")
    await ivan.add("mail", address="ivan@example.com")
    assert code_in(second) != code_in(first)


async def test_a_webhook_has_its_secret_shown_once_and_its_address_never(told: Any) -> None:
    olena = await lead(told)
    made = await olena.add("webhook", address=HOOK, least="critical", quiet="22:00-06:00")
    assert len(key_of(made["secret"])) == 32
    [row] = await olena.listed()
    assert (row["to"], row["least"], row["quiet"], bool(row["confirmed"])) == (
        "hook.example", "critical", "22:00-06:00", True,
    )  # fmt: skip
    whole = await olena.page() + str(await olena.listed()) + str(await trail(told))
    whole += (await olena("GET", "/alerts/delivery")).text + (await olena("GET", "/api/v1/delivery")).text
    assert not [one for one in (made["secret"], "very-secret-path", "house-pw", TOKEN) if one in whole]


async def test_telegram_is_linked_by_a_code_that_the_bot_is_sent(config: Any, served_elsewhere: Any) -> None:
    async with telegram() as there:
        patterns = {"telegram": Receiver("leads", "telegram", there.url, allow=HERE)}
        async with served_elsewhere(replace(config, own_channels=patterns)) as served:
            olena = await lead(served)
            refused = await olena("POST", json={"kind": "telegram", "address": "12345"})
            assert (refused.status_code, refused.json()["at"]) == (422, "$.address")
            made = await olena.add("telegram")
            plain = made["code"].replace("-", "")
            assert made["link"] == f"https://t.me/{NAME}?start={plain}"
            assert "Not linked yet" in await olena.page()
            again = (await olena("POST", f"{API}/{made['id']}/code")).json()
            assert again["code"] != made["code"]
            assert len(there.of("getMe")) == 1, "its name is kept"
            assert TOKEN not in str(again) + str(made) + await olena.page()
            [one] = await asyncio.to_thread(served.parts.own_channels.all)
            assert await asyncio.to_thread(served.parts.own_channels.waiting, plain, served.parts.clock_ms()) is None
            await asyncio.to_thread(
                lambda: served.parts.own_channels.link(again["code"], "987", by="Olena", now_ms=one.code_ms or 0)
            )
            [row] = await olena.listed()
            assert (row["to"], bool(row["confirmed"])) == ("", True), "no number of a chat"


async def test_where_telegram_does_not_answer_the_code_alone_is_shown(told: Any) -> None:
    told.parts.config.own_channels["telegram"] = Receiver("x", "telegram", f"telegram://{TOKEN}@7?api=http://127.0.0.1")
    made = await (await lead(told)).add("telegram")
    assert set(made) == {"id", "code"}


async def test_it_is_changed_and_removed_by_its_lead_alone_and_removed_by_an_administrator(told: Any) -> None:
    olena, ivan, admin = await lead(told), await lead(told, "Ivan"), await lead(told, "Anna", "admin")
    made = await olena.add("webhook", address=HOOK)
    address = f"{API}/{made['id']}"
    await olena("POST", f"{address}/test")
    for who in (ivan, admin):
        assert (await who.listed(), (await who("PATCH", address, json={"least": "critical"})).status_code) == ([], 404)
        assert (await who("POST", f"{address}/test")).status_code == 404
    assert (await ivan("DELETE", address)).status_code == 404
    assert (await olena("PATCH", address, json={"quiet": "at night"})).status_code == 422
    assert (await olena("PATCH", address, json={"least": "grave"})).status_code == 422
    assert (await olena("PATCH", address, json={"least": "warning", "quiet": "22:00-06:00"})).status_code == 200
    assert (await olena("PATCH", address, json={"quiet": None})).status_code == 200
    [row] = await olena.listed()
    assert (row["least"], row["quiet"], row["waiting"]) == ("warning", None, 1)
    assert (await admin("DELETE", address)).status_code == 200
    assert await olena.listed() == []
    assert await messages(told, made["id"]) == [], "what waited for it is gone"
    assert [(line.who, line.what) for line in await trail(told)][-1] == ("Anna", "channel.removed")
    assert (await olena("DELETE", address)).status_code == 404


async def test_there_are_a_few_each_and_only_what_can_be_meant_is_taken(told: Any) -> None:
    olena = await lead(told)
    for kind, address in (
        ("mail", "no address"), ("webhook", "http://hook.example/"), ("webhook", "https://10.0.0.1/"),
        ("webhook", "https://localhost/"), ("apprise", "https://hook.example/"), ("mail", None),
    ):  # fmt: skip
        refused = await olena("POST", json={"kind": kind, **({"address": address} if address else {})})
        assert (refused.status_code, refused.json()["at"]) == (422, "$.address"), (kind, address)
    for nth in range(MOST):
        await olena.add("webhook", address=f"{HOOK}{nth}")
    assert (await olena("POST", json={"kind": "webhook", "address": f"{HOOK}x"})).status_code == 409
    assert f"You have {MOST}" in await olena.page()
    assert (await olena("POST", json={"kind": "fax"})).status_code == 422


async def test_what_the_file_does_not_allow_is_not_added_and_told_nothing(told: Any) -> None:
    olena = await lead(told)
    made = await olena.add("webhook", address=HOOK)
    told.parts.config.own_channels.clear()  # as a changed file does
    assert (await olena("POST", json={"kind": "webhook", "address": f"{HOOK}2"})).status_code == 409
    assert (await olena("POST", f"{API}/{made['id']}/test")).status_code == 409
    [row] = await olena.listed()
    assert row["off"]
    page = await olena.page()
    assert "Switched off" in page
    assert "docs/notify.md" in page
    assert (await olena("DELETE", f"{API}/{made['id']}")).status_code == 200


async def test_what_the_house_has_no_server_for_is_named_and_nothing_else(config: Any, served_elsewhere: Any) -> None:
    for missing in ((), ("mail",), ("telegram",), ("mail", "telegram")):
        patterns = {kind: one for kind, one in PATTERNS.items() if kind not in missing}
        async with served_elsewhere(replace(config, own_channels=patterns)) as served:
            page = await (await lead(served)).page()
            page = page.partition('id="words"')[0]
            assert ("E-mail can be added once" in page) is ("mail" in missing)
            assert ("Telegram can be added once" in page) is ("telegram" in missing)


async def test_a_lead_is_not_told_to_write_the_file(told: Any) -> None:
    olena = await lead(told)
    made = await olena.add("webhook", address=HOOK)
    reason = "hook.example is 10.0.0.5, an address in the house: name its network in `allow`"
    await told.parts.outbox.failed(await leading(told.parts.outbox), f"own:{made['id']}", reason, 7)
    [row] = await olena.listed()
    assert row["reason"] == reason.replace("name its", "ask an administrator to name its") + " of [channels]"


async def test_programs_viewers_and_agents_have_none(told: Any) -> None:
    for role in ("viewer", "agent"):
        who = await lead(told, f"N {role}", role)
        assert [(await who("GET", path)).status_code for path in (PAGE, API)] == [403, 403]
    assert (await told.http.post(API, json={"kind": "webhook", "address": HOOK})).status_code == 403


async def test_whoever_leads_all_sees_at_delivery_whose_there_are_and_how_they_go_but_not_where(told: Any) -> None:
    olena = await lead(told, teams=["one"])
    ivan, boss, admin = (
        await lead(told, "Ivan", teams=["two"]),
        await lead(told, "Boss"),
        await lead(told, "A", "admin"),
    )
    hook = await olena.add("webhook", address=HOOK)
    mail = await olena.add("mail", address="olena@example.com")
    parts, token = told.parts, await leading(told.parts.outbox)
    await parts.outbox.failed(token, f"own:{hook['id']}", "… is not found", 7)
    await parts.outbox.bury(
        token, f"own:{hook['id']}", [Waiting("0-1", 1, msgspec.json.encode(HELLO))], "it answers 410"
    )
    code = msgspec.structs.replace(HELLO, type="confirm", title="CODE")
    await parts.outbox.bury(token, f"own:{mail['id']}", [Waiting("0-1", 1, msgspec.json.encode(code))], "refused")
    for who in (olena, boss, admin):
        found = (await who("GET", "/api/v1/delivery")).json()
        assert [(one["person"], one["kind"], one["held"], one["reason"]) for one in found["own"]] == [
            ("Olena", "webhook", None, "… is not found"), ("Olena", "mail", "confirm", None),
        ]  # fmt: skip
        assert [(one["person"], one["title"]) for one in found["dead"]] == [("Olena", HELLO.title)]
        page = (await who("GET", "/alerts/delivery")).text
        assert "own channel, Webhook" in page
        assert "own channel, E-mail" in page
        assert not [one for one in ("olena@example.com", "hook.example", "CODE") if one in page + str(found)]
    hidden = (await ivan("GET", "/api/v1/delivery")).json()
    assert (hidden["own"], hidden["dead"]) == ([], [])
    [letter] = (await olena("GET", "/api/v1/delivery")).json()["dead"]
    assert (await ivan("POST", f"/api/v1/delivery/dead/{letter['id']}/retry")).status_code == 404
    assert (await olena("POST", f"/api/v1/delivery/dead/{letter['id']}/retry")).status_code == 202
    person = await asyncio.to_thread(parts.people.named, "Olena")
    await asyncio.to_thread(lambda: parts.people.change(person.id, by="x", now_ms=1, role="viewer"))
    assert [one["held"] for one in (await boss("GET", "/api/v1/delivery")).json()["own"]] == ["person", "person"]


async def test_whoever_goes_on_duty_and_is_told_nowhere_is_told_so_with_the_way(told: Any) -> None:
    olena = await lead(told)

    async def is_reached() -> tuple[bool, bool]:
        answer = await olena("POST", "/api/v1/duty", json={"until": "1h"})
        page = (await olena("GET", "/alerts")).text
        return answer.json()["reached"], "Nothing tells you of alerts outside this page" not in page

    assert await is_reached() == (False, False)
    mail = await olena.add("mail", address="olena@example.com")
    assert await is_reached() == (False, False), "it is not confirmed"
    [message] = await messages(told, mail["id"])
    await olena("POST", f"{API}/{mail['id']}/confirm", json={"code": code_in(message)})
    assert await is_reached() == (True, True)
    del told.parts.config.own_channels["mail"]
    assert await is_reached() == (False, False), "the file allows none any more"
    for path in ("/alerts", "/me"):
        assert f'href="{PAGE}"' in (await olena("GET", path)).text


async def test_a_receiver_of_the_file_reaches_too(config: Any, served_elsewhere: Any) -> None:
    own = {"olena": Receiver("olena", "webhook", HOOK, b"k" * 32, person="Olena")}
    async with served_elsewhere(replace(config, receivers=own)) as served:
        olena = await lead(served)
        assert (await olena("POST", "/api/v1/duty", json={"until": "1h"})).json()["reached"]


async def test_while_the_record_is_away_nothing_is_promised_and_delivery_still_answers(
    told: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    olena = await lead(told)
    await olena.add("webhook", address=HOOK)

    def away(*_: Any, **__: Any) -> None:
        raise RecordUnavailable("away")

    for name in ("all", "of", "add"):
        monkeypatch.setattr(told.parts.own_channels, name, away)
    assert (await olena("GET", PAGE)).status_code == 503
    assert (await olena("POST", json={"kind": "webhook", "address": f"{HOOK}2"})).status_code == 503
    assert (await olena("GET", "/api/v1/delivery")).json()["own"] == []
    assert (await olena("POST", "/api/v1/duty", json={"until": "1h"})).json()["reached"], "nobody can say otherwise"


async def test_it_says_so_while_no_rule_names_whoever_is_on_duty(config: Any, served_elsewhere: Any) -> None:
    rule = {"metric": "waiting", "queues": ["*"], "raise": "> 0", "notify": ["on-duty"]}
    for settings, says in ((Settings(), True), (Settings(alert={"wait": msgspec.convert(rule, Rule)}), False)):
        async with served_elsewhere(replace(config, settings=settings, own_channels=PATTERNS)) as served:
            served.parts.pipeline.floor.ground.settings = settings  # as the leading worker tells it
            page = (await (await lead(served)).page()).partition('id="words"')[0]
            assert ("No alert rule names" in page) is says


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_is_in_every_language_and_no_address_becomes_markup(told: Any, language: str) -> None:
    olena = await lead(told)
    await olena.add("webhook", address="https://hook.example/<script>alert(1)</script>")
    await olena.add("mail", address="o'{{7*7}}&@example.com")
    outbox = told.parts.outbox
    await outbox.failed(
        await leading(outbox), f"own:{(await olena.listed())[0]['id']}", "<img src=x onerror=alert(1)>", 7
    )
    page = await olena.page(language)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "o&#39;{{7*7}}&amp;@example.com" in page
    text = re.sub(r"<script.*?</script>|<[^>]+>", "", page, flags=re.DOTALL)
    assert not re.search(r"(?<!/)channels\.", text), "each word is there"


async def test_a_receiver_of_the_file_that_is_theirs_stands_there_and_not_that_they_have_none(
    config: Any, served_elsewhere: Any
) -> None:
    """It said that nothing told her of alerts, though an administrator had written one with her name."""
    desk = Receiver("desk", "webhook", HOOK, b"k" * 32, "warning", "22:00-06:00", person="Olena")
    async with served_elsewhere(replace(config, receivers={"desk": desk})) as served:
        olena, ivan = await lead(served), await lead(served, "Ivan")
        page = await olena.page()
        assert 'id="none"' not in page
        assert re.search(r"Webhook <small><bdi>desk</bdi></small>", page)
        assert "an administrator wrote it into wallboard.toml" in page
        assert "Tell me of: warnings and what is critical; quiet 22:00-06:00" in page
        assert HOOK not in page
        found = (await olena("GET")).json()["in_file"]
        assert found == [{"name": "desk", "kind": "webhook", "least": "warning", "quiet": "22:00-06:00"}]
        assert 'id="none"' in await ivan.page()
        assert (await ivan("GET")).json()["in_file"] == []
