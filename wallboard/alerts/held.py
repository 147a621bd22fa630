"""Why does a message wait? As the sender decides it (delivery.py), for whoever looks at a receiver."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from wallboard.alerts.hearing import is_held
from wallboard.alerts.message import Message
from wallboard.alerts.pacing import Coming, Memory, Pace, Pacing
from wallboard.core.settings import Settings
from wallboard.receivers import Receiver
from wallboard.stream.outbox import Waiting

ALONE = ("test", "confirm", "shift")  # at once, uncounted: somebody waits for it, and a hand-over is no alert

Hold = Pace | Literal["quiet"]


def coming_of(name: str, at_ms: int, message: Message) -> Coming:
    """One that waits, as it is paced."""
    return Coming(name, at_ms, message.rule, message.of, _is_critical(message))


def is_urgent(message: Message) -> bool:
    """Whether it waits a minute at most, whatever waits before it."""
    return message.type in ALONE or _is_critical(message)


def _is_critical(message: Message) -> bool:
    return message.severity == "critical" and message.type != "cleared"


def pacing_of(known: bytes) -> Pacing:
    """As whoever sent before left it; anew where that cannot be read."""
    try:
        return Pacing(msgspec.json.decode(known, type=Memory))
    except msgspec.DecodeError:
        return Pacing()


def held(receiver: Receiver, waiting: Iterable[Waiting], known: bytes, settings: Settings, now_ms: int) -> Hold | None:
    """None: something of it goes now, or nothing waits. `known`: the pacing as it was left."""
    messages = [(one, msgspec.json.decode(one.message, type=Message)) for one in waiting]
    going = [(one, message) for one, message in messages if not is_held(receiver, message, settings, now_ms)]
    if not going:
        return "quiet" if messages else None
    if any(message.type in ALONE for _, message in going):
        return None
    return pacing_of(known).holds([coming_of(one.id, one.at_ms, message) for one, message in going], now_ms)
