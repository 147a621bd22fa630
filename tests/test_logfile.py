"""Do the logs of the parts stay bounded while a process goes on writing?"""

from pathlib import Path

import pytest

from wallboard import logfile
from wallboard.logfile import LogFile


def test_a_log_that_grew_too_large_is_cut_and_its_writer_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logfile, "MOST_BYTES", 10)
    log = LogFile(tmp_path / "log" / "web.log")
    with log.opened() as writer:
        writer.write(b"a long first line\n")
        writer.flush()
        log.cut()
        writer.write(b"second\n")
        writer.flush()
        log.cut()
    assert log.path.read_bytes() == b"second\n"
    assert (tmp_path / "log" / "web.log.1").read_bytes() == b"a long first line\n"
