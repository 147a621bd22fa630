"""Accounts over HTTP: sessions, and what an administrator does."""

import json
from typing import Any

PEOPLE = "/api/v1/people"


async def test_whoever_ends_their_own_sessions_elsewhere_stands_in_the_trail(served: Any) -> None:
    elsewhere, here = await served.sign_in(), await served.sign_in()
    headers = {"cookie": here, "origin": served.origin}
    listed = (await served.anonymous.get("/api/v1/account/sessions", headers=headers)).json()["sessions"]
    ref = next(one["ref"] for one in listed if not one["here"])
    for path in (f"/api/v1/account/sessions/{ref}", "/api/v1/account/sessions"):
        assert (await served.anonymous.delete(path, headers=headers)).status_code == 200
    assert await served.parts.sessions.signin.session(elsewhere.partition("=")[2]) is None
    lines = [
        one for one in (await served.http.get("/api/v1/audit")).json()["lines"] if one["what"] == "person.signed_out"
    ]
    assert [(one["who"], one["detail"]["name"]) for one in lines] == [("Olena", "Olena")] * 2


async def test_signing_in_gives_a_new_session_and_ends_the_one_that_the_browser_had(served: Any) -> None:
    planted = await served.sign_in("Mallory", "viewer")
    code = await served.code()
    headers = {"cookie": planted, "origin": served.origin}
    answer = await served.anonymous.post("/signin", json={"code": code}, headers=headers)
    served.anonymous.cookies.clear()
    assert answer.cookies[served.parts.sessions.cookie] != planted.partition("=")[2]
    assert await served.parts.sessions.signin.session(planted.partition("=")[2]) is None


async def test_an_administrator_adds_changes_links_and_removes_and_all_of_it_is_audited(served: Any) -> None:
    await served.person("Boss")
    added = (await served.http.post(PEOPLE, json={"name": "Piotr", "role": "lead", "teams": ["a"]})).json()
    assert added["link"].startswith(f"{served.origin}/signin#")
    one = f"{PEOPLE}/{added['id']}"
    assert (await served.http.post(PEOPLE, json={"name": "piotr", "role": "viewer"})).status_code == 409
    changed = (await served.http.patch(one, json={"teams": None, "agents": ["101"]})).json()
    assert (changed["role"], changed["teams"], changed["agents"]) == ("lead", None, ["101"])
    assert (await served.http.patch(one, json={"role": "king"})).status_code == 422
    assert (await served.http.post(f"{one}/link")).json()["link"] != added["link"]
    assert (await served.http.patch(one, json={"disabled": True})).json()["disabled"] is True
    assert (await served.http.post(f"{one}/link")).status_code == 409
    assert (await served.http.delete(one)).status_code == 200
    assert (await served.http.delete(one)).status_code == 404
    boss = await served.person("Boss")
    assert (await served.http.patch(f"{PEOPLE}/{boss}", json={"role": "viewer"})).status_code == 409
    trail = (await served.http.get("/api/v1/audit")).json()["lines"]
    assert [line["what"] for line in trail] == [
        "person.removed", "person.changed", "person.link", "person.changed", "person.added", "person.added",
    ]  # fmt: skip
    assert trail[1]["detail"]["after"] == {"disabled": True}
    assert not [line for line in trail if "#" in json.dumps(line)], "links stand in no trail"


async def test_the_list_counts_the_sessions_of_each_that_have_not_ended(served: Any) -> None:
    first = await served.sign_in("Olena")
    await served.sign_in("Olena")
    await served.sign_in("Piotr", "viewer")
    await served.person("Vera", "viewer")

    async def counts() -> dict[str, int]:
        return {one["name"]: one["sessions"] for one in (await served.http.get(PEOPLE)).json()["people"]}

    assert await counts() == {"Olena": 2, "Piotr": 1, "Vera": 0}
    await served.parts.sessions.end(first.partition("=")[2])
    assert (await served.http.delete(f"{PEOPLE}/{await served.person('Piotr')}/sessions")).json() == {"ended": 1}
    assert await counts() == {"Olena": 1, "Piotr": 0, "Vera": 0}


async def test_whoever_is_signed_out_everywhere_has_no_sessions_and_who_is_gone_no_list_of_them(served: Any) -> None:
    await served.sign_in("Olena", "lead")
    one = f"{PEOPLE}/{await served.person('Olena')}"
    assert len((await served.http.get(f"{one}/sessions")).json()["sessions"]) == 1
    assert (await served.http.delete(f"{one}/sessions")).json() == {"ended": 1}
    answer = await served.http.get(f"{one}/sessions")
    assert (answer.status_code, answer.json()) == (200, {"sessions": []})
    assert (await served.http.delete(one)).status_code == 200
    for answer in (await served.http.get(f"{one}/sessions"), await served.http.delete(f"{one}/sessions")):
        assert answer.status_code == 404


async def test_an_agent_or_team_that_nobody_has_seen_is_set_and_said_to_be_unseen(served: Any) -> None:
    await served.two_teams()
    asked = {"name": "Lena", "role": "lead", "teams": ["one", "noe"], "agents": ["anna", "ann"]}
    made = (await served.http.post(PEOPLE, json=asked)).json()
    assert (made["unseen"], made["agents"]) == (["noe", "ann"], ["anna", "ann"])
    one = f"{PEOPLE}/{made['id']}"
    assert (await served.http.patch(one, json={"agents": ["bors"]})).json()["unseen"] == ["bors"]
    for fine in ({"agents": ["boris"]}, {"teams": None}, {"role": "viewer"}):
        assert "unseen" not in (await served.http.patch(one, json=fine)).json()


async def test_until_when_hand_overs_were_read_goes_with_the_account(served: Any) -> None:
    keys = [f"person:{await served.person(name)}" for name in ("Olena", "Piotr")]
    for key in keys:
        await served.parts.handed_over.read(key, 7)
    assert (await served.http.delete(f"{PEOPLE}/{await served.person('Piotr')}")).status_code == 200
    assert [await served.parts.handed_over.until(key) for key in keys] == [7, 0]


async def test_nobody_removes_or_disables_themselves_and_another_administrator_does(served: Any) -> None:
    await served.person("Boss")
    headers = await served.headers_of("Olena")
    one = f"{PEOPLE}/{await served.person('Olena')}"
    answers = [
        await served.anonymous.delete(one, headers=headers),
        await served.anonymous.patch(one, json={"disabled": True}, headers=headers),
    ]
    assert [(answer.status_code, answer.json()["detail"]) for answer in answers] == [
        (409, "This is your own account: another administrator disables or removes it.")
    ] * 2
    assert (await served.anonymous.patch(one, json={"agents": ["7"]}, headers=headers)).json()["agents"] == ["7"]
    headers = await served.headers_of("Boss")
    assert (await served.anonymous.delete(one, headers=headers)).status_code == 200
