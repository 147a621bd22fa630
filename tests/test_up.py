"""Does one command bring everything up, keep it up, and leave nothing behind?"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.upped import PARTS, PATIENCE_S, Running, alive, family, free_port, get, signed_in, until


@contextlib.contextmanager
def simulated(folder: Path) -> Iterator[Running]:
    """Nothing is configured."""
    if not Path("/proc/self/task").exists():
        pytest.skip("reads /proc, which this system does not have")
    up = Running(folder, free_port())
    try:
        yield up
    finally:
        if up.process.poll() is None:
            up.stop()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The simulated centre of all tests that leave it running."""
    with simulated(tmp_path_factory.mktemp("running")) as up:
        yield up


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Running]:
    """The simulated centre of a test that ends it."""
    with simulated(tmp_path) as up:
        yield up


def test_the_link_signs_one_person_in_once(running: Running) -> None:
    link, _, code = running.link().partition("#")
    assert link == f"http://127.0.0.1:{running.port}/signin"
    assert get(running.port, "/api/v1/state") == 401
    first = signed_in(running.port, code)
    assert first.status == 200
    cookie = str(first.headers["set-cookie"]).partition(";")[0]
    assert get(running.port, "/api/v1/state", {"Cookie": cookie}) == 200
    assert signed_in(running.port, code).status == 401


def test_with_nothing_configured_it_says_that_the_centre_is_simulated(running: Running) -> None:
    running.link()
    assert "SIMULATED" in running.text()
    assert (running.folder / ".wallboard" / "demo").is_dir()


def test_a_part_that_is_killed_comes_back_and_the_wall_answers_again(running: Running) -> None:
    running.link()
    for name in PARTS:
        before = family(running.process.pid)
        os.kill(before[name], signal.SIGKILL)
        until(lambda name=name, old=before[name]: family(running.process.pid).get(name, old) != old, f"a new {name}")  # type: ignore[misc]
    until(lambda: get(running.port, "/readyz") == 200, "ready again")


def test_told_to_stop_it_ends_with_0_and_leaves_no_process(own: Running) -> None:
    own.link()
    children = family(own.process.pid)
    assert set(children) == set(PARTS)
    assert own.stop() == 0
    assert not [name for name, pid in children.items() if alive(pid)]
    assert get(own.port, "/healthz") == 0


def test_killed_it_takes_its_processes_with_it(own: Running) -> None:
    own.link()
    children = family(own.process.pid)
    assert set(children) == set(PARTS)
    own.process.kill()
    own.process.wait()
    until(lambda: not any(alive(pid) for pid in children.values()), "no process left")


def test_a_second_one_on_the_same_folder_is_refused_in_one_line(running: Running) -> None:
    running.link()
    second = subprocess.run(
        [sys.executable, "-m", "wallboard", "up", "--port", str(free_port())],
        cwd=running.folder, capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    assert second.returncode == 1
    assert "another `wallboard up` runs" in second.stderr
    assert len(second.stderr.splitlines()) == 1


def test_a_port_in_use_is_told_with_the_setting_to_change(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        up = Running(tmp_path, taken.getsockname()[1])
        assert up.process.wait(PATIENCE_S) == 1
    assert "is in use by another program" in up.text()
    assert "WALLBOARD_SERVER_PORT" in up.text()
    assert len(up.text().splitlines()) == 1


def test_a_record_that_cannot_be_meant_is_told_before_anything_starts(tmp_path: Path) -> None:
    """Each part would end with it and begin again, with the reason in its own log."""
    (tmp_path / "wallboard.toml").write_text("")
    up = Running(tmp_path, free_port(), WALLBOARD_DATABASE_URL="postgres:/me")
    try:
        assert up.process.wait(PATIENCE_S) == 1
    finally:
        up.stop()
    assert up.text().startswith("wallboard: environment: WALLBOARD_DATABASE_URL: is no address of a database")
    assert len(up.text().splitlines()) == 1


def test_the_simulated_centre_ends_when_a_source_is_configured(own: Running, tmp_path: Path) -> None:
    own.link()
    (tmp_path / "wallboard.toml").write_text('[collector.mine]\nkind = "simulator"\nagents = 3\n')
    until(lambda: own.text().count("/signin#") == 2, "a link to the real wall")
    assert "the simulated centre ends" in own.text()
    assert (tmp_path / ".wallboard" / "redis").is_dir()


def test_a_broken_file_is_told_and_the_last_good_one_goes_on_until_it_is_mended(tmp_path: Path) -> None:
    file = tmp_path / "wallboard.toml"
    file.write_text('[collector.mine]\nkind = "simulator"\n')
    up = Running(tmp_path, free_port())
    try:
        up.link()
        file.write_text('[collector.mine]\nkind = "simulatr"\n')
        until(lambda: "did you mean 'simulator'" in up.text(), "the mistake")
        assert get(up.port, "/readyz") == 200
        assert "taken over again" not in up.text()
        file.write_text('[collector.mine]\nkind = "simulator"\n[queue.support]\n')
        until(lambda: "taken over again" in up.text(), "that it was mended")
    finally:
        up.stop()


def test_a_further_web_process_listens_where_it_is_told(tmp_path: Path, redis_url: str, namespace: str) -> None:
    ports = free_port(), free_port()
    environ = {name: value for name, value in os.environ.items() if not name.startswith("WALLBOARD_")}
    environ |= {"WALLBOARD_REDIS_URL": redis_url, "WALLBOARD_REDIS_NAMESPACE": namespace, "PORT": str(ports[0])}
    with (tmp_path / "said").open("wb") as out:
        command = [sys.executable, "-m", "wallboard", "web", "--port", str(ports[1])]
        web = subprocess.Popen(command, cwd=tmp_path, env=environ, stdout=out, stderr=subprocess.STDOUT)
    try:
        until(lambda: get(ports[1], "/healthz") == 200 or web.poll() is not None, (tmp_path / "said").read_text())
        assert (get(ports[0], "/healthz"), get(ports[1], "/healthz")) == (0, 200), (tmp_path / "said").read_text()
    finally:
        web.terminate()
        web.wait(timeout=PATIENCE_S)


def test_the_procfile_brings_the_same_parts_up_and_one_signal_ends_them(tmp_path: Path) -> None:
    """`honcho start`: three processes of their own, the first of which keeps the private Redis for the others."""
    (tmp_path / "Procfile").write_text((Path(__file__).resolve().parents[1] / "Procfile").read_text())
    port, scripts = free_port(), Path(sys.executable).parent
    environ = {name: value for name, value in os.environ.items() if not name.startswith("WALLBOARD_")}
    environ |= {"PORT": str(port), "PATH": f"{scripts}:{environ['PATH']}", "WALLBOARD_ADMIN_TOKEN": "wb_honcho-test"}
    with (tmp_path / "said").open("wb") as out:
        honcho = subprocess.Popen(
            [scripts / "honcho", "start"], cwd=tmp_path, env=environ, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        until(lambda: get(port, "/readyz") == 200 or honcho.poll() is not None, (tmp_path / "said").read_text())
        token = {"Authorization": "Bearer wb_honcho-test"}
        until(lambda: get(port, "/api/v1/sources/demo", token) == 200, "the collector's source is heard")
    finally:
        honcho.terminate()
        ended = honcho.wait(timeout=PATIENCE_S)
    assert ended in (0, -signal.SIGTERM, 128 + signal.SIGTERM), (tmp_path / "said").read_text()
    assert get(port, "/healthz") == 0
