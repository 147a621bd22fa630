"""First paint judges the age of what it shows as the browser does (tests/static/time.test.mjs has the same cases)."""

from typing import Any

import pytest

from wallboard.assets import BOARDS
from wallboard.record import fitting
from wallboard.record.boards import load_boards
from wallboard.web.paint import painted
from wallboard.web.picture import Picture, age_of
from wallboard.web.tiles import alerts as alerts_tile
from wallboard.web.tiles import leaders
from wallboard.web.words import words

SOURCES = {
    "live": {"state": "live", "last_event_at": 99_000},
    "old": {"state": "late", "last_event_at": 50_000},
    "cron": {"state": "quiet", "last_event_at": 10_000},
    "bot": {"state": "quiet", "last_event_at": 20_000},
    "pbx": {"state": "down"},
}


@pytest.mark.parametrize(
    ("names", "age"),
    [
        (["live"], (False, 99_000)),
        (["live", "old"], (True, 50_000)),
        (["live", "cron"], (False, 99_000)),
        (["cron", "bot"], (False, 20_000)),
        (["live", "pbx"], (True, None)),
        ([], (False, None)),
        (None, (False, 100_000)),
    ],
)
def test_the_age_of_a_tile_is_that_of_its_living_sources(names: list[str] | None, age: tuple[bool, int | None]) -> None:
    assert age_of(names, Picture({"sources": SOURCES}, 100_000, words("en"))) == age


@pytest.mark.parametrize(
    ("metric", "ago"), [("agents_needed", "20 s ago"), ("missing", "20 s ago"), ("waiting", "15 min ago")]
)
def test_what_is_worked_out_each_minute_is_as_old_as_that_and_not_as_the_newest_fact(metric: str, ago: str) -> None:
    now_ms = 10_000_000
    row = {"now": {metric: 4, "need_until": now_ms + 30 * 60_000 - 20_000}, "sources": ["pbx"]}
    state = {"groups": {"all": row}, "sources": {"pbx": {"state": "quiet", "last_event_at": now_ms - 15 * 60_000}}}
    tile = {"kind": "number", "letters": 40, "metric": metric, "window": "now", "reads": "count"}
    (shown,) = painted({"tiles": [tile]}, Picture(state, now_ms, words("en")))
    assert shown["age"] == ago


def test_the_latency_has_the_age_of_its_measurement_and_a_title_in_words() -> None:
    tile = {"kind": "number", "letters": 40, "metric": "kpi.wallboard.latency", "window": "now", "reads": "decimal"}
    (shown,) = painted({"tiles": [tile]}, Picture({}, 100_000, words("en")))
    assert (shown["figure"], shown["age"]) == ("–", "no data yet")
    row = {"value": 63, "unit": "ms", "as_of": 40_000, "source": "wallboard"}
    (shown,) = painted({"tiles": [tile]}, Picture({"kpis": {"wallboard.latency": row}}, 100_000, words("en")))
    assert (shown["title"], shown["figure"], shown["age"]) == ("Event to screens", "63", "1 min ago")


def test_a_percentage_of_few_has_no_level_and_says_of_how_many() -> None:
    tile = {
        "kind": "number",
        "letters": 40,
        "metric": "service_level",
        "window": "day",
        "reads": "percent",
        "warn": ["<", 80],
    }
    row = {"name": "Sales", "site": "york", "min_n": 5, "day": {"service_level": 50.0, "n": {"service_level": 4}}}
    sites = {"kyiv": {"zone": "Europe/Kyiv"}, "york": {"zone": "America/New_York"}}
    state = {"queues": {"sales": row}, "sites": sites}
    (shown,) = painted({"tiles": [tile | {"of": {"kind": "queues", "id": "sales"}}]}, Picture(state, 0, words("en")))
    assert (shown["level"], shown["few"], shown["window"]) == ("", True, "today · New York · n 4")
    row["day"]["n"]["service_level"] = 5
    (shown,) = painted({"tiles": [tile | {"of": {"kind": "queues", "id": "sales"}}]}, Picture(state, 0, words("en")))
    assert (shown["level"], shown["few"]) == ("warn", False)


HOUR_MS = 3_600_000
MONDAY = 1_795_420_800_000  # 2026-11-23 08:00 UTC, 10:00 in Kyiv


@pytest.mark.parametrize(
    ("row", "metric", "said"),
    [
        ({"closed": True, "opens_at": MONDAY + 2 * HOUR_MS}, "waiting", "closed, opens 12:00"),
        ({"closed": True, "opens_at": MONDAY + 22 * HOUR_MS}, "waiting", "closed, opens Tue\u00a008:00"),
        ({"closed": True, "opens_at": MONDAY + 166 * HOUR_MS}, "waiting", "closed, opens 2026-11-30\u00a008:00"),
        ({"closed": True}, "waiting", "closed"),
        ({}, "waiting", ""),
        ({"now": {"can_release": 3, "need_until": MONDAY + HOUR_MS // 2}}, "can_release", "until 10:30"),
        ({"now": {"need_until": MONDAY}}, "can_release", ""),
    ],
)
def test_a_number_says_that_its_queue_is_closed_and_until_when_somebody_can_be_released(
    row: dict[str, Any], metric: str, said: str
) -> None:
    """The same cases as in tests/static/certainty.test.mjs."""
    state = {"queues": {"q": {"name": "Q", **row}}, "sites": {"kyiv": {"zone": "Europe/Kyiv"}}}
    tile = {"kind": "number", "letters": 40, "metric": metric, "window": "now", "reads": "count"}
    (shown,) = painted({"tiles": [tile | {"of": {"kind": "queues", "id": "q"}}]}, Picture(state, MONDAY, words("en")))
    assert shown["hint"] == said


@pytest.mark.parametrize(("site", "said"), [("kyiv", "Tue\u00a008:00\u00a0(Kyiv)"), ("york", "Tue\u00a001:00")])
def test_a_queue_opens_by_the_clock_of_its_own_site(site: str, said: str) -> None:
    """The same cases as in tests/static/certainty.test.mjs."""
    row = {"name": "Q", "site": site, "closed": True, "opens_at": MONDAY + 22 * HOUR_MS}
    sites = {"york": {"zone": "America/New_York"}, "kyiv": {"zone": "Europe/Kyiv"}}
    tile = {"kind": "number", "letters": 40, "metric": "waiting", "window": "now", "reads": "count"}
    picture = Picture({"queues": {"q": row}, "sites": sites}, MONDAY, words("en"))
    (shown,) = painted({"tiles": [tile | {"of": {"kind": "queues", "id": "q"}}]}, picture)
    assert shown["hint"] == f"closed, opens {said}"


def test_a_wait_that_stands_still_has_one_figure_and_one_level_all_night() -> None:
    """The same as in tests/static/time.test.mjs."""
    now = {"waiting": 1, "over_target": 0, "oldest_at": MONDAY, "oldest_to": MONDAY + 600_000}
    row = {"name": "Mail", "closed": True, "now": now}
    base = {"letters": 40, "metric": "oldest_at", "window": "now", "reads": "instant", "alarm": [">", 3600]}
    number = base | {"kind": "number", "of": {"kind": "queues", "id": "mail"}}
    column = {"metric": "oldest_at", "window": "now", "reads": "instant"}
    table = base | {"kind": "queues", "queues": ["mail"], "columns": [column], "fits": [9], "bars": False}
    picture = Picture({"queues": {"mail": row}}, MONDAY + 4 * HOUR_MS, words("en"))
    (shown,) = painted({"tiles": [number]}, picture)
    assert (shown["figure"], shown["level"]) == ("10:00", "good")
    (listed,) = painted({"tiles": [table]}, picture)
    assert (listed["shown"][0]["cells"][0]["text"], listed["shown"][0]["level"]) == ("10:00", "good")


@pytest.mark.parametrize(
    ("tile", "wanted"),
    [
        ({}, ["all", "queue", "team"]),
        ({"queues": ["*"]}, ["all", "queue", "team"]),
        ({"queues": ["*", "!test-*"]}, ["all", "queue", "team"]),
        ({"queues": ["supp*"]}, ["all", "queue", "team"]),
        ({"queues": ["sales"]}, ["all", "team"]),
        ({"teams": ["one"]}, ["all", "queue"]),
    ],
)
def test_a_notice_for_a_queue_or_team_stands_on_the_tiles_that_show_it(
    tile: dict[str, list[str]], wanted: list[str]
) -> None:
    """The same cases as in tests/static/select.test.mjs."""
    notices = {
        "all": {"text": "a", "posted_at": 3}, "queue": {"text": "q", "posted_at": 2, "queues": ["support"]},
        "team": {"text": "t", "posted_at": 1, "teams": ["two"]},
    }  # fmt: skip
    roomy = {"kind": "notices", "letters": 40, "fits": [{"holds": 9, "letters": 99, "alone": 99}]}
    (shown,) = painted({"tiles": [roomy | tile]}, Picture({"notices": notices}, 9, words("en")))
    assert [one["id"] for one in shown["shown"]] == wanted


def test_a_service_level_says_how_soon_is_soon_where_all_its_queues_say_the_same() -> None:
    """The same cases as in tests/static/certainty.test.mjs."""
    base = {"kind": "number", "letters": 40, "metric": "service_level", "window": "day", "reads": "percent"}

    def said(rows: dict[str, Any], **more: Any) -> str:
        (shown,) = painted({"tiles": [base | more]}, Picture({"queues": rows}, 0, words("en")))
        formula: str = shown["formula"]
        return formula

    for seconds, text in ((20, "20 s"), (60, "1 min"), (90, "1:30"), (7200, "2 h"), (5400, "1:30:00")):
        queue = {"target": {"seconds": seconds}}
        assert said({"a": queue, "b": queue}) == f"≤\u00a0{text}"
    two = {
        "a": {"target": {"seconds": 20}}, "b": {"target": {"seconds": 30}},
        "c": {"target": {"seconds": 99}, "hidden": True},
    }  # fmt: skip
    assert (said(two), said(two, queues=["b"]), said(two, metric="asa_s")) == ("", "≤\u00a030 s", "")
    assert said({"a": {}}) == ""


def test_alerts_stand_the_gravest_first_with_their_limit_and_who_is_on_it() -> None:
    base = {"kind": "queues", "of": "support", "metric": "oldest_wait_s", "reads": "seconds", "limit": "> 120"}
    alerts = {
        "a": base | {"name": "Support", "severity": "warning", "value": 151, "value_now": 151.4, "raised_at": 40_000},
        "b": base
        | {
            "name": "Sales",
            "severity": "critical",
            "value": 130.4,
            "raised_at": 40_000,
            "owner": "Ivan",
            "grows_since": -210_000,
        },
        "c": base
        | {"severity": "critical", "value": 125, "value_now": 63, "raised_at": 50_000, "acknowledged_by": "Olena"},
        "d": base | {"name": "Chat", "severity": "critical", "value": 125, "raised_at": 0, "snoozed_until": 3_600_000},
        "e": base | {"name": "Mail", "severity": "critical", "raised_at": 90_000},
        "f": base
        | {"name": "Web", "severity": "critical", "value": 125, "raised_at": 30_000, "acknowledged_by": "Ivan"}
        | {"left": True},
    }
    fits = [{"holds": 9, "letters": 200, "alone": 200, "line": 100}]
    tile = {"kind": "alerts", "letters": 40, "fits": fits}
    (shown,) = painted({"tiles": [tile]}, Picture({"alerts": alerts}, 100_000, words("en")))
    assert [(row["id"], row["level"], row["text"].replace("\u00a0", " "), row["when"]) for row in shown["shown"]] == [
        (
            "f",
            "critical",
            "Web: Longest wait 2:05 when raised, limit > 2:00",
            "critical · 1 min ago · nobody has it now",
        ),
        ("e", "critical", "Mail: Longest wait –, limit > 2:00", "critical · 10 s ago"),
        (
            "b",
            "critical",
            "Sales: Longest wait 5:10, limit > 2:00",
            "critical · 1 min ago · Ivan is on it · 2:10 when raised",
        ),
        ("c", "critical", "Longest wait 1:03, limit > 2:00", "critical · 50 s ago · seen by Olena · 2:05 when raised"),
        ("a", "warning", "Support: Longest wait 2:31, limit > 2:00", "warning · 1 min ago"),
        (
            "d",
            "critical",
            "Chat: Longest wait 2:05 when raised, limit > 2:00",
            "critical · 1 min ago · snoozed until 01:00",
        ),
    ]
    assert [(row["id"], row["icon"]) for row in shown["shown"] if row["sleeps"]] == [("d", "alarm")]


@pytest.mark.parametrize(
    ("texts", "now_ms", "wanted"),
    [
        (["a", "b", "c"], 0, ("abc", 3, False, 1, 1)),
        (["a", "b", "c", "d"], 0, ("ab", 1, False, 1, 2)),
        (["a", "b", "c", "d"], 10_000, ("cd", 1, False, 2, 2)),
        (["a", "b", "c", "d", "e"], 10_000, ("de", 3, False, 2, 2)),
        (["a", "b" * 60, "c"], 0, (f"a{'b' * 60}c", 3, False, 1, 1)),
        (["a", "b" * 80], 0, ("a", 0, True, 1, 2)),
    ],
)
def test_of_more_messages_than_fit_as_many_stand_together_as_fit(
    texts: list[str], now_ms: int, wanted: tuple[str, int, bool, int, int]
) -> None:
    """The same cases as in tests/static/select.test.mjs."""
    fits = [{"holds": h, "letters": n, "alone": 200} for h, n in ((1, 70), (2, 49), (1, 138), (3, 69))]
    notices = {text: {"text": text, "posted_at": -place} for place, text in enumerate(texts)}
    tile = {"kind": "notices", "letters": 40, "fits": fits}
    (shown,) = painted({"tiles": [tile]}, Picture({"notices": notices}, now_ms, words("en")))
    ids = "".join(one["id"] for one in shown["shown"])
    assert (ids, shown["fit"], shown["alone"], shown["page"], shown["pages"]) == wanted


@pytest.mark.parametrize(
    ("texts", "action", "wanted"),
    [
        (["a", "b"], "", (1, False, False)),
        (["a", "b"], "Call back", (2, False, True)),
        (["a", "b", "c"], "Call back", (3, False, False)),
        (["a" * 20], "Call back", (0, True, True)),
        (["a" * 40], "Call back", (1, True, True)),
        (["a" * 40], "", (0, True, False)),
        (["a" * 120], "Call back", (2, True, False)),
    ],
)
def test_what_to_do_stands_below_each_alert_where_that_has_room(
    texts: list[str], action: str, wanted: tuple[int, bool, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same cases as in tests/static/select.test.mjs."""
    fits = [
        {"holds": holds, "letters": letters, "alone": alone, "line": 1, "acting": acting, "alone_acting": alone_acting}
        for holds, letters, alone, acting, alone_acting in (
            (1, 70, 60, 1, 30), (2, 49, 90, 1, 60), (2, 60, 120, 2, 80), (3, 69, 150, 2, 99)
        )
    ]  # fmt: skip
    monkeypatch.setattr(alerts_tile, "text_now", lambda row, *_: row["says"])
    row = {"kind": "queues", "severity": "critical", "action": action}
    alerts = {text: row | {"says": text, "raised_at": place} for place, text in enumerate(texts)}
    tile = {"kind": "alerts", "letters": 40, "fits": fits}
    (shown,) = painted({"tiles": [tile]}, Picture({"alerts": alerts}, 0, words("en")))
    assert (shown["fit"], shown["alone"], shown["acts"]) == wanted
    assert [one["action"] for one in shown["shown"]] == [action] * len(texts)


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [(["LONG"], 1), (["SHORT"], 0), (["LONG", "a"], 1), (["a\nb\nc"], 1), (["a" * 40], 0)],
)
def test_a_message_has_the_largest_text_in_whose_lines_its_words_stand_whole(texts: list[str], wanted: int) -> None:
    """The same cases as in tests/static/select.test.mjs."""
    long = " ".join(one * 12 for one in "abc")
    fits = [{"holds": 2, "letters": letters, "alone": letters, "line": 20} for letters in (40, 60)]
    told = [text.replace("LONG", long).replace("SHORT", long[:25]) for text in texts]
    notices = {str(n): {"text": text, "posted_at": -n} for n, text in enumerate(told)}
    tile = {"kind": "notices", "letters": 40, "fits": fits}
    (shown,) = painted({"tiles": [tile]}, Picture({"notices": notices}, 0, words("en")))
    assert shown["fit"] == wanted


def test_of_an_alert_that_is_snoozed_nobody_is_asked_to_do_something() -> None:
    alert = {
        "kind": "queues", "of": "q", "metric": "waiting", "reads": "count", "limit": "> 2", "severity": "critical",
        "raised_at": 0, "action": "Call back", "snoozed_until": 3_600_000,
    }  # fmt: skip
    fits = [{"holds": 9, "letters": 200, "alone": 200, "acting": 9, "alone_acting": 200, "line": 100}]
    (shown,) = painted(
        {"tiles": [{"kind": "alerts", "letters": 40, "fits": fits}]}, Picture({"alerts": {"a": alert}}, 1, words("en"))
    )
    assert ([one["action"] for one in shown["shown"]], shown["acts"]) == ([""], False)


def test_the_overview_shows_three_alerts_at_once() -> None:
    """Its tile is 13.8 v high inside: three of a line of 1.9 v and their age, two of 2.6 v; of two lines one."""
    overview = load_boards(BOARDS)["overview"]
    room = next(overview.room(tile) for tile in overview.tiles if tile.kind == "alerts")
    held = [(fit.text, fit.each, fit.holds) for fit in fitting.notice_fits(room, "alerts") if fit.holds > 1]
    assert held == [(2.6, 1, 2), (2.2, 1, 2), (1.9, 1, 3)]
    assert max(fit.holds for fit in fitting.notice_fits(room, "notices")) == 2


def test_reasons_are_the_codes_of_the_hour_and_say_what_is_more_than_today() -> None:
    """Hour: 12 + 6 + 2 = 20. Day: 20 + 70 + 10 = 100. price 60 % - 20 % = +40; move 30 - 70 = -40; bill 10 - 10 = 0."""
    row = {
        "m60": {"codes": {"price": 12, "move": 6, "bill": 2, "gone": 0}},
        "day": {"codes": {"price": 20, "move": 70, "bill": 10}},
    }
    tile = {"kind": "reasons", "letters": 40, "fits": [9], "window": "m60"}
    (shown,) = painted({"tiles": [tile]}, Picture({"groups": {"all": row}}, 0, words("en")))
    assert [(one["code"], one["count"], one["share"], one["way"], one["change"]) for one in shown["shown"]] == [
        ("price", 12, "60\u00a0%", "up", "+40 points\u00a0against\u00a0today"),
        ("move", 6, "30\u00a0%", "down", "−40 points\u00a0against\u00a0today"),
        ("bill", 2, "10\u00a0%", "", ""),
    ]
    row["m60"]["codes"]["price"] = 11  # 19 outcomes: too few to speak of a change
    (shown,) = painted({"tiles": [tile]}, Picture({"groups": {"all": row}}, 0, words("en")))
    assert {one["way"] for one in shown["shown"]} == {""}


def test_mean_marks_are_ranked_by_the_share_of_what_they_are_out_of_and_shown_as_they_are() -> None:
    marks = {"a": (7, 10), "b": (4.5, 5), "c": (9, 10)}
    agents = {
        name: {"name": name, "day": {"rated": 5, "rating_avg": mean, "rating_best": best}}
        for name, (mean, best) in marks.items()
    }
    tile = {"metric": "rating_avg", "window": "day", "reads": "decimal", "fits": [5]}
    shown = leaders.paint(tile, Picture({"agents": agents}, 100_000, words("en")))["shown"]
    assert [(row["id"], row["place"], row["value"]) for row in shown] == [("b", 1, "4.5"), ("c", 1, "9"), ("a", 3, "7")]
