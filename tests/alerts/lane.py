"""One set of queues, rules and receivers, in which things happen; several run beside one another.

What is due is worked out from the stream's own times by definition, not asked of what is tested.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from tests.alerts.arriving import Arrived, Arriving, Expected
from tests.alerts.pair import PATIENCE_S, Pair
from wallboard.alerts.pacing import FLOOD_ABOVE

KEY = "whsec_" + "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="
SOURCE = "pbx"
GROUPED, FLOODING = 4, 12
RECEIVERS = ("raise", "for", "repeat", "group", "held", "silent", "flood", "snooze", "first", "second", "third")


class Tempo(NamedTuple):
    """Seconds. `cause`, `digest`: of alerts/pacing.py; `again`: of repeat, escalate and snooze; `silent`: a source is
    late; `lasts`, `keep`: of `for`, `keep_for`."""

    cause: int
    digest: int
    again: int
    silent: int
    lasts: int
    keep: int

    @property
    def apart(self) -> int:
        """So that one message does not wait for another of its cause."""
        return self.cause + 4


REAL = Tempo(cause=15, digest=60, again=60, silent=12, lasts=10, keep=5)
HASTY = Tempo(cause=2, digest=5, again=5, silent=3, lasts=3, keep=2)


class Lane:
    """`on_step`: called with the name of each step, when it is made or due."""

    def __init__(
        self, name: str, tempo: Tempo, pair: Pair, arriving: Arriving, on_step: Callable[[str], None] = lambda _: None
    ) -> None:
        self.tempo, self.expected = tempo, list[Expected]()
        self._name, self._pair, self._arriving, self._on_step = name, pair, arriving, on_step
        self._events = 0
        self._beating: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """From then on its source is silent."""
        if self._beating:
            self._beating.cancel()
            await asyncio.wait([self._beating])

    async def comes(self, *queues: str, source: str = "centre") -> float:
        """Somebody begins to wait in each; the second at which rules look at that."""
        return await self._calls("contact.queued", queues, source)

    async def goes(self, *queues: str, source: str = "centre") -> float:
        return await self._calls("contact.abandoned", queues, source)

    async def beats(self, *, waits: str = "") -> float:
        """The source lives, and maybe somebody begins to wait; when it was heard."""
        named = {"source": self.named(SOURCE), "id": self._id()}
        calls = [self._call("contact.queued", waits, SOURCE)] if waits else []
        return await self._pair.tell([*calls, {"type": "source.beat", **named}]) / 1000

    def go_on_beating(self) -> None:
        async def beat() -> None:
            while True:
                await asyncio.sleep(self.tempo.silent / 3)
                await self.beats()

        self._beating = asyncio.create_task(beat())

    def expect(
        self, receiver: str, kind: str, of: str, due_s: float, pace_s: float | None = None, *, may: bool = False
    ) -> None:
        """`pace_s`: of a flood; else as of one cause."""
        above = 0 if pace_s is None else FLOOD_ABOVE
        pace_s = self.tempo.cause if pace_s is None else pace_s
        self.expected.append(Expected(self.named(receiver), kind, self.named(of), due_s, pace_s, may, above))

    async def until(self, at_s: float, step: str) -> None:
        await asyncio.sleep(max(0.0, at_s - time.time()))
        self._on_step(step)

    async def heard(self, receiver: str, kind: str, of: str) -> Arrived:
        """The last of these that arrived."""
        async with asyncio.timeout(PATIENCE_S):
            while not (found := self._arriving.to(self.named(receiver), kind, self.named(of))):
                await asyncio.sleep(0.05)
        return found[-1]

    async def act(self, alert: str, verb: str, **said: int) -> dict[str, int]:
        """The event that it was."""
        return await self._pair.act(alert, verb, **said)

    def named(self, what: str) -> str:
        return f"{self._name}-{what}"

    async def _calls(self, kind: str, queues: tuple[str, ...], source: str) -> float:
        return await self._pair.tell([self._call(kind, one, source) for one in queues]) // 1000 + 1

    def _call(self, kind: str, queue: str, source: str) -> dict[str, str]:
        named = {"contact": self.named(queue), "queue": self.named(queue), "source": self.named(source)}
        return {"type": kind, "id": self._id(), **named}

    def _id(self) -> str:
        self._events += 1
        return f"{self._name}/{self._events}"


def rule_of_one(lane: str, url: str) -> str:
    """Of a lane that only raises and clears."""
    return f"{_receiver(f'{lane}-raise', url)}\n{_rule(lane, 'raise')}"


def rules(lanes: list[str], tempo: Tempo, url: str) -> str:
    """The part of wallboard.toml that these lanes need; receivers are at `url`/NAME."""
    text = [_receiver(f"{lane}-{receiver}", url) for lane in lanes for receiver in RECEIVERS]
    for lane in lanes:
        again = f'"{tempo.again}s"'
        held = {"metric": '"oldest_wait_s"', "raise": f'"> {tempo.silent + 2}"'}
        text += [
            _rule(lane, "raise"),
            _rule(lane, "for", ["short", "for"], **{"for": f'"{tempo.lasts}s"', "keep_for": f'"{tempo.keep}s"'}),
            _rule(lane, "repeat", repeat=again),
            _rule(lane, "group", [f"group{n}" for n in range(GROUPED)]),
            _rule(lane, "held", **held),
            _rule(lane, "snooze", repeat=again),
            _rule(lane, "escalate", notify=["first", "second", "third"], escalate=again),
            *(_rule(lane, one, notify=["flood"]) for one in (*(f"flood{n}" for n in range(FLOODING)), "late")),
            f'[alert.{lane}-silent]\nmetric = "silent_s"\nsources = ["{lane}-{SOURCE}"]\n'
            f'raise = "> {tempo.silent}"\naction = "Look"\nnotify = ["{lane}-silent"]',
        ]
    return "\n".join(text)


def _receiver(name: str, url: str) -> str:
    return f'[notify.{name}]\nurl = "{url}/{name}"\nsecret = "{KEY}"\nallow = ["127.0.0.1/32"]'


def _rule(lane: str, name: str, queues: Sequence[str] = (), notify: Sequence[str] = (), **more: str) -> str:
    """`more`: TOML as it stands. Without `queues`, `notify`: one of the rule's own name."""
    named = {
        key: [f"{lane}-{one}" for one in names or [name]] for key, names in (("queues", queues), ("notify", notify))
    }
    keys = {"metric": '"waiting"', "raise": '"> 0"', "when": '"always"', "action": '"Look"'} | named | more
    return "\n".join([f"[alert.{lane}-{name}]", *(f"{key} = {value}" for key, value in keys.items())])
