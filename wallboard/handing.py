"""Who mails what a shift leaves to the next? The leading worker, once its end is in the record, to receivers of mail.

    shift over ─▶ handover ─▶ mail ─▶ an outbox of its own a receiver ─▶ delivery

An outbox of its own: what alerts say is paced and put together, a hand-over is neither.
"""

import asyncio
from collections.abc import Callable, Mapping

import msgspec
import structlog

from wallboard.alerts import handover, handoverworst
from wallboard.alerts.deliveries import Deliveries
from wallboard.alerts.handovermail import Parting, mail_of
from wallboard.core.calendar import Shift
from wallboard.core.errors import LeaseLost, RecordUnavailable, StreamUnavailable
from wallboard.live.pipeline import Pipeline
from wallboard.receivers import Receiver
from wallboard.record.history import History
from wallboard.record.shiftnotes import ShiftNotes
from wallboard.record.steps import TOLD_MS
from wallboard.stream.outbox import New, Outbox

LOOK_S = 5.0
LATE_MS = 3_600_000  # what ended longer ago nobody needs by mail

log = structlog.get_logger("shift")


class Handing:
    """`token`: the fencing token while this worker leads, else None. `link`: where people see the same."""

    def __init__(
        self,
        pipeline: Pipeline,
        outbox: Outbox,
        history: History,
        notes: ShiftNotes,
        receivers: Callable[[], Mapping[str, Receiver]],
        clock_ms: Callable[[], int],
        link: str,
    ) -> None:
        self.token: int | None = None
        self._pipeline = pipeline
        self._outbox = outbox
        self._history, self._notes = history, notes
        self._receivers = receivers
        self._clock_ms = clock_ms
        self._link = link
        self._put: set[tuple[str, str, str, int]] = set()  # receiver, site, shift, end
        self._failing: set[tuple[str, str, int]] = set()  # of which it was said: site, shift, end
        self._deliveries = Deliveries(outbox, clock_ms, lambda: self.token)

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                await asyncio.sleep(LOOK_S)
                wanted = mailed(self._receivers())
                await self._deliveries.keep(wanted)
                if self.token is None:
                    self._put.clear()  # who led meanwhile may have told more
                elif self._pipeline.ready and wanted:
                    await self._look(self.token, wanted)
        finally:
            await self._deliveries.stop()

    async def _look(self, token: int, wanted: Mapping[str, Receiver]) -> None:
        settings, now_ms = self._pipeline.floor.settings, self._clock_ms()
        try:
            for site in settings.sites:
                for shift in handover.ended(settings, site, now_ms - LATE_MS, now_ms - TOLD_MS):
                    await self._try(token, wanted, site, shift, now_ms)
            self._put = {one for one in self._put if one[-1] >= now_ms - LATE_MS}
            self._failing = {one for one in self._failing if one[-1] >= now_ms - LATE_MS}
        except (LeaseLost, StreamUnavailable, RecordUnavailable) as reason:
            log.info("a hand-over waits to be mailed", reason=str(reason) or type(reason).__name__)
        except Exception:  # the root of this task
            log.exception("no hand-over was mailed")

    async def _try(self, token: int, wanted: Mapping[str, Receiver], site: str, shift: Shift, now_ms: int) -> None:
        """One that fails keeps no other from being mailed, and is logged once. Raises what concerns all of them."""
        try:
            await self._tell(token, wanted, site, shift, now_ms)
        except (LeaseLost, StreamUnavailable, RecordUnavailable):
            raise
        except Exception:  # the root of this hand-over
            if (of := (site, shift.name, shift.ends_ms)) not in self._failing:
                self._failing.add(of)
                log.exception("a hand-over was not mailed, it is tried again", site=site, shift=shift.name)

    async def _tell(self, token: int, wanted: Mapping[str, Receiver], site: str, shift: Shift, now_ms: int) -> None:
        missing = [name for name in wanted if (name, site, shift.name, shift.ends_ms) not in self._put]
        if not missing:
            return
        told = await self._parting(site, shift, now_ms)
        message = mail_of(told, self._pipeline.floor, now_ms, self._link)
        for name in missing:
            await self._outbox.put(token, name, [New(message.id, message.id, msgspec.json.encode(message))])
            self._put.add((name, site, shift.name, shift.ends_ms))
        self._deliveries.wake(missing)

    async def _parting(self, site: str, shift: Shift, now_ms: int) -> Parting:
        """Nothing of the floor is kept over an `await`."""
        group = f"site:{site}"
        target = handover.target_of(self._pipeline.floor, group)
        lines = handoverworst.lines_of(self._pipeline.floor, self._is_of(site))
        numbers = await asyncio.to_thread(handover.numbers, self._history, group, target, shift, now_ms)
        longest = await asyncio.to_thread(handoverworst.longest, self._history, lines, shift, now_ms)
        settings = self._pipeline.floor.settings
        notes = await asyncio.to_thread(
            self._notes.standing, shift.started_ms, now_ms,
            lambda note: note.shift_ms == shift.started_ms and handover.site_of(settings, note.teams) == site,
        )  # fmt: skip
        floor = self._pipeline.floor
        own = floor.settings.site_of
        waits = handover.waits(floor, self._is_of(site))
        alerts = handover.alerts_of(
            floor, shift, lambda row: row.kind != "agents" and (row.kind != "queues" or own(row.of) == site)
        )
        notices = [row.event.text for row in floor.notices.values()]
        lacks = handover.may_lack(floor, shift)
        return Parting(site, shift, numbers, list(waits), alerts, notices, notes, lacks, longest)

    def _is_of(self, site: str) -> Callable[[str], bool]:
        """Whether a queue is of this site."""
        settings = self._pipeline.floor.settings
        return lambda queue: settings.site_of(queue) == site


def mailed(receivers: Mapping[str, Receiver]) -> dict[str, Receiver]:
    """Receivers of mail that want more than grave alerts, by the name of their own outbox. Not those of one person,
    whose teams it would pass."""
    found = (one for one in receivers.values() if one.kind == "mail" and one.least == "info" and one.person is None)
    return {shift_outbox(one.name): one._replace(name=shift_outbox(one.name)) for one in found}


def shift_outbox(receiver: str) -> str:
    return f"{receiver} shift"
