"""Who sees to it that people are told of alerts? The leading worker: what is due goes into outboxes, and out.

floor ─▶ due ─▶ outbox ─▶ delivery, a task a receiver
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

import msgspec
import structlog

from wallboard.alerts.deliveries import Deliveries
from wallboard.alerts.hearing import is_held
from wallboard.alerts.late import as_of_now
from wallboard.alerts.message import Message, alert_of
from wallboard.alerts.told import Due, due_on
from wallboard.alerts.turns import Turns
from wallboard.core.errors import LeaseLost, StreamUnavailable
from wallboard.core.rules import OWN
from wallboard.handing import shift_outbox
from wallboard.live.pipeline import Pipeline
from wallboard.receivers import Receiver
from wallboard.stream.outbox import New, Outbox

LOOK_S = 0.25
BEHIND_MS = 2_000  # so far the floor is at most while all is well
AT_ONCE = 1_000  # put down together
BREATHE = 20  # alerts of which nothing is due, until the loop may serve somebody else
RENEW_MS = 6 * 3_600_000  # so often Redis hears that what was told of these alerts is still to be known (TOLD_S)
GONE_MS = 3_600_000  # so long after a receiver is none any more what waits for it is dropped
SWEEP_MS = 60_000  # between two looks for such ones
SETTLED_MS = 60_000  # and so long after the start for the first time: what is due by then goes before
REMEMBERED = 20_000  # that something was put; above it what was put of alerts that are gone is forgotten

log = structlog.get_logger("notify")


class Teller:
    """`token`: the fencing token while this worker leads, else None. `link`: where people see the alerts."""

    def __init__(
        self,
        pipeline: Pipeline,
        outbox: Outbox,
        receivers: Callable[[], Mapping[str, Receiver]],
        clock_ms: Callable[[], int],
        link: str,
        asked: Callable[[], Mapping[str, Receiver]] = dict,
        is_known: Callable[[], bool] = lambda: True,
    ) -> None:
        """`asked`: who is told of no alert yet, and only asked for a code. `is_known`: whether the receivers are all
        that there are: until then nobody is passed over as having none."""
        self.token: int | None = None
        self._pipeline = pipeline
        self._outbox = outbox
        self._receivers = receivers
        self._clock_ms = clock_ms
        self._link = link
        self._asked = asked
        self._is_known = is_known
        self._put: dict[tuple[str, str], None] = {}
        self._recalled = set[str]()  # alerts of which it is known what was put
        self._turns = Turns()
        # Of each receiver, since when it is one (ms); None: what was put before is not known either.
        self._since: dict[str, int] | None = None
        self._led: int | None = None  # the token at the last look: who led meanwhile may have told more
        self._renewed_ms = clock_ms() - RENEW_MS + SETTLED_MS
        self._swept_ms = 0
        self._most = REMEMBERED
        self._deliveries = Deliveries(outbox, clock_ms, lambda: self.token, self._holds, self._anew)

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                await asyncio.sleep(LOOK_S)
                await self._deliveries.keep({**self._receivers(), **self._asked()})
                if self.token != self._led:
                    self._since, self._led = None, self.token
                if self.token is not None and self._pipeline.ready and self._is_known():
                    await self._look(self.token)
        finally:
            await self._deliveries.stop()

    def _holds(self, receiver: Receiver, message: Message) -> bool:
        return is_held(receiver, message, self._pipeline.floor.settings, self._clock_ms())

    def _anew(self, message: Message) -> Message:
        return as_of_now(self._pipeline.floor, message, self._clock_ms())

    async def _look(self, token: int) -> None:
        """Judged by the floor's own time: what arrived until then was read. Whatever there is to tell, the loop serves
        others in between: a take-over must not cost the lease."""
        floor, now_ms, dues = self._pipeline.floor, self._clock_ms(), list[Due]()
        receivers, is_behind = dict(self._receivers()), self._pipeline.lag_ms() > BEHIND_MS
        try:
            if now_ms - self._renewed_ms >= RENEW_MS:
                await self._outbox.letters.drop(now_ms)
                await self._outbox.remember([*floor.alerts.open, *floor.alerts.over])
                self._renewed_ms = now_ms
            if self._since is None:
                self._turns.begin(floor.alerts.over, now_ms)
            if self._since is None or self._since.keys() != receivers.keys():
                self._since = await self._outbox.since(token, list(receivers), now_ms)
                self._put.clear()  # of one that went what waited may be known no more
                self._recalled.clear()
            if now_ms - self._swept_ms >= SWEEP_MS:
                await self._sweep(now_ms)
                self._swept_ms = now_ms
            names, opened = self._turns.now(floor.alerts.open, floor.alerts.over, now_ms), len(floor.alerts.open)
            await self._recall(names)
            each = due_on(
                floor, receivers, floor.now_ms, self._link, self._put, since=self._since, is_behind=is_behind,
                names=names,
            )  # fmt: skip
            for count, (name, more) in enumerate(zip(names, each, strict=True)):
                dues += more
                if not more and count >= opened:
                    self._turns.rest(name, now_ms)
                if len(dues) >= AT_ONCE:
                    await self._put_down(token, dues)
                    dues = []
                elif more or count % BREATHE == 0:
                    await asyncio.sleep(0)
            await self._put_down(token, dues)
            self._forget()
        except (LeaseLost, StreamUnavailable) as reason:
            log.info("messages wait to be put down", reason=str(reason) or type(reason).__name__)
        except Exception:  # the root of this task
            log.exception("messages were not put down")

    async def _sweep(self, now_ms: int) -> None:
        """What waits for one that is not in the file any more must not be told as new when it comes back. Channels that
        leads added are closed by who asks the record (leads.py): while it is away they may only be unknown."""
        for name in await self._outbox.gone(now_ms - GONE_MS):
            count = 0 if name.startswith(OWN) else await self._outbox.close(name, shift_outbox(name))
            if count:
                log.warning("a receiver is gone, what waited is dropped", to=name, of=count)

    async def _recall(self, names: Sequence[str]) -> None:
        """What whoever led before had put about those that are looked at for the first time. Else all messages of the
        day would be made once more, while what is due now waits behind them."""
        new = [name for name in names if name not in self._recalled]
        self._put |= dict.fromkeys(await self._outbox.told(new))
        self._recalled.update(new)

    async def _put_down(self, token: int, dues: Sequence[Due]) -> None:
        """Where Redis does not say whether it was put, that is asked the next time: else its end was told to nobody."""
        new, abouts = defaultdict[str, list[New]](list), {alert_of(one.told) for one in dues}
        for one in dues:
            new[one.receiver].append(New(alert_of(one.told), one.told, msgspec.json.encode(one.message)))
        self._recalled -= abouts
        for receiver, messages in new.items():
            await self._outbox.put(token, receiver, messages)
            self._deliveries.wake([receiver])
        self._put |= {(one.receiver, one.told): None for one in dues}
        self._recalled |= abouts

    def _forget(self) -> None:
        """What was put of alerts that are not known any more, and of repeats all but the last."""
        alerts = self._pipeline.floor.alerts
        if len(self._put) > self._most or len(self._recalled) > REMEMBERED:
            known = alerts.open.keys() | alerts.over.keys()
            self._recalled &= known
            kept = dict[tuple[str, str], tuple[str, str]]()
            for receiver, told in self._put:
                alert = alert_of(told)
                if alert in known:
                    kept[receiver, alert if "*" in told else told] = receiver, told
            self._put = dict.fromkeys(kept.values())
            self._most = max(REMEMBERED, 2 * len(self._put))
