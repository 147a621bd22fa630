"""Run in a network namespace of its own (test_serve.py): a screen's network goes away. Prints after how many seconds
the server let it go, and how many it counted as vanished.

vanishing.py REDIS_URL NAMESPACE FOLDER WAY      Redis on a unix socket; WAY: frames or ordinary
"""

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from websockets.asyncio.client import connect

from tests.waiting import until
from tests.web.conftest import TOKEN, serving  # type: ignore[import-not-found]
from wallboard.config import Config, Redis


def network(standing: str) -> None:
    subprocess.run(["ip", "link", "set", "lo", standing], check=True)


async def main(url: str, namespace: str, folder: str, way: str) -> None:
    network("up")
    config = replace(Config(), redis=Redis(url=url, namespace=namespace), admin_token=TOKEN, data=Path(folder))
    async with serving(config, fast_frames=way == "frames") as served:
        address = f"ws://{served.host}:{served.port}/live?board=overview"
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        async with connect(address, additional_headers=bearer, close_timeout=0.1) as screen:
            await screen.recv()
            network("down")
            began_s = time.monotonic()
            hub = served.app.state.hub
            await until(lambda: not hub.screens and any(hub.sent.cut.values()))
            print(round(time.monotonic() - began_s, 1), hub.sent.cut["vanished"])
            network("up")


uvloop.run(main(*sys.argv[1:]))
