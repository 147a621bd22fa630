"""Questions about kept days are answered beside the server: once for all who ask, and none outlives the server."""

import asyncio
import os
from pathlib import Path

import pytest

from wallboard.web import lookback as module
from wallboard.web.lookback import LookBack
from wallboard.web.problems import Problem
from wallboard.web.readback import LINE, Alerts, Found

RAISED = (
    b'{"type":"alert.raised","alert":"a","rule":"long","time":1772438400000,"attributes":{"kind":"queues","of":"q"}}\n'
)


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """A day that is read only when somebody writes it."""
    path = tmp_path / "2026-03-02.ndjson"
    os.mkfifo(path)
    return path


async def opened(pipe: Path) -> int:
    """For writing, once a child reads it."""
    async with asyncio.timeout(300):
        while True:
            try:
                return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
            except OSError:
                await asyncio.sleep(0.05)


async def answered(look: LookBack, asked: Alerts) -> Found:
    async with asyncio.timeout(300):
        while (found := await look.alerts(asked)) is None:
            pass
    return found


async def test_who_asks_the_same_gets_the_same_answer_of_one_child(pipe: Path) -> None:
    """A second child would wait for ever: what is written is read once."""
    look, asked = LookBack(lambda: 0), Alerts([str(pipe)])
    asking = [asyncio.create_task(answered(look, asked)) for _ in range(3)]
    to = await opened(pipe)
    os.write(to, RAISED)
    os.close(to)
    first, *others = await asyncio.gather(*asking)
    assert first.first_ms == 1_772_438_400_000
    assert [one.of for one in first.alerts] == ["q"]
    assert others == [first, first]
    assert await answered(look, asked) == first
    await look.stop()


async def test_an_old_answer_is_worked_out_anew(tmp_path: Path) -> None:
    now_ms, file = 0, tmp_path / "2026-03-02.ndjson"
    file.write_bytes(b"")
    look, asked = LookBack(lambda: now_ms), Alerts([str(file)])
    assert (await answered(look, asked)).alerts == []
    file.write_bytes(RAISED)
    assert (await answered(look, asked)).alerts == []
    now_ms += module.KEPT_MS
    assert len((await answered(look, asked)).alerts) == 1
    await look.stop()


async def test_a_question_ends_with_the_server(pipe: Path) -> None:
    look = LookBack(lambda: 0)
    asking = asyncio.create_task(answered(look, Alerts([str(pipe)])))
    to = await opened(pipe)
    await look.stop()
    with pytest.raises(BrokenPipeError):
        os.write(to, RAISED)
    os.close(to)
    with pytest.raises(Problem):
        await asking


async def test_there_is_an_end_to_how_many_questions_wait(pipe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 1)
    look = LookBack(lambda: 0)
    asking = asyncio.create_task(answered(look, Alerts([str(pipe)])))
    to = await opened(pipe)
    with pytest.raises(Problem, match="Others ask"):
        await look.alerts(Alerts([str(pipe), "another"]))
    os.close(to)
    await look.stop()
    await asyncio.gather(asking, return_exceptions=True)


async def test_while_a_long_answer_is_read_everybody_else_has_their_turn(tmp_path: Path) -> None:
    many, file = 20 * LINE, tmp_path / "2026-03-02.ndjson"
    file.write_bytes(b"".join(RAISED.replace(b'"a"', b'"a%d"' % n) for n in range(many)))
    look, asked, turns = LookBack(lambda: 0), Alerts([str(file)]), 0
    assert len((await answered(look, asked)).alerts) == many

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(others())
    assert len((await answered(look, asked)).alerts) == many, "known already: only read"
    assert turns >= many // LINE
    task.cancel()
    await look.stop()
