"""The recorded day of a real PBX: through `compute`, and through the live line from file to socket, alike."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from family import Family, family, midday_zone, wait_until

from tests.collectors.asterisk.folding import OF_AGENT, OF_QUEUE

LEFT = ("timeout", "left_empty", "left_by_key", "withdrawn")


def assert_expected(state: dict[str, Any], expected: dict[str, Any]) -> None:
    for queue, row in expected["queues"].items():
        day = state["queues"][queue].get("day", {})
        shown = {ours: day.get(ours, 0) for ours, theirs in OF_QUEUE.items() if theirs in row}
        assert shown == {ours: row[theirs] for ours, theirs in OF_QUEUE.items() if theirs in row}, queue
        assert day.get("flowed_out", 0) == sum(row[name] for name in LEFT), queue
        assert day.get("lost", 0) == row["lost_in_restart"], queue
        assert state["queues"][queue]["now"].get("waiting", 0) == row["open_at_end"], queue
    for agent, row in expected["agents"].items():
        day = state["agents"][agent]["day"]
        assert {ours: day[ours] for ours in OF_AGENT} == {ours: row[OF_AGENT[ours]] for ours in OF_AGENT}
    total = state["groups"]["all"]["day"]
    assert {name: total[name] for name in ("offered", "answered", "abandoned")} == {
        name: expected["total"][name] for name in ("offered", "answered", "abandoned")
    }


def compute(folder: Path, config: str, *arguments: str) -> dict[str, Any]:
    import subprocess
    import sys

    (folder / "wallboard.toml").write_text(config, encoding="utf-8")
    command = [sys.executable, "-m", "wallboard", "compute", "--json", "--config", str(folder / "wallboard.toml")]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_compute_gives_the_expected_counts_of_the_recorded_log(
    recorded: Path, expected: dict[str, Any], recorded_config: str, tmp_path: Path
):
    state = compute(tmp_path, recorded_config, "--from", "asterisk-queue-log", str(recorded / "queue_log"))
    assert_expected(state, expected)


def test_compute_gives_them_with_every_line_told_twice_and_in_two_files(
    recorded: Path, expected: dict[str, Any], recorded_config: str, tmp_path: Path
):
    lines = (recorded / "queue_log").read_bytes().splitlines(keepends=True)
    for name, part in (("one", lines[:311]), ("two", lines[311:])):
        (tmp_path / name).write_bytes(b"".join(line for line in part for _ in range(2)))
    files = [str(tmp_path / name) for name in ("one", "two")]
    state = compute(tmp_path, recorded_config, "--from", "asterisk-queue-log", *files)
    assert_expected(state, expected)


def test_compute_joins_both_halves_into_each_visit_once(
    recorded: Path, expected: dict[str, Any], recorded_config: str, tmp_path: Path
):
    files = [str(recorded / name) for name in ("lean.ami.gz", "queue_log")]
    assert_expected(compute(tmp_path, recorded_config, "--from", "asterisk", *files), expected)


def test_the_live_line_shows_what_compute_shows_on_a_screen_s_socket(
    house: Family, recorded: Path, expected: dict[str, Any]
):
    done = house.run(
        "replay", "--from", "asterisk-queue-log", str(recorded / "queue_log"), "--speed", "0", "--shift-to-now"
    )
    assert done.returncode == 0, done.stderr
    total = expected["total"]["offered"]
    wait_until(lambda: house.state()["groups"]["all"].get("day", {}).get("offered") == total, 60, house.log)
    assert_expected(house.state(), expected)
    with house.watch() as screen:
        hello = json.loads(screen.recv(10))
        shown = {name: row["day"]["offered"] for name, row in hello["state"]["queues"].items() if "day" in row}
    assert shown == {name: row["offered"] for name, row in expected["queues"].items() if row["offered"]}


@pytest.mark.parametrize("chunk", [1, 97, 5000])
def test_the_same_lines_posted_twice_in_any_chunks_count_once(
    house: Family, recorded: Path, expected: dict[str, Any], chunk: int
):
    """Raw lines over HTTP, moved by whole minutes so that they are of today, each chunk sent twice."""
    lines = shifted_to_now((recorded / "queue_log").read_bytes().splitlines(keepends=True))
    if chunk == 1:
        lines = lines[:60]  # one request a line: enough to see that a line stands for itself
    for start in range(0, len(lines), chunk):
        body = b"".join(lines[start : start + chunk])
        for _ in range(2):
            status, answer = house.post("/api/v1/events?from=asterisk-queue-log", body, "text/plain")
            assert status == 202, answer
    offered = sum(b"|ENTERQUEUE|" in line for line in lines)
    wait_until(lambda: house.state()["groups"]["all"].get("day", {}).get("offered") == offered, 60, house.log)
    if chunk > 1:
        assert_expected(house.state(), expected)


def test_the_collector_follows_the_log_live_and_starts_again_where_it_was(
    tmp_path: Path, recorded: Path, expected: dict[str, Any], recorded_config: str
):
    log = tmp_path / "queue_log"
    lines = shifted_to_now((recorded / "queue_log").read_bytes().splitlines(keepends=True))
    log.write_bytes(b"".join(lines[:300]))
    config = f'{recorded_config}\n[collector.pbx-1]\nkind = "asterisk"\nqueue_log = "{log}"\n'
    with family(tmp_path, config) as house:
        wait_until(lambda: house.state()["sites"]["main"]["zone"] == midday_zone(), 60, house.log)
        with log.open("ab") as growing:
            for number, line in enumerate(lines[300:]):
                growing.write(line[:20])
                growing.flush()
                growing.write(line[20:])
                growing.flush()
                if number == 200:
                    house.kill("collect")
        total = expected["total"]["offered"]
        wait_until(lambda: house.state()["groups"]["all"].get("day", {}).get("offered") == total, 60, house.log)
        wait_until(lambda: house.state()["groups"]["all"]["day"]["handled"] == expected["total"]["answered"], 60)
        assert_expected(house.state(), expected)


def test_ami_alone_shows_the_callers_that_asterisk_listed(recorded: Path):
    """At each of the samples: asked at t1, Asterisk's own QueueStatus against our waiting visits."""
    from collectors.asterisk.formats import recorded as messages
    from collectors.asterisk.manager import LEAVE_MS, Manager
    from wallboard.core.state import Floor

    floor, manager, equal = Floor(), Manager(), 0
    stream = list(messages(recorded / "lean.ami.gz"))
    position = 0
    with gzip.open(recorded / "truth.jsonl.gz", "rt", encoding="utf-8") as truth:
        for sample in map(json.loads, truth):
            until_ms = round(sample["t1"] * 1000)
            while position < len(stream) and stream[position][0] <= until_ms:
                at_ms, message = stream[position]
                if "Queue status" in message.get("Message", ""):
                    manager.asked(at_ms)
                for event in manager.translate(message, at_ms):
                    floor.apply(event, at_ms)
                position += 1
            for event in manager.flush(until_ms + LEAVE_MS):
                floor.apply(event, until_ms)
            for queue in {row["Queue"] for row in sample["queues"]}:
                listed = {row["Uniqueid"] for row in sample["callers"] if row["Queue"] == queue}
                shown = {
                    contact
                    for (_, contact), one in floor.contacts.contacts.items()
                    if any(visit.queue == queue and visit.ended_ms is None for visit in one.story.visits)
                }
                assert shown == listed, (sample["t1"], queue)
                equal += 1
    assert equal == 408


def shifted_to_now(lines: list[bytes]) -> list[bytes]:
    """By whole minutes, so that the last line is of this minute or the last."""
    import time

    last = int(lines[-1].split(b"|")[0])
    by = int((time.time() - last) // 60) * 60
    moved = []
    for line in lines:
        epoch, _, rest = line.partition(b"|")
        moved.append(b"%d|" % (int(epoch) + by) + rest)
    return moved
