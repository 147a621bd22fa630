"""How much of a row may an audience see? What is about people leaves the server only where it may.

    wall    counts by state, unless the board names people; then neither why they are away nor since when
    agent   the same with names, and the thanks that each got; what waits, unless `pressure = false`
    lead    everything
What goes beyond that is switched on by the board's `names` and `shows` (docs/boards.md). A lead who is bound to
teams sees the people of these only: others are there in numbers, as on a wall.
"""

import secrets
from collections.abc import Callable
from hashlib import blake2b
from typing import Any, NamedTuple

from wallboard.core.doing import is_away
from wallboard.core.numbers import TO, ranked_by
from wallboard.core.settings import Settings
from wallboard.record.board import Board

Document = dict[str, Any]

LEAST = 5  # people: of fewer nothing is said that would be about one of them
PRAISE = "thanks"  # the tag of a contact whose customer said so
PRESSURE = (
    "waiting", "over_target", "oldest_at", "est_wait_s", "unanswered", "oldest_unanswered_at", "doubtful", *TO.values(),
    "agents_needed", "missing", "can_release", "service_level_in_30m", "service_level_in_60m",
)  # fmt: skip
_AMONG_LEADS = ("owners", "results", "last_snoozed_by")
_OF_AGENT = ("activity", "presence", "team", "queues", "slots", "sources")
_TIMES = ("since", "presence_since", "pause_over_at")
_KEY = secrets.token_bytes(16)  # of this process: another one calls people otherwise, and its screens begin with hello


class Allowed(NamedTuple):
    """What a board's audience may see. Boards for which it is equal share what is worked out for one of them."""

    audience: str
    names: str
    shows: frozenset[str]
    pressure: bool
    figures: frozenset[tuple[str, str]]  # (window, metric) that its rankings are by
    teams: frozenset[str] | None = None  # a lead's own; None: all

    @property
    def everything(self) -> bool:
        return self.audience == "lead"

    @property
    def people(self) -> bool:
        """Rows of people, and not only their number."""
        return self.everything or self.names != "none"

    def of_team(self, row: Document) -> bool:
        """Whether a row that is about one person may be seen for its team."""
        return self.teams is None or row.get("team") in self.teams

    def tells(self, metric: str) -> bool:
        """Whether it may see this number of a queue at every moment: then its trail and its alerts too."""
        if self.everything:
            return True
        return not metric.startswith("paused") and (self.pressure or metric not in PRESSURE)

    def id_of(self, kind: str, name: str) -> str:
        """An agent's id is often a name: who may not see names gets another one."""
        if kind != "agents" or self.everything or self.names == "full":
            return name
        return blake2b(name.encode(), key=_KEY, digest_size=6).hexdigest()

    def project(self, kind: str, name: str, row: Document, settings: Callable[[], Settings]) -> Document:
        """The row with what this audience may not see left out; the same object where it may see all of it."""
        if self.everything:
            return row
        if kind == "agents":
            return self._agent(name, row, settings())
        if kind == "counts" and row["there"] < LEAST and "small_groups" not in self.shows:
            return {**row, "doing": {}}
        if kind in ("queues", "groups"):
            return self._queue(row)
        if kind == "alerts":  # without what people say of it among themselves
            return {key: value for key, value in row.items() if key not in _AMONG_LEADS}
        return row

    def _queue(self, row: Document) -> Document:
        now: Document = row.get("now", {})
        hidden = set() if self.pressure else {name for name in PRESSURE if name in now}
        if "paused" in now and now.get("staffed", 0) < LEAST and "small_groups" not in self.shows:
            hidden.add("paused")
        reasons = now.get("paused_by", {}) if "reasons" in self.shows and "paused" not in hidden else {}
        if not hidden and reasons == now.get("paused_by", {}):
            return row
        kept = {name: value for name, value in now.items() if name not in hidden}
        return {**row, "now": {**kept, "paused_by": reasons}}

    def _agent(self, name: str, row: Document, settings: Settings) -> Document:
        shown = {key: row[key] for key in (*_OF_AGENT, *_TIMES, "wrapup_over_at") if key in row}
        shown |= self._named(name, row, settings)
        if "times" not in self.shows:
            for key in _TIMES if is_away(row) else _TIMES[1:] if row.get("presence") == "paused" else ():
                shown.pop(key, None)
        reason = settings.reason.get(row.get("reason", ""))
        if "reason" in row and ("reasons" in self.shows or (reason is not None and reason.group != "personal")):
            shown["reason"] = row["reason"]
        shown["contacts"] = [{key: value for key, value in one.items() if key != "contact"} for one in row["contacts"]]
        return shown | self._figures(row)

    def _named(self, name: str, row: Document, settings: Settings) -> Document:
        """Whom no source has named is called by the id, and that is not told; nor is who has no alias."""
        if self.names == "full":
            return {"name": row["name"]}
        if self.names == "first":
            first = row["name"].split()[:1]
            return {"name": first[0]} if first and row["name"] != name else {}
        configured = settings.agent.get(name)
        return {"name": configured.alias} if configured and configured.alias else {}

    def _figures(self, row: Document) -> Document:
        """Of one person: what a ranking on the board is by, and on an agents' board the thanks."""
        found: Document = {}
        tags = {metric.removeprefix("tags.") for _, metric in self.figures if metric.startswith("tags.")}
        if self.audience == "agent":
            tags.add(PRAISE)
        if tags:
            found["tags"] = {tag: n for tag, n in row.get("tags", {}).items() if tag in tags}
        for window in {window for window, metric in self.figures if not metric.startswith("tags.")}:
            of = row.get(window, {})
            metrics = {metric for at, metric in self.figures if at == window}
            metrics |= {"rated", "rating_best"} if "rating_avg" in metrics else set()  # marks, and what they are out of
            found[window] = {metric: of[metric] for metric in sorted(metrics) if metric in of}
            if any(ranked_by(metric) == "percent" for metric in metrics):  # and the percentage
                found[window]["n"] = {metric: n for metric, n in of.get("n", {}).items() if metric in metrics}
        return found


def allowed(board: Board, teams: frozenset[str] | None = None) -> Allowed:
    """`teams`: those of the lead who looks. On boards for others nothing depends on who looks."""
    ranked = frozenset((tile.shown_window, tile.metric or "") for tile in board.tiles if tile.kind == "leaders")
    shows = frozenset(board.shows)
    return Allowed(
        audience=board.audience,
        names=board.shown_names,
        shows=shows,
        pressure=board.pressure or board.audience != "agent",
        figures=ranked if "rankings" in shows else frozenset(),
        teams=teams if board.audience == "lead" else None,
    )


def whole_floor(*, people: bool, teams: frozenset[str] | None) -> Allowed:
    """Without a board: everything, or as on a wall that switches nothing on. `people`: may see them."""
    nothing: frozenset[str] = frozenset()
    return Allowed("lead" if people else "wall", "none", nothing, pressure=True, figures=frozenset(), teams=teams)
