"""Tests of collectors/asterisk/translate.py: verbs one by one, and the lines that README.md tells people to write."""

import re
from pathlib import Path

import msgspec
import pytest
from folding import fold, of_queues

from collectors.asterisk.options import Options
from collectors.asterisk.translate import REFUSED, of_line
from collectors.asterisk.wire import parse_line
from wallboard.core import kpis
from wallboard.core.events import Event, Left, Missed, PresenceSet, SourceRestarted, Transferred

README = (Path(__file__).resolve().parents[3] / "collectors/asterisk/README.md").read_text(encoding="utf-8")


def event_of(text: str) -> Event | None:
    line = parse_line(text.encode())
    assert line is not None
    events = of_line(line)
    assert len(events) <= 1
    return events[0] if events else None


@pytest.mark.parametrize(
    ("text", "reason", "wait_s"),
    [
        ("EXITWITHTIMEOUT|1|2|25", "timeout", 25),
        ("EXITEMPTY|1|2|7", "empty", 7),
        ("EXITWITHKEY|0|1|2|9", "key", 9),
        ("WITHDRAW|1|1|12|reason", "withdrawn", 12),
        ("EXITWITHTIMEOUT|1", "timeout", None),
    ],
)
def test_who_left_has_the_reason_and_the_wait_of_its_line(text: str, reason: str, wait_s: float | None):
    event = event_of(f"1795391200|1.0|support|NONE|{text}")
    assert isinstance(event, Left)
    assert (event.reason, event.wait_s) == (reason, wait_s)


@pytest.mark.parametrize(
    "text",
    [
        "BLINDTRANSFER|601|from-internal|4|31|1",
        "ATTENDEDTRANSFER|BRIDGE|8f2c|4|31|1",
        "ATTENDEDTRANSFER|APP|Queue|PJSIP/1|x|4|31|1",
        "TRANSFER|601|from-internal|4|31|1",
    ],
)
def test_a_transfer_has_wait_and_talk_from_its_end_whatever_stands_before(text: str):
    event = event_of(f"1795391200|1.0|support|Anna|{text}")
    assert isinstance(event, Transferred)
    assert (event.wait_s, event.talk_s) == (4, 31)


@pytest.mark.parametrize("verb", ["PAUSEALL", "UNPAUSEALL", "RINGCANCELED", "SURVEY", "DID", "PENALTY", "CONFIGRELOAD"])
def test_verbs_that_say_nothing_to_a_wallboard_are_passed_over(verb: str):
    assert event_of(f"1795391200|1.0|support|Anna|{verb}|1|2") is None


def test_an_announcement_that_was_hung_up_on_and_a_ring_without_answer_are_missed():
    assert isinstance(event_of("1795391200|1.0|support|Anna|AGENTDUMP|"), Missed)
    rang = event_of("1795391200|1.0|support|Anna|RINGNOANSWER|9500")
    assert isinstance(rang, Missed)
    assert rang.ring_s == 9.5


def test_a_pause_of_all_queues_has_no_queue_and_an_empty_reason_is_none():
    event = event_of("1795391200|NONE|NONE|Anna|PAUSE|")
    assert isinstance(event, PresenceSet)
    assert (event.queue, event.reason) == (None, None)


def test_a_start_of_asterisk_is_a_restart_of_the_source():
    assert isinstance(event_of("1795391171|NONE|NONE|NONE|QUEUESTART|"), SourceRestarted)


# README.md


def test_the_recipe_for_refused_calls_writes_verbs_that_are_counted():
    """`QueueLog(queue,uniqueid,agent,event)` writes epoch|uniqueid|queue|agent|event|."""
    calls = re.findall(r"QueueLog\((\w+),\$\{UNIQUEID\},(\w+),(\w+)\)", README)
    assert {verb for _, _, verb in calls} == {"REFUSEDFULL", "REFUSEDEMPTY"} <= set(REFUSED)
    events = [
        event_of(f"1795391200|{number}.0|{queue}|{agent}|{verb}|") for number, (queue, agent, verb) in enumerate(calls)
    ]
    floor = fold(event for event in events if event)
    assert kpis.document(floor)["queues"]["support"]["day"]["refused"] == 2
    assert of_queues(floor)["support"]["offered"] == 0


def test_the_line_that_the_readme_shows_is_a_refused_call():
    [shown] = re.findall(r"`(\d{10}\|[^`]+)`", README)
    event = event_of(shown)
    assert isinstance(event, Left)
    assert event.reason == "full"


def test_the_readme_names_every_option():
    [block] = re.findall(r"```toml\n\[collector\.pbx-1\]\n(.*?)```", README, re.DOTALL)
    for option in msgspec.structs.fields(Options):
        assert re.search(rf"\b{option.name} = ", block), option.name
