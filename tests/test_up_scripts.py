"""Do commands and scripts find the wall that `wallboard up` runs, and does what they tell it arrive once?"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.upped import Running, family, free_port, signed_in, until


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Configured, without a source: events come from scripts, each test's for queues of its own."""
    folder = tmp_path_factory.mktemp("real")
    (folder / "wallboard.toml").write_text('[site.main]\nzone = "Europe/Kyiv"\n')
    port = free_port()
    up = Running(
        folder, port,
        WALLBOARD_ADMIN_TOKEN="wb_test", WALLBOARD_TOKEN="wb_test",
        WALLBOARD_URL=f"http://127.0.0.1:{port}", WALLBOARD_SPOOL=str(folder / "spool"),
    )  # fmt: skip
    try:
        up.link()
        yield up
    finally:
        up.stop()


def waiting(up: Running, queue: str) -> object:
    return up.state()["queues"].get(queue, {}).get("now", {}).get("waiting")  # type: ignore[attr-defined]


def test_what_a_script_posts_is_on_the_floor_and_tail_says_what_it_did(real: Running) -> None:
    told, told_json = real.folder / "tail", real.folder / "tail.json"
    with told.open("w") as out, told_json.open("w") as out_json:
        command, where = [sys.executable, "-m", "wallboard", "tail"], {"cwd": real.folder, "env": real.environ}
        tail = subprocess.Popen(command, stdout=out, **where)  # type: ignore[call-overload]
        tail_json = subprocess.Popen([*command, "--json"], stdout=out_json, **where)  # type: ignore[call-overload]
        try:
            # Until tail listens nothing of ours is in what it prints: these are to make it say something.
            until(lambda: _said_beat(real, told) and _said_beat(real, told_json), "both listen")
            first = (
                "post",
                "contact.queued",
                "contact=1",
                "queue=orders",
                "customer=380441234567",
                "id=e-1",
                "source=chat",
            )
            assert [real.shell(*first).returncode, real.shell(*first).returncode] == [0, 0]
            assert real.shell(*first, "priority=1").returncode == 0
            assert real.shell("post", "contact.ended", "contact=9", "source=chat").returncode == 0
            assert real.shell("post", "contact.queued", "contact=2", "queue=ordres", "source=chat").returncode == 0
            until(
                lambda: all(one in told.read_text() for one in ("ordres", "duplicate", "conflict")), "all of it in tail"
            )
            until(lambda: "ordres" in told_json.read_text(), "all of it in tail --json")
        finally:
            for one in (tail, tail_json):
                one.terminate()
                one.wait()
    text = told.read_text()
    assert "380441234567" not in text + told_json.read_text(), "customers are shown nowhere"
    assert "opened visit 1 in orders" in text
    assert "duplicate of e-1" in text
    assert "conflict: e-1 came before and said something else, which counts" in text
    assert "ended nothing: no open leg" in text
    assert "new queue ordres (like orders?)" in text
    assert waiting(real, "orders") == 1


def _said_beat(up: Running, told: Path) -> bool:
    up.shell("post", "kpi.reported", "kpi=listening", "value=1", "source=probe")
    return "listening" in told.read_text()


def test_of_a_fed_batch_the_good_is_taken_and_each_mistake_named_with_its_line(real: Running) -> None:
    fed = '{"type":"contact.queued","contact":"1","queue":"a"}\n{"type":"contact.queued","quue":"a"}\n\n{torn\n'
    done = real.shell("post", "-", "--json", fed=fed)
    assert done.returncode == 1
    answer = json.loads(done.stdout)
    assert answer["accepted"] == 1
    assert [one["at"] for one in answer["rejected"]] == ["line 2 $.quue", "line 4 $"]
    assert "Traceback" not in done.stderr


def test_what_was_kept_while_the_server_was_away_counts_once_when_it_is_back(real: Running, tmp_path: Path) -> None:
    spools = {"WALLBOARD_SPOOL": str(tmp_path)}
    away = f"http://127.0.0.1:{free_port()}"
    kept = real.shell("post", "contact.queued", "contact=1", "queue=late", **spools | {"WALLBOARD_URL": away})
    assert kept.returncode == 0
    (spool,) = tmp_path.iterdir()
    os.kill(family(real.process.pid)["web"], signal.SIGSTOP)
    try:
        spool_here = real.shell("post", "contact.queued", "contact=2", "queue=late", "--json", **spools)
    finally:
        os.kill(family(real.process.pid)["web"], signal.SIGCONT)
    assert json.loads(spool_here.stdout)["kept"] == 1
    for number in ("3", "4"):
        assert real.shell("post", "contact.queued", f"contact={number}", "queue=late", **spools).returncode == 0
    until(lambda: waiting(real, "late") == 3, "each once; the one for another server stays there")
    assert len(list(spool.glob("*.ndjson"))) == 1


def test_a_recording_goes_down_the_live_line_and_a_source_can_be_forgotten(real: Running) -> None:
    assert real.shell("simulate", "--minutes", "10", "--agents", "3", "--out", "centre.ndjson").returncode == 0
    done = real.shell("replay", "--from", "events", "centre.ndjson", "--speed", "0", "--source", "test")
    assert done.returncode == 0, done.stderr
    until(lambda: "test" in real.state()["sources"], "its source")
    assert real.shell("source", "forget", "test").returncode == 0
    until(lambda: "test" not in real.state()["sources"], "forgotten")


def test_doctor_finds_nothing_wrong_here(real: Running) -> None:
    done = real.shell("doctor")
    assert done.returncode == 0, done.stdout
    assert all(line.startswith("ok:") for line in done.stdout.splitlines())


def test_a_further_link_leads_to_the_wall_that_runs(real: Running) -> None:
    link, _, code = real.shell("person", "link", "Admin").stdout.strip().partition("#")
    assert link == f"http://127.0.0.1:{real.port}/signin"
    assert signed_in(real.port, code).status == 200
