"""Tests of wallboard/stream/found.py."""

from pathlib import Path

import pytest

from collectors.command.collector import CommandCollector
from wallboard.core.errors import Refused, SourceError
from wallboard.stream.found import collector_of, format_names, format_of
from wallboard.stream.ndjson import EVENTS


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Somebody's installed package with two collectors and a format, of which some do not load."""
    info = tmp_path / "somebodys-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: somebodys\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[wallboard.collectors]\nnumbers = somebodys:Numbers\nbroken = somebodys:Missing\n"
        "[wallboard.formats]\nroll = somebodys:ROLL\ngone = no_such_module:GONE\n"
    )
    (tmp_path / "somebodys.py").write_text("class Numbers: ...\nclass _Roll: name = 'roll'\nROLL = _Roll()\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def test_our_own_collectors_are_found_by_their_kind() -> None:
    assert collector_of("command") is CommandCollector
    for kind in ("asterisk", "replay", "simulator"):
        assert collector_of(kind).__name__.lower() == f"{kind}collector"


def test_a_collector_and_a_format_of_somebodys_package_are_found(package: Path) -> None:
    assert collector_of("numbers").__name__ == "Numbers"
    assert format_of("roll").name == "roll"
    assert {"events", "roll"} <= set(format_names())


def test_an_unknown_kind_is_fatal_and_names_those_there_are() -> None:
    with pytest.raises(SourceError, match=r'kind = "astersik" is not installed: expected one of asterisk, ') as caught:
        collector_of("astersik")
    assert caught.value.fatal
    with pytest.raises(SourceError, match="kind is missing: expected one of"):
        collector_of(None)


def test_what_does_not_load_says_so(package: Path) -> None:
    with pytest.raises(SourceError, match=r'"broken" is installed but does not load: .*Missing') as caught:
        collector_of("broken")
    assert caught.value.fatal
    with pytest.raises(Refused, match=r"'gone' is installed but does not load: .*no_such_module"):
        format_of("gone")


def test_the_format_of_our_own_events_is_always_there() -> None:
    assert format_of("events") is EVENTS
    with pytest.raises(Refused, match=r"no format 'csv': expected one of .*events"):
        format_of("csv")
