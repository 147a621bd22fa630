"""Beside an open alert stands its number by now, and what else its rule asks for."""

import asyncio
from dataclasses import replace
from typing import Any

import msgspec
from alerted import ALERTS, raised, until

from wallboard.config import Config
from wallboard.core.events import ConfigApplied
from wallboard.core.rules import Rule
from wallboard.core.settings import Settings


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
