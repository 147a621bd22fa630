"""What goes to a lead's own channel, and how much may one account ask for? The leading worker sends what waits."""

import msgspec

from wallboard.alerts.message import Message
from wallboard.record.ownchannels import OwnChannel
from wallboard.web.rate import Rates
from wallboard.web.recorded import answering
from wallboard.web.wiring import Parts

AN_HOUR, AT_ONCE = 20, 5  # messages to own channels that one account may ask for, in one process
MOST_WAITING = 200
NO_MESSAGE = "No message goes; try again soon."


def budget() -> Rates:
    """One for all that is asked for by hand, codes and tests."""
    return Rates(AN_HOUR / 3600, AT_ONCE)


async def waits(parts: Parts, channel: OwnChannel, kind: str) -> bool:
    with answering(NO_MESSAGE):
        waiting = await parts.outbox.waiting(channel.receiver, MOST_WAITING)
    return any(msgspec.json.decode(one.message, type=Message).type == kind for one in waiting)


async def put(parts: Parts, channel: OwnChannel, message: Message) -> None:
    with answering(NO_MESSAGE):
        await parts.outbox.add(channel.receiver, msgspec.json.encode(message))


def language(parts: Parts) -> str:
    return next(iter(parts.config.settings.sites.values())).language
