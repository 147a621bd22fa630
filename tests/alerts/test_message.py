"""A message says where, which number, and what to do: read by people on a phone, in the language of their site."""

from typing import Any

import msgspec
import pytest

from tests.alerts.dues import BOSS, LEADS, MINUTE, NOON, dues, row, settings
from wallboard.alerts.late import as_of_now
from wallboard.alerts.message import HEAD, Speaks, message_of, said_in, together
from wallboard.alerts.message import test_of as made_to_test
from wallboard.alerts.notify.telegram import buttons
from wallboard.alerts.told import due_on
from wallboard.core import events as ev
from wallboard.core.askable import METRICS
from wallboard.core.events import KpiReported
from wallboard.core.rules import Rule
from wallboard.core.settings import LANGUAGES, Queue, Settings, Site
from wallboard.core.state import Floor
from wallboard.core.watchful import watchful


def test_a_message_says_what_to_do_and_who_is_meant_until_it_is_over() -> None:
    held = settings(action="Call back", owners=["Olena", "floor leads"])
    begins, _ = dues(row(), NOON, held)
    assert begins.message.text.splitlines()[1:] == ["Do: Call back", "For: Olena, floor leads"]
    over = row(over_ms=NOON + MINUTE, over="cleared", owner="Ivan")
    [ends] = dues(over, NOON + MINUTE, held, known=[("leads", "a+")])
    assert not {"Do: Call back", "For: Olena, floor leads"} & set(ends.message.text.splitlines())


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("closed", "closed now"), ("maintenance", "planned work begins"), ("gone", "not there any more"),
        ("rule", "its rule was taken out"), ("cleared", "resolved"),
    ],
)  # fmt: skip
def test_it_is_told_why_it_is_over(why: str, words: str) -> None:
    message = message_of("a", row(over_ms=NOON, over=why), "cleared", 0, "Call back", "Support", "")
    assert message.title.startswith(f"Support: {words}, ")
    assert "Call back" not in message.text


def test_the_first_sixty_characters_carry_the_queue_the_number_and_the_limit() -> None:
    for called in ("support", "The queue whose name is longer than what any phone shows of it"):
        title = message_of("a", row(), "raised", 0, "Open the overflow queue", called, "").title
        assert len(title) <= HEAD
        assert title.startswith(called[:7])
        assert title.endswith("longest wait 2:14 (limit > 2:00)")


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "and ready 0 (limit < 1)"), ("uk", "і готові 0 (межа < 1)"), ("ru", "и готовы 0 (предел < 1)"),
        ("pl", "i gotowi 0 (próg < 1)"),
    ],
)  # fmt: skip
def test_a_message_says_what_else_has_to_hold_with_its_number(language: str, says: str) -> None:
    rule = {
        "metric": "waiting", "raise": "> 0", "and": [{"metric": "ready", "raise": "< 1"}], "queues": ["support"],
        "notify": ["leads", "boss"], "when": "always",
    }  # fmt: skip
    site = {"main": Site(language=language)}
    rules = msgspec.convert({"r": rule}, dict[str, Rule])
    floor = watchful(Floor(Settings(alert=rules, queue={"support": Queue(name="Support", site="main")}, site=site)))
    floor.advance(NOON)
    floor.apply(ev.SignedIn(agent="1", queues=["support"], source="pbx", time=NOON), NOON)
    floor.apply(ev.PresenceSet(agent="1", presence="paused", source="pbx", time=NOON), NOON)
    floor.advance(NOON + 1_000)
    floor.apply(ev.Queued(contact="c", queue="support", source="pbx", time=NOON + 1_000), NOON + 1_000)
    floor.advance(NOON + 5_000)
    assert floor.alerting
    for event in list(floor.alerting.untold.values()):
        floor.apply(event, floor.now_ms)
    [[one]] = due_on(floor, {"leads": LEADS}, NOON + 5_000, "")
    assert one.message.text.splitlines()[0] == says
    assert says not in one.message.title
    floor.apply(ev.PresenceSet(agent="1", presence="ready", source="pbx", time=NOON + 5_500), NOON + 5_500)
    [[later]] = due_on(floor, {"boss": LEADS._replace(name="boss")}, NOON + 5_500, "")
    assert len(later.message.text.splitlines()) == 1, "it holds no more: severity and rule alone"
    many = together([one.message, msgspec.structs.replace(one.message, alert="b", id="b+")])
    assert says in many.text.splitlines()[1].split(" · ")
    [alert] = floor.alerts.open
    floor.apply(ev.AlertCleared(alert=alert, source="wallboard", time=NOON + 6_000), NOON + 6_000)
    [[*_, ended]] = due_on(floor, {"leads": LEADS}, NOON + 6_000, "")
    assert ended.message.type == "cleared"
    assert says not in ended.message.text


LIMITS = (("answered", "> 0"), ("offered", "> 0"), ("abandoned", "> 0"), ("missed", "> 9"))


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "or abandoned 1 (limit > 0)"), ("uk", "або покинуто 1 (межа > 0)"),
        ("ru", "или брошено 1 (предел > 0)"), ("pl", "lub porzucone 1 (próg > 0)"),
    ],
)  # fmt: skip
def test_a_message_says_which_condition_joined_by_or_holds_and_not_which_does_not(language: str, says: str) -> None:
    others = [{"metric": one, "raise": limit} for one, limit in LIMITS]
    rule = {
        "metric": "waiting", "raise": "> 5", "and": [{"metric": "ready", "raise": "< 1"}], "or": others,
        "queues": ["support"], "notify": ["leads"], "when": "always",
    }  # fmt: skip
    site = {"main": Site(language=language)}
    rules = msgspec.convert({"r": rule}, dict[str, Rule])
    floor = watchful(Floor(Settings(alert=rules, queue={"support": Queue(name="Support", site="main")}, site=site)))
    floor.advance(NOON)
    floor.apply(ev.Queued(contact="c", queue="support", source="pbx", time=NOON), NOON)
    floor.apply(ev.Abandoned(contact="c", source="pbx", time=NOON + 9_000), NOON + 9_000)
    floor.advance(NOON + 15_000)
    assert floor.alerting
    for event in list(floor.alerting.untold.values()):
        floor.apply(event, floor.now_ms)
    [[one]] = due_on(floor, {"leads": LEADS}, NOON + 15_000, "")
    lines = one.message.text.splitlines()
    assert (lines[0], len(lines)) == (says, 2), "then severity and rule, and nothing that has to hold with another one"
    assert (one.message.metric, one.message.value, one.message.limit) == ("offered", 1, "> 0"), "the first that holds"
    assert " 1 (" in one.message.title
    late = as_of_now(floor, one.message, NOON + 115_000)
    assert late.now == 1, "the number by now is of the same"


@pytest.mark.parametrize(
    ("metric", "value", "limit", "says"),
    [
        ("oldest_wait_s", 134.0, "> 40", "longest wait 2:14 (limit > 0:40)"),
        ("est_wait_s", 3725.0, ">= 3600", "expected wait 1:02:05 (limit >= 1:00:00)"),
        ("service_level", 71.25, "< 80", "service level 71.2 % (limit < 80 %)"),
        ("asa_s", 41.0, "> 40", "average answer time 0:41 (limit > 0:40)"),
        ("oldest_wait_s", 120.7, "> 120", "longest wait 2:01 (limit > 2:00)"),
        ("oldest_wait_s", 179.5, "> 120", "longest wait 3:00 (limit > 2:00)"),
        ("missed_in_row", 3.0, ">= 3", "missed in a row 3 (limit >= 3)"),
        ("waiting", 7.0, "> 5", "waiting 7 (limit > 5)"),
        ("kpi.sales", 2.5, "< 3", "sales 2.5 (limit < 3)"),
        ("wrapup_over_s", None, "> 60", "wrap-up over its limit by – (limit > 1:00)"),
    ],
)
def test_number_and_limit_are_read_as_people_say_them(metric: str, value: float | None, limit: str, says: str) -> None:
    one = row(metric=metric, value=value, limit=limit)
    assert message_of("a", one, "raised", 0, None, "Billing", "").title == f"Billing: {says}"
    assert message_of("a", one, "raised", 0, None, "Billing", "").limit == limit, "a program reads it as it was written"


def test_a_repeat_says_that_it_goes_on_and_an_end_that_it_is_resolved() -> None:
    assert (
        message_of("a", row(), "again", 2, None, "Billing", "").title
        == "Billing: longest wait still 2:14 (limit > 2:00)"
    )
    over = row(over_ms=NOON + 6 * MINUTE, over="cleared")
    assert (
        message_of("a", over, "cleared", 1, None, "Billing", "").title
        == "Billing: resolved, longest wait (limit > 2:00), after 6 min"
    )


@pytest.mark.parametrize(
    ("language", "lasted_s", "says"),
    [
        ("en", 0, "after 1 s"), ("en", 59, "after 59 s"), ("en", 60, "after 1 min"), ("en", 3_599, "after 1 h"),
        ("en", 7_500, "after 2 h 5 min"), ("uk", 366, "тривало 6 хв"), ("ru", 366, "длилось 6 мин"),
        ("pl", 366, "trwało 6 min"),
    ],
)  # fmt: skip
def test_behind_the_limit_an_end_says_how_long_it_lasted(language: str, lasted_s: int, says: str) -> None:
    for why in ("cleared", "rule"):
        over = row(over_ms=NOON + 1000 * lasted_s, over=why)
        title = message_of("a", over, "cleared", 0, None, "Technical support", "", speaks=Speaks(language)).title
        assert title.endswith(f"2:00), {says}")
        assert len(title.removesuffix(f", {says}")) <= HEAD


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"metric": "oldest_wait_s", "raise": "> 60"}, "longest wait still 3:06 (limit > 1:00)"),
        ({"metric": "waiting", "raise": "> 0"}, "waiting still 2 (limit > 0)"),
        ({"metric": "waiting", "raise": "> 0", "within": "10m"}, "waiting still +2 in 10m (limit > 0)"),
        ({"metric": "no_event_s", "event": "contact.answered", "raise": "> 60"}, "still 3:"),
    ],
)
def test_a_repeat_tells_the_number_as_it_is_by_then(keys: dict[str, Any], says: str) -> None:
    rule = {"queues": ["support"], "notify": ["leads"], "repeat": "1m", "when": "always"} | keys
    rules = msgspec.convert({"r": rule}, dict[str, Rule])
    floor = watchful(Floor(Settings(alert=rules, queue={"support": Queue(name="Support")})))
    floor.advance(NOON)
    floor.apply(ev.QueueObserved(queue="support", waiting=0, source="pbx", time=NOON), NOON)
    floor.advance(NOON + 2_000)
    floor.apply(ev.QueueObserved(queue="support", source="pbx", time=NOON + 3_000), NOON + 3_000)
    for number in range(2):
        at_ms = NOON + 3_000 + number * 90_000
        floor.apply(ev.Queued(contact=f"c{number}", queue="support", source="pbx", time=at_ms), at_ms)
        floor.advance(at_ms + MINUTE + 5_000)
        assert floor.alerting
        for event in list(floor.alerting.untold.values()):
            floor.apply(event, floor.now_ms)
    floor.advance(NOON + 189_000)
    [found] = due_on(floor, {"leads": LEADS}, NOON + 189_000, "")
    assert [one.message.type for one in found] == ["raised", "again"]
    first, again = (one.message for one in found)
    assert says in again.title
    assert (again.value or 0) > (first.value or 0), "at the beginning it was less"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("metric", [*METRICS, "kpi.orders"])
@pytest.mark.parametrize("called", ["Q", "Підтримка", "a very long name of a queue, of which some is cut"])
def test_in_each_language_the_first_sixty_characters_carry_the_queue_the_number_and_the_limit(
    language: str, metric: str, called: str
) -> None:
    one = row(metric=metric, value=-4321.5 if metric.startswith("kpi") else 4321.0, limit="> 3600")
    speaks = Speaks(language, "EUR" if metric.startswith("kpi") else "")
    for verb in ("raised", "again", "assigned"):
        head = message_of("a", one, verb, 0, None, called, "", speaks=speaks).title[:HEAD]
        assert head.startswith(called[:7])
        assert head.endswith(")"), "nothing of the limit is cut"
        assert any(value in head for value in ("1:12:01", "4321", "-4321.5 EUR"))


def test_a_message_is_in_the_language_of_its_site() -> None:
    sites = {"kyiv": Site(language="uk"), "gdansk": Site(language="pl")}
    rule = settings(notify=["leads"]).alert
    held = Settings(alert=rule, site=sites, queue={"support": Queue(site="gdansk"), "sales": Queue(site="kyiv")})
    found = {}
    for of in ("support", "sales"):
        [one] = dues(row(of=of, owner="Olena"), NOON, held, LEADS)
        found[of] = one.message
    assert found["sales"].title == "sales: найдовше чекає 2:14 (межа > 2:00)"
    assert found["sales"].text.splitlines() == ["критично, правило wait", "Цим займається Olena"]
    assert found["support"].title == "support: najdłuższe czekanie 2:14 (próg > 2:00)"
    both = together([found["sales"], msgspec.structs.replace(found["support"], alert="b", id="b+")])
    assert both.title == "sales: найдовше чекає 2:14 (межа > 2:00) + ще 1"
    assert both.text.splitlines()[0] == "2 сигнали"
    assert both.language == "uk"
    [group] = dues(row(kind="groups", of="all"), NOON, held, LEADS)
    assert group.message.language == "uk", "of no queue: that of the first site"
    assert buttons(group.message, said_in("pl"))[0][0]["text"] == "Widzę"
    assert made_to_test("leads", "x", NOON, "ru").title == "Пробное сообщение Wallboard"


def test_a_figure_is_told_with_its_unit() -> None:
    floor = Floor(Settings(alert=settings(metric="kpi.sales", queues=[], **{"raise": "> 10"}).alert))
    floor.apply(KpiReported(kpi="sales", value=12.5, unit="EUR", source="crm", time=NOON), NOON)
    floor.alerts.open["a"] = row(kind="kpis", of="sales", metric="kpi.sales", value=12.5, limit="> 10")
    [[one, _]] = due_on(floor, {"leads": LEADS, "boss": BOSS}, NOON, "")
    assert one.message.title == "sales: sales 12.5 EUR (limit > 10 EUR)"


def test_of_no_event_it_is_told_of_which() -> None:
    one = row(metric="no_event_s", value=605.0, limit="> 600", event="contact.answered")
    title = message_of("a", one, "raised", 0, None, "Billing", "").title
    assert title == "Billing: without contact.answered for 10:05 (limit > 10:00)"


@pytest.mark.parametrize(
    ("value", "limit", "says"),
    [(7.0, "> 5", "waiting +7 in 10m (limit > 5)"), (-7.0, "< -5", "waiting -7 in 10m (limit < -5)")],
)
def test_of_a_change_it_is_told_by_how_much_and_within_how_long(value: float, limit: str, says: str) -> None:
    one = row(metric="waiting", value=value, limit=limit, within="10m")
    assert message_of("a", one, "raised", 0, None, "Billing", "").title == f"Billing: {says}"
