"""POST /api/v1/events: the answers of docs/http.md, over a real server and a real Redis."""

import asyncio
import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wallboard.config import Config, Redis
from wallboard.core.events import SourceCounted, decode_own, type_of
from wallboard.web import body as body_module
from wallboard.web.bodies import EVENTS_AT_MOST, reader_for
from wallboard.web.ingest import BODY_BYTES_AT_MOST, Ingest
from wallboard.web.names import Names
from wallboard.web.rate import Rates
from wallboard.web.who import Who

QUEUED = {"type": "contact.queued", "contact": "c-1", "queue": "support"}
BEAT = {"type": "source.beat"}
EVENTS = "/api/v1/events"
JSON = {"content-type": "application/json"}


async def stored(served: Any) -> list[Any]:
    """Every event of the stream that is not the server's own count."""
    entries = await served.parts.stream.read("0-0", count=20_000)
    return [entry.event for entry in entries if not isinstance(entry.event, SourceCounted)]


async def test_202_means_that_the_event_stands_in_the_stream_under_the_tokens_name(served: Any) -> None:
    answer = await served.http.post(EVENTS, json=QUEUED)
    assert (answer.status_code, answer.json()) == (202, {"accepted": 1, "duplicate": 0, "rejected": []})
    [event] = await stored(served)
    assert (type_of(event), event.source) == ("contact.queued", "admin")


async def test_one_bad_item_loses_nothing_else_of_the_batch(served: Any) -> None:
    batch = [QUEUED, QUEUED | {"quue": "x"}, QUEUED | {"queue": 7}, QUEUED]
    answer = await served.http.post(EVENTS, json=batch)
    assert answer.status_code == 202
    assert answer.json() == {
        "accepted": 2,
        "duplicate": 0,
        "rejected": [
            {"index": 1, "at": "$[1].quue", "error": "Object contains unknown field 'quue' - did you mean 'queue'?"},
            {"index": 2, "at": "$[2].queue", "error": "Expected text, got whole number"},
        ],
    }
    assert len(await stored(served)) == 2


async def test_when_all_are_refused_the_same_form_comes_with_422(served: Any) -> None:
    answer = await served.http.post(EVENTS, json=QUEUED | {"queue": 7})
    assert answer.status_code == 422
    assert answer.json()["rejected"] == [{"index": 0, "at": "$.queue", "error": "Expected text, got whole number"}]


async def test_the_same_id_twice_is_one_event_and_one_duplicate(served: Any) -> None:
    await served.http.post(EVENTS, json=QUEUED | {"id": "e-1"})
    answer = await served.http.post(EVENTS, json=[QUEUED | {"id": "e-1"}, QUEUED | {"id": "e-1", "queue": "other"}])
    conflicts = [{"id": "e-1", "source": "admin"}]
    assert answer.json() == {"accepted": 0, "duplicate": 2, "rejected": [], "conflicts": conflicts}
    assert answer.status_code == 202
    [event] = await stored(served)
    assert event.queue == "support", "the first one stands"


async def test_the_same_event_in_whatever_way_it_comes_again_is_no_conflict(served: Any) -> None:
    now_ms = time.time_ns() // 1_000_000
    at = datetime.fromtimestamp(now_ms / 1000, UTC).isoformat(timespec="milliseconds")
    said = {"contact": "c-1", "queue": "support", "attributes": {"a": "1", "b": "2"}, "wait_s": 12}
    one = {"type": "contact.abandoned", "id": "e-1", "source": "pbx-1", "time": now_ms, **said}
    turned = dict(reversed(one.items())) | {"time": at, "wait_s": 12.0, "attributes": {"b": "2", "a": "1"}}
    cloud = {"specversion": "1.0", "type": "wallboard.contact.abandoned", "source": "pbx-1", "id": "e-1", "time": at}
    timeless = {name: value for name, value in one.items() if name != "time"}  # its sender filled it in afterwards
    bodies = [
        ("", "application/json", json.dumps(one)),
        ("", "application/json", json.dumps([turned, one])),
        ("", "application/json", json.dumps(one, indent=2).replace("support", r"\u0073upport")),
        ("", "application/x-ndjson", json.dumps(timeless)),
        ("", "application/cloudevents+json", json.dumps(cloud | {"data": said})),
        ("", "application/cloudevents-batch+json", json.dumps([cloud | {"data": said}])),
        ("?from=events", "text/plain", json.dumps(turned)),
    ]
    for number, (query, kind, body) in enumerate(bodies):
        answer = await served.http.post(EVENTS + query, content=body, headers={"content-type": kind})
        told = {"accepted": int(not number), "duplicate": (0, 2, 1, 1, 1, 1, 1)[number], "rejected": []}
        assert answer.json() == told, body
    other = await served.http.post(EVENTS, json=one | {"time": now_ms - 1000})
    assert other.json()["conflicts"] == [{"id": "e-1", "source": "pbx-1"}]


async def test_a_line_of_a_recorded_format_that_is_sent_again_is_no_conflict(served: Any) -> None:
    line = f"{int(time.time())}|1700000000.1|support|NONE|ENTERQUEUE||380441234567|1\n"
    lines = EVENTS + "?from=asterisk-queue-log"
    answers = [await served.http.post(lines, content=line, headers={"content-type": "text/plain"}) for _ in range(2)]
    assert [answer.json()["accepted"] for answer in answers] == [1, 0]
    assert answers[1].json() == {"accepted": 0, "duplicate": 1, "rejected": []}


async def test_ndjson_cloudevents_and_recorded_lines_all_reach_the_stream(served: Any) -> None:
    cloud = {"specversion": "1.0", "type": "wallboard.source.beat", "source": "pbx-9", "id": "b-1"}
    bodies = [
        ("", "application/x-ndjson", f"{json.dumps(BEAT)}\nnonsense\n{json.dumps(BEAT)}\n"),
        ("", "application/cloudevents+json", json.dumps(cloud)),
        ("", "application/cloudevents-batch+json", json.dumps([cloud | {"id": "b-2"}])),
        ("?from=events", "text/plain", json.dumps(BEAT | {"id": "b-3"})),
    ]
    answers = [
        await served.http.post(EVENTS + query, content=body, headers={"content-type": kind})
        for query, kind, body in bodies
    ]
    assert [answer.status_code for answer in answers] == [202] * 4
    assert answers[0].json()["rejected"][0]["index"] == 1
    assert [event.source for event in await stored(served)] == ["admin", "admin", "pbx-9", "pbx-9", "admin"]


async def test_a_dry_run_checks_and_writes_nothing(served: Any) -> None:
    answer = await served.http.post(EVENTS + "?dry_run=true", json=[QUEUED, {"type": "x"}])
    assert (answer.status_code, answer.json()["accepted"]) == (200, 1)
    assert await stored(served) == []


async def test_the_distant_past_is_refused_with_its_path_and_the_future_is_left_to_the_state(served: Any) -> None:
    now_ms = time.time_ns() // 1_000_000
    times = [0, "1970-01-01T00:00:00Z", now_ms - 25 * 3_600_000, now_ms - 23 * 3_600_000, "9999-01-01T00:00:00Z"]
    answer = await served.http.post(EVENTS, json=[BEAT | {"time": at} for at in times])
    assert [one["at"] for one in answer.json()["rejected"]] == ["$[0].time", "$[1].time", "$[2].time"]
    assert answer.json()["accepted"] == 2


@pytest.mark.parametrize(
    ("content", "headers", "query", "status"),
    [
        (b"{", JSON, "", 400),
        (b"[" * 100_000, JSON, "", 400),
        (b'{"type":"kpi.reported","kpi":"a","value":NaN}', JSON, "", 400),
        (b'{"type":"kpi.reported","kpi":"' + b"x" * 1_000_000 + b'","value":1}', JSON, "", 422),
        (b"[" + b" " * BODY_BYTES_AT_MOST + b"]", JSON, "", 413),
        (b"\n".join([b"{}"] * (EVENTS_AT_MOST + 1)), {"content-type": "application/x-ndjson"}, "", 413),
        (json.dumps(BEAT).encode(), {"content-type": "text/plain"}, "", 415),
        (json.dumps(BEAT).encode(), {}, "", 415),
        (json.dumps(BEAT).encode(), JSON | {"content-encoding": "gzip"}, "", 415),
        (json.dumps(BEAT).encode(), JSON, "?dryrun=true", 400),
        (json.dumps(BEAT).encode(), JSON, "?dry_run=perhaps", 400),
        (b"x", JSON, "?from=no-such-format", 400),
        (json.dumps(BEAT).encode(), JSON | {"authorization": "Bearer wrong"}, "", 401),
    ],
)
async def test_bad_input_gets_its_4xx_with_something_to_do(
    served: Any, content: bytes, headers: dict[str, str], query: str, status: int
) -> None:
    answer = await served.http.post(EVENTS + query, content=content, headers=headers)
    assert answer.status_code == status
    if status != 422:
        assert answer.headers["content-type"] == "application/problem+json"
        assert len(answer.json()["detail"]) > 20


async def test_an_empty_array_is_nothing_to_do_and_no_mistake(served: Any) -> None:
    answer = await served.http.post(EVENTS, json=[])
    assert (answer.status_code, answer.json()) == (202, {"accepted": 0, "duplicate": 0, "rejected": []})


async def test_a_body_without_length_is_counted_while_it_comes(served: Any) -> None:
    chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    request = (
        f"POST {EVENTS} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: {served.http.headers['authorization']}\r\n"
        "content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    ).encode() + chunk * 17
    assert (await served.raw(request)).startswith(b"HTTP/1.1 413 ")


async def test_a_sender_that_stalls_in_the_body_is_answered_408_and_let_go(
    served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body_module, "BODY_S", 0.2)
    request = (
        f"POST {EVENTS} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: {served.http.headers['authorization']}\r\n"
        "content-type: application/json\r\ncontent-length: 100\r\n\r\n{"
    ).encode()
    answer = await served.raw(request)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in answer


async def test_a_token_far_over_its_rate_is_told_when_to_come_again(config: Config, served_elsewhere: Any) -> None:
    stopped_ms = time.time_ns() // 1_000_000
    async with served_elsewhere(config, clock_ms=lambda: stopped_ms) as served:
        answers = [await served.http.post(EVENTS, json=[BEAT] * EVENTS_AT_MOST) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [202, 202, 429]
        assert int(answers[2].headers["retry-after"]) >= 1
        assert len(await stored(served)) == 2 * EVENTS_AT_MOST
        told = (await served.http.get("/metrics")).text.splitlines()
        assert f"wallboard_events_put_off_total {EVENTS_AT_MOST}.0" in told, "whoever runs it learns of it too"


async def test_who_began_first_spends_by_the_time_at_which_it_was_read(config: Config, served_elsewhere: Any) -> None:
    """Others are taken while a batch is read: what has been refilled once for its token is not refilled again."""
    spent_ms: list[int] = []

    class Noted(Rates):
        def spend(self, name: str, amount: float, now_ms: int) -> None:
            spent_ms.append(now_ms)

    clock = count(1_900_000_000_000)
    async with served_elsewhere(config, clock_ms=lambda: next(clock)) as served:
        ingest, who = Ingest(Noted(1, 1), Names(config.limits)), Who("pbx", frozenset({"events:write"}))
        bodies = [json.dumps([BEAT] * 600).encode(), json.dumps(BEAT).encode()]
        read = reader_for("application/json")
        await asyncio.gather(*(ingest.take(served.parts, who, read, body, dry_run=True) for body in bodies))
    assert len(spent_ms) == 2
    assert spent_ms == sorted(spent_ms)


async def test_what_is_only_tried_counts_too(config: Config, served_elsewhere: Any) -> None:
    """It costs as much to read."""
    stopped_ms = time.time_ns() // 1_000_000
    async with served_elsewhere(config, clock_ms=lambda: stopped_ms) as served:
        trials = [await served.http.post(f"{EVENTS}?dry_run=true", json=[BEAT] * EVENTS_AT_MOST) for _ in range(3)]
        assert [answer.status_code for answer in trials] == [200, 200, 429]


async def test_what_was_repeated_or_refused_is_told_through_the_stream(served: Any) -> None:
    await served.http.post(EVENTS, json=QUEUED | {"id": "e-1", "source": "pbx-1"})
    await served.http.post(
        EVENTS,
        json=[
            QUEUED | {"id": "e-1", "source": "pbx-1"},
            QUEUED | {"id": "e-1", "source": "pbx-1", "contact": "c-2"},
            QUEUED | {"source": "pbx-1", "x": 1},
        ],
    )
    counted = None
    async with asyncio.timeout(60):
        while counted is None:
            await asyncio.sleep(0.1)
            entries = await served.parts.stream.read("0-0")
            counted = next((one.event for one in entries if isinstance(one.event, SourceCounted)), None)
    assert (counted.source, counted.duplicates, counted.conflicts, counted.rejected) == ("pbx-1", 2, 1, 1)
    assert (counted.duplicate_ids, counted.conflict_ids) == (["e-1"], ["e-1"])
    assert counted.rejections[0].at == "$[2].x"


async def test_when_redis_is_away_nothing_is_half_known_and_the_answer_says_when_to_repeat(
    config: Config, served_elsewhere: Any
) -> None:
    nowhere = replace(config, redis=Redis(url="redis://127.0.0.1:1/0"))
    async with served_elsewhere(nowhere, until="/healthz") as served:
        answer = await served.http.post(EVENTS, json=BEAT)
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) >= 1
        assert (await served.http.get("/healthz")).status_code == 200
        ready = await served.http.get("/readyz")
        assert (ready.status_code, ready.json()["redis"]) == (503, False)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.binary(max_size=300),
    kind=st.sampled_from(["application/json", "application/x-ndjson", "application/cloudevents+json", "text/plain"]),
)
async def test_any_bytes_give_202_or_a_4xx_and_never_a_5xx(served: Any, data: bytes, kind: str) -> None:
    answer = await served.http.post(EVENTS, content=data, headers={"content-type": kind})
    assert answer.status_code == 202 or 400 <= answer.status_code < 500


def test_what_the_stream_holds_is_what_was_sent() -> None:
    """A round trip through the vocabulary keeps text as text."""
    hostile = '{"type":"notice.posted","text":"</script><img onerror=x>{{7*7}}‮","source":"s"}'
    event = decode_own(hostile.encode())
    assert event.text == "</script><img onerror=x>{{7*7}}‮"  # type: ignore[attr-defined]


async def test_a_wait_of_years_is_refused_with_its_path(served: Any) -> None:
    batch = [QUEUED | {"since": 0}, {"type": "queue.observed", "queue": "support", "oldest_at": 1}, QUEUED]
    answer = await served.http.post(EVENTS, json=batch)
    assert [one["at"] for one in answer.json()["rejected"]] == ["$[0].since", "$[1].oldest_at"]
    assert answer.json()["accepted"] == 1
