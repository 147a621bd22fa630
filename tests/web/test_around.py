"""What stands around an alert: its number's last hour with the limits, whom to ask, the boards that show it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from wallboard.core.events import AlertCleared, AlertRaised, ConfigApplied
from wallboard.core.rules import Rule
from wallboard.core.settings import Queue, Reason, Settings
from wallboard.web import lasthour

OTHER = {"metric": "offered", "raise": "> 2", "clear": "< 2"}
RULE = {"metric": "waiting", "queues": ["support"], "raise": "> 2", "clear": "< 1", "when": "always", "or": [OTHER]}
WAIT = msgspec.convert(RULE, Rule)
SETTINGS = Settings(
    alert={"wait": WAIT}, queue={"support": Queue(team="one"), "sales": Queue(team="one")},
    reason={"lunch": Reason(name="Lunch")},
)  # fmt: skip


def signed_in(agent: str, *queues: str, team: str = "one") -> dict[str, Any]:
    return {"type": "agent.signed_in", "agent": agent, "source": "pbx", "team": team, "queues": [*queues]}


def presence(agent: str, presence: str, **more: Any) -> dict[str, Any]:
    return {"type": "agent.presence", "agent": agent, "source": "pbx", "presence": presence, **more}


@pytest.fixture
async def there(config: Any, served_elsewhere: Any) -> Any:
    """Ann is free, Ben at lunch, Cid pauses in this queue alone, Dan serves another; Eve is of other leads."""
    async with served_elsewhere(replace(config, settings=SETTINGS)) as served:
        said = {"kind": "queues", "of": "support", "metric": "waiting", "limit": "> 2", "since": "1"}
        await served.parts.stream.append([
            ConfigApplied(settings=msgspec.to_builtins(SETTINGS), source="wallboard", id="1"),
            AlertRaised(alert="a1", rule="wait", severity="critical", value=3, attributes=said, source="pbx", id="2"),
        ])  # fmt: skip
        events = [
            *({"type": "contact.queued", "contact": f"c{n}", "queue": "support", "source": "pbx"} for n in range(2)),
            signed_in("Ann", "support"), presence("Ann", "ready"),
            signed_in("Ben", "support"), presence("Ben", "paused", reason="lunch"),
            signed_in("Cid", "support", "sales"), presence("Cid", "ready"),
            presence("Cid", "paused", queue="support"),
            signed_in("Dan", "sales"), presence("Dan", "ready"),
            signed_in("Eve", "support", team="two"), presence("Eve", "ready"),
        ]  # fmt: skip
        assert (await served.http.post("/api/v1/events", json=events)).json()["rejected"] == []
        await until(served, lambda shown: len(shown.get("agents", {})) == 5 and "a1" in shown.get("alerts", {}))
        yield served


async def until(served: Any, holds: Callable[[Any], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds(served.parts.pipeline.documents):
            await asyncio.sleep(0.03)


async def asked(served: Any, *teams: str, alert: str = "a1") -> Any:
    headers = {"cookie": await served.sign_in(f"Olena {teams}", "lead", **({"teams": teams} if teams else {}))}
    return await served.anonymous.get(f"/api/v1/alerts/{alert}/around", headers=headers)


async def test_whom_to_ask_is_this_queues_people_by_what_they_could_do(there: Any) -> None:
    told = (await asked(there, "one")).json()
    assert told["ask"] == {
        "free": ["Ann"], "wrapup": [], "away": {"Lunch": ["Ben"]}, "elsewhere": {"sales": ["Cid"]},
    }  # fmt: skip
    assert (await asked(there)).json()["ask"]["free"] == ["Ann", "Eve"], "of all teams"
    assert (await asked(there, "two")).status_code == 404, "of another team"
    assert (await asked(there, alert="a2")).status_code == 404
    program = await there.http.get("/api/v1/alerts/a1/around")
    assert program.json()["ask"]["free"] == ["Ann", "Eve"]


async def test_the_number_of_the_last_hour_stands_with_the_limits_one_a_minute(
    there: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hours, waiting = there.parts.last_hour, ("wait", "queues", "support", WAIT)
    assert "least" not in (await asked(there)).json()["hour"] or hours.of(waiting), "after a start nothing is known"
    hours.sample()
    third = {"type": "contact.queued", "contact": "c9", "queue": "support", "source": "pbx"}
    await there.http.post("/api/v1/events", json=[third])
    await until(there, lambda shown: shown["queues"]["support"]["now"]["waiting"] == 3)
    hours.sample()
    told = (await asked(there)).json()
    assert told["hour"] | {"points": []} == {
        "points": [], "limits": {"raise": 2, "clear": 1}, "least": "2", "most": "3",
    }  # fmt: skip
    assert told["hour"]["points"][0] == 2
    assert told["hour"]["points"][-1] == 3
    for _ in range(lasthour.KEPT):
        hours.sample()
    assert len(hours.of(waiting)) == lasthour.KEPT
    monkeypatch.setattr(lasthour, "MOST", 0)
    hours.sample()
    assert hours.of(waiting) == (), "no more numbers than there is room for"


async def test_what_a_condition_joined_by_or_raised_has_the_hour_of_that_one_also_of_before(there: Any) -> None:
    """It opened to no hour at all."""
    there.parts.last_hour.sample()
    ended = AlertCleared(alert="a1", rule="wait", source="pbx", id="3")
    said = {"kind": "queues", "of": "support", "metric": "offered", "limit": "> 2", "since": "1"}
    told = AlertRaised(alert="a2", rule="wait", severity="critical", value=3, attributes=said, source="pbx", id="4")
    third = {"type": "contact.queued", "contact": "c9", "queue": "support", "source": "pbx"}
    await there.http.post("/api/v1/events", json=[third])
    await there.parts.stream.append([ended, told])
    await until(there, lambda shown: "a2" in shown["alerts"])
    there.parts.last_hour.sample()
    hour = (await asked(there, alert="a2")).json()["hour"]
    assert hour | {"points": []} == {"points": [], "limits": {"raise": 2, "clear": 2}, "least": "2", "most": "3"}
    assert (hour["points"][0], hour["points"][-1]) == (2, 3)


async def test_boards_that_show_it_are_named(there: Any) -> None:
    shown = (await asked(there)).json()["boards"]
    assert 0 < len(shown) <= 3
    for one in shown:
        assert (await there.http.get(f"/board/{one['id']}")).status_code == 200
    called = {one["id"]: one["title"] for one in shown}
    assert called["overview"] == "Overview", "a default board has no title of its own"
