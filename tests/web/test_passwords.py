"""Passwords over HTTP: who gets in, who is slowed, and nobody learns who is known here."""

import asyncio
import time
from functools import partial
from typing import Any

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerifyMismatchError

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
