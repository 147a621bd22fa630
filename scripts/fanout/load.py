"""The load where there is no compiler: PROCESSES of screens.py, with the arguments, orders and answers of load.c."""

import asyncio
import json
import os
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from typing import Any, NamedTuple

import uvloop
from noted import Noted
from screens import Screen

PROCESSES = max(2, len(os.sched_getaffinity(0)))
SAMPLED = 64  # of so many screens one is looked into
CONNECTS_S, QUIET_S, LOOK_S = 120, 1, 0.1

Answer = dict[str, Any]


class Asked(NamedTuple):
    port: int
    screens: int
    packs: int
    stalled: int
    boards: int
    at_once: int
    hello: int


def main() -> None:
    asked = Asked(*map(int, sys.argv[1:8]))
    head = "".join(iter(sys.stdin.readline, "\n"))
    lines, processes = [], get_context("spawn")
    storm = processes.Event()
    for nth in range(PROCESSES):
        here, there = processes.Pipe()
        processes.Process(target=run, args=(there, storm, asked, head, nth), daemon=True).start()
        lines.append(here)
    say(whole([line.recv() for line in lines]))
    for line in sys.stdin:
        storm.clear()
        for one in lines:
            one.send(line.split())
        if line.startswith("again"):
            say(whole([one.recv() for one in lines]))
        say(whole([one.recv() for one in lines]))


def say(answer: Answer) -> None:
    print(json.dumps(answer), flush=True)


def whole(answers: list[Answer]) -> Answer:
    """Of several processes one: numbers are added, times are the latest, lists become percentiles."""
    told: Answer = {}
    for name in answers[0]:
        values = [answer[name] for answer in answers]
        if isinstance(values[0], list):
            both = sorted(value for one in values for value in one)
            told |= {f"{name}p50_ms": share(both, 0.5), f"{name}p99_ms": share(both, 0.99)}
        else:
            told[name] = max(values) if name.endswith("_ms") else sum(values)
    return told


def share(values: list[float], part: float) -> float:
    return round(values[int((len(values) - 1) * part)], 1) if values else -1


def run(line: Connection, storm: Event, asked: Asked, head: str, nth: int) -> None:
    """One process: each PROCESSES-th screen is its own."""
    noted = Noted(asked.port, head, storm, packs=bool(asked.packs), wants_hello=bool(asked.hello))
    every = max(1, asked.screens // SAMPLED)
    screens = [
        Screen(noted, one % asked.boards, stalled=one < asked.stalled, sampled=one % every < PROCESSES)
        for one in range(nth, asked.screens, PROCESSES)
    ]
    uvloop.run(_Load(line, noted, screens, -(-asked.at_once // PROCESSES)).run())


class _Load:
    def __init__(self, line: Connection, noted: Noted, screens: list[Screen], at_once: int) -> None:
        self._line, self._noted, self._at_once = line, noted, at_once or len(screens)
        self._screens = [screen for screen in screens if not screen.stalled]
        self._stalled = [screen for screen in screens if screen.stalled]

    async def run(self) -> None:
        await self._connect(self._screens)
        began_s, noted = self._noted.began_s, self._noted
        self._line.send({"connected": sum(screen.fresh for screen in self._screens), "lost": noted.lost,
                         "took_ms": round((noted.fresh_s - began_s) * 1000),
                         "upgraded_ms": round((noted.upgraded_s - began_s) * 1000)})  # fmt: skip
        with ThreadPoolExecutor(1) as waiting:
            while True:
                try:
                    word, *numbers = await asyncio.get_running_loop().run_in_executor(waiting, self._line.recv)
                except EOFError:
                    return
                noted.begin()
                for screen in self._screens:
                    screen.begin_phase()
                self._line.send(await getattr(self, f"_{word}")(*map(float, numbers)))

    async def _connect(self, screens: Iterable[Screen]) -> None:
        room = asyncio.Semaphore(self._at_once)

        async def one(screen: Screen) -> None:
            async with room:
                await screen.connect()
                await screen.there.wait()

        await asyncio.wait([asyncio.create_task(one(screen)) for screen in screens], timeout=CONNECTS_S)

    async def _stall(self) -> Answer:
        if self._stalled:
            await self._connect(self._stalled)
        return {"stalled": sum(screen.upgraded for screen in self._stalled)}

    async def _measure(self, seconds: float, churn: float, _pid: float = 0) -> Answer:
        churning = asyncio.create_task(self._churn(churn / PROCESSES))
        await asyncio.sleep(seconds)
        churning.cancel()
        noted = self._noted
        return {"frames": noted.frames, "bytes": noted.bytes, "lost": noted.lost, "samples": len(noted.samples),
                "": noted.samples, "patch_": noted.ways, "gap_ms": self._gap_ms(dropped=False)}  # fmt: skip

    async def _churn(self, a_second: float) -> None:
        while a_second:
            for screen in self._screens:
                if screen.fresh:
                    screen.leave()
                    await asyncio.sleep(0.01)  # for the old connection to be over
                    await screen.connect()
                await asyncio.sleep(1 / a_second)

    async def _again(self, seconds: float, jitter: float) -> Answer:
        noted, there = self._noted, sum(screen.fresh for screen in self._screens)
        noted.again = "as browsers" if jitter else "at once"
        self._line.send({"watching": True})
        while time.time() - noted.began_s < seconds and not self._is_over(there):
            await asyncio.sleep(LOOK_S)
            if noted.storm.is_set() and not noted.last_s:
                noted.last_s = time.time()
        noted.again = None
        back = [(s.fresh_s - noted.first_drop_s) * 1000 for s in self._screens if s.dropped and s.fresh]
        dropped = sum(screen.dropped for screen in self._screens)
        return {"dropped": dropped, "fresh": len(back), "fresh_ms": round(max(back, default=-1)),
                "fresh_p50_ms": round(sorted(back)[len(back) // 2]) if back else -1, "tries": noted.tries,
                "given_up": noted.given_up, "stayed": there - dropped, "stayed_gap_ms": self._gap_ms(dropped=False),
                "back_gap_ms": self._gap_ms(dropped=True)}  # fmt: skip

    def _is_over(self, there: int) -> bool:
        quiet = self._noted.last_s and time.time() - self._noted.last_s > QUIET_S
        return bool(quiet) and sum(screen.fresh for screen in self._screens) >= there

    def _gap_ms(self, *, dropped: bool) -> int:
        for screen in self._screens:
            screen.silent()
        return round(1000 * max((screen.gap_s for screen in self._screens if screen.dropped == dropped), default=0))


if __name__ == "__main__":
    main()
