"""/alerts/delivery: leads see what was not delivered, send it again, try a receiver; each is in the audit trail."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from redis.asyncio import Redis

from tests.alerts.there import HELLO, Sending, leading, listening, quick
from tests.waiting import until
from wallboard.alerts.pacing import Coming, Memory
from wallboard.commands.given import Given
from wallboard.commands.inforce import InForce
from wallboard.receivers import Receiver
from wallboard.stream.keys import Keys
from wallboard.stream.outbox import Waiting
from wallboard.web.words import LANGUAGES

PAGE, API = "/alerts/delivery", "/api/v1/delivery"
SECRET = "https://hooks.example/very-secret"
RECEIVERS = {name: Receiver(name, "webhook", SECRET, b"k" * 32) for name in ("boss", "leads")}


@pytest.fixture
async def told(config: Any, served_elsewhere: Any) -> AsyncIterator[Any]:
    async with served_elsewhere(replace(config, receivers=RECEIVERS)) as served:
        yield served


@pytest.fixture
async def sending(redis: Redis, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Sending]:
    async with quick(redis, keys, monkeypatch) as sending:
        yield sending


async def bury(served: Any, receiver: str = "leads", reason: str = "it answers 410", **more: Any) -> str:
    """The id of the letter."""
    message = msgspec.json.encode(msgspec.structs.replace(HELLO, **more))
    outbox = served.parts.outbox
    await outbox.bury(await leading(outbox), receiver, [Waiting("0-1", 1, message)], reason)
    [letter, *_] = await served.parts.outbox.letters.newest(10)
    found: str = letter.id
    return found


async def test_what_was_given_up_is_sent_again_by_a_lead_and_stands_in_the_trail(told: Any) -> None:
    letter = await bury(told)
    headers = await told.headers_of("Olena", "lead")
    page = (await told.anonymous.get(PAGE, headers=headers)).text
    assert HELLO.title.replace(">", "&gt;") in page
    assert "it answers 410" in page
    assert SECRET not in page
    answer = await told.anonymous.post(f"{API}/dead/{letter}/retry", headers=headers)
    assert (answer.status_code, answer.json()) == (202, {"receiver": "leads"})
    [waiting] = await told.parts.outbox.waiting("leads", 10)
    assert msgspec.json.decode(waiting.message)["title"] == HELLO.title
    assert (await told.http.get(API)).json()["dead"] == []
    assert (await told.anonymous.post(f"{API}/dead/{letter}/retry", headers=headers)).status_code == 404, "only once"
    [line] = [one for one in await asyncio.to_thread(told.parts.audit.read) if one.what == "letter.retried"]
    assert (line.who, line.detail["id"]) == ("Olena", HELLO.title)


async def test_a_test_message_waits_once_and_arrives(told: Any, sending: Sending) -> None:
    assert (await told.http.post(f"{API}/nobody/test")).status_code == 404
    assert (await told.http.post(f"{API}/leads/test")).status_code == 202
    assert (await told.http.post(f"{API}/leads/test")).status_code == 409, "one waits already"
    assert [one["waiting"] for one in (await told.http.get(API)).json()["receivers"]] == [0, 1]
    async with listening() as there:
        there.answer = lambda: 500
        sending.start("leads", there.url)
        row = (await told.until(API, lambda said: said["receivers"][1]["reason"]))["receivers"][1]
        assert (row["name"], row["reason"], row["taken"]) == ("leads", "it answers 500", None)
        there.answer = lambda: 204
        await until(lambda: there.titles == ["A test message of Wallboard"])
        row = (await told.until(API, lambda said: not said["receivers"][1]["reason"]))["receivers"][1]
    assert row["waiting"] == 0
    assert row["taken"]
    [line] = [one for one in await asyncio.to_thread(told.parts.audit.read) if one.what == "receiver.tested"]
    assert line.detail["id"] == "leads"


async def test_a_receiver_that_is_written_while_all_runs_is_there_at_once(
    config: Any, served_elsewhere: Any, tmp_path: Path
) -> None:
    file = tmp_path / "wallboard.toml"
    file.write_text("[queue.support]\n", encoding="utf-8")
    force = InForce(Given(file, tmp_path / "data", False))
    in_force = force.lasting(config.redis_url).receivers
    async with served_elsewhere(replace(config, receivers=in_force)) as served, force.followed():
        assert (await served.http.get(API)).json()["receivers"] == []
        file.write_text('[notify.boss]\nurl = "smtp://h/?from=a@b.example&to=c@d.example"\n', encoding="utf-8")
        found = await served.until(API, lambda said: said["receivers"])
        assert [one["name"] for one in found["receivers"]] == ["boss"]
        assert "[notify.NAME]" not in (await served.http.get(PAGE)).text
        assert (await served.http.post(f"{API}/boss/test")).status_code == 202


async def test_a_receiver_whose_person_leads_nothing_says_so_at_once(config: Any, served_elsewhere: Any) -> None:
    own = {name: RECEIVERS["boss"]._replace(name=name, person=name) for name in ("Olna", "Olena")}
    async with served_elsewhere(replace(config, receivers=own)) as served:
        headers = await served.headers_of("Olena", "lead")
        known, stranger = (await served.anonymous.get(API, headers=headers)).json()["receivers"]
        assert (known["name"], known["held"], stranger["held"]) == ("Olena", None, "person")
        page = (await served.anonymous.get(PAGE, headers=headers)).text
        assert "its person “Olna” is no account" in page
        assert "Olena <small>webhook · Olena’s</small>" in page
        refused = await served.anonymous.post(f"{API}/Olna/test", headers=headers)
        assert (refused.status_code, "'Olna' is no account" in refused.json()["detail"]) == (409, True)
        assert (await served.anonymous.post(f"{API}/Olena/test", headers=headers)).status_code == 202


async def test_what_is_held_back_in_a_flood_says_why_it_waits(told: Any) -> None:
    outbox, hello = told.parts.outbox, msgspec.json.encode(HELLO)
    mild = msgspec.json.encode(msgspec.structs.replace(HELLO, severity="warning"))
    now_ms = told.parts.clock_ms()

    async def held() -> Any:
        return (await told.http.get(API)).json()["receivers"][1]["held"]

    assert await held() is None, "nothing waits"
    await outbox.add("leads", mild)
    assert await held() is None, "it goes with the sender's next look"
    ten = [(now_ms - 120_000 + one, Coming(f"{one}-1", now_ms - 120_000)) for one in range(10)]
    token = await leading(outbox)
    await outbox.done(token, "leads", ["0-1"], now_ms, msgspec.json.encode(Memory(sent=ten)))
    assert await held() == "full"
    await outbox.done(
        token,
        "leads",
        ["0-1"],
        now_ms,
        msgspec.json.encode(Memory(sent=[(now_ms, ten[0][1])], is_flood=True, came=[now_ms] * 12)),
    )
    await outbox.add("leads", hello)
    assert await held() == "flood"
    assert "A flood of alerts" in (await told.http.get(PAGE)).text


async def test_a_lead_of_some_teams_is_not_told_what_is_about_people(told: Any) -> None:
    """Whatever its number, and although its rule is gone."""
    about = await bury(told, kind="agents", metric="missed_in_row", title="Petro: missed in row 3")
    await bury(told, kind="agents", metric="tags.hostile", rule="gone", title="Petro: hostile 2")
    await bury(told, title="support: waiting 7")
    headers = await told.headers_of("Ivan", "lead", teams=["one"])
    found = (await told.anonymous.get(API, headers=headers)).json()["dead"]
    assert [one["title"] for one in found] == ["support: waiting 7"]
    assert (await told.anonymous.post(f"{API}/dead/{about}/retry", headers=headers)).status_code == 404
    assert len((await told.http.get(API)).json()["dead"]) == 3


async def test_whose_receiver_is_gone_stays_as_it_is(told: Any) -> None:
    letter = await bury(told, receiver="who-left")
    assert (await told.http.post(f"{API}/dead/{letter}/retry")).status_code == 409
    assert not re.search(r"dead/[0-9-]+/retry", (await told.http.get(PAGE)).text)
    assert len((await told.http.get(API)).json()["dead"]) == 1


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_is_in_every_language_and_no_name_becomes_markup(told: Any, language: str) -> None:
    await bury(told, title="<img src=x onerror=alert(1)>: waiting 7", reason="<script>alert(1)</script>")
    page = (await told.http.get(PAGE, headers={"accept-language": language})).text
    assert "<img src=x" not in page
    assert "<script>alert" not in page
    assert "delivery." not in re.sub(r"/static/\S+|<[^>]+>", "", page)


async def test_viewers_and_agents_do_not_see_it(told: Any) -> None:
    for role in ("viewer", "agent"):
        headers = await told.headers_of(f"N {role}", role)
        assert (await told.anonymous.get(PAGE, headers=headers)).status_code == 403
        assert (await told.anonymous.post(f"{API}/leads/test", headers=headers)).status_code == 403
