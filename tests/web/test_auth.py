"""Nobody comes in without credentials, from another site, or through a path made to confuse; sessions end."""

import asyncio
import json
from typing import Any

import pytest
from starlette.routing import Mount, Route, WebSocketRoute

OPEN = {"/healthz", "/readyz", "/signin", "/signin/oidc", "/signin/oidc/back", "/pair", "/csp"}


def routes(served: Any) -> list[tuple[str, str]]:
    """Every route that exists, as method and an address that it matches."""
    found = []
    for route in served.app.routes:
        if isinstance(route, Route):
            path = route.path.replace("{source:path}", "x").replace("{board}", "x").replace("{board:path}", "x")
            found += [(method, path) for method in route.methods or ()]
    return found


async def test_every_route_but_the_open_ones_refuses_a_stranger(served: Any) -> None:
    there = routes(served)
    assert {path for _, path in there} >= {*OPEN, "/", "/api/v1/state"}
    for method, path in there:
        answer = await served.anonymous.request(method, path)
        if path in OPEN or path.startswith("/static/"):
            assert answer.status_code not in (303, 401), path
        elif path.startswith(("/api/", "/metrics", "/live")) or method not in ("GET", "HEAD"):
            assert answer.status_code == 401, (method, path)
            assert answer.headers["www-authenticate"] == "Bearer", path
        else:
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/signin?next=%2F")


async def test_a_stranger_learns_nothing_about_what_exists(served: Any) -> None:
    there = await served.anonymous.get("/api/v1/sources/there")
    nowhere = await served.anonymous.get("/api/v1/nowhere/at/all")
    assert (there.status_code, there.content) == (nowhere.status_code, nowhere.content)


@pytest.mark.parametrize(
    "authorization", ["Bearer", "Bearer wrong", "Basic YWRtaW46YWRtaW4=", "wb_test-token-of-the-admin", "Bearer ü"]
)
async def test_a_wrong_token_is_401(served: Any, authorization: str) -> None:
    headers = {"authorization": authorization.encode()}
    assert (await served.anonymous.get("/api/v1/state", headers=headers)).status_code == 401


async def test_a_token_in_the_url_is_never_taken(served: Any, config: Any) -> None:
    answer = await served.anonymous.get(f"/api/v1/state?token={config.admin_token}")
    assert answer.status_code == 401


async def test_a_link_signs_in_once_and_the_session_ends_at_sign_out(served: Any) -> None:
    code = await served.code()
    first = await served.anonymous.post("/signin", json={"code": code})
    assert (first.status_code, first.json()) == (200, {"name": "Olena", "choose": True})
    set_cookie = first.headers["set-cookie"].lower()
    assert "httponly" in set_cookie
    assert "samesite=lax" in set_cookie
    assert "secure" not in set_cookie  # plain http is the stated mode here
    assert code not in set_cookie
    served.anonymous.cookies.clear()
    assert (await served.anonymous.post("/signin", json={"code": code})).status_code == 401

    cookie = {"cookie": f"{served.parts.sessions.cookie}={first.cookies[served.parts.sessions.cookie]}"}
    assert (await served.anonymous.get("/api/v1/sources", headers=cookie)).status_code == 200
    out = await served.anonymous.post("/signout", headers=cookie | {"origin": served.origin})
    assert out.status_code == 200
    assert (await served.anonymous.get("/api/v1/sources", headers=cookie)).status_code == 401


async def test_one_code_used_by_many_at_once_signs_one_in(served: Any) -> None:
    code = await served.code()
    answers = await asyncio.gather(*(served.anonymous.post("/signin", json={"code": code}) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7


async def test_guessing_is_slowed_down(served: Any) -> None:
    statuses = [(await served.anonymous.post("/signin", json={"code": f"guess-{n}"})).status_code for n in range(12)]
    assert statuses[0] == 401
    assert statuses[-1] == 429


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"code":7}', b'{"code":"a b"}', b'{"code":"x","next":"/"}', b"\xff", b"[" * 3000]
)
async def test_a_malformed_sign_in_is_400(served: Any, body: bytes) -> None:
    answer = await served.anonymous.post("/signin", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400


async def test_another_sites_form_cannot_act_for_a_person(served: Any) -> None:
    cookie = {"cookie": await served.sign_in()}
    event = json.dumps({"type": "source.beat"})
    kinds = {"content-type": "application/json"}
    foreign = [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": f"http://127.0.0.1:{served.port + 1}"},
        {"origin": f"https://127.0.0.1:{served.port}"},
        {"origin": f"http://127.0.0.1.evil.example:{served.port}"},
        {"origin": f"http://127.0.0.1:{served.port}@evil.example"},
        {"origin": served.origin, "sec-fetch-site": "cross-site"},
        {"origin": served.origin, "sec-fetch-site": "same-site"},
        {},
    ]
    for headers in foreign:
        answer = await served.anonymous.post("/api/v1/events", content=event, headers=cookie | kinds | headers)
        assert answer.status_code == 403, headers
    form = await served.anonymous.post(
        "/api/v1/events",
        content=event,
        headers=cookie | {"content-type": "text/plain", "origin": "https://evil.example"},
    )
    assert form.status_code == 403
    own = await served.anonymous.post(
        "/api/v1/events",
        content=event,
        headers=cookie | kinds | {"origin": served.origin, "sec-fetch-site": "same-origin"},
    )
    assert own.status_code == 202


async def test_a_token_used_from_a_foreign_page_is_refused_and_from_a_script_is_fine(served: Any) -> None:
    assert (await served.http.get("/api/v1/sources", headers={"origin": "https://evil.example"})).status_code == 403
    assert (await served.http.get("/api/v1/sources")).status_code == 200


async def test_signing_in_another_person_from_a_foreign_page_is_refused(served: Any) -> None:
    answer = await served.anonymous.post("/signin", json={"code": "x"}, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403


def handshake(path: str, host: str, *headers: str) -> bytes:
    lines = [
        f"GET {path} HTTP/1.1", f"host: {host}", "connection: upgrade", "upgrade: websocket",
        "sec-websocket-version: 13", "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==", *headers,
    ]  # fmt: skip
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def close_code(answer: bytes) -> int | None:
    """The code of a close frame that is all there is behind the handshake's head."""
    _, _, frames = answer.partition(b"\r\n\r\n")
    return int.from_bytes(frames[2:4], "big") if frames[:1] == b"\x88" else None


async def test_a_handshake_from_a_foreign_page_is_refused_before_it_is_accepted(served: Any) -> None:
    cookie = f"cookie: {await served.sign_in()}"
    host = f"127.0.0.1:{served.port}"
    for origin in (
        "https://evil.example",
        "null",
        f"http://127.0.0.1:{served.port + 1}",
        f"http://{host}.evil.example",
    ):
        for credentials in ((cookie,), ()):
            answer = await served.raw(handshake("/live", host, f"origin: {origin}", *credentials))
            assert answer.startswith(b"HTTP/1.1 403 "), origin
    missing = await served.raw(handshake("/live", host, cookie))
    assert missing.startswith(b"HTTP/1.1 403 ")


async def test_every_websocket_without_credentials_is_accepted_and_closed_with_4401(served: Any) -> None:
    host = f"127.0.0.1:{served.port}"
    paths = [route.path for route in served.app.routes if isinstance(route, WebSocketRoute)]
    assert paths
    for path in paths:
        for credentials in (
            (),
            ("cookie: wallboard-session=stale", f"origin: http://{host}"),
            ("authorization: Bearer x",),
        ):
            answer = await served.raw(handshake(path, host, *credentials))
            assert answer.startswith(b"HTTP/1.1 101 ")
            assert close_code(answer) == 4401


def test_only_static_files_are_mounted_outside_the_routes(served: Any) -> None:
    assert [route.path for route in served.app.routes if isinstance(route, Mount)] == ["/static"]
