"""Tokens of programs: made, used inside their limits, shown, revoked in every process, on a real server."""

import asyncio
import json
import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chromium import TWICE
from playwright.async_api import async_playwright, expect
from sqlalchemy import Engine

from tests.waiting import until
from wallboard.cli import run
from wallboard.config import Config
from wallboard.core.settings import Agent, Queue, Settings
from wallboard.record.database import open_record
from wallboard.record.tokens import Tokens, Wanted
from wallboard.web.programs import Programs

TOKENS = "/api/v1/tokens"
EVENTS = "/api/v1/events"
QUEUED = {"type": "contact.queued", "contact": "c-1", "queue": "support"}


async def made(served: Any, **wanted: Any) -> dict[str, str]:
    answer = await served.http.post(TOKENS, json={"name": "crm", "scopes": ["events:write"]} | wanted)
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    found: dict[str, str] = answer.json()
    return found


def bearer(token: dict[str, str]) -> dict[str, str]:
    return {"authorization": f"Bearer {token['token']}"}


async def test_a_token_lets_its_program_in_under_its_name_and_with_its_scopes_alone(served: Any) -> None:
    token = await made(served)
    answer = await served.anonymous.post(EVENTS, json=QUEUED, headers=bearer(token))
    assert answer.status_code == 202
    [entry] = await served.parts.stream.read("0-0", count=10)
    assert entry.event.source == "crm"
    for call in ("/api/v1/state", TOKENS, "/metrics", "/tokens"):
        assert (await served.anonymous.get(call, headers=bearer(token))).status_code == 403


async def test_the_list_shows_limits_and_last_use_and_never_a_secret(served: Any) -> None:
    token = await made(served, source="chat", queues=["sales"], teams=["first"], expires_in_days=2)
    [before] = (await served.http.get(TOKENS)).json()
    assert (before["source"], before["queues"], before["teams"]) == ("chat", ["sales"], ["first"])
    assert "used_at" not in before
    await served.anonymous.post(EVENTS, json=[], headers=bearer(token))
    answer = await served.http.get(TOKENS)
    [after] = answer.json()
    assert abs(after["used_at"] - time.time() * 1000) < 60_000
    assert token["token"].split("_", 2)[2] not in answer.text


async def test_a_revoked_token_is_refused_here_at_once_and_in_another_process_too(
    config: Config, served_elsewhere: Any
) -> None:
    async with served_elsewhere(config) as one, served_elsewhere(config) as other:
        token = await made(one)
        for served in (one, other):
            assert (await served.anonymous.post(EVENTS, json=[], headers=bearer(token))).status_code == 202
        assert (await one.http.delete(f"{TOKENS}/{token['id']}")).status_code == 204
        assert (await one.anonymous.post(EVENTS, json=[], headers=bearer(token))).status_code == 401
        async with asyncio.timeout(60):
            while (await other.anonymous.post(EVENTS, json=[], headers=bearer(token))).status_code != 401:
                await asyncio.sleep(0.1)
        assert (await one.http.delete(f"{TOKENS}/{token['id']}")).status_code == 404


async def test_a_token_that_has_ended_is_refused(config: Config, served_elsewhere: Any) -> None:
    ahead = 0

    def clock_ms() -> int:
        return time.time_ns() // 1_000_000 + ahead

    async with served_elsewhere(config, clock_ms=clock_ms) as served:
        token = await made(served, expires_in_days=1)
        assert (await served.anonymous.post(EVENTS, json=[], headers=bearer(token))).status_code == 202
        ahead = 86_400_001
        assert (await served.anonymous.post(EVENTS, json=[], headers=bearer(token))).status_code == 401


@pytest.mark.parametrize("change", ["secret", "id", "no secret", "shorter", "other letters", "no prefix"])
async def test_a_token_that_was_changed_is_no_token(served: Any, change: str) -> None:
    whole = (await made(served))["token"]
    _, name, secret = whole.split("_", 2)
    wrong = {
        "secret": f"wb_{name}_{'A' * 32}",
        "id": f"wb_{'0' * 12}_{secret}",
        "no secret": f"wb_{name}_",
        "shorter": whole[:-1],
        "other letters": whole.swapcase(),
        "no prefix": secret,
    }[change]
    answer = await served.anonymous.post(EVENTS, json=[], headers={"authorization": f"Bearer {wrong}"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_what_is_outside_of_a_tokens_limits_is_refused_with_its_path(
    config: Config, served_elsewhere: Any
) -> None:
    settings = Settings(
        queue={"sales": Queue(team="first"), "support": Queue(team="second"), "other": Queue()},
        agent={"anna": Agent(team="first"), "oleh": Agent(team="second")},
    )
    async with served_elsewhere(replace(config, settings=settings)) as served:
        served.parts.pipeline.floor.ground.settings = settings
        of_queue = await made(served, queues=["sales"], source="chat")
        batch = [
            QUEUED | {"queue": "sales"},
            QUEUED,
            QUEUED | {"queue": "sales", "source": "pbx-1"},
            {"type": "kpi.reported", "kpi": "x", "value": 1, "queue": "other"},
            {"type": "notice.posted", "text": "x", "queues": ["support"]},
            {"type": "contact.ended", "contact": "c-1"},
        ]
        answer = await served.anonymous.post(EVENTS, json=batch, headers=bearer(of_queue))
        assert answer.json()["accepted"] == 2
        assert [one["at"] for one in answer.json()["rejected"]] == [
            "$[1].queue",
            "$[2].source",
            "$[3].queue",
            "$[4].queues",
        ]
        of_team = await made(served, teams=["first"])
        batch = [
            QUEUED | {"queue": "sales"},
            QUEUED,
            {"type": "agent.presence", "agent": "anna", "presence": "ready"},
            {"type": "agent.presence", "agent": "oleh", "presence": "ready"},
            {"type": "contact.transferred", "contact": "c", "agent": "anna", "to_queue": "support"},
        ]
        answer = await served.anonymous.post(EVENTS, json=batch, headers=bearer(of_team))
        assert [one["at"] for one in answer.json()["rejected"]] == ["$[1].queue", "$[3].agent", "$[4].to_queue"]


async def test_a_token_of_one_queue_reads_that_queue_and_nothing_beside_it(served: Any) -> None:
    await served.http.post(EVENTS, json=[QUEUED, QUEUED | {"queue": "sales", "contact": "c-2"}])
    await until(lambda: "sales" in served.parts.pipeline.documents.get("queues", {}))
    token = await made(served, scopes=["state:read"], queues=["sales"])
    found = await served.anonymous.get("/api/v1/state?queue=sales", headers=bearer(token))
    assert list(found.json()["queues"]) == ["sales"]
    others = ("?queue=support", "?board=overview", "")
    besides = ("/api/v1/sources?queue=sales", "/api/v1/sources/admin?queue=sales", "/api/v1/alerts?queue=sales")
    for path in (*(f"/api/v1/state{query}" for query in others), *besides):
        answer = await served.anonymous.get(path, headers=bearer(token))
        assert answer.status_code == 403
        assert "?queue=NAME" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({"name": "x", "scopes": ["events:wriet"]}, "$.scopes[0]"),
        ({"name": "x", "scopes": []}, "$.scopes"),
        ({"name": "", "scopes": ["admin"]}, "$.name"),
        ({"name": "x", "scopes": ["admin"], "queues": []}, "$.queues"),
        ({"name": "x", "scopes": ["notices:write"], "queues": ["sales"]}, "$.queues"),
        ({"name": "x", "scopes": ["admin"], "queues": ["sales"]}, "$.queues"),
        ({"name": "x", "scopes": ["state:read", "admin"], "teams": ["first"]}, "$.teams"),
        ({"name": "x", "scopes": ["admin"], "source": "pbx"}, "$.source"),
        ({"name": "x", "scopes": ["admin"], "expires_in_days": 0}, "$.expires_in_days"),
        ({"name": "x", "scopes": ["admin"], "scope": 1}, "$"),
    ],
)
async def test_a_mistake_in_a_new_token_is_told_with_its_path(served: Any, body: dict[str, Any], at: str) -> None:
    answer = await served.http.post(TOKENS, json=body)
    assert (answer.status_code, answer.json()["at"]) == (422, at)


async def test_no_program_is_called_like_a_person(served: Any) -> None:
    await served.person("Anna Nowak", "lead")
    for wanted, at in (({"name": "anna nowak "}, "$.name"), ({"name": "crm", "source": "Anna Nowak"}, "$.source")):
        answer = await served.http.post(TOKENS, json={"scopes": ["events:write"], **wanted})
        assert (answer.status_code, answer.json()["at"]) == (422, at)
        assert "is a person here" in answer.json()["detail"]
    assert (await served.http.get(TOKENS)).json() == []
    await made(served, name="Anna")


async def test_only_an_admin_makes_sees_and_revokes_tokens(served: Any) -> None:
    token = await made(served, scopes=["events:write", "state:read", "boards:write", "people:read"])
    who = bearer(token)
    answers = [
        await served.anonymous.get(TOKENS, headers=who),
        await served.anonymous.post(TOKENS, json={"name": "x", "scopes": ["admin"]}, headers=who),
        await served.anonymous.delete(f"{TOKENS}/{token['id']}", headers=who),
    ]
    assert [answer.status_code for answer in answers] == [403] * 3


async def test_guessing_asks_the_record_once_in_two_seconds_however_many_guess(tmp_path: Path) -> None:
    class Counted(Tokens):
        def __init__(self) -> None:
            self.asked = 0

        def all(self) -> dict[str, Any]:
            self.asked += 1
            return {}

    counted = Counted()
    programs = Programs(counted, lambda: 0)
    guesses = [f"wb_{number:012x}_{'x' * 32}" for number in range(200)]
    assert set(await asyncio.gather(*(programs.who(guess, 1.0) for guess in guesses))) == {None}
    assert counted.asked == 1


async def test_a_token_that_another_process_revoked_is_refused_within_five_seconds(tmp_path: Path) -> None:
    """By the clock that the process believes by, so that a busy machine's is not in it."""
    engine = open_record(tmp_path, None)
    elsewhere, programs = Tokens(engine), Programs(Tokens(engine), lambda: 0)
    wanted = Wanted("crm", frozenset({"events:write"}))
    token, secret = await asyncio.to_thread(elsewhere.create, wanted, by="admin", now_ms=0)
    assert await programs.who(secret, now_s=100)
    await asyncio.to_thread(elsewhere.revoke, token.id, by="admin", now_ms=0)
    assert await programs.who(secret, now_s=104.9) is None


class Slow(Tokens):
    """Hangs in the record, with its answer in hand, until it `goes`."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.reads, self.goes = 0, threading.Event()

    def all(self) -> dict[str, Any]:
        found = super().all()
        self.reads += 1
        self.goes.wait(60)
        return found


async def test_a_token_is_refused_at_once_although_somebody_was_asking_when_it_was_revoked(tmp_path: Path) -> None:
    tokens = Slow(open_record(tmp_path, None))
    wanted = Wanted("crm", frozenset({"events:write"}))
    token, secret = await asyncio.to_thread(tokens.create, wanted, by="admin", now_ms=0)
    programs = Programs(tokens, lambda: 0)
    asking = asyncio.create_task(programs.who(secret, 1.0))
    try:
        await until(lambda: tokens.reads)
        await asyncio.to_thread(tokens.revoke, token.id, by="admin", now_ms=0)
        programs.changed()
    finally:
        tokens.goes.set()
        await asking
    assert await programs.who(secret, 1.0) is None


async def test_while_programs_come_none_waits_for_the_record_and_a_change_is_never_overlooked(tmp_path: Path) -> None:
    """The tokens are read again while the known ones still count; what was read before a change counts for nobody."""
    tokens = Slow(open_record(tmp_path, None))
    token, secret = await asyncio.to_thread(
        tokens.create, Wanted("crm", frozenset({"events:write"})), by="admin", now_ms=0
    )
    programs, at_s = Programs(tokens, lambda: 0), asyncio.get_running_loop().time()
    tokens.goes.set()
    assert await programs.who(secret, at_s)
    tokens.goes.clear()
    ahead = asyncio.create_task(programs.keep_reading())
    try:
        async with asyncio.timeout(60):
            while tokens.reads < 2:  # the second reading hangs in the record
                assert await programs.who(secret, at_s)
                await asyncio.sleep(0.01)
            assert await programs.who(secret, at_s)
            await asyncio.to_thread(tokens.revoke, token.id, by="admin", now_ms=0)
            programs.changed()
            tokens.goes.set()
            assert await programs.who(secret, at_s) is None
            while tokens.reads < 3:
                await asyncio.sleep(0.01)
            assert await programs.who(secret, at_s) is None
    finally:
        tokens.goes.set()
        ahead.cancel()
        await asyncio.wait([ahead])


async def test_the_last_use_is_written_when_the_process_ends(config: Config, served_elsewhere: Any) -> None:
    async with served_elsewhere(config) as served:
        token = await made(served)
        await served.anonymous.post(EVENTS, json=[], headers=bearer(token))
        tokens = served.parts.tokens
    assert (await asyncio.to_thread(tokens.all))[token["id"]].used_ms


def test_the_command_makes_lists_and_revokes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--data", str(tmp_path)]
    assert run(["token", "create", "cron", "--scope", "events:write", "--queue", "sales", "--days", "7", *where]) == 0
    secret = capsys.readouterr().out.strip()
    assert secret.startswith("wb_")
    assert run(["token", "list", *where]) == 0
    listed = capsys.readouterr().out
    assert "events:write" in listed
    assert secret not in listed
    assert run(["token", "revoke", secret, *where]) == 0
    assert run(["token", "revoke", secret, *where]) == 1
    assert "token list" in capsys.readouterr().err
    assert run(["token", "create", "cron", "--scope", "evnts", *where]) == 2
    capsys.readouterr()
    assert run(["token", "create", "cron", "--scope", "state:read", "--json", *where]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["token"].startswith(f"wb_{made['id']}_")
    assert made["scopes"] == ["state:read"]
    assert "digest" not in made


BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.mark.skipif(BROWSER is None, reason="no Chromium here: apt install chromium")
async def test_in_a_browser_a_token_is_made_shown_once_tried_and_revoked(served: Any) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        page = await browser.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        await page.goto(f"{served.origin}/signin?next=%2Ftokens#{await served.code()}")
        await page.wait_for_url("**/account?**")  # the first link asks for a name and a password
        await page.goto(page.url.partition("/account")[0] + "/tokens")
        await page.get_by_label("Name").fill("<b>crm</b>")
        await page.get_by_role("button", name="Make token").click()
        await expect(page.locator("#try")).to_contain_text("curl")
        line = await page.locator("#try").text_content() or ""
        assert '"notice":"hello-' in line, "of each token its own: a limited one may not take another's away"
        shell = await asyncio.create_subprocess_shell(f"{line} -s", stdout=asyncio.subprocess.PIPE)
        assert b'"accepted":1' in (await shell.communicate())[0]
        row = page.locator("tbody tr")
        await expect(row.locator("time").first).not_to_be_empty()
        await page.get_by_label("Name").fill("second")
        await page.get_by_role("button", name="Make token").click()
        await expect(row).to_have_count(2)
        await row.filter(has_text="second").get_by_role("button").evaluate(TWICE)
        await expect(row).to_have_count(1)
        await page.reload()
        assert not await page.locator("#made").is_visible()
        await expect(row.locator("bdi").first).to_have_text("<b>crm</b>")
        await row.get_by_role("button").evaluate(TWICE)
        await expect(row).to_have_count(0)
        await browser.close()
        assert complaints == []
    assert await asyncio.to_thread(served.parts.tokens.all) == {}


async def test_a_token_of_the_record_is_known_whoever_made_it(served: Any) -> None:
    wanted = Wanted("cron", frozenset({"events:write"}))
    _, secret = await asyncio.to_thread(served.parts.tokens.create, wanted, "wallboard token", 0)
    answer = await served.anonymous.post(EVENTS, json=[], headers={"authorization": f"Bearer {secret}"})
    assert answer.status_code == 202
