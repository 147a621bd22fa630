"""`wallboard source forget`: a source that is there goes, with a line of who let it go; a typo goes nowhere."""

import asyncio
from pathlib import Path

import pytest

from wallboard.cli import run
from wallboard.core.events import Queued, SourceForgotten
from wallboard.record.audit import Audit
from wallboard.record.database import open_record
from wallboard.stream.keys import Keys
from wallboard.stream.redis import connect
from wallboard.stream.stream import BEGIN, Entry, Stream

pytestmark = pytest.mark.usefixtures("own_folder")


@pytest.fixture(autouse=True)
def olena(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "olena")


async def entries(url: str, namespace: str, *told: Queued) -> list[Entry]:
    """What stands in the stream, after this was told."""
    redis = connect(url)
    try:
        stream = Stream(redis, Keys(namespace))
        if told:
            await stream.append(told)
        return await stream.read(BEGIN)
    finally:
        await redis.aclose()


def test_what_is_forgotten_is_told_and_stands_in_the_audit_trail(
    tmp_path: Path, redis_url: str, namespace: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(entries(redis_url, namespace, Queued(contact="c1", queue="support", source="old-pbx")))
    assert run(["source", "forget", "old-pxb"]) == 1
    assert "no source 'old-pxb': there is old-pbx" in capsys.readouterr().err
    assert run(["source", "forget", "old-pbx", "nobody"]) == 1
    assert Audit(open_record(tmp_path)).read() == []

    assert run(["source", "forget", "old-pbx"]) == 0
    (line,) = Audit(open_record(tmp_path)).read()
    assert (line.who, line.what) == ("wallboard source", "source.forgotten")
    assert line.detail == {"id": "old-pbx", "user": "olena"}
    last = asyncio.run(entries(redis_url, namespace))[-1].event
    assert isinstance(last, SourceForgotten)
    assert (last.name, last.who) == ("old-pbx", "olena")


def test_several_go_at_once(redis_url: str, namespace: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = [Queued(contact="c1", queue="support", source=f"evil-{number}") for number in range(20)]
    asyncio.run(entries(redis_url, namespace, *told))
    assert run(["source", "forget", "evil-33"]) == 1
    said = capsys.readouterr().err
    assert "and 15 more" in said
    assert "evil-3," in said or "evil-13" in said
    assert run(["source", "forget", "evil-3", "evil-4", "evil-3"]) == 0
    last = [one.event for one in asyncio.run(entries(redis_url, namespace))[20:]]
    assert [one.name for one in last if isinstance(one, SourceForgotten)] == ["evil-3", "evil-4"]
