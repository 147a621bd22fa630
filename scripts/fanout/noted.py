"""What do the screens of one process share, and when does one that was dropped come again?"""

import random
import time
from multiprocessing.synchronize import Event

# static/js/socket.js
FIRST_MS, BASE_MS, MOST_MS, SPREAD_MS, OPENING_S = 250, 500, 8000, 2000, 8
SERVER_STOPS = (1001, 1012, 1013)


class Noted:
    """Times are seconds of `time.time()`."""

    def __init__(self, port: int, head: str, storm: Event, *, packs: bool, wants_hello: bool) -> None:
        """`storm`: set by the first drop in any of the processes."""
        self.storm = storm
        self.port, self.head, self.packs, self.wants_hello = port, head, packs, wants_hello
        self.again: str | None = None  # what a screen does whose connection ended: None, "at once", "as browsers"
        self.lost = 0
        self.upgraded_s = self.fresh_s = 0.0
        self.begin()

    def begin(self) -> None:
        self.began_s = time.time()
        self.frames = self.bytes = self.tries = self.given_up = 0
        self.samples: list[float] = []
        self.ways: list[float] = []
        self.first_drop_s = self.last_s = 0.0


def pause_s(again: str, code: int, tries: int) -> float:
    """`code` of the close, 0: none; `tries` that failed since its connection was a good one."""
    if again == "at once":
        return BASE_MS / 1000 if tries else 0  # a try that failed is no part of the storm
    most = min(MOST_MS, BASE_MS * 2**tries) if tries else FIRST_MS
    return random.random() * (max(most, SPREAD_MS) if code in SERVER_STOPS else most) / 1000
