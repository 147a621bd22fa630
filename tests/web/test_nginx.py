"""Behind nginx as `examples/nginx.conf` sets it up: people sign in, screens are told, a trusted proxy is believed."""

import asyncio
import os
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.family import free_port
from tests.web.conftest import Served  # type: ignore[import-not-found]
from wallboard.config import Config, Server

SAMPLE = Path(__file__).parents[2] / "examples" / "nginx.conf"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
NAME = "wall.example.com"
TRIES = 10  # wrong codes of one address at once

pytestmark = [
    pytest.mark.skipif(NGINX is None, reason="needs nginx: apt-get install nginx"),
    pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl for a certificate"),
]


@dataclass
class Proxied:
    """A wallboard, and the address of the nginx before it, whose certificate `trust` knows."""

    served: Served
    url: str
    trust: ssl.SSLContext

    @asynccontextmanager
    async def client(self, address: str = "127.0.0.1") -> AsyncIterator[httpx.AsyncClient]:
        """One that comes from this address."""
        transport = httpx.AsyncHTTPTransport(verify=self.trust, local_address=address)
        async with httpx.AsyncClient(base_url=self.url, transport=transport, timeout=60) as found:
            yield found


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """Self-signed, for loopback."""
    key, signed = tmp_path / "own.key", tmp_path / "own.crt"
    run = [
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
        "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME},DNS:localhost,IP:127.0.0.1",
        "-keyout", str(key), "-out", str(signed),
    ]  # fmt: skip
    subprocess.run(run, check=True, capture_output=True, timeout=30)
    return signed, key


@pytest.fixture
async def behind(config: Config, served_elsewhere: Any, certificate: tuple[Path, Path], tmp_path: Path) -> Any:
    """`await behind(trusted)`: a wallboard that trusts these proxies, behind nginx; both end with the test."""
    async with AsyncExitStack() as until_the_end:

        async def started(trusted: list[str]) -> Proxied:
            outer = free_port()
            server = Server(public_url=f"https://127.0.0.1:{outer}", trusted_proxies=trusted)
            served = await until_the_end.enter_async_context(served_elsewhere(replace(config, server=server)))
            changed = adapted(SAMPLE.read_text(encoding="utf-8"), outer, served.port, certificate)
            await until_the_end.enter_async_context(nginx(tmp_path, changed, outer))
            return Proxied(served, server.public_url, ssl.create_default_context(cafile=str(certificate[0])))

        yield started


def adapted(sample: str, outer: int, inner: int, certificate: tuple[Path, Path]) -> str:
    """The sample with ports and certificate of the test, and nothing else."""
    for written, instead in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{outer} ssl;"),
        ("server 127.0.0.1:8000;", f"server 127.0.0.1:{inner};"),
        ("/etc/nginx/wallboard.crt", str(certificate[0])),
        ("/etc/nginx/wallboard.key", str(certificate[1])),
    ):
        assert sample.count(written) == 1, written
        sample = sample.replace(written, instead)
    return sample


@asynccontextmanager
async def nginx(folder: Path, sample: str, port: int) -> AsyncIterator[None]:
    """A process of its own with this file among its sites, until it is ended."""
    (folder / "site.conf").write_text(sample, encoding="utf-8")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"  {kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    user = "user root;\n" if os.geteuid() == 0 else ""
    main = folder / "nginx.conf"
    main.write_text(
        f"{user}daemon off;\npid {folder}/nginx.pid;\nevents {{}}\n"
        f"http {{\n  access_log off;\n{places}  include {folder}/site.conf;\n}}\n",
        encoding="utf-8",
    )
    command = [str(NGINX), "-p", str(folder), "-e", str(folder / "nginx.log"), "-c", str(main)]
    tried = await asyncio.to_thread(subprocess.run, [*command, "-t"], capture_output=True, text=True, timeout=30)
    assert tried.returncode == 0, tried.stderr
    process = await asyncio.create_subprocess_exec(*command)
    try:
        async with asyncio.timeout(60):
            while not await _answers(port):
                assert process.returncode is None, (folder / "nginx.log").read_text(encoding="utf-8")
                await asyncio.sleep(0.02)
        yield
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def _answers(port: int) -> bool:
    with suppress(OSError):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
        return True
    return False


async def test_whoever_signs_in_through_it_has_a_secure_cookie_and_a_wall_that_is_told(behind: Any) -> None:
    house = await behind(["127.0.0.1"])
    async with house.client() as browser:
        answer = await browser.post("/signin", json={"code": await house.served.code("Olena")})
        assert answer.status_code == 200
        cookie, *attributes = answer.headers["set-cookie"].split("; ")
        assert cookie.startswith("__Host-")
        assert "Secure" in attributes
        assert "strict-transport-security" in answer.headers
        assert (await browser.get("/")).status_code == 200
    address = house.url.replace("https", "wss", 1) + "/live?board=overview"
    headers = {"cookie": cookie, "origin": house.url}
    async with connect(address, ssl=house.trust, additional_headers=headers) as wall:
        assert '"t":"hello"' in await wall.recv(decode=True)
        assert '"now":' in await wall.recv(decode=True)  # a patch or a beat


async def test_a_proxy_that_is_trusted_tells_whose_wrong_codes_they_are(behind: Any) -> None:
    house = await behind(["127.0.0.1"])
    async with house.client("127.0.0.2") as guesser, house.client("127.0.0.3") as other:
        assert await guesses(guesser, TRIES + 1) == [401] * TRIES + [429]
        assert await guesses(guesser, 1, {"x-forwarded-for": "127.0.0.9"}) == [429]  # nginx says who it is, not they
        assert await guesses(other, 1) == [401]


async def test_of_a_proxy_that_is_not_trusted_all_come_from_the_proxy(behind: Any) -> None:
    house = await behind([])
    async with house.client("127.0.0.2") as guesser, house.client("127.0.0.3") as other:
        assert await guesses(guesser, TRIES + 1) == [401] * TRIES + [429]
        assert await guesses(other, 1) == [429]


async def test_who_goes_past_a_trusted_proxy_is_not_believed(behind: Any) -> None:
    house = await behind(["127.0.0.9"])
    forged = [{"x-forwarded-for": f"192.0.2.{n}"} for n in range(TRIES + 1)]
    found = [await guesses(house.served.anonymous, 1, one) for one in forged]
    assert found == [[401]] * TRIES + [[429]]


async def guesses(http: httpx.AsyncClient, many: int, headers: dict[str, str] | None = None) -> list[int]:
    """What wrong codes are answered."""
    return [(await http.post("/signin", json={"code": f"wrong{n}"}, headers=headers)).status_code for n in range(many)]
