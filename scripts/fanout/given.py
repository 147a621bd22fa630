"""What is asked of the benchmark, and which runs that makes."""

import argparse
from collections.abc import Iterator
from typing import NamedTuple

from fanout.available import KINDS

UPGRADE = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
)


class Given(argparse.Namespace):
    screens: int
    boards: int
    different: bool
    stalled: int
    events: int
    seconds: float
    churn: float
    settle: float
    rounds: int
    only: list[str]
    at_once: int
    processes: int
    restart: bool
    jitter: bool
    compiler: bool


class Run(NamedTuple):
    """One measurement of a round. The service also runs without what it is asked about, to compare."""

    name: str
    kind: str
    boards: int = 1
    stalled: int = 0

    @property
    def is_service(self) -> bool:
        return self.kind in ("plain", "packed")


def runs(given: Given, left_out: dict[str, str]) -> Iterator[Run]:
    for kind in (kind for kind in given.only if kind not in left_out):
        run = Run(kind, kind)
        if not run.is_service:
            yield run
            continue
        yield (run := run._replace(boards=given.boards, stalled=given.stalled))
        if given.stalled:
            yield run._replace(name=f"{kind}-without-stalled", stalled=0)
        if given.boards > 1:
            yield run._replace(name=f"{kind}-one-board", boards=1)


def given(text: str | None) -> Given:
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--screens", type=int, default=1_000)
    add("--boards", type=int, default=1, help="several: compared with one board for all")
    add("--different", action="store_true", help="each board shows a queue of its own")
    add("--stalled", type=int, default=0, help="of the screens: never read; compared with none")
    add("--events", type=int, help="a second, beside the ones that are timed: 20; --different: 10 for each board")
    add("--seconds", type=float, default=8)
    add("--churn", type=float, default=0, help="screens a second that drop and come back")
    add("--settle", type=float, default=3, help="seconds after the last screen has come")
    add("--rounds", type=int, default=5)
    add("--only", nargs="+", choices=KINDS, default=list(KINDS))
    add("--at-once", type=int, default=256, help="connections that begin at a time; 0: all")
    add("--processes", type=int, default=1, help="web processes, all on the first core")
    add("--restart", action="store_true", help="then restart the web process (of several, one): all come back")
    add("--jitter", action="store_true", help="--restart: they come back as browsers do, else at once")
    add("--no-compiler", dest="compiler", action="store_false", help="as on a machine without one")
    found = parser.parse_args(namespace=Given())
    if found.stalled >= found.screens:
        parser.error("--stalled: some of the screens have to read")
    if found.events is None:
        found.events = 10 * found.boards if found.different else 20
    return found
