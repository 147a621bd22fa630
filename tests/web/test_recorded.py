"""What the record or Redis cannot do is the answer's status: in one wording, with who is away and what that means."""

import threading
from pathlib import Path

import pytest

from wallboard.core.errors import Conflict, StreamUnavailable
from wallboard.record.database import open_record
from wallboard.record.history import History
from wallboard.web.problems import Problem
from wallboard.web.recorded import answering, asked_record


async def test_the_record_is_asked_in_a_thread_with_what_is_given() -> None:
    def ask(first: str, *, second: str) -> tuple[str, bool]:
        return first + second, threading.current_thread() is threading.main_thread()

    assert await asked_record(ask, "a", second="b") == ("ab", False)


async def test_a_record_that_does_not_answer_is_503_and_says_when_to_come_again(tmp_path: Path) -> None:
    (tmp_path / "record.sqlite").write_bytes(b"no database, but long enough to look like one" * 100)
    with pytest.raises(Problem) as refused:
        await asked_record(History(open_record(tmp_path)).names, "queues")
    assert (refused.value.status, refused.value.headers) == (503, {"retry-after": "2"})
    assert refused.value.detail == "The record does not answer now. Nothing was done; try again soon."


async def test_a_change_that_contradicts_the_record_is_409_as_a_sentence() -> None:
    def ask() -> None:
        raise Conflict("there is somebody called Olena already")

    with pytest.raises(Problem) as refused:
        await asked_record(ask)
    assert (refused.value.status, refused.value.detail) == (409, "There is somebody called Olena already.")


def test_redis_away_is_503_with_what_that_means_for_the_caller() -> None:
    with pytest.raises(Problem) as refused, answering("The session still stands; try again soon."):
        raise StreamUnavailable("connection refused")
    assert (refused.value.status, refused.value.headers) == (503, {"retry-after": "2"})
    assert refused.value.detail == "Redis does not answer now. The session still stands; try again soon."
