"""One attacked server for all tests of this folder; after each file it must stand as it stood."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))  # target.py, which is no test

from target import Target, target


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """At the end of each file its process is the same, calm, and not much larger."""
    with target(tmp_path_factory.mktemp("attacked")) as found:
        yield found
        verdict = found.verdict()
        assert verdict["held"], verdict
