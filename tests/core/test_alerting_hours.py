"""When a rule counts: opening hours, hours of its own, days of their own, and a snooze to the end of a shift."""

from typing import Any

import msgspec
from ruled import HOUR, MINUTE, NOON, SECOND, floor_with, gone, said, three_wait, waits

from wallboard.core import events as ev
from wallboard.core.rows import AlertRow
from wallboard.core.rules import Rule
from wallboard.core.settings import Queue, Settings, Site
from wallboard.core.state import Floor
from wallboard.core.watchful import watchful


def test_a_closed_queue_is_no_incident_and_its_alert_ends_when_it_closes():
    queue = Queue(open="Sun 08:00-12:10")
    floor = floor_with({"metric": "oldest_wait_s", "raise": "> 60", "when": "open"}, known={"support": queue})
    waits(floor, "c1", 0)
    floor.advance(NOON + 9 * MINUTE)
    assert said(floor) == [("raised", 61.0)]
    floor.advance(NOON + HOUR)
    assert said(floor)[1:] == [("cleared", 600.0)]
    waits(floor, "c2", HOUR)
    floor.advance(NOON + 2 * HOUR)
    assert len(said(floor)) == 2


def test_with_always_an_alert_stays_through_the_night_where_its_number_is_not_known_any_more():
    """Five calls of which none is answered; the queue closes at 12:10, and of 12:16 on nothing is in the 15 minutes."""
    rule = {"metric": "abandon_rate", "window": "m15", "raise": "> 50"}

    def told(when: str) -> list[tuple[str, float]]:
        floor = floor_with(rule | {"when": when}, known={"support": Queue(open="Sun 08:00-12:10", short_abandon_s=0)})
        for number in range(5):
            waits(floor, f"c{number}", 0)
            gone(floor, f"c{number}", MINUTE)
        floor.advance(NOON + 9 * HOUR)
        return said(floor)

    assert told("open") == [("raised", 61.0), ("cleared", 600.0)]
    assert told("always") == [("raised", 61.0)]


def test_hours_of_a_rule_s_own_by_the_clock_of_the_site():
    site = Site(zone="Europe/Kyiv")  # noon UTC is 14:00
    floor = floor_with({"when": "Mon-Sun 14:05-15:00"}, site=site)
    three_wait(floor)
    floor.advance(NOON + 10 * MINUTE)
    assert said(floor) == [("raised", 300.0)]


def test_of_all_queues_together_it_counts_while_one_of_them_is_open():
    """12:00 UTC on a Sunday. One opens at 13:00; hidden ones and those of other teams do not count for a team."""
    known = {
        "support": Queue(open="13:00-14:00", team="first"), "sales": Queue(open="15:00-16:00", team="second"),
        "test": Queue(hidden=True, team="first"),
    }  # fmt: skip

    def raised(**rule: Any) -> list[tuple[str, float]]:
        floor = floor_with({"queues": [], **rule}, known)
        three_wait(floor)
        floor.advance(NOON + 5 * HOUR)
        return said(floor)

    first, second = [("raised", 3600.0), ("cleared", 7200.0)], [("raised", 10800.0), ("cleared", 14400.0)]
    assert raised(when="open") == first + second
    assert raised(when="open", teams=["first"]) == first
    assert raised(when="always") == [("raised", 1.0)]
    del known["sales"]
    known["mail"] = Queue()
    assert raised(when="open") == [("raised", 1.0)], "one is always open"


def test_a_day_with_hours_of_its_own():
    floor = floor_with({"when": "Mon-Fri 09:00-17:00, 2026-11-22 12:30-12:45"})
    three_wait(floor)
    floor.advance(NOON + 5 * HOUR)
    assert said(floor) == [("raised", 1800.0), ("cleared", 2700.0)]


def test_a_snooze_lasts_to_the_end_of_the_shift_of_its_site_and_ends_by_itself():
    rule = {"metric": "waiting", "raise": "> 2", "queues": ["*"], "when": "always"}
    sites = {
        "kyiv": Site(shifts={"day": "06:00-14:00"}), "lviv": Site(shifts={"late": "11:00-13:00"}), "odesa": Site(),
    }  # fmt: skip
    queues = {name: Queue(site=name) for name in sites}
    floor = watchful(Floor(Settings(alert={"r": msgspec.convert(rule, Rule)}, queue=queues, site=sites)))
    floor.advance(NOON)

    def ends(kind: str, of: str) -> float:
        row = AlertRow("r", "info", kind, of, "waiting", None, "> 2", 3, NOON, NOON)
        return (floor.alerts.shift_ends_ms(row) - NOON) / HOUR

    assert [ends("queues", name) for name in sites] == [2, 1, 12]
    assert ends("groups", "all") == 12, "the last to end: the day of odesa"
    base: dict[str, Any] = {"alert": "a1", "rule": "r", "source": "wallboard"}
    said_of = {"kind": "queues", "of": "lviv", "metric": "waiting", "limit": "> 2"}
    floor.apply(ev.AlertRaised(time=NOON, attributes=said_of, severity="info", id="1", **base), NOON)
    until_ms = floor.alerts.shift_ends_ms(floor.alerts.open["a1"])
    floor.apply(ev.AlertSnoozed(time=NOON, until=until_ms, who="Olena", id="2", **base), NOON)
    floor.advance(NOON + HOUR - SECOND)
    assert floor.alerts.open["a1"].snoozed_by == "Olena"
    floor.advance(NOON + HOUR)
    assert floor.alerts.open["a1"].snoozed_by is None
    assert floor.alerts.open["a1"].woken_ms == NOON + HOUR
    floor.apply(ev.AlertSnoozed(time=NOON + HOUR, until=NOON + 2 * HOUR, who="Olena", id="3", **base), NOON + HOUR)
    assert floor.alerts.open["a1"].woken_ms is None, "it sleeps again"
