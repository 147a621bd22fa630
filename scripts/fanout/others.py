"""What does it cost a server that only broadcasts? The floor, and Node's `ws`, with the service's own payload."""

import time
from typing import Any

import psutil
from fanout.answering import LOADING, SERVING, Answering, best_second_us
from fanout.available import BROADCAST, Available
from fanout.given import UPGRADE, Given

LEAD_S = 2  # the floor begins before the measurement, and ends after it
PATCHES = 512  # in turn, more than a compressor remembers: one that is sent again and again packs into ten bytes


def other(kind: str, given: Given, found: Available, port: int, payload: int) -> dict[str, Any]:
    packs = kind == "ws-packed"
    told = kind != "floor" or found.floor_is == BROADCAST
    if kind != "floor":
        command = ["node", found.folder / "broadcast.mjs", port, int(packs)]
    elif told:
        command = [*found.floor, port, payload - 4]
    else:
        command = [*found.floor, port, given.screens, payload]
    said = texts(payload, PATCHES if command[0] == "node" else 1)
    server = Answering(command, [SERVING], "\n".join([*said, ""]) if told else "")
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
        measured = load.ask(f"measure {given.seconds} 0 {server.pid}")
        used_s = sum(process.cpu_times()[:2]) - spent_s
        frames = max(1, measured["frames"])  # none: it cannot keep up, and no round costs more
        own = {} if begins_by_itself else {"own_us_a_frame": server.answer()["us_a_frame"]}
        return {"us_a_frame": round(used_s * 1e6 / frames, 2), "us_of_best_second": best_second_us(measured),
                "bytes_a_frame": round(measured["bytes"] / frames, 1),
                **own}  # fmt: skip
    finally:
        load.end()


def texts(size: int, count: int) -> list[str]:
    """So many patches for frames of that size: the same names, other numbers each time, as in ours."""
    found = []
    for nth in range(count):
        ms = 1_795_420_800_000 + 103 * nth
        rows = ",".join(
            f'"bench-{n}":{{"now":{{"waiting":{10 + (7 * n + nth) % 90},"ready":{(n + nth) % 10},"as_of":{ms}}}}}'
            for n in range(40)
        )
        text = f'{{"t":"patch","seq":{10_000 + nth},"now":{ms + 17},"patch":{{"queues":{{{rows}'
        found.append(text[: size - 4].ljust(size - 4, "}"))
    return found
