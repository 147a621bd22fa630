"""The editor's page, and what it shows of a board that is not saved: its text, its mistakes, its picture."""

from typing import Any

BOARDS = "/api/v1/boards"
TEXT = '# ours\ntitle = "Night"\n\n[[tile]]\nkind = "number"\nat = [1, 1]\nsize = [3, 2]\nmetric = "waiting"\n'
TILE = {"kind": "number", "at": [1, 1], "size": [3, 2], "metric": "waiting"}


async def tried(served: Any, **asked: Any) -> dict[str, Any]:
    answer = await served.http.post(f"{BOARDS}/overview/try", json={"text": TEXT} | asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_text_is_shown_as_its_wall_would_draw_it(served: Any) -> None:
    found = await tried(served)
    assert (found["text"], found["mistakes"], found["warnings"]) == (TEXT, [], [])
    assert found["tables"] == {"title": "Night", "tile": [TILE]}
    assert found["board"]["tiles"][0]["metric"] == "waiting"
    assert "#tile-0" in found["layout"]
    assert "groups" in found["state"]
    standing = await served.http.get(f"{BOARDS}/overview")
    assert found["etag"] == standing.headers["etag"]
    assert standing.json()["columns"] == 20, "nothing is kept"


async def test_tables_are_written_into_the_text(served: Any) -> None:
    tables = {"title": "Night", "tile": [TILE, {"kind": "clock", "at": [4, 1], "size": [2, 1]}]}
    found = await tried(served, tables=tables)
    assert found["text"] == TEXT + '\n[[tile]]\nkind = "clock"\nat = [4, 1]\nsize = [2, 1]\n'
    assert len(found["board"]["tiles"]) == 2


async def test_a_wrong_tile_is_named_and_the_others_are_drawn(served: Any) -> None:
    wrong = [TILE | {"metric": "waitng", "at": [4, 1]}, {"kind": "clock", "at": [1, 1], "size": [2, 1]}]
    found = await tried(served, tables={"tile": [TILE, *wrong], "theme": "pink"})
    assert {one["at"] for one in found["mistakes"]} == {"theme", "tile[1].metric", "tile[2].at"}
    assert (found["places"], found["board"]["theme"]) == ([0], "dark")
    broken = await tried(served, text="title = [")
    assert (broken["tables"], "board" in broken) == (None, False)
    assert broken["mistakes"][0]["reason"].startswith("not TOML")


async def test_what_cannot_be_written_at_all_is_only_a_mistake(served: Any) -> None:
    for tables in ({"tile": [[None]]}, {"tile": 3}, {"x": [None]}, {"columns": 10**30}, {"title": None, "tile": [{}]}):
        found = await tried(served, tables=tables)
        assert found["mistakes"] or tables == {"title": None}, tables


async def test_warnings_of_what_cannot_be_read_from_there_are_told(served: Any) -> None:
    far = {"screen_inches": 32, "viewing_distance_m": 12}
    found = await tried(served, tables={"tile": [TILE | {"size": [1, 1]}], **far})
    assert [one["at"] for one in found["warnings"]] == ["tile[0].size", "viewing_distance_m"]


async def test_a_set_of_queues_that_nobody_counts_is_told_and_not_counted_for_a_try(served: Any) -> None:
    table = {"kind": "queues", "at": [7, 1], "size": [4, 2], "queues": ["a", "b"]}  # each for itself
    found = await tried(served, tables={"tile": [TILE | {"queues": ["a", "b"]}, TILE | {"at": [4, 1]}, table]})
    assert found["uncounted"] == [0]
    assert not served.parts.pipeline.floor.tallies.sets


async def test_a_try_shows_nobody_more_of_people_than_they_may_switch_on(served: Any) -> None:
    headers = await served.headers_of("Piotr", "lead")
    text = "audience = 'lead'\n[[tile]]\nkind = 'agents'\nat = [1, 1]\nsize = [3, 2]\n"
    answer = await served.anonymous.post(f"{BOARDS}/overview/try", json={"text": text}, headers=headers)
    assert (answer.json()["board"]["audience"], answer.json()["board"]["tiles"][0]["kind"]) == ("wall", "counts")
    assert "agents" not in answer.json()["state"] or not answer.json()["state"]["agents"]
    mine = await served.http.post(f"{BOARDS}/overview/try", json={"text": text})
    assert mine.json()["board"]["audience"] == "lead"


async def test_the_pages_are_for_who_may_write_boards(served: Any) -> None:
    page = await served.http.get("/board/overview/edit", headers={"accept-language": "uk"})
    assert (page.status_code, "Зберегти" in page.text) == (200, True)
    frame = await served.http.get("/board-preview?lang=pl")
    assert (frame.status_code, frame.headers["x-frame-options"]) == (200, "SAMEORIGIN")
    assert "frame-ancestors 'self'" in frame.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"
    assert (await served.http.get("/board/none/edit")).status_code == 404
    reader = {"cookie": await served.sign_in("Reader", "viewer")}
    for path in ("/board/overview/edit", "/board-preview"):
        assert (await served.anonymous.get(path, headers=reader)).status_code == 403
    front = await served.anonymous.get("/", headers=reader)
    assert ("/board/overview" in front.text, "/edit" in front.text) == (True, False)
    assert "/board/overview/edit" in (await served.http.get("/")).text


async def test_a_lead_is_offered_to_change_only_what_could_be_saved_and_told_why(served: Any) -> None:
    text = "[[tile]]\nkind = 'number'\nmetric = 'waiting'\nteams = ['one']\nat = [1, 1]\nsize = [3, 2]\n"
    new = {"content-type": "application/toml", "if-none-match": "*"}
    assert (await served.http.put(f"{BOARDS}/ours", content=text, headers=new)).status_code == 201
    headers = {"cookie": await served.sign_in("Lena", "lead", teams=("one",)), "accept": "text/html"}
    front = (await served.anonymous.get("/", headers=headers)).text
    assert ("/board/overview" in front, "/board/overview/edit" in front) == (True, False)
    assert ("/board/ours/edit" in front, 'id="new"' in front) == (True, True)
    refused = await served.anonymous.get("/board/overview/edit", headers=headers)
    assert (refused.status_code, "expected teams or queues of yours (one)" in refused.text) == (403, True)
    assert (await served.anonymous.get("/board/ours/edit", headers=headers)).status_code == 200


async def test_a_trend_that_is_not_saved_is_drawn_from_the_record(served: Any) -> None:
    tile = {"kind": "trend", "at": [1, 1], "size": [6, 3], "metrics": ["offered"]}
    found = await tried(served, tables={"tile": [tile]})
    answer = await served.http.get(found["board"]["tiles"][0]["series"])
    assert (answer.status_code, answer.json()["metrics"]) == (200, ["offered"])
    for wrong in ("{", "[]", '{"kind":"trend","at":[1,1],"size":[1,1],"metrics":["waiting"]}', "[" * 5000):
        answer = await served.http.get(f"{BOARDS}/overview/series", params={"as": wrong})
        assert answer.status_code in (400, 404), answer.text


async def test_what_is_no_try_is_refused(served: Any) -> None:
    for body, status in ((b"{", 400), (b"{}", 422), (b'{"text": 1}', 422), (b'{"text": "", "x": 1}', 422)):
        answer = await served.http.post(f"{BOARDS}/overview/try", content=body)
        assert answer.status_code == status, answer.text
    assert (await served.http.post(f"{BOARDS}/none/try", json={"text": ""})).status_code == 404


async def test_a_rotation_is_shown_by_its_first_board_and_a_variable_as_all(served: Any) -> None:
    found = await tried(served, tables={"rotation": {"boards": ["day", "agents"]}})
    assert (found["mistakes"], found["board"]["id"]) == ([], "day")
    found = await tried(served, tables={"tile": [TILE | {"queues": ["$queue"]}]})
    assert found["board"]["tiles"][0]["of"] == {"kind": "groups", "id": "all"}
    assert found["tables"]["tile"][0]["queues"] == ["$queue"]


async def test_a_rotation_that_is_tried_shows_nobody_a_board_that_is_not_for_them(served: Any) -> None:
    wanted = {"name": "t", "scopes": ["state:read", "boards:write"]}
    token = (await served.http.post("/api/v1/tokens", json=wanted)).json()["token"]
    body, headers = {"text": "[rotation]\nboards = ['agents']"}, {"authorization": f"Bearer {token}"}
    answer = await served.anonymous.post(f"{BOARDS}/overview/try", json=body, headers=headers)
    assert answer.json()["board"]["id"] == "overview"
    assert (await served.http.post(f"{BOARDS}/overview/try", json=body)).json()["board"]["id"] == "agents"
