"""Which past days does somebody ask for? By the clock of the first site."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from wallboard.record.steps import FIRST_YEAR, LAST_YEAR
from wallboard.web.problems import Problem
from wallboard.web.wiring import Parts


def date_of(query: dict[str, str], key: str, otherwise: date) -> date:
    """Raises Problem 422."""
    if key not in query:
        return otherwise
    try:
        found = date.fromisoformat(query[key])
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            raise ValueError
        return found
    except ValueError:
        raise Problem(422, f"Expected a date such as 2026-11-23 for {key}.", at=f"$.{key}") from None


def zone_of(parts: Parts) -> ZoneInfo:
    return ZoneInfo(next(iter(parts.pipeline.floor.settings.sites.values())).zone)


def today(parts: Parts) -> date:
    return datetime.fromtimestamp(parts.clock_ms() / 1000, zone_of(parts)).date()


def since(first_ms: int, from_ms: int, zone: ZoneInfo) -> dict[str, str]:
    """`since`: where what is kept begins only within the time that is asked for."""
    if first_ms <= from_ms:
        return {}
    return {"since": datetime.fromtimestamp(first_ms / 1000, zone).strftime("%Y-%m-%d %H:%M")}
