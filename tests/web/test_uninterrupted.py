"""Whatever a body holds, others are served in between: no piece of work takes this process's loop for long."""

import asyncio
import gc
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.web.conftest import TOKEN  # type: ignore[import-not-found]
from wallboard.core.events import _about_type
from wallboard.web.bodies import EVENT_BYTES_AT_MOST

MOST = 6  # times a piece of work of about 10 ms of CPU time: a busy machine stretches both
TRIES = 3  # the least counts: what else the machine does only adds
KEYS = ",".join(f'"k{n}":1' for n in range(80_000))
CLOUD = '{"specversion":"1.0","type":"contact.queued","source":"s","id":"i","data":{'
FLOOR = '{"type":"floor.observed","agents":{'
CLOUD_FLOOR = CLOUD.replace("contact.queued", "floor.observed") + '"agents":{'
AGENTS = ",".join(f'"a{n}":{{}}' for n in range(80_000))
FULL = AGENTS[: EVENT_BYTES_AT_MOST - 200].rpartition(",")[0]
SLOW = {
    "types that nobody knows": ("x-ndjson", "\n".join(f'{{"type":"contact.{n}queued"}}' for n in range(5_000))),
    "fields that nobody knows": (
        "json", "[" + ",".join(f'{{"type":"agent.queues","agent":"a","que{n}":1}}' for n in range(5_000)) + "]",
    ),
    "a type of a megabyte": ("json", '{"type":"' + "contact queued " * 69_000 + '"}'),
    "blank lines": ("x-ndjson", "\n" * 1_048_576),
    "more lines than may be": ("x-ndjson", "{}\n" * 340_000),
    "a CloudEvent of keys": ("cloudevents+json", CLOUD + KEYS + "}}"),
    "CloudEvents of keys": ("cloudevents-batch+json", "[" + ",".join([CLOUD + KEYS[:70_000] + "}}"] * 14) + "]"),
    "agents without end": ("json", FLOOR + AGENTS + "}}"),
    "agents without end in a CloudEvent": ("cloudevents+json", CLOUD_FLOOR + AGENTS + "}}}"),
    "as many agents as there may be": ("json", FLOOR + FULL + "}}"),
    "as many, one twice": ("json", FLOOR + FULL + ',"a0":{}}}'),
    "as many, one twice, in a CloudEvent": ("cloudevents+json", CLOUD_FLOOR + FULL + ',"a0":{}}}}'),
    "items without end": ("json", "[" + "1," * 500_000 + "1]"),
    "nested without end": ("json", '{"type":"source.beat","attributes":' + "[" * 500_000 + "]" * 500_000 + "}"),
    "no UTF-8 at the end": ("json", b'{"type":"source.beat","note":"' + b"x" * 1_000_000 + b"\xff" + b'"}'),
    "digits": ("json", '{"type":"kpi.reported","kpi":"k","value":' + "9" * 1_000_000 + "}"),
    "lines of a log that are none": ("x-ndjson?from=asterisk-queue-log", ("x" * 200 + "\n") * 5_000),
}  # fmt: skip


@contextmanager
def watched() -> Iterator[list[float]]:
    """CPU milliseconds of each piece of work of this loop: what runs until something else may."""
    run, took = asyncio.Handle._run, []

    def timed(handle: asyncio.Handle) -> None:
        began_s = time.thread_time()
        run(handle)
        took.append(1000 * (time.thread_time() - began_s))

    gc.collect()
    gc.freeze()  # else the collector may look through all that the tests before left
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(asyncio.Handle, "_run", timed)
            yield took
    finally:
        gc.unfreeze()


def ten_ms() -> float:
    """What about so much work takes now."""
    began_s = time.thread_time()
    json.loads(json.dumps([{"k": n} for n in range(9_000)]))
    return 1000 * (time.thread_time() - began_s)


async def longest(work: Callable[[], Awaitable[None]]) -> float:
    """How many times ten milliseconds the longest piece of it takes."""
    found = float("inf")
    for _ in range(TRIES):
        like_ms = ten_ms()
        with watched() as took:
            await work()
        if (found := min(found, max(took) / like_ms)) < MOST:
            break
    return found


def post(origin: str, kind: str, body: str | bytes) -> int:
    kind, _, query = kind.partition("?")
    headers = {"authorization": f"Bearer {TOKEN}", "content-type": f"application/{kind}"}
    return httpx.post(f"{origin}/api/v1/events?{query}", content=body, headers=headers, timeout=60).status_code


@pytest.mark.parametrize("name", SLOW)
async def test_no_body_holds_up_others_for_long(served: Any, name: str) -> None:
    kind, body = SLOW[name]
    await asyncio.to_thread(post, served.origin, kind, "")  # what is loaded when it is first used

    async def work() -> None:
        assert await asyncio.to_thread(post, served.origin, kind, body) in (202, 400, 413, 422)

    assert await longest(work) < MOST


NUMBER = {"kind": "number", "metric": "waiting", "at": [1, 1], "size": [1, 1]}
BOARDS = {
    "names": json.dumps({"tile": [NUMBER | {"queues": ["a*"] * 40_000}]}),
    "tiles": json.dumps({"tile": [NUMBER] * 3_000}),
    "keys": "\n".join(f"k{n} = 1" for n in range(20_000)),
    "tables": "\n".join(f"[a{n}]" for n in range(25_000)),
}


@pytest.mark.parametrize("name", BOARDS)
async def test_no_board_holds_up_others_for_long(served: Any, name: str) -> None:
    text = BOARDS[name]
    kind = "json" if text.startswith("{") else "toml"
    headers = {"content-type": f"application/{kind}", "if-none-match": "*"}

    async def work() -> None:
        answer = await served.http.put("/api/v1/boards/long", content=text, headers=headers)
        assert answer.status_code == 422

    assert await longest(work) < MOST


RULES = {
    "more patterns than there may be": [f"*{n}*" for n in range(7_000)],
    "as many as there may be, that mean nothing": [f"*x{n}*" for n in range(500)],
    "names that nobody has": [f"queue-{n}" for n in range(500)],
}


@pytest.mark.parametrize("name", RULES)
async def test_no_rule_holds_up_others_for_long(served: Any, name: str) -> None:
    """Each is looked for among all queues that there are."""
    queues = [{"type": "contact.queued", "contact": f"c{n}", "queue": f"q-{n}"} for n in range(900)]
    assert (await served.http.post("/api/v1/events", json=queues)).status_code == 202
    async with asyncio.timeout(60):
        while len(served.parts.pipeline.documents.get("queues", {})) < 900:
            await asyncio.sleep(0.05)
    text = f'[alert.long]\nmetric = "waiting"\nraise = "> 1"\nqueues = {json.dumps(RULES[name])}\n'

    async def work() -> None:
        answer = await served.http.post("/api/v1/alerts/check-rule", json={"text": text})
        assert answer.status_code == 200
        assert bool(answer.json()["mistakes"]) == (len(RULES[name]) > 500)

    await work()  # what is loaded when it is first used
    assert await longest(work) < MOST


async def test_an_event_that_is_posted_meanwhile_is_answered_before_a_slow_body(served: Any) -> None:
    slow = asyncio.create_task(asyncio.to_thread(post, served.origin, *SLOW["types that nobody knows"]))
    await asyncio.sleep(0.1)
    answers = [await served.http.post("/api/v1/events", json={"type": "source.beat"}) for _ in range(5)]
    assert {answer.status_code for answer in answers} == {202}
    assert not slow.done(), "it was not slow"
    assert await slow == 422


async def test_of_ranges_without_end_none_holds_up_others(served: Any) -> None:
    ranges = ",".join(f"{n}-{n}" for n in range(3_000))
    head = f"GET /static/js/board.js HTTP/1.1\r\nhost: localhost\r\nrange: bytes={ranges}\r\nconnection: close\r\n\r\n"

    async def work() -> None:
        assert int((await served.raw(head.encode()))[9:12]) in (200, 206, 400, 416, 431)

    assert await longest(work) < MOST


async def test_nothing_of_a_long_type_is_kept(served: Any) -> None:
    """What is kept of it so that the same mistake is known again would hold a quarter of a gigabyte."""
    before = _about_type.cache_info().misses
    for end in ("1", "2"):
        body = json.dumps({"type": "x" * 100_000 + end})
        assert await asyncio.to_thread(post, served.origin, "json", body) == 422
    assert _about_type.cache_info().misses - before <= 1
