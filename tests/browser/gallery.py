"""Boards that together have every kind of tile, and a floor on which each of them has something to show."""

import random
import struct
import time
import zlib
from pathlib import Path
from typing import Any

from believable import DAY_MS, floor

from wallboard.assets import BOARDS
from wallboard.live.view import crowd_id
from wallboard.record.boards import Board, load_boards, read_boards

Document = dict[str, Any]
UPRIGHT = Path(__file__).parents[2] / "examples" / "upright.toml"
THEMES = ("dark", "light", "contrast")
STATES = ("full", "late", "empty")
HOUR_MS, QUARTER_MS, MINUTE_MS = 3_600_000, 900_000, 60_000

_NUMBERS = """
title = "Numbers and people"
audience = "lead"
theme = "{theme}"
columns = 20
rows = 12
[[tile]]
kind = "number"
at = [1, 1]
size = [4, 3]
metric = "waiting"
warn = "> 5"
alarm = "> 10"
[[tile]]
kind = "number"
at = [5, 1]
size = [4, 3]
metric = "oldest_at"
trail = true
warn = "> 120"
alarm = "> 600"
[[tile]]
kind = "number"
at = [9, 1]
size = [4, 3]
metric = "idle"
warn = "< 2"
[[tile]]
kind = "number"
at = [13, 1]
size = [4, 3]
metric = "service_level"
style = "bar"
target = ">= 70"
[[tile]]
kind = "number"
at = [17, 1]
size = [4, 3]
queues = ["nobody"]
metric = "abandoned"
[[tile]]
kind = "queues"
at = [1, 4]
size = [10, 5]
style = "bar"
[[tile]]
kind = "agents"
at = [11, 4]
size = [10, 5]
[[tile]]
kind = "notices"
at = [1, 9]
size = [10, 4]
[[tile]]
kind = "alerts"
at = [11, 9]
size = [10, 4]
"""
_PAST = """
title = "The day and the rest"
audience = "lead"
theme = "{theme}"
columns = 18
rows = 12
[[tile]]
kind = "trend"
at = [1, 1]
size = [9, 4]
metrics = ["offered", "answered"]
[[tile]]
kind = "heat"
at = [10, 1]
size = [9, 4]
metric = "abandoned"
warn = ">= 6"
alarm = ">= 12"
[[tile]]
kind = "reasons"
at = [1, 5]
size = [6, 4]
[[tile]]
kind = "leaders"
at = [7, 5]
size = [6, 4]
metric = "tags.thanks"
[[tile]]
kind = "sources"
at = [13, 5]
size = [6, 4]
[[tile]]
kind = "clock"
at = [1, 9]
size = [6, 4]
[[tile]]
kind = "text"
at = [7, 9]
size = [6, 4]
title = "Today"
text = "Team meeting at 15:00, room 2. Bring the list of open cases."
[[tile]]
kind = "image"
at = [13, 9]
size = [6, 4]
image = "site.png"
alt = "The site's own picture"
"""


def boards(folder: Path) -> dict[str, Board]:
    """`numbers-dark`, `past-light`, `overview-contrast`, `upright-dark`, …: written there, read as others are."""
    upright = UPRIGHT.read_text()
    own = 'title = "Support, Kyiv"\n' + (BOARDS / "overview.toml").read_text()
    for theme in THEMES:
        (folder / f"numbers-{theme}.toml").write_text(_NUMBERS.format(theme=theme))
        (folder / f"upright-{theme}.toml").write_text(f'theme = "{theme}"\n{upright}')
        (folder / f"past-{theme}.toml").write_text(_PAST.format(theme=theme))
        (folder / f"overview-{theme}.toml").write_text(own.replace('theme = "dark"', f'theme = "{theme}"'))
    (folder / "images").mkdir(exist_ok=True)
    (folder / "images" / "site.png").write_bytes(_png(320, 180))
    found = read_boards(folder)
    assert not found.mistakes, found.mistakes
    return found.boards | load_boards(BOARDS)


def _png(wide: int, high: int) -> bytes:
    """A plain picture of two colours."""
    rows = b"".join(b"\0" + (b"\x2a\x6f\x97" if row < high // 2 else b"\x3e\xc9\xb0") * wide for row in range(high))
    parts = {b"IHDR": struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0), b"IDAT": zlib.compress(rows), b"IEND": b""}
    told = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts.items()
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(told)


def state(name: str) -> Document:
    """`full`; `late`: nothing came for twenty minutes; `empty`: nobody is there and nothing has happened."""
    now = time.time_ns() // MINUTE_MS * MINUTE_MS // 1_000_000
    if name == "empty":
        return {"sites": floor()["sites"], "queues": {}, "groups": {}, "agents": {}, "sources": {}}
    shown = floor(46)
    everything = shown["groups"]["all"]
    everything["day"] |= {
        "codes": {"Bill": 210, "Moving house": 90, "Outage": 40, "Contract": 120},
        "tags": {"thanks": 31},
    }
    everything["m60"] = {"codes": {"Bill": 24, "Outage": 19, "Contract": 11, "Moving house": 4}}
    for place, agent in enumerate(shown["agents"].values()):
        agent["day"] = {"tags": {"thanks": 9 - place % 8}, "answered": 31 - place % 13}
        agent["tags"] = {"thanks": 9 - place % 8}
    shown["counts"] = {
        crowd_id(next(tile for tile in load_boards(BOARDS)["overview"].tiles if tile.kind == "agents")): {
            "there": 43, "doing": {"idle": 6, "ringing": 3, "engaged": 18, "holding": 4, "wrapup": 4, "paused": 8},
            "sources": ["pbx-1"],
        },
    }  # fmt: skip
    waits = [20 + 12 * (n % 7) + n * 3 for n in range(60)]
    falling = [82 - n / 10 for n in range(60)]
    shown["trails"] = {
        "groups/all/waiting/now": {"at": now, "points": [2 + n % 9 for n in range(60)], "turn": "up", "good": False},
        "groups/all/oldest_at/now": {"at": now, "points": waits, "turn": "up", "good": False},
        "groups/all/idle/now": {"at": now, "points": [12 - n % 5 for n in range(60)]},
        "groups/all/service_level/day": {"at": now, "points": falling, "turn": "down", "good": False},
    }
    shown["alerts"] = {
        "a-1": _alert("critical", now - 400_000, "service", "Gewährleistung und Ersatzteile Nordwestdeutschland", 260),
        "a-2": _alert("warning", now - 90_000, "support", "Підтримка клієнтів", 95) | {"owner": "Anna Nowak"},
    }
    if name == "late":
        shown["sources"]["pbx-1"] |= {"state": "late", "last_event_at": now - 20 * MINUTE_MS}
        shown["sources"]["crm"] |= {"state": "late", "last_event_at": now - 40 * MINUTE_MS}
    return shown


ACTION = "Ask who can be ready now; move somebody from a queue that can spare one."


def _alert(severity: str, raised_at: int, queue: str, name: str, value: int) -> Document:
    return {
        "severity": severity, "raised_at": raised_at, "kind": "queues", "of": queue, "name": name, "rule": "wait",
        "metric": "oldest_wait_s", "reads": "seconds", "value": value, "limit": "> 60",
        "grows_since": raised_at - value * 1000, "action": ACTION,
    }  # fmt: skip


def series(kind: str, seed: int = 3) -> Document:
    """What a trend and a heat map are told of the day so far; with another seed of another day."""
    luck, now = random.Random(seed), time.time_ns() // 1_000_000
    started = now - now % HOUR_MS - 9 * HOUR_MS
    told = {"now": now, "zone": "Europe/Kyiv", "started": started, "ends": started + DAY_MS}
    if kind == "heat":
        hours = range(started, now, HOUR_MS)
        rows = {
            queue: [
                {"at": at, "value": luck.randrange(2 + 4 * place)}
                | ({"provisional": True} if at + HOUR_MS > now else {})
                for at in hours
            ]
            for place, queue in enumerate(floor()["queues"])
        }
        return told | {"metrics": ["abandoned"], "step": HOUR_MS, "queues": rows}
    quarters = range(started, now - QUARTER_MS, QUARTER_MS)
    rows_of = [{"at": at, "offered": 40 + luck.randrange(25), "answered": 36 + luck.randrange(20)} for at in quarters]
    week = [{"at": at, "offered": 45 + luck.randrange(15)} for at in range(started, started + DAY_MS, QUARTER_MS)]
    return told | {"metrics": ["offered", "answered"], "rows": rows_of, "before": week}
