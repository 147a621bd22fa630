"""The recorded AMI traffic alone, against Asterisk's own view every five seconds."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from folding import Line, fold, of_agents, of_queues, settings_of
from recording import Halves, Sample, messages, samples

from collectors.asterisk.formats import AMI
from collectors.asterisk.manager import LEAVE_MS, Manager
from collectors.asterisk.wire import Parser
from wallboard.core import kpis
from wallboard.core.events import ActivitySeen

WHY_UNKNOWN = ("abandoned", "abandoned_in_sl", "timeout", "left_empty", "left_by_key", "withdrawn", "lost_in_restart")


@pytest.mark.parametrize("name", ["lean.ami.gz", "full.ami.gz"])
def test_callers_waiting_are_those_that_asterisk_lists_in_all_408_cases(day5: Path, name: str):
    compared = 0
    for line, sample in at_samples(day5, name):
        for queue in {row["Queue"] for row in sample["queues"]}:
            listed = {row["Uniqueid"] for row in sample["callers"] if row["Queue"] == queue}
            assert line.waiting(queue) == listed, (sample["t1"], queue)
            compared += 1
    assert compared == 408


def test_pauses_with_reasons_are_those_that_asterisk_lists(day5: Path):
    """A member is paused in a queue where each of its interfaces there is."""
    told: set[str | None] = set()
    for line, sample in at_samples(day5, "lean.ami.gz"):
        listed = pauses_of(sample)
        assert {member: pause_in(line, *member) for member in listed} == listed, sample["t1"]
        told |= {*listed.values()}
    assert told > {None, "no reason"}


def test_agents_in_a_call_of_a_queue_are_those_with_an_answered_and_not_ended_one(day5: Path):
    """Engaged is told by AgentConnect and AgentComplete; Asterisk's own InCall must never say more."""
    compared = 0
    for line, sample in at_samples(day5, "lean.ami.gz"):
        agents = kpis.document(line.floor)["agents"]
        for name in {row["Name"] for row in sample["members"] if row["InCall"] == "1"}:
            assert agents[name]["activity"] == "engaged" or agents[name]["contacts"], (sample["t1"], name)
            compared += 1
    assert compared == 290


def test_ami_counts_all_that_it_can_know(day5: Path, expected: dict[str, Any]):
    floor = fold(AMI.read([day5 / "lean.ami.gz"]), settings_of(expected))
    for queue, shown in of_queues(floor).items():
        row = expected["queues"][queue]
        known = [name for name in shown if name not in WHY_UNKNOWN]
        assert {name: shown[name] for name in known} == {name: row[name] for name in known}, queue
        left = row["abandoned"] + row["timeout"] + row["left_empty"] + row["left_by_key"] + row["withdrawn"]
        assert (shown["lost_in_restart"], shown["abandoned"]) == (left, 0), "nobody knows why they left"
    agents = of_agents(floor)
    for agent, row in expected["agents"].items():
        assert agents[agent] == {name: row[name] for name in agents[agent]}, agent


def test_a_device_in_use_is_busy_only_while_no_call_of_a_queue_explains_it(day5: Path):
    """Ten private or transferred calls of 5 s and more; not the instant between the states of two queues."""
    manager, last, lasted = Manager(), dict[str, ActivitySeen](), list[int]()
    for at_ms, message in messages(day5):
        if "Queue status" in message.get("Message", ""):
            manager.asked(at_ms)
        for event in manager.translate(message, at_ms):
            if isinstance(event, ActivitySeen) and event.time is not None:
                before = last.get(event.agent)
                if before and before.activity == "busy":
                    lasted.append(event.time - (before.time or 0))
                last[event.agent] = event
    assert len(lasted) == 10
    assert min(lasted) > 4000


def test_a_listing_after_any_connection_loss_shows_what_asterisk_lists(day5: Path):
    """Each sample as the first thing that is heard: callers, pauses and who is a member."""
    everywhere = samples(day5)
    assert len(everywhere) == 68
    for sample in everywhere:
        line, halves = Line(), Halves()
        line.take(halves.reconnect(sample))
        agents = kpis.document(line.floor)["agents"]
        assert set(agents) == {row["Name"] for row in sample["members"]}
        listed = pauses_of(sample)
        assert {member: pause_in(line, *member) for member in listed} == listed, sample["t1"]
        for queue in {row["Queue"] for row in sample["queues"]}:
            assert line.waiting(queue) == {row["Uniqueid"] for row in sample["callers"] if row["Queue"] == queue}
        in_call = {row["Name"] for row in sample["members"] if row["InCall"] == "1"}
        assert not [name for name in in_call if agents[name]["activity"] == "busy"], "a queue's call explains it"


def test_the_recorded_minute_is_heard_the_same_byte_by_byte_and_at_once(minute: Path):
    data = gzip.decompress((minute / "minute.ami.gz").read_bytes())
    whole, parser = Parser().feed(data), Parser()
    assert [one for index in range(len(data)) for one in parser.feed(data[index : index + 1])] == whole
    assert (len(whole), parser.banner) == (443, "Asterisk Call Manager/11.0.0")
    figures = of_queues(fold(AMI.read([minute / "minute.ami.gz"])))
    joins = [one["Queue"] for one in whole if one.get("Event") == "QueueCallerJoin"]
    answers = [one["Queue"] for one in whole if one.get("Event") == "AgentConnect"]
    assert {queue: (row["offered"], row["answered"]) for queue, row in figures.items()} == {
        queue: (joins.count(queue), answers.count(queue)) for queue in figures
    }


def pauses_of(sample: Sample) -> dict[tuple[str, str], str | None]:
    """Why each member is paused in each queue; None: one of its interfaces there is not."""
    listed: dict[tuple[str, str], list[str | None]] = {}
    for row in sample["members"]:
        reason = (row["PausedReason"] or "no reason") if row["Paused"] == "1" else None
        listed.setdefault((row["Name"], row["Queue"]), []).append(reason)
    return {member: None if None in reasons else reasons[0] for member, reasons in listed.items()}


def pause_in(line: Line, agent: str, queue: str) -> str | None:
    here = line.floor.people.agents[agent].profile.in_queue(queue)
    assert here is not None
    return (here.reason or "no reason") if here.presence == "paused" else None


def at_samples(day5: Path, name: str) -> Iterator[tuple[Line, Sample]]:
    """The floor at the moment of each of Asterisk's listings."""
    line, halves, heard = Line(), Halves(), messages(day5, name)
    position = 0
    for sample in samples(day5):
        until_ms = round(sample["t1"] * 1000)
        while position < len(heard) and heard[position][0] <= until_ms:
            at_ms, message = heard[position]
            line.take(halves.hear(message, at_ms), at_ms)
            position += 1
        line.take(halves.wait(until_ms + LEAVE_MS), until_ms)
        line.floor.advance(until_ms)
        yield line, sample
