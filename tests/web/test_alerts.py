"""Open alerts over HTTP: what each is about, which stand there for whom, and what is not open yet or over."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from alerted import ALERTS, raised, until

from tests.waiting import now_ms
from wallboard.config import Config
from wallboard.core.events import AlertCleared, AlertRaised, ConfigApplied
from wallboard.core.rules import Rule
from wallboard.core.settings import Queue, Settings
from wallboard.live import vitals
from wallboard.stream.lease import Lease
from wallboard.web import alerts


async def test_an_open_alert_says_what_it_is_about_until_it_is_over(served: Any) -> None:
    await raised(served)
    row = (await until(served, bool))["a1"]
    assert {key: row[key] for key in ("rule", "severity", "kind", "of", "metric", "limit", "value")} == {
        "rule": "wait", "severity": "critical", "kind": "queues", "of": "support", "metric": "waiting",
        "limit": "> 2", "value": 3,
    }  # fmt: skip
    says = "support: Waiting 3 when raised, limit > 2"
    assert row["text"].replace("\u00a0", " ") == says, "no rule says which number it is by now"
    await served.parts.stream.append([AlertCleared(alert="a1", rule="wait", source="wallboard", id="a1-")])
    await until(served, lambda open_: not open_)
    (over,) = (await served.http.get(ALERTS, headers={"accept-language": "pl"})).json()["over"]
    assert over["over"] == "cleared"
    assert over["over_at"] >= over["raised_at"]
    assert over["text"].replace("\u00a0", " ") == "support: Czekają na początku 3, próg > 2"


async def test_which_of_one_cause_came_first_is_said_also_when_it_is_over(served: Any) -> None:
    await raised(served)
    said = {"kind": "queues", "of": "support", "metric": "abandon_rate", "limit": "> 5", "since": str(now_ms())}
    await served.parts.stream.append([
        AlertRaised(alert="a2", rule="lost", severity="info", attributes=said, source="wallboard", id="2+"),
        AlertRaised(alert="a3", rule="x", severity="info", attributes=said | {"of": "b"}, source="wallboard", id="3+"),
    ])  # fmt: skip
    open_ = await until(served, lambda open_: len(open_) == 3)
    assert {name: row.get("first_of") for name, row in open_.items()} == {"a1": 2, "a2": None, "a3": None}
    await served.parts.stream.append([AlertCleared(alert="a1", rule="wait", source="wallboard", id="a1-")])
    await until(served, lambda open_: len(open_) == 2)
    [over] = (await served.http.get(ALERTS)).json()["over"]
    assert (over["id"], over["first_of"]) == ("a1", 2)


async def test_of_those_that_ended_the_last_ones_are_shown(served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts, "SHOWN_OVER", 2)
    said = {"kind": "queues", "of": "support", "metric": "waiting", "limit": "> 2", "since": str(now_ms())}
    for name in ("a1", "a2", "a3"):
        base: dict[str, Any] = {"alert": name, "rule": "wait", "source": "wallboard"}
        await served.parts.stream.append([
            AlertRaised(severity="critical", value=3, attributes=said, id=f"{name}+", **base),
            AlertCleared(id=f"{name}-", **base),
        ])  # fmt: skip
    listed = await served.until(ALERTS, lambda listed: "a3" in [row["id"] for row in listed["over"]])
    assert [row["id"] for row in listed["over"]] == ["a3", "a2"]


async def test_an_alert_is_mine_by_account_and_not_by_name(served: Any) -> None:
    """Who took it is renamed; then somebody else gets the old name."""
    await raised(served)
    lena = await served.headers_of("Lena", "lead")

    async def mine(headers: dict[str, str]) -> bool:
        [row] = (await served.anonymous.get(ALERTS, headers=headers)).json()["open"]
        return bool(row["mine"])

    assert (await served.anonymous.post(f"{ALERTS}/a1/assign", headers=lena)).status_code == 202
    await until(served, lambda open_: open_["a1"].get("owner") == "Lena")
    assert await mine(lena)
    person = await served.person("Lena")
    assert (await served.http.patch(f"/api/v1/people/{person}", json={"name": "Olena"})).status_code == 200
    namesake = await served.headers_of("Lena", "lead")
    assert (await mine(lena), await mine(namesake)) == (True, False)
    await served.http.post(f"{ALERTS}/a1/assign", json={"to": "LENA"})
    await until(served, lambda open_: open_["a1"].get("owner") == "Lena")
    async with asyncio.timeout(60):
        while not await mine(namesake):
            await asyncio.sleep(0.03)
    assert not await mine(lena)
    await served.http.post(f"{ALERTS}/a1/assign", json={"to": "Night shift"})
    row = (await until(served, lambda open_: open_["a1"].get("owner") == "Night shift"))["a1"]
    assert (row["mine"], await mine(namesake)) == (False, False)
    line = served.parts.audit.read()[0]
    assert (line.what, line.detail["to"]) == ("alert.assigned", "Night shift")
    assert "owner_by" not in row


async def test_planned_work_that_goes_on_now_is_told(served: Any) -> None:
    def work(begin_ms: int, end_ms: int) -> dict[str, str]:
        begin, end = (datetime.fromtimestamp((now_ms() + by) // 1000, UTC).isoformat() for by in (begin_ms, end_ms))
        return {"from": begin, "until": end}

    told = {"upgrade": work(-60_000, 600_000), "later": work(600_000, 900_000), "past": work(-900_000, -600_000)}
    await served.parts.stream.append([ConfigApplied(settings={"maintenance": told}, source="wallboard", id="c-1")])
    [one] = (await served.until(ALERTS, lambda listed: listed["maintenance"]))["maintenance"]
    assert one["name"] == "upgrade"
    assert one["until"] == int(datetime.fromisoformat(told["upgrade"]["until"]).timestamp() * 1000)


async def test_that_no_worker_runs_stands_where_leads_look_for_alerts_until_one_does(
    served: Any, redis: Any, keys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While none leads nothing is raised and no message goes, and an empty list would look like a quiet day."""
    monkeypatch.setattr(vitals, "LOOK_S", 0.05)
    cookie, lease, began_ms = {"cookie": await served.sign_in("Vira", "lead")}, Lease(redis, keys), now_ms()

    async def since(address: str, is_known: bool) -> int | None:
        found = await served.until(address, lambda said: bool(said["no_worker_since"]) == is_known)
        answered: int | None = found["no_worker_since"]
        return answered

    async def told() -> set[str]:
        addresses = ("/alerts", "/alerts/delivery", "/alerts/rules", "/shift", f"{ALERTS}/count")
        pages = [(await served.anonymous.get(address, headers=cookie)).text for address in addresses]
        found = [re.search(r'No worker runs since [0-9][^<"]*', page) for page in pages]
        return {one[0] if one else "" for one in found}

    assert await since(ALERTS, False) is None, "where none was ever meant to"
    token = await lease.acquire()
    assert token is not None
    assert await told() == {""}
    await lease.release(token)
    found = await since(ALERTS, True)
    assert found is not None
    assert began_ms - 60_000 < found <= now_ms()
    assert await since("/api/v1/delivery", True) == found
    [text] = await told()
    assert text.endswith(": nothing is raised or told until one does")
    assert await since("/api/v1/sources", True) == found
    assert re.search(r"No worker runs since \d\d:", (await served.anonymous.get("/sources", headers=cookie)).text)
    assert await lease.acquire() is not None
    await since(ALERTS, False)
    await since("/api/v1/delivery", False)
    assert await told() == {""}
    assert not re.search(r"No worker runs since \d\d:", (await served.anonymous.get("/sources", headers=cookie)).text)


async def test_what_becomes_an_alert_if_it_lasts_is_shown_to_the_leads_of_its_team_and_is_not_open_yet(
    config: Config, served_elsewhere: Any
) -> None:
    written = {"metric": "waiting", "queues": ["*"], "raise": "> 1", "when": "always", "for": "1h"}
    of_people = {"metric": "missed_in_row", "raise": "> 0", "when": "always", "for": "2h", "severity": "critical"}
    rules = {"wait": msgspec.convert(written, Rule), "missed": msgspec.convert(of_people, Rule)}
    settings = Settings(alert=rules, queue={"support": Queue(name="Support", team="one"), "sales": Queue(team="two")})

    async def pending(headers: dict[str, str]) -> list[dict[str, Any]]:
        told = (await served.anonymous.get(ALERTS, headers=headers)).json()
        assert told["open"] == []
        rows: list[dict[str, Any]] = told["pending"]
        return rows

    async with served_elsewhere(replace(config, settings=settings)) as served:
        await served.apply(settings)
        await served.two_teams()
        queued = [{"type": "contact.queued", "contact": f"c{n}", "queue": "support", "source": "pbx"} for n in range(3)]
        missed = [
            {"type": "contact.queued", "contact": "m", "queue": "sales", "source": "pbx"},
            {"type": "contact.missed", "contact": "m", "agent": "boris", "source": "pbx"},
        ]
        await served.http.post("/api/v1/events", json=[*queued, *missed])
        everybody = await served.headers_of("Ada", "admin")
        async with asyncio.timeout(60):
            while len(rows := await pending(everybody)) < 2:
                await asyncio.sleep(0.05)
        person, queue = rows
        assert (person["kind"], person["of"], person["severity"]) == ("agents", "boris", "critical"), (
            "the gravest first"
        )
        assert queue["text"].replace("\u00a0", " ") == "Support: Waiting 3, limit > 1"
        assert queue["raised_at"] - queue["since"] == 3_600_000
        of_team = {team: await served.headers_of(team, "lead", teams=(team,)) for team in ("one", "two")}
        assert [row["of"] for row in await pending(of_team["one"])] == ["support"]
        assert [row["of"] for row in await pending(of_team["two"])] == ["boris"]


async def test_how_many_are_open_is_told_without_what_sleeps_and_what_is_another_lead_s(
    config: Config, served_elsewhere: Any
) -> None:
    settings = Settings(queue={"support": Queue(team="one"), "sales": Queue(team="two")})
    async with served_elsewhere(replace(config, settings=settings)) as served:
        await served.apply(settings)
        said: dict[str, Any] = {"metric": "waiting", "limit": "> 2", "since": str(now_ms()), "kind": "queues"}
        rows = (("a1", "support", "info"), ("a2", "support", "critical"), ("a3", "sales", "critical"))
        await served.parts.stream.append([
            AlertRaised(
                alert=one, rule=one, id=one, severity=severity, attributes=said | {"of": of}, source="wallboard"
            )
            for one, of, severity in rows
        ])  # fmt: skip
        await until(served, lambda open_: len(open_) == 3)

        async def count(**headers: str) -> Any:
            return (await served.anonymous.get(f"{ALERTS}/count", headers=headers)).json()

        lead = {"cookie": await served.sign_in("Lena", "lead", teams=("one",)), "accept-language": "pl"}
        assert await count(**lead) == {"open": 2, "severity": "critical", "text": "Otwarte alerty: 2"}
        page = (await served.anonymous.get("/account", headers=lead)).text
        assert 'id="open-count" href="/alerts" data-severity="critical"' in page
        assert "<b>2</b></a>" in page
        await served.http.post(f"{ALERTS}/a2/snooze", json={"seconds": 900})
        await until(served, lambda open_: "snoozed_until" in open_["a2"])
        assert await count(**lead) == {"open": 1, "severity": "info", "text": "Otwarte alerty: 1"}
        viewer = {"cookie": await served.sign_in("Vera", "viewer")}
        assert (await served.anonymous.get(f"{ALERTS}/count", headers=viewer)).status_code == 403
        assert "open-count" not in (await served.anonymous.get("/account", headers=viewer)).text
