"""What takes a second has a lane of its own: nothing else waits for it, and of too much of it the rest is refused."""

import asyncio
import threading
from typing import Any

import pytest

from wallboard.web import boardpast, boardwriting
from wallboard.web.lane import WAITING

HEADERS = {"content-type": "application/toml", "if-none-match": "*"}


async def test_while_boards_are_read_passwords_and_the_record_answer_and_one_too_many_is_refused(
    served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on, checked = threading.Event(), boardwriting.checked

    def slow(*given: Any) -> Any:
        goes_on.wait(60)
        return checked(*given)

    monkeypatch.setattr(boardwriting, "checked", slow)
    put = lambda name: served.http.put(f"/api/v1/boards/{name}", content="title = 'x'", headers=HEADERS)  # noqa: E731
    boards = [asyncio.create_task(put(f"b{n}")) for n in range(WAITING)]
    try:
        async with asyncio.timeout(30):
            while served.parts.lane.waiting < WAITING:
                await asyncio.sleep(0.02)
            refused = await put("one-more")
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
            assert (await served.http.get("/api/v1/audit")).status_code == 200
            assert await served.parts.passwords.hash("a long enough one")
        assert not any(board.done() for board in boards)
    finally:
        goes_on.set()
    assert {(await board).status_code for board in boards} == {201}
    assert (await put("one-more")).status_code == 201


async def test_whoever_reads_a_board_or_what_it_was_holds_up_nobody(
    served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads, parse = list[str](), boardwriting.parse_text

    def noting(*given: Any) -> Any:
        threads.append(threading.current_thread().name)
        return parse(*given)

    for module in (boardwriting, boardpast):
        monkeypatch.setattr(module, "parse_text", noting)
    board = "/api/v1/boards/b"
    tag = (await served.http.put(board, content="title = 'x'", headers=HEADERS)).headers["etag"]
    for path in (board, f"{board}/revisions/1"):
        assert (await served.http.get(path)).json() == {"title": "x"}
    assert (await served.http.delete(board, headers={"if-match": tag})).status_code == 200
    assert (await served.http.get(f"{board}/revisions")).status_code == 200
    assert [name.partition("_")[0] for name in threads] == ["lane"] * 4
