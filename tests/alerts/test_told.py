"""Who is told what: from the alerts as they stand, so that a restart changes nothing."""

from typing import Any

import msgspec
import pytest

from wallboard.alerts.message import HEAD, OVER, message_of, together
from wallboard.alerts.told import MISSED_MS, due
from wallboard.core.rows import AlertRow
from wallboard.core.rules import Rule
from wallboard.core.settings import Settings
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


def told(one: AlertRow, now_ms: int, held: Settings | None = None, *receivers: Receiver) -> list[tuple[str, str]]:
    by_name = {receiver.name: receiver for receiver in receivers or (LEADS, BOSS)}
    found = due({"a": one}, held or settings(), by_name, now_ms, lambda row: row.of, "")
    return [(each.receiver, each.told) for each in found]


def test_what_is_raised_is_told_to_all_and_what_is_over_to_whom_it_was_told() -> None:
    assert told(row(), NOON) == [("leads", "a+"), ("boss", "a+")]
    over = row(over_ms=NOON + MINUTE, over="cleared")
    found = list(due({"a": over}, settings(), {"leads": LEADS}, NOON + MINUTE, lambda r: r.of, ""))
    assert [(each.told, each.needs) for each in found] == [("a+", None), ("a-", "a+")]


def test_what_came_and_went_long_ago_is_not_raised_any_more() -> None:
    over = row(over_ms=NOON, over="cleared")
    assert told(over, NOON + MISSED_MS, None, LEADS) == [("leads", "a-")]
    assert told(over, NOON + 86_400_000, None, LEADS) == []


@pytest.mark.parametrize(("why", "words"), [*OVER.items(), ("cleared", "over")])
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


def test_it_is_repeated_until_somebody_sees_to_it() -> None:
    held = settings(repeat="30m")
    assert told(row(), NOON + 29 * MINUTE, held, LEADS) == [("leads", "a+")]
    assert told(row(), NOON + 61 * MINUTE, held, LEADS) == [("leads", "a+"), ("leads", "a*2")]
    for seen in ({"acknowledged_by": "Olena"}, {"owner": "Olena"}, {"snoozed_until_ms": NOON + 90 * MINUTE}):
        assert told(row(**seen), NOON + 61 * MINUTE, held, LEADS) == [("leads", "a+")]


def test_in_quiet_hours_only_what_is_critical_is_told() -> None:
    sleeper = LEADS._replace(quiet="22:00-14:00")
    assert told(row(severity="warning"), NOON, None, sleeper) == []
    assert told(row(severity="warning"), NOON + 3 * 3_600_000, None, sleeper) == [("leads", "a+")]
    assert told(row(), NOON, None, sleeper) == [("leads", "a+")]


def test_the_first_sixty_characters_carry_the_queue_the_number_and_the_limit() -> None:
    for called in ("support", "The queue whose name is longer than what any phone shows of it"):
        title = message_of("a", row(), "raised", 0, "Open the overflow queue", called, "").title
        assert len(title) <= HEAD
        assert title.startswith(called[:7])
        assert title.endswith("oldest wait 2:14 (limit > 120)")


def test_one_message_for_many_names_the_first_and_the_gravest() -> None:
    rows = [row(severity="info", of="a"), row(of="b"), row(of="c", over_ms=NOON + 1, over="cleared")]
    verbs = ("raised", "raised", "cleared")
    messages = [message_of(one.of, one, verb, 0, None, one.of, "") for one, verb in zip(rows, verbs, strict=True)]
    one = together(messages)
    assert (one.severity, one.title) == ("critical", "2 alerts, 1 over")
    assert one.text.splitlines()[:2] == [
        "first: a: oldest wait 2:14 (limit > 120)",
        "critical: b: oldest wait 2:14 (limit > 120)",
    ]
    assert together(messages[:1]) is messages[0]
