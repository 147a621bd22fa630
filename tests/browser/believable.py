"""A believable state of the floor for the browser's tests: names in many scripts, long ones, odd ones."""

import random
import time
from collections.abc import Mapping
from typing import Any

Document = dict[str, Any]

ZONE = "Europe/Kyiv"
DAY_MS = 86_400_000
QUALITY = {"late": 0, "clamped": 0, "rejected": 0, "duplicates": 0}
QUEUES = (
    ("support", "Підтримка клієнтів", 4, 95, 2),
    ("sales", "Sales", 1, 12, 0),
    ("billing", "Rechnungen & Zahlungen", 0, 0, 0),
    ("vip", "VIP – تقديم الدعم", 2, 41, 1),
    ("service", "Gewährleistung und Ersatzteile Nordwestdeutschland", 7, 260, 5),
    ("reklamacje", "Reklamacje", 0, 0, 0),
)  # fmt: skip
NAMES = (
    "Ганна Бахмут", "Олексій Ткаченко", "Anna Nowak", "Michał Wiśniewski", "Łukasz Zieliński", "Jonas Müller",
    "María-José Carreño Quiñones", "ليلى الحسن", "يوسف عبد الرحمن المنصوري", "佐藤 美咲", "王小明",
    "Дмитро Шевченко-Петренко",
    "Zoë Kravitz", "Βασίλης Παπαδόπουλος", "Світлана", "Ola", "Wolfeschlegelsteinhausenbergerdorff", "Nina Hagen",
    "Тарас Григорович", "Grzegorz Brzęczyszczykiewicz", "Іван", "Leïla", "Hannah", "שרה כהן", "Peter Parker",
    "Олена", "Tomáš", "Ümit Özgür", "Юлія Коваль", "Petra",
)  # fmt: skip
DOING = ("engaged", "idle", "engaged", "ringing", "engaged", "wrapup", "holding", "engaged", "idle", "busy")
REASONS = ("Lunch", "Training", "Обід", None)


def floor(agents: int = 28, *, now_ms: int | None = None) -> Document:
    """A believable state: six queues, agents in four scripts and more, three notices, two sources."""
    now = now_ms or time.time_ns() // 1_000_000
    luck = random.Random(7)
    day = now - now % DAY_MS
    queues = {name: _queue(now, *row) for name, *row in QUEUES}
    queues["billing"] |= {"closed": True, "opens_at": now + 2 * DAY_MS}
    return {
        "sites": {
            "main": {"name": "Kyiv", "zone": ZONE, "day": "2026-11-23", "day_started": day, "day_ends": day + DAY_MS}
        },
        "queues": queues,
        "groups": {"all": _group(queues)},
        "agents": {str(100 + number): _agent(now, number, luck) for number in range(agents)},
        "kpis": {"sales": {"value": 12.5, "unit": "k€", "as_of": now - 60_000, "source": "crm"}},
        "alerts": {},
        "notices": {
            "n-1": {
                "text": "Fibre cut in Lviv: callers from the west may be cut off. Say sorry, call back from line 2.",
                "level": "critical", "posted_at": now - 360_000, "source": "ops",
            },
            "n-2": {
                "text": "Кава сьогодні безкоштовна", "level": "good", "posted_at": now - 4_000_000, "source": "ops",
            },
        },
        "sources": {
            "pbx-1": {"state": "live", "last_event_at": now - 800, "lag_ms": 40, **QUALITY},
            "crm": {"state": "quiet", "last_event_at": now - 1_260_000, **QUALITY},
        },
    }  # fmt: skip


def _queue(now: int, name: str, waiting: int, oldest_s: int, over: int) -> Document:
    live: Document = {
        "waiting": waiting, "over_target": over, "ringing": 1, "engaged": 6, "holding": 0, "wrapup": 1, "staffed": 12,
        "ready": 9, "idle": 2 if waiting < 5 else 0, "paused": 3, "paused_by": {}, "as_of": now - 900,
    }  # fmt: skip
    if waiting:
        live["oldest_at"] = now - oldest_s * 1000
    counts = {"offered": 180 + 7 * waiting, "answered": 160 - waiting, "abandoned": 4 + 2 * over, "handled": 158}
    return {
        "name": name, "site": "main", "channel": "voice", "team": "first-line", "sources": ["pbx-1"],
        "target": {"percent": 80, "seconds": 20, "formula": "short"}, "now": live, "day": counts, "m30": counts,
    }  # fmt: skip


def _group(queues: Mapping[str, Document]) -> Document:
    now: Document = {
        name: sum(queue["now"].get(name, 0) for queue in queues.values()) for name in ("waiting", "over_target", "idle")
    }
    now["oldest_at"] = min(queue["now"]["oldest_at"] for queue in queues.values() if "oldest_at" in queue["now"])
    day = {name: sum(queue["day"][name] for queue in queues.values()) for name in ("offered", "answered", "abandoned")}
    return {"sources": ["pbx-1"], "now": now, "day": day | {"service_level": 76.4}}


def _agent(now: int, number: int, luck: random.Random) -> Document:
    since = now - int(luck.expovariate(1 / 240_000)) - 1000
    agent: Document = {
        "name": NAMES[number % len(NAMES)], "team": "first-line" if number % 3 else "second-line",
        "activity": DOING[number % len(DOING)], "since": since, "presence": "ready", "presence_since": since,
        "sources": ["pbx-1"], "queues": ["support", "sales"], "contacts": [],
        "slots": {"used": 1, "allowed": 3 if number % 9 == 4 else 1},
    }  # fmt: skip
    if number % 6 == 1:
        agent |= {"presence": "paused", "activity": "idle"}
        if reason := REASONS[number // 6 % len(REASONS)]:
            agent["reason"] = reason
        if number == 7:
            agent["pause_over_at"] = now - 1000
    if number % 13 == 12:
        agent |= {"presence": "offline", "activity": "unknown"}
    return agent
