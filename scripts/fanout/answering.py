"""A process that is told lines, and answers with lines of JSON; on the cores that are named."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

CORES = sorted(os.sched_getaffinity(0))
SERVING, LOADING = CORES[0], CORES[1:] or CORES
Answer = dict[str, Any]


class Answering:
    """Waits for its answers: call it in a thread."""

    def __init__(self, command: Sequence[object], cores: Sequence[int], first: str = "") -> None:
        self._command = on(cores, command)
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self.pid = self._process.pid
        if first:
            self.tell(first)

    def tell(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def answer(self) -> Answer:
        assert self._process.stdout is not None
        if not (line := self._process.stdout.readline()):
            sys.exit(f"bench-fanout: {shlex.join(self._command)} ended")
        answer: Answer = json.loads(line)
        return answer

    def ask(self, line: str) -> Answer:
        self.tell(line)
        return self.answer()

    def end(self) -> None:
        """Whatever it does. The processes of load.py end with it."""
        self._process.kill()
        self._process.communicate()


def best_second_us(measured: Answer) -> float | None:
    """CPU a frame. None: nobody watched it, or it was never silent."""
    found: float = measured.get("best_us", -1)
    return found if found >= 0 else None


def on(cores: Sequence[int], command: Sequence[object]) -> list[str]:
    return ["taskset", "-c", ",".join(map(str, cores)), *map(str, command)]
