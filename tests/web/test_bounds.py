"""What a token that is limited to queues or teams may send: of every type of event, and through every door."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import until
from wallboard.config import Config
from wallboard.core.events import TOLD_TYPES
from wallboard.core.settings import Agent, Queue, Settings

EVENTS = "/api/v1/events"
SETTINGS = Settings(
    queue={"sales": Queue(team="first"), "support": Queue(team="second")},
    agent={"anna": Agent(team="first"), "oleh": Agent(team="second")},
)
FLOOR: list[dict[str, Any]] = [
    {"type": "contact.queued", "contact": "ours", "queue": "sales"},
    {"type": "contact.queued", "contact": "theirs", "queue": "support"},
    {"type": "agent.signed_in", "agent": "anna", "queues": ["sales"]},
    {"type": "agent.signed_in", "agent": "oleh", "queues": ["support"]},
    {"type": "agent.signed_in", "agent": "both", "queues": ["sales", "support"], "team": "first"},
    {"type": "agent.signed_in", "agent": "new", "queues": ["support"], "team": "second"},
    {"type": "notice.posted", "notice": "theirs", "text": "Line 2 is down", "source": "other"},
]
# Of each type: what a program of queue `sales` (team `first`) may not say of `support` (team `second`).
THEIRS: dict[str, list[dict[str, Any]]] = {
    "contact.queued": [{"contact": "c", "queue": "support"}],
    **{
        f"contact.{kind}": [{"contact": "theirs", "agent": "anna"}]
        for kind in ("ringing", "missed", "answered", "held", "resumed", "wrapped")
    },
    "contact.message": [{"contact": "theirs", "by": "customer"}],
    "contact.abandoned": [{"contact": "theirs"}, {"contact": "theirs", "queue": "support"}],
    "contact.left": [{"contact": "theirs", "reason": "timeout"}],
    "contact.transferred": [{"contact": "ours", "agent": "anna", "to_queue": "support"}],
    "contact.ended": [{"contact": "theirs"}],
    "contact.outcome": [
        {"contact": "theirs", "outcome": "failure"},
        {"contact": "theirs", "outcome": "failure", "contact_source": "pbx"},
        {"contact": "gone", "outcome": "failure", "contact_source": "elsewhere"},
    ],
    "contact.rated": [{"contact": "theirs", "score": 1}, {"score": 1, "queue": "support"}],
    "contact.tagged": [{"contact": "theirs", "tag": "hostile"}],
    "case.opened": [{"case": "k", "queue": "support"}, {"case": "k", "contact": "theirs"}],
    "case.resolved": [{"case": "k", "queue": "support"}],
    "agent.signed_in": [
        {"agent": "oleh"},
        {"agent": "anna", "queues": ["support"]},
        {"agent": "both", "queues": ["sales"]},
    ],
    "agent.signed_out": [{"agent": "oleh"}, {"agent": "new"}],
    "agent.presence": [{"agent": "oleh", "presence": "offline"}],
    "agent.activity": [{"agent": "oleh", "activity": "busy"}],
    "agent.queues": [{"agent": "oleh", "queues": []}, {"agent": "both", "queues": ["sales"]}],
    "queue.observed": [{"queue": "support", "waiting": 0}],
    "floor.observed": [
        {"queues": {}},
        {"queues": {"sales": []}},
        {"agents": {}},
        {"agents": {"both": {"queues": ["sales"]}}},
    ],
    "kpi.reported": [
        {"kpi": "sold", "value": 1},
        {"kpi": "sold", "value": 1, "queue": "support"},
        {"kpi": "sold", "value": 1, "agent": "oleh"},
        {"kpi": "sold", "value": 1, "team": "second"},
    ],
    "notice.posted": [
        {"text": "x"},
        {"text": "x", "boards": ["overview"]},
        {"text": "x", "queues": ["support"]},
        {"text": "x", "queues": ["sales"], "teams": ["second"]},
        {"text": "x", "queues": ["sales"], "notice": "theirs"},
    ],
    "notice.cleared": [{"notice": "theirs"}],
    "source.beat": [{"source": "other"}],
    "source.restarted": [{}],
}
OURS: list[dict[str, Any]] = [
    {"type": "contact.queued", "contact": "c", "queue": "sales"},
    {"type": "contact.answered", "contact": "ours", "agent": "anna"},
    {"type": "contact.outcome", "contact": "ours", "outcome": "success"},
    {"type": "contact.outcome", "contact": "gone", "outcome": "success"},
    {"type": "contact.ended", "contact": "ours", "agent": "anna"},
    {"type": "agent.presence", "agent": "both", "presence": "paused"},
    {"type": "agent.queues", "agent": "anna", "queues": ["sales"]},
    {"type": "agent.signed_in", "agent": "fresh", "team": "first", "queues": ["sales"]},
    {"type": "kpi.reported", "kpi": "sold", "value": 1, "queue": "sales"},
    {"type": "notice.posted", "text": "x", "queues": ["sales"], "notice": "ours"},
    {"type": "source.beat"},
]
LIMITS: list[dict[str, Any]] = [{"queues": ["sales"]}, {"teams": ["first"]}]


@pytest.fixture
async def served(config: Config, served_elsewhere: Any) -> AsyncIterator[Any]:
    async with served_elsewhere(replace(config, settings=SETTINGS)) as found:
        floor = found.parts.pipeline.floor
        floor.ground.settings = SETTINGS
        told = [{"source": "pbx"} | one for one in FLOOR]
        assert (await found.http.post(EVENTS, json=told)).json()["accepted"] == len(told)
        await until(lambda: "theirs" in floor.notices)
        yield found


async def headers(served: Any, **limits: Any) -> dict[str, str]:
    wanted = {"name": "crm", "scopes": ["events:write"], **limits}
    made = await served.http.post("/api/v1/tokens", json=wanted)
    return {"authorization": f"Bearer {made.json()['token']}"}


def test_every_type_of_event_is_here() -> None:
    assert THEIRS.keys() == set(TOLD_TYPES)


@pytest.mark.parametrize("limits", LIMITS, ids=["queues", "teams"])
async def test_nothing_of_other_queues_or_teams_passes_and_ones_own_does(
    served: Any, limits: Mapping[str, Any]
) -> None:
    """With the source of the platform itself, so that only the limits stand between."""
    theirs = [{"type": kind} | said for kind, each in THEIRS.items() for said in each]
    of_sales = await headers(served, source="pbx", **limits)
    answer = await served.anonymous.post(f"{EVENTS}?dry_run=true", json=theirs, headers=of_sales)
    refused = {one["index"] for one in answer.json()["rejected"]}
    assert [one for number, one in enumerate(theirs) if number not in refused] == []
    answer = await served.anonymous.post(f"{EVENTS}?dry_run=true", json=OURS, headers=of_sales)
    assert answer.json()["rejected"] == []


@pytest.mark.parametrize("limits", LIMITS, ids=["queues", "teams"])
async def test_without_a_source_of_its_own_it_speaks_under_its_name_and_no_other(
    served: Any, limits: Mapping[str, Any]
) -> None:
    told = [{"type": "source.restarted", "source": "pbx"}, {"type": "source.restarted"}]
    answer = await served.anonymous.post(EVENTS, json=told, headers=await headers(served, **limits))
    assert [one["at"] for one in answer.json()["rejected"]] == ["$[0].source"]


async def test_lines_of_a_queue_log_are_kept_inside_too(served: Any) -> None:
    now = served.parts.clock_ms() // 1000
    lines = f"{now}|1.1|sales|NONE|ENTERQUEUE||1|1\n{now}|1.2|support|NONE|ENTERQUEUE||1|1\n"
    lines += f"{now}|NONE|NONE|NONE|QUEUESTART|\n"
    of_sales = await headers(served, source="pbx", queues=["sales"])
    answer = await served.anonymous.post(f"{EVENTS}?from=asterisk-queue-log", content=lines, headers=of_sales)
    assert answer.json()["accepted"] == 1, answer.text
    assert [one["index"] for one in answer.json()["rejected"]] == [1, 2]


async def test_a_webhook_speaks_as_its_own_source_whatever_its_map_says(
    config: Config, served_elsewhere: Any, tmp_path: Path
) -> None:
    section = {
        "kind": "webhook", "secret": "correct horse", "signature": {"form": "token", "header": "X-Token"},
        "event": [{"type": "contact.ended", "contact": "$.contact", "source": "$.source"}],
    }  # fmt: skip
    async with served_elsewhere(replace(config, collectors={"crm": section})) as served:
        said = {"x-token": "correct horse"}
        answers = [
            await served.anonymous.post("/api/v1/in/crm", json={"contact": "c", "source": source}, headers=said)
            for source in ("pbx", "wallboard", "crm")
        ]
        assert [one.status_code for one in answers] == [422, 422, 202]
        assert answers[0].json()["rejected"][0]["at"] == "$.source"


async def test_nobody_speaks_as_the_server_itself(served: Any) -> None:
    """A notice that the server wrote names its writer; an event could name anybody."""
    said = {"type": "notice.posted", "text": "Go home", "attributes": {"who": "Olena", "by": "person:1"}}
    answer = await served.http.post(EVENTS, json=[{"source": "wallboard", "notice": "n1"} | said])
    assert [one["at"] for one in answer.json()["rejected"]] == ["$[0].source"]
    assert (await served.http.post(EVENTS, json={"notice": "n2", "source": "crm"} | said)).status_code == 202
    found = await served.until("/api/v1/notices", lambda notices: "n2" in notices)
    assert "who" not in found["n2"]
