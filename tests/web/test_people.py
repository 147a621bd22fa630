"""Accounts over HTTP: passwords, sessions, and what an administrator does; revoked means closed within five seconds."""

import asyncio
import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerifyMismatchError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from wallboard.config import Config, Server
from wallboard.record.people import LEADING, ROLES
from wallboard.web import passwords

PEOPLE = "/api/v1/people"
GOOD = "correct horse battery staple"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost next to nothing, where not their cost is the question but who may try."""
    monkeypatch.setattr(passwords, "PasswordHasher", partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1))


async def with_password(served: Any, name: str = "Olena", role: str = "admin") -> str:
    """A session's cookie header of somebody who has chosen a password."""
    cookie = await served.sign_in(name, role)
    headers = {"cookie": cookie, "origin": served.origin}
    answer = await served.anonymous.post("/api/v1/account/password", json={"password": GOOD}, headers=headers)
    assert answer.status_code == 200, answer.text
    return cookie


async def try_password(served: Any, name: str, password: str) -> Any:
    answer = await served.anonymous.post("/signin", json={"name": name, "password": password}, timeout=30)
    served.anonymous.cookies.clear()
    return answer


async def closed_within_five_seconds(socket: ClientConnection) -> int:
    """The code with which the server closes it."""
    began_s = time.monotonic()
    with pytest.raises(ConnectionClosed) as caught:
        while True:
            await asyncio.wait_for(socket.recv(), 60)
    assert time.monotonic() - began_s < 5
    assert caught.value.rcvd is not None
    return caught.value.rcvd.code


@pytest.mark.usefixtures("quick")
async def test_a_link_leads_to_choosing_a_name_and_password_that_sign_in_from_then_on(served: Any) -> None:
    first = await asyncio.to_thread(served.parts.people.first, 1)
    code = await served.parts.sessions.signin.issue(first.id)
    answer = await served.anonymous.post("/signin", json={"code": code})
    assert answer.json() == {"name": "Admin", "choose": True}
    headers = {"origin": served.origin}
    chosen = {"name": "Ганна", "password": GOOD}
    assert (await served.anonymous.post("/api/v1/account/password", json=chosen, headers=headers)).status_code == 200
    served.anonymous.cookies.clear()
    answer = await served.anonymous.post("/signin", json={"name": " ганна ", "password": GOOD})
    assert answer.json() == {"name": "Ганна", "choose": False}
    assert (await served.anonymous.get(PEOPLE)).json()["people"][0]["role"] == "admin"
    served.anonymous.cookies.clear()


async def test_a_wrong_password_an_unknown_name_and_a_disabled_account_answer_alike_and_as_late(served: Any) -> None:
    await with_password(served)
    await with_password(served, "Gone", "viewer")
    gone = await served.person("Gone")
    await asyncio.to_thread(lambda: served.parts.people.change(gone, by="x", now_ms=1, disabled=True))
    answers, spent_s = [], []
    for name in ("Olena", "Nobody", "Gone"):
        began_s = time.process_time()  # the processor's: others work beside
        answers.append(await try_password(served, name, "not the password"))
        spent_s.append(time.process_time() - began_s)
    assert {(answer.status_code, answer.content) for answer in answers} == {(401, answers[0].content)}
    hashing_s = time.process_time()
    await served.parts.passwords.hash(GOOD)
    hashing_s = time.process_time() - hashing_s
    assert min(spent_s) > hashing_s / 5, "each of them has cost a hash"


def test_what_an_unknown_name_is_checked_against_costs_what_a_password_costs() -> None:
    hasher = PasswordHasher()
    nobody = passwords.of_nobody(hasher)
    assert extract_parameters(nobody) == extract_parameters(hasher.hash(GOOD))
    with pytest.raises(VerifyMismatchError):  # worked out to the end, not refused for its form
        hasher.verify(nobody, GOOD)
    assert nobody != passwords.of_nobody(hasher)


@pytest.mark.usefixtures("quick")
async def test_whoever_guesses_is_slowed_and_whoever_knows_gets_in_all_the_same() -> None:
    slow = passwords.Passwords(first_wait_s=0.05)
    known = await slow.hash(GOOD)
    began_s = time.monotonic()
    for _ in range(passwords.FREE + 3):
        assert not await slow.fits("Olena", known, "a guess")
    assert time.monotonic() - began_s > 0.05 + 0.1 + 0.2
    assert await slow.fits("olena", known, GOOD)
    tries = [asyncio.create_task(slow.fits("Olena", known, "a guess")) for _ in range(passwords.WAIT_FOR_NAME + 4)]
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert len([one for one in done if isinstance(one, Exception)]) == 4


async def first_of(served: Any, cookie: str) -> Any:
    """A socket's first message; or the code and reason with which it was closed."""
    headers = {"Cookie": cookie, "Origin": served.origin}
    url = f"ws://{served.host}:{served.port}/live?board=overview"
    socket = await connect(url, additional_headers=headers)
    try:
        return socket, json.loads(await asyncio.wait_for(socket.recv(), 60))["t"]
    except ConnectionClosed as closed:
        return socket, (closed.rcvd and closed.rcvd.code, closed.rcvd and closed.rcvd.reason)


async def test_one_person_cannot_take_the_places_of_all(config: Config, served_elsewhere: Any) -> None:
    async with served_elsewhere(replace(config, server=Server(max_screens_each=2))) as served:
        petro = [await served.sign_in("Petro", "viewer") for _ in range(2)]
        opened = [await first_of(served, cookie) for cookie in (*petro, petro[0])]
        assert [found for _, found in opened[:2]] == ["hello", "hello"]
        assert opened[2][1][0] == 1013
        assert "max_screens_each" in opened[2][1][1]
        olena = await first_of(served, await served.sign_in())
        assert olena[1] == "hello", "others have theirs"
        await opened[0][0].close()
        async with asyncio.timeout(60):
            while (again := await first_of(served, petro[1]))[1] != "hello":
                await asyncio.sleep(0.05)
        for socket, _ in (*opened, olena, again):
            await socket.close()


@pytest.mark.usefixtures("quick")
async def test_strangers_who_guess_a_name_from_many_addresses_never_keep_its_owner_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(passwords, "SLOWEST_S", 0.2)
    slow = passwords.Passwords(first_wait_s=0.1)
    known = await slow.hash(GOOD)
    for _ in range(passwords.FREE + 2):
        assert not await slow.fits("Olena", known, "a guess", by="192.0.2.1")
    guesses = [
        asyncio.create_task(slow.fits("Olena", known, "a guess", by=f"192.0.2.{1 + n % 3}"))
        for n in range(3 * passwords.WAIT_FOR_NAME)
    ]
    await asyncio.sleep(0.01)
    assert await slow.fits("Olena", known, GOOD, by="198.51.100.7")
    assert sum(guess.done() for guess in guesses) < 12, "it waited for its own turn, not behind the strangers' 24"
    assert not any(await asyncio.gather(*guesses))


@pytest.mark.usefixtures("quick")
async def test_a_guesser_behind_the_same_address_keeps_out_neither_a_link_nor_a_browser_that_was_here(
    still: Any,
) -> None:
    served = still
    await with_password(served)
    signed_in = await served.anonymous.post("/signin", json={"name": "Olena", "password": GOOD}, timeout=30)
    [mine] = [name for name in signed_in.cookies if name.endswith("-browser")]
    was_here = {"cookie": f"{mine}={signed_in.cookies[mine]}"}
    served.anonymous.cookies.clear()
    assert [(await try_password(served, f"Nobody {n}", "a guess")).status_code for n in range(12)][-1] == 429
    assert (await try_password(served, "Olena", GOOD)).status_code == 429, "for this is how a guess would look"
    right = {"name": "Olena", "password": GOOD}
    assert (await served.anonymous.post("/signin", json=right, headers=was_here, timeout=30)).status_code == 200
    assert (await served.anonymous.post("/signin", json={"code": await served.code()})).status_code == 200
    served.anonymous.cookies.clear()
    await with_password(served, "Petro", "viewer")
    for name, cookie in (("Petro", was_here["cookie"]), ("Olena", was_here["cookie"][:-2] + "AA")):
        asked = {"name": name, "password": GOOD}
        answer = await served.anonymous.post("/signin", json=asked, headers={"cookie": cookie}, timeout=30)
        assert answer.status_code == 429, "it is good for its own person and whole"
    olena = await served.person()
    new = await served.parts.passwords.hash(f"{GOOD} 2")
    await asyncio.to_thread(lambda: served.parts.people.change(olena, by="x", now_ms=1, password=new))
    answer = await served.anonymous.post(
        "/signin", json={"name": "Olena", "password": GOOD + " 2"}, headers=was_here, timeout=30
    )
    assert answer.status_code == 429, "a new password ends it"


@pytest.mark.usefixtures("quick")
async def test_a_browser_that_was_here_guesses_no_faster_than_an_address(
    still: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = still
    await with_password(served)
    signed_in = await served.anonymous.post("/signin", json={"name": "Olena", "password": GOOD})
    cookie = "; ".join(f"{name}={value}" for name, value in signed_in.cookies.items() if name.endswith("-browser"))
    served.anonymous.cookies.clear()
    wrong = {"name": "Olena", "password": "a guess"}
    monkeypatch.setattr(served.parts.passwords, "_first_wait_s", 0.01)
    tries = [served.anonymous.post("/signin", json=wrong, headers={"cookie": cookie}, timeout=30) for _ in range(24)]
    statuses = [answer.status_code for answer in await asyncio.gather(*tries)]
    assert statuses.count(429) >= 24 - 10


@pytest.mark.usefixtures("quick")
async def test_one_address_hashes_ten_guesses_at_once_and_no_more(still: Any) -> None:
    tries = [try_password(still, f"Nobody {n}", "a guess") for n in range(80)]
    statuses = [answer.status_code for answer in await asyncio.gather(*tries)]
    assert set(statuses) == {401, 429}, "nobody else is told that too many sign in (503)"
    assert statuses.count(401) == 10


@pytest.mark.usefixtures("quick")
async def test_nobody_takes_a_name_under_which_somebody_else_stands_in_the_audit_trail(served: Any) -> None:
    await asyncio.to_thread(served.parts.audit.write, 1, "Ганна", "alert.acknowledged", id="a-1")
    headers = await served.headers_of("Petro", "viewer")
    for name in ("Ганна", "ганна ", "OpenID provider"):
        chosen = {"name": name, "password": GOOD}
        answer = await served.anonymous.post("/api/v1/account/password", json=chosen, headers=headers)
        assert (answer.status_code, answer.json()["at"]) == (409, "$.name")
    chosen = {"name": "PETRO", "password": GOOD}
    answer = await served.anonymous.post("/api/v1/account/password", json=chosen, headers=headers)
    assert (answer.status_code, answer.json()["name"]) == (200, "PETRO"), "their own in other letters is theirs"


@pytest.mark.parametrize("password", ["short", "a" * 20, "olena-olena-12345", "x" * 257])
@pytest.mark.usefixtures("quick")
async def test_a_password_that_is_easy_to_guess_is_not_taken(served: Any, password: str) -> None:
    headers = await served.headers_of()
    answer = await served.anonymous.post("/api/v1/account/password", json={"password": password}, headers=headers)
    assert answer.status_code == 422


@pytest.mark.usefixtures("quick")
async def test_changing_a_password_needs_the_old_one_and_ends_other_sessions(served: Any) -> None:
    elsewhere = await with_password(served)
    answer = await served.anonymous.post("/signin", json={"name": "Olena", "password": GOOD})
    headers = {"cookie": f"{served.parts.sessions.cookie}={answer.cookies[served.parts.sessions.cookie]}"}
    served.anonymous.cookies.clear()
    headers["origin"] = served.origin
    change = {"password": "another good long one", "old": "wrong"}
    assert (await served.anonymous.post("/api/v1/account/password", json=change, headers=headers)).status_code == 403
    listed = (await served.anonymous.get("/api/v1/account/sessions", headers=headers)).json()["sessions"]
    assert sorted((one["by"], one["here"]) for one in listed) == [("link", False), ("password", True)]
    change["old"] = GOOD
    assert (await served.anonymous.post("/api/v1/account/password", json=change, headers=headers)).status_code == 200
    listed = (await served.anonymous.get("/api/v1/account/sessions", headers=headers)).json()["sessions"]
    assert [one["here"] for one in listed] == [True]
    assert await served.parts.sessions.signin.session(elsewhere.partition("=")[2]) is None
    assert (await try_password(served, "Olena", GOOD)).status_code == 401


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


TAKEN = {"session": 4401, "account": 4401, "removed": 4401, "board": 4403, "teams": 1012, "role": 4403}
HAS: dict[str, tuple[str, ...]] = {"board": ("viewer", "agent", "lead"), "teams": ("lead",), "role": LEADING}


@pytest.mark.parametrize(
    ("what", "code", "role"), [(what, code, role) for what, code in TAKEN.items() for role in HAS.get(what, ROLES)]
)
async def test_what_is_taken_away_closes_open_sockets_within_five_seconds(
    served: Any, what: str, code: int, role: str
) -> None:
    await served.person("Boss")
    cookie = await served.sign_in("Somebody", role)
    one = f"{PEOPLE}/{await served.person('Somebody')}"
    headers = {"Cookie": cookie, "Origin": served.origin}
    board = "agents" if what == "role" else "overview"  # agents is for leads
    url = f"ws://{served.host}:{served.port}/live?board={board}"
    async with connect(url, additional_headers=headers, max_size=None) as socket:
        await socket.recv()
        answer = await {
            "role": lambda: served.http.patch(one, json={"role": "viewer"}),
            "session": lambda: served.http.delete(f"{one}/sessions"),
            "account": lambda: served.http.patch(one, json={"disabled": True}),
            "removed": lambda: served.http.delete(one),
            "board": lambda: served.http.patch(one, json={"boards": ["agents"]}),
            "teams": lambda: served.http.patch(one, json={"teams": ["a"]}),
        }[what]()
        assert answer.status_code == 200
        assert await closed_within_five_seconds(socket) == code


@pytest.mark.parametrize(
    ("arguments", "code"), [(["set", "--team", "a"], 1012), (["signout"], 4401), (["remove", "--yes"], 4401)]
)
async def test_what_a_command_takes_away_closes_open_sockets_within_five_seconds_too(
    served: Any, arguments: list[str], code: int
) -> None:
    headers = {"Cookie": await served.sign_in("Lena", "lead"), "Origin": served.origin}
    config = served.parts.config
    known = {"REDIS_URL": config.redis_url, "REDIS_NAMESPACE": config.namespace, "DATA": str(config.data)}
    environment = {"PATH": os.environ["PATH"]} | {f"WALLBOARD_{name}": value for name, value in known.items()}
    url = f"ws://{served.host}:{served.port}/live?board=overview"
    async with connect(url, additional_headers=headers, max_size=None) as socket:
        await socket.recv()
        command = [sys.executable, "-m", "wallboard", "person", arguments[0], "Lena", *arguments[1:]]
        done = await asyncio.to_thread(subprocess.run, command, env=environment, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        assert await closed_within_five_seconds(socket) == code


async def test_a_lead_of_one_team_gets_no_row_of_another_team_over_http_or_a_socket(served: Any) -> None:
    await served.two_teams()
    headers = await served.headers_of("Lena", "lead", teams=("one",))
    everything = await served.headers_of("Maria", "lead")
    for address in ("/api/v1/state", "/api/v1/state?board=agents"):
        assert "boris" in (await served.anonymous.get(address, headers=everything)).text
        answer = await served.anonymous.get(address, headers=headers)
        assert list(answer.json()["agents"]) == ["anna"], address
        assert "boris" not in answer.text
    url = f"ws://{served.host}:{served.port}/live?board=agents"
    async with connect(url, additional_headers=everything) as socket:
        assert "boris" in str(await asyncio.wait_for(socket.recv(), 60))
    async with connect(url, additional_headers=headers) as socket:
        hello = str(await asyncio.wait_for(socket.recv(), 60))
        assert list(json.loads(hello)["state"]["agents"]) == ["anna"]
        assert "boris" not in hello
        moves = [
            {"type": "agent.presence", "agent": one, "presence": "paused", "source": "pbx"} for one in ("boris", "anna")
        ]
        assert (await served.http.post("/api/v1/events", json=moves)).status_code == 202
        async with asyncio.timeout(60):
            while "anna" not in (message := str(await socket.recv())):
                assert "boris" not in message
        assert "boris" not in message
