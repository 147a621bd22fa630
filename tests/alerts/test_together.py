"""One message for many: the gravest by name, of each who has it, and no more than is read."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from tests.alerts.dues import LEADS, MINUTE, NOON, asks_of, row, settings
from wallboard.alerts.message import Verb, message_of, together
from wallboard.alerts.told import due
from wallboard.core.rows import AlertRow
from wallboard.core.settings import Settings


def test_one_message_for_many_is_named_after_the_gravest() -> None:
    rows = [row(severity="info", of="a"), row(of="b"), row(of="c", over_ms=NOON + 1, over="cleared")]
    verbs = ("raised", "raised", "cleared")
    messages = [message_of(one.of, one, verb, 0, None, one.of, "") for one, verb in zip(rows, verbs, strict=True)]
    one = together(messages)
    assert (one.severity, one.title) == ("critical", "b: longest wait 2:14 (limit > 2:00) + 2 more")
    assert one.text.splitlines()[:2] == [
        "2 alerts, 1 resolved",
        "critical: b: longest wait 2:14 (limit > 2:00)",
    ]
    assert together(messages[:1]) is messages[0]


def several(*rows: AlertRow, on_duty: Sequence[str] = (), **keys: Any) -> list[str]:
    """The lines of the one message that tells of these, without how many."""
    held, alerts = settings(**keys), {f"a{number}": one for number, one in enumerate(rows)}
    told_of = due(alerts, held, {"leads": LEADS}, NOON, asks_of(on_duty), "")
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
    assert one.title == "Billing: resolved, longest wait (limit > 2:00), after 1 min"
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
    found = due(alerts, held, {"leads": LEADS}, NOON + 3 * MINUTE, asks_of(()), "")
    later, first = (one.message for [one] in found)
    assert "Came after: support: longest wait" in later.text.splitlines()
    assert (later.first, first.first) == ("a", "")
    assert "Came after" not in first.text
    both = together([later, first])
    assert both.title.startswith("support: longest wait 2:14 (limit > 2:00) + 1 more")
    assert [line.partition(": ")[0] for line in both.text.splitlines()[1:]] == ["first, critical", "warning"]
    assert [(one.alert, one.first) for one in both.parts] == [("b", False), ("a", True)]


def test_a_message_leads_to_its_alert_and_one_for_several_to_the_first() -> None:
    link = "https://wall.example/alerts"
    one, other = (message_of(name, row(), "raised", 0, None, name, link) for name in ("a", "b"))
    assert one.link == "https://wall.example/alerts?alert=a"
    assert one.link in one.text.splitlines()
    many = together([one, other])
    assert many.link == one.link
    assert many.text.count(link) == 1
