"""Does each command do what docs/commands.md says, with the right exit code and without a traceback?"""

import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from wallboard.cli import COMMANDS, run
from wallboard.commands import doctor
from wallboard.commands.table import columns, table
from wallboard.record.database import open_record
from wallboard.record.ownchannels import OwnChannel, OwnChannels
from wallboard.record.people import Bound, People
from wallboard.record.revisions import Revisions
from wallboard.stream.keys import Keys
from wallboard.stream.lease import Lease
from wallboard.stream.outbox import Outbox
from wallboard.stream.redis import connect

EVENTS = [
    {"type": "agent.signed_in", "agent": "101", "queues": ["Підтримка"], "time": "2026-11-22T09:00:00Z"},
    {"type": "contact.queued", "contact": "1", "queue": "Підтримка", "time": "2026-11-22T09:00:01Z", "id": "e-1"},
    {"type": "contact.queued", "contact": "1", "queue": "Підтримка", "time": "2026-11-22T09:00:01Z", "id": "e-1"},
    {"type": "contact.answered", "contact": "1", "agent": "101", "time": "2026-11-22T09:00:11.500Z", "id": "e-2"},
    {"type": "contact.queued", "contact": "2", "queue": "支持", "time": "2026-11-22T09:02:30Z", "id": "e-3"},
]  # fmt: skip


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in os.environ if each.startswith("WALLBOARD_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("WALLBOARD_SPOOL", str(tmp_path / "spool"))
    monkeypatch.chdir(tmp_path)


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


def test_the_doctor_finds_nothing_wrong_with_a_webhook_that_nobody_fetches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("wallboard.toml").write_text(
        f'[collector.crm]\nkind = "webhook"\nmap = "zammad"\nsecret = "{"s" * 32}"\n', encoding="utf-8"
    )
    assert run(["doctor", "crm"]) == 0
    assert "[crm] ok: its program sends to /api/v1/in/crm" in capsys.readouterr().out


def test_a_mistake_in_the_file_ends_neither_a_backup_nor_a_look_at_accounts_and_the_doctor_goes_on(
    tmp_path: Path, redis_url: str, namespace: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    where = f"[redis]\nurl = '{redis_url}'\nnamespace = '{namespace}'\n"
    Path("wallboard.toml").write_text(f"{where}[alert.long\nkind = 'typo'\n")
    monkeypatch.setattr(doctor, "LOOK_S", 0.05)
    for command in (["person", "list"], ["token", "list"], ["backup", str(tmp_path / "kept.zip")]):
        assert run(command) == 0, command
        assert "warning: " in (said := capsys.readouterr().err)
        assert "wallboard.toml: line 4" in said
    assert run(["person", "erase", "anna"]) == 1, "who is called what may stand where the mistake is"
    assert "not TOML" in capsys.readouterr().err
    assert run(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "wallboard.toml: line 4" in said.splitlines()[0]
    assert "ok: Redis " in said


def test_the_doctor_says_what_to_do_where_no_worker_runs(
    redis_url: str, namespace: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("wallboard.toml").write_text(f"[redis]\nurl = '{redis_url}'\nnamespace = '{namespace}'\n")
    monkeypatch.setattr(doctor, "LOOK_S", 0.05)
    assert run(["doctor"]) == 1
    assert "problem: no worker runs: " in (said := capsys.readouterr().out)
    assert "start `wallboard worker`" in said

    async def lead() -> None:
        async with connect(redis_url) as redis:
            assert await Lease(redis, Keys(namespace)).acquire()

    asyncio.run(lead())
    run(["doctor"])
    assert "ok: a worker runs" in (said := capsys.readouterr().out)
    assert "no worker" not in said


def test_the_doctor_says_what_waits_after_a_failed_try_since_when_and_why(
    tmp_path: Path, redis_url: str, namespace: str,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """All was well by it while a receiver was down."""
    Path("wallboard.toml").write_text(
        f"[redis]\nurl = '{redis_url}'\nnamespace = '{namespace}'\n[notify.desk]\nurl = 'json://h/'\n"
    )
    monkeypatch.setattr(doctor, "LOOK_S", 0.05)
    people = People(open_record(tmp_path / ".wallboard"))
    olena = people.add("Olena", "lead", Bound(), by="tests", now_ms=1)
    wanted = OwnChannel(id="", person=olena.id, kind="webhook", target="https://h/", confirmed_ms=1)
    own = OwnChannels(open_record(tmp_path / ".wallboard")).add(wanted, by="tests", now_ms=1).receiver

    async def fail(receiver: str, messages: int) -> None:
        async with connect(redis_url) as redis:
            lease, outbox = Lease(redis, Keys(namespace)), Outbox(redis, Keys(namespace))
            for _ in range(messages):
                await outbox.add(receiver, b"{}")
            if receiver == own:
                token = await lease.acquire()
                assert token
                for one in ("desk", own):
                    await outbox.failed(token, one, "connection refused", 1)

    asyncio.run(fail("desk", 1))
    run(["doctor"])
    assert "ok: no message about an alert was given up" in capsys.readouterr().out, "it was not tried yet"
    asyncio.run(fail(own, 2))
    assert run(["doctor"]) == 1
    said = capsys.readouterr().out
    assert re.search(r"problem: desk: 1 message waits since \d\d:\d\d, last try failed: connection refused - ", said)
    assert re.search(r"problem: a channel of Olena: 2 messages wait since \d\d:\d\d, last try failed: conn", said)
    assert "ok: no message about an alert" not in said


def test_the_doctor_says_where_on_duty_reaches_nobody_and_that_messages_have_no_link(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rule = "[alert.wait]\nmetric = 'waiting'\nraise = '> 6'\naction = 'Look'\nnotify = ['on-duty']\n"
    redis, desk = "[redis]\nurl = 'redis://127.0.0.1:9'\n", "[notify.desk]\nurl = 'json://h/'\n"
    Path("wallboard.toml").write_text(redis + rule + desk)
    assert run(["doctor"]) == 1
    said = capsys.readouterr().out.splitlines()
    [line] = [one for one in said if "on-duty" in one]
    assert line.startswith("problem: 'on-duty' reaches nobody (wait): no lead added a channel")
    [line] = [one for one in said if "public_url" in one]
    assert line.startswith("problem: [server] public_url is missing: messages about alerts have no link")
    assert run(["check"]) == 0
    assert "server.public_url: warning: is missing: messages about alerts have no link" in capsys.readouterr().err
    Path("wallboard.toml").write_text(redis + "[server]\npublic_url = 'http://wall.lan'\n" + desk)
    run(["doctor"])
    assert not re.search("on-duty|public_url", capsys.readouterr().out)
    Path("wallboard.toml").write_text(redis)
    run(["doctor"])
    assert "public_url" not in capsys.readouterr().out, "nobody is told anything"


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


def test_check_without_mistakes_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check"]) == 0
    assert "no mistakes" in capsys.readouterr().out


def test_check_names_the_mistakes_of_the_environment_where_there_is_no_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It said that there were none, and the start then named them."""
    for variable, value, reason in (
        ("WALLBOARD_SERVER_PROT", "80", "is no setting - did you mean WALLBOARD_SERVER_PORT?"),
        ("WALLBOARD_DATABASE_URL", "postgres:/me", "is no address of a database"),
    ):
        with monkeypatch.context() as environment:
            environment.setenv(variable, value)
            assert run(["check"]) == 1
        assert f"environment: {variable}: {reason}" in capsys.readouterr().err
    assert run(["check"]) == 0


def test_check_warns_of_an_alert_that_asks_for_nothing_and_names_what_is_wrong_with_a_rule(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("wallboard.toml").write_text('[alert.wait]\nmetric = "oldest_wait_s"\nraise = "> 60"\n')
    assert run(["check"]) == 0
    assert "alert.wait: warning: has no `action`" in capsys.readouterr().err
    Path("wallboard.toml").write_text('[alert.wait]\nmetric = "oldest_at"\nraise = "60"\nfor = "soon"\n')
    assert run(["check"]) == 1
    said = capsys.readouterr().err
    assert "alert.wait.metric: 'oldest_at' is an instant: take 'oldest_wait_s'" in said
    assert "alert.wait.raise: expected a sign and a number" in said
    assert "alert.wait.for: expected a time such as 30s" in said


def test_check_takes_the_file_as_all_other_commands_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "other.toml").write_text("[sever]\n")
    assert run(["check", "--config", "there/other.toml", "--data", "elsewhere"]) == 1
    assert "other.toml: sever: unknown key" in capsys.readouterr().err


def test_check_warns_of_patterns_that_match_nothing_that_is_configured(capsys: pytest.CaptureFixture[str]) -> None:
    rule = 'metric = "oldest_wait_s"\nraise = "> 60"\naction = "Call"\n'
    Path("wallboard.toml").write_text(
        '[queue.support]\nteam = "one"\n[queue.sales-de]\n[collector.pbx-1]\nkind = "command"\ncommand = ["true"]\n'
        f'[alert.wait]\n{rule}queues = ["suport", "sales-*", "!test-*", "shop"]\n'
        f'[alert.team]\n{rule}teams = ["one", "tow"]\n'
        '[maintenance.pbx]\nwhen = "Sun 02:00-04:00"\nsources = ["pbx-2"]\nrules = ["wiat"]\nqueues = ["support"]\n'
    )
    assert run(["check"]) == 0
    told = [line.partition(": ")[2] for line in capsys.readouterr().err.splitlines()]
    assert told == [
        "alert.wait.queues[0]: warning: 'suport' matches none of the queues that are configured"
        " - did you mean 'support'?",
        "alert.wait.queues[3]: warning: 'shop' matches none of the queues that are configured",
        "alert.team.teams[1]: warning: 'tow' matches none of the teams that are configured",
        "maintenance.pbx.sources[0]: warning: 'pbx-2' matches none of the sources that are configured"
        " - did you mean 'pbx-1'?",
        "maintenance.pbx.rules[0]: warning: 'wiat' matches none of the rules that are configured"
        " - did you mean 'wait'?",
    ]
    Path("wallboard.toml").write_text(f'[alert.wait]\n{rule}queues = ["suport"]\nagents = []\n')
    assert run(["check"]) == 0
    assert capsys.readouterr().err == "", "queues appear by themselves: without any in the file nobody can say"


def test_check_warns_of_a_rule_that_may_reach_nobody_on_duty(capsys: pytest.CaptureFixture[str]) -> None:
    rule = (
        "[server]\npublic_url = 'http://wall.lan'\n[alert.wait]\nmetric = 'waiting'\nraise = '> 6'\naction = 'Look'\n"
        "notify = ['on-duty'{}]\n[notify.a]\nurl = 'json://h/'\n"
    )
    Path("wallboard.toml").write_text(rule.format(""))
    assert run(["check"]) == 0
    said = capsys.readouterr().err
    assert "alert: warning: 'on-duty' reaches nobody (wait): no lead added a channel" in said
    assert len(said.splitlines()) == 1, "one thing at a time"
    Path("wallboard.toml").write_text(rule.format("") + "person = 'Olena'\n")
    assert run(["check"]) == 0
    said = capsys.readouterr().err
    assert (
        "alert: warning: while nobody is on duty nobody is told (wait): name a [notify.NAME] behind 'on-duty'" in said
    )
    Path("wallboard.toml").write_text(rule.format("") + "[channels]\nkinds = []\n")
    assert run(["check"]) == 0
    assert "reaches nobody (wait): write a [notify.NAME] with a lead's `person`" in capsys.readouterr().err
    Path("wallboard.toml").write_text(rule.format(", 'a'") + "person = 'Olena'\n")
    assert run(["check"]) == 0
    assert "on-duty" not in capsys.readouterr().err


def test_check_warns_of_a_rule_about_people_that_others_than_leads_are_told_of(
    capsys: pytest.CaptureFixture[str],
) -> None:
    people = "[alert.long]\nmetric = 'wrapup_over_s'\nraise = '> 60'\naction = 'Ask'\nnotify = ['on-duty', 'a']\n"
    receivers = "[notify.a]\nurl = 'json://h/'\n{}[notify.b]\nurl = 'json://h/'\nperson = 'Olena'\n"
    Path("wallboard.toml").write_text(people + receivers.format(""))
    assert run(["check"]) == 0
    assert "alert.long: warning: is about people, and 'a' is nobody's own" in capsys.readouterr().err
    Path("wallboard.toml").write_text(people + receivers.format("person = 'Ivan'\n"))
    assert run(["check"]) == 0
    assert "about people" not in capsys.readouterr().err


def test_check_and_doctor_name_a_receiver_whose_person_is_no_lead(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("wallboard.toml").write_text(
        "[redis]\nurl = 'redis://127.0.0.1:9'\n[server]\npublic_url = 'http://wall.lan'\n"
        "[alert.wait]\nmetric = 'waiting'\nraise = '> 6'\naction = 'Look'\n"
        "notify = ['on-duty', 'a']\n[notify.a]\nurl = 'json://h/'\nperson = 'Olna'\n"
    )
    assert run(["check"]) == 0
    assert capsys.readouterr().err == "", "nobody can say before there is a record"
    people = People(open_record(tmp_path / ".wallboard"))
    people.add("Olena", "lead", Bound(), by="tests", now_ms=1)
    assert run(["check"]) == 0
    said = capsys.readouterr().err
    assert "notify.a.person: warning: 'Olna' is no account of a lead" in said
    assert "did you mean 'Olena'?" in said
    assert "alert: warning: 'on-duty' reaches nobody (wait)" in said
    assert run(["doctor"]) == 1
    assert "problem: [notify.a] person = 'Olna' is no account of a lead" in capsys.readouterr().out
    people.add("Olna", "lead", Bound(), by="tests", now_ms=2)
    assert run(["check"]) == 0
    assert capsys.readouterr().err == ""


def test_check_warns_of_a_provider_that_is_reached_without_encryption(capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        "[server]\npublic_url = 'http://wall.lan'\n[oidc]\nissuer = 'http://{}'\nclient_id = 'w'\n"
        "client_secret = 's'\ndefault_role = 'viewer'\n"
    )
    Path("wallboard.toml").write_text(text.format("id.lan:8080"))
    assert run(["check"]) == 0
    assert "oidc.issuer: warning: is not encrypted" in capsys.readouterr().err
    Path("wallboard.toml").write_text(text.format("127.0.0.1:8080"))
    assert run(["check"]) == 0
    assert capsys.readouterr().err == ""


def test_check_names_the_mistakes_of_boards_too_and_gives_them_to_programs(capsys: pytest.CaptureFixture[str]) -> None:
    Path("wallboard.toml").write_text("[site.main]\nzone = 'Mars'\n")
    Path("boards").mkdir()
    Path("boards/support.toml").write_text("title = 'Support'\ncolunms = 12\n")
    assert run(["check", "--json"]) == 1
    rows = json.loads(capsys.readouterr().out)
    assert {(Path(row["file"]).name, row["at"]) for row in rows} == {
        ("wallboard.toml", "site.main.zone"),
        ("support.toml", "colunms"),
    }


def test_check_says_where_a_board_stands_twice_and_which_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("wallboard.toml").write_text("")
    Path("boards").mkdir()
    Path("boards/support.toml").write_text("title = 'Support'\n")
    revisions = Revisions(open_record(tmp_path / ".wallboard"))
    revisions.put("support", "title = 'Other'", "Olena", 1, was=None, before=None)
    assert run(["check"]) == 0
    said = capsys.readouterr().err
    assert "boards/support.toml: $: warning: another board of this id was made in the editor" in said


def test_check_of_one_board_s_file_names_its_mistakes_alone_and_says_that_it_is_a_board(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("mine").mkdir()
    Path("mine/support.toml").write_text("title = 'Support'\ncolumns = 12\n")
    Path("mine/other.toml").write_text("title = 'Other'\ncolunms = 12\n")
    Path("mine/turn.toml").write_text("[rotation]\nboards = ['support', 'nowhere']\n")
    assert run(["check", "mine/support.toml"]) == 0
    assert capsys.readouterr().out == "no mistakes (as a board: mine/support.toml)\n"
    for name, said in (("other", "mine/other.toml: colunms"), ("turn", "mine/turn.toml: rotation.boards[1]")):
        assert run(["check", f"mine/{name}.toml"]) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith(said)
        assert "server" not in line


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
