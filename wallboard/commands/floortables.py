"""How does the state document read as text? Queues, agents and notices as tables."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from wallboard.commands.table import Cell, table, text_of
from wallboard.core.numbers import counted_since

Document = Mapping[str, Any]
_DAY = (
    "offered", "answered", "abandoned", "short_abandoned", "flowed_out", "callbacks", "lost", "refused",
    "answered_in_target", "service_level", "asa_s", "missed", "handled", "aht_s",
)  # fmt: skip
_NOW = ("engaged", "ready", "paused")
_AGENT = ("answered", "handled", "missed", "transferred", "talk_s", "hold_s", "wrapup_s")
_MINUTE = ("waiting", "engaged", "ready", "offered", "answered", "abandoned", "handled", "service_level")


def show(document: Document, at_ms: int) -> str:
    return "\n\n".join(_parts(document, at_ms))


def minute_heads() -> str:
    return "  ".join(["time".ljust(19), *(name.rjust(len(name)) for name in _MINUTE)])


def minute_row(document: Document, at_ms: int) -> str:
    """All queues together: what is now, and the day's counts until then."""
    everything = document.get("groups", {}).get("all", {})
    now, day = everything.get("now", {}), everything.get("day", {})
    cells = [text_of(now.get(name, day.get(name))).rjust(len(name)) for name in _MINUTE]
    return "  ".join([_clock(document, at_ms), *cells])


def _parts(document: Document, at_ms: int) -> Iterator[str]:
    zone = _zone(document)
    yield f"The floor at {_clock(document, at_ms)} ({zone})"
    if rows := list(_queue_rows(document, at_ms)):
        yield table(("queue", "waiting", "oldest", *_NOW, *_DAY), rows)
    if rows := list(_agent_rows(document, at_ms)):
        yield table(("agent", "presence", "activity", "for", *_AGENT), rows)
    if rows := [[row["level"], row["text"]] for row in document.get("notices", {}).values()]:
        yield table(("notice", ""), rows)
    if rows := [[name, row["value"], row.get("unit")] for name, row in document.get("kpis", {}).items()]:
        yield table(("kpi", "value", "unit"), rows)


def _queue_rows(document: Document, at_ms: int) -> Iterator[list[Cell]]:
    queues = document.get("queues", {})
    for name in sorted(queues):
        yield _queue_row(_name(name, queues[name]), queues[name], at_ms)
    if len(queues) > 1 and "all" in document.get("groups", {}):
        yield _queue_row("all", document["groups"]["all"], at_ms)


def _queue_row(name: str, row: Mapping[str, Any], at_ms: int) -> list[Cell]:
    now, day = row.get("now", {}), row.get("day", {})
    oldest = _duration(at_ms - counted_since(now, "oldest_at", at_ms)) if "oldest_at" in now else None
    return [name, now.get("waiting"), oldest, *(now.get(each) for each in _NOW), *(day.get(each) for each in _DAY)]


def _agent_rows(document: Document, at_ms: int) -> Iterator[list[Cell]]:
    agents = document.get("agents", {})
    for name in sorted(agents):
        row = agents[name]
        reason = f" ({row['reason']})" if "reason" in row else ""
        presence = row["presence"] + reason if "presence" in row else None
        since = _duration(at_ms - row["since"]) if "since" in row else None
        day = row.get("day", {})
        yield [_name(name, row), presence, row.get("activity"), since, *(day.get(each) for each in _AGENT)]


def _name(name: str, row: Mapping[str, Any]) -> str:
    given = row.get("name", name)
    return name if given == name else f"{name} {given}"


def _duration(ms: int) -> str:
    minutes, seconds = divmod(max(0, ms) // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"


def _clock(document: Document, at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, ZoneInfo(_zone(document))):%Y-%m-%d %H:%M:%S}"


def _zone(document: Document) -> str:
    """The first site's: one table has one clock."""
    sites = document.get("sites", {})
    return str(next(iter(sites.values()))["zone"]) if sites else "UTC"
