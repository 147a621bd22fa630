"""Run in a network namespace of its own (test_serve.py): a screen's network goes away. Prints after how many seconds
the server let it go."""

import asyncio
import subprocess
import time
from typing import Any

from websockets.asyncio.client import connect

from wallboard.web.listening import listen
from wallboard.web.serve import server_for


def network(standing: str) -> None:
    subprocess.run(["ip", "link", "set", "lo", standing], check=True)


async def main() -> None:
    gone = asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "websocket":
            return
        await receive()
        await send({"type": "websocket.accept"})
        beats = asyncio.create_task(beat(send))
        while (await receive())["type"] != "websocket.disconnect":
            pass
        beats.cancel()
        gone.set()

    async def beat(send: Any) -> None:
        while True:
            await send({"type": "websocket.send", "text": '{"t":"beat"}'})
            await asyncio.sleep(4)

    network("up")
    listener = listen("127.0.0.1", 0)
    server = server_for(app)
    server.config.lifespan = "off"
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.02)
    async with connect(f"ws://127.0.0.1:{listener.getsockname()[1]}", close_timeout=0.1) as screen:
        await screen.recv()
        network("down")
        began_s = time.monotonic()
        async with asyncio.timeout(40):
            await gone.wait()
        print(round(time.monotonic() - began_s, 1))
        network("up")
    server.should_exit = True
    await serving


asyncio.run(main())
