"""Do the pages say what the code does?"""

import re
import subprocess
import sys
import tomllib
import typing
from pathlib import Path

import msgspec
import pytest

from wallboard.boardschema import board_schema_text
from wallboard.cli import COMMANDS
from wallboard.config import Limits, Redis, Server
from wallboard.configfile import load
from wallboard.core.events import OWN_TYPES, Event, Told
from wallboard.core.settings import Agent, Queue, Reason, Site
from wallboard.eventschema import schema_text
from wallboard.provider import Provider
from wallboard.stream.keys import Keys

ROOT = Path(__file__).parents[1]
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [ROOT / "README.md", *DOCS, *sorted((ROOT / "collectors").glob("*/README.md"))]
SECTIONS = {
    "[server]": Server,
    "[redis]": Redis,
    "[limits]": Limits,
    "[oidc]": Provider,
    "[site.NAME]": Site,
    "[queue.NAME]": Queue,
    "[agent.NAME]": Agent,
    "[reason.NAME]": Reason,
}
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def rows(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines() if line[:1] == "|"]


def names(cell: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", cell))


def test_the_schema_is_the_one_that_the_types_give() -> None:
    """Write it anew with `wallboard schema > docs/events.schema.json`."""
    assert page("events.schema.json") == schema_text()


def test_the_schema_of_boards_is_the_one_that_the_types_give() -> None:
    """Write it anew with `wallboard schema board > docs/board.schema.json`."""
    assert page("board.schema.json") == board_schema_text()


def test_the_page_of_words_says_what_the_wall_says() -> None:
    run = [sys.executable, ROOT / "scripts" / "words"]
    written = subprocess.run(run, capture_output=True, check=True, timeout=60).stdout.decode()
    assert page("words.md") == written, "write it anew: scripts/words > docs/words.md"


def test_the_table_of_keys_has_each_key() -> None:
    found = {name: getattr(Keys("wallboard"), name) for name in vars(Keys) if not name.startswith("_")}
    made = [one(*["X"] * (one.__code__.co_argcount - 1)) if callable(one) else one for one in found.values()]
    kinds = {name.split(":")[1] for one in made for name in (one if isinstance(one, list) else [one])}
    documented = {kind for row in rows(page("redis.md")) for kind in re.findall(r"`\{wallboard\}:([\w-]+)", row[0])}
    assert documented == kinds - {""}


@pytest.mark.parametrize("kind", typing.get_args(Told), ids=lambda kind: str(kind.__struct_config__.tag))
def test_the_table_of_events_has_each_type_with_its_fields(kind: type[Event]) -> None:
    tag = str(kind.__struct_config__.tag)
    found = [row for row in rows(page("events.md")) if row[0] == f"`{tag}`"]
    assert len(found) == 1
    fields = [one for one in msgspec.structs.fields(kind) if one.name not in Event.__struct_fields__]
    assert names(found[0][1]) == {one.name for one in fields if one.required}
    assert names(found[0][2]) == {one.name for one in fields if not one.required}


def test_the_table_of_events_has_no_type_that_is_not_there() -> None:
    tags = {str(kind.__struct_config__.tag) for kind in typing.get_args(Told)}
    documented = {row[0].strip("`") for row in rows(page("events.md")) if "." in row[0]}
    assert documented == tags
    assert not documented & OWN_TYPES


@pytest.mark.parametrize("section", SECTIONS)
def test_the_page_of_settings_has_each_setting_and_no_other(section: str) -> None:
    (part,) = [one for one in page("configuration.md").split("\n## ") if one.startswith(f"`{section}`")]
    documented = {name for row in rows(part)[2:] for name in names(row[0])}
    assert documented == {one.name for one in msgspec.structs.fields(SECTIONS[section])}


def test_the_page_of_commands_has_each_command() -> None:
    assert set(re.findall(r"`wallboard ([a-z]+)", page("commands.md"))) - {"COMMAND"} == set(COMMANDS)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_names_only_commands_that_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = set(re.findall(r"(?:`|^|\| )wallboard ([a-z]+)\b", text, re.MULTILINE))
    assert named <= COMMANDS.keys()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_links_only_to_what_is_there(path: Path) -> None:
    for target in LINK.findall(path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def test_every_page_is_found_from_the_index() -> None:
    assert {path.name for path in DOCS} - {"README.md"} <= set(LINK.findall(page("README.md")))


def test_the_file_that_the_readme_begins_with_ends_the_simulated_centre(tmp_path: Path) -> None:
    (line,) = [one for one in (ROOT / "README.md").read_text(encoding="utf-8").splitlines() if one[:6] == "printf"]
    assert load(None, {}, data=tmp_path).simulated
    subprocess.run(["sh", "-c", line], cwd=tmp_path, check=True)
    assert not load(tmp_path / "wallboard.toml", {}).simulated


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 120


def test_the_example_can_be_used_as_it_stands() -> None:
    config = load(ROOT / "examples" / "wallboard.toml", {})
    assert config.collectors.keys() == {"pbx-1"}
    assert not config.simulated


def test_the_page_of_dependencies_names_each_with_its_reason_and_no_other() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    packages = {re.split(r"[^A-Za-z0-9_-]", one)[0] for one in wanted}
    told = {name: row for row in rows(page("dependencies.md")) for name in names(row[0])}
    assert told.keys() == packages
    assert all(len(row[1]) > 10 for row in told.values())


def test_the_page_of_the_socket_names_every_message_and_close_code() -> None:
    live = [ROOT / "wallboard" / "live", ROOT / "wallboard" / "web"]
    code = "".join(file.read_text(encoding="utf-8") for folder in live for file in folder.glob("*.py"))
    written = page("socket.md")
    messages = set(re.findall(r'"t": ?"([a-z]+)"', code))
    assert {"hello", "patch", "beat", "board", "command"} <= messages
    assert all(f"`{one}`" in written for one in messages)
    codes = set(re.findall(r"\b(1003|1007|1008|1009|1012|1013|44\d\d|4008)\b", code))
    assert {"4401", "4403", "4008"} <= codes
    assert all(f"| {one} |" in written for one in codes)
