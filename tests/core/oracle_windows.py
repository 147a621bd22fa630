"""Where does a window begin, by definition? Rolling ones on a minute, the day and the shift at wall times."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from oracle import MINUTE

# At wall times that every night has once, in every zone here; the training is a shift within a shift.
SHIFTS = {"night": "21:30-05:00", "training": "22:15-22:50", "early": "05:00-12:00"}


def begin_of(window: str, now: int, zone: str, day_starts: str) -> int:
    """Where no shift runs, a begin that nothing is after."""
    if window == "shift":
        return shift_began(now, zone) or now + 10 * MINUTE  # also of a clock that is ahead
    if window != "day":
        return (now // MINUTE - (int(window[1:]) - 1)) * MINUTE
    place = ZoneInfo(zone)
    hour, minute = map(int, day_starts.split(":"))
    local = datetime.fromtimestamp(now / 1000, place)
    for back in (-1, 0, 1, 2):
        on = local.date() - timedelta(days=back)
        begun = datetime(on.year, on.month, on.day, hour, minute, tzinfo=place)
        if begun.timestamp() * 1000 <= now:
            return round(begun.timestamp() * 1000)
    raise AssertionError


def forgets(first: int, now: int, zones: list[str], day_starts: str) -> list[tuple[int, int]]:
    """When a day turned since `first`, and before when what was over then is forgotten: every running day and shift."""
    turns = {begin_of("day", at, zone, day_starts) for zone in zones for at in range(first, now + 1, 3_600_000)}
    turns |= {begin_of("day", now, zone, day_starts) for zone in zones}
    found = []
    for turn in sorted(at for at in turns if first < at <= now):
        began = [begin_of("day", turn, zone, day_starts) for zone in zones]
        began += [at for zone in zones if (at := shift_began(turn - 1, zone))]
        found.append((turn, min([turn - 2 * 3_600_000, *began])))
    return found


def shift_began(now: int, zone: str) -> int | None:
    """When the shift began that runs now; between noon and 21:30 there is none."""
    place = ZoneInfo(zone)
    local = datetime.fromtimestamp(now / 1000, place)
    clock = (local.hour, local.minute)
    if (12, 0) <= clock < (21, 30):
        return None
    on = local.date() - timedelta(days=clock < (5, 0))
    hour, minute = (5, 0) if (5, 0) <= clock < (12, 0) else (22, 15) if (22, 15) <= clock < (22, 50) else (21, 30)
    return round(datetime(on.year, on.month, on.day, hour, minute, tzinfo=place).timestamp() * 1000)
