"""What is known at first paint, and what should its reader know? The state at one instant, its age, words beside it.

The same judgements as static/js/freshness.js and certainty.js.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wallboard.web.figures import coming, time_of_day
from wallboard.web.words import Words

Document = dict[str, Any]
Row = tuple[str, Document]  # an entity's id, and what is known of it

SILENT_MS = 12_000
SMALL = 0.72  # size of the window beside the title
CROWDED = {"": 1.0, "more": 0.85}  # step → size of the title; else "most"
LEAST = 5  # of a group: as a queue that says nothing else


@dataclass(frozen=True)
class Picture:
    """The state as it stands at `now_ms`, and the words to say it in."""

    state: Mapping[str, Mapping[str, Document]]
    now_ms: int
    say: Words

    @property
    def zone(self) -> str:
        return next((str(site["zone"]) for site in self.state.get("sites", {}).values()), "UTC")

    @property
    def time(self) -> str:
        return time_of_day(self.now_ms, self.zone)


def source_late(source: Document, now_ms: int) -> bool:
    state: str = source["state"]
    return state in ("late", "down") or (state == "live" and now_ms - source["last_event_at"] > SILENT_MS + 1000)


def age_of(names: Sequence[str] | None, picture: Picture, worked_out_ms: int | None = None) -> tuple[bool, int | None]:
    """Whether a source is late, and until when the data is good; None: nothing came yet.

    The oldest counts, the late ones first; a quiet one's silence says nothing: where all are quiet, the newest.
    `worked_out_ms`: of a number that is worked out at an instant of its own, which counts while no source is late.
    """
    if names is None:
        return False, picture.now_ms if worked_out_ms is None else min(worked_out_ms, picture.now_ms)
    sources = picture.state.get("sources", {})
    rows = [sources[name] for name in names if name in sources]
    late = [row for row in rows if source_late(row, picture.now_ms)]
    if not late and worked_out_ms is not None:
        return False, min(worked_out_ms, picture.now_ms)
    beating = [row for row in rows if row["state"] != "quiet"]
    ages = [min(row.get("last_event_at", 0), picture.now_ms) for row in late or beating or rows]
    at_ms = min(ages, default=None) if late or beating else max(ages, default=None)
    return bool(late), at_ms or None


def sources_of(rows: Sequence[Row]) -> list[str]:
    return sorted({source for _, row in rows for source in row.get("sources", ())})


def partly(names: Sequence[str] | None, picture: Picture) -> str:
    """Of a number over several sources, how many of them still tell: "2 of 3 sources"; "" where all do, or none."""
    sources = picture.state.get("sources", {})
    late = [source_late(sources[name], picture.now_ms) for name in names or () if name in sources]
    told = late.count(False)
    return picture.say("partly", told=told, count=len(late)) if 0 < told < len(late) else ""


def certainty(row: Document, metric: str, window: str) -> tuple[int | None, bool]:
    """Of how many a percentage is, and whether those are too few to mean anything (static/js/certainty.js)."""
    n: int | None = row.get(window, {}).get("n", {}).get(metric)
    return n, n is not None and n < row.get("min_n", LEAST)


def hint(row: Document, metric: str, window: str, picture: Picture) -> str:
    """What whoever reads the number should know: that many left the queue and its formula ignores them, until when it
    holds, that the queue is closed."""
    now, say = row.get("now", {}), picture.say
    if metric == "paused" and "paused" not in now and now.get("staffed", LEAST) < LEAST:
        return say("few_people")
    if metric == "can_release" and metric in now:
        return say("until", time=coming(now["need_until"], picture.now_ms, picture.zone, say))
    percent = row.get(window, {}).get("ignored_flow_outs") if metric == "service_level" else None
    return closed(row, picture) if percent is None else say("flow_outs", percent=round(percent))


def closed(row: Document, picture: Picture, words: str = "closed_opens") -> str:
    """Of a queue outside its hours that, and when it opens; "" of all others. `words`: of a chip others, which may be
    cut after the first."""
    if not row.get("closed"):
        return ""
    if "opens_at" not in row:
        return picture.say("closed")
    return picture.say(words, time=_opens(row, picture))


def _opens(row: Document, picture: Picture) -> str:
    """By the clock of its own site, with the place where the wall has another clock."""
    zone = str(picture.state.get("sites", {}).get(row.get("site", ""), {}).get("zone", picture.zone))
    time = coming(row["opens_at"], picture.now_ms, zone, picture.say)
    return time if zone == picture.zone else f"{time}\u00a0({_place_of(zone)})"


def row_of(tile: Document, picture: Picture) -> Document:
    """Of the queue or group that it is about; of all queues together where it names none."""
    of = tile.get("of") or {"kind": "groups", "id": "all"}
    return picture.state.get(of["kind"], {}).get(of["id"], {})


def window_text(tile: Document, n: int | None, picture: Picture) -> str:
    """The window in words, of a table those of its columns; "today" with its place where zones meet."""
    if "window" not in tile:
        return ""
    windows = dict.fromkeys(column["window"] for column in tile.get("columns", [tile]))
    words = [picture.say(f"window.{window}") for window in windows]
    zones = {site["zone"] for site in picture.state.get("sites", {}).values()}
    if "day" in windows and len(zones) > 1:
        words.append(_place(tile, picture))
    if n is not None:
        words.append(picture.say("of_how_many", n=n))
    return " · ".join(words)


def crowded(tile: Document, title: str, window: str) -> str:
    """How much smaller the title must be to stand in one line with its window (static/js/certainty.js)."""
    letters = len(title) + SMALL * len(window) + 1
    return next((step for step, share in CROWDED.items() if letters * share <= tile["letters"]), "most")


def _place(tile: Document, picture: Picture) -> str:
    of = tile.get("of") or {"kind": "groups", "id": "all"}
    queue = picture.state.get("queues", {}).get(of["id"], {}) if of["kind"] == "queues" else {}
    site = picture.state.get("sites", {}).get(queue.get("site") or of["id"].removeprefix("site:"), {})
    zone = str(site.get("zone", ""))
    return _place_of(zone) if zone else picture.say("window.day_of_each")


def _place_of(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")
