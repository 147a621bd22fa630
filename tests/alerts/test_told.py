"""Who is told what: from the alerts as they stand, so that a restart changes nothing."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from wallboard.alerts.message import HEAD, Speaks, Verb, message_of, said_in, together
from wallboard.alerts.message import test_of as made_to_test
from wallboard.alerts.notify.telegram import buttons
from wallboard.alerts.told import MISSED_MS, Due, due, due_on, is_held
from wallboard.core import events as ev
from wallboard.core.events import KpiReported
from wallboard.core.rows import AlertRow
from wallboard.core.rules import METRICS, Rule
from wallboard.core.settings import LANGUAGES, Queue, Settings, Site
from wallboard.core.state import Floor
from wallboard.core.watchful import watchful
from wallboard.receivers import Receiver

NOON = 1_795_000_000_000 // 86_400_000 * 86_400_000 + 12 * 3_600_000  # UTC, as the default site
MINUTE = 60_000
LEADS = Receiver("leads", "webhook", "https://a.example")
BOSS = Receiver("boss", "webhook", "https://b.example", least="critical")


def row(**changed: Any) -> AlertRow:
    made = AlertRow("wait", "critical", "queues", "support", "oldest_wait_s", "now", "> 120", 134.0, NOON, NOON)
    return msgspec.structs.replace(made, **changed)


def settings(**keys: Any) -> Settings:
    rule = {"metric": "oldest_wait_s", "queues": ["*"], "raise": "> 120", "notify": ["leads", "boss"], **keys}
    return Settings(alert={"wait": msgspec.convert(rule, Rule)})


def told(
    one: AlertRow, now_ms: int, held: Settings | None = None, *receivers: Receiver, on_duty: Sequence[str] = ()
) -> list[tuple[str, str]]:
    return [(each.receiver, each.told) for each in dues(one, now_ms, held, *receivers, on_duty=on_duty)]


def dues(
    one: AlertRow, now_ms: int, held: Settings | None = None, *receivers: Receiver, on_duty: Sequence[str] = (),
    is_behind: bool = False,
) -> list[Due]:  # fmt: skip
    by_name = {receiver.name: receiver for receiver in receivers or (LEADS, BOSS)}
    settings_now, called = held or settings(), lambda row: row.of
    [found] = due({"a": one}, settings_now, by_name, now_ms, called, lambda _: on_duty, "", is_behind=is_behind)
    return found


def test_what_is_raised_is_told_to_all_and_what_is_over_to_whom_it_was_told() -> None:
    assert told(row(), NOON) == [("leads", "a+"), ("boss", "a+")]
    over = row(over_ms=NOON + MINUTE, over="cleared")
    found = dues(over, NOON + MINUTE, None, LEADS)
    assert [(each.told, each.needs) for each in found] == [("a+", None), ("a-", "a+")]


def test_a_message_says_what_to_do_and_who_is_meant_until_it_is_over() -> None:
    held = settings(action="Call back", owners=["Olena", "floor leads"])
    begins, _ = dues(row(), NOON, held)
    assert begins.message.text.splitlines()[1:] == ["Do: Call back", "For: Olena, floor leads"]
    ends = dues(row(over_ms=NOON + MINUTE, over="cleared", owner="Ivan"), NOON + MINUTE, held)[-1]
    assert not {"Do: Call back", "For: Olena, floor leads"} & set(ends.message.text.splitlines())


def test_what_came_and_went_long_ago_is_not_raised_any_more() -> None:
    over = row(over_ms=NOON, over="cleared")
    assert told(over, NOON + MISSED_MS, None, LEADS) == [("leads", "a-")]
    assert told(over, NOON + 86_400_000, None, LEADS) == []


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


def test_below_what_a_receiver_asks_for_nothing_is_told() -> None:
    assert told(row(severity="warning"), NOON) == [("leads", "a+")]


def test_the_chain_goes_on_until_somebody_acknowledges_or_takes_it() -> None:
    held = settings(escalate="10m")
    assert told(row(), NOON + 9 * MINUTE, held) == [("leads", "a+")]
    assert told(row(), NOON + 10 * MINUTE, held) == [("leads", "a+"), ("boss", "a+")]
    seen = row(acknowledged_by="Olena", acknowledged_ms=NOON + 9 * MINUTE)
    assert told(seen, NOON + 60 * MINUTE, held) == [("leads", "a+")]
    assert told(row(owner="Olena"), NOON + 60 * MINUTE, held) == [("leads", "a+")]


def test_what_comes_by_time_alone_waits_while_there_is_more_to_read() -> None:
    """In which somebody may have acknowledged it: the next one was called, and a repeat went, all the same."""
    held = settings(escalate="10m", repeat="5m")
    later = NOON + 10 * MINUTE
    assert [one.told for one in dues(row(), later, held)] == ["a+", "a*2", "a+", "a*2"]
    behind = dues(row(), later, held, is_behind=True)
    assert [(one.receiver, one.told) for one in behind] == [("leads", "a+")]
    over = row(over_ms=NOON + MINUTE, over="cleared")
    assert [one.told for one in dues(over, later, held, LEADS, is_behind=True)] == ["a+", "a-"]


def test_a_message_is_made_once_for_all_who_are_told_the_same() -> None:
    """Of a thousand that are over and a hundred receivers all were made, for seconds in which nothing else went on."""
    over = row(over_ms=NOON + MINUTE, over="cleared")
    assert len({id(one.message) for one in dues(over, NOON + MINUTE) if one.told == "a-"}) == 1
    others = [OLENA._replace(name=f"olena-{number}") for number in range(9)]
    found = dues(row(), NOON, settings(**CHAIN), *others, on_duty=["Olena"])
    assert (len(found), len({id(one.message) for one in found})) == (9, 1)


def test_the_chain_goes_on_from_when_somebody_took_it() -> None:
    held = settings(escalate="10m")
    late = row(owner="Olena", owned_ms=NOON + 12 * MINUTE)
    assert told(late, NOON + 60 * MINUTE, held) == [("leads", "a+"), ("boss", "a+")]
    soon = row(owner="Olena", owned_ms=NOON + 9 * MINUTE)
    assert told(soon, NOON + 60 * MINUTE, held) == [("leads", "a+")]


OLENA = Receiver("olena-phone", "webhook", "https://c.example", person="Olena")
IVAN = Receiver("ivan-mail", "mail", "smtp://d.example", person="Ivan")
CHAIN = {"notify": ["on-duty", "leads", "boss"], "escalate": "10m"}


def test_who_is_on_duty_is_told_first_and_the_chain_goes_on_behind_them() -> None:
    held, all_of_them = settings(**CHAIN), (OLENA, IVAN, LEADS, BOSS)
    assert told(row(), NOON, held, *all_of_them, on_duty=["Olena"]) == [("olena-phone", "a+")]
    both = told(row(), NOON, held, *all_of_them, on_duty=["Ivan", "Olena"])
    assert both == [("olena-phone", "a+"), ("ivan-mail", "a+")]
    later = told(row(), NOON + 10 * MINUTE, held, *all_of_them, on_duty=["Olena"])
    assert later == [("olena-phone", "a+"), ("leads", "a+")]


@pytest.mark.parametrize(
    ("on_duty", "says"), [([], "Nobody is on duty for this"), (["Vira"], "On duty is Vira, who has no receiver")]
)
def test_with_nobody_to_be_reached_on_duty_the_next_is_told_at_once_and_why(on_duty: list[str], says: str) -> None:
    held, all_of_them = settings(**CHAIN), (OLENA, IVAN, LEADS, BOSS)
    [one] = dues(row(), NOON, held, *all_of_them, on_duty=on_duty)
    assert (one.receiver, one.told) == ("leads", "a+")
    assert says in one.message.text
    assert says not in one.message.title
    later = told(row(), NOON + 10 * MINUTE, held, *all_of_them, on_duty=on_duty)
    assert later == [("leads", "a+"), ("boss", "a+")]


def test_whoever_comes_on_duty_is_told_what_is_open_and_whoever_was_told_hears_the_end() -> None:
    held = settings(**CHAIN)
    assert told(row(), NOON + MINUTE, held, OLENA, IVAN, LEADS, on_duty=["Ivan"]) == [("ivan-mail", "a+")]
    over = row(over_ms=NOON + 2 * MINUTE, over="cleared")
    found = dues(over, NOON + 2 * MINUTE, held, OLENA, IVAN, LEADS, on_duty=["Ivan"])
    assert [(one.receiver, one.told, one.needs) for one in found] == [
        ("ivan-mail", "a+", None), ("olena-phone", "a-", "a+"), ("ivan-mail", "a-", "a+"), ("leads", "a-", "a+"),
    ]  # fmt: skip


def test_whom_somebody_else_gives_it_to_is_told_on_their_channels_and_hears_the_end() -> None:
    """On duty or not, and however grave; another one who was told of nothing hears no end."""
    phone = OLENA._replace(least="critical")
    mine = row(severity="warning", owner="Olena", given_by="Ivan", given_ms=NOON + 5, given=[("Olena", NOON + 5)])
    held = settings(notify=["leads"])
    found = dues(mine, NOON + MINUTE, held, phone, IVAN, LEADS)
    assert [(one.receiver, one.told, one.needs) for one in found] == [
        ("leads", "a+", None), ("olena-phone", f"a>{NOON + 5}", None)
    ]  # fmt: skip
    message = found[1].message
    assert message.title == "support: for you, longest wait 2:14 (limit > 2:00)"
    assert "Ivan has given it to you." in message.text.splitlines()
    assert "taken" not in message.text
    over = msgspec.structs.replace(mine, over_ms=NOON + 2 * MINUTE, over="cleared")
    ends = {(one.receiver, one.needs) for one in dues(over, NOON + 2 * MINUTE, held, phone, IVAN, LEADS)}
    assert ("olena-phone", f"a>{NOON + 5}") in ends
    assert ("ivan-mail", f"a>{NOON + 5}") not in ends


@pytest.mark.parametrize("now", [{"owner": "Olena"}, {"owner": "Vira", "given_by": "Olena", "given_ms": NOON + 9}])
def test_whom_it_was_given_to_hears_the_end_although_they_took_it_then_or_gave_it_on(now: dict[str, Any]) -> None:
    over = row(given=[("Olena", NOON + 5), ("Vira", NOON + 9)], over_ms=NOON + MINUTE, over="cleared", **now)
    found = dues(over, NOON + MINUTE, settings(notify=["leads"]), OLENA, IVAN)
    assert [(one.receiver, one.told, one.needs) for one in found] == [
        ("olena-phone", "a-", "a+"), ("olena-phone", "a-", f"a>{NOON + 5}"), ("ivan-mail", "a-", "a+"),
    ]  # fmt: skip


def test_who_takes_it_themselves_is_told_nothing_and_in_quiet_hours_it_waits() -> None:
    held = settings(notify=["leads"])
    assert told(row(owner="Olena"), NOON, held, OLENA) == []
    given = row(severity="warning", owner="Olena", given_by="Ivan", given_ms=NOON)
    asleep = OLENA._replace(quiet="11:00-13:00")
    assert told(given, NOON + MINUTE, held, asleep) == []
    assert told(given, NOON + 60 * MINUTE, held, asleep) == [("olena-phone", f"a>{NOON}")]


def test_what_is_about_a_person_is_told_only_to_who_is_on_duty_for_it() -> None:
    given = row(kind="agents", of="anna", metric="stretch_s", owner="Olena", given_by="Ivan", given_ms=NOON)
    assert told(given, NOON, settings(notify=["leads"]), OLENA) == []
    assert told(given, NOON, settings(notify=["leads"]), OLENA, on_duty=["Olena"]) == [("olena-phone", f"a>{NOON}")]


def test_what_is_about_a_person_is_told_to_who_came_on_duty_after_somebody_acted_on_it() -> None:
    """Given at a change of shift: who was on duty when somebody acted first is not whom it is given to."""
    floor = watchful(Floor(settings(notify=["leads"])))

    def tell(event: ev.Event, at_ms: int) -> None:
        floor.apply(msgspec.structs.replace(event, source=ev.SERVER, time=at_ms), at_ms)

    tell(ev.DutyTaken(who="Ivan", until=NOON + 60 * MINUTE), NOON)
    said = {"kind": "agents", "of": "anna", "metric": "stretch_s", "limit": "> 60"}
    tell(ev.AlertRaised(alert="a", rule="wait", attributes=said), NOON)
    tell(ev.AlertAcknowledged(alert="a", who="Ivan"), NOON + 1)
    tell(ev.AlertAssigned(alert="a", who="Ivan", attributes={"to": "Olena"}), NOON + MINUTE)
    mine = {OLENA.name: OLENA}
    assert list(due_on(floor, mine, NOON + MINUTE, "")) == [[]]
    tell(ev.DutyTaken(who="Olena", until=NOON + 60 * MINUTE), NOON + 2 * MINUTE)
    assert [one.told for [one] in due_on(floor, mine, NOON + 2 * MINUTE, "")] == [f"a>{NOON + MINUTE}"]


@pytest.mark.parametrize("held", [Settings(), settings(notify=["boss"])])
def test_whoever_was_told_hears_the_end_although_the_rule_is_gone_or_names_them_no_more(held: Settings) -> None:
    over = row(over_ms=NOON + MINUTE, over="rule")
    found = dues(over, NOON + MINUTE, held, LEADS)
    assert [(one.told, one.needs) for one in found] == [("a-", "a+")]
    assert "its rule was taken out" in found[0].message.title
    assert dues(row(), NOON + MINUTE, Settings(), LEADS) == []


def test_whoever_hears_of_one_only_when_it_is_over_hears_its_end_too() -> None:
    """Its end was asked for before, of somebody who had not been told that it began."""
    over = row(over_ms=NOON + MINUTE, over="cleared")
    known = [("boss", "a-")]
    [found] = due({"a": over}, settings(), {"boss": BOSS}, NOON + MINUTE, str, lambda _: (), "", known)
    assert [one.told for one in found] == ["a+", "a-"]
    known.append(("boss", "a+"))
    assert list(due({"a": over}, settings(), {"boss": BOSS}, NOON + MINUTE, str, lambda _: (), "", known)) == [[]]


ASLEEP, DEAF = OLENA._replace(quiet="11:00-13:00"), OLENA._replace(least="critical")


@pytest.mark.parametrize("phone", [ASLEEP, DEAF])
def test_whoever_is_on_duty_and_hears_nothing_of_it_now_holds_up_nobody(phone: Receiver) -> None:
    held, warning = settings(**CHAIN), row(severity="warning")
    [one] = dues(warning, NOON, held, phone, LEADS, on_duty=["Olena"])
    assert one.receiver == "leads"
    assert "On duty is Olena, who has no receiver for this now" in one.message.text
    assert told(warning, NOON, held, phone, IVAN, LEADS, on_duty=["Ivan", "Olena"]) == [("ivan-mail", "a+")]
    assert told(row(), NOON, held, phone, LEADS, on_duty=["Olena"]) == [("olena-phone", "a+")]


def test_of_what_they_saw_to_before_they_slept_nobody_else_is_told_while_they_sleep() -> None:
    held, phone = settings(**CHAIN), OLENA._replace(quiet="12:30-14:00")
    seen = row(severity="warning", acknowledged_by="Olena", acknowledged_ms=NOON + MINUTE)
    assert told(seen, NOON + 60 * MINUTE, held, phone, LEADS, on_duty=["Olena"]) == []
    unseen = row(severity="warning")
    assert told(unseen, NOON + 60 * MINUTE, held, phone, LEADS, on_duty=["Olena"]) == [("leads", "a+")]


def test_it_is_repeated_until_somebody_sees_to_it() -> None:
    held = settings(repeat="30m")
    assert told(row(), NOON + 29 * MINUTE, held, LEADS) == [("leads", "a+")]
    assert told(row(), NOON + 61 * MINUTE, held, LEADS) == [("leads", "a+"), ("leads", "a*2")]
    for seen in ({"acknowledged_by": "Olena"}, {"owner": "Olena"}):
        assert told(row(**seen), NOON + 61 * MINUTE, held, LEADS) == [("leads", "a+")]


def test_of_what_is_snoozed_nothing_is_told_and_of_what_somebody_acted_on_no_beginning_when_it_is_over() -> None:
    held = settings(escalate="10m", repeat="30m")
    assert told(row(snoozed_by="Olena", snoozed_until_ms=NOON + 90 * MINUTE), NOON + 61 * MINUTE, held) == []
    for seen in ({"acknowledged_by": "Olena"}, {"owner": "Olena"}, {"snoozed_by": "Olena"}):
        over = row(over_ms=NOON + MINUTE, over="cleared", **seen)
        assert told(over, NOON + 2 * MINUTE, None, LEADS) == [("leads", "a-")]


SLEPT = {"last_snoozed_by": "Olena", "snoozed_ms": NOON + 10 * MINUTE, "woken_ms": NOON + 40 * MINUTE}


def test_when_a_snooze_ends_those_whom_it_was_told_before_are_told_once_again() -> None:
    assert told(row(**SLEPT), NOON + 40 * MINUTE, None, LEADS) == [
        ("leads", "a+"),
        ("leads", f"a*{NOON + 40 * MINUTE}"),
    ]
    again = dues(row(**SLEPT), NOON + 80 * MINUTE, None, LEADS)[1]
    assert (again.told, again.needs, again.message.type) == (f"a*{NOON + 40 * MINUTE}", "a+", "again")
    assert again.message.title == "support: longest wait still 2:14 (limit > 2:00)"
    assert "Olena had snoozed it until now." in again.message.text.splitlines()
    over = row(over_ms=NOON + 41 * MINUTE, over="cleared", **SLEPT)
    assert told(over, NOON + 41 * MINUTE, None, LEADS) == [("leads", "a+"), ("leads", "a-")]


def test_the_end_of_a_snooze_takes_the_place_of_repeats_that_were_due_before_it() -> None:
    held, woken = settings(repeat="30m"), ("leads", f"a*{NOON + 40 * MINUTE}")
    assert told(row(**SLEPT), NOON + 59 * MINUTE, held, LEADS) == [("leads", "a+"), woken]
    assert told(row(**SLEPT), NOON + 60 * MINUTE, held, LEADS) == [("leads", "a+"), ("leads", "a*2"), woken]


def test_of_a_snooze_that_ended_whoever_hears_of_it_only_now_is_told_that_it_is_raised() -> None:
    held, both, woken = settings(notify=["on-duty"]), (OLENA, IVAN), f"a*{NOON + 40 * MINUTE}"
    slept = row(snoozed_duty=["Olena"], **SLEPT)
    later = told(slept, NOON + 40 * MINUTE, held, *both, on_duty=["Ivan", "Olena"])
    assert later == [("olena-phone", "a+"), ("ivan-mail", "a+"), ("olena-phone", woken)]
    assert told(slept, NOON + 40 * MINUTE, held, *both, on_duty=["Ivan"]) == [("ivan-mail", "a+")], "Olena went home"
    chain = settings(escalate="30m")
    assert told(row(**SLEPT), NOON + 40 * MINUTE, chain) == [("leads", "a+"), ("boss", "a+"), ("leads", woken)]


@pytest.mark.parametrize("key", ["acknowledged_ms", "owned_ms"])
def test_of_a_snooze_that_ended_nobody_is_told_after_somebody_acted_since(key: str) -> None:
    woken = ("leads", f"a*{NOON + 40 * MINUTE}")
    for at, is_told in ((9, True), (11, False)):
        seen = row(**SLEPT, **{key: NOON + at * MINUTE})
        assert (woken in told(seen, NOON + 40 * MINUTE, None, LEADS)) == is_told


def test_in_quiet_hours_only_what_is_critical_is_told() -> None:
    sleeper = LEADS._replace(quiet="22:00-14:00")
    assert told(row(severity="warning"), NOON, None, sleeper) == []
    assert told(row(severity="warning"), NOON + 3 * 3_600_000, None, sleeper) == [("leads", "a+")]
    assert told(row(), NOON, None, sleeper) == [("leads", "a+")]


def test_in_quiet_hours_the_end_of_what_was_told_before_waits_too() -> None:
    sleeper = LEADS._replace(quiet="22:00-14:00")
    for severity, waits in (("warning", True), ("critical", False)):
        over = row(severity=severity, over_ms=NOON, over="rule")
        [end] = dues(over, NOON + MINUTE, None, sleeper)
        assert (end.told, end.needs) == ("a-", "a+"), "it is put down at once, before it is forgotten"
        assert is_held(sleeper, end.message, settings(), NOON + MINUTE) is waits
        assert not is_held(sleeper, end.message, settings(), NOON + 3 * 3_600_000)


def test_the_first_sixty_characters_carry_the_queue_the_number_and_the_limit() -> None:
    for called in ("support", "The queue whose name is longer than what any phone shows of it"):
        title = message_of("a", row(), "raised", 0, "Open the overflow queue", called, "").title
        assert len(title) <= HEAD
        assert title.startswith(called[:7])
        assert title.endswith("longest wait 2:14 (limit > 2:00)")


def test_one_message_for_many_names_the_first_and_the_gravest() -> None:
    rows = [row(severity="info", of="a"), row(of="b"), row(of="c", over_ms=NOON + 1, over="cleared")]
    verbs = ("raised", "raised", "cleared")
    messages = [message_of(one.of, one, verb, 0, None, one.of, "") for one, verb in zip(rows, verbs, strict=True)]
    one = together(messages)
    assert (one.severity, one.title) == ("critical", "a: longest wait 2:14 (limit > 2:00) + 2 more")
    assert one.text.splitlines()[:2] == [
        "2 alerts, 1 resolved",
        "critical: b: longest wait 2:14 (limit > 2:00)",
    ]
    assert together(messages[:1]) is messages[0]


def several(*rows: AlertRow, on_duty: Sequence[str] = (), **keys: Any) -> list[str]:
    """The lines of the one message that tells of these, without how many."""
    held, alerts = settings(**keys), {f"a{number}": one for number, one in enumerate(rows)}
    told_of = due(alerts, held, {"leads": LEADS}, NOON, lambda row: row.of, lambda _: on_duty, "")
    return together([one.message for [one] in told_of]).text.splitlines()[1:]


def test_one_message_for_many_says_of_each_who_has_it_and_what_to_do_and_once_why_it_is_told() -> None:
    rows = row(of="a", owner="Olena"), row(of="b")
    assert several(*rows, action="Call back", notify=["on-duty", "leads"]) == [
        "critical: a: longest wait 2:14 (limit > 2:00) · Olena has taken it · Do: Call back",
        "critical: b: longest wait 2:14 (limit > 2:00) · Do: Call back",
        "Nobody is on duty for this: so you are told.",
    ]
    [first, *_] = several(*rows, action="Call back " * 9, notify=["leads"])
    assert first.endswith(" · Olena has taken it"), "what to do is too long for a line"


def test_one_message_for_many_says_beside_each_why_it_is_told_where_that_is_not_the_same() -> None:
    why = "Nobody is on duty for this: so you are told."
    rows = [row(of="a"), row(of="b")]
    messages = [
        message_of(one.of, one, "raised", 0, None, one.of, "", says) for one, says in zip(rows, (why, ""), strict=True)
    ]
    assert [line.endswith(" · " + why) for line in together(messages).text.splitlines()] == [False, True, False]


def test_one_message_for_many_says_of_what_is_over_only_that() -> None:
    over = row(of="a", owner="Olena", over_ms=NOON, over="cleared")
    messages = [
        message_of("a", row(of="a", owner="Olena"), "raised", 0, "Call back", "a", "", "Nobody"),
        message_of("a", over, "cleared", 0, "Call back", "a", ""),
        message_of("b", row(of="b"), "raised", 0, None, "b", ""),
    ]
    assert not {"Olena", "Call", "Nobody"} & set(together(messages).text.split())


def test_what_many_lines_say_beside_the_titles_leaves_room_for_the_titles_the_gravest_first() -> None:
    rows = [row(of=f"q{number}", severity="critical" if number > 40 else "info") for number in range(60)]
    messages = [message_of(one.of, one, "raised", 0, "x" * 80, one.of + "q" * 30, "http://w") for one in rows]
    one = together(messages)
    assert len(one.title) + len(one.text) < 4_000
    lines = one.text.splitlines()
    assert "Do: " in lines[1]
    assert "Do: " not in lines[-3]
    assert lines[-1].startswith("http://w")


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
        "notify": ["leads"], "when": "always",
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
    many = together([one.message, msgspec.structs.replace(one.message, alert="b", id="b+")])
    assert says in many.text.splitlines()[1].split(" · ")
    [alert] = floor.alerts.open
    floor.apply(ev.AlertCleared(alert=alert, source="wallboard", time=NOON + 6_000), NOON + 6_000)
    [[*_, ended]] = due_on(floor, {"leads": LEADS}, NOON + 6_000, "")
    assert ended.message.type == "cleared"
    assert says not in ended.message.text


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "or abandoned 1 (limit > 0)"), ("uk", "або покинуто 1 (межа > 0)"),
        ("ru", "или брошено 1 (предел > 0)"), ("pl", "lub porzucone 1 (próg > 0)"),
    ],
)  # fmt: skip
def test_a_message_says_which_condition_joined_by_or_holds_and_not_which_does_not(language: str, says: str) -> None:
    others = [{"metric": "abandoned", "raise": "> 0"}, {"metric": "offered", "raise": "> 9"}]
    rule = {
        "metric": "waiting", "raise": "> 5", "or": others, "queues": ["support"], "notify": ["leads"], "when": "always",
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
    assert (lines[0], len(lines)) == (says, 2), "then severity and rule"


@pytest.mark.parametrize(
    ("metric", "value", "limit", "says"),
    [
        ("oldest_wait_s", 134.0, "> 40", "longest wait 2:14 (limit > 0:40)"),
        ("est_wait_s", 3725.0, ">= 3600", "expected wait 1:02:05 (limit >= 1:00:00)"),
        ("service_level", 71.25, "< 80", "service level 71.2 % (limit < 80 %)"),
        ("asa_s", 41.0, "> 40", "average answer time 0:41 (limit > 0:40)"),
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
    over = row(over_ms=NOON + 1, over="cleared")
    assert (
        message_of("a", over, "cleared", 1, None, "Billing", "").title
        == "Billing: resolved, longest wait (limit > 2:00)"
    )


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


@pytest.mark.parametrize(
    ("verbs", "title"),
    [
        (("raised", "raised"), "2 alerts"), (("cleared", "cleared"), "2 resolved"),
        (("raised", "cleared"), "1 alert, 1 resolved"),
    ],
)  # fmt: skip
def test_how_many_is_counted_in_words_that_fit(verbs: tuple[Verb, ...], title: str) -> None:
    rows = [row(of=str(n), **({"over_ms": NOON, "over": "cleared"} if verb == "cleared" else {})) for n, verb in
            enumerate(verbs)]  # fmt: skip
    messages = [message_of(one.of, one, verb, 0, None, one.of, "") for one, verb in zip(rows, verbs, strict=True)]
    assert together(messages).text.splitlines()[0] == title


def test_one_that_began_and_is_over_is_one_alert_that_is_over() -> None:
    over = row(over_ms=NOON + MINUTE, over="cleared")
    messages = [
        message_of("a", one, verb, 0, None, "Billing", "") for one, verb in ((row(), "raised"), (over, "cleared"))
    ]
    one = together(messages)
    assert one.title == "Billing: resolved, longest wait (limit > 2:00)"
    assert one.text.splitlines()[0] == "1 resolved"
    other = message_of("b", row(of="x"), "raised", 0, None, "Sales", "")
    assert together([*messages, other]).title == "Sales: longest wait 2:14 (limit > 2:00) + 1 more"


def test_a_program_reads_in_one_message_for_many_which_alerts_they_are() -> None:
    messages = [message_of(of, row(of=of), "raised", 0, None, of, "") for of in ("p", "q")]
    read = msgspec.json.decode(msgspec.json.encode(together(messages)))
    assert read["parts"] == [
        {"alert": "p", "type": "raised", "rule": "wait", "of": "p"},
        {"alert": "q", "type": "raised", "rule": "wait", "of": "q"},
    ]
    assert "parts" not in msgspec.json.decode(msgspec.json.encode(messages[0]))


def test_of_one_cause_it_is_told_which_came_first_also_when_that_went_before() -> None:
    rule = settings(notify=["leads"]).alert["wait"]
    held = Settings(alert={"wait": rule, "lost": rule})
    alerts = {
        "b": row(rule="lost", severity="warning", since_ms=NOON + 2 * MINUTE, raised_ms=NOON + 2 * MINUTE),
        "a": row(since_ms=NOON, raised_ms=NOON),
    }
    found = due(alerts, held, {"leads": LEADS}, NOON + 3 * MINUTE, lambda row: row.of, lambda _: (), "")
    later, first = (one.message for [one] in found)
    assert "Came after: support: longest wait" in later.text.splitlines()
    assert (later.first, first.first) == ("a", "")
    assert "Came after" not in first.text
    both = together([later, first])
    assert both.title.startswith("support: longest wait 2:14 (limit > 2:00) + 1 more")
    assert [line.partition(": ")[0] for line in both.text.splitlines()[1:]] == ["first, critical", "warning"]
    assert [(one.alert, one.first) for one in both.parts] == [("b", False), ("a", True)]


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
    assert both.text.splitlines()[0] == "2 тривоги"
    assert both.language == "uk"
    [group] = dues(row(kind="groups", of="all"), NOON, held, LEADS)
    assert group.message.language == "uk", "of no queue: that of the first site"
    assert buttons("a", said_in("pl"))[0][0]["text"] == "Widzę"
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


def test_a_message_leads_to_its_alert_and_one_for_several_to_the_first() -> None:
    link = "https://wall.example/alerts"
    one, other = (message_of(name, row(), "raised", 0, None, name, link) for name in ("a", "b"))
    assert one.link == "https://wall.example/alerts?alert=a"
    assert one.link in one.text.splitlines()
    many = together([one, other])
    assert many.link == one.link
    assert many.text.count(link) == 1
