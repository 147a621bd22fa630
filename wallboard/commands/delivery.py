"""In which order, how often? What is on disk goes first; while the server is away everything is kept there."""

import time
from collections.abc import Sequence

import click

from wallboard.commands.given import clock_ms
from wallboard.commands.sending import Answer, Away, Sender
from wallboard.commands.spool import Spool
from wallboard.core.errors import WallboardError
from wallboard.core.events import Event
from wallboard.live.backoff import Backoff

LAST_S = 3.0  # how long the end is tried; a cron job should not hang


class Delivery:
    """`feed`: from a pipe that cannot be asked again, so that a refused token keeps the batch too."""

    def __init__(self, sender: Sender, spool: Spool, *, feed: bool) -> None:
        self._sender = sender
        self._spool = spool
        self._feed = feed
        self._backoff = Backoff(least_s=0.2, most_s=10)
        self._not_before_s = 0.0
        self._reason = ""
        self.answer = Answer()

    def take(self, events: Sequence[Event]) -> None:
        """Sent or kept when this returns. Raises WallboardError where a person must change something."""
        if not events:
            return
        try:
            self._try(events)
        except Away:
            self._spool.keep(events, clock_ms())
        except WallboardError:
            if self._feed:
                self._spool.keep(events, clock_ms())
            raise

    def finish(self) -> Answer:
        """A few more tries for what is on disk; the rest stays there for the next post."""
        until_s = time.monotonic() + LAST_S
        while len(self._spool) and self._not_before_s < until_s:
            time.sleep(max(0, self._not_before_s - time.monotonic()))
            try:
                self._try()
                break
            except Away:
                continue
        self.answer.kept = len(self._spool)
        if self.answer.kept and self._reason:
            click.echo(f"wallboard: {self._reason} - kept in {self._spool.folder}, goes with the next post", err=True)
        return self.answer

    def _try(self, events: Sequence[Event] = ()) -> None:
        """What is on disk, then `events`. Raises Away, without a try while the last failure is too fresh."""
        if time.monotonic() < self._not_before_s:
            raise Away("not tried again yet")
        try:
            self._spool.send(self._sender, self.answer)
            if events:
                self.answer.add(self._sender.send(events))
        except Away as away:
            self._not_before_s, self._reason = time.monotonic() + self._backoff.next_s(), str(away)
            raise
        self._backoff.reset()
