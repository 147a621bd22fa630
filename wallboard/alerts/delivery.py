"""When does a message leave? In order for each receiver, paced, and again until it is taken: at least once.

A receiver that is down, answers 500 or hangs holds up nobody else: each has a task of its own.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

import msgspec
import structlog

from wallboard.alerts import chat
from wallboard.alerts.chat import Anew, as_it_was
from wallboard.alerts.held import ALONE, coming_of, pacing_of
from wallboard.alerts.message import Message, together
from wallboard.alerts.notify import Send, Undelivered, apprise, mail, telegram, webhook
from wallboard.alerts.pacing import Coming, Pacing
from wallboard.alerts.places import Places
from wallboard.alerts.seen import Item, Seen
from wallboard.core.errors import LeaseLost, StreamUnavailable
from wallboard.receivers import Kind, Receiver
from wallboard.record.ownchannels import CODE_MS
from wallboard.stream.outbox import Outbox, Waiting

LOOK_S = 0.5  # while it pauses: whether another one leads
SEND_S = 30.0  # whatever a sender does
FINISH_S = 2.0  # for what is on its way when it ends; less than the lease has left then
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
GIVE_UP_MS = 86_400_000
SENDERS: Mapping[Kind, Send] = {
    "webhook": webhook.send,
    "mail": mail.send,
    "telegram": telegram.send,
    "apprise": apprise.send,
}

log = structlog.get_logger("notify")
Holds = Callable[[Receiver, Message], bool]


def nothing(_: Receiver, __: Message) -> bool:
    """Nothing is held."""
    return False


class Delivery:
    """To one receiver. `token`: the fencing token while this process is the one that sends, else None. `holds`: what
    stays for now. `anew`: what a message says when it leaves; its id stays. `places`: shared by those of a process."""

    def __init__(
        self, receiver: Receiver, outbox: Outbox, clock_ms: Callable[[], int], token: Callable[[], int | None],
        holds: Holds = nothing, anew: Anew = as_it_was, places: Places | None = None,
    ) -> None:  # fmt: skip
        self.receiver = receiver
        self._places = places or Places()
        self._outbox = outbox
        self._clock_ms = clock_ms
        self._token = token
        self._led: int | None = None  # the token at the last turn: another one may have sent since
        self._anew = anew
        self._seen = Seen(outbox, receiver.name, lambda message: holds(receiver, message), self._unreadable)
        self._pacing: Pacing | None = None  # while it is another one that sends
        self._pause_s = 0.0
        self._woken = asyncio.Event()
        self._begun: list[str] | None = None  # what went as one and was not taken; None: not asked for yet

    def wake(self) -> None:
        """Something waits."""
        self._woken.set()

    async def run(self) -> None:
        """Until cancelled. What is on its way then is waited for, so that it does not come twice."""
        while True:
            await self._pause()
            try:
                token = self._token()
                if token != self._led:
                    self._pacing, self._begun, self._led, self._pause_s = None, None, token, 0.0
                    self._seen.forget()
                if token is not None:
                    self._pacing = self._pacing or pacing_of(await self._outbox.paced(self.receiver.name))
                    await self._next(self._pacing, token)
            except (LeaseLost, StreamUnavailable) as reason:
                self._seen.forget()  # what was done may have been done
                log.info("messages wait", to=self.receiver.name, reason=str(reason) or type(reason).__name__)
            except Exception:  # the root of this task
                log.exception("a message was not sent", to=self.receiver.name)
                self._slow_down()

    async def _pause(self) -> None:
        """Until something waits; where nothing was taken last time, the whole pause, unless another one leads
        meanwhile, whose messages may have been taken."""
        if not self._pause_s:
            await self._woken.wait()
        self._woken.clear()
        left_s = self._pause_s
        while left_s > 0 and self._token() == self._led:
            await asyncio.sleep(min(left_s, LOOK_S))
            left_s -= LOOK_S

    async def _next(self, pacing: Pacing, token: int) -> None:
        now_ms = self._clock_ms()
        first, behind = await self._seen.look()
        items = {one.waiting.id: one for one in (*first, *behind)}
        if void := _void([one.waiting for one in items.values() if one.message.type == "confirm"], now_ms):
            await self._outbox.void(self.receiver.name, void)
            self._seen.gone(void)
        alone = [_coming(one) for name, one in items.items() if one.message.type in ALONE and name not in void]
        coming, urgent = ([_coming(one) for one in part if one.message.type not in ALONE] for part in (first, behind))
        was_flood = pacing.is_flood
        paced = pacing.next(coming, now_ms, urgent)  # also where something else goes first: all that came is counted
        if pacing.is_flood != was_flood:
            log.info("a flood begins" if pacing.is_flood else "a flood is over", to=self.receiver.name)
        going = alone[:1] or await self._begun_before([*coming, *urgent]) or paced
        if not going:
            return
        ids = [] if alone else [one.id for one in going]
        batch = [items[one.id].waiting for one in going]
        async with self._places.one():
            await self._outbox.begin(token, self.receiver.name, ids)
            self._begun = ids or self._begun
            said = [self._anew(items[one.id].message) for one in going]
            await _to_its_end(self._go(token, batch, said, pacing, going[0], now_ms))

    async def _go(
        self, token: int, batch: list[Waiting], said: list[Message], pacing: Pacing, first: Coming, now_ms: int
    ) -> None:
        name, message = self.receiver.name, together(said)
        try:
            async with asyncio.timeout(SEND_S):
                await self._send(said, message)
        except (Undelivered, TimeoutError) as error:
            await self._failed(token, batch, message, error, now_ms)
            return
        except StreamUnavailable:
            raise
        except Exception as error:  # a mistake of ours is shown, and given up after a day
            log.exception("a message was not sent", to=name)
            await self._failed(token, batch, message, Undelivered(type(error).__name__), now_ms)
            return
        self._pause_s, taken_ms = 0.0, self._clock_ms()  # what follows comes so long after it as the pacing says
        is_alone = message.type in ALONE
        if not is_alone:
            pacing.sent(first, taken_ms)
        paced, ids = msgspec.json.encode(pacing.memory()), [one.id for one in batch]
        await self._outbox.done(token, name, ids, taken_ms, paced, is_alone=is_alone)
        self._seen.gone(ids)
        self._begun = self._begun if is_alone else []
        self.wake()  # for what waited behind it
        log.info("told", to=name, message=message.id, type=message.type, of=len(batch))

    async def _begun_before(self, coming: Sequence[Coming]) -> list[Coming]:
        """What was sent as one and not taken, also by a process that died: the same again, so that its id is the same.
        Nothing where some of it went otherwise meanwhile, or is held now."""
        if self._begun is None:
            self._begun = await self._outbox.begun(self.receiver.name)
        waiting = {one.id: one for one in coming}
        return [waiting[name] for name in self._begun] if waiting.keys() >= set(self._begun) else []

    async def _unreadable(self, one: Waiting, reason: str) -> None:
        if (token := self._token()) is not None:
            await self._outbox.bury(token, self.receiver.name, [one], f"it cannot be read: {reason}", is_alone=True)
            log.warning("a message cannot be read", to=self.receiver.name, reason=reason)

    async def _send(self, said: Sequence[Message], as_one: Message) -> None:
        if self.receiver.kind == "telegram":
            await chat.tell(self.receiver, self._outbox.placed, said, self._anew)
        else:
            await SENDERS[self.receiver.kind](self.receiver, as_one)

    async def _failed(
        self, token: int, batch: list[Waiting], message: Message, error: Undelivered | TimeoutError, now_ms: int
    ) -> None:
        name, reason = self.receiver.name, self.receiver.plain(str(error) or f"no answer within {SEND_S:.0f} s")
        is_alone = message.type in ALONE
        for_good = isinstance(error, Undelivered) and error.for_good
        await self._outbox.failed(token, name, reason, now_ms)
        if for_good and message.type == "confirm":
            await self._outbox.void(name, [one.id for one in batch])
            self._seen.gone(one.id for one in batch)
            log.warning("a code was not taken", to=name, reason=reason)
            self.wake()
            return
        if for_good or now_ms - batch[0].at_ms > GIVE_UP_MS:
            await self._outbox.bury(token, name, batch, reason, is_alone=is_alone)
            self._seen.gone(one.id for one in batch)
            self._begun = self._begun if is_alone else []
            self.wake()
            log.error("messages given up", to=name, reason=reason, of=len(batch))
            return
        self._slow_down()
        log.warning("not taken, will be tried again", to=name, reason=reason, in_s=self._pause_s)

    def _slow_down(self) -> None:
        self._pause_s = min(max(self._pause_s * 2, FIRST_PAUSE_S), LONGEST_PAUSE_S)


def _coming(one: Item) -> Coming:
    return coming_of(one.waiting.id, one.waiting.at_ms, one.message)


def _void(codes: Sequence[Waiting], now_ms: int) -> set[str]:
    """Which are good no more, by id: a new one makes those before it void."""
    return {one.id for one in codes if one is not codes[-1] or now_ms - one.at_ms >= CODE_MS}


async def _to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Also where whoever waits for it is cancelled meanwhile, for FINISH_S then."""
    task = asyncio.create_task(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=FINISH_S)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise
