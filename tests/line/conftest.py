"""Fixtures of the whole line: recorded traffic of a real PBX, and a family of real processes."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from family import Family, family, midday_zone, wait_until

SHARED = Path(__file__).resolve().parents[3] / "shared" / "asterisk" / "day5"


@pytest.fixture(scope="session")
def recorded() -> Path:
    """The folder of the recording."""
    if not SHARED.is_dir():
        pytest.skip(f"the recorded PBX traffic is not on this machine ({SHARED})")
    return SHARED


@pytest.fixture(scope="session")
def expected(recorded: Path) -> dict[str, Any]:
    return json.loads((recorded / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def recorded_config(expected: dict[str, Any]) -> str:
    """Configuration with the recording's service levels, in a zone where no day turns while a test runs."""
    targets = "".join(
        f'[queue."{name}"]\ntarget = {{ seconds = {row["servicelevel_s"]} }}\n'
        for name, row in expected["queues"].items()
    )
    return f'[site.main]\nzone = "{midday_zone()}"\n{targets}'


@pytest.fixture
def house(tmp_path: Path, recorded_config: str) -> Iterator[Family]:
    with family(tmp_path, recorded_config) as started:
        wait_until(lambda: started.state()["sites"]["main"]["zone"] == midday_zone(), 60, started.log)
        yield started
