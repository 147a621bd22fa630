"""`wallboard import` fills the history with what `compute` says of those days, and leaves what was seen live."""

import json
from pathlib import Path
from typing import Any

import pytest

from wallboard.cli import run
from wallboard.commands import importing
from wallboard.commands.importing import counted
from wallboard.core import kpis
from wallboard.core.figures import figures
from wallboard.core.quarters import QUARTER_MS, Interval, counts_of
from wallboard.core.settings import Settings
from wallboard.core.state import Floor
from wallboard.record.database import open_record
from wallboard.record.history import History, SeenDay

RECORDED = Path(__file__).parents[2] / "shared" / "asterisk" / "day5"
DAY = 1_795_305_600_000  # 2026-11-22 00:00 UTC
HOUR = 3_600_000
NOW = DAY + 30 * 24 * HOUR


def file_of(folder: Path, days: int = 1) -> Path:
    """Three calls on each day from 2026-11-22 on."""
    lines = []
    for nth in range(3 * days):
        at_ms = DAY + nth // 3 * 24 * HOUR + (9 + nth % 3) * HOUR
        base = {"contact": f"c{nth}", "source": "pbx"}
        lines += [
            base | {"type": "contact.queued", "queue": "support", "time": at_ms},
            base | {"type": "contact.answered", "agent": "anna", "time": at_ms + 10_000},
            base | {"type": "contact.ended", "agent": "anna", "time": at_ms + 70_000},
        ]
    file = folder / "events.ndjson"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return file


@pytest.fixture(autouse=True)
def _days_that_are_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "clock_ms", lambda: NOW)


def imported(folder: Path, *more: str, file: Path | None = None, recording: str = "events") -> int:
    return run(["import", "--from", recording, str(file or file_of(folder)), "--data", str(folder / "data"), *more])


def history(folder: Path) -> History:
    return History(open_record(folder / "data"))


def test_each_day_is_filled_and_the_command_says_with_what(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert imported(tmp_path, file=file_of(tmp_path, days=2)) == 0
    said = capsys.readouterr().err
    assert "2026-11-22: filled, queues: 1, contacts that ended: 3" in said
    assert "2026-11-23: filled" in said
    found = history(tmp_path).read("queues", "support", DAY, DAY + 24 * HOUR, "event")
    assert {at: amounts["offered"] for at, amounts in found.items()} == {DAY + hour * HOUR: 1 for hour in (9, 10, 11)}
    assert [day.since_ms for day in history(tmp_path).days(DAY, DAY + 48 * HOUR)] == [DAY + 9 * HOUR, DAY + 24 * HOUR]


def test_a_day_that_is_not_over_is_left_to_the_live_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "clock_ms", lambda: DAY + 36 * HOUR)
    assert imported(tmp_path, file=file_of(tmp_path, days=2)) == 0
    assert "2026-11-23: is not over" in capsys.readouterr().err
    assert [day.day for day in history(tmp_path).days(DAY, DAY + 48 * HOUR)] == ["2026-11-22"]


def test_the_days_of_other_sites_say_too_since_when_they_were_seen(tmp_path: Path) -> None:
    """The files begin at 09:00 UTC, which is 11:00 in Kyiv and 04:00 in New York, whose day begins at 05:00 UTC."""
    sites = '[site.kyiv]\nzone = "Europe/Kyiv"\n[site.york]\nzone = "America/New_York"\n'
    (tmp_path / "wallboard.toml").write_text(sites + '[queue.support]\nsite = "york"\n')
    file = file_of(tmp_path, days=2)
    assert imported(tmp_path, "--config", str(tmp_path / "wallboard.toml"), file=file) == 0
    found = {(day.site, day.day): day.since_ms for day in history(tmp_path).days(DAY - 24 * HOUR, DAY + 72 * HOUR)}
    assert found == {
        ("kyiv", "2026-11-22"): DAY + 9 * HOUR, ("kyiv", "2026-11-23"): DAY + 22 * HOUR,
        ("york", "2026-11-22"): DAY + 9 * HOUR, ("york", "2026-11-23"): DAY + 29 * HOUR,
    }  # fmt: skip


def test_the_first_day_of_another_site_says_since_when_also_where_it_began_before_the_first_site_s(
    tmp_path: Path,
) -> None:
    """The files begin at 09:00 UTC on the 22nd: Kyiv's began at 22:00 UTC the day before, New York's at 05:00."""
    sites = '[site.york]\nzone = "America/New_York"\n[site.kyiv]\nzone = "Europe/Kyiv"\n'
    (tmp_path / "wallboard.toml").write_text(sites)
    for _ in range(2):
        assert imported(tmp_path, "--config", str(tmp_path / "wallboard.toml"), file=file_of(tmp_path, days=2)) == 0
        found = {(day.site, day.day): day[4:] for day in history(tmp_path).days(DAY - 24 * HOUR, DAY + 72 * HOUR)}
        end = DAY + 35 * HOUR + 70_000
        assert found == {
            ("york", "2026-11-22"): (DAY + 9 * HOUR, DAY + 29 * HOUR, "import"),
            ("york", "2026-11-23"): (DAY + 29 * HOUR, end, "import"),
            ("kyiv", "2026-11-22"): (DAY + 9 * HOUR, DAY + 22 * HOUR, "import"),
            ("kyiv", "2026-11-23"): (DAY + 22 * HOUR, end, "import"),
        }, "from 22:00 on in parts"


def test_a_day_of_another_site_that_was_seen_live_after_what_is_filled_keeps_that(tmp_path: Path) -> None:
    """New York's 22nd ends at 05:00 UTC: Kyiv's 23rd was seen from 06:00 on."""
    sites = '[site.york]\nzone = "America/New_York"\n[site.kyiv]\nzone = "Europe/Kyiv"\n'
    (tmp_path / "wallboard.toml").write_text(sites)
    live = SeenDay("kyiv", "2026-11-23", DAY + 22 * HOUR, DAY + 46 * HOUR, DAY + 30 * HOUR, DAY + 45 * HOUR, "live")
    own = SeenDay("york", "2026-11-23", DAY + 29 * HOUR, DAY + 53 * HOUR, DAY + 30 * HOUR, DAY + 45 * HOUR, "live")
    history(tmp_path).write({}, [live, own], 1, DAY)
    assert imported(tmp_path, "--config", str(tmp_path / "wallboard.toml"), file=file_of(tmp_path, days=2)) == 0
    found = {(day.site, day.day): day for day in history(tmp_path).days(DAY, DAY + 72 * HOUR)}
    assert (found["kyiv", "2026-11-23"], found["york", "2026-11-23"]) == (live, own)


def test_agents_are_counted_up_to_the_end_of_the_files(tmp_path: Path) -> None:
    told = [{"type": "agent.signed_in", "agent": name, "queues": ["support"], "time": DAY} for name in ("anna", "bob")]
    told += [
        {"type": "contact.queued", "contact": "c", "queue": "support", "time": DAY + 30_000},
        {"type": "agent.signed_out", "agent": "bob", "time": DAY + 700_000},
        {"type": "contact.abandoned", "contact": "c", "time": DAY + 760_000},
    ]
    file = tmp_path / "events.ndjson"
    file.write_text("".join(json.dumps({"source": "pbx"} | one) + "\n" for one in told))
    assert imported(tmp_path, file=file) == 0
    assert history(tmp_path).read("queues", "support", DAY, DAY + HOUR, "time") == {DAY: {"staffed_ms": 1_460_000}}
    assert history(tmp_path).days(DAY, DAY + 1)[0].until_ms == DAY + 760_000


def test_a_day_of_another_site_that_was_seen_live_later_does_not_hold_up_the_import(tmp_path: Path) -> None:
    """Seen live since noon of the 23rd in Kyiv, whose day begins two hours before the 22nd is over in UTC."""
    day = SeenDay("kyiv", "2026-11-23", DAY + 22 * HOUR, DAY + 46 * HOUR, DAY + 36 * HOUR, DAY + 40 * HOUR, "live")
    history(tmp_path).write({}, [day], 1, DAY)
    assert imported(tmp_path) == 0
    assert len(history(tmp_path).read("queues", "support", DAY, DAY + 24 * HOUR, "event")) == 3


def test_twice_is_as_once(tmp_path: Path) -> None:
    assert imported(tmp_path) == 0
    before = history(tmp_path).read("queues", "support", DAY, DAY + 24 * HOUR, "event")
    assert imported(tmp_path) == 0
    assert history(tmp_path).read("queues", "support", DAY, DAY + 24 * HOUR, "event") == before


def test_a_day_that_was_seen_live_stays_unless_it_is_to_be_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    live = SeenDay("main", "2026-11-22", DAY, DAY + 24 * HOUR, DAY, DAY + 24 * HOUR, "live")
    history(tmp_path).write({Interval("queues", "support", DAY + 9 * HOUR, "event"): {"offered": 7}}, [live], 1, DAY)
    assert imported(tmp_path) == 0
    assert "--replace" in capsys.readouterr().err
    assert len(history(tmp_path).read("queues", "support", DAY, DAY + 24 * HOUR, "event")) == 1
    assert imported(tmp_path, "--replace") == 0
    assert len(history(tmp_path).read("queues", "support", DAY, DAY + 24 * HOUR, "event")) == 3


def test_what_is_told_after_a_contact_s_day_is_in_that_day(tmp_path: Path) -> None:
    file = file_of(tmp_path, days=3)
    later = [
        {"type": "contact.outcome", "contact": "c0", "outcome": "success", "time": DAY + 40 * HOUR},
        {"type": "contact.tagged", "contact": "c1", "tag": "thanks", "time": DAY + 58 * HOUR + 70_000},
    ]
    told = file.read_text().splitlines() + [json.dumps({"source": "pbx"} | one) for one in later]
    file.write_text("\n".join(sorted(told, key=lambda line: json.loads(line)["time"])))
    assert imported(tmp_path, file=file) == 0
    found = history(tmp_path).read("queues", "support", DAY, DAY + 72 * HOUR, "event")
    assert {at: amounts["success"] for at, amounts in found.items() if "success" in amounts} == {DAY + 9 * HOUR: 1}
    tagged = {at: amounts["tags.thanks"] for at, amounts in found.items() if "tags.thanks" in amounts}
    assert tagged == {DAY + 10 * HOUR: 1}
    kept = history(tmp_path).kept([("pbx", "c0"), ("pbx", "c8")])
    assert {key: (one.queue, one.agent) for key, one in kept.items()} == dict.fromkeys(kept, ("support", "anna"))
    assert len(kept) == 2


def test_files_without_a_contact_fill_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "none.ndjson").write_text('{"type": "source.beat", "source": "pbx", "time": 1795305600000}\n')
    assert imported(tmp_path, file=tmp_path / "none.ndjson") == 1
    assert "nothing was filled" in capsys.readouterr().err


@pytest.mark.skipif(not RECORDED.is_dir(), reason="../shared/asterisk is not here")
def test_the_recorded_day_of_a_pbx_adds_up_to_what_another_program_counted(tmp_path: Path) -> None:
    assert imported(tmp_path, file=RECORDED / "queue_log", recording="asterisk-queue-log") == 0
    expected: dict[str, Any] = json.loads((RECORDED / "expected.json").read_text(encoding="utf-8"))
    for basis in ("event", "offer"):
        for queue, row in expected["queues"].items():
            quarters = history(tmp_path).read("queues", queue, 0, 1 << 62, basis)
            sums: dict[str, int] = {}
            for amounts in quarters.values():
                for metric, amount in amounts.items():
                    sums[metric] = sums.get(metric, 0) + amount
            for ours, theirs in (("offered", "offered"), ("answered", "answered"), ("abandoned", "abandoned")):
                assert sums.get(ours, 0) == row[theirs], (queue, ours, basis)
            assert sums.get("talk_ms", 0) == row["talk_sum"] * 1000, (queue, basis)


def test_a_day_s_intervals_give_the_numbers_that_compute_gives_for_that_day(tmp_path: Path) -> None:
    from wallboard.commands.compute import Warnings, once
    from wallboard.stream.found import format_of

    file = file_of(tmp_path)
    recorded = counted(Settings(), once(format_of("events").read([file]), "events", Warnings()))
    floor = Floor()
    for event in once(format_of("events").read([file]), "events", Warnings()):
        floor.apply(event, event.time or 0)
    whole = kpis.entity(floor, "queues", "support")
    sums: dict[str, int] = {}
    for one, amounts in recorded.intervals.items():
        if (one.kind, one.id, one.basis) == ("queues", "support", "event"):
            for metric, amount in amounts.items():
                sums[metric] = sums.get(metric, 0) + amount
    assert whole
    assert figures(counts_of(sums), 0) == whole["day"]
    assert (recorded.first_ms, recorded.last_ms) == (DAY + 9 * HOUR, DAY + 11 * HOUR + 70_000)
    assert recorded.first_ms % QUARTER_MS == 0
