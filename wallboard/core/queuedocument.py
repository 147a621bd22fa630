"""What are the numbers of a queue or group? Its state document (docs/kpis.md), computed from its tally."""

from collections.abc import Iterable
from functools import lru_cache

from wallboard.core.figures import Document, family, window_figures
from wallboard.core.numbers import TO
from wallboard.core.parts import INSTANTS, STANDINGS, is_told
from wallboard.core.settings import Target
from wallboard.core.state import Floor
from wallboard.core.stated import UNKNOWN, overlay
from wallboard.core.statedgroup import add_stated
from wallboard.core.still import channel_of, oldest
from wallboard.core.tally import Tally
from wallboard.core.windows import ROLLING

AT_AGENTS = ("ringing", "engaged", "holding", "wrapup")
WINDOWS = (*ROLLING, "shift", "day")
_WITHOUT_SHIFT = (*ROLLING, "day")


def queue_document(floor: Floor, name: str) -> Document | None:
    tally = floor.tallies.queues.get(name)
    if tally is None:
        return None
    settings, site = floor.settings.for_queue(name), floor.settings.site_of(name)
    found: Document = {
        "name": settings.name or name,
        "site": site,
        "channel": channel_of(floor, name),
        "target": _target(settings.target),
        "min_n": settings.min_n,
        **_numbers(tally, _oldest(floor, tally, [(name, tally)]), shift=floor.ground.runs_shift(site)),
        **_hours(floor, name),
    }
    if tally.ruled_ms is not None and tally.ruled_ms >= tally.day_ms:
        found["target"] = {**found["target"], "since": tally.ruled_ms}
    if settings.team:
        found["team"] = settings.team
    if settings.hidden:
        found["hidden"] = True
    overlay(found, tally)
    return found


def group_document(floor: Floor, name: str) -> Document | None:
    tally = floor.tallies.groups.get(name)
    if tally is None:
        return None
    queues = ((queue, one) for queue, one in floor.tallies.queues.items() if name in one.groups)
    found = _numbers(tally, _oldest(floor, tally, queues), shift=_shift_of_group(floor, name))
    if floor.tallies.stated:
        add_stated(floor, name, found)
    return found


@lru_cache(maxsize=1000)
def _target(target: Target) -> Document:
    """One for all queues that have it, so that nobody compares it."""
    return {"percent": target.percent, "seconds": target.seconds, "formula": target.formula}


def _hours(floor: Floor, name: str) -> Document:
    """Of a queue that is not open now: that, and when it opens."""
    hours = floor.settings.hours_of(name)
    if hours is None or hours.is_open(floor.now_ms):
        return {}
    opens_ms = hours.opens_ms(floor.now_ms)
    return {"closed": True} | ({} if opens_ms is None else {"opens_at": opens_ms})


def _shift_of_group(floor: Floor, name: str) -> bool | None:
    """Whether a shift runs where its queues are; None where no site has any."""
    running = {site for site, shift in floor.ground.calendar.shifts.items() if shift}
    if name == "all" or len(running) in (0, len(floor.settings.sites)):
        return floor.ground.runs_shift(*floor.settings.sites)
    site_of, queues = floor.settings.site_of, floor.tallies.queues
    return any(name in tally.groups and site_of(queue) in running for queue, tally in queues.items())


def _numbers(tally: Tally, oldest: Document, *, shift: bool | None) -> Document:
    stated = tally.is_only_stated
    found: Document = {"sources": sorted(tally.sources), "now": _now(tally, counted=not stated) | oldest}
    if tally.sources:
        over_counted = tally.live.get("over_counted", 0)
        for window in WINDOWS if shift else _WITHOUT_SHIFT:
            found[window] = UNKNOWN if stated else window_figures(tally.ledger.window(window), over_counted)
        if (wait_s := _expected_wait_s(tally, found["m60"].get("aht_s"))) is not None:
            found["now"]["est_wait_s"] = wait_s
    found["now"] |= tally.need
    if shift is False:
        found["shift"] = {}  # an object that was there is emptied, never removed: patches must compose
    return found


def _now(tally: Tally, *, counted: bool) -> Document:
    """Before any source spoke of the queue, or where nothing of it is counted here, nothing is known: not even zero."""
    found: Document = {}
    if tally.sources and counted:
        found = {metric: tally.live.get(metric, 0) for metric in ("waiting", "over_target", *AT_AGENTS)}
    if "members" in tally.live:
        found |= {metric: tally.live.get(metric, 0) for metric in STANDINGS}
    found["paused_by"] = family("paused_by.", tally.live)
    found |= {
        metric: tally.live[metric] for metric in ("unanswered", "doubtful", "open_cases") if is_told(tally, metric)
    }
    if tally.as_of_ms is not None:
        found["as_of"] = tally.as_of_ms
    return found


def _oldest(floor: Floor, tally: Tally, queues: Iterable[tuple[str, Tally]]) -> Document:
    """Since when the longest wait lasts, and until when it is counted. `queues`: whose numbers these are."""
    found: Document = {}
    waited = [name for name, metric in INSTANTS.items() if tally.waits[metric]]
    among = list(queues) if waited and floor.settings.has_hours else []
    for name in waited:
        if not among:
            found[name] = min(tally.waits[INSTANTS[name]])
        elif known := oldest(floor, among, name):
            found[name] = known.instants[0]
            if known.to_ms is not None:
                found[TO[name]] = known.to_ms
    return found


def _expected_wait_s(tally: Tally, aht_s: float | None) -> float | None:
    """(w + 1) × AHT / ready agents; nobody waits while one is idle."""
    if "idle" in tally.live:
        return 0
    ready = tally.live.get("ready")
    return (tally.live.get("waiting", 0) + 1) * aht_s / ready if aht_s and ready else None
