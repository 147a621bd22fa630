"""What is an agent doing, in one word? A contact first, then what the person set, then what the system sees."""

from typing import Any

DOINGS = (
    "idle", "ringing", "engaged", "holding", "wrapup", "paused", "busy", "unreachable", "no_contact", "unknown",
    "offline",
)  # fmt: skip
AT_WORK = frozenset({"ringing", "engaged", "holding", "wrapup"})  # with a contact: a pause only shows beside it


def doing_of(agent: dict[str, Any]) -> str:
    """One of DOINGS, of an agent's row in the state document (static/js/tiles/agents.js asks the same)."""
    seen = str(agent.get("activity", "unknown"))
    if seen in AT_WORK or seen == "unreachable":
        return seen
    presence = agent.get("presence")
    if presence is None and seen == "idle":
        return "no_contact"  # nobody said whether they are there
    return presence if presence in ("offline", "paused") else seen


def is_away(agent: dict[str, Any]) -> bool:
    """Neither with a contact nor there for one."""
    return doing_of(agent) in ("paused", "offline")
