"""People come in by an OpenID provider, a real process, and nobody comes in who only seems to."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest
from provider import CLIENT, SECRET, USER, running

from tests.family import free_port
from tests.web.conftest import Served  # type: ignore[import-not-found]
from wallboard.config import Config, Server
from wallboard.provider import Provider
from wallboard.record.people import Bound, Person
from wallboard.stream.keys import AWAY_S, Keys

PAGE = {"accept": "text/html"}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with running(free_port()) as found:
        yield found


@pytest.fixture
def spoil(issuer: str) -> Iterator[Callable[..., Any]]:
    """Makes the provider say something else, for this test."""
    yield lambda **said: httpx.post(f"{issuer}/spoil", json=said).raise_for_status()
    httpx.post(f"{issuer}/spoil", json={}).raise_for_status()


@pytest.fixture
def provider(issuer: str) -> Provider:
    roles: Any = {"wallboard-leads": "lead", "wallboard-admins": "admin"}
    return Provider(issuer=issuer, client_id=CLIENT, client_secret=SECRET, title="Our House", roles=roles)


@pytest.fixture
def house(config: Config, served_elsewhere: Any) -> Any:
    """A wallboard with this provider."""

    @asynccontextmanager
    async def opened(provider: Provider) -> AsyncIterator[Served]:
        port = free_port()
        server = Server(public_url=f"http://127.0.0.1:{port}")
        async with served_elsewhere(replace(config, server=server, oidc=provider), at=("127.0.0.1", port)) as served:
            yield served

    return opened


@pytest.fixture
async def served(house: Any, provider: Provider) -> AsyncIterator[Served]:
    async with house(provider) as found:
        yield found


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(headers=PAGE, timeout=60) as found:
        yield found


async def returning(browser: httpx.AsyncClient, served: Served, wanted: str = "/account") -> str:
    """The address that the provider sends this browser back to."""
    left = await browser.get(f"{served.origin}/signin/oidc", params={"next": wanted})
    assert left.status_code == 302, left.text
    approved = await browser.get(left.headers["location"])
    assert approved.status_code == 302, approved.text
    return str(approved.headers["location"])


async def sign_in(browser: httpx.AsyncClient, served: Served, wanted: str = "/account") -> httpx.Response:
    return await browser.get(await returning(browser, served, wanted))


async def account(served: Served, issuer: str) -> Person | None:
    return await asyncio.to_thread(served.parts.people.at_provider, f"{issuer} {USER['sub']}")


def refused(answer: httpx.Response, served: Served, status: int, says: str) -> None:
    """A page that says what happened, and no session."""
    assert (answer.status_code, says in answer.text) == (status, True), answer.text
    assert "<h1>" in answer.text
    assert '<a href="/signin">' in answer.text
    assert served.parts.sessions.cookie not in answer.cookies


async def test_who_signs_in_at_the_provider_has_an_account_with_the_role_of_the_claim(
    served: Served, browser: httpx.AsyncClient, issuer: str
) -> None:
    page = await browser.get(f"{served.origin}/signin?next=/account")
    assert "Sign in with Our House" in page.text
    assert 'href="/signin/oidc?next=/account"' in page.text
    answer = await sign_in(browser, served)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert "HttpOnly" in answer.headers["set-cookie"]
    mine = await browser.get(f"{served.origin}/account")
    assert "You sign in with Our House" in mine.text
    assert 'id="password"' not in mine.text
    sessions = (await browser.get(f"{served.origin}/api/v1/account/sessions")).json()["sessions"]
    assert [one["by"] for one in sessions] == ["oidc"]
    found = await account(served, issuer)
    assert found
    assert (found.name, found.role, found.bound) == (USER["name"], "lead", Bound())
    written = (await served.http.get("/api/v1/audit")).json()
    assert [line["what"] for line in written["lines"] if line["who"] == "OpenID provider"] == ["person.added"]


async def test_the_second_sign_in_is_the_same_person_in_a_new_session_with_the_role_of_now(
    served: Served, browser: httpx.AsyncClient, issuer: str, spoil: Any
) -> None:
    await asyncio.to_thread(served.parts.people.first, 0)  # somebody else who may do everything
    spoil(claims={"groups": ["wallboard-leads", "wallboard-admins"]})
    await sign_in(browser, served)
    before, first = browser.cookies[served.parts.sessions.cookie], await account(served, issuer)
    assert first
    assert first.role == "admin"
    spoil(claims={"name": "Iryna Married"})
    await sign_in(browser, served)
    again = await account(served, issuer)
    assert again
    assert (again.id, again.role, again.name) == (first.id, "lead", USER["name"])
    assert browser.cookies[served.parts.sessions.cookie] != before
    old = {"cookie": f"{served.parts.sessions.cookie}={before}"}
    assert (await served.anonymous.get("/api/v1/account/sessions", headers=old)).status_code == 401


async def test_an_account_of_the_same_name_is_somebody_else(served: Served, browser: Any, issuer: str) -> None:
    theirs = await served.person(USER["name"], "admin")
    await sign_in(browser, served)
    found = await account(served, issuer)
    assert found
    assert (found.id != theirs, found.name, found.role) == (True, f"{USER['name']} 2", "lead")


async def test_claims_bind_and_a_claim_that_is_missing_binds_to_nothing(
    house: Any, provider: Provider, browser: httpx.AsyncClient, issuer: str, spoil: Any
) -> None:
    claims = {"teams_claim": "teams", "boards_claim": "wall.boards", "role_claim": "realm.roles"}
    spoil(claims={"realm": {"roles": ["wallboard-leads"]}, "wall": {"boards": "overview"}})
    async with house(msgspec.structs.replace(provider, **claims)) as served:
        await sign_in(browser, served)
        found = await account(served, issuer)
        assert found
        assert found.bound == Bound(teams=("one",), boards=("overview",))
        spoil(claims={"realm": {"roles": ["wallboard-leads"]}, "teams": None})
        await sign_in(browser, served)
        found = await account(served, issuer)
        assert found
        assert found.bound == Bound(teams=(), boards=())


async def test_without_a_role_nobody_comes_in_and_sessions_from_before_end(
    served: Served, browser: httpx.AsyncClient, issuer: str, spoil: Any
) -> None:
    await sign_in(browser, served)
    kept = {"cookie": f"{served.parts.sessions.cookie}={browser.cookies[served.parts.sessions.cookie]}"}
    spoil(claims={"groups": ["staff"]})
    refused(await sign_in(browser, served), served, 403, "gives you no role here")
    found = await account(served, issuer)
    assert found
    assert await served.parts.sessions.signin.of(found.id) == []
    async with asyncio.timeout(60):
        while (await served.anonymous.get("/account", headers=kept)).status_code != 303:
            await asyncio.sleep(0.2)


async def test_a_default_role_is_for_those_whom_no_group_gives_one(
    house: Any, provider: Provider, browser: httpx.AsyncClient, issuer: str, spoil: Any
) -> None:
    spoil(claims={"groups": None})
    async with house(msgspec.structs.replace(provider, default_role="viewer")) as served:
        await sign_in(browser, served)
        found = await account(served, issuer)
        assert found
        assert found.role == "viewer"


async def test_who_was_disabled_here_stays_out(served: Served, browser: httpx.AsyncClient, issuer: str) -> None:
    await sign_in(browser, served)
    found = await account(served, issuer)
    assert found
    await asyncio.to_thread(lambda: served.parts.people.change(found.id, by="tests", now_ms=1, disabled=True))
    refused(await sign_in(browser, served), served, 403, "Your account here is disabled")


async def test_the_only_administrator_is_not_made_less_by_a_claim(
    served: Served, browser: httpx.AsyncClient, issuer: str, spoil: Any
) -> None:
    spoil(claims={"groups": ["wallboard-admins"]})
    await sign_in(browser, served)
    spoil()
    refused(await sign_in(browser, served), served, 409, "is the only administrator")
    found = await account(served, issuer)
    assert found
    assert found.role == "admin"


async def test_who_comes_from_the_provider_has_no_password_that_would_outlive_it(
    served: Served, browser: httpx.AsyncClient
) -> None:
    await sign_in(browser, served)
    asked = {"password": "four words that differ"}
    headers = {"origin": served.origin, "sec-fetch-site": "same-origin"}
    answer = await browser.post(f"{served.origin}/api/v1/account/password", json=asked, headers=headers)
    assert (answer.status_code, "OpenID provider" in answer.json()["detail"]) == (409, True)


@pytest.mark.parametrize("way", ["client_secret_basic", "client_secret_post"])
async def test_the_secret_is_proven_as_the_provider_wants_it(
    served: Served, browser: Any, spoil: Any, way: str
) -> None:
    spoil(way=way)
    assert (await sign_in(browser, served)).status_code == 303


async def test_nothing_of_the_way_there_is_told_but_what_the_provider_needs(
    served: Served, browser: httpx.AsyncClient
) -> None:
    left = await browser.get(f"{served.origin}/signin/oidc?next=/floor")
    asked = {name: value for name, (value,) in parse_qs(urlsplit(left.headers["location"]).query).items()}
    assert asked.keys() == {
        "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge",
        "code_challenge_method",
    }  # fmt: skip
    assert (asked["code_challenge_method"], asked["scope"]) == ("S256", "openid profile")
    assert asked["redirect_uri"] == f"{served.origin}/signin/oidc/back"
    cookie = left.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert f"max-age={AWAY_S}" in cookie


async def test_nobody_is_sent_to_another_site_afterwards(served: Served, browser: httpx.AsyncClient) -> None:
    for wanted in ("//evil.example/", "https://evil.example/", "/\\evil.example", "/signin/oidc"):
        assert (await sign_in(browser, served, wanted)).headers["location"] == "/", wanted


async def test_a_state_is_good_once_and_in_the_browser_that_left(served: Served, browser: httpx.AsyncClient) -> None:
    back = await returning(browser, served)
    async with httpx.AsyncClient(headers=PAGE, timeout=60) as other:
        refused(await other.get(back), served, 400, "did not begin in this browser")
        await returning(other, served)  # it has a sign-in of its own under way
        refused(await other.get(back), served, 400, "did not begin in this browser")
    left = dict(browser.cookies)
    assert (await browser.get(back)).status_code == 303  # nobody else has used it up
    browser.cookies.update(left)
    refused(await browser.get(back), served, 400, "was used")


async def test_a_wrong_or_missing_state_is_refused_before_anybody_is_asked(served: Served, browser: Any) -> None:
    back = await returning(browser, served)
    state = parse_qs(urlsplit(back).query)["state"][0]
    for other in (back.replace(state, "x" * 43), back.replace(state, ""), back.replace(state, "y" * 5_000)):
        refused(await browser.get(other), served, 400, "did not begin in this browser")
    refused(await browser.get(f"{served.origin}/signin/oidc/back"), served, 400, "did not begin in this browser")


async def test_who_stays_too_long_at_the_provider_begins_again(served: Served, browser: Any, redis: Any) -> None:
    back = await returning(browser, served)
    (key,) = [key async for key in redis.scan_iter(Keys(served.parts.config.namespace).away("*"))]
    assert AWAY_S - 60 < await redis.ttl(key) <= AWAY_S
    await redis.delete(key)
    refused(await browser.get(back), served, 400, "older than 10 minutes")


async def test_a_code_that_was_used_or_that_somebody_else_was_given_is_refused(
    served: Served, browser: httpx.AsyncClient
) -> None:
    back = await returning(browser, served)
    assert (await browser.get(back)).status_code == 303
    async with httpx.AsyncClient(timeout=60) as other:
        given = await returning(other, served)  # whose code nobody has used
    for foreign in (back, given):
        mine = await returning(browser, served)
        refused(await browser.get(mine.replace(code_of(mine), code_of(foreign))), served, 403, "it was used or is old")


def code_of(back: str) -> str:
    return parse_qs(urlsplit(back).query)["code"][0]


async def test_another_provider_cannot_answer_for_this_one(served: Served, browser: httpx.AsyncClient) -> None:
    back = await returning(browser, served)
    refused(await browser.get(back + "&iss=https://evil.example"), served, 400, "begin again")


async def test_a_token_is_believed_whichever_of_its_keys_the_provider_signs_with(
    served: Served, browser: httpx.AsyncClient, spoil: Any
) -> None:
    for alg in ("RS256", "PS256", "RS512", "ES256", "ES512", "EdDSA"):
        spoil(alg=alg)
        answer = await sign_in(browser, served)
        assert (alg, answer.status_code) == (alg, 303), answer.text
        spoil(alg=alg, key="foreign")
        refused(await sign_in(browser, served), served, 403, "could not be verified")


UNBELIEVED: list[dict[str, Any]] = [
    {"claims": {"nonce": "another"}}, {"claims": {"nonce": None}}, {"key": "foreign"}, {"alg": "none"},
    {"alg": "HS256"}, {"claims": {"aud": "somebody-else"}}, {"claims": {"aud": [CLIENT, "x"], "azp": "x"}},
    {"claims": {"aud": None}}, {"claims": {"exp": int(time.time()) - 120}}, {"claims": {"exp": None}},
    {"claims": {"iat": int(time.time()) + 3_600}}, {"claims": {"iss": "https://evil.example"}},
    {"claims": {"sub": None}}, {"claims": {"sub": ""}}, {"claims": {"sub": 17}}, {"claims": {"sub": "x" * 256}},
]  # fmt: skip


async def test_what_is_not_signed_by_the_provider_for_us_now_and_for_this_question_is_not_believed(
    served: Served, browser: httpx.AsyncClient, spoil: Any, issuer: str
) -> None:
    for wrong in UNBELIEVED:
        spoil(**wrong)
        refused(await sign_in(browser, served), served, 403, "could not be verified")
        assert await account(served, issuer) is None, wrong
    spoil()
    assert (await sign_in(browser, served)).status_code == 303


BAD_ANSWERS: list[tuple[dict[str, Any], int, str]] = [
    ({"answers": "<html>", "status": 200}, 503, "does not answer as it should"),
    ({"answers": "{}", "status": 200}, 503, "does not answer as it should"),
    ({"answers": "oh", "status": 500}, 503, "does not answer as it should"),
    ({"answers": "x" * 1_100_000, "status": 200}, 503, "does not answer as it should"),
    ({"answers": '{"id_token": "a.b"}', "status": 200}, 403, "could not be verified"),
    ({"answers": '{"error": "invalid_client"}', "status": 401}, 403, "does not know this wallboard"),
    ({"redirect": True}, 503, "does not answer as it should"),
    ({"denies": True}, 403, "did not sign you in"),
]


async def test_a_provider_that_answers_badly_gives_a_page_that_says_what_to_do(
    served: Served, browser: httpx.AsyncClient, spoil: Any
) -> None:
    for wrong, status, says in BAD_ANSWERS:
        spoil(**wrong)
        refused(await sign_in(browser, served), served, status, says)


async def test_a_provider_that_is_down_or_another_one_says_so_and_other_ways_in_stay(
    house: Any, provider: Provider, browser: httpx.AsyncClient, spoil: Any
) -> None:
    nobody = msgspec.structs.replace(provider, issuer=f"http://127.0.0.1:{free_port()}")
    async with house(nobody) as served:
        answer = await browser.get(f"{served.origin}/signin/oidc")
        refused(answer, served, 503, "sign in with a link")
        assert answer.headers["retry-after"] == "60"
        assert (await browser.get(f"{served.origin}/signin")).status_code == 200
        await served.sign_in()
    spoil(issuer="https://evil.example")
    async with house(provider) as served:
        refused(await browser.get(f"{served.origin}/signin/oidc"), served, 503, "does not answer as it should")


async def test_an_address_of_the_provider_that_leads_out_of_the_net_of_addresses_is_not_asked(
    house: Any, provider: Provider, browser: httpx.AsyncClient, spoil: Any
) -> None:
    spoil(token_endpoint="file:///etc/passwd")
    async with house(provider) as served:
        refused(await browser.get(f"{served.origin}/signin/oidc"), served, 503, "does not answer as it should")


async def test_without_a_provider_there_is_no_button_and_no_way(served_elsewhere: Any, config: Config) -> None:
    async with served_elsewhere(config) as served:
        assert "/signin/oidc" not in (await served.anonymous.get("/signin")).text
        for path in ("/signin/oidc", "/signin/oidc/back?code=x&state=y"):
            assert (await served.anonymous.get(path)).status_code == 404


async def test_one_address_that_leaves_without_end_is_told_to_wait(served: Served) -> None:
    answers = [await served.anonymous.get("/signin/oidc") for _ in range(104)]
    assert answers[0].status_code == 302
    assert answers[-1].status_code == 429
    assert "retry-after" in answers[-1].headers
