"""Tests of collectors/asterisk/follow.py, with real files as logrotate and people treat them."""

import gzip
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from collectors.asterisk import follow
from collectors.asterisk.follow import Place, read_on


def line(number: int) -> bytes:
    return b"%d|%d.0|support|NONE|ENTERQUEUE||48500100001|1\n" % (1_795_391_000 + number, number)


def lines(first: int, last: int) -> bytes:
    return b"".join(line(number) for number in range(first, last))


def numbers(read: list[bytes]) -> list[int]:
    return [int(raw.split(b"|")[1][:-2]) for raw in read]


class Reader:
    """Reads on until there is nothing new; keeps its place."""

    def __init__(self, path: Path, place: Place | None = None) -> None:
        self.path, self.place = path, place
        self.read: list[bytes] = []

    def go(self, since_ms: int = 0) -> list[int]:
        for _ in range(1000):
            chunk = read_on(self.path, self.place, since_ms)
            if chunk is None:
                return numbers(self.read)
            self.read += chunk.lines
            self.place = chunk.place
        raise AssertionError("it never comes to an end")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "queue_log"


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as growing:
        growing.write(data)


def test_a_log_that_grows_by_torn_lines_gives_each_line_when_it_is_whole(log: Path):
    reader, data = Reader(log), lines(0, 20)
    log.write_bytes(b"")
    for at in range(0, len(data), 7):
        append(log, data[at : at + 7])
        assert reader.go() == list(range(data[: at + 7].count(b"\n")))
    assert reader.go() == list(range(20))


def test_from_any_byte_on_each_line_comes_exactly_once(log: Path):
    """A first reader up to any byte that was written, a second one from its place."""
    data = lines(0, 8)
    for at in range(len(data) + 1):
        log.write_bytes(data[:at])
        first = Reader(log)
        first.go()
        log.write_bytes(data)
        second = Reader(log, first.place)
        assert numbers(first.read) + second.go() == list(range(8))


def renamed(log: Path) -> None:
    log.rename(log.with_name("queue_log.1"))


def dated(log: Path) -> None:
    log.rename(log.with_name("queue_log-20261122"))


def copied_and_emptied(log: Path) -> None:
    shutil.copy(log, log.with_name("queue_log.1"))
    os.truncate(log, 0)


def packed(log: Path) -> None:
    log.with_name("queue_log.1.gz").write_bytes(gzip.compress(log.read_bytes()))
    log.unlink()


@pytest.mark.parametrize("rotate", [renamed, dated, copied_and_emptied, packed])
def test_a_rotation_loses_nothing_and_repeats_nothing(log: Path, rotate: Callable[[Path], None]):
    """Lines 10..19 are written after the last look and before the rotation."""
    log.write_bytes(lines(0, 10))
    reader = Reader(log)
    reader.go()
    append(log, lines(10, 20))
    rotate(log)
    assert reader.go() == list(range(20))
    append(log, lines(20, 30))
    assert reader.go() == list(range(30))


def test_two_rotations_while_nobody_read_are_read_in_order(log: Path):
    log.write_bytes(lines(0, 10))
    reader = Reader(log)
    reader.go()
    log.with_name("queue_log.2.gz").write_bytes(gzip.compress(lines(0, 15)))
    log.with_name("queue_log.1").write_bytes(lines(15, 25))
    log.write_bytes(lines(25, 30))
    assert reader.go() == list(range(30))


def test_at_the_start_packed_files_are_read_only_as_far_back_as_is_asked(log: Path):
    log.with_name("queue_log.2.gz").write_bytes(gzip.compress(lines(0, 10)))
    log.with_name("queue_log.1.gz").write_bytes(gzip.compress(lines(10, 20)))
    log.write_bytes(lines(20, 30))
    assert Reader(log).go() == list(range(30))
    assert Reader(log).go(since_ms=1_795_391_015_000) == list(range(10, 30))
    assert Reader(log).go(since_ms=1_795_399_999_000) == list(range(20, 30))


def test_a_file_that_is_half_packed_is_not_taken_for_the_whole_one(log: Path):
    log.with_name("queue_log.1").write_bytes(lines(0, 2000))
    log.with_name("queue_log.1.gz").write_bytes(gzip.compress(lines(0, 2000))[:-500])
    log.write_bytes(lines(2000, 2010))
    assert Reader(log).go() == list(range(2010))
    log.with_name("queue_log.1").unlink()
    with pytest.raises(OSError, match="damaged or not yet packed"):
        Reader(log).go()


def test_a_log_that_is_cut_short_is_not_told_again(log: Path):
    """Lines 0..9 are there twice over; 20 is new."""
    log.write_bytes(lines(0, 20))
    reader = Reader(log)
    reader.go()
    os.truncate(log, len(lines(0, 10)))
    assert reader.go() == list(range(20))
    append(log, line(20))
    assert reader.go() == list(range(21))


def test_a_log_that_somebody_shortened_at_its_beginning_is_not_told_again(log: Path):
    log.write_bytes(lines(0, 20))
    log.with_name("queue_log.9").write_bytes(lines(-50, -40))
    reader = Reader(log)
    assert reader.go() == [*range(-50, -40), *range(20)]
    log.write_bytes(lines(15, 22))
    assert reader.go()[30:] == [19, 20, 21], "the second of the last line may hold more lines: ids tell"


def test_a_log_that_is_emptied_goes_on_with_what_comes_then(log: Path):
    log.write_bytes(lines(0, 20))
    reader = Reader(log)
    reader.go()
    log.write_bytes(b"")
    assert reader.go() == list(range(20))
    append(log, lines(20, 25))
    assert reader.go() == list(range(25))


def test_files_that_began_in_the_same_second_are_read_once_each(log: Path):
    log.with_name("queue_log.1").write_bytes(b"1795391000|NONE|NONE|NONE|QUEUESTART|\n")
    log.write_bytes(line(0))
    reader = Reader(log)
    for _ in range(10):
        if (chunk := read_on(log, reader.place)) is None:
            break
        reader.read += chunk.lines
        reader.place = chunk.place
    assert sorted(reader.read) == sorted([line(0)[:-1], b"1795391000|NONE|NONE|NONE|QUEUESTART|"])


def test_a_line_without_end_is_passed_over_and_memory_stays_bounded(log: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(follow, "CHUNK_BYTES", 1000)
    log.write_bytes(line(0) + b"x" * 5500 + b"\n" + line(1))
    reader = Reader(log)
    for _ in range(20):
        if (chunk := read_on(log, reader.place)) is None:
            break
        assert sum(map(len, chunk.lines)) <= 1000
        reader.read += chunk.lines
        reader.place = chunk.place
    assert [reader.read[0], reader.read[-1]] == [line(0)[:-1], line(1)[:-1]]


def test_a_log_that_is_not_there_or_a_folder_says_so(log: Path):
    with pytest.raises(FileNotFoundError, match="not there"):
        read_on(log, None)
    with pytest.raises(FileNotFoundError):
        read_on(log / "in" / "nowhere", None)
    log.write_bytes(b"")
    assert read_on(log, None) is None


def test_a_log_that_cannot_be_opened_raises(log: Path):
    """A link that leads to itself: so even for root."""
    log.symlink_to(log)
    with pytest.raises(OSError, match="symbolic links"):
        read_on(log, None)


def test_a_rotated_file_that_cannot_be_opened_does_not_stop_the_log(log: Path):
    log.write_bytes(lines(0, 3))
    log.with_name("queue_log.1").symlink_to("queue_log.1")
    assert Reader(log).go() == [0, 1, 2]


def test_a_rotated_log_that_begins_in_the_middle_of_a_line_is_read_and_what_is_no_log_is_not(log: Path):
    """copytruncate may tear a line; xz is not unpacked, though it may hold line ends."""
    torn = log.with_name("queue_log.1")
    torn.write_bytes(line(0)[20:] + lines(1, 5))
    log.with_name("queue_log.2.xz").write_bytes(b"\xfd7zXZ\n\x00\x01\nmore\n")
    log.write_bytes(lines(5, 8))
    reader = Reader(log)
    reader.read = []
    for _ in range(10):
        if (chunk := read_on(log, reader.place)) is None:
            break
        reader.read += chunk.lines
        reader.place = chunk.place
    assert reader.read == (line(0)[20:] + lines(1, 8)).splitlines()


def test_other_files_beside_it_are_no_logs(log: Path):
    log.write_bytes(lines(0, 3))
    log.with_name("queue_log.d").mkdir()
    log.with_name("queue_logs").write_bytes(lines(7, 9))
    log.with_name("queue_log.swp").write_bytes(b"\x00\x01binary")
    assert Reader(log).go() == [0, 1, 2]
