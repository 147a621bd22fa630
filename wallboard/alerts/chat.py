"""How do messages come into a chat of Telegram? An end changes the message that told of its alert, without a sound.

Where that one told of several alerts, it goes on to tell of the others: what stands there is kept until all are over.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

import msgspec

from wallboard.alerts.message import Message, together
from wallboard.alerts.notify import telegram
from wallboard.receivers import Receiver
from wallboard.stream.placed import Placed

_shown = msgspec.json.Decoder(list[Message])


Anew = Callable[[Message], Message]


def as_it_was(message: Message) -> Message:
    return message


async def tell(receiver: Receiver, placed: Placed, messages: Sequence[Message], anew: Anew = as_it_was) -> None:
    """All of them; what is not said by a change goes as one. `anew`: what those that stand beside an end say by now.
    Raises Undelivered, StreamUnavailable."""
    places, ended = defaultdict[int, dict[str, Message]](dict), set[str]()
    for one in messages:
        if one.type == "cleared" and (place := await placed.of(receiver.name, one.alert)) is not None:
            places[place][one.alert] = one
    for place, over in places.items():
        if await _changed(receiver, placed, place, over, anew):
            ended |= over.keys()
    rest = [one for one in messages if one.alert not in ended]
    if not rest:
        return
    place = await telegram.send(receiver, together(rest))
    alerts = sorted({one.alert for one in rest if one.alert})
    if place is not None and alerts:
        shown = msgspec.json.encode(rest) if len(rest) > 1 else b""
        await placed.put(receiver.name, alerts, place, shown)


async def _changed(receiver: Receiver, placed: Placed, place: int, over: Mapping[str, Message], anew: Anew) -> bool:
    """Whether what told of these alerts says now that they are over: by one change, however many they are."""
    known = await placed.shown(receiver.name, place)
    shown = _shown.decode(known) if known else []
    stands = [over.get(one.alert) or anew(one) for one in shown] or [*over.values()]
    if not await telegram.change(receiver, place, together(_once(stands))):
        return False
    if known:
        await placed.put(receiver.name, [*over], place, msgspec.json.encode(stands))
    return True


def _once(stands: Sequence[Message]) -> list[Message]:
    """Of what was told of an alert more than once, its end is said once."""
    return list({one.id: one for one in stands}.values())
