"""Tests of collectors/replay/collector.py."""

import gzip
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from collectors.replay.collector import ReplayCollector
from wallboard.core.errors import SourceError
from wallboard.core.events import Event, Queued, encode
from wallboard.core.settings import Settings
from wallboard.core.sources import Batch, Surroundings

MINUTE_MS = 60_000
NOW_MS = 1_790_000_000_123
RECORDED = [Queued(time=1_000_000 + n, id=f"e-{n}", contact=f"c-{n}", queue="support") for n in range(1200)]


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return written(tmp_path / "day.ndjson", RECORDED)


def written(path: Path, events: Sequence[Event]) -> Path:
    path.write_bytes(b"".join(encode(event) + b"\n" for event in events))
    return path


def replay(*files: Path, now_ms: int = NOW_MS, **options: Any) -> ReplayCollector:
    given = {"kind": "replay", "files": [str(file) for file in files], "speed": 0, **options}
    return ReplayCollector("replay", given, Surroundings(lambda: now_ms, Settings(), Path()))


async def read(collector: ReplayCollector, position: str | None = None) -> list[Batch]:
    return [batch async for batch in collector.events(position)]


def events_of(batches: Sequence[Batch]) -> list[Event]:
    return [event for batch in batches for event in batch.events]


async def test_a_recording_is_sent_as_it_is(recording: Path) -> None:
    batches = await read(replay(recording))
    assert events_of(batches) == RECORDED
    assert all(batch.position for batch in batches)


async def test_several_files_are_one_recording_and_gz_is_opened(tmp_path: Path) -> None:
    first = written(tmp_path / "a.ndjson", RECORDED[:2])
    second = tmp_path / "b.ndjson.gz"
    second.write_bytes(gzip.compress(b"".join(encode(event) + b"\n" for event in RECORDED[2:5])))
    assert events_of(await read(replay(first, second))) == RECORDED[:5]


async def test_from_each_position_the_rest_follows_with_the_same_shift(recording: Path) -> None:
    whole = await read(replay(recording, shift_to_now=True))
    assert len(whole) > 2
    for sent in range(1, len(whole)):
        later = replay(recording, shift_to_now=True, now_ms=NOW_MS + 99 * MINUTE_MS)
        assert events_of(await read(later, whole[sent - 1].position)) == events_of(whole[sent:])


async def test_a_finished_replay_sends_nothing_again_but_another_recording_begins_anew(
    recording: Path, tmp_path: Path
) -> None:
    end = (await read(replay(recording)))[-1].position
    assert await read(replay(recording), end) == []
    other = written(tmp_path / "other.ndjson", RECORDED[:3])
    assert events_of(await read(replay(other), end)) == RECORDED[:3]


async def test_shifted_to_now_it_ends_within_the_last_minute(recording: Path) -> None:
    last = events_of(await read(replay(recording, shift_to_now=True)))[-1]
    assert last.time is not None
    assert 0 <= NOW_MS - last.time < MINUTE_MS
    assert (last.time - (RECORDED[-1].time or 0)) % MINUTE_MS == 0


async def test_at_its_own_pace_it_starts_now_and_will_end_when_its_last_event_says(tmp_path: Path) -> None:
    hours = 3 * 60 * MINUTE_MS
    file = written(tmp_path / "long.ndjson", [RECORDED[0], Queued(time=1_000_000 + hours, contact="c", queue="q")])
    async with aclosing(replay(file, shift_to_now=True, speed=1).events(None)) as batches:
        (first,) = (await anext(batches)).events
    assert first.time is not None
    assert 0 <= NOW_MS - first.time < MINUTE_MS


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"speed": 10, "shift_to_now": True}, "lasts 180 minutes.*wallboard compute"),
        ({"format": "csv"}, "no format 'csv': expected one of .*events"),
        ({"speed": -1}, "speed"),
        ({"files": []}, "files"),
        ({"sped": 1}, "unknown option .sped."),
        ({"files": ["/nowhere/day.ndjson"]}, "nowhere/day.ndjson: file: cannot be read"),
    ],
)
async def test_what_cannot_be_replayed_is_fatal_and_says_why(
    tmp_path: Path, options: dict[str, Any], words: str
) -> None:
    long = Queued(time=1_000_000 + 180 * MINUTE_MS, contact="c", queue="q")
    file = written(tmp_path / "long.ndjson", [RECORDED[0], long])
    with pytest.raises(SourceError, match=words) as caught:
        await read(replay(file, **options))
    assert caught.value.fatal


async def test_examine_says_whether_the_recording_can_be_read(recording: Path, tmp_path: Path) -> None:
    assert await replay(recording).examine() == ["ok: the recording can be read"]
    assert (await replay(written(tmp_path / "empty", [])).examine())[0].startswith("problem: the recording is empty")
    assert (await replay(tmp_path / "none").examine())[0].startswith("problem: ")
