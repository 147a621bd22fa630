"""POST /api/v1/in/NAME: foreign JSON with the sender's own signature, on a real server and Redis."""

import asyncio
import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from wallboard.config import Config
from wallboard.core.errors import Mistake
from wallboard.core.events import SourceCounted, type_of
from wallboard.web import webhooks
from wallboard.webhooks import webhook_of

FIXTURES = Path(__file__).parents[1] / "fixtures" / "webhooks"
SECRET = "correct horse"
STANDARD = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()
OWN = {"signature": {"form": "standard"}, "event": [{"type": "kpi.reported", "kpi": "$.name", "value": "$.value"}]}
SOURCES: dict[str, dict[str, object]] = {
    "chat": {"kind": "webhook", "map": "chatwoot", "secret": SECRET},
    "desk": {"kind": "webhook", "map": "zammad", "secret": SECRET},
    "alerts": {"kind": "webhook", "map": "alertmanager", "secret": SECRET},
    "graphs": {"kind": "webhook", "map": "grafana", "secret": SECRET},
    "own": {"kind": "webhook", "secret": STANDARD} | OWN,
    "program": {"kind": "command", "command": "true"},
}
STAMP = re.compile(r"2026-11-22T[0-9:.]+Z")  # of the day on which the payloads were recorded


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@pytest.fixture
async def hooked(config: Config, served_elsewhere: Any) -> AsyncIterator[Any]:
    async with served_elsewhere(replace(config, collectors=SOURCES)) as served:
        yield served


def payload(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


def mac(text: bytes, algorithm: str = "sha256") -> str:
    return hmac.new(SECRET.encode(), text, algorithm).hexdigest()


def signed(source: str, body: bytes, at_s: int | None = None) -> dict[str, str]:
    """The headers that this vendor sends."""
    now = str(int(time.time()) if at_s is None else at_s)
    if source == "chat":
        return {"x-chatwoot-timestamp": now, "x-chatwoot-signature": f"sha256={mac(f'{now}.'.encode() + body)}"}
    if source == "desk":
        return {"x-hub-signature": f"sha1={mac(body, 'sha1')}"}
    if source == "alerts":
        return {"authorization": f"Bearer {SECRET}"}
    if source == "graphs":
        stamped = f"{now}:".encode() + body
        return {"x-grafana-alerting-timestamp": now, "x-grafana-alerting-signature": mac(stamped)}
    key = base64.b64decode(STANDARD.removeprefix("whsec_"))
    digest = hmac.new(key, f"msg_1.{now}.".encode() + body, hashlib.sha256).digest()
    said = f"v1,AAAA v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": "msg_1", "webhook-timestamp": now, "webhook-signature": said}


async def post(served: Any, source: str, body: bytes, headers: dict[str, str], query: str = "") -> Any:
    return await served.anonymous.post(f"/api/v1/in/{source}{query}", content=body, headers=headers)


async def stored(served: Any) -> list[Any]:
    entries = await served.parts.stream.read("0-0", count=1000)
    return [entry.event for entry in entries if not isinstance(entry.event, SourceCounted)]


@pytest.mark.parametrize(
    ("source", "body", "types"),
    [
        ("chat", payload("chatwoot-conversation_created.json"), ["contact.queued"]),
        ("alerts", payload("alertmanager.json"), ["notice.posted", "notice.cleared"]),
        ("graphs", payload("grafana.json"), ["notice.posted"]),
        ("own", b'{"name":"orders","value":7}', ["kpi.reported"]),
    ],
)
async def test_each_form_of_signature_lets_its_payload_in(
    hooked: Any, source: str, body: bytes, types: list[str]
) -> None:
    answer = await post(hooked, source, body, signed(source, body))
    assert (answer.status_code, answer.json()["accepted"]) == (202, len(types)), answer.text
    found = await stored(hooked)
    assert [type_of(event) for event in found] == types
    assert {event.source for event in found} == {source}


async def test_zammads_sha1_is_checked_and_what_is_too_old_is_refused_with_its_path(hooked: Any) -> None:
    """The recorded ticket is older than a day."""
    body = payload("zammad-created.json")
    answer = await post(hooked, "desk", body, signed("desk", body))
    assert answer.status_code == 422
    assert {one["at"] for one in answer.json()["rejected"]} == {"$.time"}
    assert answer.json()["rejected"][0]["error"].startswith("[[event]] 1, contact.queued: older than 24 h")


async def test_a_zammad_ticket_of_now_is_taken_from_its_creation_to_its_end(hooked: Any) -> None:
    """The recorded ticket, with its own intervals, as if it had been closed a minute ago."""
    told = [payload(f"zammad-{name}.json").decode() for name in ("created", "answered", "closed")]
    last = max(instant(one) for body in told for one in STAMP.findall(body))
    later = datetime.now(UTC) - timedelta(minutes=1) - last
    for body in (STAMP.sub(lambda found: stamp(instant(found[0]) + later), one).encode() for one in told):
        answer = await post(hooked, "desk", body, signed("desk", body))
        assert (answer.status_code, answer.json()["rejected"]) == (202, []), answer.text
        assert answer.json()["accepted"] > 0
    found = await stored(hooked)
    kinds = [type_of(event) for event in found]
    assert kinds[:2] == ["contact.queued", "case.opened"]
    assert {"contact.answered", "contact.ended", "case.resolved"} <= set(kinds)
    times = [event.time for event in found]
    assert times[-1] - times[0] == round((last - instant(STAMP.findall(told[0])[0])).total_seconds() * 1000)
    async with asyncio.timeout(60):  # of the last hour: half an hour after midnight the ticket is of the day before
        while (row := await _queue(hooked, "Service Desk"))["m60"].get("answered") != 1:
            await asyncio.sleep(0.05)
    assert (row["m60"]["offered"], row["now"]["waiting"]) == (1, 0)


async def _queue(served: Any, name: str) -> dict[str, Any]:
    queues = (await served.http.get("/api/v1/state")).json().get("queues", {})
    found: dict[str, Any] = queues.get(name, {"m60": {}})
    return found


@pytest.mark.parametrize("source", ["chat", "desk", "alerts", "graphs", "own", "program", "nobody"])
async def test_a_wrong_signature_no_signature_and_no_such_webhook_answer_the_same(hooked: Any, source: str) -> None:
    body = b"{}"
    wrong = {name: value[:-1] + ("0" if value[-1] != "0" else "1") for name, value in signed(source, body).items()}
    answers = [await post(hooked, source, body, headers) for headers in ({}, wrong, signed(source, b"[]") | wrong)]
    assert [answer.status_code for answer in answers] == [401] * 3
    assert len({answer.text for answer in answers}) == 1
    assert await stored(hooked) == []


@pytest.mark.parametrize("source", ["chat", "graphs", "own"])
async def test_a_signed_time_that_is_not_recent_is_refused(hooked: Any, source: str) -> None:
    body = b"{}"
    for at_s in (int(time.time()) - 400, int(time.time()) + 400, 0):
        answer = await post(hooked, source, body, signed(source, body, at_s))
        assert answer.status_code == 401


async def test_a_repeated_delivery_counts_nothing_twice(hooked: Any) -> None:
    body = payload("alertmanager.json")
    answers = [await post(hooked, "alerts", body, signed("alerts", body)) for _ in range(2)]
    assert [answer.json()["duplicate"] for answer in answers] == [0, 2]


async def test_what_a_map_tells_again_in_other_words_is_no_conflict(hooked: Any) -> None:
    """An alert that still fires comes again under its id, with the number of now in its text."""
    body = payload("alertmanager.json")
    other = json.loads(body)
    for one in other["alerts"]:
        one["annotations"] = {"summary": "another number"}
    for told in (body, json.dumps(other).encode()):
        answer = await post(hooked, "alerts", told, signed("alerts", told))
    assert answer.json() == {"accepted": 0, "duplicate": 2, "rejected": []}


async def test_a_dry_run_shows_what_the_payload_would_become(hooked: Any) -> None:
    body = payload("chatwoot-conversation_created.json")
    answer = await post(hooked, "chat", body, signed("chat", body), "?dry_run=true")
    assert answer.status_code == 200
    [event] = answer.json()["events"]
    assert (event["type"], event["contact"], event["queue"]) == ("contact.queued", "204", "inbox-3")
    assert await stored(hooked) == []


async def test_a_payload_that_no_rule_knows_is_nothing_to_do(hooked: Any) -> None:
    body = b'{"event":"webwidget_triggered"}'
    answer = await post(hooked, "chat", body, signed("chat", body))
    assert (answer.status_code, answer.json()) == (202, {"accepted": 0, "duplicate": 0, "rejected": []})


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 5_000, b'{"a":' + b"9" * 5_000 + b"}"])
async def test_what_is_no_json_is_refused_as_a_whole(hooked: Any, body: bytes) -> None:
    answer = await post(hooked, "alerts", body, signed("alerts", body))
    assert answer.status_code in (400, 202)
    assert body[-1:] == b"}" or answer.status_code == 400


async def test_too_long_a_body_a_wrong_query_and_too_many_at_once_are_told(
    hooked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await post(hooked, "alerts", b" " * 1_048_577, signed("alerts", b""))).status_code == 413
    endless = b"[" + b"[]," * 100_000 + b"[]]"
    assert (await post(hooked, "alerts", endless, signed("alerts", endless))).status_code == 413
    assert (await post(hooked, "alerts", b"{}", {}, "?dryrun=1")).status_code == 400
    monkeypatch.setattr(webhooks, "AT_ONCE", 0)
    full = await post(hooked, "alerts", b"{}", signed("alerts", b"{}"))
    assert (full.status_code, full.headers["retry-after"]) == (503, "1")


async def test_a_stranger_who_sends_slowly_keeps_out_neither_other_senders_nor_other_webhooks(hooked: Any) -> None:
    head = b"POST /api/v1/in/own HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"
    slow = [await asyncio.open_connection(hooked.host, hooked.port) for _ in range(20)]
    for _, writer in slow:
        writer.write(head)
    body = b'{"name":"orders","value":7}'
    async with asyncio.timeout(60):
        while (own := await post(hooked, "own", body, signed("own", body))).status_code != 503:
            await asyncio.sleep(0.02)
    assert own.headers["retry-after"] == "1"
    other = await post(hooked, "graphs", payload("grafana.json"), signed("graphs", payload("grafana.json")))
    assert other.status_code == 202
    elsewhere = httpx.AsyncHTTPTransport(local_address="127.0.0.2")
    async with httpx.AsyncClient(base_url=hooked.origin, transport=elsewhere, timeout=60) as sender:
        found = await sender.post("/api/v1/in/own", content=body, headers=signed("own", body))
    assert found.status_code == 202
    for _, writer in slow:
        writer.close()


async def test_a_changed_section_is_read_anew(config: Config, served_elsewhere: Any) -> None:
    collectors = dict(SOURCES)
    async with served_elsewhere(replace(config, collectors=collectors)) as served:
        body = b'{"name":"orders","value":7}'
        assert (await post(served, "own", body, signed("own", body))).status_code == 202
        collectors["own"] = SOURCES["own"] | {"secret": "whsec_AAAA"}
        assert (await post(served, "own", body, signed("own", body))).status_code == 401


async def test_a_secret_in_a_file_is_read_anew_when_the_file_changes(
    config: Config, served_elsewhere: Any, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("another one\n")
    section: dict[str, object] = {"kind": "webhook", "map": "alertmanager", "secret_file": "secret"}
    folder = replace(config, file=tmp_path / "wallboard.toml", collectors={"alerts": section})
    async with served_elsewhere(folder) as served:
        body = payload("alertmanager.json")
        assert (await post(served, "alerts", body, signed("alerts", body))).status_code == 401
        (tmp_path / "secret").write_text(f"{SECRET}\n")
        assert (await post(served, "alerts", body, signed("alerts", body))).status_code == 202
        (tmp_path / "secret").unlink()
        assert (await post(served, "alerts", body, signed("alerts", body))).status_code == 401


@pytest.mark.parametrize("source", ["nosuch", "program", "alerts"])
async def test_no_body_is_read_of_whom_nobody_knows(hooked: Any, source: str) -> None:
    """The head promises a body that never comes."""
    head = f"POST /api/v1/in/{source} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n"
    assert (await hooked.raw(head.encode())).startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        ("whsec_", "this is 0 bytes"),
        ("whsec_" + base64.b64encode(b"x" * 23).decode(), "this is 23 bytes"),
        ("whsec_not-base64", "is no base64"),
        ("whsec_ключ", "is no base64"),
        (STANDARD, None),
        (STANDARD.removeprefix("whsec_"), None),
    ],
)
@pytest.mark.parametrize("place", ["secret", "secret_file"])
def test_a_secret_that_is_no_key_is_named_and_never_shown(
    tmp_path: Path, secret: str, words: str | None, place: str
) -> None:
    (tmp_path / "own").write_text(secret, encoding="utf-8")
    mistakes: list[Mistake] = []
    section = {"kind": "webhook", place: secret if place == "secret" else "own"} | OWN
    found = webhook_of("own", section, tmp_path, "wallboard.toml", mistakes)
    if words is None:
        assert (found is not None, mistakes) == (True, [])
        return
    [mistake] = mistakes
    assert (found, mistake.at) == (None, f"collector.own.{place}")
    assert words in mistake.reason
    assert secret == "whsec_" or secret.removeprefix("whsec_") not in mistake.reason


async def test_a_payload_that_no_rule_fits_is_not_refused_and_shows_on_the_page_of_the_source(hooked: Any) -> None:
    """A program that tells much of which a map wants little has no fault; where the map has one, it shows."""
    body = b'{"event":"contact_updated"}'
    tried = await post(hooked, "chat", body, signed("chat", body), "?dry_run=true")
    assert tried.json()["accepted"] == 0
    for _ in range(2):
        answer = await post(hooked, "chat", body, signed("chat", body))
        assert (answer.status_code, answer.json()) == (202, {"accepted": 0, "duplicate": 0, "rejected": []})
    left_out = lambda one: sum(event["about"].get("left_out", 0) for event in one["events"])  # noqa: E731
    found = await hooked.until("/api/v1/sources/chat", lambda one: left_out(one) == 2)
    assert "no [[event]] of the map fits" in found["events"][0]["did"][0]["text"]
    assert found["source"]["rejected"] == 0
