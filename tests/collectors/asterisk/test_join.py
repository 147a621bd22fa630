"""Both halves of the recorded PBX: each visit once with the log's outcome, however the halves arrive."""

import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from folding import Line, assert_as_expected, fold, of_queues, settings_of
from msgspec.structs import replace
from recording import Halves, Sample, log_lines, messages, samples

from collectors.asterisk.formats import BOTH, QUEUE_LOG
from collectors.asterisk.join import AMI, LOG, Join
from collectors.asterisk.manager import LEAVE_MS
from collectors.asterisk.wire import Message
from wallboard.core.events import Abandoned, Answered, Ended, Event, Left, PresenceSet, Queued

Step = tuple[int, bytes | Message]


def timeline(day5: Path, log_delay_ms: int = 0) -> list[Step]:
    """A line is surely written when its second is over: with a delay of 1000 none comes before it happened."""
    log: list[Step] = [(at_ms + log_delay_ms, raw) for at_ms, raw in log_lines(day5)]
    return sorted([*log, *messages(day5)], key=lambda step: step[0])


def play(steps: Iterable[Step], halves: Halves, line: Line) -> None:
    for at_ms, step in steps:
        line.take(halves.line(step) if isinstance(step, bytes) else halves.hear(step, at_ms), at_ms)


def settled(steps: Iterable[Step], expected: dict[str, Any]) -> Line:
    line, halves = Line(settings_of(expected)), Halves()
    play(steps, halves, line)
    line.take(halves.wait(2**50))
    return line


@pytest.mark.parametrize("log_delay_ms", [-1000, 0, 200, 1000, 5000, 60_000])
def test_each_visit_comes_once_with_the_log_s_outcome_whenever_the_log_is_read(
    day5: Path, expected: dict[str, Any], log_delay_ms: int
):
    line = settled(timeline(day5, log_delay_ms), expected)
    assert_as_expected(line.floor, expected)
    assert sum(isinstance(event, Queued) for event in line.events) == 226


@pytest.mark.parametrize("first", ["log", "ami"])
def test_one_whole_half_may_come_before_the_other(day5: Path, expected: dict[str, Any], first: str):
    steps = sorted(timeline(day5), key=lambda step: isinstance(step[1], bytes) == (first == "ami"))
    assert_as_expected(settled(steps, expected).floor, expected)


@pytest.mark.parametrize("seed", range(2))
def test_the_halves_may_overtake_each_other_by_any_seconds(day5: Path, expected: dict[str, Any], seed: int):
    chance = random.Random(seed)
    delay_ms, steps = 0, list[Step]()
    for at_ms, raw in log_lines(day5):
        delay_ms = max(0, min(8000, delay_ms + chance.randint(-900, 1000)))
        steps.append((max(at_ms + delay_ms, steps[-1][0] if steps else 0), raw))
    both = sorted([*steps, *messages(day5)], key=lambda step: step[0])
    assert_as_expected(settled(both, expected).floor, expected)


@pytest.mark.parametrize("ahead_ms", [-300_000, -30_000, -3000, 3000, 30_000])
def test_a_pbx_whose_clock_is_off_has_each_visit_once(day5: Path, expected: dict[str, Any], ahead_ms: int):
    """Its log has its own time, AMI the time of receipt by our clock; a Pong told how far they are apart."""
    line, halves = Line(settings_of(expected)), Halves()
    halves.join.ahead_ms = ahead_ms
    for at_ms, step in timeline(day5, 1000):
        ours_ms = at_ms - ahead_ms
        line.take(halves.line(step) if isinstance(step, bytes) else halves.hear(step, ours_ms), ours_ms)
    line.take(halves.wait(2**50))
    assert_as_expected(line.floor, expected)
    assert sum(isinstance(event, Queued) for event in line.events) == 226


def test_a_log_that_is_read_again_from_its_beginning_says_nothing_new(day5: Path, expected: dict[str, Any]):
    line, halves = Line(settings_of(expected)), Halves()
    play(timeline(day5), halves, line)
    told = len(line.events)
    line.take(event for _, raw in log_lines(day5) for event in halves.line(raw))
    assert len(line.events) == told
    assert_as_expected(line.floor, expected)


def cut(steps: Iterable[Step], gap: tuple[Sample, Sample]) -> Iterator[Step]:
    """Without what AMI said from the first sample to the second."""
    from_ms, to_ms = gap[0]["t1"] * 1000, gap[1]["t0"] * 1000
    return (step for step in steps if isinstance(step[1], bytes) or not from_ms < step[0] <= to_ms)


@pytest.mark.parametrize("begin", [0, 13, 41])
@pytest.mark.parametrize("log_delay_ms", [1000, 3000])
def test_a_minute_without_ami_is_told_by_the_log_and_put_right_by_the_listing(
    day5: Path, expected: dict[str, Any], begin: int, log_delay_ms: int
):
    """Twelve samples of five seconds; the second gives what QueueStatus answers at the reconnect."""
    listed = samples(day5)
    gap = listed[begin], listed[begin + 12]
    line, halves, steps = Line(settings_of(expected)), Halves(), list(cut(timeline(day5, log_delay_ms), gap))
    play((step for step in steps if step[0] <= gap[0]["t1"] * 1000), halves, line)
    halves.manager_lives = False
    play((step for step in steps if gap[0]["t1"] * 1000 < step[0] <= gap[1]["t0"] * 1000), halves, line)
    line.take(halves.reconnect(gap[1]), round(gap[1]["t1"] * 1000))
    play((step for step in steps if step[0] > gap[1]["t0"] * 1000), halves, line)
    line.take(halves.wait(2**50))
    assert_as_expected(line.floor, expected)


@pytest.mark.parametrize("sample", [3, 20, 50])
def test_a_restart_in_the_middle_goes_on_without_telling_anything_twice(
    day5: Path, expected: dict[str, Any], sample: int
):
    listed = samples(day5)[sample]
    at_ms = round(listed["t0"] * 1000)
    line, halves, steps = Line(settings_of(expected)), Halves(), timeline(day5, 1000)
    play((step for step in steps if step[0] <= at_ms), halves, line)
    halves = halves.restart()
    line.take(halves.reconnect(listed), at_ms)
    play((step for step in steps if step[0] > at_ms), halves, line)
    line.take(halves.wait(2**50))
    assert_as_expected(line.floor, expected)


def test_after_ami_alone_was_cut_off_who_waits_still_is_the_same_visit(day5: Path):
    """Listed again at the reconnect: offered once, waiting since before, not lost."""
    listed = next(sample for sample in samples(day5) if len(sample["callers"]) >= 4)
    line, halves = Line(), Halves()
    play((step for step in messages(day5) if step[0] <= listed["t0"] * 1000), halves, line)
    line.take(halves.wait(round(listed["t0"] * 1000) + LEAVE_MS))
    before = of_queues(line.floor)
    line.take(halves.reconnect(listed))
    after = of_queues(line.floor)
    assert {queue: row["offered"] for queue, row in after.items()} == {
        queue: row["offered"] for queue, row in before.items()
    }
    assert {queue: row["lost_in_restart"] for queue, row in after.items()} == {
        queue: row["lost_in_restart"] for queue, row in before.items()
    }


def test_the_recorded_minute_joined_from_its_files_tells_each_caller_once(minute: Path):
    line = Line()
    line.take(BOTH.read([minute / "minute.queue_log", minute / "minute.ami.gz"]))
    log = (minute / "minute.queue_log").read_text(encoding="utf-8")
    figures = of_queues(line.floor).values()
    assert sum(row["offered"] for row in figures) == log.count("|ENTERQUEUE|")
    assert sum(row["abandoned"] for row in figures) == log.count("|ABANDON|")


# By hand


def test_a_call_that_ami_ended_before_the_log_told_of_its_answer_is_over():
    """Answered at 13 while AMI was away; AMI back at 15, complete at 16.6; the log, late, says 13: before the end."""
    join = Join()
    passed(join, LOG, Queued(contact="1.0", queue="q", time=10_000, id="log-1"))
    [over] = passed(join, AMI, Ended(contact="1.0", queue="q", agent="a", time=16_600))
    [answered] = passed(join, LOG, Answered(contact="1.0", queue="q", agent="a", time=13_000, id="log-2"))
    assert (answered.time, over.time) == (13_000, 16_600)


def test_who_was_listed_as_waiting_did_not_leave_before_in_the_log_s_whole_second():
    """Listed at 14.3, gone at 14.8; the log says 14."""
    join = Join()
    passed(join, LOG, Queued(contact="1.0", queue="q", time=10_000, id="log-1"))
    assert passed(join, AMI, Queued(contact="1.0", queue="q", since=10_300, time=14_300)) == []
    [gone] = passed(join, LOG, Abandoned(contact="1.0", queue="q", time=14_000, id="log-2"))
    assert gone.time == 14_300


def passed(join: Join, half: str, *events: Event, manager_lives: bool = True) -> list[Event]:
    return join.pass_on(events, half, manager_lives=manager_lives)


def test_the_log_gives_the_reason_of_an_end_that_ami_told_without_one():
    """AMI 10.0 join, 14.2 gone; log 10 ENTERQUEUE, 14 ABANDON: one visit, `lost`, then `abandoned` of it."""
    join = Join()
    passed(join, AMI, Queued(contact="1.0", queue="q", time=10_000))
    [lost] = passed(join, AMI, Left(contact="1.0", queue="q", reason="lost", time=14_200))
    assert passed(join, LOG, Queued(contact="1.0", queue="q", time=10_000, id="log-1")) == []
    [gone] = passed(join, LOG, Abandoned(contact="1.0", queue="q", time=14_000, id="log-2"))
    assert (lost.id, gone.id, gone.time) == ("1.0/q/1/left-lost", "1.0/q/1/abandoned", 14_200)


def test_a_caller_who_comes_back_into_the_same_queue_is_a_second_visit():
    join = Join()
    ids = []
    for begin in (10_000, 40_000):
        ids += passed(join, AMI, Queued(contact="1.0", queue="q", time=begin + 400))
        ids += passed(join, LOG, Queued(contact="1.0", queue="q", time=begin, id=f"log-{begin}"))
        ids += passed(join, LOG, Answered(contact="1.0", queue="q", agent="a", time=begin + 5000, id=f"a-{begin}"))
    assert [event.id for event in ids] == [
        "1.0/q/1/queued", "1.0/q/1/answered/a", "1.0/q/2/queued", "1.0/q/2/answered/a",
    ]  # fmt: skip


PAUSE = PresenceSet(agent="a", queue="q", presence="paused", reason="Lunch", time=1000, id="log-3")
READY = PresenceSet(agent="a", queue="q", presence="ready", time=9000, id="log-4")


def test_presence_is_told_by_ami_and_by_the_log_only_while_ami_is_away():
    join, heard = Join(), replace(PAUSE, time=1200, id=None)
    assert passed(join, AMI, heard) == [heard]
    assert passed(join, LOG, PAUSE) == []
    assert passed(join, LOG, READY, manager_lives=False) == [READY]


def test_presence_that_only_the_log_told_before_ami_was_found_dead_is_told_then():
    """A connection may be dead for 25 s before it is noticed."""
    join = Join()
    assert passed(join, LOG, PAUSE, READY) == []
    assert passed(join, AMI, manager_lives=False) == [PAUSE, READY]
    assert passed(join, AMI, manager_lives=False) == []


def test_presence_that_ami_told_too_is_not_told_again_when_ami_is_lost():
    """Whichever half was first, and also where AMI was two steps ahead of the log."""
    heard_pause, heard_ready = replace(PAUSE, time=1200, id=None), replace(READY, time=9100, id=None)
    for order in ("AaBb", "aAbB", "ABab", "abAB", "aABb"):
        join = Join()
        for one in order:
            passed(
                join, LOG if one.islower() else AMI, {"a": PAUSE, "b": READY, "A": heard_pause, "B": heard_ready}[one]
            )
        assert passed(join, AMI, manager_lives=False) == [], order


def test_pauses_during_an_unnoticed_cut_are_known_as_soon_as_it_is_noticed(day5: Path, expected: dict[str, Any]):
    """A minute of the recording without AMI, the last 25 s of it thought alive: then the floor is as by the log."""
    listed = samples(day5)
    for begin in range(0, 50, 5):
        from_ms, to_ms = listed[begin]["t1"] * 1000, listed[begin]["t1"] * 1000 + 25_000
        line, halves, steps = Line(), Halves(), timeline(day5, 1000)
        play(
            (one for one in steps if one[0] <= to_ms and (isinstance(one[1], bytes) or one[0] <= from_ms)), halves, line
        )
        halves.manager_lives = False
        line.take(halves.wait(round(to_ms)))
        log = fold(event for at_ms, raw in log_lines(day5) if at_ms + 1000 <= to_ms for event in QUEUE_LOG.lines(raw))
        for name, agent in log.people.agents.items():
            if name in line.floor.people.agents and name != "Ewa Kowalska":  # two phones: the log cannot tell which
                mine = line.floor.people.agents[name].profile
                for queue in ("support", "sales", "billing", "vip", "Поддержка"):
                    if (wanted := agent.profile.in_queue(queue)) and wanted.presence == "paused":
                        assert mine.in_queue(queue).presence == "paused", (begin, name, queue)


def test_calls_of_hours_ago_are_forgotten():
    join = Join()
    for hour in range(48):
        for call in range(10):
            passed(join, AMI, Queued(contact=f"{hour}.{call}", queue="q", time=hour * 3_600_000 + call))
    assert len(join._visits) < 100
    assert len(join._running) < 100
