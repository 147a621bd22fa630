"""Screens are listed with what they say, sent elsewhere, told things, and only by those who may."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
from device import Device
from websockets.exceptions import ConnectionClosed

from wallboard.commands.given import clock_ms
from wallboard.stream.orders import Order
from wallboard.web import walls
from wallboard.web.walls import CONNECTED_MS


@pytest.fixture
async def device(served: Any) -> AsyncIterator[Device]:
    found = Device(served)
    yield found
    await found.http.aclose()


async def listed(served: Any) -> list[dict[str, Any]]:
    answer = await served.http.get("/api/v1/screens")
    assert answer.status_code == 200
    found = answer.json()["screens"]
    assert isinstance(found, list)
    return found


async def until(served: Any, **wanted: Any) -> dict[str, Any]:
    """The one screen, once it says so."""
    async with asyncio.timeout(60):
        while True:
            [row] = await listed(served)
            if wanted.items() <= row.items():
                return row
            await asyncio.sleep(0.1)


async def command_of(socket: Any) -> Any:
    async with asyncio.timeout(60):
        while True:
            message = json.loads(await socket.recv())
            if message["t"] == "command":
                return message


async def test_a_screen_is_listed_with_what_it_said_last(device: Device) -> None:
    served = device.served
    screen = await device.paired(name="Двері")
    [row] = await listed(served)
    assert (row["id"], row["name"], row["board"], row["connected"]) == (screen, "Двері", "overview", False)
    assert "seen_at" not in row
    async with device.socket() as socket:
        await until(served, connected=True, shows="overview")
        report = {"t": "report", "seq": 1, "lag_ms": 12.5, "heap_mb": 40, "sound": "blocked", "build": "old"}
        await socket.send(json.dumps(report))
        row = await until(served, lag_ms=12.5)
        assert (row["heap_mb"], row["sound"], row["build"], row["other_build"]) == (40, "blocked", "old", True)
    row = await until(served, connected=False)
    assert abs(row["seen_at"] - clock_ms()) < CONNECTED_MS


async def test_a_screen_is_told_to_reload_and_to_show_its_name(device: Device) -> None:
    served = device.served
    screen = await device.paired(name="Hall")
    address = f"/api/v1/screens/{screen}/command"
    assert (await served.http.post(address, json={"do": "reload"})).status_code == 409
    async with device.socket() as socket:
        await until(served, connected=True)
        assert (await served.http.post(address, json={"do": "identify"})).status_code == 202
        assert await command_of(socket) == {"t": "command", "do": "identify", "name": "Hall"}
        assert (await served.http.post(address, json={"do": "reload"})).status_code == 202
        assert (await command_of(socket))["do"] == "reload"


async def test_another_board_is_for_good_and_the_screen_is_told_at_once(device: Device) -> None:
    served = device.served
    screen = await device.paired()
    async with device.socket() as socket:
        answer = await served.http.patch(f"/api/v1/screens/{screen}", json={"board": "day", "name": " Big hall "})
        assert answer.json() == {"id": screen, "name": "Big hall", "board": "day"}
        with suppress(ConnectionClosed):  # where its rights are looked at in that very moment: it goes home then
            assert await command_of(socket) == {"t": "command", "do": "show", "board": "day"}
    assert (await device.ask())["go"] == "/board/day?kiosk"
    assert (await device.http.get("/board/overview")).headers["location"] == "/pair"
    shown = await served.http.post(f"/api/v1/screens/{screen}/command", json={"do": "show", "board": "overview"})
    assert shown.status_code == 202
    assert (await device.ask())["go"] == "/board/overview?kiosk"


async def test_a_screen_that_goes_to_another_board_is_connected_all_the_while(device: Device) -> None:
    served, seen = device.served, []
    screen = await device.paired()

    async def look() -> None:
        while True:
            seen.append((await listed(served))[0]["connected"])
            await asyncio.sleep(0.05)

    async with device.socket():
        await until(served, connected=True)
        looking = asyncio.create_task(look())
        await served.http.patch(f"/api/v1/screens/{screen}", json={"board": "day"})
    await asyncio.sleep(1.5)  # the page is being fetched
    assert (await device.ask())["go"] == "/board/day?kiosk"
    async with device.socket("day"):
        await until(served, connected=True, shows="day")
        looking.cancel()
    assert set(seen) == {True}


async def test_a_screen_that_comes_is_told_of_at_once_and_not_with_the_next_round(
    device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walls, "SAY_S", 3600.0)
    await device.paired()
    async with device.socket():
        await until(device.served, connected=True)


async def test_a_screen_that_came_to_another_process_is_not_gone_when_the_first_has_lost_it(
    config: Any, served_elsewhere: Any, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    await device.paired()
    async with served_elsewhere(config) as other:
        async with device.socket():
            await until(other, connected=True)
        elsewhere = Device(other)
        elsewhere.http.cookies = device.http.cookies
        async with elsewhere.socket():
            await asyncio.sleep(walls.AWAY_MS / 1000 + 1.5)  # by then the first has looked whether it is gone
            assert (await listed(device.served))[0]["connected"]
        await elsewhere.http.aclose()


async def test_another_process_passes_an_order_on_to_its_screen(
    config: Any, served_elsewhere: Any, device: Device
) -> None:
    screen = await device.paired(name="Hall")
    async with served_elsewhere(config) as other, device.socket() as socket:
        await until(other, connected=True)
        answer = await other.http.post(f"/api/v1/screens/{screen}/command", json={"do": "identify"})
        assert answer.status_code == 202
        assert (await command_of(socket))["do"] == "identify"


async def test_orders_for_other_screens_and_old_ones_are_not_passed_on(device: Device) -> None:
    served = device.served
    screen = await device.paired()
    await served.parts.orders.give(Order(screen, "reload"))
    await asyncio.sleep(1)  # while the screen is not there
    async with device.socket() as socket:
        await until(served, connected=True)
        await served.parts.orders.give(Order("other", "reload"))
        await served.http.post(f"/api/v1/screens/{screen}/command", json={"do": "identify"})
        assert (await command_of(socket))["do"] == "identify"


async def test_while_no_paired_screen_is_here_nobody_is_asked_for_orders(
    device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    served, asked = device.served, []
    after = served.parts.orders.after

    async def asking(place: str) -> Any:
        asked.append(place)
        return await after(place)

    monkeypatch.setattr(served.parts.orders, "after", asking)
    monkeypatch.setattr(walls, "AWAY_MS", 100)
    screen = await device.paired()
    await asyncio.sleep(2 * walls.LOOK_S)
    assert not asked
    for _ in range(2):
        async with device.socket() as socket:
            await until(served, connected=True)
            await served.http.post(f"/api/v1/screens/{screen}/command", json={"do": "identify"})
            assert (await command_of(socket))["do"] == "identify"
        assert asked
        await until(served, connected=False)
        await asyncio.sleep(walls.LOOK_S)
        asked.clear()
        await asyncio.sleep(2 * walls.LOOK_S)
        assert not asked


async def test_whatever_is_done_to_a_screen_stands_in_the_audit_trail(device: Device) -> None:
    served = device.served
    screen = await device.paired(name="Hall")
    async with device.socket():
        await until(served, connected=True)
        await served.http.post(f"/api/v1/screens/{screen}/command", json={"do": "identify"})
    await served.http.patch(f"/api/v1/screens/{screen}", json={"name": "Door"})
    await served.http.delete(f"/api/v1/screens/{screen}")
    lines = await asyncio.to_thread(served.parts.audit.read)
    assert [line.what for line in reversed(lines) if line.detail.get("id") == screen] == [
        "screen.paired", "screen.identify", "screen.changed", "screen.revoked",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "more", "body", "status"),
    [
        ("PATCH", "", {}, 422),
        ("PATCH", "", {"board": "nowhere"}, 422),
        ("PATCH", "", {"name": ""}, 422),
        ("PATCH", "", {"colour": "red"}, 422),
        ("PATCH", "", [], 422),
        ("POST", "/command", {"do": "explode"}, 422),
        ("POST", "/command", {"do": "show"}, 422),
        ("POST", "/command", {"do": "reload", "board": "day"}, 422),
        ("POST", "/command", {}, 422),
    ],
)
async def test_what_cannot_be_meant_is_refused(device: Device, method: str, more: str, body: Any, status: int) -> None:
    screen = await device.paired()
    answer = await device.served.http.request(method, f"/api/v1/screens/{screen}{more}", json=body)
    assert answer.status_code == status
    assert answer.json()["detail"]


async def test_a_screen_that_there_is_not_is_404_for_every_call(served: Any) -> None:
    for method, more in (("PATCH", ""), ("DELETE", ""), ("POST", "/command")):
        body = {"name": "x"} if method == "PATCH" else {"do": "reload"}
        answer = await served.http.request(method, f"/api/v1/screens/none{more}", json=body)
        assert answer.status_code == 404, (method, more)


async def test_who_is_bound_to_boards_sees_and_changes_the_screens_of_those_only(served: Any) -> None:
    one, other = Device(served), Device(served)
    mine = await one.paired(name="Mine", board="overview")
    theirs = await other.paired(name="Theirs", board="day")
    cookie = await served.sign_in("Petro", "lead", boards=("overview",))
    headers = {"cookie": cookie, "origin": served.origin}
    rows = (await served.anonymous.get("/api/v1/screens", headers=headers)).json()["screens"]
    assert [row["id"] for row in rows] == [mine]
    hidden = await served.anonymous.delete(f"/api/v1/screens/{theirs}", headers=headers)
    nowhere = await served.anonymous.delete("/api/v1/screens/none", headers=headers)
    assert (hidden.status_code, hidden.text) == (nowhere.status_code, nowhere.text)
    moved = await served.anonymous.patch(f"/api/v1/screens/{mine}", headers=headers, json={"board": "day"})
    absent = await served.anonymous.patch(f"/api/v1/screens/{mine}", headers=headers, json={"board": "dax"})
    assert moved.status_code == absent.status_code == 422
    page = await served.anonymous.get("/screens", headers=headers)
    assert 'value="overview"' in page.text
    assert 'value="day"' not in page.text
    for device in (one, other):
        await device.http.aclose()


async def test_a_viewer_manages_no_screens(served: Any) -> None:
    headers = await served.headers_of("Ihor", "viewer")
    for path in ("/screens", "/pair/claim", "/api/v1/screens"):
        assert (await served.anonymous.get(path, headers=headers)).status_code == 403


async def test_names_are_shown_as_the_text_that_they_are(served: Any) -> None:
    device = Device(served)
    name = "<img src=x onerror=alert(1)>"
    screen = await device.paired(name=name)
    assert [row["name"] for row in await listed(served)] == [name]
    assert name not in (await served.http.get("/screens")).text
    await served.http.delete(f"/api/v1/screens/{screen}")
    await device.http.aclose()


async def test_a_leads_board_is_put_on_a_screen_by_who_may_see_everybody_on_it(served: Any) -> None:
    """A screen is bound to no team: on it a lead of one would read of the others."""
    wanted = {"name": "t", "scopes": ["screens:manage"]}
    token = (await served.http.post("/api/v1/tokens", json=wanted)).json()["token"]
    bound = await served.headers_of("Nina", "lead", teams=("one",))
    body = {"code": "BBBB-BBBB", "name": "x", "board": "agents"}
    for headers in (bound, {"authorization": f"Bearer {token}"}):
        answer = await served.anonymous.post("/api/v1/screens", json=body, headers=headers)
        assert (answer.status_code, answer.json()["at"]) == (422, "$.board")
        assert 'value="agents"' not in (await served.anonymous.get("/screens", headers=headers)).text
    headers = await served.headers_of("Olha", "lead")
    answer = await served.anonymous.post("/api/v1/screens", json=body, headers=headers)
    assert (answer.status_code, answer.json()["at"]) == (422, "$.code")
