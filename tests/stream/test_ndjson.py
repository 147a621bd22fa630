"""Tests of wallboard/stream/ndjson.py."""

import gzip
from pathlib import Path

import pytest

from wallboard.core.errors import Mistake, Refused
from wallboard.core.events import Queued, SourceForgotten
from wallboard.stream.ndjson import EVENTS, identity

LINE = b'{"type":"contact.queued","time":%d,"contact":"c","queue":"q"}\n'


def test_own_types_are_read_from_files_but_refused_from_outside(tmp_path: Path) -> None:
    line = b'{"type":"source.forgotten","time":1,"name":"pbx-1"}\n'
    (tmp_path / "day.ndjson").write_bytes(line)
    assert list(EVENTS.read([tmp_path / "day.ndjson"])) == [SourceForgotten(time=1, name="pbx-1")]
    (refused,) = EVENTS.lines(line)
    assert isinstance(refused, Refused)
    assert "written by the server only" in refused.reason


def test_a_torn_last_line_is_no_error_and_a_torn_gz_neither(tmp_path: Path) -> None:
    plain, packed = tmp_path / "day.ndjson", tmp_path / "day.ndjson.gz"
    plain.write_bytes(LINE % 1 + (LINE % 2)[:20])
    packed.write_bytes(gzip.compress(LINE % 3)[:-4])
    assert [event.time for event in EVENTS.read([plain, packed])] == [1, 3]


def test_a_whole_last_line_without_newline_counts(tmp_path: Path) -> None:
    (tmp_path / "day").write_bytes((LINE % 1).rstrip())
    assert [event.time for event in EVENTS.read([tmp_path / "day"])] == [1]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (LINE % 1 + b'{"type":"contact.queued"}\n', r"day: line 2: .*missing required field 'contact'"),
        (b'{"type":"source.beat"}\n', "day: line 1: a recorded event needs its `time`"),
        (b"\x00\x01\n", "day: line 1: not JSON"),
    ],
)
def test_a_bad_line_is_named_with_file_and_number(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "day").write_bytes(content)
    with pytest.raises(Mistake, match=words):
        list(EVENTS.read([tmp_path / "day"]))


def test_a_file_that_is_no_gz_or_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "day.gz").write_bytes(LINE % 1)
    with pytest.raises(Mistake, match=r"day\.gz: file: cannot be read"):
        list(EVENTS.read([tmp_path / "day.gz"]))
    with pytest.raises(Mistake, match="none: file: cannot be read"):
        list(EVENTS.read([tmp_path / "none"]))


def test_each_line_from_outside_stands_by_itself() -> None:
    body = LINE % 1 + b"\n" + b'{"type":"contact.queued","contact":7}\n' + b"oops"
    first, second, third = EVENTS.lines(body)
    assert isinstance(first, Queued)
    assert isinstance(second, Refused)
    assert isinstance(third, Refused)
    assert (second.at, third.at) == ("$[2].contact", "$[3]")


def test_the_same_line_again_is_the_same_event() -> None:
    first, second, other = EVENTS.lines(LINE % 1 + b"  " + LINE % 1 + LINE % 2)
    assert isinstance(first, Queued)
    assert first == second
    assert first.id == identity(LINE % 1)
    assert isinstance(other, Queued)
    assert other.id != first.id
