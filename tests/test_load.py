"""Do the loads of scripts/bench-fanout count what they say? Both, in C and in Python, against a real server."""

import asyncio
import json
import shutil
import subprocess
import sys
import time
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"
sys.path.insert(0, str(SCRIPTS))
# ruff: noqa: E402
from fanout.available import available  # type: ignore[import-not-found]
from fanout.given import UPGRADE, Given, runs  # type: ignore[import-not-found]
from fanout.others import texts  # type: ignore[import-not-found]

HEAD = f"GET /%s HTTP/1.1\r\nHost: 127.0.0.1\r\n{UPGRADE}\n"
LATE_S = 0.6

Ask = Callable[[str], Any]


class House:
    """A server whose screens get a snapshot and then a patch each 50 ms, as ours writes them."""

    def __init__(self) -> None:
        self.hello_after_s = 0.0
        self.silent_s = 0.0
        self.screens: list[ServerConnection] = []
        self.came = 0
        self.unhelloed = self.most_unhelloed = 0

    async def __call__(self, screen: ServerConnection) -> None:
        self.came += 1
        self.unhelloed += 1
        self.most_unhelloed = max(self.most_unhelloed, self.unhelloed)
        await asyncio.sleep(self.hello_after_s)
        self.unhelloed -= 1
        try:
            await screen.send('{"t":"hello","seq":1}')
            self.screens.append(screen)
            while True:
                await asyncio.sleep(self.silent_s or 0.05)
                ms = round(time.time() * 1000)
                patch = {"queues": {"a": {"waiting": 1}}, "kpis": {"bench": {"value": ms - 300}}}
                await screen.send(json.dumps({"t": "patch", "now": ms - 100, "patch": patch}, separators=(",", ":")))
        except ConnectionClosed:
            if screen in self.screens:
                self.screens.remove(screen)


@pytest.fixture(scope="module", params=["C", "Python"])
def command(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    compiles = request.param == "C"
    if compiles and not (shutil.which("cc") or shutil.which("gcc")):
        pytest.skip("no C compiler")
    found: list[str] = available(tmp_path_factory.mktemp("load"), ["plain"], compiles=compiles).load
    return found


@asynccontextmanager
async def load(command: list[str], house: House, *numbers: int, packs: bool = False) -> AsyncIterator[Ask]:
    """`numbers`: screens, stalled, at once. The first answer comes to an empty question."""
    screens, stalled, at_once = numbers
    packing = [ServerPerMessageDeflateFactory(server_no_context_takeover=True, client_no_context_takeover=True)]
    async with serve(
        house, "127.0.0.1", 0, compression=None, extensions=packing if packs else None, backlog=256
    ) as server:
        port = server.sockets[0].getsockname()[1]
        arguments = [*command, str(port), str(screens), str(int(packs)), str(stalled), "2", str(at_once), "1"]
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*arguments, stdin=pipe, stdout=pipe)
        assert process.stdin
        assert process.stdout
        process.stdin.write(HEAD.encode())

        async def ask(line: str) -> Any:
            process.stdin.write(f"{line}\n".encode() if line else b"")
            return json.loads(await asyncio.wait_for(process.stdout.readline(), 60))

        try:
            yield ask
        finally:
            process.kill()
            await process.wait()


async def test_a_screen_is_there_once_it_has_its_snapshot(command: list[str]) -> None:
    """Not when its handshake was answered."""
    house = House()
    house.hello_after_s = LATE_S
    async with load(command, house, 20, 0, 0) as ask:
        there = await ask("")
        assert (there["connected"], there["lost"]) == (20, 0)
        assert there["took_ms"] >= LATE_S * 1000
        assert there["took_ms"] - there["upgraded_ms"] >= LATE_S * 500


@pytest.mark.parametrize(("at_once", "most"), [(4, 4), (0, 40)])
async def test_so_many_begin_at_a_time(command: list[str], at_once: int, most: int) -> None:
    house = House()
    house.hello_after_s = 0.1 if at_once else 5
    async with load(command, house, 40, 0, at_once) as ask:
        assert (await ask(""))["connected"] == 40
        assert house.most_unhelloed == most


@pytest.mark.parametrize("packs", [False, True])
async def test_events_and_patches_are_timed_from_their_own_instants(command: list[str], packs: bool) -> None:
    async with load(command, House(), 10, 0, 0, packs=packs) as ask:
        assert (await ask(""))["connected"] == 10
        told = await ask("measure 1 0")
        assert 20 <= told["frames"] <= 220
        assert told["samples"] >= 20
        assert 300 <= told["p50_ms"] <= told["p99_ms"]
        assert 100 <= told["patch_p50_ms"] < told["p50_ms"]
        assert told["lost"] == 0
        assert 40 <= told["gap_ms"] < 30_000


async def test_the_stalled_come_when_told_and_never_read(command: list[str]) -> None:
    house = House()
    async with load(command, house, 10, 4, 0) as ask:
        assert (await ask(""))["connected"] == 6
        assert house.came == 6
        assert await ask("stall") == {"stalled": 4}
        assert house.came == 10
        assert (await ask("measure 0.5 0"))["frames"] <= 6 * 11, "only of those who read"


async def test_screens_that_leave_and_come_again_are_not_lost(command: list[str]) -> None:
    house = House()
    async with load(command, house, 10, 0, 0) as ask:
        await ask("")
        assert (await ask("measure 1 10"))["lost"] == 0
        assert house.came >= 15


async def test_whoever_is_dropped_comes_again_at_once_and_is_back_with_its_new_snapshot(command: list[str]) -> None:
    house = House()
    async with load(command, house, 40, 0, 4) as ask:
        await ask("")
        assert await ask("again 30 0")
        house.hello_after_s, house.most_unhelloed = LATE_S, 0
        await asyncio.gather(*(screen.close(1012) for screen in house.screens[:30]))
        told = await ask("")
        assert (told["dropped"], told["fresh"], told["stayed"], told["tries"]) == (30, 30, 10, 30)
        assert LATE_S * 1000 <= told["fresh_p50_ms"] <= told["fresh_ms"] < 30_000
        assert house.most_unhelloed > 4, "a storm knows no limit"


async def test_the_gap_of_those_who_stay_is_their_longest_silence(command: list[str]) -> None:
    house = House()
    async with load(command, house, 20, 0, 0) as ask:
        await ask("")
        assert await ask("again 30 0")
        house.silent_s = 0.9
        await asyncio.gather(*(screen.close(1012) for screen in house.screens[:10]))
        told = await ask("")
        assert told["stayed"] == 10
        assert 850 <= told["stayed_gap_ms"] < 30_000


async def test_with_jitter_they_come_spread_as_browsers_do(command: list[str]) -> None:
    house = House()
    async with load(command, house, 40, 0, 0) as ask:
        await ask("")
        assert await ask("again 30 1")
        await asyncio.gather(*(screen.close(1012) for screen in house.screens[:]))
        told = await ask("")
        assert told["fresh"] == 40
        assert 1000 < told["fresh_ms"] < 30_000, "up to 2 s after a server's own stop"
        assert told["fresh_p50_ms"] > 300


def test_the_benchmark_restarts_the_service_and_all_screens_are_back() -> None:
    small = ["--screens", "12", "--seconds", "1", "--settle", "0", "--rounds", "1", "--only", "plain", "floor"]
    said = subprocess.run(
        [sys.executable, SCRIPTS / "bench-fanout", *small, "--restart"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert said.returncode == 0, said.stderr
    told = json.loads(said.stdout)
    assert told["plain"]["connected"]["connected"] == 12
    assert told["plain"]["frames_per_s"] > 12, "more than one a second and screen"
    restart = told["plain"]["restart"]
    assert (restart["dropped"], restart["fresh"], restart["stayed"]) == (12, 12, 0)
    assert 0 < restart["fresh_ms"] < 60_000
    assert told["floor"]["us_a_frame"] >= 0


def test_without_the_ws_package_the_json_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "npm").write_text("#!/bin/sh\necho 'npm error code E404' >&2\nexit 1\n")
    (tmp_path / "npm").chmod(0o755)
    (tmp_path / "node").symlink_to("npm")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    folder = tmp_path / "into"
    folder.mkdir()
    found = available(folder, ["plain", "ws", "ws-packed"], compiles=False)
    assert found.left_out == dict.fromkeys(["ws", "ws-packed"], "npm install ws@8 failed: npm error code E404")
    assert found.floor_is == "websockets.broadcast"


def test_what_is_asked_about_runs_beside_what_it_is_compared_with() -> None:
    asked = Given(only=["plain", "floor", "ws"], stalled=5, boards=20)
    assert [(run.name, run.boards, run.stalled) for run in runs(asked, {"ws": "no npm"})] == [
        ("plain", 20, 5), ("plain-without-stalled", 20, 0), ("plain-one-board", 1, 5), ("floor", 1, 0),
    ]  # fmt: skip


def test_others_send_patches_as_ours_are_of_one_length_and_each_with_numbers_of_its_own() -> None:
    """One that is sent again and again packs into ten bytes, where the compressor remembers: no patch does."""
    said = texts(449, 512)
    assert {len(text) for text in said} == {445}
    assert len({*said}) == 512
    remembers = zlib.compressobj(wbits=-15)
    sizes = [len(remembers.compress(text.encode()) + remembers.flush(zlib.Z_SYNC_FLUSH)) for text in [*said, *said]]
    assert min(sizes) > 40, "in the second round neither"
