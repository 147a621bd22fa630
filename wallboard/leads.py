"""Who may still act on alerts? The leading worker asks the record whose account changed, however that came.

    record ─▶ who leads which teams ─▶ whose duty has to end ─▶ stream
                                   └▶ whose own receivers count, and which channels they added: `receivers`;
                                      what waits for the channels of whoever leads no more goes

While the record is away all is as it was known last.
"""

import asyncio
from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import NamedTuple

import structlog

from wallboard.alerts.ownchannels import receiver_of
from wallboard.core.duty import DutyRow
from wallboard.core.errors import LeaseLost, RecordUnavailable, StreamUnavailable
from wallboard.core.events import SERVER, DutyLeft
from wallboard.live.pipeline import Pipeline
from wallboard.ownchannels import Patterns
from wallboard.receivers import Receiver
from wallboard.record.audit import Audit
from wallboard.record.ownchannels import OwnChannel, OwnChannels
from wallboard.record.people import People
from wallboard.stream.outbox import Outbox
from wallboard.stream.stream import Stream

LOOK_S = 2.0
WHY = "the account leads no more, or other teams"  # in the audit trail

log = structlog.get_logger("alerts")


class Lead(NamedTuple):
    """`teams`: None: all. `channels`: that they added."""

    account: str
    teams: frozenset[str] | None
    channels: tuple[OwnChannel, ...] = ()


class Leads:
    """`token`: the fencing token while this worker leads, else None."""

    def __init__(
        self,
        pipeline: Pipeline,
        stream: Stream,
        people: People,
        audit: Audit,
        configured: Callable[[], Mapping[str, Receiver]],
        clock_ms: Callable[[], int],
        channels: OwnChannels,
        patterns: Callable[[], Patterns],
        outbox: Outbox,
    ) -> None:
        """`patterns`: what the file lets leads add."""
        self.looked = False  # until then it is not known which channels leads have
        self.token: int | None = None
        self._pipeline = pipeline
        self._stream = stream
        self._people = people
        self._audit = audit
        self._clock_ms = clock_ms
        self._configured = configured
        self._channels = channels
        self._patterns = patterns
        self._outbox = outbox
        self._there: set[str] = set()  # own channels that the record had, as receivers
        self._closing: set[str] = set()  # told nothing at the last look: a message may have been on its way there
        self._known: dict[str, Lead] | None = None  # by name
        self._gone: set[str] = set()  # at the last look: what was just switched on may be newer than what was read

    def receivers(self) -> dict[str, Receiver]:
        """Those that are configured, without the own ones of whoever leads no more: nobody is told there, and nothing
        is pressed. With the confirmed channels of those who do."""
        found, known = self._configured(), self._known
        theirs = {name: one for name, one in found.items() if known is None or not one.person or one.person in known}
        return theirs | self._added(is_confirmed=True)

    def asked(self) -> dict[str, Receiver]:
        """Channels that are still to be confirmed: a code goes there, and nothing else."""
        return self._added(is_confirmed=False)

    def name_of(self, account: str) -> str | None:
        """What the account of this id is called, as long as it leads."""
        whose = f"person:{account}"
        return next((name for name, lead in (self._known or {}).items() if lead.account == whose), None)

    def account_of(self, name: str) -> str | None:
        """Of whoever is called so and leads."""
        lead = (self._known or {}).get(name)
        return lead.account if lead else None

    def _added(self, *, is_confirmed: bool) -> dict[str, Receiver]:
        patterns = self._patterns()
        found = [
            receiver_of(channel, name, patterns)
            for name, lead in (self._known or {}).items()
            for channel in lead.channels
            if (channel.confirmed_ms is not None) is is_confirmed
        ]
        return {one.name: one for one in found if one}

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                self._known = await asyncio.to_thread(self._lead)
                if self.token is not None and self._pipeline.ready:
                    await self._close()
                    await self._end_duties(self.token, self._known)
            except (LeaseLost, RecordUnavailable, StreamUnavailable) as reason:
                log.info("duties are not looked after now", reason=str(reason) or type(reason).__name__)
            except Exception:  # the root of this task
                log.exception("duties are not looked after")
            self.looked = True
            await asyncio.sleep(LOOK_S)

    def _lead(self) -> dict[str, Lead]:
        """Blocking."""
        channels: dict[str, list[OwnChannel]] = {}
        for channel in self._channels.all():
            channels.setdefault(channel.person, []).append(channel)
            self._there.add(channel.receiver)
        return {
            one.name: Lead(
                f"person:{one.id}", frozenset(one.bound.teams or ()) if one.is_bound_to_teams else None,
                tuple(channels.get(one.id, ())),
            )
            for one in self._people.leading()
        }  # fmt: skip

    async def _close(self) -> None:
        """What waits for a channel that is told nothing now is not told later, as if it were new."""
        gone = self._there - self.receivers().keys() - self.asked().keys()
        over, self._closing = gone & self._closing, gone
        if over:
            await self._outbox.close(*sorted(over))
            self._there -= over

    async def _end_duties(self, token: int, known: Mapping[str, Lead]) -> None:
        on = self._pipeline.floor.duty.on
        gone = {who for who, row in on.items() if not _stands(row, known.get(who))}
        over, self._gone = {who: on[who] for who in sorted(gone & self._gone)}, gone
        if not over:
            return
        ends = [DutyLeft(who=who, by=SERVER, source=SERVER, id=_id(who, row)) for who, row in over.items()]
        told = await self._stream.append(ends, fence=token)
        lines = [
            ("duty.left", {"id": who, "before": {"until": row.until_ms}, "why": WHY})
            for (who, row), entry in zip(over.items(), told.ids, strict=True) if entry is not None
        ]  # fmt: skip
        if lines:
            log.info(f"duty ended: {WHY}", who=", ".join(over))
            await asyncio.to_thread(self._audit.write_each, self._clock_ms(), SERVER, lines)


def _id(who: str, row: DutyRow) -> str:
    """The same whenever this duty is ended: it may not have come back through the stream at the next look."""
    return blake2b(f"{who}\0{row.since_ms}\0{row.until_ms}".encode(), digest_size=8).hexdigest()


def _stands(row: DutyRow, lead: Lead | None) -> bool:
    """Whether it is still what that account does. Of which account it is was not always told."""
    if row.account is None:
        return True
    teams = None if row.teams is None else frozenset(row.teams)
    return lead is not None and (row.account, teams) == (lead.account, lead.teams)
