"""How often may one caller ask what costs the server much? Explanations, the history, alert rules: figures worked out
anew, and questions to the record and to files."""

from starlette.requests import HTTPConnection

from wallboard.web.auth import who_asks
from wallboard.web.rate import Rates
from wallboard.web.wiring import parts_of

PER_S, AT_ONCE = 20, 200  # of one person, token or screen, in one process


def rates() -> Rates:
    return Rates(PER_S, AT_ONCE)


def costs(connection: HTTPConnection) -> None:
    """Raises Problem 429."""
    who, parts = who_asks(connection), parts_of(connection)
    parts.costly.spend(f"{who.kind} {who.id or who.name}", 1, parts.clock_ms())
