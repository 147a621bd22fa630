"""Tests of collectors/asterisk/wire.py and of what translate.py, manager.py and join.py make of any bytes."""

from hypothesis import given, settings
from hypothesis import strategies as some

from collectors.asterisk import wire
from collectors.asterisk.join import AMI, LOG, Join
from collectors.asterisk.manager import Manager
from collectors.asterisk.translate import of_line
from collectors.asterisk.wire import Parser, parse_line
from wallboard.core.events import decode, encode

NOW_MS = 1_795_391_171_000
KEYS = [
    "Event", "Queue", "Uniqueid", "MemberName", "Name", "Interface", "Location", "Status", "Paused", "Wait",
    "HoldTime", "RingTime", "TalkTime", "Timestamp", "LastPause", "LoginTime", "Uptime", "CoreStartupTime", "InCall",
]  # fmt: skip
KINDS = [
    "QueueCallerJoin", "QueueCallerLeave", "QueueCallerAbandon", "AgentCalled", "AgentConnect", "AgentRingNoAnswer",
    "AgentComplete", "AgentDump", "QueueMemberStatus", "QueueMemberPause", "QueueMemberAdded", "QueueMemberRemoved",
    "QueueParams", "QueueMember", "QueueEntry", "QueueStatusComplete", "FullyBooted", "Shutdown",
]  # fmt: skip
values = (
    some.sampled_from(["1.0", "support", "Anna", "1", "6", "nan", "inf", "1e308", "-1", "", "9" * 30]) | some.text()
)
fields = some.dictionaries(some.sampled_from(KEYS), values, max_size=8)
ami = some.tuples(some.sampled_from(KINDS), fields).map(lambda one: {**one[1], "Event": one[0]})
verbs = some.sampled_from(["ENTERQUEUE", "CONNECT", "ABANDON", "COMPLETEAGENT", "PAUSE", "QUEUESTART", "REFUSED", "x"])
rows = some.tuples(values, values, values, verbs, some.lists(values, max_size=4))
log = rows.map(lambda row: "|".join(["1795391171", *row[:4], *row[4]]).encode("utf-8", "surrogatepass"))


@settings(deadline=None)
@given(some.lists(some.binary(max_size=40), max_size=30), some.data())
def test_bytes_in_any_chunking_give_the_same_messages(pieces: list[bytes], data: some.DataObject):
    stream = b"Asterisk Call Manager/11.0.0\r\n" + b"\r\n\r\n".join(
        [b"Event: a\r\nQueue: q", *pieces, b"Event: b", b""]
    )
    cuts = sorted(data.draw(some.lists(some.integers(0, len(stream)), max_size=20)))
    parser = Parser()
    chunks = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    heard = [message for chunk in chunks for message in parser.feed(chunk)]
    assert heard == Parser().feed(stream)
    assert heard[0] == {"Event": "a", "Queue": "q"}


@settings(deadline=None)
@given(some.integers(-3, 3), some.integers(1, 60))
def test_a_message_longer_than_the_limit_is_passed_over_in_any_chunking(beyond: int, step: int):
    limit, wire.MAX_MESSAGE = wire.MAX_MESSAGE, 100
    try:
        long = b"Event: " + b"x" * (93 + beyond)
        stream = long + b"\r\n\r\nEvent: b\r\n\r\n"
        parser = Parser()
        heard = [one for at in range(0, len(stream), step) for one in parser.feed(stream[at : at + step])]
    finally:
        wire.MAX_MESSAGE = limit
    assert [len(one["Event"]) for one in heard] == ([1] if beyond > 0 else [93 + beyond, 1])


@settings(max_examples=300, deadline=None)
@given(some.lists(ami, max_size=12))
def test_any_messages_become_events_that_the_stream_takes(messages: list[dict[str, str]]):
    manager, join = Manager(), Join()
    manager.asked(NOW_MS)
    for step, message in enumerate(messages):
        told = manager.translate(message, NOW_MS + step * 100)
        for event in join.pass_on(told, AMI, manager_lives=True):
            assert decode(encode(event)) == event


@settings(max_examples=300, deadline=None)
@given(some.lists(log, max_size=12))
def test_any_lines_become_events_that_the_stream_takes(lines: list[bytes]):
    join = Join()
    for raw in lines:
        if (line := parse_line(raw)) is not None:
            events = of_line(line, "pbx")
            for event in [*events, *join.pass_on(events, LOG, manager_lives=False)]:
                assert decode(encode(event)) == event


@settings(deadline=None)
@given(some.binary(max_size=300))
def test_any_bytes_are_lines_messages_or_nothing(data: bytes):
    lines = [line for raw in data.split(b"\n") if (line := parse_line(raw)) is not None]
    manager = Manager()
    told = [event for line in lines for event in of_line(line)]
    told += [event for one in Parser().feed(data + b"\r\n\r\n") for event in manager.translate(one, NOW_MS)]
    assert all(decode(encode(event)) == event for event in told)


def test_free_text_may_hold_the_separator_and_broken_letters_are_replaced():
    line = parse_line("1795391184|NONE|support|Łukasz|PAUSE|a|b".encode("iso8859-2"))
    assert line is not None
    assert (line.member, line.parameters) == ("\ufffdukasz", ("a", "b"))
    assert line.parameter(-1) == "b"
    assert line.parameter(7) == ""


def test_what_is_no_line_is_none():
    assert parse_line(b"") is None
    assert parse_line(b"1795391184|1.0|support|NONE") is None
    assert parse_line(b"yesterday|1.0|support|NONE|ABANDON|1|1|1") is None
    assert parse_line(b"1795391184|1.0|support|NONE|X|" + b"y" * wire.MAX_LINE) is None
