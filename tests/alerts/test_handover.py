"""What a shift leaves: its hours, what was worst, who had which alert; where alerts may be missing it says so."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from wallboard.alerts import handover
from wallboard.alerts.handover import HOUR_MS, Numbers, Waits
from wallboard.alerts.handovermail import Parting, mail_of
from wallboard.alerts.handoversaid import hours
from wallboard.alerts.handoverworst import Line, Longest, WorstHour, worst_hour
from wallboard.core.alerts import MOST_OVER
from wallboard.core.calendar import Shift
from wallboard.core.events import AlertAcknowledged, AlertAssigned, AlertCleared, AlertRaised, Queued
from wallboard.core.quarters import Interval
from wallboard.core.rules import Rule
from wallboard.core.settings import Settings, Site
from wallboard.core.state import Floor
from wallboard.core.watchful import watchful
from wallboard.record.database import open_record
from wallboard.record.history import History, SeenDay
from wallboard.record.steps import TOLD_MS

NOON = 1_795_000_000_000
SAYS = f"There may be more alerts: only the last {MOST_OVER} that ended are known."


def floor_with(ended: int) -> Floor:
    """An alert that ended each second from noon on."""
    floor = Floor()
    for nth in range(ended):
        at_ms = NOON + nth * 1000
        named = {"alert": f"a{nth}", "source": "wallboard", "time": at_ms}
        about = {"kind": "queues", "of": "q", "metric": "waiting", "limit": "> 2", "since": "1"}
        floor.apply(AlertRaised(rule="r", severity="warning", value=3, attributes=about, **named), at_ms)  # type: ignore[arg-type]
        floor.apply(AlertCleared(**named), at_ms)  # type: ignore[arg-type]
    return floor


def test_a_shift_of_24_hours_ends_each_day() -> None:
    def at(day: int, hour: int) -> int:
        return round(datetime(2026, 11, day, hour, tzinfo=UTC).timestamp() * 1000)

    settings = Settings(site={"main": Site(shifts={"guard": "08:00-08:00"})})
    assert handover.ended(settings, "main", at(22, 7), at(22, 9)) == [Shift("guard", at(21, 8), at(22, 8))]


def test_a_shift_that_may_have_had_more_alerts_than_are_known_says_so_in_its_mail() -> None:
    site = next(iter(Floor().settings.sites))
    for ended, begun_ms, lacks in (
        (MOST_OVER - 1, NOON, False), (MOST_OVER + 1, NOON, True), (MOST_OVER + 1, NOON + 1000, True),
        (MOST_OVER + 1, NOON + 1001, False),
    ):  # fmt: skip
        floor, shift = floor_with(ended), Shift("early", begun_ms, NOON + 3_600_000)
        assert handover.may_lack(floor, shift) == lacks, (ended, begun_ms)
        numbers = Numbers(f"site:{site}", None, [], {"at": begun_ms})
        told = Parting(site, shift, numbers, [], [], [], [], handover.may_lack(floor, shift))
        assert (SAYS in mail_of(told, floor, NOON, "").text) == lacks


def test_the_mail_says_who_is_on_an_open_alert_and_who_had_one_that_is_over() -> None:
    floor, named = Floor(), {"alert": "a", "source": "wallboard", "time": NOON}
    site, shift = next(iter(floor.settings.sites)), Shift("early", NOON, NOON + 3_600_000)
    about = {"kind": "queues", "of": "q", "metric": "waiting", "limit": "> 2", "since": "1"}
    floor.apply(AlertRaised(rule="r", severity="warning", value=3, attributes=about, **named), NOON)  # type: ignore[arg-type]
    floor.apply(AlertAssigned(who="Petro", **named), NOON)  # type: ignore[arg-type]
    numbers, row = Numbers(f"site:{site}", None, [], {"at": NOON}), floor.alerts.open["a"]
    told = Parting(site, shift, numbers, [], [("a", row)], [], [])
    assert "Petro is on it" in mail_of(told, floor, NOON, "").text
    floor.apply(AlertCleared(**named), NOON)  # type: ignore[arg-type]
    text = mail_of(told, floor, NOON, "").text
    assert "Petro had it" in text
    assert "is on it" not in text


def test_the_mail_says_the_day_of_an_alert_that_was_raised_on_another_one_before_the_shift() -> None:
    """An alert of the day before read as one of this morning."""
    floor, shift = Floor(), Shift("early", NOON, NOON + HOUR_MS)
    for alert, at_ms in (("old", NOON - 26 * HOUR_MS), ("new", NOON)):
        about = {"kind": "queues", "of": alert, "metric": "waiting", "limit": "> 2", "since": "1"}
        named = {"alert": alert, "source": "wallboard", "time": at_ms}
        floor.apply(AlertRaised(rule="r", severity="warning", value=3, attributes=about, **named), at_ms)  # type: ignore[arg-type]
    rows = handover.alerts_of(floor, shift, lambda _: True)
    told = Parting("main", shift, Numbers("site:main", None, [], {"at": NOON}), [], rows, [], [])
    text = mail_of(told, floor, NOON, "").text
    old, new = (datetime.fromtimestamp(at_ms / 1000, UTC) for at_ms in (NOON - 26 * HOUR_MS, NOON))
    assert f"\n{old:%Y-%m-%d %H:%M}–still open" in text
    assert f"\n{new:%H:%M}–still open" in text


def test_the_mail_says_the_number_now_and_which_one_is_that_of_the_raise_and_who_wrote_what() -> None:
    """ "longest wait 0:50" stood a few lines under "1 waiting, the longest 15:31"."""
    rules = msgspec.convert({"r": {"metric": "waiting", "queues": ["*"], "raise": "> 2"}}, dict[str, Rule])
    floor = watchful(Floor(Settings(alert=rules, site={"main": Site(name="Kyiv")})))
    floor.advance(NOON)
    for nth in range(5):
        floor.apply(Queued(contact=f"c{nth}", queue="q", source="pbx", time=NOON), NOON)
    for alert, of in (("a", "q"), ("b", "p"), ("c", "o")):
        about = {"kind": "queues", "of": of, "metric": "waiting", "limit": "> 2", "since": "1"}
        floor.apply(
            AlertRaised(
                alert=alert, rule="r", severity="warning", value=3, attributes=about, source="wallboard", time=NOON
            ),
            NOON,
        )
    floor.apply(AlertAcknowledged(alert="a", who="Ann", note="called", source="wallboard", time=NOON), NOON)
    floor.apply(AlertCleared(alert="b", source="wallboard", time=NOON), NOON)
    shift = Shift("early", NOON, NOON + 3_600_000)
    numbers, rows = Numbers("site:main", None, [], {"at": NOON}), handover.alerts_of(floor, shift, lambda _: True)
    mail = mail_of(Parting("main", shift, numbers, [], rows, [], []), floor, NOON, "")
    time = f"{datetime.fromtimestamp(NOON / 1000, UTC):%H:%M}"
    lines = mail.text.split("Alerts\n")[1].split("\n\n")[0].splitlines()
    assert lines == [
        f"{time}–still open  warning: q: waiting 5 (limit > 2); 3 when raised, seen by Ann, note (Ann) “called”",
        f"{time}–{time}  warning: p: waiting 3 when raised (limit > 2); nobody acted",
        f"{time}–still open  warning: o: waiting 3 when raised (limit > 2); nobody acted",
    ]
    assert mail.title.startswith("Hand-over: Kyiv, early 2026-11-18 ")


def test_hours_that_nobody_saw_are_one_row_as_long_as_they_follow_each_other(tmp_path: Path) -> None:
    """Somebody looked in the fourth hour, and in the sixth a contact came."""
    begun_ms = NOON - NOON % HOUR_MS
    fourth, sixth = begun_ms + 3 * HOUR_MS, begun_ms + 5 * HOUR_MS
    history = History(open_record(tmp_path))
    day = SeenDay("main", "x", begun_ms, begun_ms + 9 * HOUR_MS, fourth, fourth + HOUR_MS - TOLD_MS, "live")
    history.fill({Interval("groups", "all", sixth, "event"): {"offered": 2}}, [day])
    shift = Shift("long", begun_ms, begun_ms + 9 * HOUR_MS)
    found = handover.numbers(history, "all", None, shift, begun_ms + 8 * HOUR_MS)
    told = [
        ((row["at"] - begun_ms) / HOUR_MS, (row["until"] - begun_ms) / HOUR_MS, row.get("offered"))
        for row in found.hours
    ]
    assert told == [(0, 3, None), (3, 4, 0), (4, 5, None), (5, 6, 2), (6, 8, None)]
    assert [hours(row, ZoneInfo("UTC")) for row in found.hours[:2]] == [
        f"{datetime.fromtimestamp(begun_ms / 1000, UTC):%H:%M}–{datetime.fromtimestamp(fourth / 1000, UTC):%H:%M}",
        f"{datetime.fromtimestamp(fourth / 1000, UTC):%H:%M}",
    ]


def test_the_worst_hour_is_one_of_two_with_enough_contacts() -> None:
    def row(nth: int, level: float, count: int) -> dict[str, Any]:
        return {"at": nth, "until": nth + 1, "service_level": level, "n": {"service_level": count}}

    few, good, bad, unknown = row(0, 10, 4), row(1, 90, 5), row(2, 50, 5), {"at": 3, "until": 4}
    for rows, found in (([few, good, bad, unknown], bad), ([few, bad], None), ([unknown], None), ([], None)):
        told = worst_hour([Numbers("all", None, rows, unknown)], 5)
        assert (told and told.row) == found
    two = [Numbers("team:one", None, [good], unknown), Numbers("team:two", None, [bad], unknown)]
    assert worst_hour(two, 5) == WorstHour("team:two", bad)


@pytest.mark.parametrize(
    ("language", "title", "said"),
    [
        (
            "uk",
            "Передача зміни: main, early 2026-11-18 ",
            ("надійшло 10", "рівень сервісу 80,5 %", "ніхто не відреагував", "Подяк від"),
        ),
        ("ru", "Передача смены: main, early 2026-11-18 ", ("уровень сервиса 80,5 %", "Благодарностей")),
        ("pl", "Przekazanie zmiany: main, early 2026-11-18 ", ("poziom obsługi 80,5 %",)),
    ],
)
def test_the_mail_is_in_the_language_of_its_site(language: str, title: str, said: tuple[str, ...]) -> None:
    settings = Settings(site={"main": Site(language=language)})  # type: ignore[arg-type]
    floor = Floor(settings)
    about = {"kind": "queues", "of": "q", "metric": "waiting", "limit": "> 2", "since": "1"}
    named = {"alert": "a", "source": "wallboard", "time": NOON}
    floor.apply(AlertRaised(rule="r", severity="critical", value=3, attributes=about, **named), NOON)  # type: ignore[arg-type]
    row = {
        "at": NOON, "until": NOON + 3_600_000, "offered": 10, "answered": 9, "abandoned": 1, "service_level": 80.5,
        "n": {"service_level": 10},
    }  # fmt: skip
    worse = row | {"at": NOON + 3_600_000, "until": NOON + 7_200_000, "service_level": 40.5}
    shift = Shift("early", NOON, NOON + 3_600_000)
    numbers, waits = Numbers("site:main", 80, [row, worse], row), [Waits("q", "Q", 2, NOON, 0, None)]
    longest = Longest(Line("Q", is_spoken=True), 125, NOON)
    told = Parting("main", shift, numbers, waits, list(floor.alerts.open.items()), [], [], longest=longest)
    mail = mail_of(told, floor, NOON + 60_000, "")
    assert mail.title.startswith(title)
    assert mail.language == language
    assert all(one in mail.text for one in said), mail.text
    assert re.match(r"[^\n]+: 2:05, Q; [^\n]+\n[^\n]+: \d\d:\d\d–\d\d:\d\d, [^\n]+ 40,5\u00a0%\.\n\n", mail.text), (
        mail.text
    )
    words = set(re.findall("[a-z]+", mail.text)) - {"q", "r"}
    assert language == "pl" or not words, "nothing of it stays English"
