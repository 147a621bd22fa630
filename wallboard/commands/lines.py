"""How is standard input taken? Lines as they come, in batches that are full or a fifth of a second old."""

import queue
import threading
from collections.abc import Iterator
from typing import BinaryIO

BATCH = 500
BATCH_BYTES = 512 * 1024
WAIT_S = 0.2
HELD = 4 * BATCH  # lines read ahead; then the writer on the other side of the pipe waits


def batches(source: BinaryIO) -> Iterator[list[tuple[int, bytes]]]:
    """(line number, line) in batches, until the input ends. Empty lines are left out."""
    lines: queue.Queue[tuple[int, bytes] | None] = queue.Queue(maxsize=HELD)
    threading.Thread(target=_read, args=(source, lines), daemon=True).start()
    batch: list[tuple[int, bytes]] = []
    while True:
        try:
            line = lines.get(timeout=WAIT_S if batch else None)
        except queue.Empty:
            yield batch
            batch = []
            continue
        if line is None:
            break
        batch.append(line)
        if len(batch) >= BATCH or sum(len(one) for _, one in batch) >= BATCH_BYTES:
            yield batch
            batch = []
    if batch:
        yield batch


def _read(source: BinaryIO, lines: "queue.Queue[tuple[int, bytes] | None]") -> None:
    for number, line in enumerate(source, start=1):
        if line.strip():
            lines.put((number, line))
    lines.put(None)
