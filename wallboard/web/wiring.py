"""What may an endpoint reach? The parts that `app` has wired together, and nothing else."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from wallboard.config import Config
from wallboard.core.state import Floor
from wallboard.live.counting import Counting
from wallboard.live.hub import Hub
from wallboard.live.pipeline import Pipeline
from wallboard.record.audit import Audit
from wallboard.record.history import History
from wallboard.record.ownchannels import OwnChannels
from wallboard.record.people import People
from wallboard.record.rulerevisions import RuleRevisions
from wallboard.record.shelf import Shelf
from wallboard.record.shiftnotes import ShiftNotes
from wallboard.record.tokens import Tokens
from wallboard.stream.away import Away
from wallboard.stream.handedover import HandedOver
from wallboard.stream.health import HealthRecords
from wallboard.stream.orders import Orders
from wallboard.stream.outbox import Outbox
from wallboard.stream.pairing import Pairing
from wallboard.stream.stream import Stream
from wallboard.stream.together import Together
from wallboard.web.boards import Boards
from wallboard.web.csp import Violations
from wallboard.web.historyhealth import HistoryTold
from wallboard.web.known import Known
from wallboard.web.lane import Lane
from wallboard.web.lasthour import LastHour
from wallboard.web.lookback import LookBack
from wallboard.web.metrics import Metrics
from wallboard.web.paired import Paired
from wallboard.web.passwords import Passwords
from wallboard.web.problems import Problem
from wallboard.web.programs import Programs
from wallboard.web.rate import Rates
from wallboard.web.reports import Reports
from wallboard.web.sessions import Sessions
from wallboard.web.staying import Staying
from wallboard.web.walls import Walls


@dataclass(frozen=True)
class Line:
    """What goes through Redis, and the state that comes of it. `stream` is the producer's, `together` the same for many
    small appends; the pipeline reads through its own."""

    stream: Stream
    together: Together
    pipeline: Pipeline
    hub: Hub
    health: HealthRecords
    away: Away
    pairing: Pairing
    orders: Orders
    outbox: Outbox
    handed_over: HandedOver
    walls: Walls
    last_hour: LastHour


@dataclass(frozen=True)
class Kept:
    """What lies in the record, and in files."""

    boards: Boards
    shelf: Shelf
    rules: RuleRevisions
    people: People
    tokens: Tokens
    own_channels: OwnChannels
    audit: Audit
    history: History
    shift_notes: ShiftNotes


@dataclass(frozen=True)
class Callers:
    """Who asks, and for how long they may."""

    https: bool
    sessions: Sessions
    programs: Programs
    paired: Paired
    known: Known
    staying: Staying
    passwords: Passwords
    costly: Rates
    lane: Lane


@dataclass(frozen=True)
class Noted:
    """What this process counts, and tells of itself."""

    counting: Counting
    reports: Reports
    history_told: HistoryTold
    violations: Violations
    metrics: Metrics


@dataclass(frozen=True)
class Parts(Line, Kept, Callers, Noted):
    """One web process."""

    config: Config
    clock_ms: Callable[[], int]
    lookback: LookBack


def parts_of(connection: HTTPConnection) -> Parts:
    parts: Parts = connection.app.state.parts
    return parts


@asynccontextmanager
async def whole_floor(parts: Parts) -> AsyncIterator[Floor]:
    """The floor between two events: no whole truth is half told. Events wait, so nothing else may be waited for."""
    async with parts.pipeline.whole:
        yield parts.pipeline.floor


def expect_loaded(parts: Parts) -> None:
    """For what is answered out of the state. Raises Problem 503 until it has been read."""
    if not parts.pipeline.documents:
        raise Problem(503, "The state is still being loaded.", headers={"retry-after": "1"})
