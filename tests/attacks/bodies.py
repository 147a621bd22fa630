"""Groups 7, 8, 9, 17 and 18: what stands in the body."""

import json
import time
from random import Random
from urllib.parse import quote

import httpx
from corpus import HOSTILE, event, text, value
from target import Target

EVENTS = "/api/v1/events"


def malformed(to: Target, dice: Random, many: int) -> None:
    """Too deep, no numbers, doubled keys, lone surrogates, torn: 4xx with a reason, at once."""
    start = '{"type":"kpi.reported","kpi":"k","value":'
    fixed = [
        ("[" * 100_000).encode(), ('{"a":' * 100_000).encode(), (start + "NaN}").encode(), (start + "1e999}").encode(),
        (start + "-Infinity}").encode(), (start + "9" * 5000 + "}").encode(), (start + '1,"value":2}').encode(),
        b'{"type":"kpi.reported","kpi":"\\ud800","value":1}', b'{"type":"kpi.reported","kpi":"\\u0000","value":1}',
        b'\xef\xbb\xbf{"type":"source.beat"', (start + '"' + "x" * 1_000_000 + '"}').encode(), b"\xff\xfe{", b"",
        b"null",
        ("{" + ",".join(f'"k{n}":1' for n in range(100_000)) + "}").encode(),
        ('{"type":"floor.observed","agents":{' + ",".join(f'"a{n}":{{}}' for n in range(80_000)) + "}}").encode(),
        b"[1", b"[]garbage", b"{'type':1}",
    ]  # fmt: skip
    kinds = (
        "application/json",
        "application/x-ndjson",
        "application/cloudevents+json",
        "application/cloudevents-batch+json",
    )
    with to.client() as http:
        for n in range(many):
            body = fixed[n] if n < len(fixed) else _broken(dice)
            kind = kinds[0] if n < len(fixed) else dice.choice(kinds)
            began = time.perf_counter()
            answer = http.post(EVENTS, params={"dry_run": "true"}, content=body, headers={"content-type": kind})
            took_s = time.perf_counter() - began
            to.saw("7 malformed", answer.status_code, body[:60])
            to.took("7 malformed", took_s)
            if n < len(fixed):
                said = answer.status_code in (400, 413, 422) and "at" in answer.text + "rejected"
                to.expect("7 malformed", said and took_s < 2, f"{body[:60]!r}: {answer.status_code}, {took_s:.2f} s")


def events(to: Target, dice: Random, many: int) -> None:
    """Things that look like events: each is taken, or refused with its place; none is a 5xx."""
    with to.client() as http:
        for _ in range(0, many, 20):
            items = [event(dice) for _ in range(20)]
            answer = http.post(EVENTS, content=json.dumps(items), headers={"content-type": "application/json"})
            told = answer.json()
            whole = answer.status_code in (202, 422) and (
                told["accepted"] + told["duplicate"] + len(told["rejected"]) == len(items)
            )
            placed = all(
                one["at"].startswith(f"$[{one['index']}]") and one["error"] for one in told.get("rejected", ())
            )
            for item in items:
                to.expect(
                    "7 events", whole and placed, f"{answer.status_code} for {str(item)[:80]}: {answer.text[:200]}"
                )


def names(to: Target, dice: Random, many: int) -> None:
    """Markup, templates, directions and floods as names: text comes back as that text, and escaped in a page."""
    with to.client() as http:
        sent = []
        for n in range(many):
            name = (HOSTILE[n % len(HOSTILE)] + (f" {n}" if n >= len(HOSTILE) else ""))[-256:]
            said = {"type": "kpi.reported", "kpi": name, "value": n, "source": "names"}
            answer = http.post(EVENTS, json=said)
            to.saw("8 names", answer.status_code, name)
            if answer.status_code == 202:
                sent.append(name)
            else:
                to.expect(
                    "8 names", answer.status_code == 422 and "rejected" in answer.text, f"{name!r}: {answer.text[:80]}"
                )
        time.sleep(1.0)
        known = http.get("/api/v1/state").json()["kpis"]
        page = http.get("/board/overview").text + http.get("/sources").text + http.get("/sources/names").text
        for name in sent:
            to.expect("8 names", name in known, f"{name!r} is not what came back")
        for mark in ("<img src=x", "<script>pwned", "<svg onload", "<iframe srcdoc", "<base href=//evil"):
            to.expect("8 names", mark not in page, f"{mark} stands in a page unescaped")


def logged(to: Target, dice: Random, many: int) -> None:
    """Line ends and terminal codes in what is logged or answered in a header: one line of JSON each, no header more."""
    with to.client() as http:
        for _ in range(many):
            nasty = dice.choice(
                ("\r\nX-Injected: 1", "\x1b[31m", '\n{"event":"forged"}', "\x9b2J", "\u2028", text(dice, 40))
            )
            answer = dice.choice((
                lambda said=nasty: http.get("/api/v1/explain", params={"metric": said, "queue": said}),
                lambda said=nasty: http.post(EVENTS, params={"from": said}, content=b"x"),
                lambda said=nasty: http.post("/api/v1/notices", json={"text": said, "id": said, "boards": [said]}),
                lambda said=nasty: http.get("/api/v1/history", params={"queue": said, "metric": said, "day": said}),
                lambda said=nasty: http.get("/api/v1/state", params={said or "x": said}),
                lambda said=nasty: http.post("/signin", json={"code": said}),
                lambda said=nasty: http.post(f"/api/v1/in/{quote(said, safe='')}", content=b"{}"),
            ))()  # fmt: skip
            to.saw("9 logged", answer.status_code, nasty)
            to.expect("9 logged", "x-injected" not in answer.headers, nasty)
    lines = to.log_lines()
    to.expect("9 logged", not any(line.startswith('{"event":"forged"}') for line in lines), "a line was forged")
    to.expect("9 logged", not any("\x1b" in line for line in lines), "a terminal code stands in the log")


def repeats(to: Target, dice: Random, many: int) -> None:
    """Repeated, reordered, of 1970 and of 9999, the same id with another body: counted once, the first one counts."""
    with to.client() as http:
        run = dice.randbytes(6).hex()
        counted = _conflicts(http)
        for n in range(0, many, 10):
            one = {
                "type": "contact.queued",
                "contact": f"r-{run}-{n}",
                "queue": f"repeats-{run}",
                "source": "r",
                "id": f"{run}-{n}",
            }
            items = [one, dict(one), {**one, "queue": f"other-{run}"}, {**one, "id": f"{run}-{n}-old", "time": 0},
                     {**one, "id": f"{run}-{n}-far", "contact": f"f-{run}-{n}", "time": "9999-12-31T23:59:59Z"},
                     {**one, "id": f"{run}-{n}-1970", "time": "1970-01-01T00:00:00Z"}, dict(one), dict(one), dict(one),
                     {**one, "id": f"{run}-{n}-bad", "time": "2026-02-30T00:00:00Z"}]  # fmt: skip
            told = http.post(EVENTS, json=items).json()
            right = (told["accepted"], told["duplicate"], len(told["rejected"])) == (2, 5, 3)
            right &= told.get("conflicts") == [{"id": one["id"], "source": "r"}]
            for item in items:
                to.expect("18 repeats", right, f"{item}: {told}")
        again = http.post(EVENTS, json=[one])
        to.expect("18 repeats", again.json() == {"accepted": 0, "duplicate": 1, "rejected": []}, again.text)
        batches = len(range(0, many, 10))
        to.expect("18 repeats", _conflicts(http) - counted == batches, f"not {batches} conflicts are counted")
        to.expect("18 repeats", _applied(http, f"repeats-{run}", 2 * batches), "not each counts once")
        known = http.get("/api/v1/state").json()["queues"]
        to.expect("18 repeats", f"other-{run}" not in known, "what came second counts")


def _conflicts(http: httpx.Client) -> int:
    """As Prometheus is told of them."""
    lines = http.get("/metrics").text.splitlines()
    return int(float(next(line for line in lines if line.startswith("wallboard_events_conflict_total ")).split()[1]))


def _applied(http: httpx.Client, queue: str, offered: int) -> bool:
    """Whether so many were offered there, no more, once all of the stream is applied."""
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        queues = http.get("/api/v1/state").json()["queues"]
        if queue in queues and queues[queue]["day"]["offered"] >= offered:
            return bool(queues[queue]["day"]["offered"] == offered)
        time.sleep(0.1)
    return False


def flood(to: Target, dice: Random, many: int) -> None:
    """Names without end and events without end: a limit for names, then 429 with Retry-After; never more memory."""
    run = dice.randbytes(4).hex()
    with to.client() as http:
        refused = limited = 0
        for n in range(0, many, 1000):
            items = [{"type": "contact.queued", "contact": f"c{m}", "queue": f"q-{run}-{n + m}"} for m in range(1000)]
            answer = http.post(EVENTS, json=items)
            limited += answer.status_code == 429
            if answer.status_code == 429:
                to.expect("17 flood", int(answer.headers["retry-after"]) >= 1, "429 without Retry-After")
            else:
                refused += len(answer.json()["rejected"])
            for _ in items:
                to.saw("17 flood", answer.status_code, f"batch {n}")
        to.expect("17 flood", limited > 0 or refused > 0, f"{many} new names in one go were all taken")
        queues = len(http.get("/api/v1/state").json()["queues"])
        to.expect("17 flood", queues <= 5_100, f"{queues} queues are known")


def _broken(dice: Random) -> bytes:
    """A good body with some bytes changed, cut or doubled; or anything at all."""
    whole = json.dumps(value(dice) if dice.random() < 0.3 else [event(dice) for _ in range(3)], ensure_ascii=False)
    data = bytearray(whole.encode("utf-8", "surrogatepass"))
    for _ in range(dice.randint(1, 4)):
        if data:
            place = dice.randrange(len(data))
            match dice.randint(0, 2):
                case 0:
                    data[place] = dice.randrange(256)
                case 1:
                    del data[place : place + dice.randint(1, 20)]
                case _:
                    data[place:place] = data[: dice.randint(0, 40)]
    return bytes(data)
