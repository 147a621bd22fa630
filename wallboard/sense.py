"""Do the settings make sense together? What types alone cannot say: zones, hours, names that must exist."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from wallboard.core.errors import Mistake
from wallboard.core.hours import parse_openings
from wallboard.core.limits import duration_ms
from wallboard.core.rules import ON_DUTY
from wallboard.core.settings import Agent, Queue, Settings, Site
from wallboard.tables import path, unknown

COLLECTOR_GROUP = "wallboard.collectors"
WEBHOOK = "webhook"  # read by the web part, when its program sends something
_SCHEMES = ("redis", "rediss", "unix", "redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster")


def check_settings(settings: Settings, sites: Collection[str], file: str) -> Iterator[Mistake]:
    for name, site in settings.site.items():
        yield from _site(site, file, path("site", name))
    for name, queue in settings.queue.items():
        yield from _of_site(queue, sites, file, path("queue", name))
        yield from _open(queue.open, file, path("queue", name))
    for name, agent in settings.agent.items():
        yield from _of_site(agent, sites, file, path("agent", name))
    for name, rule in settings.alert.items():
        yield from (Mistake(file, f"{path('alert', name)}.{fault.at}", fault.reason) for fault in rule.faults())
    for name, work in settings.maintenance.items():
        yield from (Mistake(file, f"{path('maintenance', name)}.{key}", reason) for key, reason in work.faults())
    for name, notice in settings.notice.items():
        if notice.until not in (None, "shift") and not duration_ms(str(notice.until)):
            yield Mistake(file, f"{path('notice', name)}.until", f"expected 15m, 1h or shift, found '{notice.until}'")
    yield from _also("queue", settings.queue, file)
    yield from _also("agent", settings.agent, file)


def check_collectors(collectors: Mapping[str, Any], base: Path, file: str) -> Iterator[Mistake]:
    kinds = sorted({WEBHOOK, *entry_points(group=COLLECTOR_GROUP).names})
    for name, options in collectors.items():
        at = path("collector", name)
        if not isinstance(options, dict):
            yield Mistake(file, at, "expected a table with a `kind`")
            continue
        yield from _kind(options.get("kind"), kinds, file, at)
        yield from _secret_files(options, base, file, at)


def check_notify(settings: Settings, receivers: Collection[str], file: str) -> Iterator[Mistake]:
    for name, rule in settings.alert.items():
        for index, receiver in enumerate(rule.notify):
            if receiver not in (ON_DUTY, *receivers):
                known = f"there is {', '.join(receivers)}" if receivers else "there is none"
                reason = f"no receiver '{receiver}': {known}; write [notify.{receiver}]"
                yield Mistake(file, f"{path('alert', name)}.notify[{index}]", reason)


def check_redis_url(url: str | None, file: str) -> Iterator[Mistake]:
    if url is not None and urlsplit(url).scheme not in _SCHEMES:
        yield Mistake(
            file,
            "redis.url",
            f"expected an address that begins with {', '.join(f'{s}://' for s in _SCHEMES)}",
        )


def _site(site: Site, file: str, at: str) -> Iterator[Mistake]:
    try:
        ZoneInfo(site.zone)
    except (KeyError, OSError, ValueError):  # not found, a folder such as "Europe", a path such as "../x"
        yield Mistake(file, f"{at}.zone", f"unknown zone '{site.zone}', expected a name such as Europe/Kyiv")
    yield from _open(site.open, file, at)
    for index, day in enumerate(site.holidays):
        if not _is_date(day):
            yield Mistake(file, f"{at}.holidays[{index}]", f"expected a date such as 2026-12-25, found '{day}'")
    for name, hours in site.shifts.items():
        if _is_no_opening(hours) or "," in hours:
            yield Mistake(file, path(f"{at}.shifts", name), f"expected hours such as 06:00-14:00, found '{hours}'")


def _open(text: str | None, file: str, at: str) -> Iterator[Mistake]:
    if text is not None and (reason := _is_no_opening(text)):
        yield Mistake(file, f"{at}.open", reason)


def _is_no_opening(text: str) -> str | None:
    try:
        parse_openings(text)
    except ValueError as error:
        return str(error)
    return None


def _of_site(row: Queue | Agent, sites: Collection[str], file: str, at: str) -> Iterator[Mistake]:
    if row.site is not None and row.site not in sites:
        known = ", ".join(sites)
        yield Mistake(file, f"{at}.site", f"unknown site '{row.site}', expected one of {known}")


def _also(section: str, rows: Mapping[str, Queue | Agent], file: str) -> Iterator[Mistake]:
    first: dict[str, str] = {}
    for name, row in rows.items():
        for index, alias in enumerate(row.also):
            at = f"{path(section, name)}.also[{index}]"
            source, _, own = alias.partition(":")
            if not source or not own:
                yield Mistake(file, at, f"expected SOURCE:ID such as pbx-1:PJSIP/1006, found '{alias}'")
            elif alias in first:
                yield Mistake(file, at, f"'{alias}' already stands at {first[alias]}: one id belongs to one row")
            first.setdefault(alias, at)


def _kind(kind: object, kinds: list[str], file: str, at: str) -> Iterator[Mistake]:
    if kind is None:
        yield Mistake(file, f"{at}.kind", f"is missing, expected one of {', '.join(kinds)}")
    elif kind not in kinds:
        reason = unknown(str(kind), kinds).replace("unknown key", "no collector is installed for", 1)
        yield Mistake(file, f"{at}.kind", reason)


def _secret_files(options: Mapping[str, object], base: Path, file: str, at: str) -> Iterator[Mistake]:
    for name, value in options.items():
        if not name.endswith("_file"):
            continue
        try:
            with (base / str(value)).open("rb"):
                pass
        except OSError as error:
            yield Mistake(file, path(at, name), f"cannot read {value}: {error.strerror}")


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("2026-12-25")
