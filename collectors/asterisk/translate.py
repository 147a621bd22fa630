"""What does it mean in our words? The only file that knows Asterisk's vocabulary and ours; pure.

PAUSEALL and UNPAUSEALL say nothing: a PAUSE or UNPAUSE line for each of the member's queues stands beside them.
`of_line` translates a queue_log line by itself: its events carry ids made of the line's text, so that the same
line told again counts once. AMI is in `manager.py`. Traps: docs of the collector (README.md).
"""

import hashlib
from collections.abc import Callable

from msgspec.structs import replace

from collectors.asterisk.wire import LogLine
from wallboard.core import events as ev
from wallboard.core.fields import LeftReason

NOBODY = ("NONE", "", "none")
MAX_TEXT = 256

# A dialplan that wants refused calls counted writes one of these with QueueLog() (README.md).
REFUSED: dict[str, LeftReason] = {"REFUSED": "empty", "REFUSEDFULL": "full", "REFUSEDEMPTY": "empty"}


def of_line(line: LogLine, source: str | None = None) -> list[ev.Event]:
    """The line's events, mostly one; none for verbs that say nothing to a wallboard, known or unknown."""
    translate = _VERBS.get(line.verb)
    event = translate(line) if translate else None
    if event is None:
        return []
    return [replace(event, time=line.at_ms, id=_line_id(line.text), source=source)]


def _line_id(text: str) -> str:
    return "log-" + hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def clean(text: str) -> str:
    """Vendor text as an id or a name: control characters are spaces, at most 256 characters."""
    return "".join(" " if ord(one) < 32 or 127 <= ord(one) < 160 else one for one in text)[:MAX_TEXT].strip()


def seconds(text: str) -> float | None:
    """A duration; None where there is no number (Asterisk leaves fields empty)."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value < 31_622_400 else None


def _queued(line: LogLine) -> ev.Event | None:
    return ev.Queued(contact=clean(line.call), queue=clean(line.queue), channel="voice", direction="inbound")


def _answered(line: LogLine) -> ev.Event | None:
    wait_s = seconds(line.parameter(0))
    return ev.Answered(contact=clean(line.call), queue=clean(line.queue), agent=clean(line.member), wait_s=wait_s)


def _abandoned(line: LogLine) -> ev.Event | None:
    """ABANDON|position|original position|wait."""
    return ev.Abandoned(contact=clean(line.call), queue=clean(line.queue), wait_s=seconds(line.parameter(2)))


def _left(reason: LeftReason, wait_at: int) -> Callable[[LogLine], ev.Event]:
    def left(line: LogLine) -> ev.Event:
        wait_s = seconds(line.parameter(wait_at))
        return ev.Left(contact=clean(line.call), queue=clean(line.queue), reason=reason, wait_s=wait_s)

    return left


def _completed(by: str) -> Callable[[LogLine], ev.Event]:
    """COMPLETEAGENT|wait|talk|original position."""

    def completed(line: LogLine) -> ev.Event:
        return ev.Ended(
            contact=clean(line.call), queue=clean(line.queue), agent=clean(line.member),
            wait_s=seconds(line.parameter(0)), talk_s=seconds(line.parameter(1)), ended_by=by,  # type: ignore[arg-type]
        )  # fmt: skip

    return completed


def _transferred(kind: str) -> Callable[[LogLine], ev.Event]:
    """…|wait|talk|original position: the LAST three, for what stands before differs by kind and version."""

    def transferred(line: LogLine) -> ev.Event:
        return ev.Transferred(
            contact=clean(line.call), queue=clean(line.queue), agent=clean(line.member), kind=kind,  # type: ignore[arg-type]
            wait_s=seconds(line.parameter(-3)), talk_s=seconds(line.parameter(-2)),
        )  # fmt: skip

    return transferred


def _missed(line: LogLine) -> ev.Event | None:
    """RINGNOANSWER|milliseconds. (RINGCANCELED: the caller left or another took it; nobody missed anything.)"""
    ring_ms = seconds(line.parameter(0))
    return ev.Missed(
        contact=clean(line.call), queue=clean(line.queue), agent=clean(line.member),
        ring_s=None if ring_ms is None else ring_ms / 1000,
    )  # fmt: skip


def _dumped(line: LogLine) -> ev.Event | None:
    """The agent hung up while it was told who calls; the caller waits on."""
    return ev.Missed(contact=clean(line.call), queue=clean(line.queue), agent=clean(line.member))


def _paused(line: LogLine) -> ev.Event | None:
    reason = clean(line.parameter(0)) or None
    return ev.PresenceSet(agent=clean(line.member), presence="paused", reason=reason, queue=_queue(line))


def _ready(line: LogLine) -> ev.Event | None:
    return ev.PresenceSet(agent=clean(line.member), presence="ready", queue=_queue(line))


def _removed(line: LogLine) -> ev.Event | None:
    return ev.PresenceSet(agent=clean(line.member), presence="offline", queue=_queue(line))


def _signed_in(line: LogLine) -> ev.Event | None:
    return ev.SignedIn(agent=clean(line.member))


def _signed_out(line: LogLine) -> ev.Event | None:
    return ev.SignedOut(agent=clean(line.member))


def _refused(line: LogLine) -> ev.Event | None:
    return ev.Left(contact=clean(line.call), queue=clean(line.queue), reason=REFUSED[line.verb])


def _queue(line: LogLine) -> str | None:
    queue = clean(line.queue)
    return None if queue in NOBODY else queue


def _of_call(translate: Callable[[LogLine], ev.Event | None]) -> Callable[[LogLine], ev.Event | None]:
    """A line about a call needs the call and its queue."""
    return lambda line: translate(line) if clean(line.call) not in NOBODY and _queue(line) else None


def _of_agent_call(translate: Callable[[LogLine], ev.Event | None]) -> Callable[[LogLine], ev.Event | None]:
    return lambda line: _of_call(translate)(line) if clean(line.member) not in NOBODY else None


def _of_member(translate: Callable[[LogLine], ev.Event | None]) -> Callable[[LogLine], ev.Event | None]:
    return lambda line: translate(line) if clean(line.member) not in NOBODY else None


_VERBS: dict[str, Callable[[LogLine], ev.Event | None]] = {
    "ENTERQUEUE": _of_call(_queued),
    "CONNECT": _of_agent_call(_answered),
    "ABANDON": _of_call(_abandoned),
    "EXITWITHTIMEOUT": _of_call(_left("timeout", 2)),
    "EXITEMPTY": _of_call(_left("empty", 2)),
    "EXITWITHKEY": _of_call(_left("key", 3)),  # key | position | original position | wait
    "WITHDRAW": _of_call(_left("withdrawn", 2)),
    "COMPLETEAGENT": _of_agent_call(_completed("agent")),
    "COMPLETECALLER": _of_agent_call(_completed("customer")),
    "BLINDTRANSFER": _of_agent_call(_transferred("blind")),
    "ATTENDEDTRANSFER": _of_agent_call(_transferred("attended")),
    "TRANSFER": _of_agent_call(_transferred("blind")),
    "RINGNOANSWER": _of_agent_call(_missed),
    "AGENTDUMP": _of_agent_call(_dumped),
    "PAUSE": _of_member(_paused),
    "UNPAUSE": _of_member(_ready),
    "ADDMEMBER": _of_member(_ready),
    "REMOVEMEMBER": _of_member(_removed),
    "AGENTLOGIN": _of_member(_signed_in),
    "AGENTCALLBACKLOGIN": _of_member(_signed_in),
    "AGENTLOGOFF": _of_member(_signed_out),
    "AGENTCALLBACKLOGOFF": _of_member(_signed_out),
    "QUEUESTART": lambda line: ev.SourceRestarted(),
    **{verb: _of_call(_refused) for verb in REFUSED},
}
