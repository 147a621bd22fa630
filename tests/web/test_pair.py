"""A new screen is let in by the code that it shows, comes back for years, and is out at once when it is revoked."""

import asyncio
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from device import Device, claim
from websockets.exceptions import ConnectionClosed

from wallboard.config import Server
from wallboard.embedded import EmbeddedRedis
from wallboard.record.screens import digest

CODE = re.compile(r"[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}")


@pytest.fixture
async def device(served: Any) -> Any:
    found = Device(served)
    yield found
    await found.http.aclose()


async def test_a_new_screen_shows_a_code_and_its_picture_and_the_page_has_them_already(device: Any) -> None:
    page = await device.http.get("/pair")
    assert page.headers["cache-control"] == "no-store"
    found = await device.ask()
    assert CODE.fullmatch(found["code"])
    assert found["code"] in page.text
    assert found["qr"] == "", "this machine's own name means nothing to a telephone"
    assert "There is no QR code here" in page.text


async def test_a_server_that_others_reach_gives_the_claiming_address_as_a_picture(
    config: Any, served_elsewhere: Any
) -> None:
    server = msgspec.structs.replace(config.server, public_url="http://wall.example.com:8000")
    async with served_elsewhere(replace(config, server=server)) as served:
        page = await served.anonymous.get("/pair")
    assert 'src="data:image/svg+xml' in page.text
    assert "There is no QR code here" not in page.text
    assert "wall.example.com:8000/screens" in page.text


async def test_the_code_stays_while_it_is_good_and_the_devices_secret_is_never_told(device: Any) -> None:
    first = await device.http.post("/pair")
    again = await device.http.post("/pair")
    assert first.json()["code"] == again.json()["code"]
    secret = device.http.cookies[device.served.parts.paired.device.name]
    assert secret not in first.text + again.text
    assert "httponly" in first.headers["set-cookie"].lower()
    assert "samesite=lax" in first.headers["set-cookie"].lower()


async def test_a_code_that_has_ended_is_replaced_by_itself_for_ever(device: Any, redis: Any, keys: Any) -> None:
    seen = set()
    for _ in range(5):
        code = await device.code()
        seen.add(code)
        await redis.delete(keys.pair_code(code.replace("-", "")))
    assert len(seen) == 5


async def test_a_screen_that_was_let_in_goes_to_its_board_and_may_see_no_other(device: Any) -> None:
    await device.paired(board="overview")
    assert (await device.http.get("/board/overview")).status_code == 200
    assert (await device.http.get("/board/overview/layout.css")).status_code == 200
    for page in ("/board/day", "/board/nowhere", "/"):
        answer = await device.http.get(page)
        assert (answer.status_code, answer.headers["location"]) == (303, "/pair"), page
    front = await device.http.get("/pair")
    assert (front.status_code, front.headers["location"]) == (303, "/board/overview?kiosk")
    async with device.socket("overview") as socket:
        assert '"t":"hello"' in await socket.recv()
    async with device.socket("day") as socket:
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
        assert closed.value.rcvd
        assert closed.value.rcvd.code == 4403


async def test_a_screen_changes_nothing_and_manages_nothing(device: Any) -> None:
    screen = await device.paired()
    headers = {"origin": device.served.origin}
    for method, path in [
        ("POST", "/api/v1/events"), ("POST", "/api/v1/notices"), ("GET", "/api/v1/screens"), ("GET", "/screens"),
        ("DELETE", f"/api/v1/screens/{screen}"), ("PATCH", f"/api/v1/screens/{screen}"),
        ("POST", "/api/v1/screens"), ("GET", "/pair/claim"), ("GET", "/alerts"),
    ]:  # fmt: skip
        answer = await device.http.request(method, path, headers=headers, content=b"{}")
        assert answer.status_code == 403, (method, path)


async def test_a_rotation_brings_its_boards_with_it(config: Any, served_elsewhere: Any, tmp_path: Path) -> None:
    folder = tmp_path / "boards"
    folder.mkdir()
    for name in ("one", "two", "three"):
        tile = '[[tile]]\nkind = "clock"\nat = [1, 1]\nsize = [3, 2]\n'
        (folder / f"{name}.toml").write_text(f'title = "{name}"\n{tile}')
    (folder / "turn.toml").write_text('title = "turn"\n[rotation]\nboards = ["one", "two"]\nseconds = 30\n')
    async with served_elsewhere(replace(config, server=Server(boards=str(folder)))) as served:
        device = Device(served)
        await device.paired(board="turn")
        assert (await device.http.get("/board/turn?kiosk&turn=1")).status_code == 200
        async with device.socket("two") as socket:
            assert '"t":"hello"' in await socket.recv()
        assert (await device.http.get("/board/three")).headers["location"] == "/pair"
        await device.http.aclose()


async def test_a_code_is_understood_as_people_write_it(device: Any) -> None:
    code = (await device.code()).lower().replace("-", " ")
    assert (await claim(device.served, code)).status_code == 201


async def test_a_code_is_good_once(device: Any) -> None:
    code = await device.code()
    assert (await claim(device.served, code)).status_code == 201
    again = await claim(device.served, code)
    assert (again.status_code, again.json()["at"]) == (422, "$.code")


async def test_wrong_old_used_and_worn_out_codes_are_told_alike(served: Any, redis: Any, keys: Any) -> None:
    devices = [Device(served) for _ in range(3)]
    codes = [await device.code() for device in devices]
    await claim(served, codes[0])
    await redis.delete(keys.pair_code(codes[1].replace("-", "")))
    await redis.hset(keys.pair_code(codes[2].replace("-", "")), "tries", 5)
    answers = [await claim(served, code) for code in [*codes, "BCDF-GHJK", "nonsense", ""]]
    assert len({(answer.status_code, answer.text) for answer in answers}) == 1
    for device in devices:
        await device.http.aclose()


async def test_guessing_ends_after_ten_wrong_codes(served: Any, device: Any) -> None:
    for _ in range(10):
        assert (await claim(served, "BCDF-GHJK")).status_code == 422
    answer = await claim(served, await device.code())
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


async def test_one_address_gets_no_end_of_codes_and_its_page_says_why(served: Any) -> None:
    answers = [await served.anonymous.post("/pair", headers={"cookie": ""}) for _ in range(5)]
    assert all(answer.status_code == 200 for answer in answers)
    for _ in range(100):
        served.anonymous.cookies.clear()
        answer = await served.anonymous.post("/pair")
    assert answer.status_code == 429
    served.anonymous.cookies.clear()
    page = await served.anonymous.get("/pair")
    assert page.status_code == 200
    assert "Too much at once" in page.text


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({"name": "Hall", "board": "nowhere"}, "$.board"),
        ({"name": "", "board": "overview"}, "$.name"),
        ({"name": "   ", "board": "overview"}, "$.name"),
        ({"name": "x\n", "board": "overview"}, "$.name"),
        ({"name": "x" * 65, "board": "overview"}, "$.name"),
        ({"name": "Hall", "board": "overview", "more": 1}, "$"),
        ({"board": "overview"}, "$"),
    ],
)
async def test_what_cannot_be_a_screen_is_refused_with_its_place_and_costs_the_code_nothing(
    device: Any, body: dict[str, Any], at: str
) -> None:
    code = await device.code()
    answer = await device.served.http.post("/api/v1/screens", json={"code": code, **body})
    assert (answer.status_code, answer.json()["at"]) == (422, at)
    assert (await claim(device.served, code)).status_code == 201


async def test_a_lost_answer_does_not_lose_the_screen(device: Any) -> None:
    code = await device.code()
    waits = device.http.cookies[device.served.parts.paired.device.name]
    await claim(device.served, code)
    assert "go" in await device.ask()
    device.http.cookies.clear()
    device.has(device.served.parts.paired.device.name, waits)  # as if the answer, and its cookie, had never come
    assert "go" in await device.ask()
    assert (await device.http.get("/board/overview")).status_code == 200


async def test_the_record_holds_a_digest_and_the_cookie_is_out_of_reach_for_scripts(device: Any) -> None:
    answer = await claim(device.served, await device.code())
    let_in = await device.http.post("/pair")
    [cookie] = [one for one in let_in.headers.get_list("set-cookie") if "-screen=" in one]
    assert "httponly" in cookie.lower()
    assert "max-age=34560000" in cookie.lower()
    [screen] = await asyncio.to_thread(device.served.parts.paired.record.all)
    assert screen.id == answer.json()["id"]
    assert screen.credential == digest(device.secret() or "")
    assert device.secret() not in repr(screen)


async def test_a_wall_that_is_switched_on_at_its_board_each_day_stays_a_screen_for_ever(device: Any) -> None:
    await device.paired()
    secret = device.secret()
    shown = await device.http.get("/board/overview")
    [cookie] = shown.headers.get_list("set-cookie")
    assert cookie.startswith(f"{device.served.parts.paired.cookie.name}={secret};")
    assert "max-age=34560000" in cookie.lower()
    person = await device.served.sign_in()
    answer = await device.served.anonymous.get("/board/overview", headers={"cookie": person})
    assert "set-cookie" not in answer.headers


async def test_with_https_the_cookies_are_for_this_host_alone(config: Any, served_elsewhere: Any) -> None:
    secure = replace(config, server=msgspec.structs.replace(config.server, public_url="https://wall.example.com"))
    async with served_elsewhere(secure) as served:
        answer = await served.anonymous.post("/pair")
    assert answer.headers["set-cookie"].startswith("__Host-")
    assert "; secure" in answer.headers["set-cookie"].lower()


async def test_a_revoked_screen_is_out_within_five_seconds_and_is_offered_a_new_code(device: Any) -> None:
    screen = await device.paired()
    async with device.socket() as socket:
        await socket.recv()
        assert (await device.served.http.delete(f"/api/v1/screens/{screen}")).status_code == 204
        with pytest.raises(ConnectionClosed) as closed:
            async with asyncio.timeout(6):
                while True:
                    await socket.recv()
    assert closed.value.rcvd
    assert closed.value.rcvd.code == 4401
    for path in ("/board/overview", "/", "/sources"):
        answer = await device.http.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/pair"), path
    assert (await device.http.get("/api/v1/state?board=overview")).status_code == 401
    found = await device.ask()
    assert found["revoked"]
    assert CODE.fullmatch(found["code"])
    await device.paired(name="Hall again")
    assert (await device.http.get("/board/overview")).status_code == 200


async def test_a_screen_that_was_revoked_before_it_came_gets_another_code(device: Any) -> None:
    first = await device.code()
    screen = (await claim(device.served, first)).json()["id"]
    await device.served.http.delete(f"/api/v1/screens/{screen}")
    assert CODE.fullmatch(await device.code())
    assert await device.code() != first


async def test_a_session_that_ended_does_not_keep_its_browsers_screen_out(device: Any) -> None:
    await device.paired(board="overview")
    session = (await device.served.sign_in()).partition("=")[2]
    device.has(device.served.parts.sessions.cookie, session)
    assert (await device.http.get("/board/day")).status_code == 200, "the person counts while the session stands"
    await device.served.parts.sessions.end(session)
    assert (await device.http.get("/board/overview")).status_code == 200
    assert (await device.http.get("/board/day")).headers["location"] == "/pair"


async def test_a_browser_that_becomes_a_screen_is_no_persons_any_more(device: Any) -> None:
    name, _, session = (await device.served.sign_in()).partition("=")
    device.has(name, session)
    await device.paired(board="overview")
    assert name not in device.http.cookies
    device.has(name, session)
    assert (await device.http.get("/board/day")).headers["location"] == "/pair"


async def test_a_screen_whose_board_is_gone_says_so_and_goes_on_when_it_gets_another(
    config: Any, served_elsewhere: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "boards"
    folder.mkdir()
    text = '[[tile]]\nkind = "clock"\nat = [1, 1]\nsize = [3, 2]\n'
    for name in ("first", "second"):
        (folder / f"{name}.toml").write_text(text)
    async with served_elsewhere(replace(config, server=Server(boards=str(folder)))) as served:
        device = Device(served)
        screen = await device.paired(name="Hall", board="first")
        (folder / "first.toml").unlink()
        async with asyncio.timeout(60):
            while "go" in (found := await device.ask()):
                await asyncio.sleep(0.1)
        assert (found["name"], found["board"]) == ("Hall", "first")
        assert "first" in (await device.http.get("/pair")).text
        await served.http.patch(f"/api/v1/screens/{screen}", json={"board": "second"})
        assert (await device.ask())["go"] == "/board/second?kiosk"
        await device.http.aclose()


async def test_a_screen_comes_back_after_restarts_of_server_and_redis_that_forget_everything(
    config: Any, served_elsewhere: Any, own_redis: EmbeddedRedis
) -> None:
    own = replace(config, redis=msgspec.structs.replace(config.redis, url=own_redis.url))
    async with served_elsewhere(own) as served:
        device = Device(served)
        await device.paired()
        secret = device.secret()
        await device.http.aclose()
    async with served_elsewhere(config) as served:  # another Redis: nothing of the first one is there
        device = Device(served)
        device.has(served.parts.paired.cookie.name, secret or "")
        assert (await device.ask())["go"] == "/board/overview?kiosk"
        async with device.socket() as socket:
            assert '"t":"hello"' in await socket.recv()
        await device.http.aclose()


async def test_a_servers_clock_that_jumps_ends_no_code_and_no_screen(config: Any, served_elsewhere: Any) -> None:
    now_ms = [1_795_338_000_000]
    async with served_elsewhere(config, clock_ms=lambda: now_ms[0]) as served:
        device = Device(served)
        code = await device.code()
        for jump_ms in (3 * 86_400_000, -400 * 86_400_000, 4_000 * 86_400_000):
            now_ms[0] += jump_ms
            assert await device.code() == code
        await device.paired()
        now_ms[0] -= 8_000 * 86_400_000
        assert "go" in await device.ask()
        assert (await device.http.get("/board/overview")).status_code == 200
        await device.http.aclose()


async def test_without_redis_the_page_is_there_and_tries_again(
    config: Any, served_elsewhere: Any, own_redis: EmbeddedRedis
) -> None:
    async with served_elsewhere(
        replace(config, redis=msgspec.structs.replace(config.redis, url=own_redis.url))
    ) as served:
        device, screen = Device(served), Device(served)
        await device.code()
        await screen.paired()
        await own_redis.stop()
        answer = await device.http.post("/pair")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        page = await device.http.get("/pair")
        assert page.status_code == 200
        assert "tries again by itself" in page.text
        assert (await screen.http.get("/board/overview")).status_code == 200, (
            "a paired screen needs no Redis to come in"
        )
        await device.http.aclose()
        await screen.http.aclose()


async def test_another_sites_page_cannot_ask_for_a_code(served: Any) -> None:
    answer = await served.anonymous.post("/pair", headers={"origin": "https://evil.example"})
    assert answer.status_code == 403


@pytest.mark.parametrize("cookie", ["x" * 4000, "%00", "é", "'; DROP TABLE screens", ""])
async def test_nonsense_in_a_screens_cookie_is_a_screen_that_is_not_known(served: Any, cookie: str) -> None:
    header = {"cookie": f"{served.parts.paired.cookie.name}={cookie}".encode()}
    answer = await served.anonymous.get("/board/overview", headers=header)
    assert answer.status_code == 303
    assert (await served.anonymous.post("/pair", headers=header)).status_code == 200
