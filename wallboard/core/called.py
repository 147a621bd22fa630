"""What is there, and what is it called? Queues, agents and reasons that the floor has seen or that are configured."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

import msgspec

from wallboard.core.kpis import entity
from wallboard.core.settings import Agent, Settings
from wallboard.core.state import Floor

MOST = 5_000  # rows of a kind
COMPARED = 2_000  # names that an unmatched one is compared with
NEAR = 0.72  # of 1: how alike they must be
_LOOKED_UP = 300  # unmatched ones for which a near name is looked for

Row = dict[str, Any]


def called(floor: Floor, kind: str) -> list[Row]:
    """`queue`, `agent` or `reason` rows: `id`, `name`, `seen`, `configured` (as in the file), `sources`; unnamed first.

    `near`: of one that is not configured, the configured one that it may be (as `id` and `name`).
    """
    floor.settle()
    rows = _KINDS[kind](floor)
    rows.sort(key=lambda row: (not row["unnamed"], row["configured"] is not None, row["name"].casefold(), row["id"]))
    del rows[MOST:]
    candidates = _candidates(getattr(floor.settings, kind))
    for row in [row for row in rows if row["configured"] is None][:_LOOKED_UP]:
        if near := _near(row, candidates):
            row["near"] = {"id": near, "name": getattr(floor.settings, kind)[near].name or near}
    return rows


def names_of(floor: Floor) -> dict[str, set[str]]:
    """Every `team`, `queue` and `agent` that is configured or was seen."""
    known = configured(floor.settings)
    teams = {team for name in floor.people.agents if (team := floor.people.team_of(name))}
    seen = {"team": teams, "queue": set(floor.tallies.queues), "agent": set(floor.people.agents)}
    return {kind: names | seen[kind] for kind, names in known.items()}


def configured(settings: Settings) -> dict[str, set[str]]:
    """A `team` is there if some queue or agent is of it."""
    teams = [*(queue.team for queue in settings.queue.values()), *(agent.team for agent in settings.agent.values())]
    return {"team": {team for team in teams if team}, "queue": set(settings.queue), "agent": set(settings.agent)}


def _queues(floor: Floor) -> list[Row]:
    settings = floor.settings
    names = list(dict.fromkeys([*floor.tallies.queues, *settings.queue]))
    return [
        _row(name, settings.queue, name in floor.tallies.queues, settings.for_queue(name).name)
        | {
            "team": settings.for_queue(name).team,
            "sources": sorted(floor.tallies.queues[name].sources) if name in floor.tallies.queues else [],
        }
        for name in names
    ]


def _agents(floor: Floor) -> list[Row]:
    found = []
    for name in dict.fromkeys([*floor.people.agents, *floor.settings.agent]):
        row = floor.people.agents.get(name)
        known = row is not None and row.is_known
        if not known and name not in floor.settings.agent:
            continue
        configured = floor.settings.agent.get(name) or Agent()
        told = row.profile.name if row and known else None
        team = floor.people.team_of(name) if row and known else configured.team
        own = _row(name, floor.settings.agent, known, configured.name or told)
        found.append(own | {"team": team, "sources": sorted(row.sources) if row and known else []})
    return found


def _reasons(floor: Floor) -> list[Row]:
    seen: dict[str, None] = {}
    for name in floor.people.agents:
        row = entity(floor, "agents", name) or {}
        seen |= dict.fromkeys([*([row["reason"]] if "reason" in row else []), *row.get("day", {}).get("paused", {})])
    seen.pop("no reason", None)
    reasons = floor.settings.reason
    return [
        _row(name, reasons, name in seen, reasons[name].name if name in reasons else None) | {"sources": []}
        for name in dict.fromkeys([*seen, *reasons])
    ]


def _row(name: str, configured: Mapping[str, Any], seen: bool, called_so: str | None) -> Row:
    told = msgspec.to_builtins(configured[name]) if name in configured else None
    return {
        "id": name, "name": called_so or name, "unnamed": called_so is None, "seen": seen,
        "configured": None if told is None else {key: value for key, value in told.items() if value != {}},
    }  # fmt: skip


def _candidates(configured: Mapping[str, Any]) -> dict[str, str]:
    """What a configured one is called, in any way → its id."""
    found: dict[str, str] = {}
    for name, row in list(configured.items())[:COMPARED]:
        for text in (name, row.name, *(one.partition(":")[2] for one in getattr(row, "also", ()))):
            if text:
                found.setdefault(text.casefold(), name)
    return found


def _near(row: Row, candidates: Mapping[str, str]) -> str | None:
    for text in dict.fromkeys([row["id"].casefold(), row["name"].casefold()]):
        likely: Iterable[str] = [one for one in candidates if abs(len(one) - len(text)) <= 4]
        if found := get_close_matches(text, likely, n=1, cutoff=NEAR):
            return candidates[found[0]]
    return None


_KINDS = {"queue": _queues, "agent": _agents, "reason": _reasons}
