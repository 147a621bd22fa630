"""What keeps this PBX from being read? For `wallboard doctor NAME`, in lines that say what to do."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from collectors.asterisk.connection import Connection
from collectors.asterisk.options import Options
from collectors.asterisk.wire import parse_line
from wallboard.core.errors import SourceError

LISTEN_S = 5.0
OFFSET_MS = 2000  # above it a clock is worth a word


async def examine(options: Options, clock_ms: Callable[[], int]) -> list[str]:
    """One line a finding: `ok: …` or `problem: … - do this`."""
    found = _log(options) if options.queue_log else ["ok: no queue_log is configured: why callers left stays unknown"]
    if not options.host:
        return [*found, "ok: no AMI is configured: agents' states and ringing stay unknown"]
    return found + await _ami(options, clock_ms)


def _log(options: Options) -> list[str]:
    path = Path(options.queue_log or "")
    if not path.exists():
        return [f"problem: {path} is not there - give the path of queue_log, or set queue_log = yes in logger.conf"]
    if not os.access(path, os.R_OK):
        return [f"problem: {path} cannot be read by this user - add it to the group of the file (often: asterisk)"]
    with path.open("rb") as source:
        source.seek(max(0, path.stat().st_size - 65_536))
        lines = [line for raw in source.read().split(b"\n")[1:] if (line := parse_line(raw))]
    if not lines:
        return [f"problem: {path} holds no queue_log lines yet - make a call into a queue, then look again"]
    queues = sorted({line.queue for line in lines if line.queue not in ("NONE", "")})
    return [f"ok: {path} is read; queues in its last lines: {', '.join(queues) or 'none'}"]


async def _ami(options: Options, clock_ms: Callable[[], int]) -> list[str]:
    connection = Connection(options)
    try:
        await connection.open()
        return await _answers(connection, clock_ms)
    except SourceError as error:
        return [f"problem: {error}" + ("" if " - " in str(error) else " - is Asterisk running, manager.conf enabled?")]
    finally:
        await connection.close()


async def _answers(connection: Connection, clock_ms: Callable[[], int]) -> list[str]:
    asked_ms = clock_ms()
    connection.send("Ping", ActionID="ping")
    connection.send("QueueStatus", ActionID="queues")
    queues: list[str] = []
    booted = listed = False
    offset_ms: int | None = None
    refused: str | None = None
    try:
        async with asyncio.timeout(LISTEN_S):
            async for message in connection.messages():
                booted |= message.get("Event") == "FullyBooted"
                if message.get("Event") == "QueueParams":
                    queues.append(message.get("Queue", ""))
                if message.get("ActionID") == "ping" and "Timestamp" in message:
                    offset_ms = round(float(message["Timestamp"]) * 1000) - (asked_ms + clock_ms()) // 2
                if message.get("ActionID") == "queues" and message.get("Response") == "Error":
                    refused = message.get("Message", "refused")
                listed |= message.get("Event") == "QueueStatusComplete"
                if (listed or refused) and booted and offset_ms is not None:
                    break
    except TimeoutError:
        pass
    return list(_findings(connection.banner, queues, booted, offset_ms, refused, listed))


def _findings(
    banner: str | None, queues: list[str], booted: bool, offset_ms: int | None, refused: str | None, listed: bool
) -> list[str]:
    found = [f"ok: signed in at {banner or 'AMI'}"]
    if not booted:
        found.append("problem: no event came after the login - give the user read = agent,system in manager.conf")
    if refused:
        found.append(f"problem: QueueStatus was refused: {refused} - load app_queue, or give the user write = agent")
    elif listed:
        found.append(f"ok: queues: {', '.join(sorted(queues)) or 'none'}")
    else:
        found.append("problem: QueueStatus was not answered - is app_queue loaded?")
    if offset_ms is not None and abs(offset_ms) > OFFSET_MS:
        found.append(f"problem: its clock is {offset_ms / 1000:+.1f} s off ours - run NTP on both machines")
    elif offset_ms is not None:
        found.append(f"ok: its clock agrees with ours to {abs(offset_ms)} ms")
    return found
