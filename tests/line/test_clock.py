"""The clock of a machine jumps by an hour, there and back: nothing is lost or grows old, and no alert is raised.

Redis keeps its own time, as on another machine; the other processes run under libfaketime.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.family import Family, family, midday_zone, wait_until
from tests.waiting import now_ms

PATIENCE_S = 60
SEEN_S = 3  # libfaketime looks once a second how the clock is set
AGO_MS = 60_000
TURN_S = 2  # more than the time between two words of the state
NEAR_MS = 10_000
CONFIG = """
[alert.waiting]
metric = "oldest_wait_s"
raise = "> 300"
action = "take calls"
"""


class Clock:
    """Of the family's machine. `set("+1h")`: it jumps there."""

    def __init__(self, folder: Path) -> None:
        library = next(Path("/usr/lib").glob("**/faketime/libfaketimeMT.so.1"), None)
        if library is None:
            pytest.skip("no libfaketime here (install the package libfaketime): a clock cannot jump")
        self._file = folder / "clock"
        self._file.write_text("+0")
        self.environ = {
            "LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(self._file), "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1",
        }  # fmt: skip

    def set(self, to: str) -> None:
        self._file.write_text(to)
        time.sleep(SEEN_S)


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock(tmp_path)


@pytest.fixture
def house(tmp_path: Path, clock: Clock, redis_url: str, namespace: str) -> Iterator[Family]:
    where = {"WALLBOARD_REDIS_URL": redis_url, "WALLBOARD_REDIS_NAMESPACE": namespace}
    config = f'[site.main]\nzone = "{midday_zone()}"\n{CONFIG}'
    with family(tmp_path, config, environ=clock.environ | where) as started:
        yield started


def shown(house: Family, waiting: int) -> dict[str, Any]:
    """What a new screen is told once so many wait, and the state's time has gone on."""
    told: dict[str, Any] = {}

    def comes() -> bool:
        with house.watch() as screen:
            told.update(json.loads(screen.recv(PATIENCE_S)))
        return bool(told["state"]["queues"].get("a", {"now": {}})["now"].get("waiting") == waiting)

    wait_until(comes, PATIENCE_S, house.log)
    time.sleep(TURN_S)
    assert comes()
    return told


def test_numbers_and_their_ages_are_right_however_the_clock_jumps(house: Family, clock: Clock) -> None:
    began_ms = now_ms()
    for count, to in enumerate(("+0", "+1h", "-1h", "+0"), start=1):
        clock.set(to)
        house.events([
            {"type": "contact.queued", "contact": f"w{count}", "queue": "a", "id": f"w{count}"},
            {"type": "contact.queued", "contact": f"g{count}", "queue": "a", "id": f"g{count}"},
            {"type": "contact.abandoned", "contact": f"g{count}", "id": f"x{count}"},
        ])  # fmt: skip
        told = shown(house, waiting=count)
        row = told["state"]["queues"]["a"]
        assert (row["m15"]["offered"], row["day"]["offered"]) == (2 * count, 2 * count)
        assert began_ms <= row["now"]["oldest_at"] <= began_ms + AGO_MS
        assert abs(told["now"] - now_ms()) < NEAR_MS, "screens reckon ages from this"
        assert house.state()["alerts"] == {}
