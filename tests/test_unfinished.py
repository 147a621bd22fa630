"""A log is cut off where its last transaction begins, if that has no end; every other one stays as it is."""

from pathlib import Path

import pytest

from wallboard.unfinished import cut_unfinished


def command(*words: bytes) -> bytes:
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


BEFORE = command(b"SELECT", b"0") + command(b"SET", b"a", b"1")
BEGIN, END = command(b"MULTI"), command(b"EXEC")
WITHIN = command(b"XADD", b"s", b"*", b"e", b'{"n":1}') + command(b"SADD", b"seen", bytes(range(256)))


def mended(folder: Path, log: bytes) -> bytes:
    file = folder / "appendonly.aof"
    file.write_bytes(log)
    cut_unfinished(folder)
    return file.read_bytes()


def test_at_whatever_byte_it_ends_the_whole_transaction_goes(tmp_path: Path) -> None:
    whole = BEGIN + WITHIN + END
    for end in range(len(BEGIN), len(whole)):
        assert mended(tmp_path, BEFORE + whole + whole[:end]) == BEFORE + whole, end


@pytest.mark.parametrize(
    "log",
    [
        b"",
        BEFORE,
        BEFORE[:-3],
        BEFORE + BEGIN + WITHIN + END,
        BEFORE + BEGIN + WITHIN + END + BEFORE + BEFORE[:-3],
        BEFORE + command(b"SET", b"picture", b"x" + BEGIN + b"y") + BEFORE,
        BEFORE + command(b"SET", b"picture", BEGIN),
        b"REDIS0009\xfa" + BEGIN + b"anything",
    ],
)
def test_what_is_whole_or_only_looks_like_a_transaction_stays(tmp_path: Path, log: bytes) -> None:
    assert mended(tmp_path, log) == log


def test_the_newest_redis_keeps_its_log_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "appendonlydir").mkdir()
    log = tmp_path / "appendonlydir" / "appendonly.aof.2.incr.aof"
    log.write_bytes(BEFORE + BEGIN + WITHIN)
    cut_unfinished(tmp_path)
    assert log.read_bytes() == BEFORE
