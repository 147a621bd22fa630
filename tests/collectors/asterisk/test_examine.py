"""Tests of collectors/asterisk/examine.py: what `wallboard doctor` says, against a served manager interface."""

import time
from pathlib import Path

import pytest
from fake_manager import FakeManager, listing, serving

from collectors.asterisk.examine import examine
from collectors.asterisk.options import Options

NOW_S = 1_795_391_200


def options(fake: FakeManager, **more: str) -> Options:
    return Options(host="127.0.0.1", port=fake.port, username="wallboard", secret="s3cret", **more)


async def findings(fake: FakeManager) -> list[str]:
    async with serving(fake):
        return await examine(options(fake), lambda: NOW_S * 1000, 0.3)


def good() -> FakeManager:
    fake = FakeManager()
    fake.clock_s = NOW_S + 0.02
    fake.listing = listing(queue="support") + listing(queue="Поддержка")
    return fake


async def test_a_good_pbx_is_ok_with_its_queues_and_clock():
    fake = good()
    assert await findings(fake) == [
        "ok: no queue_log is configured: why callers left stays unknown",
        "ok: signed in at Asterisk Call Manager/11.0.0",
        "ok: queues: support, Поддержка",
        "ok: its clock agrees with ours to 20 ms",
    ]
    assert {one["Action"] for one in fake.asked} == {"Challenge", "Login", "Ping", "QueueStatus"}


async def test_missing_read_classes_are_named():
    fake = good()
    fake.says_booted = False
    assert any("give the user read = agent,system in manager.conf" in one for one in await findings(fake))


async def test_a_refused_listing_says_why():
    fake = good()
    fake.refuses_listing = "Permission denied"
    assert any(one.startswith("problem: QueueStatus was refused: Permission denied") for one in await findings(fake))


async def test_a_listing_that_never_comes_is_a_missing_module():
    fake = good()
    fake.answers_listing = False
    assert "problem: QueueStatus was not answered - is app_queue loaded?" in await findings(fake)


@pytest.mark.parametrize("off_s", [-7, 90])
async def test_a_clock_that_is_off_is_told_in_seconds(off_s: int):
    fake = good()
    fake.clock_s = NOW_S + off_s
    assert f"problem: its clock is {off_s:+.1f} s off ours - run NTP on both machines" in await findings(fake)


async def test_a_refused_login_or_permit_names_user_and_place_and_never_the_secret():
    fake = good()
    fake.may_log_in = False
    [_, said] = await findings(fake)
    assert said.startswith("problem: AMI at 127.0.0.1:")
    assert "refuses the login of wallboard: Authentication failed - look at user, secret and permit lines" in said
    assert "s3cret" not in said


async def test_a_port_where_nobody_listens_is_a_problem():
    fake = good()
    async with serving(fake):
        nowhere = options(fake)
    [_, said] = await examine(nowhere, lambda: NOW_S * 1000, 0.3)
    assert "cannot be reached" in said
    assert said.endswith("is Asterisk running, manager.conf enabled?")


async def test_a_secret_file_that_is_missing_is_named(tmp_path: Path):
    fake = good()
    async with serving(fake):
        wanted = Options(host="127.0.0.1", port=fake.port, username="wallboard", secret_file=str(tmp_path / "no"))
        [_, said] = await examine(wanted, lambda: NOW_S * 1000, 0.3)
    assert f"secret_file {tmp_path / 'no'} cannot be read" in said


async def test_the_log_is_looked_at_for_being_there_readable_and_a_queue_log(tmp_path: Path, minute: Path):
    async def of(path: Path) -> str:
        return (await examine(Options(queue_log=str(path)), lambda: round(time.time() * 1000)))[0]

    log, loop = tmp_path / "queue_log", tmp_path / "loop"
    assert await of(log) == (
        f"problem: {log} is not there - give the path of queue_log, or set queue_log = yes in logger.conf"
    )
    log.write_text("May 3 kernel: hello\n")
    assert (await of(log)).startswith(f"problem: {log} holds no queue_log lines yet")
    loop.symlink_to(loop)
    assert (await of(loop)).startswith(f"problem: {loop} cannot be read")
    assert (await of(tmp_path)).startswith(f"problem: {tmp_path} cannot be read")
    recorded = minute / "minute.queue_log"
    assert await of(recorded) == (
        f"ok: {recorded} is read; queues in its last lines: billing, sales, support, vip, Поддержка"
    )
