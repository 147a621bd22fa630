"""New names of sources and queues are few, each sender's a share of them, and one that looks misspelt is said so."""

import asyncio
import json
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from wallboard.config import Config, Limits
from wallboard.core.errors import Refused, StreamUnavailable
from wallboard.core.events import ConfigApplied, Queued
from wallboard.core.state import Floor
from wallboard.web.bodies import reader_for
from wallboard.web.ingest import Ingest
from wallboard.web.names import LOOKED_AT, Names, slips
from wallboard.web.problems import Problem
from wallboard.web.rate import Rates
from wallboard.web.who import Who

QUEUED = {"type": "contact.queued", "contact": "c-1", "queue": "support"}
BEAT = {"type": "source.beat"}
EVENTS = "/api/v1/events"
JSON = {"content-type": "application/json"}


async def test_names_that_never_end_are_refused_and_known_ones_go_on(config: Config, served_elsewhere: Any) -> None:
    few = replace(config, limits=Limits(queues=3, new_in_an_hour=100))
    async with served_elsewhere(few) as served:
        await served.http.post(EVENTS, json=QUEUED)
        batch = [QUEUED | {"queue": f"q-{number}"} for number in range(4)] + [QUEUED]
        tried = await served.http.post(EVENTS + "?dry_run=true", json=batch[:3])
        answer = await served.http.post(EVENTS, json=batch)
        assert tried.json()["accepted"] == 3
        assert [one["at"] for one in answer.json()["rejected"]] == ["$[2].queue", "$[3].queue"]
        assert "is this a name" in answer.json()["rejected"][0]["error"]
        assert answer.json()["accepted"] == 3
        figures = (await served.http.get("/metrics")).text
        assert 'wallboard_events_rejected_total{reason="too_many_names"} 2.0' in figures


async def test_the_names_in_a_refused_event_take_no_room(config: Config, served_elsewhere: Any) -> None:
    few = replace(config, limits=Limits(sources=2, queues=1, new_in_an_hour=100))
    async with served_elsewhere(few) as served:
        await served.http.post(EVENTS, json=QUEUED | {"source": "one"})
        for name in ("evil-1", "evil-2"):
            answer = await served.http.post(EVENTS, json=QUEUED | {"source": name, "queue": "sales"})
            assert answer.json()["rejected"][0]["at"] == "$.queue"
        assert (await served.http.post(EVENTS, json=QUEUED | {"source": "two"})).json()["accepted"] == 1
        answer = await served.http.post(EVENTS, json=BEAT | {"source": "three"})
        assert answer.json()["rejected"][0]["at"] == "$.source"


async def test_the_names_of_a_batch_that_is_not_taken_take_no_room(
    config: Config, served_elsewhere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is sent again, whatever was taken meanwhile."""

    async def away(events: Any) -> Any:
        raise StreamUnavailable("away")

    async with served_elsewhere(replace(config, limits=Limits(queues=5, new_in_an_hour=40))) as served:
        batch = [QUEUED | {"queue": name} for name in ("lost-1", "lost-2")]
        with monkeypatch.context() as redis:
            redis.setattr(served.parts.together, "append", away)
            assert (await served.http.post(EVENTS, json=batch)).status_code == 503
        broken = json.dumps(batch)[:-1].encode()
        assert (await served.http.post(EVENTS, content=broken, headers=JSON)).status_code == 400
        for names in (("a", "b"), ("c",)):
            answer = await served.http.post(EVENTS, json=[QUEUED | {"queue": name} for name in names])
            assert answer.json()["accepted"] == (2 if len(names) == 2 else 0), answer.text


async def test_the_names_of_a_batch_that_comes_too_fast_take_no_room(served: Any) -> None:
    ingest = Ingest(Rates(1, 1), Names(Limits(queues=1, new_in_an_hour=100)))
    who, read = Who("pbx", frozenset({"events:write"})), reader_for("application/json")
    batches = [[QUEUED | {"queue": "lost"}, BEAT], QUEUED | {"queue": "kept"}]
    with pytest.raises(Problem, match="Too much at once"):
        await ingest.take(served.parts, who, read, json.dumps(batches[0]).encode(), dry_run=False)
    _, taken = await ingest.take(served.parts, who, read, json.dumps(batches[1]).encode(), dry_run=False)
    assert taken.accepted == 1


@pytest.mark.parametrize("is_lost_first", [True, False])
def test_a_name_that_two_requests_bring_counts_for_the_one_that_is_taken(is_lost_first: bool) -> None:
    """However a sender times what fails, its share stays its share."""
    names, floor = Names(Limits(queues=10, new_in_an_hour=10)), Floor()
    told = {name: Queued(contact="c", queue=name, source="pbx") for name in ("one", "two")}
    lost, taken = ExitStack(), ExitStack()
    for request in (lost, taken):
        names.admit(floor, told["one"], "pbx", 0, request.enter_context(names.bringing(floor, "pbx", 0)))
    for fails in (is_lost_first, not is_lost_first):
        if fails:
            lost.__exit__(Problem, Problem(503, "away"), None)
        else:
            taken.close()
    with names.bringing(floor, "pbx", 0) as brought, pytest.raises(Refused, match="1 new queues came from 'pbx'"):
        names.admit(floor, told["two"], "pbx", 0, brought)


async def test_one_sender_brings_only_its_share_of_new_names_within_an_hour(
    config: Config, served_elsewhere: Any
) -> None:
    named = replace(config, limits=Limits(queues=10))
    async with served_elsewhere(named) as served:
        batch = [QUEUED | {"queue": f"q-{number}", "source": f"s-{number}"} for number in range(3)]
        answer = await served.http.post(EVENTS, json=batch)
        [refused] = answer.json()["rejected"]
        assert refused["at"] == "$[2].queue"
        assert "2 new queues came from 'admin' within this hour" in refused["error"]
        again = await served.http.post(EVENTS, json=batch[:2])
        assert again.json()["accepted"] == 2


async def on_the_floor(served: Any, *names: str) -> None:
    async with asyncio.timeout(60):
        while not served.parts.pipeline.floor.tallies.queues.keys() >= set(names):
            await asyncio.sleep(0.02)


async def test_a_new_queue_that_may_be_another_one_misspelt_is_taken_with_a_warning(served: Any) -> None:
    await served.http.post(EVENTS, json=[QUEUED, QUEUED | {"queue": "line-1"}])
    await on_the_floor(served, "support", "line-1")
    batch = [QUEUED | {"queue": name} for name in ("supprot", "supprot", "billing", "line-2")]
    text = "There was no queue 'supprot' before; it was taken. Did you mean 'support'?"
    warnings = [{"queue": "supprot", "warning": text}]
    tried = await served.http.post(EVENTS + "?dry_run=true", json=batch)
    would = "There is no queue 'supprot' yet; it would be taken. Did you mean 'support'?"
    assert (tried.status_code, tried.json()["warnings"]) == (200, [{"queue": "supprot", "warning": would}])
    answer = await served.http.post(EVENTS, json=batch)
    assert answer.status_code == 202
    assert answer.json() == {"accepted": 4, "duplicate": 0, "rejected": [], "warnings": warnings}
    again = await served.http.post(EVENTS, json=batch)
    assert again.json() == {"accepted": 4, "duplicate": 0, "rejected": []}, "it is known now"


async def test_a_warning_tells_no_program_of_another_teams_queues(served: Any) -> None:
    settings = {"queue": {"support": {"team": "one"}, "supprt": {"team": "two"}, "suppot": {"team": "two"}}}
    await served.parts.stream.append([ConfigApplied(settings=settings, source="wallboard", id="1")])
    async with asyncio.timeout(60):
        while not served.parts.pipeline.floor.settings.queue:
            await asyncio.sleep(0.02)
    floor = served.parts.pipeline.floor
    for teams, told in ((None, {"supporx": "support"}), (frozenset({"two"}), {})):
        who = Who("crm", frozenset({"events:write"}), teams=teams)
        assert slips(who, floor, ["supporx"]) == told


async def test_only_the_first_new_names_of_a_request_are_compared(served: Any) -> None:
    await served.http.post(EVENTS, json=QUEUED)
    await on_the_floor(served, "support")
    wrong = [f"s{letter}pport" for letter in "abcdefgh"]
    answer = await served.http.post(EVENTS + "?dry_run=true", json=[QUEUED | {"queue": name} for name in wrong])
    assert [one["queue"] for one in answer.json()["warnings"]] == wrong[:LOOKED_AT]
