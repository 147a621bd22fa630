"""A worker runs all that only the one that leads does: each file beside `wallboard/worker.py` is wired."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.test_house import PART_OF
from wallboard.commands import working
from wallboard.commands.given import Given
from wallboard.commands.inforce import InForce
from wallboard.worker import Beside


async def test_all_that_stands_beside_the_worker_is_run_by_it(
    own_folder: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    besides: list[Beside] = []

    class Noting:
        def __init__(self, *given: Any) -> None:
            rest: Sequence[Beside] = given[-1]
            besides.extend(rest)

        async def run(self) -> None: ...

    monkeypatch.setattr(working, "Worker", Noting)
    force = InForce(Given(None, None, False))
    await working.work(force, force.config)
    files = {name for name, room in PART_OF.items() if room == "wallboard.worker"}
    own = {"wallboard.linking"}  # of presses
    assert sorted(type(one).__module__ for one in besides) == sorted(files - own)
