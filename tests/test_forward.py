"""examples/pbx/forward under dash: killed, rotated, server away, it loses no line and counts none twice."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(Path(__file__).parent))  # family.py, which is no test
# ruff: noqa: E402

from family import TOKEN, Family, family, free_port, midday_zone, wait_until

SCRIPT = ROOT / "examples" / "pbx" / "forward"
LOG = ROOT / "tests" / "fixtures" / "asterisk" / "minute.queue_log"
SHELL = shutil.which("dash") or "/bin/sh"
CONFIG = '[site.main]\nzone = "{zone}"\n[collector.none]\nkind = "command"\ncommand = "true"\nrestart = false\n'
FIGURES = ("offered", "answered", "abandoned", "handled", "flowed_out", "talk_s")


class Forward:
    """The script as a process that can be killed and started again."""

    def __init__(self, log: Path, url: str, state: Path) -> None:
        self._command = [SHELL, str(SCRIPT), str(log)]
        self._environ = {
            "PATH": os.environ["PATH"], "WALLBOARD_URL": url, "WALLBOARD_TOKEN": TOKEN, "FORWARD_STATE": str(state),
            "FORWARD_PAUSE": "0.1", "FORWARD_FROM": "start",
        }  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._command, env=self._environ, stderr=subprocess.DEVNULL, start_new_session=True
        )

    def kill(self) -> None:
        if self._process:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Family]:
    with family(tmp_path, CONFIG.format(zone=midday_zone())) as running:
        yield running


def shifted_to_now(lines: list[bytes]) -> list[bytes]:
    """By whole minutes, so that the last line is of this minute or the last."""
    by = int((time.time() - int(lines[-1].split(b"|")[0])) // 60) * 60
    told = [line.partition(b"|") for line in lines]
    return [b"%d|" % (int(epoch) + by) + rest for epoch, _, rest in told]


def position(state: Path) -> int:
    try:
        return int((state / "position").read_text().split()[1])
    except (OSError, IndexError):
        return -1


def sums(state: dict[str, Any]) -> dict[str, dict[str, float]]:
    rows = {name: row.get("day", {}) for name, row in state["queues"].items()}
    return {name: {figure: day.get(figure, 0) for figure in FIGURES} for name, day in rows.items()}


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_killed_and_rotated_it_gives_the_totals_of_the_file(house: Family, tmp_path: Path) -> None:
    lines = shifted_to_now(LOG.read_bytes().splitlines(keepends=True))
    log, state = tmp_path / "queue_log", tmp_path / "state"
    forward = Forward(log, house.url, state)
    third = len(lines) // 3
    try:
        log.write_bytes(b"".join(lines[:third]) + lines[third][:9])  # a line that is half written
        forward.start()
        wait_until(lambda: position(state) == sum(map(len, lines[:third])), 60, house.log)
        forward.kill()
        before = position(state)
        (state / "position").write_text((state / "position").read_text().split()[0] + " 0\n")  # killed before it noted
        with log.open("ab") as file:
            file.write(lines[third][9:] + b"".join(lines[third + 1 : 2 * third]))
        log.rename(tmp_path / "queue_log.1")
        log.write_bytes(b"".join(lines[2 * third :]))
        assert before > 0
        forward.start()
        wait_until(lambda: position(state) == log.stat().st_size, 60, house.log)
    finally:
        forward.kill()
    whole = tmp_path / "whole"
    whole.write_bytes(b"".join(lines))
    done = house.run("compute", "--json", "--from", "asterisk-queue-log", str(whole))
    assert done.returncode == 0, done.stderr
    expected = sums(json.loads(done.stdout))
    assert sum(row["offered"] for row in expected.values()) > 5
    wait_until(lambda: sums(house.state()) == expected, 60, house.log)
    shown = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert f"Bearer {TOKEN}" not in shown


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_while_nobody_answers_it_keeps_its_place_and_goes_on_after(tmp_path: Path) -> None:
    log, state = tmp_path / "queue_log", tmp_path / "state"
    log.write_bytes(LOG.read_bytes())
    forward = Forward(log, f"http://127.0.0.1:{free_port()}", state)
    try:
        forward.start()
        wait_until(lambda: (state / "error").exists() and "127.0.0.1" in (state / "error").read_text(), 60)
        assert position(state) == 0
    finally:
        forward.kill()
