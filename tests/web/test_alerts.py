"""Open alerts over HTTP, and what people do about them: each act comes back through the stream with who did it."""

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
import structlog

from wallboard.config import Config
from wallboard.core.errors import RecordUnavailable
from wallboard.core.events import AlertCleared, AlertRaised, ConfigApplied, DutyLeft, DutyTaken
from wallboard.core.rules import Rule
from wallboard.core.settings import Queue, Settings
from wallboard.live import vitals
from wallboard.receivers import Receiver
from wallboard.record.ownchannels import OwnChannel
from wallboard.record.tokens import Wanted
from wallboard.stream.lease import Lease
from wallboard.web import alerts

ALERTS = "/api/v1/alerts"


def now_ms() -> int:
    return time.time_ns() // 1_000_000


async def raised(served: Any, severity: str = "critical", **more: str) -> None:
    """As the leading worker tells it."""
    said = {"kind": "queues", "of": "support", "metric": "waiting", "limit": "> 2", "since": str(now_ms())} | more
    await served.parts.stream.append([
        AlertRaised(alert="a1", rule="wait", severity=severity, value=3, attributes=said, source="wallboard", id="1+")
    ])  # fmt: skip
    await until(served, lambda open_: "a1" in open_)


async def until(served: Any, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while True:
            found: dict[str, Any] = {row["id"]: row for row in (await served.http.get(ALERTS)).json()["open"]}
            if holds(found):
                return found
            await asyncio.sleep(0.03)


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
    async with asyncio.timeout(60):
        while "a3" not in served.parts.pipeline.floor.alerts.over:
            await asyncio.sleep(0.03)
    assert [row["id"] for row in (await served.http.get(ALERTS)).json()["over"]] == ["a3", "a2"]


async def test_an_alert_is_mine_by_account_and_not_by_name(served: Any) -> None:
    """Who took it is renamed; then somebody else gets the old name."""
    await raised(served)
    lena = {"cookie": await served.sign_in("Lena", "lead"), "origin": served.origin}

    async def mine(headers: dict[str, str]) -> bool:
        [row] = (await served.anonymous.get(ALERTS, headers=headers)).json()["open"]
        return bool(row["mine"])

    assert (await served.anonymous.post(f"{ALERTS}/a1/assign", headers=lena)).status_code == 202
    await until(served, lambda open_: open_["a1"].get("owner") == "Lena")
    assert await mine(lena)
    person = await served.person("Lena")
    assert (await served.http.patch(f"/api/v1/people/{person}", json={"name": "Olena"})).status_code == 200
    namesake = {"cookie": await served.sign_in("Lena", "lead"), "origin": served.origin}
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
    async with asyncio.timeout(60):
        while not (going := (await served.http.get(ALERTS)).json()["maintenance"]):
            await asyncio.sleep(0.03)
    [one] = going
    assert one["name"] == "upgrade"
    assert one["until"] == int(datetime.fromisoformat(told["upgrade"]["until"]).timestamp() * 1000)


async def test_that_no_worker_runs_stands_where_leads_look_for_alerts_until_one_does(
    served: Any, redis: Any, keys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While none leads nothing is raised and no message goes, and an empty list would look like a quiet day."""
    monkeypatch.setattr(vitals, "LOOK_S", 0.05)
    cookie, lease, began_ms = {"cookie": await served.sign_in("Vira", "lead")}, Lease(redis, keys), now_ms()

    async def since(address: str, is_known: bool) -> int | None:
        async with asyncio.timeout(60):
            while bool(found := (await served.http.get(address)).json()["no_worker_since"]) != is_known:
                await asyncio.sleep(0.05)
        answered: int | None = found
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


async def test_beside_the_number_when_it_was_raised_stands_the_one_now(config: Config, served_elsewhere: Any) -> None:
    rule = msgspec.convert({"metric": "waiting", "queues": ["*"], "raise": "> 2", "when": "always"}, Rule)
    settings = Settings(alert={"wait": rule})
    async with served_elsewhere(replace(config, settings=settings)) as served:
        assert (await served.http.get(ALERTS)).json()["rules"] == 0
        await served.apply(settings)
        await raised(served)
        row = (await until(served, lambda open_: open_["a1"].get("now") == "–"))["a1"]
        assert row["text"].replace("\u00a0", " ") == "support: Waiting 3 when raised, limit > 2"
        queued = [{"type": "contact.queued", "contact": f"c{n}", "queue": "support", "source": "pbx"} for n in range(5)]
        await served.http.post("/api/v1/events", json=queued)
        row = (await until(served, lambda open_: open_["a1"]["now"] == "5"))["a1"]
        assert (row["raised"], row["now"].join(row["text_parts"]).replace("\u00a0", " ")) == (
            "3", row["text"].replace("\u00a0", " ").replace("Waiting 3", "Waiting 5"),
        )  # fmt: skip
        assert (row["value"], "Waiting 3" in row["text"].replace("\u00a0", " ")) == (3, True)
        assert (await served.http.get(ALERTS)).json()["rules"] == 1


async def test_what_else_its_rule_asks_for_stands_beside_an_open_alert_in_the_reader_s_language(
    config: Config, served_elsewhere: Any
) -> None:
    written = {"metric": "waiting", "queues": ["*"], "raise": "> 2", "and": [{"metric": "ready", "raise": "< 1"}]}
    settings = Settings(alert={"wait": msgspec.convert(written, Rule)})
    async with served_elsewhere(replace(config, settings=settings)) as served:
        await served.apply(settings)
        await raised(served)
        await until(served, lambda open_: open_["a1"].get("and") == ["Ready: less than 1"])
        [polish] = (await served.http.get(ALERTS, headers={"accept-language": "pl"})).json()["open"]
        assert polish["and"] == ["Gotowi: mniej niż 1"]
        other = msgspec.convert(written | {"raise": "> 9"}, Rule)
        changed = ConfigApplied(
            settings=msgspec.to_builtins(Settings(alert={"wait": msgspec.structs.replace(other, metric="ready")})),
            source="wallboard", id="2",
        )  # fmt: skip
        await served.parts.stream.append([changed])
        await until(served, lambda open_: "and" not in open_["a1"])


async def test_of_conditions_joined_by_or_those_that_hold_now_stand_beside_an_open_alert(
    config: Config, served_elsewhere: Any
) -> None:
    others = [{"metric": "offered", "raise": "> 0"}, {"metric": "abandoned", "raise": "> 8"}]
    written = {"metric": "waiting", "queues": ["*"], "raise": "> 2", "or": others}
    settings = Settings(alert={"wait": msgspec.convert(written, Rule)})
    async with served_elsewhere(replace(config, settings=settings)) as served:
        await served.apply(settings)
        await raised(served)
        queued = [{"type": "contact.queued", "contact": f"c{n}", "queue": "support", "source": "pbx"} for n in range(2)]
        await served.http.post("/api/v1/events", json=queued)
        row = (await until(served, lambda open_: "now 2" in str(open_["a1"].get("or"))))["a1"]
        assert row["or"] == ["Offered, today: more than 0, now 2"]
        assert "and" not in row
        [polish] = (await served.http.get(ALERTS, headers={"accept-language": "pl"})).json()["open"]
        assert polish["or"][0].endswith("więcej niż 0, teraz 2")


async def test_what_a_condition_joined_by_or_raised_says_that_one_with_its_number_now(
    config: Config, served_elsewhere: Any
) -> None:
    """It had the number of the first condition, which nobody had passed."""
    written = {
        "metric": "waiting", "queues": ["*"], "raise": "> 2", "and": [{"metric": "waiting", "raise": "< 9"}],
        "or": [{"metric": "offered", "raise": "> 0"}],
    }  # fmt: skip
    slow = written | {"when": "always", "for": "1h"}
    settings = Settings(alert={"wait": msgspec.convert(written, Rule), "slow": msgspec.convert(slow, Rule)})
    async with served_elsewhere(replace(config, settings=settings)) as served:
        await served.apply(settings)
        await raised(served, metric="offered", limit="> 0")
        queued = [{"type": "contact.queued", "contact": f"c{n}", "queue": "support", "source": "pbx"} for n in range(5)]
        await served.http.post("/api/v1/events", json=queued[:2])
        row = (await until(served, lambda open_: open_["a1"].get("now") == "2"))["a1"]
        assert row["text"].replace("\u00a0", " ") == "support: Offered 3, limit > 0"
        assert row.keys().isdisjoint({"and", "or"}), "what else the rule asks for has not to hold, and does not"

        async def pending() -> list[str]:
            rows = (await served.http.get(ALERTS)).json()["pending"]
            return [one["text"].replace("\u00a0", " ") for one in rows if one["rule"] == "slow"]

        async with asyncio.timeout(60):
            while await pending() != ["support: Offered 2, limit > 0"]:
                await asyncio.sleep(0.05)
        await served.http.post("/api/v1/events", json=queued[2:])
        row = (await until(served, lambda open_: "or" in open_["a1"]))["a1"]
        assert row["or"] == ["Waiting: more than 2, now 5"]
        assert await pending() == ["support: Waiting 5, limit > 2"]


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
        everybody = {"cookie": await served.sign_in("Ada", "admin"), "origin": served.origin}
        async with asyncio.timeout(60):
            while len(rows := await pending(everybody)) < 2:
                await asyncio.sleep(0.05)
        person, queue = rows
        assert (person["kind"], person["of"], person["severity"]) == ("agents", "boris", "critical"), (
            "the gravest first"
        )
        assert queue["text"].replace("\u00a0", " ") == "Support: Waiting 3, limit > 1"
        assert queue["raised_at"] - queue["since"] == 3_600_000
        of_team = {
            team: {"cookie": await served.sign_in(team, "lead", teams=(team,)), "origin": served.origin}
            for team in ("one", "two")
        }
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


def _plain(open_: dict[str, Any]) -> str:
    now: str = open_["a1"]["now"].replace("\u00a0", " ")
    return now


async def test_of_a_change_within_some_time_the_change_is_told_with_its_sign_and_the_time(
    config: Config, served_elsewhere: Any
) -> None:
    written = {"metric": "waiting", "queues": ["*"], "raise": "> 2", "when": "always", "within": "10m"}
    settings = Settings(alert={"wait": msgspec.convert(written, Rule)})

    async def queue(*contacts: str) -> None:
        queued = [{"type": "contact.queued", "contact": one, "queue": "support", "source": "pbx"} for one in contacts]
        await served.http.post("/api/v1/events", json=queued)

    async with served_elsewhere(replace(config, settings=settings)) as served:
        await served.apply(settings)
        await raised(served, within="10m")
        await until(served, lambda open_: open_["a1"].get("now") == "–")
        await queue("a")
        await until(served, lambda open_: _plain(open_) == "0")
        await queue("b", "c", "d", "e")
        row = (await until(served, lambda open_: _plain(open_) == "+4"))["a1"]
        assert row["text"].replace("\u00a0", " ") == "support: Waiting, change within 10 min +3, limit > 2"
        polish = (await served.http.get(ALERTS, headers={"accept-language": "pl"})).json()["open"]
        assert (polish[0]["now"], polish[0]["text_parts"][0].replace("\u00a0", " ")) == (
            "+4", "support: Czekają, zmiana w ciągu 10 min ",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("notify", "least", "is_unheard"),
    [
        (["on-duty"], "info", True), (["on-duty", "desk"], "info", False), (["on-duty", "desk"], "critical", True),
        (["desk"], "critical", False), ([], "info", False),
    ],
)  # fmt: skip
async def test_an_alert_of_which_nobody_is_told_as_none_is_on_duty_for_it_says_so_until_somebody_acts(
    config: Config, served_elsewhere: Any, notify: list[str], least: Any, is_unheard: bool
) -> None:
    rule = {"metric": "waiting", "queues": ["*"], "raise": "> 2", "when": "always", "notify": notify}
    settings = Settings(queue={"support": Queue(team="one")}, alert={"wait": msgspec.convert(rule, Rule)})
    desk = Receiver("desk", "webhook", "http://127.0.0.1:9/", b"", least, None)
    hers = Receiver("hers", "webhook", "http://127.0.0.1:9/", b"", person="Olena")
    receivers = {"desk": desk, "hers": hers}
    async with served_elsewhere(replace(config, settings=settings, receivers=receivers)) as served:
        applied = ConfigApplied(settings=msgspec.to_builtins(settings), source="wallboard", id="1")
        other = DutyTaken(who="Vira", until=now_ms() + 60_000, teams=["two"], source="wallboard", id="2")
        await served.parts.stream.append([applied, other])
        await raised(served, severity="warning")
        assert (await until(served, bool))["a1"].get("unheard", False) == is_unheard
        if least == "info":
            await served.http.post(f"{ALERTS}/a1/acknowledge")
            row = (await until(served, lambda open_: "acknowledged_by" in open_["a1"]))["a1"]
        else:
            lead = DutyTaken(who="Olena", until=now_ms() + 60_000, teams=["one"], source="wallboard", id="3")
            await served.parts.stream.append([lead])
            row = (await until(served, lambda open_: "unheard" not in open_["a1"]))["a1"]
        assert "unheard" not in row


async def test_an_alert_says_who_is_on_duty_where_nothing_tells_them_until_something_does(
    config: Config, served_elsewhere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = {"metric": "waiting", "queues": ["*"], "raise": "> 2", "when": "always", "notify": ["on-duty"]}
    settings = Settings(alert={"wait": msgspec.convert(rule, Rule)})
    hook = Receiver("webhook", "webhook", "", b"")
    async with served_elsewhere(replace(config, settings=settings, own_channels={"webhook": hook})) as served:
        await served.apply(settings)
        await served.parts.stream.append([
            DutyTaken(who="Maria", until=now_ms() + 600_000, source="wallboard", id="2")
        ])  # fmt: skip
        await raised(served)
        row = (await until(served, lambda open_: "unreached" in open_["a1"]))["a1"]
        assert (row["unheard"], row["unreached"]) == (True, ["Maria"])
        wanted = Wanted("wall", frozenset({"state:read"}))
        _, secret = await asyncio.to_thread(served.parts.tokens.create, wanted, "tests", now_ms())
        reading = {"authorization": f"Bearer {secret}"}
        [row] = (await served.anonymous.get(ALERTS, headers=reading)).json()["open"]
        assert (row["unheard"], "unreached" in row) == (True, False), "who is on duty is for who acts on alerts"

        account, channels = await served.person("Maria", "lead"), served.parts.own_channels
        added = OwnChannel(id="", person=account, kind="webhook", target="http://127.0.0.1:9/")
        channel = await asyncio.to_thread(channels.add, added, by="Maria", now_ms=now_ms())
        assert "unheard" in (await until(served, bool))["a1"], "nothing is told where it is not confirmed"
        await asyncio.to_thread(channels.remove, channel, by="Maria", now_ms=now_ms())
        confirmed = msgspec.structs.replace(added, confirmed_ms=1)
        await asyncio.to_thread(channels.add, confirmed, by="Maria", now_ms=now_ms())
        row = (await until(served, bool))["a1"]
        assert not {"unheard", "unreached"} & row.keys()

        def away() -> None:
            raise RecordUnavailable("away")

        monkeypatch.setattr(channels, "all", away)
        assert "unheard" not in (await until(served, bool))["a1"], "nobody can say"


ASLEEP = {"quiet": "00:00-24:00"}


@pytest.mark.parametrize("how", [ASLEEP, {"least": "critical"}], ids=["quiet", "least"])
async def test_an_alert_that_no_channel_of_who_is_on_duty_takes_now_says_that_nobody_is_told(
    config: Config, served_elsewhere: Any, how: dict[str, Any]
) -> None:
    """Nothing was said: she has a channel."""
    rule = {"metric": "waiting", "queues": ["*"], "raise": "> 2", "when": "always", "notify": ["on-duty", "desk"]}
    settings = Settings(alert={"wait": msgspec.convert(rule, Rule)})
    hook, desk = Receiver("webhook", "webhook", "", b""), Receiver("desk", "webhook", "http://127.0.0.1:9/", b"", **how)
    told = replace(config, settings=settings, own_channels={"webhook": hook}, receivers={"desk": desk})
    async with served_elsewhere(told) as served:
        await served.apply(settings)
        account, channels = await served.person("Maria", "lead"), served.parts.own_channels
        wanted = OwnChannel(id="", person=account, kind="webhook", target="http://127.0.0.1:9/", confirmed_ms=1, **how)
        channel = await asyncio.to_thread(channels.add, wanted, by="Maria", now_ms=now_ms())
        duty = DutyTaken(who="Maria", until=now_ms() + 600_000, source="wallboard", id="2")
        await served.parts.stream.append([duty])
        await raised(served, "warning")
        row = (await until(served, lambda open_: "unreached" in open_["a1"]))["a1"]
        assert (row["unheard"], row["unreached"]) == (True, ["Maria"])
        awake = {"quiet": None, "least": "info"}
        await asyncio.to_thread(channels.change, channel, by="Maria", now_ms=now_ms(), **awake)
        assert not {"unheard", "unreached"} & (await until(served, bool))["a1"].keys()


async def test_a_link_that_something_fetches_does_nothing(served: Any) -> None:
    """Previews of messages and scanners of mail fetch whatever is linked, some of them in somebody's name."""
    await raised(served)
    cookie = await served.sign_in()
    for verb in ("", "/acknowledge", "/assign", "/snooze", "/wake", "/result"):
        address = f"{ALERTS}/a1{verb}" if verb else "/alerts?alert=a1"
        for method in ("GET", "HEAD"):
            answer = await served.http.request(method, address, headers={"cookie": cookie})
            assert answer.status_code == (405 if verb else 200), (method, address)
    await asyncio.sleep(0.3)
    [row] = (await served.http.get(ALERTS)).json()["open"]
    assert not {"acknowledged_by", "owner", "snoozed_by", "results"} & row.keys()


async def test_acknowledge_assign_snooze_and_wake_say_who_did_it(served: Any) -> None:
    await raised(served)
    cookie = await served.sign_in()
    headers = {"cookie": cookie, "origin": served.origin}
    for verb, body in (
        ("acknowledge", None),
        ("assign", {"to": "Ivan"}),
        ("snooze", {"seconds": 900, "note": "known"}),
    ):
        answer = await served.anonymous.post(f"{ALERTS}/a1/{verb}", json=body, headers=headers)
        assert answer.status_code == 202, answer.text
    row = (await until(served, lambda open_: "snoozed_until" in open_["a1"]))["a1"]
    assert (row["acknowledged_by"], row["owner"], row["snoozed_by"]) == ("Olena", "Ivan", "Olena")
    assert [(one["result"], one["who"], one["note"]) for one in row["results"]] == [("note", "Olena", "known")]
    assert 600_000 < row["snoozed_until"] - now_ms() <= 900_000
    assert (await served.http.post(f"{ALERTS}/a1/wake")).status_code == 202
    await until(served, lambda open_: "snoozed_until" not in open_["a1"])
    lines = [line for line in await asyncio.to_thread(served.parts.audit.read) if line.what.startswith("alert.")]
    assert [(line.who, line.what) for line in reversed(lines)] == [
        ("Olena", "alert.acknowledged"), ("Olena", "alert.assigned"), ("Olena", "alert.snoozed"),
        ("admin", "alert.woken"),
    ]  # fmt: skip
    about = {"id": "a1", "rule": "wait", "kind": "queues", "of": "support"}
    assert lines[3].detail == about
    assert lines[0].detail == about | {"before": {"until": row["snoozed_until"]}}
    assert lines[2].detail == about | {"to": "Ivan"}
    assert lines[1].detail == about | {"note": "known", "until": row["snoozed_until"]}


async def test_whoever_took_it_and_is_off_duty_now_is_told_to_whoever_may_act(served: Any) -> None:
    """And it stands among those that nobody has until somebody acts."""
    on = DutyTaken(who="Olena", until=now_ms() + 3_600_000, source="wallboard", id="on")
    await served.parts.stream.append([on])
    await raised(served)
    of = {"kind": "queues", "of": "sales", "metric": "waiting", "limit": "> 2"}
    later = AlertRaised(alert="a2", rule="wait", severity="critical", value=3, attributes=of, source="wallboard")
    await served.parts.stream.append([later])
    headers = {"cookie": await served.sign_in("Olena", "lead"), "origin": served.origin}
    assert (await served.anonymous.post(f"{ALERTS}/a1/assign", json={}, headers=headers)).status_code == 202
    found = await until(served, lambda open_: "owner" in open_["a1"] and "a2" in open_)
    assert ("off_duty" in found["a1"], list(found)) == (False, ["a2", "a1"])
    await served.parts.stream.append([DutyLeft(who="Olena", source="wallboard", id="off")])
    found = await until(served, lambda open_: "off_duty" in open_["a1"])
    assert (found["a1"]["off_duty"], found["a1"]["left"], list(found)) == (True, True, ["a1", "a2"])
    assert (await served.http.post(f"{ALERTS}/a1/acknowledge")).status_code == 202
    found = await until(served, lambda open_: "left" not in open_["a1"])
    assert (found["a1"]["off_duty"], list(found)) == (True, ["a2", "a1"])


async def test_the_state_knows_who_gave_it_to_whom_until_somebody_takes_it_themselves(served: Any) -> None:
    await raised(served)
    headers = {"cookie": await served.sign_in("Olena", "lead"), "origin": served.origin}
    for body, wanted in (({"to": "Ivan"}, ("Ivan", "Olena")), ({}, ("Olena", None))):
        assert (await served.anonymous.post(f"{ALERTS}/a1/assign", json=body, headers=headers)).status_code == 202
        await until(served, lambda open_, owner=wanted[0]: open_["a1"].get("owner") == owner)
        row = served.parts.pipeline.floor.alerts.open["a1"]
        assert (row.owner, row.given_by) == wanted
        assert (row.given_ms is None) == (wanted[1] is None)


async def test_a_snooze_to_the_end_of_the_shift_is_twelve_hours_at_most(served: Any) -> None:
    """Where no shift runs it is the business day: of UTC, to midnight."""
    await raised(served)
    assert (await served.http.post(f"{ALERTS}/a1/snooze", json={"until": "shift"})).status_code == 202
    row = (await until(served, lambda open_: "snoozed_until" in open_["a1"]))["a1"]
    floor = served.parts.pipeline.floor
    ends_ms = floor.ground.calendar.days["main"].ends_ms
    left_ms = row["snoozed_until"] - now_ms()
    assert row["snoozed_until"] == ends_ms or 12 * 3_600_000 - 60_000 < left_ms <= 12 * 3_600_000


async def test_what_was_done_is_said_of_an_open_one_and_of_one_that_is_over_and_told_the_next_time(served: Any) -> None:
    await raised(served)
    headers = {"cookie": await served.sign_in("Olena", "lead"), "origin": served.origin}
    said = {"result": "overflow_opened", "note": "until two"}
    assert (await served.anonymous.post(f"{ALERTS}/a1/result", json=said, headers=headers)).status_code == 202
    row = (await until(served, lambda open_: "results" in open_["a1"]))["a1"]
    [result] = row["results"]
    assert (result["result"], result["who"], result["note"]) == ("overflow_opened", "Olena", "until two")
    assert "before" not in row
    await served.parts.stream.append([AlertCleared(alert="a1", rule="wait", source="wallboard", id="a1-")])
    await until(served, lambda open_: not open_)
    assert (await served.http.post(f"{ALERTS}/a1/acknowledge")).status_code == 404, "it is over"
    assert (await served.http.post(f"{ALERTS}/a1/result", json={"result": "in own words"})).status_code == 202
    said = {"kind": "queues", "of": "support", "metric": "waiting", "limit": "> 2", "since": str(now_ms())}
    again = AlertRaised(
        alert="a2", rule="wait", severity="critical", value=4, attributes=said, source="wallboard", id="2+"
    )
    other = AlertRaised(
        alert="a3", rule="wait", severity="info", attributes=said | {"of": "sales"}, source="wallboard", id="3+"
    )
    await served.parts.stream.append([again, other])
    open_ = await until(served, lambda open_: len(open_) == 2)
    [before] = open_["a2"]["before"]
    assert [(one["result"], one["who"]) for one in before["results"]] == [
        ("overflow_opened", "Olena"), ("in own words", "admin")
    ]  # fmt: skip
    assert before["over_at"] >= before["raised_at"]
    assert "before" not in open_["a3"]
    lines = [line for line in await asyncio.to_thread(served.parts.audit.read) if line.what == "alert.acted"]
    assert [(line.who, line.detail["result"], line.detail["of"]) for line in lines] == [
        ("admin", "in own words", "support"), ("Olena", "overflow_opened", "support"),
    ]  # fmt: skip


async def test_while_the_record_is_away_people_still_act_and_the_log_says_who(
    served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise RecordUnavailable("the record does not answer")

    await raised(served)
    monkeypatch.setattr(served.parts.audit, "write", away)
    with structlog.testing.capture_logs() as logs:
        assert (await served.http.post(f"{ALERTS}/a1/acknowledge", json={"note": "known"})).status_code == 202
    await until(served, lambda open_: open_["a1"].get("acknowledged_by") == "admin")
    [line] = [one for one in logs if one["event"] == "not in the audit trail"]
    assert (line["who"], line["what"], line["id"]) == ("admin", "alert.acknowledged", "a1")


MISTAKES: dict[str, tuple[str, Any, int, str]] = {
    "no such alert": ("nothing/acknowledge", None, 404, "not open"),
    "no such verb": ("a1/ignore", None, 404, "/docs lists"),
    "how long": ("a1/snooze", {}, 422, "seconds"),
    "both": ("a1/snooze", {"seconds": 60, "until": "shift"}, 422, "either"),
    "until what": ("a1/snooze", {"until": "noon"}, 422, "until"),
    "for ever": ("a1/snooze", {"seconds": 10**9}, 422, "43200"),
    "no result": ("a1/result", {"note": "x"}, 422, "result"),
    "a typo": ("a1/acknowledge", {"nota": "x"}, 422, "nota"),
    "control characters": ("a1/acknowledge", {"note": "a\u0000b"}, 422, "note"),
}


@pytest.mark.parametrize("case", MISTAKES)
async def test_what_is_wrong_is_said_and_nothing_is_done(served: Any, case: str) -> None:
    await raised(served)
    path, body, status, words = MISTAKES[case]
    answer = await served.http.post(f"{ALERTS}/{path}", json=body)
    assert answer.status_code == status
    assert words in answer.text
    assert "acknowledged_by" not in (await until(served, bool))["a1"]


async def test_without_a_token_or_with_no_json_nothing_is_done(served: Any) -> None:
    await raised(served)
    assert (await served.anonymous.post(f"{ALERTS}/a1/acknowledge")).status_code == 401
    assert (await served.http.post(f"{ALERTS}/a1/acknowledge", content=b"{")).status_code == 400
    cookie = await served.sign_in()
    foreign = {"cookie": cookie, "origin": "https://elsewhere.example"}
    assert (await served.anonymous.post(f"{ALERTS}/a1/acknowledge", headers=foreign)).status_code == 403


async def test_an_alert_about_somebody_of_another_team_is_not_there_for_a_lead(served: Any) -> None:
    boris = {"type": "agent.signed_in", "agent": "boris", "team": "two"}
    await served.http.post("/api/v1/events", json=boris)
    said = {"kind": "agents", "of": "boris", "metric": "paused_s", "limit": "> 2", "since": str(now_ms())}
    await served.parts.stream.append([
        AlertRaised(alert="a1", rule="away", severity="warning", value=3, attributes=said, source="wallboard", id="1+")
    ])  # fmt: skip
    await until(served, lambda open_: "team" in open_.get("a1", {}))
    for team, status in (("one", 404), ("two", 202)):
        headers = {"cookie": await served.sign_in(team, "lead", teams=(team,)), "origin": served.origin}
        answer = await served.anonymous.post(f"{ALERTS}/a1/acknowledge", headers=headers)
        assert answer.status_code == status, team


@pytest.mark.parametrize(
    ("kind", "of", "status"),
    [
        ("queues", "support", 202),
        ("queues", "sales", 403),
        ("queues", "of nobody", 202),
        ("groups", "team:one", 202),
        ("groups", "team:two", 403),
        ("groups", "all", 202),
        ("sources", "pbx", 202),
    ],
)
async def test_a_lead_of_a_team_acts_on_no_alert_of_another_team(served: Any, kind: str, of: str, status: int) -> None:
    settings = {"queue": {"support": {"team": "one"}, "sales": {"team": "two"}}}
    said = {"kind": kind, "of": of, "metric": "waiting", "limit": "> 2", "since": str(now_ms())}
    await served.parts.stream.append([
        ConfigApplied(settings=settings, source="wallboard", id="1"),
        AlertRaised(alert="a1", rule="long", severity="warning", value=3, attributes=said, source="wallboard", id="1+"),
    ])  # fmt: skip
    await until(served, bool)
    headers = {"cookie": await served.sign_in("Lena", "lead", teams=("one",)), "origin": served.origin}
    [seen] = (await served.anonymous.get(ALERTS, headers=headers)).json()["open"]
    assert seen.get("theirs", False) == (status == 403)
    answer = await served.anonymous.post(f"{ALERTS}/a1/snooze", json={"seconds": 60}, headers=headers)
    assert answer.status_code == status, answer.text
    headers = {"cookie": await served.sign_in("Olena", "lead"), "origin": served.origin}
    [seen] = (await served.anonymous.get(ALERTS, headers=headers)).json()["open"]
    assert "theirs" not in seen
    assert (await served.anonymous.post(f"{ALERTS}/a1/acknowledge", headers=headers)).status_code == 202
