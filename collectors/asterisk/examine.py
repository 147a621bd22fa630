"""What keeps this PBX from being read? For `wallboard doctor NAME`, in lines that say what to do."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import aclosing
from pathlib import Path

from msgspec import Struct

from collectors.asterisk.connection import Connection
from collectors.asterisk.options import Options
from collectors.asterisk.wire import Message, parse_line
from wallboard.core.errors import SourceError

LISTEN_S = 5.0
OFFSET_MS = 2000  # above it a clock is worth a word
LAST_BYTES = 65_536


async def examine(options: Options, clock_ms: Callable[[], int], listen_s: float = LISTEN_S) -> list[str]:
    """One line a finding: `ok: …` or `problem: … - do this`."""
    found = [_log(Path(options.queue_log))] if options.queue_log else [NO_LOG]
    return [*found, *(await _ami(options, clock_ms, listen_s) if options.host else [NO_AMI])]


NO_LOG = "ok: no queue_log is configured: why callers left stays unknown"
NO_AMI = "ok: no AMI is configured: agents' states and ringing stay unknown"


def _log(path: Path) -> str:
    try:
        with path.open("rb") as source:
            source.seek(max(0, path.stat().st_size - LAST_BYTES))
            lines = [line for raw in source.read().split(b"\n") if (line := parse_line(raw))]
    except FileNotFoundError:
        return f"problem: {path} is not there - give the path of queue_log, or set queue_log = yes in logger.conf"
    except PermissionError:
        return f"problem: {path} cannot be read by this user - add it to the group of the file (often: asterisk)"
    except OSError as error:
        return f"problem: {path} cannot be read: {error.strerror} - give the path of the file queue_log"
    if not lines:
        return f"problem: {path} holds no queue_log lines yet - make a call into a queue, then look again"
    queues = sorted({line.queue for line in lines if line.queue not in ("NONE", "")})
    return f"ok: {path} is read; queues in its last lines: {', '.join(queues) or 'none'}"


class Answers(Struct):
    """What the PBX said to Ping and QueueStatus."""

    asked_ms: int
    queues: list[str] = []
    listed: bool = False
    refused: str | None = None
    booted: bool = False
    pinged: bool = False
    offset_ms: int | None = None  # its clock against ours

    @property
    def complete(self) -> bool:
        return self.booted and self.pinged and (self.listed or self.refused is not None)

    def take(self, message: Message, now_ms: int) -> None:
        event, answers = message.get("Event"), message.get("ActionID")
        self.booted |= event == "FullyBooted"
        self.listed |= event == "QueueStatusComplete"
        if event == "QueueParams":
            self.queues.append(message.get("Queue", ""))
        elif answers == "queues" and message.get("Response") == "Error":
            self.refused = message.get("Message", "no reason given")
        elif answers == "ping":
            self.pinged = True
            self.offset_ms = _offset_ms(message.get("Timestamp", ""), (self.asked_ms + now_ms) // 2)


async def _ami(options: Options, clock_ms: Callable[[], int], listen_s: float) -> list[str]:
    connection = Connection(options)
    answers = Answers(clock_ms())
    try:
        await connection.open()
        answers.asked_ms = clock_ms()
        await _ask(connection, answers, clock_ms, listen_s)
    except SourceError as error:
        return [f"problem: {error}" + ("" if " - " in str(error) else " - is Asterisk running, manager.conf enabled?")]
    finally:
        await connection.close()
    return list(_findings(connection.banner, answers))


async def _ask(connection: Connection, answers: Answers, clock_ms: Callable[[], int], listen_s: float) -> None:
    """Until all is answered, or for `listen_s`."""
    connection.send("Ping", ActionID="ping")
    connection.send("QueueStatus", ActionID="queues")
    try:
        async with aclosing(connection.messages()) as messages, asyncio.timeout(listen_s):
            async for message in messages:
                answers.take(message, clock_ms())
                if answers.complete:
                    return
    except TimeoutError:
        return


def _findings(banner: str | None, answers: Answers) -> Iterator[str]:
    yield f"ok: signed in at {banner or 'AMI'}"
    if not answers.booted:
        yield "problem: no event came after the login - give the user read = agent,system in manager.conf"
    if answers.refused:
        yield f"problem: QueueStatus was refused: {answers.refused} - load app_queue, or give the user write = agent"
    elif answers.listed:
        yield f"ok: queues: {', '.join(sorted(answers.queues)) or 'none'}"
    else:
        yield "problem: QueueStatus was not answered - is app_queue loaded?"
    if answers.offset_ms is None:
        return
    if abs(answers.offset_ms) > OFFSET_MS:
        yield f"problem: its clock is {answers.offset_ms / 1000:+.1f} s off ours - run NTP on both machines"
    else:
        yield f"ok: its clock agrees with ours to {abs(answers.offset_ms)} ms"


def _offset_ms(stated: str, ours_ms: int) -> int | None:
    try:
        return round(float(stated) * 1000) - ours_ms
    except (ValueError, OverflowError):
        return None
