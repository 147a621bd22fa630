"""Does one command bring everything up, keep it up, and leave nothing behind?"""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PARTS = ("web", "worker", "collect", "redis")
PATIENCE_S = 60  # for a loaded machine; what is waited for comes in a second or two


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(true: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def family(pid: int) -> dict[str, int]:
    """The processes under `up`, by what they are: `web`, `worker`, `collect`, `redis`."""
    found: dict[str, int] = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        with contextlib.suppress(OSError):
            words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
            name = words[3].decode() if b"wallboard" in words[2:3] else "redis"
            found[name] = int(child)
    return found


def get(port: int, path: str, headers: dict[str, str] | None = None) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request("GET", path, headers=headers or {})
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


class Running:
    """`wallboard up` in a folder of its own."""

    def __init__(self, folder: Path, port: int, **variables: str) -> None:
        self.port = port
        self.folder = folder
        self.said = folder / "said"
        self._out = self.said.open("wb")
        environ = {name: value for name, value in os.environ.items() if not name.startswith("WALLBOARD_")}
        self.environ = environ | variables
        self.process = subprocess.Popen(
            [sys.executable, "-m", "wallboard", "up", "--port", str(port)],
            cwd=folder,
            env=self.environ,
            stdout=self._out,
            stderr=subprocess.STDOUT,
        )

    def text(self) -> str:
        return self.said.read_text(errors="replace")

    def link(self) -> str:
        until(lambda: "/signin#" in self.text() or self.process.poll() is not None, f"a link in {self.text()}")
        links = re.findall(r"http://\S+/signin#\S+", self.text())
        assert len(links) == 1, self.text()
        return str(links[0])

    def shell(self, *arguments: str, fed: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        """A further command in the same folder, as a person or a script gives it."""
        return subprocess.run(
            [sys.executable, "-m", "wallboard", *arguments],
            cwd=self.folder, env=self.environ | variables, input=fed, capture_output=True, text=True,
            timeout=PATIENCE_S, check=False,
        )  # fmt: skip

    def state(self) -> dict[str, dict[str, dict[str, object]]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        token = self.environ["WALLBOARD_TOKEN"]
        connection.request("GET", "/api/v1/state", headers={"Authorization": f"Bearer {token}"})
        found: dict[str, dict[str, dict[str, object]]] = json.loads(connection.getresponse().read())
        connection.close()
        return found

    def stop(self) -> int:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(PATIENCE_S)
        finally:
            self._out.close()


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


def signed_in(port: int, code: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    headers = {"Content-Type": "application/json", "Origin": f"http://127.0.0.1:{port}"}
    connection.request("POST", "/signin", json.dumps({"code": code}), headers)
    answer = connection.getresponse()
    answer.read()
    return answer


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
