"""Notices over HTTP: written, replaced and taken away; each comes back through the stream with who wrote it."""

import asyncio
from typing import Any

import pytest

from tests.waiting import now_ms
from wallboard.core.events import ConfigApplied

NOTICES = "/api/v1/notices"
EVENTS = "/api/v1/events"


async def test_a_notice_stands_with_who_wrote_it_until_it_is_taken_away(served: Any) -> None:
    headers = await served.headers_of()
    said = {"text": "Лінія 2 не працює", "level": "warning", "queues": ["support"], "mark": True}
    answer = await served.anonymous.post(NOTICES, json=said, headers=headers)
    assert answer.status_code == 202, answer.text
    name = answer.json()["id"]
    row = (await served.until(NOTICES, lambda found: name in found))[name]
    assert {key: row[key] for key in said} == said
    assert row["who"] == "Olena"
    gone = await served.anonymous.delete(f"{NOTICES}/{name}", headers=headers)
    assert gone.status_code == 202
    await served.until(NOTICES, lambda found: not found)
    lines = await asyncio.to_thread(served.parts.audit.read)
    stood = {"text": said["text"], "level": "warning", "queues": ["support"]}
    assert [(line.who, line.what, line.detail) for line in lines[:2]] == [
        ("Olena", "notice.cleared", {"id": name, "before": stood}),
        ("Olena", "notice.posted", {"id": name} | stood),
    ]


async def test_what_the_boards_get_does_not_say_who_wrote_it_and_the_server_is_no_source(served: Any) -> None:
    await served.http.post(NOTICES, json={"text": "x", "id": "a/b"})
    await served.until(NOTICES, lambda found: "a/b" in found)
    state = (await served.http.get("/api/v1/state")).json()
    assert "who" not in state["notices"]["a/b"]
    assert not state.get("sources")
    assert (await served.http.delete(f"{NOTICES}/a/b")).status_code == 202
    await served.until(NOTICES, lambda found: not found)


async def test_with_an_id_it_may_be_repeated_and_replaces_what_stands(served: Any) -> None:
    for text in ("one", "one", "two"):
        assert (await served.http.post(NOTICES, json={"text": text, "id": "line"})).json() == {"id": "line"}
        found = await served.until(NOTICES, lambda found, text=text: found.get("line", {}).get("text") == text)
    line = (await asyncio.to_thread(served.parts.audit.read))[0]
    assert (line.detail["text"], line.detail["before"]) == ("two", {"text": "one", "level": "info"})
    assert list(found) == ["line"]


async def test_it_stands_for_a_time_to_an_instant_or_to_the_end_of_the_day_where_no_shift_runs(served: Any) -> None:
    before_ms = served.parts.clock_ms()
    for_a_time = (await served.http.post(NOTICES, json={"text": "x", "until": "15m"})).json()["until"]
    assert before_ms + 900_000 <= for_a_time <= served.parts.clock_ms() + 900_000
    told = {"text": "x", "until": "2099-01-01T02:00:00+02:00"}
    assert (await served.http.post(NOTICES, json=told)).json()["until"] == 4_070_908_800_000
    day = (await served.http.post(NOTICES, json={"text": "x", "until": "shift"})).json()["until"]
    sites = (await served.http.get("/api/v1/state")).json()["sites"]
    assert day == max(site["day_ends"] for site in sites.values())


async def test_for_a_rotation_it_stands_on_the_boards_that_it_shows(served: Any) -> None:
    tile = {"kind": "queues", "at": [1, 1], "size": [4, 4], "queues": ["$queue"]}
    turning = {"rotation": {"boards": ["of?queue=sales", "overview"]}}
    for name, board in (("of", {"tile": [tile]}), ("turn", turning)):
        answer = await served.http.put(f"/api/v1/boards/{name}", json=board, headers={"if-none-match": "*"})
        assert answer.status_code == 201, answer.text
    for name, boards in (("n1", ["turn", "overview"]), ("n2", ["of?queue=vip"])):
        answer = await served.http.post(NOTICES, json={"text": "x", "id": name, "boards": boards})
        assert answer.status_code == 202, answer.text
    found = await served.until(NOTICES, lambda found: len(found) == 2)
    assert [found[name]["boards"] for name in ("n1", "n2")] == [["of?queue=sales", "overview"], ["of?queue=vip"]]
    params = {"board": "of?queue=sales"}
    state = (await served.http.get("/api/v1/state", params=params)).json()
    assert list(state["notices"]) == ["n1"]


MISTAKES: dict[str, tuple[Any, int, str]] = {
    "no text": ({}, 422, "text"),
    "an empty text": ({"text": ""}, 422, "$.text"),
    "control characters": ({"text": "a\u0000b"}, 422, "$.text"),
    "a level that is none": ({"text": "x", "level": "red"}, 422, "$.level"),
    "a typo": ({"text": "x", "untill": "1h"}, 422, "untill"),
    "a board that is none": ({"text": "x", "boards": ["nowhere"]}, 422, "$.boards[0]"),
    "some day": ({"text": "x", "until": "tomorrow"}, 422, "15m"),
    "no offset": ({"text": "x", "until": "2099-01-01T00:00:00"}, 422, "$.until"),
    "the past": ({"text": "x", "until": 1}, 422, "over already"),
    "too far": ({"text": "x", "until": "9999-12-31T23:59:59-12:00"}, 422, "$.until"),
    "no time at all": ({"text": "x", "until": "0m"}, 422, "over already"),
    "no object": ([], 422, "object"),
}


@pytest.mark.parametrize("case", MISTAKES)
async def test_what_is_wrong_is_said_with_its_path_and_nothing_is_written(served: Any, case: str) -> None:
    body, status, words = MISTAKES[case]
    answer = await served.http.post(NOTICES, json=body)
    assert answer.status_code == status, answer.text
    assert words in answer.text
    assert (await served.http.get(NOTICES)).json() == {}


async def test_only_who_may_write_notices_reads_writes_or_removes_them(served: Any) -> None:
    assert (await served.anonymous.post(NOTICES, json={"text": "x"})).status_code == 401
    assert (await served.http.post(NOTICES, content=b"{")).status_code == 400
    assert (await served.http.delete(f"{NOTICES}/none")).status_code == 404
    foreign = {"cookie": await served.sign_in(), "origin": "https://elsewhere.example"}
    assert (await served.anonymous.post(NOTICES, json={"text": "x"}, headers=foreign)).status_code == 403
    headers = await served.headers_of("Reader", "viewer")
    for method, path in (("GET", NOTICES), ("POST", NOTICES), ("DELETE", f"{NOTICES}/none")):
        answer = await served.anonymous.request(method, path, headers=headers)
        assert answer.status_code == 403, (method, answer.text)


async def test_a_lead_of_some_teams_writes_for_those_and_removes_what_is_theirs_alone(served: Any) -> None:
    settings = {"queue": {"support": {"team": "one"}, "sales": {"team": "two"}}}
    await served.parts.stream.append([ConfigApplied(settings=settings, source="wallboard", id="1")])
    for name, more in (("all", {}), ("two", {"teams": ["two"]}), ("both", {"teams": ["one", "two"]})):
        await served.http.post(NOTICES, json={"text": "x", "id": name, **more})
    await served.http.post(NOTICES, json={"text": "x", "id": "support", "queues": ["support"]})
    await served.until(NOTICES, lambda found: len(found) == 4)
    headers = await served.headers_of("Lena", "lead", teams=("one",))
    for more, status in (({}, 202), ({"teams": ["one"]}, 202), ({"teams": ["two"]}, 403), ({"queues": ["sales"]}, 403)):
        answer = await served.anonymous.post(NOTICES, json={"text": "mine", "id": "mine", **more}, headers=headers)
        assert answer.status_code == status, (more, answer.text)
    found = await served.until(NOTICES, lambda found: "mine" in found)
    assert found["mine"]["teams"] == ["one"]
    assert not any("theirs" in row for row in found.values()), "an administrator changes all"
    own = (await served.anonymous.get(NOTICES, headers=headers)).json()
    assert {name for name, row in own.items() if row.get("theirs")} == {"all", "two", "both"}
    for name, status in (("all", 403), ("two", 403), ("both", 403), ("support", 202), ("mine", 202)):
        assert (await served.anonymous.delete(f"{NOTICES}/{name}", headers=headers)).status_code == status, name
    answer = await served.anonymous.post(NOTICES, json={"text": "mine now", "id": "all"}, headers=headers)
    assert answer.status_code == 403


async def test_who_wrote_a_notice_takes_it_away_however_they_are_called_now_and_no_namesake_does(served: Any) -> None:
    lead = await served.headers_of("Lena", "lead", teams=("one",))
    row = {"text": "Line 2 is down", "id": "n-1", "boards": ["overview"]}
    assert (await served.anonymous.post(NOTICES, json=row, headers=lead)).status_code == 202
    await served.until(NOTICES, lambda found: "n-1" in found)
    person = await served.person("Lena")
    await served.http.patch(f"/api/v1/people/{person}", json={"name": "Olena"})
    wanted = {"name": "Lena", "scopes": ["notices:write"], "teams": ["one"]}
    namesake = (await served.http.post("/api/v1/tokens", json=wanted)).json()["token"]
    headers = {"authorization": f"Bearer {namesake}"}
    assert (await served.anonymous.delete(f"{NOTICES}/n-1", headers=headers)).status_code == 403
    answer = await served.anonymous.delete(f"{NOTICES}/n-1", headers=lead)
    assert answer.status_code == 202, "whoever wrote it, however they are called now"


async def program(served: Any, *scopes: str) -> dict[str, str]:
    """As a program with these scopes, called `ci`."""
    token = (await served.http.post("/api/v1/tokens", json={"name": "ci", "scopes": scopes})).json()
    return {"authorization": f"Bearer {token['token']}"}


async def of_the_trail(served: Any) -> list[tuple[str, str, Any]]:
    lines = await asyncio.to_thread(served.parts.audit.read)
    return [(line.who, line.what, line.detail) for line in reversed(lines) if line.what.startswith("notice.")]


async def test_a_notice_that_came_as_an_event_stands_in_the_audit_trail_once(served: Any) -> None:
    headers = await program(served, "events:write")
    posted = {"type": "notice.posted", "text": "hi", "id": "e-1", "until": now_ms() + 60_000}
    batch = [posted, {"type": "source.beat"}, {"type": "notice.cleared", "notice": "e-1", "source": "jenkins"}]
    await served.anonymous.post(EVENTS + "?dry_run=true", json=batch, headers=headers)
    for told in (batch, [posted]):
        answer = await served.anonymous.post(EVENTS, json=told, headers=headers)
        assert answer.status_code == 202, answer.text
    assert await of_the_trail(served) == [
        ("ci", "notice.posted", {"id": "e-1", "text": "hi", "level": "info", "until": posted["until"]}),
        ("ci", "notice.cleared", {"id": "e-1", "source": "jenkins"}),
    ]


async def test_very_many_notices_in_one_batch_are_told_as_so_many_more(served: Any) -> None:
    told = [{"type": "notice.posted", "text": "x", "notice": f"n{number}"} for number in range(60)]
    await served.http.post(EVENTS, json=told)
    lines = await of_the_trail(served)
    assert (len(lines), lines[-1][2]["id"], lines[-1][2]["more"]) == (50, "n49", 10)
    assert not any("more" in line[2] for line in lines[:-1])


async def test_what_people_wrote_an_event_changes_only_with_the_scope_for_notices(served: Any) -> None:
    await served.http.post(NOTICES, json={"text": "Fire drill at noon", "id": "drill"})
    await served.until(NOTICES, lambda found: "drill" in found)
    batch = [
        {"type": "notice.posted", "text": "No drill", "notice": "drill"},
        {"type": "notice.cleared", "notice": "drill"},
    ]
    headers = await program(served, "events:write")
    answer = await served.anonymous.post(EVENTS, json=batch, headers=headers)
    assert answer.status_code == 422
    assert [(one["at"], "notices:write" in one["error"]) for one in answer.json()["rejected"]] == [
        ("$[0].notice", True),
        ("$[1].notice", True),
    ]
    both = await program(served, "events:write", "notices:write")
    assert (await served.anonymous.post(EVENTS, json=batch, headers=both)).status_code == 202
    await served.until(NOTICES, lambda found: not found)
