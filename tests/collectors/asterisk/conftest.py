"""Fixtures of the Asterisk tests: the recorded traffic of a real PBX, where it is on this machine."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from collectors.asterisk import collector, listening

sys.path.insert(0, str(Path(__file__).resolve().parent))

SHARED = Path(__file__).resolve().parents[4] / "shared" / "asterisk" / "day5"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses are the collector's own, but short."""
    monkeypatch.setattr(listening, "RETRY_S", (0.05,))
    monkeypatch.setattr(collector, "POLL_S", 0.01)


@pytest.fixture(scope="session")
def day5() -> Path:
    """The folder of the recording."""
    if not SHARED.is_dir():
        pytest.skip("the recorded PBX traffic (shared/asterisk/day5) is not on this machine")
    return SHARED


@pytest.fixture(scope="session")
def expected(day5: Path) -> dict[str, Any]:
    """Figures that an independent program computed from queue_log."""
    return json.loads((day5 / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def minute() -> Path:
    """The first minute of the same recording, which every machine has: `minute.queue_log`, `.ami.gz`, `.idx.gz`."""
    return Path(__file__).resolve().parents[2] / "fixtures" / "asterisk"
