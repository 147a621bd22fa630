"""While work is planned nothing is raised of what it covers, and what is wrong afterwards is."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from wallboard.configfile import as_written
from wallboard.core import events as ev
from wallboard.core.errors import ConfigError
from wallboard.core.maintenance import Maintenance
from wallboard.core.rules import Rule
from wallboard.core.settings import Settings, settings_from
from wallboard.core.state import Floor
from wallboard.core.watchful import watchful

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
NOON = int(AT.timestamp() * 1000)
MINUTE = 60_000
WAITING = {"metric": "waiting", "raise": "> 0", "queues": ["*"], "when": "always", "for": "30s"}
SILENT = {"metric": "silent_s", "raise": "> 60", "when": "always"}


def floor_with(work: dict[str, Any], **rules: dict[str, Any]) -> Floor:
    told = {"alert": rules or {"waits": WAITING}, "maintenance": {"upgrade": work}}
    floor = watchful(Floor(msgspec.convert(told, Settings)))
    floor.advance(NOON)
    return floor


def waits(floor: Floor, minute: float, queue: str = "support", source: str = "pbx") -> None:
    at_ms = NOON + int(minute * MINUTE)
    floor.apply(ev.Queued(contact=f"{queue}-{minute}", queue=queue, source=source, time=at_ms), at_ms)


def said(floor: Floor, until_minute: float) -> list[tuple[str, str, float, str | None]]:
    """What was told of whom, how many seconds after noon, and why it ended."""
    floor.advance(NOON + int(until_minute * MINUTE))
    assert floor.alerting
    found, of = [], {}
    for one in floor.alerting.untold.values():
        of.setdefault(one.alert, (one.attributes or {}).get("of", ""))
        verb = ev.type_of(one).partition(".")[2]
        found.append((verb, of[one.alert], ((one.time or 0) - NOON) / 1000, one.note))
    return found


def minutes(begin: int, end: int) -> dict[str, str]:
    return {"from": (AT + timedelta(minutes=begin)).isoformat(), "until": (AT + timedelta(minutes=end)).isoformat()}


def test_what_was_raised_before_ends_and_what_is_wrong_after_is_raised_anew() -> None:
    floor = floor_with(minutes(10, 20))
    waits(floor, 1)
    assert said(floor, 40) == [
        ("raised", "support", 91, None), ("cleared", "support", 600, "maintenance"), ("raised", "support", 1230, None),
    ]  # fmt: skip


def test_what_begins_and_ends_meanwhile_is_never_told() -> None:
    floor = floor_with(minutes(0, 30))
    waits(floor, 1)
    at_ms = NOON + 20 * MINUTE
    floor.apply(ev.Abandoned(contact="support-1", source="pbx", time=at_ms), at_ms)
    assert said(floor, 60) == []


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ({}, []),
        ({"queues": ["support"]}, ["sales"]),
        ({"queues": ["*", "!sales"]}, ["sales"]),
        ({"sources": ["pbx"]}, ["sales"]),  # the chat tells of it too
        ({"sources": ["pbx", "chat"]}, []),
        ({"rules": ["other"]}, ["sales", "support"]),
        ({"rules": ["waits"], "queues": ["sales"]}, ["support"]),
    ],
)
def test_only_what_it_covers_is_held_back(what: dict[str, Any], told: list[str]) -> None:
    floor = floor_with(minutes(0, 30) | what)
    waits(floor, 1)
    waits(floor, 1.1, "sales")
    waits(floor, 1.2, "sales", "chat")
    assert sorted(of for verb, of, _, _ in said(floor, 5) if verb == "raised") == told


def test_a_source_that_is_worked_on_may_be_silent() -> None:
    for sources, told in (["pbx"], []), (["chat"], ["pbx"]):
        floor = floor_with(minutes(0, 30) | {"sources": sources}, silent=SILENT)
        floor.apply(ev.SourceBeat(source="pbx", time=NOON), NOON)
        assert [of for _, of, _, _ in said(floor, 10)] == told


def test_each_week_by_the_clock_of_the_first_site() -> None:
    told = {
        "alert": {"waits": WAITING},
        "maintenance": {"m": {"when": "Mon 15:00-16:00"}},
        "site": {"k": {"zone": "Europe/Kyiv"}},
    }
    floor = watchful(Floor(msgspec.convert(told, Settings)))
    floor.advance(NOON)
    waits(floor, 30)
    assert said(floor, 90) == [
        ("raised", "support", 1831, None), ("cleared", "support", 3600, "maintenance"),
    ]  # fmt: skip
    assert said(floor, 130)[2:] == [("raised", "support", 7230, None)]


def test_it_goes_through_the_stream_unchanged() -> None:
    settings = Settings(
        alert={"r": msgspec.convert(WAITING, Rule)}, maintenance={"m": msgspec.convert(minutes(0, 9), Maintenance)}
    )
    sent = ev.ConfigApplied(settings=msgspec.to_builtins(settings), source="wallboard", time=NOON)
    again = ev.decode_own(ev.encode(sent))
    assert isinstance(again, ev.ConfigApplied)
    assert settings_from(again.settings) == settings


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("from = 2026-12-01T22:00:00+02:00", "give `from` and `until`"),
        ("from = 2026-12-01T22:00:00+02:00\nuntil = 2026-12-01T21:00:00+02:00", "ends before it begins"),
        ('when = "Someday"', "maintenance.m.when"),
        ('when = "Sun 02:00-04:00"\nfrom = 2026-12-01T22:00:00+02:00', "either `when`"),
        ("from = 2026-12-01T22:00:00\nuntil = 2026-12-01T23:00:00", "maintenance.m.from"),
        ('when = "Sun 02:00-04:00"\nqueue = ["a"]', "queue"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Any, text: str, said: str) -> None:
    file = tmp_path / "wallboard.toml"
    file.write_text(f"[maintenance.m]\n{text}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as found:
        as_written(file, {})
    assert said in str(found.value)


def test_a_window_as_people_write_it(tmp_path: Any) -> None:
    file = tmp_path / "wallboard.toml"
    text = "from = 2026-12-01T22:00:00+02:00\nuntil = 2026-12-01T23:00:00+02:00\n"
    file.write_text(f"[maintenance.m]\n{text}", encoding="utf-8")
    [one] = as_written(file, {}).settings.maintenance.values()
    assert one.is_on(int(datetime(2026, 12, 1, 20, 30, tzinfo=UTC).timestamp() * 1000), "UTC")
    assert not one.is_on(int(datetime(2026, 12, 1, 21, tzinfo=UTC).timestamp() * 1000), "UTC")
