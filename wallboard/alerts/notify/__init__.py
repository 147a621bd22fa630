"""How is a message sent? One file a kind of destination, each with `send`."""

from collections.abc import Callable, Coroutine
from typing import Any

from wallboard.alerts.message import Message
from wallboard.receivers import Receiver

Send = Callable[[Receiver, Message], Coroutine[Any, Any, Any]]


class Undelivered(Exception):
    """`for_good`: the other side will not take it, ever."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good
