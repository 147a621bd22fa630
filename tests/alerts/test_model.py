"""Any series, any restarts: at most one open alert of an entity, one clear of each raise, nothing while held back.

Two centres get the same steps; one of them dies now and then and goes on from its checkpoint.
"""

from typing import Any

import msgspec
from hypothesis import event as seen
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.alerts.virtual import Centre
from wallboard.core import events as ev
from wallboard.core.rules import Rule
from wallboard.core.settings import Settings, settings_from
from wallboard.receivers import Receiver

NOON = 1_795_348_800_000  # 2026-11-22 12:00 UTC, a Sunday
SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
QUIET = (NOON + 2 * MINUTE, NOON + 4 * MINUTE)
WORK = (NOON + 3 * MINUTE, NOON + 5 * MINUTE)
HEARD_MS = 16_000  # from then on a source that sent heartbeats is late: 15 s, and the second in which it is seen
RECEIVERS = {
    "sleeper": Receiver("sleeper", "webhook", "https://a.example", quiet="12:02-12:04"),
    "boss": Receiver("boss", "webhook", "https://b.example"),
}
DEEDS = ["come", "come", "go", "beat", "beat", "restart", "die", "acknowledge", "take", "snooze", "snooze", "wake"]
STEPS = st.lists(st.tuples(st.integers(0, 25_000), st.sampled_from(DEEDS)), min_size=10, max_size=40)


def centre_with(**keys: Any) -> Centre:
    rule = {
        "metric": "waiting", "queues": ["support"], "raise": "> 1", "when": "always", "repeat": "1m",
        "notify": ["sleeper", "boss"], **keys,
    }  # fmt: skip
    assert not list(msgspec.convert(rule, Rule).faults())
    work = {"from": "2026-11-22T12:03:00Z", "until": "2026-11-22T12:05:00Z", "queues": ["support"]}
    told: Settings = settings_from({"alert": {"r": rule}, "maintenance": {"upgrade": work}})
    return Centre(told, RECEIVERS, NOON, look_ms=SECOND)


class Played:
    """Both centres, and what a person who watched would know of them."""

    def __init__(self, **rule: Any) -> None:
        self.centres = centre_with(**rule), centre_with(**rule)
        self.severity = rule["severity"]
        self.heard = list[int]()  # when the source said something, once it had sent a heartbeat
        self.snoozes = list[tuple[str, int, int]]()  # alert, from, until
        self.at_ms = NOON
        self._waiting = list[str]()
        self._names = iter(range(10**6))

    def step(self, later_ms: int, deed: str) -> None:
        self.at_ms += later_ms
        for one in self.centres:
            one.advance(self.at_ms)
        if deed == "restart":
            self.centres[1].restart()
        elif deed == "die":
            self.centres[1].die_while_telling()
        elif found := self._event(deed):
            for one in self.centres:
                one.take(found, self.at_ms)

    def end(self) -> None:
        """Everybody leaves, and the source is heard until long after all that held something back."""
        while self._waiting:
            self.step(0, "go")
        for _ in range(60):
            self.step(10 * SECOND, "beat")

    def _event(self, deed: str) -> ev.Event | None:
        base: dict[str, Any] = {"source": "pbx", "time": self.at_ms}
        if deed == "beat" or (self.heard and deed in ("come", "go")):
            self.heard.append(self.at_ms)
        match deed:
            case "beat":
                return ev.SourceBeat(**base)
            case "come":
                self._waiting.append(f"c{next(self._names)}")
                return ev.Queued(contact=self._waiting[-1], queue="support", **base)
            case "go":
                return ev.Abandoned(contact=self._waiting.pop(0), **base) if self._waiting else None
        return self._act(deed)

    def _act(self, deed: str) -> ev.Event | None:
        alert = next(iter(self.centres[0].floor.alerts.open), None)
        if alert is None:
            return None
        base: dict[str, Any] = {"alert": alert, "who": "Olena", "source": "wallboard", "time": self.at_ms}
        if deed in ("snooze", "wake"):
            self.snoozes = [(one, begin, min(end, self.at_ms)) for one, begin, end in self.snoozes]
        match deed:
            case "acknowledge":
                return ev.AlertAcknowledged(**base)
            case "take":
                return ev.AlertAssigned(attributes={"to": "Olena"}, **base)
            case "wake":
                return ev.AlertWoken(**base)
        self.snoozes.append((alert, self.at_ms, self.at_ms + MINUTE))
        return ev.AlertSnoozed(until=self.at_ms + MINUTE, **base)

    def is_silent(self, at_ms: int) -> bool:
        before = [heard for heard in self.heard if heard <= at_ms]
        return bool(before) and at_ms - before[-1] > HEARD_MS


def check_what_was_said(played: Played) -> None:
    said = played.centres[0].said
    assert played.centres[1].said == said, "who died and came back says the very same, by the same ids"
    assert [ev.type_of(one) for one in said] == ["alert.raised", "alert.cleared"] * (len(said) // 2)
    alerts = [one.alert for one in said]
    assert alerts[::2] == alerts[1::2]
    assert len(set(alerts)) == len(alerts) // 2
    for one in said:
        assert not isinstance(one, ev.AlertRaised) or not WORK[0] <= (one.time or 0) < WORK[1], "planned work"
        assert not played.is_silent(one.time or 0) or one.note == "maintenance", "nobody says it any more"


def check_what_was_sent(played: Played) -> None:
    put = [(at_ms, one.receiver, one.told) for at_ms, one in played.centres[0].put]
    assert [(at_ms, one.receiver, one.told) for at_ms, one in played.centres[1].put] == put
    for at_ms, one in played.centres[0].put:
        is_begun, alert = one.message.type in ("raised", "again"), one.message.alert
        if one.receiver == "sleeper" and is_begun and played.severity != "critical":
            assert not QUIET[0] <= at_ms < QUIET[1], "they sleep"
        if is_begun:
            assert not WORK[0] <= at_ms < WORK[1], "planned work"
            assert not played.is_silent(at_ms), "its number is old"
            for snoozed, begin, end in played.snoozes:
                assert not (snoozed == alert and begin < at_ms < end), "snoozed"
    for each in played.centres[0].sent:
        if each.receiver == "sleeper" and played.severity != "critical" and QUIET[0] <= each.at_ms < QUIET[1]:
            said = [part.type for part in each.message.parts] or [each.message.type]
            assert "cleared" not in said, "of an end they are told when they wake up"
    for name in RECEIVERS:
        own = [one.told for _, one in played.centres[0].put if one.receiver == name]
        assert len(own) == len(set(own)), "each once"
        for told in own:
            if told.endswith("+"):
                assert own[own.index(told) :].count(f"{told[:-1]}-") == 1, "to whom it was told, its end is told"
            else:
                assert f"{told.rpartition('*')[0] or told[:-1]}+" in own[: own.index(told)], "and to nobody else"
    for one in played.centres:
        assert sum(message.of for message in one.sent) == len(one.put), "nothing is left behind"


@settings(max_examples=100, deadline=None)
@given(
    STEPS, st.sampled_from(["0s", "5s"]), st.sampled_from(["0s", "7s"]), st.sampled_from([None, "< 1"]),
    st.sampled_from([None, "1m"]), st.sampled_from(["warning", "critical"]),
)  # fmt: skip
def test_one_open_alert_each_raise_one_clear_and_nothing_while_held_back(
    steps: list[tuple[int, str]], lasts: str, keeps: str, clear: str | None, escalate: str | None, severity: str
) -> None:
    rule: dict[str, Any] = {"for": lasts, "keep_for": keeps, "severity": severity}
    played = Played(**rule, **({"clear": clear} if clear else {}), **({"escalate": escalate} if escalate else {}))
    for later_ms, deed in [(SECOND, "come"), (SECOND, "come"), *steps]:
        played.step(later_ms, deed)
    played.end()
    seen(f"{min(3, len(played.centres[0].said) // 2)} raised, snoozed: {bool(played.snoozes)}")
    check_what_was_said(played)
    check_what_was_sent(played)
