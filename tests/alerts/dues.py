"""One alert, its rule and receivers, as a test writes them; and who is told what of it."""

from collections.abc import Container, Mapping, Sequence
from typing import Any

import msgspec

from wallboard.alerts.asked import Asks
from wallboard.alerts.told import NEVER_NEW, Due, due
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


def told(
    one: AlertRow, now_ms: int, held: Settings | None = None, *receivers: Receiver, on_duty: Sequence[str] = (),
    known: Container[tuple[str, str]] = (),
) -> list[tuple[str, str]]:  # fmt: skip
    found = dues(one, now_ms, held, *receivers, on_duty=on_duty, known=known)
    return [(each.receiver, each.told) for each in found]


def dues(
    one: AlertRow, now_ms: int, held: Settings | None = None, *receivers: Receiver, on_duty: Sequence[str] = (),
    is_behind: bool = False, since: Mapping[str, int] = NEVER_NEW, known: Container[tuple[str, str]] = (),
) -> list[Due]:  # fmt: skip
    by_name = {receiver.name: receiver for receiver in receivers or (LEADS, BOSS)}
    asks = asks_of(on_duty)
    [found] = due(
        {"a": one}, held or settings(), by_name, now_ms, asks, "", known, since=since, is_behind=is_behind
    )  # fmt: skip
    return found


def asks_of(on_duty: Sequence[str]) -> Asks:
    """Without a floor: these are on duty, then and now."""
    return Asks(lambda row: row.of, lambda _: on_duty, lambda _: on_duty)


OLENA = Receiver("olena-phone", "webhook", "https://c.example", person="Olena")
IVAN = Receiver("ivan-mail", "mail", "smtp://d.example", person="Ivan")
CHAIN = {"notify": ["on-duty", "leads", "boss"], "escalate": "10m"}
