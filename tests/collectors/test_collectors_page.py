"""Does docs/collectors.md name what the code has?"""

import re
from pathlib import Path
from typing import get_args

import pytest
from msgspec import Struct

from collectors.command.collector import ALWAYS_PASSED
from collectors.command.collector import Options as CommandOptions
from collectors.command.program import COMPLAINTS_MAX
from collectors.replay.collector import Options as ReplayOptions
from collectors.simulator.collector import Options as SimulatorOptions
from wallboard.live.runner import APPEND_MAX
from wallboard.stream.health import State

PAGE = (Path(__file__).resolve().parents[2] / "docs/collectors.md").read_text()
CHAPTERS = {chapter.partition("\n")[0]: chapter for chapter in PAGE.split("\n## ")[1:]}


@pytest.mark.parametrize(
    ("chapter", "options"),
    [
        ("Any program that prints events", CommandOptions),
        ("A recording", ReplayOptions),
        ("The simulated centre", SimulatorOptions),
    ],
)
def test_every_option_stands_in_the_chapter_of_its_collector(chapter: str, options: type[Struct]) -> None:
    for option in options.__struct_fields__:
        assert re.search(rf"\b{option}\b", CHAPTERS[chapter]), f"{option} is missing in '{chapter}'"


def test_the_page_states_the_limits_and_states_of_the_code() -> None:
    assert f"at most {COMPLAINTS_MAX} lines a minute" in PAGE
    assert f"Batches above {APPEND_MAX:,} events" in PAGE
    assert all(f"`{name}`" in PAGE for name in ALWAYS_PASSED)
    assert all(f"`{state}`" in PAGE for state in get_args(State))
