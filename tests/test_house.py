"""Does the house stand as docs/design.md draws it? Imports go down only, the core is pure, files say what for."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import LONG
from wallboard.assets import BOARDS, shipped_in
from wallboard.record.shelf import tag_of

ROOT = Path(__file__).parents[1]
FLOORS = {
    5: ("wallboard.cli", "wallboard.commands", "wallboard.up", "wallboard.__main__"),
    4: ("wallboard.web", "wallboard.worker"),
    3: ("wallboard.live", "wallboard.embedded", "wallboard.alerts", "collectors"),
    2: ("wallboard.stream", "wallboard.record", "wallboard.config", "wallboard.logs", "wallboard.catalogs"),
    1.5: ("wallboard.tables", "wallboard.assets", "wallboard.rounds"),  # on which the others of floor 2 stand
    1: ("wallboard.core",),
}
# Files that belong to a room which is named after one of them.
PART_OF = {
    "wallboard.configfile": "wallboard.config",
    "wallboard.configtables": "wallboard.config",
    "wallboard.environment": "wallboard.config",
    "wallboard.salvage": "wallboard.config",
    "wallboard.firstrules": "wallboard.config",
    "wallboard.sense": "wallboard.config",
    "wallboard.simulated": "wallboard.config",
    "wallboard.provider": "wallboard.config",
    "wallboard.receivers": "wallboard.config",
    "wallboard.heartbeat": "wallboard.config",
    "wallboard.networks": "wallboard.config",
    "wallboard.ownchannels": "wallboard.config",
    "wallboard.standard": "wallboard.config",
    "wallboard.webhooks": "wallboard.config",
    "wallboard.unfinished": "wallboard.embedded",
    "wallboard.address": "wallboard.up",
    "wallboard.children": "wallboard.up",
    "wallboard.greeting": "wallboard.up",
    "wallboard.starting": "wallboard.up",
    "wallboard.webs": "wallboard.up",
    "wallboard.logfile": "wallboard.up",
    "wallboard.ownredis": "wallboard.up",
    "wallboard.alerter": "wallboard.worker",
    "wallboard.beating": "wallboard.worker",
    "wallboard.granting": "wallboard.worker",
    "wallboard.handing": "wallboard.worker",
    "wallboard.historian": "wallboard.worker",
    "wallboard.keeper": "wallboard.worker",
    "wallboard.leads": "wallboard.worker",
    "wallboard.linking": "wallboard.worker",
    "wallboard.presses": "wallboard.worker",
    "wallboard.teller": "wallboard.worker",
    "wallboard.boardschema": "wallboard.commands",
    "wallboard.eventschema": "wallboard.tables",
}
FLOOR_OF = {room: floor for floor, rooms in FLOORS.items() for room in rooms}
# What would bring a clock, chance, the environment, a log or the outside into the core.
IMPURE = {
    "asyncio", "http", "io", "logging", "os", "random", "redis", "secrets", "shutil", "signal", "socket", "sqlite3",
    "ssl", "structlog", "subprocess", "sys", "tempfile", "threading", "time", "urllib", "uuid",
}  # fmt: skip
CLOCKS = {"now", "utcnow", "today"}


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(path: Path) -> Iterator[str]:
    """Absolute names; of `from a import b` both `a` and `a.b`, since `b` may be a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""
            yield from (f"{node.module}.{name.name}" for name in node.names)


def room_of(name: str) -> str | None:
    """The room that a module belongs to; None: not ours (or the bare package)."""
    for part, room in PART_OF.items():
        if name == part or name.startswith(f"{part}."):
            return room
    return next((room for room in FLOOR_OF if name == room or name.startswith(f"{room}.")), None)


@pytest.mark.parametrize("path", sources("wallboard", "collectors"), ids=module)
def test_a_room_imports_only_rooms_on_floors_below_it(path: Path) -> None:
    own = room_of(module(path))
    if own is None:
        assert module(path) == "wallboard", f"{module(path)} stands on no floor: name it here and in docs/design.md"
        return
    for name in imported(path):
        room = room_of(name)
        if room is None or room == own:
            continue
        assert FLOOR_OF[room] < FLOOR_OF[own] or {room, own} <= set(FLOORS[5]), f"{module(path)} imports {name}"


@pytest.mark.parametrize("path", sources("wallboard"), ids=module)
def test_wallboard_never_imports_a_collector(path: Path) -> None:
    assert not [name for name in imported(path) if name.split(".")[0] == "collectors"]


@pytest.mark.parametrize("path", sources("wallboard/core"), ids=module)
def test_the_core_knows_no_clock_chance_environment_log_or_outside(path: Path) -> None:
    assert not {name.split(".")[0] for name in imported(path)} & IMPURE
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assert not isinstance(node, ast.Await), f"line {node.lineno} awaits"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr not in CLOCKS, f"line {node.lineno} asks a clock"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"open", "print", "input"}, f"line {node.lineno} does I/O"


def test_no_two_files_of_the_core_import_each_other() -> None:
    files = {module(path): path for path in sources("wallboard/core")}
    below = {name: {each for each in imported(path) if each in files and each != name} for name, path in files.items()}
    while below:
        free = {name for name, needs in below.items() if not needs & below.keys()}
        assert free, f"a circle among {sorted(below)}"
        below = {name: needs for name, needs in below.items() if name not in free}


def test_the_design_names_the_files_of_the_core_from_the_bottom_up() -> None:
    text = (ROOT / "docs" / "design.md").read_text(encoding="utf-8").partition("\n`core/`, bottom-up")[2]
    table = text[: text.index("\n## ")].splitlines()
    rows = [re.findall(r"`(\w+)`", line.split("|")[1]) for line in table if line.startswith("| `")]
    place = {f"wallboard.core.{name}": nth for nth, row in enumerate(rows) for name in row}
    files = {module(path): path for path in sources("wallboard/core") if path.stem != "__init__"}
    assert place.keys() == files.keys()
    for name, path in files.items():
        assert [other for other in imported(path) if place.get(other, 0) > place[name]] == [], name


@pytest.mark.parametrize("path", sources("wallboard", "collectors"), ids=module)
def test_every_file_says_what_it_answers(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not text.strip() or ast.get_docstring(ast.parse(text)), "no docstring"


def test_the_tests_that_begin_first_are_there() -> None:
    assert [name for name in LONG if not (ROOT / name).exists()] == []


def test_what_stands_on_a_floor_is_named_in_the_design() -> None:
    design = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    for room in FLOOR_OF:
        name = room.removeprefix("wallboard.")
        assert name == "__main__" or name in design, f"{room} is not in docs/design.md"


def test_scripts_in_python_start_by_the_checkout_s_own_environment() -> None:
    """Whoever types `scripts/bench-core` has no msgspec in the system's Python."""
    heads = {path.name: path.read_text().splitlines()[0] for path in (ROOT / "scripts").iterdir() if path.is_file()}
    own = '#!/usr/bin/env -S sh -c \'exec "${0%/*}/python" "$0" "$@"\''
    assert [
        name for name, head in heads.items() if head.startswith("#!") and head not in (own, "#!/usr/bin/env bash")
    ] == []


def test_what_came_with_wallboard_is_known_by_its_text() -> None:
    """Else the default boards would count as somebody's own files: write the new tag into wallboard/assets.py."""
    assert {file.stem: tag_of(file.read_text(encoding="utf-8")) for file in BOARDS.glob("*.toml")} == shipped_in(BOARDS)
    assert shipped_in(BOARDS / "images") == {}
