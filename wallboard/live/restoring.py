"""With which floor does a process begin, and from where does it read on? With the last checkpoint's, from its place."""

from typing import NamedTuple

import msgspec
import structlog

from wallboard.core import snapshot
from wallboard.core.errors import StreamGap
from wallboard.core.state import Floor
from wallboard.core.watchful import watchful
from wallboard.live.memory import loading
from wallboard.stream.checkpoint import Checkpoints
from wallboard.stream.stream import Stream

START = "0-0"

log = structlog.get_logger("pipeline")


class Restored(NamedTuple):
    """`has_gap`: the checkpoint's place is gone, so events after it may be missing."""

    floor: Floor
    cursor: str = START
    has_gap: bool = False


async def restored(checkpoints: Checkpoints | None, stream: Stream) -> Restored:
    """Without a checkpoint that can be read: an empty floor, and the stream from its start."""
    found = await checkpoints.read() if checkpoints else None
    if not found:
        return Restored(watchful(Floor()))
    cursor, chunks = found
    with loading():
        floor = _loaded(chunks) or watchful(Floor())
    if not floor.now_ms:
        cursor = START
    return Restored(floor, cursor, await _has_gap(stream, cursor))


def _loaded(chunks: dict[str, bytes]) -> Floor | None:
    try:
        return snapshot.load(chunks)
    except (msgspec.DecodeError, KeyError) as error:
        log.warning("checkpoint not understood: reading the stream from its start", reason=str(error))
        return None


async def _has_gap(stream: Stream, cursor: str) -> bool:
    """A checkpoint whose place is gone is still the best beginning; that something is missing is said."""
    try:
        await stream.check(cursor)
    except StreamGap as gap:
        log.warning("stream gap: events after the checkpoint may be missing", cursor=cursor, reason=str(gap))
        return True
    return False
