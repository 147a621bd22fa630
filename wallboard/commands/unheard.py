"""What keeps alerts from being told? Rules that reach nobody, messages that nobody takes: a line each, for `check` and
`doctor`."""

import asyncio
from collections.abc import AsyncIterator, Collection, Container, Mapping
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from wallboard.commands.given import clock_ms
from wallboard.commands.keptdays import zone_of
from wallboard.commands.strangers import channels
from wallboard.config import Config
from wallboard.core.errors import Mistake, RecordUnavailable
from wallboard.core.rules import ON_DUTY

if TYPE_CHECKING:
    from wallboard.stream.outbox import Going, Outbox

NAMED = 6  # rules in one line


def reaches_nobody(config: Config, nobodys: Container[str] = ()) -> str:
    """Of the rules that tell leads on duty, where nothing tells any lead: one line for all, as one thing mends them;
    else "". `nobodys`: receivers that count for no lead."""
    named = of_duty(config)
    has_own = any(one.person and name not in nobodys for name, one in config.receivers.items())
    if not named or has_own or _channels(config) != {}:
        return ""
    do = "no lead added a channel; each does on /alerts/channels, or " if config.own_channels else ""
    return f"'{ON_DUTY}' reaches nobody ({some(named)}): {do}write a [notify.NAME] with a lead's `person`"


def without_link(config: Config) -> str:
    """Why messages about alerts lead nowhere; "" where they do, or none goes."""
    if config.server.public_url or not (config.receivers or _channels(config)):
        return ""
    return "is missing: messages about alerts have no link to their alert"


def of_duty(config: Config) -> list[str]:
    """Rules that tell leads on duty."""
    return [name for name, rule in config.settings.alert.items() if ON_DUTY in rule.notify]


def some(rules: Collection[str]) -> str:
    told = ", ".join(islice(rules, NAMED))
    return f"{told} and {len(rules) - NAMED} more" if len(rules) > NAMED else told


async def untaken(outbox: "Outbox", config: Config) -> AsyncIterator[str]:
    """What waits after a try that failed, and what was given up; that there is neither."""
    is_well = True
    ways = {name: (name, f"mend it, or [notify.{name}]") for name in config.receivers}
    own = await asyncio.to_thread(_channels, config) or {}
    ways |= {name: (f"a channel of {who}", f"{who} corrects it on /alerts/channels") for name, who in own.items()}
    for receiver, (called, do) in ways.items():
        going = await outbox.going(receiver)
        if going.waiting and going.reason:
            is_well = False
            yield f"problem: {called}: {_waits(going, config)}, last try failed: {going.reason} - {do}"
    if dead := await outbox.letters.count():
        yield f"problem: {dead} messages about alerts were given up - the log says to whom and why; see docs/notify.md"
    elif is_well:
        yield "ok: no message about an alert was given up, or waits after a try that failed"


def _waits(going: "Going", config: Config) -> str:
    zone = zone_of(config)
    at, now = (datetime.fromtimestamp(ms / 1000, zone) for ms in (going.since_ms or clock_ms(), clock_ms()))
    since = at.strftime("%H:%M" if at.date() == now.date() else "%Y-%m-%d %H:%M")
    return f"{going.waiting} {'message waits' if going.waiting == 1 else 'messages wait'} since {since}"


def _channels(config: Config) -> Mapping[str, str] | None:
    """Of leads, with whose it is; None where the record cannot be read: there may be one."""
    try:
        return channels(config)
    except (Mistake, RecordUnavailable):
        return None
