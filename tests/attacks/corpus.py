"""Texts and values that somebody might send to break something."""

import sys
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from hostile import NAMES

HOSTILE = (
    *NAMES,
    "\r\nX-Injected: 1",
    "\x1b[31mred\x1b[0m",
    "\0",
    "\ufeff",
    "\x9b2J",
    "a\nb\rc",
    "\ud7ff\ue000",
    "=cmd|' /C calc'!A0",
)
ALPHABET = "abcXYZ019 _-.:;,/\\\"'`<>&%${}[]()=+*?#@!|~\t\n\r\0\x1b\x7f\x9b\u00a0\u200b\u202e\ufeffжїäł漢👩\U0010ffff"
TYPES = (
    "contact.queued", "contact.answered", "contact.ended", "contact.left", "agent.signed_in", "agent.presence",
    "agent.queues", "kpi.reported", "notice.posted", "queue.observed", "floor.observed", "source.beat", "contact.rated",
    "contact.outcome", "case.opened", "contact.message", "alert.raised", "config.applied", "nothing.such", "",
)  # fmt: skip
FIELDS = (
    "type", "time", "source", "id", "contact", "queue", "agent", "channel", "presence", "reason", "kpi", "value",
    "text", "wait_s", "queues", "agents", "attributes", "customer", "score", "until", "since", "priority", "__proto__",
    "quue",
)  # fmt: skip


def text(dice: Random, longest: int) -> str:
    if dice.random() < 0.4:
        return dice.choice(HOSTILE)
    return "".join(dice.choice(ALPHABET) for _ in range(dice.randint(0, longest)))


def value(dice: Random, depth: int = 0) -> Any:
    """Anything that JSON can say."""
    kind = dice.randint(0, 7 if depth < 3 else 5)
    match kind:
        case 0:
            return dice.choice((None, True, False))
        case 1:
            return dice.choice((0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**30, 253_402_300_800_000))
        case 2:
            return dice.choice((0.1, -0.0, 1e308, 5e-324, 1e15, 1e16))
        case 3 | 4 | 5:
            return text(dice, 60)
        case 6:
            return [value(dice, depth + 1) for _ in range(dice.randint(0, 4))]
        case _:
            return {text(dice, 20): value(dice, depth + 1) for _ in range(dice.randint(0, 4))}


def event(dice: Random) -> dict[str, Any]:
    """Something like an event: of a known type or not, its fields right, wrong or foreign."""
    found = {name: value(dice) for name in dice.sample(FIELDS, dice.randint(0, 6))}
    return found | ({"type": dice.choice(TYPES)} if dice.random() < 0.9 else {})
