"""Accounts and open sockets: what is taken away closes them within five seconds, and nobody takes the places of all."""

import asyncio
import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from wallboard.config import Config, Server
from wallboard.record.people import LEADING, ROLES

PEOPLE = "/api/v1/people"
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


async def closed_within_five_seconds(socket: ClientConnection) -> int:
    """The code with which the server closes it."""
    began_s = time.monotonic()
    with pytest.raises(ConnectionClosed) as caught:
        while True:
            await asyncio.wait_for(socket.recv(), 60)
    assert time.monotonic() - began_s < 5
    assert caught.value.rcvd is not None
    return caught.value.rcvd.code


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


async def first_of(served: Any, cookie: str) -> Any:
    """A socket's first message; or the code and reason with which it was closed."""
    headers = {"Cookie": cookie, "Origin": served.origin}
    url = f"ws://{served.host}:{served.port}/live?board=overview"
    socket = await connect(url, additional_headers=headers)
    try:
        return socket, json.loads(await asyncio.wait_for(socket.recv(), 60))["t"]
    except ConnectionClosed as closed:
        return socket, (closed.rcvd and closed.rcvd.code, closed.rcvd and closed.rcvd.reason)


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
