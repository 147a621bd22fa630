"""The recorded PBX as a timeline, and Asterisk's own view of it as answers to QueueStatus."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from collectors.asterisk.formats import recorded
from collectors.asterisk.join import AMI, LOG, Join
from collectors.asterisk.manager import Manager
from collectors.asterisk.translate import of_line
from collectors.asterisk.wire import Message, parse_line
from wallboard.core.events import Event

Sample = dict[str, Any]


def samples(day5: Path) -> list[Sample]:
    """Asterisk's own listings: `t0` asked, `t1` answered."""
    with gzip.open(day5 / "truth.jsonl.gz", "rt", encoding="utf-8") as source:
        return [json.loads(line) for line in source]


def answer_of(sample: Sample) -> Iterator[Message]:
    """The sample as the messages that answered QueueStatus."""
    for queue in sample["queues"]:
        yield {"Event": "QueueParams", **queue}
    for member in sample["members"]:
        yield {"Event": "QueueMember", **member}
    for caller in sample["callers"]:
        yield {"Event": "QueueEntry", **caller}
    yield {"Event": "QueueStatusComplete"}


def messages(folder: Path, name: str = "lean.ami.gz") -> list[tuple[int, Message]]:
    return list(recorded(folder / name))


def log_lines(folder: Path, name: str = "queue_log") -> list[tuple[int, bytes]]:
    lines = (folder / name).read_bytes().splitlines()
    return [(parsed.at_ms, raw) for raw in lines if (parsed := parse_line(raw))]


class Halves:
    """Both halves of a PBX through the join, as the collector passes them."""

    def __init__(self) -> None:
        self.join = Join()
        self.manager = Manager()
        self.manager_lives = True
        self.read: list[bytes] = []  # of the log

    def hear(self, message: Message, at_ms: int) -> list[Event]:
        if "Queue status" in message.get("Message", ""):
            self.manager.asked(at_ms)
        return self._pass_on(self.manager.translate(message, at_ms), AMI)

    def line(self, raw: bytes) -> list[Event]:
        self.read.append(raw)
        parsed = parse_line(raw)
        return self._pass_on(of_line(parsed), LOG) if parsed else []

    def wait(self, now_ms: int) -> list[Event]:
        return self._pass_on(list(self.manager.flush(now_ms)), AMI)

    def reconnect(self, sample: Sample) -> list[Event]:
        """A new connection whose listing is that of the sample."""
        asked_ms = round(sample["t0"] * 1000)
        self.manager.connected_anew()
        self.manager.asked(asked_ms, alone=not self.read)
        self.manager_lives = True
        return [event for message in answer_of(sample) for event in self.hear(message, round(sample["t1"] * 1000))]

    def restart(self) -> "Halves":
        """As a new process begins: the log up to where it was, silently; nothing of AMI."""
        fresh = Halves()
        fresh.manager_lives = False
        for raw in self.read:
            fresh.line(raw)
        return fresh

    def _pass_on(self, events: list[Event], half: str) -> list[Event]:
        return self.join.pass_on(events, half, manager_lives=self.manager_lives)
