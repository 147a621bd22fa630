"""What does it cost a server that only broadcasts? The floor, and Node's `ws`, with the service's own payload."""

import time
from typing import Any

import psutil
from fanout.answering import LOADING, SERVING, Answering
from fanout.available import BROADCAST, Available
from fanout.given import UPGRADE, Given

LEAD_S = 2  # the floor begins before the measurement, and ends after it


def other(kind: str, given: Given, found: Available, port: int, payload: int) -> dict[str, Any]:
    packs = kind == "ws-packed"
    told = kind != "floor" or found.floor_is == BROADCAST
    if kind != "floor":
        command = ["node", found.folder / "broadcast.mjs", port, payload - 4, int(packs)]
    elif told:
        command = [*found.floor, port, payload - 4]
    else:
        command = [*found.floor, port, given.screens, payload]
    server = Answering(command, [SERVING], _text(payload) if told else "")
    try:
        server.answer()
        return _measured(given, found, port, server, packs=packs, begins_by_itself=told)
    finally:
        server.end()


def _measured(
    given: Given, found: Available, port: int, server: Answering, *, packs: bool, begins_by_itself: bool
) -> dict[str, Any]:
    head = f"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n{UPGRADE}"
    load = Answering([*found.load, port, given.screens, int(packs), 0, 1, given.at_once, 0], LOADING, head)
    try:
        load.answer()
        if not begins_by_itself:
            server.tell(str(given.seconds + LEAD_S))
        time.sleep(LEAD_S / 2)
        process = psutil.Process(server.pid)
        spent_s = sum(process.cpu_times()[:2])
        measured = load.ask(f"measure {given.seconds} 0")
        used_s = sum(process.cpu_times()[:2]) - spent_s
        own = {} if begins_by_itself else {"own_us_a_frame": server.answer()["us_a_frame"]}
        return {"us_a_frame": round(used_s * 1e6 / measured["frames"], 2),
                "bytes_a_frame": round(measured["bytes"] / measured["frames"], 1), **own}  # fmt: skip
    finally:
        load.end()


def _text(size: int) -> str:
    """Of that length, and about as easy to pack as a patch."""
    rows = ",".join(
        f'"queue-{n}":{{"now":{{"waiting":{n * 7 % 31},"oldest_at":{1795420800000 + n * 977}}}}}' for n in range(40)
    )
    return f'{{"t":"patch","patch":{{"queues":{{{rows}'[: size - 4].ljust(size - 4, "}")
