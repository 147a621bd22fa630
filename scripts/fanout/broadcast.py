"""The floor where there is no compiler: `websockets.broadcast` to as many screens, plain.

python broadcast.py PORT PAYLOAD      the text to send comes as a line on standard input
"""

import asyncio
import json
import sys

from websockets.asyncio.server import ServerConnection, broadcast, serve

PAUSE_S = 0.1


async def main() -> None:
    port, size = int(sys.argv[1]), int(sys.argv[2])
    text = sys.stdin.readline()[:size]
    screens: set[ServerConnection] = set()

    async def there(screen: ServerConnection) -> None:
        screens.add(screen)
        await screen.wait_closed()
        screens.discard(screen)

    async with serve(there, "127.0.0.1", port, compression=None, backlog=4096):
        print(json.dumps({"listening": True}), flush=True)
        while True:
            broadcast(screens, text)
            await asyncio.sleep(PAUSE_S)


asyncio.run(main())
