"""Tests of collectors/asterisk/listening.py: clocks apart, TLS, what is said while the manager is away."""

import asyncio
import shutil
import ssl
import subprocess
import time
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fake_manager import FakeManager, serving

from collectors.asterisk import connection, listening
from collectors.asterisk.listening import Heard, Listening, Opened
from collectors.asterisk.options import Options
from tests.waiting import now_ms, until
from wallboard.core.errors import SourceError


class Ear:
    """Listens in the background; `items` is what was heard."""

    def __init__(self, fake: FakeManager, **more: object) -> None:
        options = Options(host="127.0.0.1", port=fake.port, username="wallboard", secret="s3cret", **more)  # type: ignore[arg-type]
        self.listening = Listening(options, "UTC", now_ms)
        self.items: list[Heard | Opened] = []

    async def put(self, item: Heard | Opened) -> None:
        self.items.append(item)

    @asynccontextmanager
    async def at_work(self):
        task = asyncio.create_task(self.listening.run(self.put))
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.wait([task])


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "RETRY_S", (0.05,))


@pytest.mark.parametrize(("off_s", "least_ms"), [(0.2, 0), (-90, 85_000), (90, 85_000)])
async def test_a_pbx_s_clock_is_compared_with_ours(off_s: float, least_ms: int):
    fake = FakeManager()
    fake.clock_s = time.time() + off_s
    async with serving(fake):
        ear = Ear(fake)
        async with ear.at_work():
            await until(lambda: any(isinstance(one, Heard) and "Ping" in one.message for one in ear.items))
            assert abs(ear.listening.ahead_ms) >= least_ms
            assert (ear.listening.ahead_ms > 0) == (off_s > 1)


async def test_the_pbx_is_asked_for_its_own_counters_now_and_then(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(connection, "PING_S", 0.02)
    monkeypatch.setattr(connection, "COUNT_PINGS", 3)
    fake = FakeManager()
    fake.listing = [{"Event": "QueueParams", "Queue": "support", "Completed": "5", "Abandoned": "2"}]
    async with serving(fake):
        ear = Ear(fake)
        async with ear.at_work():
            await until(lambda: sum(one.get("ActionID") == "counters" for one in fake.asked) >= 2)
            heard = lambda: [one.message for one in ear.items if isinstance(one, Heard)]  # noqa: E731
            await until(lambda: any(one.get("ActionID") == "counters" and "Queue" in one for one in heard()))
            asked = [one["Action"] for one in fake.asked]
            assert asked.count("Ping") >= 3 * sum(one.get("ActionID") == "counters" for one in fake.asked)


async def test_events_with_the_pbx_s_own_time_need_no_comparison():
    """What a comparison gave before goes with the first of them."""
    fake = FakeManager()
    fake.clock_s = time.time() + 90
    async with serving(fake):
        ear = Ear(fake)
        async with ear.at_work():
            await until(lambda: ear.listening.ahead_ms)
            await fake.say({"Event": "QueueCallerJoin", "Queue": "support", "Timestamp": f"{fake.clock_s:.3f}"})
            await until(lambda: ear.listening.ahead_ms == 0)


async def test_while_the_manager_is_away_it_is_said_since_when():
    fake = FakeManager()
    async with serving(fake):
        ear = Ear(fake, queue_log="/var/log/asterisk/queue_log")
        async with ear.at_work():
            await until(lambda: ear.listening.lives)
            fake.silent = True
            fake.hang_up()
            await until(lambda: not ear.listening.lives and "not connected since" in (ear.listening.state or ""))
            assert "are unknown" in (ear.listening.state or "")


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here to make a certificate with")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=pbx",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key


async def test_tls_is_spoken_and_the_certificate_checked(certificate: tuple[Path, Path], tmp_path: Path):
    served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    served.load_cert_chain(*certificate)
    fake = FakeManager()
    async with serving(fake, tls=served):
        trusting = Ear(fake, tls=str(certificate[0]))
        async with trusting.at_work():
            await until(lambda: trusting.listening.lives)
        doubting = Ear(fake, tls=True, queue_log="queue_log")
        async with doubting.at_work():
            await until(lambda: "certificate verify failed" in (doubting.listening.state or ""))
        missing = Ear(fake, tls=str(tmp_path / "no-such.pem"))
        async with missing.at_work():
            await until(lambda: "No such file" in (missing.listening.state or ""))
    assert fake.logins == 1, "who does not trust it tells it no password"


async def test_a_refused_sign_in_ends_a_source_without_a_log():
    fake = FakeManager(secret="another")
    async with serving(fake):
        ear = Ear(fake)
        with pytest.raises(SourceError):
            await ear.listening.run(ear.put)
