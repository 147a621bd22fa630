"""Does `wallboard doctor` find what is wrong, and say what to do about it?"""

import asyncio
import re
from pathlib import Path

import pytest

from wallboard.cli import run
from wallboard.commands import doctor
from wallboard.record.database import open_record
from wallboard.record.ownchannels import OwnChannel, OwnChannels
from wallboard.record.people import Bound, People
from wallboard.stream.keys import Keys
from wallboard.stream.lease import Lease
from wallboard.stream.outbox import Outbox
from wallboard.stream.redis import connect

pytestmark = pytest.mark.usefixtures("empty_folder")


def test_the_doctor_finds_nothing_wrong_with_a_webhook_that_nobody_fetches(
    capsys: pytest.CaptureFixture[str],
) -> None:
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
