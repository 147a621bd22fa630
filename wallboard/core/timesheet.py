"""Where did an agent's time go? Every second of a signed-in agent belongs to exactly one state.

    contacts   ──────engaged──────┐    ┌─ringing─┐          the agent's parts of contacts, as their stories tell
    presence   ready ─────────────┼────┼─────────┼ paused   what the person set
    device     ─────────── busy ──┘    └─────────┘          what the line says; a contact later on overrules it
    state      handling           idle  ringing    paused   the first of PRECEDENCE that holds

Within 15 minutes events may still come in any order, so only what lies before `settled_ms` is kept as sums. Who looks
goes on from a copy that is settled as far as they saw, and drops it when something changes before that. For the history
the last hours are kept by quarters too, with the queues that were served.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise, zip_longest

from msgspec import Struct, field

HANDLED = frozenset({"engaged", "holding", "wrapup"})
IDLE_BREAK_MS = 120_000  # so long without work, and a stretch of work is over
NO_REASON = "no reason"
WINDOWS = ("day", "shift")
QUARTER_MS = 15 * 60_000
KEPT_MS = 3 * 3_600_000  # quarters before what is settled
SERVES = "\t"  # before each queue's name in the key of the time for which they were served; no name can hold it
AFTER = "after"  # how long after the quarter began the first of it was
NEVER_MS = 1 << 62


class Span(Struct, frozen=True, array_like=True, gc=False):
    """One contact's part: in hand, or only ringing. [begin, end); None: still."""

    handled: bool
    begin_ms: int
    end_ms: int | None


class Setting(Struct, frozen=True, gc=False):
    """What presence and device said from `at_ms` on. `presence` None: nobody ever said."""

    at_ms: int
    presence: str | None
    reason: str | None
    device: str | None
    device_ms: int
    serves: str = SERVES  # the queues, each after a SERVES


class Piece(Struct, frozen=True, gc=False):
    """A stretch of time in one state; `offline` when not signed in."""

    state: str
    reason: str | None
    begin_ms: int
    end_ms: int
    serves: str = SERVES


class Work(Struct, gc=False):
    """How long without a pause or two idle minutes: the running stretch, and the longest of each window."""

    since_ms: int | None = None
    idle_ms: int | None = None  # since when idle within it
    longest: dict[str, int] = {}

    def feed(self, piece: Piece, starts: Mapping[str, int]) -> None:
        if piece.state in ("paused", "offline"):
            self._end(piece.begin_ms, starts)
        elif piece.state != "idle":
            self.since_ms = piece.begin_ms if self.since_ms is None else self.since_ms
            self.idle_ms = None
        elif self.since_ms is not None:
            self.idle_ms = piece.begin_ms if self.idle_ms is None else self.idle_ms
            if piece.end_ms - self.idle_ms >= IDLE_BREAK_MS:
                self._end(piece.end_ms, starts)

    def longest_ms(self, window: str, starts: Mapping[str, int], now_ms: int) -> int:
        running = self._length(self.idle_ms if self.idle_ms is not None else now_ms, starts[window])
        return max(self.longest.get(window, 0), running)

    def _end(self, at_ms: int, starts: Mapping[str, int]) -> None:
        until_ms = self.idle_ms if self.idle_ms is not None else at_ms
        self.longest = {
            window: max(self.longest.get(window, 0), self._length(until_ms, start)) for window, start in starts.items()
        }
        self.since_ms = self.idle_ms = None

    def _length(self, until_ms: int, start_ms: int) -> int:
        return 0 if self.since_ms is None else max(0, until_ms - max(self.since_ms, start_ms))


class Timesheet(Struct, gc=False):
    """One agent's. `starts`: window → when it began; `sums`: window → ms by state (and `paused.REASON`)."""

    settled_ms: int = 0
    starts: dict[str, int] = {}
    sums: dict[str, dict[str, int]] = {}
    work: Work = field(default_factory=Work)
    past: list[Span] = []  # of contacts at rest, as far as they reach beyond `settled_ms`
    turned_ms: int = -1  # when a contact last began or ended, as far as that is settled
    quarters: dict[int, dict[str, int]] = {}  # when it began → ms by state, and by the queues that were served

    def begin(self, window: str, started_ms: int | None, beside: Collection[int] = ()) -> None:
        """A window begins; None: there is none now. `beside`: when others of its kind began that run too. They go on
        being counted, so that one of them is whole when it is the window again."""
        wanted = {f"{window} {at_ms}": at_ms for at_ms in beside}
        wanted |= {} if started_ms is None else {window: started_ms}
        others = {name: at_ms for name, at_ms in self.starts.items() if name.partition(" ")[0] != window}
        was = {at_ms: name for name, at_ms in self.starts.items() if name not in others}
        of = {name: was.get(at_ms) for name, at_ms in wanted.items()} | {name: name for name in others}
        self.starts = others | wanted
        self.sums = {name: self.sums[old] for name, old in of.items() if old and old in self.sums}
        longest = self.work.longest
        self.work.longest = {name: longest[old] for name, old in of.items() if old and old in longest}

    def settle(self, until_ms: int, settings: Sequence[Setting], spans: Iterable[Span]) -> None:
        """Nothing before `until_ms` can change any more."""
        if until_ms <= self.settled_ms:
            return
        settled_ms, turned_ms = self.settled_ms, self.turned_ms
        spans = [span for span in (*spans, *self.past) if span.end_ms is None or span.end_ms > settled_ms]
        for piece in pieces(settled_ms, until_ms, settings, spans, turned_ms):
            self._add(piece)
            self.work.feed(piece, self.starts)
        for span in spans:
            if turned_ms < span.begin_ms <= until_ms:
                turned_ms = span.begin_ms
            if span.end_ms is not None and turned_ms < span.end_ms <= until_ms:
                turned_ms = span.end_ms
        self.settled_ms, self.turned_ms = until_ms, turned_ms
        if self.quarters and min(self.quarters) < until_ms - KEPT_MS - QUARTER_MS:
            self.quarters = {ms: spent for ms, spent in self.quarters.items() if ms >= until_ms - KEPT_MS}
        if self.past:
            self.past = [span for span in self.past if span.end_ms is None or span.end_ms > until_ms]

    def copied(self) -> "Timesheet":
        """Another one, to go on from here."""
        sums = {window: {**sums} for window, sums in self.sums.items()}
        work = Work(self.work.since_ms, self.work.idle_ms, {**self.work.longest})
        quarters = {
            ms: spent if ms + QUARTER_MS <= self.settled_ms else {**spent} for ms, spent in self.quarters.items()
        }
        return Timesheet(self.settled_ms, {**self.starts}, sums, work, [*self.past], self.turned_ms, quarters)

    def _add(self, piece: Piece) -> None:
        state, begin_ms, end_ms = piece.state, piece.begin_ms, piece.end_ms
        if state == "offline":
            return
        names = (state, f"paused.{piece.reason}") if piece.reason else (state,)
        for window, start_ms in self.starts.items():
            length = end_ms - (begin_ms if begin_ms > start_ms else start_ms)
            if length > 0:
                into = self.sums.get(window)
                if into is None:
                    into = self.sums[window] = {}
                for name in names:
                    into[name] = into.get(name, 0) + length
        names = (*names, piece.serves)
        while begin_ms < end_ms:
            started_ms = begin_ms - begin_ms % QUARTER_MS
            turns_ms = started_ms + QUARTER_MS
            length = (end_ms if end_ms < turns_ms else turns_ms) - begin_ms
            spent = self.quarters.get(started_ms)
            if spent is None:
                spent = self.quarters[started_ms] = {}
                if begin_ms > started_ms:
                    spent[AFTER] = begin_ms - started_ms
            for name in names:
                spent[name] = spent.get(name, 0) + length
            begin_ms += length


def changed_ms(old: Sequence[Span], new: Sequence[Span]) -> int:
    """The first instant at which they may differ."""
    first_ms = NEVER_MS
    for one, other in zip_longest(old, new):
        if one == other:
            continue
        if one is None or other is None:
            at_ms = (one or other).begin_ms
        elif one.begin_ms != other.begin_ms or one.handled is not other.handled:
            at_ms = min(one.begin_ms, other.begin_ms)
        elif one.end_ms is None or other.end_ms is None:
            at_ms = one.end_ms if other.end_ms is None else other.end_ms
        else:
            at_ms = min(one.end_ms, other.end_ms)
        if at_ms < first_ms:
            first_ms = at_ms
    return first_ms


def reach_beyond(spans: Sequence[Span], at_ms: int) -> bool:
    """Whether any of them goes on after this instant."""
    return any(span.end_ms is None or span.end_ms > at_ms for span in spans)


def pieces(
    begin_ms: int, end_ms: int, settings: Sequence[Setting], spans: Sequence[Span], turned_ms: int
) -> Iterable[Piece]:
    """[begin, end) cut where anything changes. `settings` in order of time; the first holds before its time too.

    `turned_ms`: the last turn of a contact that is not among `spans` any more.
    """
    said = settings[-1]
    if said.at_ms <= begin_ms and said.device is None:
        if len(spans) < 2:
            return _along(begin_ms, end_ms, said, spans)
        spans = sorted(spans, key=_begin_of)
        if not any(one.end_ms is None or one.end_ms > other.begin_ms for one, other in pairwise(spans)):
            return _along(begin_ms, end_ms, said, spans)
    return _cut(begin_ms, end_ms, settings, spans, turned_ms)


def _along(begin_ms: int, end_ms: int, said: Setting, spans: Iterable[Span]) -> list[Piece]:
    """Contacts one after another, while presence stays as it is and no device says anything."""
    if said.presence in (None, "offline"):
        return [Piece("offline", None, begin_ms, end_ms, said.serves)]
    state, reason, serves = "idle", None, said.serves
    if said.presence == "paused":
        state, reason = "paused", said.reason or NO_REASON
    found: list[Piece] = []
    for span in spans:
        from_ms = span.begin_ms if span.begin_ms > begin_ms else begin_ms
        until_ms = end_ms if span.end_ms is None or span.end_ms > end_ms else span.end_ms
        if from_ms < until_ms:
            if begin_ms < from_ms:
                found.append(Piece(state, reason, begin_ms, from_ms, serves))
            found.append(Piece("handling" if span.handled else "ringing", None, from_ms, until_ms, serves))
            begin_ms = until_ms
    if begin_ms < end_ms:
        found.append(Piece(state, reason, begin_ms, end_ms, serves))
    return found


def _begin_of(span: Span) -> int:
    return span.begin_ms


def _cut(
    begin_ms: int, end_ms: int, settings: Sequence[Setting], spans: Sequence[Span], turned_ms: int
) -> Iterator[Piece]:
    """However many contacts there are, and whatever is said meanwhile."""
    if all(one.device is None for one in settings):
        turns: list[int] = []  # nothing to overrule
    else:
        turns = sorted({edge for span in spans for edge in (span.begin_ms, span.end_ms) if edge is not None})
    held = {begin_ms: [0, 0], end_ms: [0, 0]}  # instant → how many more are in hand, and ringing, from then on
    for one in settings:
        if begin_ms <= one.at_ms <= end_ms:
            held.setdefault(one.at_ms, [0, 0])
    for span in spans:
        _mark(held, span, begin_ms, end_ms)
    handled = ringing = index = 0
    for cut_ms, next_ms in pairwise(sorted(held)):
        more_handled, more_ringing = held[cut_ms]
        handled, ringing = handled + more_handled, ringing + more_ringing
        while index + 1 < len(settings) and settings[index + 1].at_ms <= cut_ms:
            index += 1
        said = settings[index]
        device = said.device
        if device and (said.device_ms <= turned_ms or any(said.device_ms <= turn <= cut_ms for turn in turns)):
            device = None  # a contact later on overrules it
        yield Piece(*_state(said, device, handled=handled > 0, ringing=ringing > 0), cut_ms, next_ms, said.serves)


def _mark(held: dict[int, list[int]], span: Span, begin_ms: int, end_ms: int) -> None:
    """From when until when, within [begin, end]."""
    which = 0 if span.handled else 1
    from_ms = max(span.begin_ms, begin_ms)
    until_ms = end_ms if span.end_ms is None else min(span.end_ms, end_ms)
    if from_ms < until_ms:
        held.setdefault(from_ms, [0, 0])[which] += 1
        held.setdefault(until_ms, [0, 0])[which] -= 1
    else:
        for edge in (span.begin_ms, span.end_ms):
            if edge is not None and begin_ms <= edge <= end_ms:
                held.setdefault(edge, [0, 0])


def _state(said: Setting, device: str | None, *, handled: bool, ringing: bool) -> tuple[str, str | None]:
    if said.presence in (None, "offline"):
        return "offline", None
    if handled or device in HANDLED:
        return "handling", None
    if ringing or device == "ringing":
        return "ringing", None
    if device == "unreachable":
        return "unreachable", None
    if said.presence == "paused":
        return "paused", said.reason or NO_REASON
    return (device if device in ("busy", "unknown") else "idle"), None
