"""Does each command do what docs/commands.md says, with the right exit code and without a traceback?"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from wallboard.cli import COMMANDS, run
from wallboard.commands.table import columns, table

pytestmark = pytest.mark.usefixtures("empty_folder")
EVENTS = [
    {"type": "agent.signed_in", "agent": "101", "queues": ["Підтримка"], "time": "2026-11-22T09:00:00Z"},
    {"type": "contact.queued", "contact": "1", "queue": "Підтримка", "time": "2026-11-22T09:00:01Z", "id": "e-1"},
    {"type": "contact.queued", "contact": "1", "queue": "Підтримка", "time": "2026-11-22T09:00:01Z", "id": "e-1"},
    {"type": "contact.answered", "contact": "1", "agent": "101", "time": "2026-11-22T09:00:11.500Z", "id": "e-2"},
    {"type": "contact.queued", "contact": "2", "queue": "支持", "time": "2026-11-22T09:02:30Z", "id": "e-3"},
]  # fmt: skip


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    file = tmp_path / "events.ndjson"
    file.write_text("".join(json.dumps(event) + "\n" for event in EVENTS), encoding="utf-8")
    return file


def computed(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, object]:
    assert run(["compute", "--from", "events", *map(str, arguments), "--json"]) == 0
    document: dict[str, object] = json.loads(capsys.readouterr().out)
    return document


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([name, "--help"]) == 0
    assert f"Usage: wallboard {name}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["supervise"], 2, "No such command 'supervise'"),
        (["compute"], 2, "Missing"),
        (["compute", "--from", "queue-log", "x"], 2, "asterisk-queue-log"),
        (["compute", "--from", "events", "nowhere.ndjson"], 2, "does not exist"),
        (["compute", "--from", "events", "--at", "2026-11-22T09:00", "events.ndjson"], 2, "no offset"),
        (["compute", "--from", "events", "--at", "yesterday", "events.ndjson"], 2, "2026-11-22T09:00:00+02:00"),
        (["compute", "--from", "events", "--every", "1x", "events.ndjson"], 2, "30s, 1m or 2h"),
        (["compute", "--from", "events", "--config", "no.toml", "events.ndjson"], 1, "cannot be read"),
        (["compute", "--from", "events", "torn-inside.ndjson"], 1, "line 2"),
        (["compute", "--from", "asterisk-queue-log", "events.ndjson"], 1, "hold no event: is --from"),
        (["compute", "--from", "events", "--at", "2020-01-01T00:00:00Z", "events.ndjson"], 0, "all of these events"),
        (["doctor", "crm"], 1, "/sources/crm says what came"),
        (["post", "contact.queued", "contact=1", "quue=x"], 1, "unknown field 'quue' - did you mean 'queue'?"),
        (["post", "contact.queud", "contact=1"], 1, "unknown type 'contact.queud'"),
        (["post", "contact.queued", "contact"], 2, "FIELD=VALUE"),
        (
            ["post", "agent.signed_in", "agent=1", "queues=Підтримка, billing"],
            1,
            """: queues='["Підтримка","billing"]' (""",
        ),
        (["post", "-", "contact=1"], 2, "standard input"),
        (["notice", "hello", "--level", "loud"], 2, "critical"),
        (["notice", "hello", "--until", "soon"], 2, "2026-11-22T09:00:00+02:00, or as an interval from now, 30s, 15m,"),
        (["notice", "hello", "--until", "2026-11-22T09:00"], 2, "no offset"),
        (["doctor", "pbx-9"], 1, "no source 'pbx-9'"),
        (["tail"], 1, "start `wallboard up` first"),
        (["source", "forget", "x"], 1, "start `wallboard up` first"),
        (["person", "link", "Anna"], 1, "start `wallboard up` first"),
        (["check", "bad.toml"], 1, "bad.toml: server.prot"),
    ],
)
def test_a_mistake_is_told_in_one_line_with_the_right_exit_code(
    recording: Path, arguments: list[str], code: int, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    Path("torn-inside.ndjson").write_text('{"type":"source.restarted","time":1}\n{"type":\n{"type":"x"}\n')
    Path("bad.toml").write_text("[server]\nprot = 1\n")
    assert run(arguments) == code
    told = capfd.readouterr().err
    assert said in told
    assert len(told.strip().splitlines()) == 1
    assert "Traceback" not in told


def test_the_command_is_also_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "wallboard", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("wallboard, version ")


def test_compute_counts_an_event_that_was_told_twice_once(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compute", "--from", "events", str(recording), "--json"]) == 0
    told = capsys.readouterr()
    day = json.loads(told.out)["queues"]["Підтримка"]["day"]
    assert (day["offered"], day["answered"]) == (1, 1)
    assert "1 events were there before" in told.err


def test_compute_knows_an_id_for_a_day_as_the_stream_does(capsys: pytest.CaptureFixture[str]) -> None:
    """A source that numbers its events anew each week: 1 and 2 on the 16th, the same on the 23rd and 2 once more."""
    told = [
        {"type": "contact.queued", "contact": f"{day}-{n}", "queue": "q", "id": n, "time": f"2026-11-{day}T09:00:0{n}Z"}
        for day, n in (("16", "1"), ("16", "2"), ("23", "1"), ("23", "2"), ("23", "2"))
    ]
    Path("weeks.ndjson").write_text("".join(json.dumps(one) + "\n" for one in told))
    assert run(["compute", "--from", "events", "weeks.ndjson", "--json"]) == 0
    said = capsys.readouterr()
    queue = json.loads(said.out)["queues"]["q"]
    assert (queue["day"]["offered"], queue["now"]["waiting"]) == (2, 4)
    assert "1 events were there before" in said.err


def test_compute_shows_the_floor_as_it_was_at_an_instant_to_the_millisecond(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = computed(capsys, recording, "--at", "2026-11-22T11:00:11.499+02:00")
    at = computed(capsys, recording, "--at", "2026-11-22T11:00:11.500+02:00")
    assert before["queues"]["Підтримка"]["now"]["waiting"] == 1  # type: ignore[index]
    assert at["queues"]["Підтримка"]["now"]["waiting"] == 0  # type: ignore[index]
    assert "支持" not in at["queues"]  # type: ignore[operator]


def test_compute_reads_several_files_as_one_and_a_torn_last_line_is_no_error(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = computed(capsys, recording)
    lines = recording.read_bytes().splitlines(keepends=True)
    Path("a").write_bytes(b"".join(lines[:2]))
    Path("b").write_bytes(b"".join(lines[2:]) + b'{"type":"contact.que')
    assert computed(capsys, "a", "b") == whole


def test_compute_takes_sites_and_queues_from_the_configuration(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("wallboard.toml").write_text(
        '[site.kyiv]\nzone = "Europe/Kyiv"\nday_starts = "11:01"\n[queue.support]\nalso = ["events:Підтримка"]\n'
    )
    document = computed(capsys, recording)
    assert document["sites"]["kyiv"]["zone"] == "Europe/Kyiv"  # type: ignore[index]
    queue = document["queues"]["support"]  # type: ignore[index]
    assert queue["day"]["offered"] == 0  # the business day began after it
    assert queue["m15"]["offered"] == 1


def test_compute_prints_a_row_for_each_minute(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compute", "--from", "events", str(recording), "--every", "1m"]) == 0
    rows = [line.split()[1] for line in capsys.readouterr().out.splitlines()[1:]]
    assert rows == ["09:00:00", "09:01:00", "09:02:00", "09:02:30"]
    assert run(["compute", "--from", "events", str(recording), "--every", "1m", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    waiting = [line["state"]["groups"]["all"]["now"]["waiting"] for line in lines]
    assert waiting == [0, 0, 0, 1]


def test_compute_leaves_no_minute_out_on_which_something_happened(capsys: pytest.CaptureFixture[str]) -> None:
    """A queue_log tells whole seconds: one of sixty stands on a minute."""
    calls = [
        {"type": "contact.queued", "contact": f"{minute}", "queue": "q", "time": f"2026-11-22T09:{minute:02}:00Z"}
        for minute in (1, 2, 2, 4)
    ]
    Path("calls.ndjson").write_text("".join(json.dumps(call) + "\n" for call in calls))
    assert run(["compute", "--from", "events", "calls.ndjson", "--every", "1m", "--at", "2026-11-22T09:05:00Z"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [(row[1], row[2]) for row in rows[1:]] == [
        ("09:01:00", "1"), ("09:02:00", "2"), ("09:03:00", "2"), ("09:04:00", "3"), ("09:05:00", "3"),
    ]  # fmt: skip
    heads = rows[0][1:]
    assert dict(zip(heads, rows[1][2:], strict=True))["ready"] == "–", "of nobody is known whether they are there"
    assert dict(zip(heads, rows[2][2:], strict=True))["service_level"] == "0"  # 0 / (0 + 1 who waits over 20 s)


def test_a_row_of_compute_has_what_stands_further_below_in_unordered_files(capsys: pytest.CaptureFixture[str]) -> None:
    """Two recordings of one hour, one behind the other: calls at 09:01 and 09:31, then at 09:02."""
    for file, minutes in {"one.ndjson": (1, 31), "other.ndjson": (2,)}.items():
        calls = [
            {
                "type": "contact.queued",
                "contact": f"{file}{minute}",
                "queue": "q",
                "time": f"2026-11-22T09:{minute:02}:00Z",
            }
            for minute in minutes
        ]
        Path(file).write_text("".join(json.dumps(call) + "\n" for call in calls))
    files = ["one.ndjson", "other.ndjson"]
    assert run(["compute", "--from", "events", *files, "--every", "1m", "--json"]) == 0
    said = capsys.readouterr()
    waiting = [json.loads(line)["state"]["queues"]["q"]["now"]["waiting"] for line in said.out.splitlines()]
    assert waiting == [1, *[2] * 29, 3]
    assert "late" not in said.err, "it is told in its turn"


def test_the_tables_of_compute_stand_in_columns(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compute", "--from", "events", str(recording)]) == 0
    lines = capsys.readouterr().out.splitlines()
    head = next(line for line in lines if line.startswith("queue"))
    rows = [line for line in lines if line.startswith(("Підтримка", "支持", "all"))]
    ends = {columns(line) for line in [head, *rows]}
    assert len(rows) == 3
    assert len(ends) == 1


def test_a_table_counts_what_a_terminal_shows() -> None:
    # "支持" takes four columns; the accent of "é" written as two characters takes none.
    assert table(("name", "n"), [["支持", 1], ["e\u0301te", 10], ["x\x1b[2J", None]]).splitlines() == [
        "name    n",
        "支持    1",
        "e\u0301te    10",
        "x?[2J   –",
    ]


def test_the_same_seed_and_start_simulate_the_same_centre(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    arguments = ["simulate", "--seed", "7", "--agents", "4", "--start", "2026-11-22T09:00:00Z", "--minutes", "20"]
    assert run(arguments) == 0
    first = capfdbinary.readouterr().out
    assert run([*arguments, "--out", "centre.ndjson"]) == 0
    assert Path("centre.ndjson").read_bytes() == first
    assert run([*arguments[:2], "8", *arguments[3:]]) == 0
    assert capfdbinary.readouterr().out != first


def test_what_simulate_writes_is_what_compute_reads(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["simulate", "--start", "2026-11-22T09:00:00Z", "--minutes", "30", "--out", "centre.ndjson"]) == 0
    document = computed(capsys, "centre.ndjson")
    assert document["groups"]["all"]["day"]["offered"] > 0  # type: ignore[index]


def test_events_are_kept_on_disk_while_the_server_is_away(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WALLBOARD_URL", "http://127.0.0.1:9")  # the discard port: nobody listens
    assert run(["post", "kpi.reported", "kpi=sales", "value=3.5", "--json"]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["kept"] == 1
    assert "goes with the next post" in told.err
    (kept,) = Path("spool").rglob("*.ndjson")
    event = json.loads(kept.read_text())
    assert event["value"] == 3.5
    assert event["id"]
    assert event["time"] > 0
