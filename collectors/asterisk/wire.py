"""What did the PBX say? Bytes of queue_log and of the manager interface (AMI) become lines and messages; pure.

1795391178|1795391176.0|support|Anna Nowak|CONNECT|2|1795391176.1|1          a queue_log line
epoch      call         queue   member     verb    parameters, which may hold further `|` in free text

Event: QueueCallerJoin CRLF Queue: support CRLF … CRLF CRLF                   an AMI message
"""

from typing import NamedTuple

MAX_LINE = 16_384  # of queue_log
MAX_MESSAGE = 262_144  # of AMI; longer ones are passed over
_BANNER = b"Asterisk Call Manager/"
_END = b"\r\n\r\n"

COUNTERS = "counters"  # ActionID of a QueueStatus that is sent for the queues' counters only
Message = dict[str, str]


class LogLine(NamedTuple):
    at_ms: int
    call: str
    queue: str
    member: str
    verb: str
    parameters: tuple[str, ...]
    text: str

    def parameter(self, index: int) -> str:
        """Counted from the front, or with a negative index from the end; empty where there is none."""
        try:
            return self.parameters[index]
        except IndexError:
            return ""


def parse_line(raw: bytes) -> LogLine | None:
    """A whole line without its end; None where it is no queue_log line. Broken UTF-8 is replaced."""
    text = raw.rstrip(b"\r\n").decode("utf-8", "replace")
    parts = text.split("|")
    if len(raw) > MAX_LINE or len(parts) < 5 or not _is_epoch(parts[0]):
        return None
    seconds, _, fraction = parts[0].partition(".")
    at_ms = int(seconds) * 1000 + int((fraction + "000")[:3])
    call, queue, member, verb = parts[1:5]
    return LogLine(at_ms, call, queue, member, verb.strip(), tuple(parts[5:]), text)


class Parser:
    """AMI messages out of bytes in any chunking. A key that is repeated keeps its first value."""

    def __init__(self) -> None:
        self._buffer = b""
        self._skipping = False
        self.banner: str | None = None

    def feed(self, data: bytes) -> list[Message]:
        self._buffer += data
        messages: list[Message] = []
        while True:
            if not self._skipping and self._buffer.startswith(_BANNER) and b"\r\n" in self._buffer:
                line, _, self._buffer = self._buffer.partition(b"\r\n")
                self.banner = line.decode("utf-8", "replace")
                continue
            block, found, rest = self._buffer.partition(_END)
            if not found:
                break
            self._buffer = rest
            if not self._skipping and len(block) <= MAX_MESSAGE and (message := parse_message(block)):
                messages.append(message)
            self._skipping = False
        if len(self._buffer) > MAX_MESSAGE + len(_END) - 1:  # keep what the end may begin with
            self._buffer, self._skipping = self._buffer[-len(_END) + 1 :], True
        return messages


def parse_message(block: bytes) -> Message:
    message: Message = {}
    for line in block.decode("utf-8", "replace").split("\r\n"):
        key, separator, value = line.partition(":")
        if separator and key not in message:
            message[key] = value.removeprefix(" ")
    return message


def _is_epoch(text: str) -> bool:
    seconds, _, fraction = text.partition(".")
    digits = seconds.isascii() and seconds.isdigit() and len(seconds) <= 11
    return digits and (not fraction or (fraction.isascii() and fraction.isdigit()))
