"""A centre in virtual time, of the real parts: floor ─▶ alerting ─▶ due ─▶ outbox ─▶ pacing ─▶ message.

Only what is outside is missing: the stream is a call, the outbox a list, and a message counts as sent when it goes.
"""

from collections.abc import Mapping
from itertools import chain
from typing import NamedTuple

from wallboard.alerts.hearing import is_held
from wallboard.alerts.held import coming_of
from wallboard.alerts.message import Message, together
from wallboard.alerts.pacing import Coming, Pacing
from wallboard.alerts.told import Due, due_on
from wallboard.core import events as ev
from wallboard.core import snapshot
from wallboard.core.settings import Settings
from wallboard.core.state import Floor
from wallboard.core.watchful import watchful
from wallboard.receivers import Receiver

SECOND_MS = 1_000


class Sent(NamedTuple):
    """A message to one receiver, and how many alerts it speaks of."""

    at_ms: int
    receiver: str
    message: Message
    of: int


class Centre:
    """Everything is looked at on whole seconds."""

    def __init__(
        self, settings: Settings, receivers: Mapping[str, Receiver], now_ms: int, look_ms: int = 5_000
    ) -> None:
        """`look_ms`: how often it is looked at what is due by time alone: repeats, the end of quiet hours."""
        self.floor = watchful(Floor(settings))
        self.now_ms = now_ms
        self.said = list[ev.AlertEvent]()  # what went into the stream
        self.put = list[tuple[int, Due]]()  # when what went into an outbox
        self.sent = list[Sent]()
        self._dies = False
        self._look_ms = look_ms
        self._receivers = receivers
        self._known = set[tuple[str, str]]()
        self._waiting: dict[str, list[tuple[Coming, Message]]] = {name: [] for name in receivers}
        self._pacing = {name: Pacing() for name in receivers}
        self.floor.advance(now_ms)

    def take(self, event: ev.Event, at_ms: int) -> None:
        self.advance(at_ms)
        self.floor.apply(event, at_ms)

    def advance(self, until_ms: int) -> None:
        """Second by second up to and with this instant."""
        while self.now_ms < until_ms:
            self.now_ms = min(until_ms, (self.now_ms // SECOND_MS + 1) * SECOND_MS)
            self.floor.advance(self.now_ms)
            if self.now_ms % SECOND_MS == 0:
                self.floor.take_touched()
                self._tell()
                self._send()

    def restart(self) -> None:
        """As after a death: from the checkpoint; what was put and sent before is in Redis."""
        self.floor = snapshot.load(snapshot.dump(self.floor))
        self._pacing = {name: Pacing(one.memory()) for name, one in self._pacing.items()}

    def die_while_telling(self) -> None:
        """The next time that something is to be said: before it is in the stream, in the midst of it, and when it is
        there but in no outbox yet."""
        self._dies = True

    def _tell(self) -> None:
        assert self.floor.alerting
        untold = list(self.floor.alerting.untold.values())
        if not untold and self.now_ms % self._look_ms:
            return
        dies, self._dies = self._dies and bool(untold), self._dies and not untold
        for event in untold:
            if dies:
                self.restart()
                assert event in self.floor.alerting.untold.values(), "who comes to lead says it too"
            self.said.append(event)
            self.floor.apply(event, self.now_ms)
        if dies:
            self.restart()
        for one in chain.from_iterable(due_on(self.floor, self._receivers, self.now_ms, "", self._known)):
            self._known.add((one.receiver, one.told))
            self.put.append((self.now_ms, one))
            coming = coming_of(f"{len(self.put):09}", self.now_ms, one.message)
            self._waiting[one.receiver].append((coming, one.message))

    def _send(self) -> None:
        settings = self.floor.settings
        for name, all_of_them in self._waiting.items():
            receiver = self._receivers[name]
            waiting = [one for one in all_of_them if not is_held(receiver, one[1], settings, self.now_ms)]
            going = self._pacing[name].next([coming for coming, _ in waiting], self.now_ms)
            if not going:
                continue
            self._pacing[name].sent(going[0], self.now_ms)
            messages = [message for coming, message in waiting if coming in going]
            self._waiting[name] = [one for one in all_of_them if one[0] not in going]
            self.sent.append(Sent(self.now_ms, name, together(messages), len(messages)))
