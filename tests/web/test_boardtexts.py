"""Boards over HTTP: read and written as TOML and JSON, nobody writes over what they have not seen."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from wallboard.config import Config, Server

BOARDS = "/api/v1/boards"
TOML = {"content-type": "application/toml"}
NEW = {"if-none-match": "*"}
TEXT = """\
title = "Night"  # for the small hall

# what waits
[[tile]]
kind = "number"
at = [1, 1]
size = [3, 2]
metric = "waiting"
"""


async def made(served: Any, name: str = "night", text: str = TEXT) -> str:
    answer = await served.http.put(f"{BOARDS}/{name}", content=text, headers=TOML | NEW)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["etag"])


async def as_person(served: Any, role: str) -> dict[str, str]:
    return await served.headers_of("Piotr", role)


async def test_a_board_that_is_written_is_in_force_at_once_and_read_as_it_was_written(served: Any) -> None:
    tag = await made(served)
    assert served.parts.boards()["night"].title == "Night"
    text = await served.http.get(f"{BOARDS}/night", headers={"accept": "application/toml"})
    assert (text.text, text.headers["etag"]) == (TEXT, tag)
    tables = (await served.http.get(f"{BOARDS}/night")).json()
    assert tables["tile"] == [{"kind": "number", "at": [1, 1], "size": [3, 2], "metric": "waiting"}]
    row = next(one for one in (await served.http.get(BOARDS)).json()["boards"] if one["id"] == "night")
    assert row == {
        "id": "night", "title": "Night", "audience": "wall", "origin": "editor", "writable": True, "etag": tag,
    }  # fmt: skip
    assert (await served.http.get(f"{BOARDS}/night", headers={"if-none-match": tag})).status_code == 304
    assert "Night" in (await served.http.get("/board/night")).text


async def test_json_is_written_into_the_text_and_its_comments_stay(served: Any) -> None:
    tag = await made(served)
    tables = (await served.http.get(f"{BOARDS}/night")).json()
    tables["tile"][0] |= {"at": [4, 1], "window": None}
    answer = await served.http.put(f"{BOARDS}/night", json=tables, headers={"if-match": tag})
    assert answer.status_code == 200, answer.text
    text = (await served.http.get(f"{BOARDS}/night", headers={"accept": "application/toml"})).text
    assert text == TEXT.replace("at = [1, 1]", "at = [4, 1]")


async def test_nobody_writes_over_what_they_have_not_seen(served: Any) -> None:
    tag = await made(served)
    path = f"{BOARDS}/night"
    assert (await served.http.put(path, content=TEXT, headers=TOML)).status_code == 428
    newer = await served.http.put(path, content="title = 'B'", headers=TOML | {"if-match": tag})
    assert newer.status_code == 200
    late = await served.http.put(path, content="title = 'C'", headers=TOML | {"if-match": tag})
    assert (late.status_code, late.headers["etag"]) == (412, newer.headers["etag"])
    taken = await served.http.put(path, content=TEXT, headers=TOML | NEW)
    assert (taken.status_code, taken.headers["etag"]) == (412, newer.headers["etag"])
    assert "There is a board 'night' already" in taken.json()["detail"]
    assert (await served.http.delete(path, headers={"if-match": tag})).status_code == 412
    assert (await served.http.delete(path)).status_code == 428
    assert (await served.http.get(path)).json() == {"title": "B"}
    assert (await served.http.put(path, content="title = 'D'", headers=TOML | {"if-match": "*"})).status_code == 200
    gone = await served.http.put(f"{BOARDS}/gone", content=TEXT, headers=TOML | {"if-match": tag})
    assert gone.status_code == 412


async def test_what_it_was_can_be_read_and_is_restored_as_a_new_revision(served: Any) -> None:
    tag = await made(served)
    path = f"{BOARDS}/night"
    tag = (await served.http.put(path, content="title = 'B'", headers=TOML | {"if-match": tag})).headers["etag"]
    rows = (await served.http.get(f"{path}/revisions")).json()["revisions"]
    assert [(row["revision"], row["who"]) for row in rows] == [(2, "admin"), (1, "admin")]
    assert (await served.http.get(f"{path}/revisions/1", headers={"accept": "application/toml"})).text == TEXT
    assert (await served.http.post(f"{path}/revisions/1/restore")).status_code == 428
    back = await served.http.post(f"{path}/revisions/1/restore", headers={"if-match": tag})
    assert back.status_code == 200, back.text
    assert served.parts.boards()["night"].title == "Night"
    assert (await served.http.delete(path, headers={"if-match": back.headers["etag"]})).status_code == 200
    assert "night" not in served.parts.boards()
    again = await served.http.post(f"{path}/revisions/1/restore", headers=NEW)
    assert again.status_code == 201, again.text
    for number in ("4", "99", "x", "-1"):
        assert (await served.http.get(f"{path}/revisions/{number}")).status_code == 404


async def test_every_mistake_is_named_with_its_path_and_nothing_is_written(served: Any) -> None:
    wrong = "colums = 3\n[[tile]]\nkind = 'numbr'\nat = [1, 1]\nsize = [99, 1]\n"
    answer = await served.http.put(f"{BOARDS}/bad", content=wrong, headers=TOML | NEW)
    assert answer.status_code == 422
    assert {one["at"] for one in answer.json()["mistakes"]} == {"colums", "tile[0].size"}
    tables = {"tile": [{"kind": "numbr", "at": [1, 1], "size": [1, 1]}], "rotation": {"boards": ["gone"]}}
    answer = await served.http.put(f"{BOARDS}/bad", json=tables, headers=NEW)
    assert {one["at"] for one in answer.json()["mistakes"]} == {"tile[0].kind", "rotation"}
    for text, at in (("title = [", "end of document"), ("[rotation]\nboards = ['bad']", "rotation.boards[0]")):
        answer = await served.http.put(f"{BOARDS}/bad", content=text, headers=TOML | NEW)
        assert (answer.status_code, answer.json()["at"]) == (422, at)
    assert "bad" not in served.parts.boards()


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"\xff", "application/toml", 400),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"title": "\\ud800"}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"a = " + b"[" * 100_000, "application/toml", 422),
        (b"x", "text/plain", 415),
        (b"#" * 300_000, "application/toml", 413),
        (b'{"updates_per_s": 1e999}', "application/json", 400),
        (b"updates_per_s = nan", "application/toml", 422),
        (b'{"columns": 123456789012345678901234567890}', "application/json", 422),
    ],
)
async def test_what_is_no_board_is_refused(served: Any, content: bytes, kind: str, status: int) -> None:
    answer = await served.http.put(f"{BOARDS}/bad", content=content, headers={"content-type": kind} | NEW)
    assert answer.status_code == status, answer.text
    assert answer.json()["detail"]


@pytest.mark.parametrize("name", ["a.b", "%C3%A9", "x" * 65, "-a", "a?b=c".replace("?", "%3F")])
async def test_a_name_that_no_board_can_have_is_refused(served: Any, name: str) -> None:
    answer = await served.http.put(f"{BOARDS}/{name}", content=TEXT, headers=TOML | NEW)
    assert answer.status_code == 404, answer.text


async def test_a_default_board_can_be_changed_and_is_back_when_that_is_taken_away(served: Any) -> None:
    path = f"{BOARDS}/overview"
    before = await served.http.get(path)
    tag = before.headers["etag"]
    assert (await served.http.delete(path, headers={"if-match": tag})).status_code == 409
    answer = await served.http.put(path, content="title = 'Mine'", headers=TOML | {"if-match": tag})
    assert answer.status_code == 200, answer.text
    assert served.parts.boards()["overview"].title == "Mine"
    rows = {one["id"]: one for one in (await served.http.get(BOARDS)).json()["boards"]}
    assert (rows["overview"]["origin"], rows["overview"]["over"], answer.json()["over"]) == (
        "editor", "shipped", "shipped",
    )  # fmt: skip
    assert (rows["day"]["origin"], "over" in rows["day"]) == ("shipped", False)
    front = (await served.http.get("/")).text.split('data-board="overview"')[1].split("</li>")[0]
    assert "came with Wallboard, changed here" in front
    assert "Undo all changes" in front
    assert (await served.http.delete(path, headers={"if-match": answer.headers["etag"]})).status_code == 200
    assert (await served.http.get(path)).json() == before.json()


async def test_a_file_of_the_folder_is_written_only_where_the_server_says_so(
    config: Config, tmp_path: Path, served_elsewhere: Callable[..., Any]
) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "night.toml").write_text(TEXT)
    for editable, status in ((False, 409), (True, 200)):
        server = Server(boards=str(tmp_path / "own"), boards_editable=editable)
        async with served_elsewhere(replace(config, server=server)) as served:
            tag = (await served.http.get(f"{BOARDS}/night")).headers["etag"]
            headers = {"if-match": tag}
            answer = await served.http.put(f"{BOARDS}/night", json={"title": "Own"}, headers=headers)
            assert answer.status_code == status, answer.text
    assert (tmp_path / "own" / "night.toml").read_text() == 'title = "Own"  # for the small hall\n'


async def test_a_file_that_covers_a_board_made_here_says_so(
    config: Config, tmp_path: Path, served_elsewhere: Callable[..., Any]
) -> None:
    (tmp_path / "own").mkdir()
    async with served_elsewhere(replace(config, server=Server(boards=str(tmp_path / "own")))) as served:
        await served.http.put(f"{BOARDS}/night", content=TEXT, headers=TOML | NEW)
        (tmp_path / "own" / "night.toml").write_text("title = 'Of the file'")
        await served.parts.boards.refresh(served.parts.hub.change_boards)
        assert served.parts.boards()["night"].title == "Of the file"
        front = (await served.http.get("/")).text.split('data-board="night"')[1].split("</li>")[0]
        assert "file of the server; another one that was made here does not count" in front
        first = (await served.http.get("/board/night/edit")).text
        assert '"over":"editor"' in first


async def test_another_process_shows_what_this_one_was_told(
    served: Any, config: Config, served_elsewhere: Callable[..., Any]
) -> None:
    tag = await made(served)
    async with served_elsewhere(config) as other:
        assert other.parts.boards()["night"].title == "Night", "before it serves anybody"
        answer = await other.http.put(f"{BOARDS}/night", content="title = 'B'", headers=TOML | {"if-match": tag})
        assert answer.status_code == 200
        await served.parts.boards.refresh(served.parts.hub.change_boards)
        assert served.parts.boards()["night"].title == "B"


async def test_saying_more_of_people_is_for_administrators(served: Any) -> None:
    person = await as_person(served, "lead")
    for text, at in (("audience = 'lead'", "audience"), ("names = 'first'", "names"), ("shows = ['times']", "shows")):
        answer = await served.anonymous.put(f"{BOARDS}/night", content=text, headers=person | TOML | NEW)
        assert (answer.status_code, answer.json()["at"]) == (403, at)
    tag = await made(served, text="names = 'first'\nshows = ['times']")
    headers = person | TOML | {"if-match": tag}
    answer = await served.anonymous.put(f"{BOARDS}/night", content="names = 'full'", headers=headers)
    assert (answer.status_code, answer.json()["at"]) == (403, "names")
    less = "title = 'x'\nnames = 'alias'\nshows = ['times']"
    answer = await served.anonymous.put(f"{BOARDS}/night", content=less, headers=headers)
    assert answer.status_code == 200, answer.text


async def test_only_who_may_write_boards_writes_them(served: Any) -> None:
    tag = await made(served)
    reader = await as_person(served, "viewer")
    path = f"{BOARDS}/night"
    assert (await served.anonymous.get(path, headers=reader)).status_code == 200
    for method, where in (
        ("PUT", path),
        ("DELETE", path),
        ("GET", f"{path}/revisions"),
        ("GET", f"{path}/revisions/1"),
    ):
        headers = reader | TOML | {"if-match": tag}
        assert (await served.anonymous.request(method, where, headers=headers)).status_code == 403
    assert (await served.anonymous.get(path, headers={"accept": "application/json"})).status_code == 401
    assert (await served.http.get(f"{BOARDS}/none")).status_code == 404
    assert (await served.http.get(f"{BOARDS}/none/revisions")).status_code == 404


async def test_what_a_removed_board_was_is_told_to_who_could_see_it_and_to_administrators(served: Any) -> None:
    token = await served.http.post("/api/v1/tokens", json={"name": "git", "scopes": ["state:read", "boards:write"]})
    program = {"authorization": f"Bearer {token.json()['token']}"}
    lead = await as_person(served, "lead")
    for name, text, statuses in (("hall", TEXT, (200, 200)), ("leads", "audience = 'lead'", (404, 200))):
        path = f"{BOARDS}/{name}"
        tag = await made(served, name, text)
        assert (await served.http.delete(path, headers={"if-match": tag})).status_code == 200
        for headers, status in zip((program, lead), statuses, strict=True):
            for where in (f"{path}/revisions", f"{path}/revisions/1"):
                answer = await served.anonymous.get(where, headers=headers)
                assert answer.status_code == status, (where, answer.text)
                if status == 404:
                    nothing = await served.anonymous.get(where.replace(name, "nosuch"), headers=headers)
                    assert answer.content == nothing.content
        assert (await served.http.get(f"{path}/revisions/1")).status_code == 200
    restored = f"{BOARDS}/leads/revisions/1/restore"
    assert (await served.anonymous.post(restored, headers=program | NEW)).status_code == 404
    anew = await served.anonymous.put(f"{BOARDS}/leads", content=TEXT, headers=program | TOML | NEW)
    assert anew.status_code == 201, "a name is free again"
    assert (await served.anonymous.get(f"{BOARDS}/leads/revisions/1", headers=program)).status_code == 404


async def test_what_a_board_says_of_people_stands_in_the_audit_trail(served: Any) -> None:
    tag = await made(served, text="names = 'first'")
    await served.http.put(f"{BOARDS}/night", content="names = 'first'\nrows = 7", headers=TOML | {"if-match": tag})
    lines = [line for line in await asyncio.to_thread(served.parts.audit.read) if line.what == "board.people"]
    assert [(line.who, line.detail["board"], line.detail["after"]) for line in lines] == [
        ("admin", "night", {"audience": "wall", "names": "first", "shows": []})
    ]


async def test_each_change_of_a_board_stands_in_the_audit_trail_with_its_revision(served: Any) -> None:
    tag = await made(served)
    lead = await as_person(served, "lead")
    path = f"{BOARDS}/night"
    answer = await served.anonymous.put(path, content="rows = 7", headers=lead | TOML | {"if-match": tag})
    assert answer.status_code == 200, answer.text
    answer = await served.http.delete(path, headers={"if-match": answer.headers["etag"]})
    assert answer.status_code == 200, answer.text
    found = await asyncio.to_thread(served.parts.audit.read)
    lines = [(line.who, line.what, line.detail) for line in found if line.what.startswith("board.")]
    assert [(who != "admin", what, detail) for who, what, detail in lines] == [
        (False, "board.removed", {"board": "night", "revision": 3}),
        (True, "board.changed", {"board": "night", "revision": 2}),
        (False, "board.added", {"board": "night", "revision": 1}),
    ]


async def test_a_lead_of_some_teams_writes_boards_of_these_and_no_others(served: Any) -> None:
    lead = await served.headers_of("Lead", "lead", teams=("first-line",))
    tile = "[[tile]]\nkind = 'number'\nat = [1, 1]\nsize = [3, 2]\nmetric = 'waiting'\n"
    for more in ("", "queues = ['*']", "teams = ['other']", "queues = ['sales']"):
        answer = await served.anonymous.put(f"{BOARDS}/ours", content=tile + more, headers=lead | TOML | NEW)
        assert (answer.status_code, answer.json()["at"]) == (403, "tile[0]"), more
    theirs = tile + "teams = ['first-line']"
    answer = await served.anonymous.put(f"{BOARDS}/ours", content=theirs, headers=lead | TOML | NEW)
    assert answer.status_code == 201, answer.text
    tag = await made(served)
    for method, content in (("PUT", theirs), ("DELETE", "")):
        headers = lead | TOML | {"if-match": tag}
        answer = await served.anonymous.request(method, f"{BOARDS}/night", content=content, headers=headers)
        assert answer.status_code == 403, answer.text
    tried = await served.anonymous.post(f"{BOARDS}/ours/try", json={"text": TEXT}, headers=lead)
    assert [one["at"] for one in tried.json()["mistakes"]] == ["tile[0]"]
    assert tried.json()["board"]["tiles"] == []


async def test_taking_away_a_change_never_says_more_of_people_again(served: Any) -> None:
    """The default board of agents is for leads; somebody made it one for everybody."""
    tag = (await served.http.get(f"{BOARDS}/agents")).headers["etag"]
    answer = await served.http.put(f"{BOARDS}/agents", content="title = 'x'", headers=TOML | {"if-match": tag})
    lead = await served.headers_of("Lead", "lead")
    headers = lead | {"if-match": answer.headers["etag"]}
    assert (await served.anonymous.delete(f"{BOARDS}/agents", headers=headers)).status_code == 403
    assert (
        await served.http.delete(f"{BOARDS}/agents", headers={"if-match": answer.headers["etag"]})
    ).status_code == 200


async def test_a_board_for_leads_becomes_one_for_all_without_what_it_said_of_people(served: Any) -> None:
    tag = (await served.http.get(f"{BOARDS}/agents")).headers["etag"]
    headers = await as_person(served, "lead") | TOML | {"if-match": tag}
    for text, at in (("names = 'full'", "names"), ("shows = ['times']", "shows"), ("audience = 'agent'", "audience")):
        answer = await served.anonymous.put(f"{BOARDS}/agents", content=text, headers=headers)
        assert (answer.status_code, answer.json()["at"]) == (403, at), text
    answer = await served.anonymous.put(f"{BOARDS}/agents", content="title = 'x'", headers=headers)
    assert answer.status_code == 200, answer.text


async def test_nobody_takes_a_board_into_a_rotation_that_is_not_theirs(served: Any) -> None:
    """The screens of that rotation would show it."""
    tag = await made(served, text="title = 'x'")
    lead = await served.headers_of("Lead", "lead", boards=("night",))
    text, headers = "[rotation]\nboards = ['agents']", TOML | {"if-match": tag}
    answer = await served.anonymous.put(f"{BOARDS}/night", content=text, headers=lead | headers)
    assert (answer.status_code, answer.json()["at"]) == (403, "rotation.boards[0]")
    assert (await served.http.put(f"{BOARDS}/night", content=text, headers=headers)).status_code == 200
