"""Decoding takes the whole vocabulary and refuses everything else, with a path and a reason."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallboard.core.errors import Refused
from wallboard.core.events import OWN_TYPES, Queued, decode, decode_own, encode

QUEUED = b'{"type":"contact.queued","contact":"1.2","queue":"support"'


def refused(data: bytes) -> tuple[str, str]:
    with pytest.raises(Refused) as caught:
        decode(data)
    return caught.value.at, caught.value.reason


def test_the_contract_s_own_example_is_taken():
    event = decode(
        b'{"type":"contact.queued","time":"2026-11-22T09:00:00.120+02:00","source":"pbx-1","id":"e-1",'
        b'"contact":"1700000000.12","queue":"support","channel":"voice"}'
    )
    assert event == Queued(
        time=1_795_330_800_120, source="pbx-1", id="e-1", contact="1700000000.12", queue="support", channel="voice"
    )


def test_an_instant_may_be_milliseconds_or_rfc_3339_everywhere():
    event = decode(QUEUED + b',"time":1795330800120,"since":"2026-11-22T07:00:00Z"}')
    assert (event.time, event.since) == (1_795_330_800_120, 1_795_330_800_000)
    listed = decode(b'{"type":"floor.observed","queues":{"s":[{"contact":"a","since":"2026-11-22T07:00:00Z"}]}}')
    assert listed.queues["s"][0].since == 1_795_330_800_000


@pytest.mark.parametrize(
    ("data", "at", "reason"),
    [
        (QUEUED + b',"quue":"x"}', "$.quue", "Object contains unknown field 'quue' - did you mean 'queue'?"),
        (QUEUED + b',"xyzzy":"x"}', "$.xyzzy", "Object contains unknown field 'xyzzy'"),
        (QUEUED + b',"wait_s":1}', "$.wait_s", "Object contains unknown field 'wait_s'"),
        (QUEUED + b',"tipe":1,"x":}', "$.tipe", "Object contains unknown field 'tipe'"),
        (QUEUED + b',"a b":1}', "$", "Object contains unknown field 'a b'"),
        (QUEUED + b',"' + b"q" * 65 + b'":1}', "$", f"Object contains unknown field '{'q' * 65}'"),
        (
            b'{"type":"queue.observed","queue":"q","m15":{"ofered":1}}',
            "$.m15.ofered",
            "Object contains unknown field 'ofered' - did you mean 'offered'?",
        ),
        (
            b'{"queues":{"s":[{"contact":"a","sinse":1}]},"type":"floor.observed"}',
            "$.queues[...][0].sinse",
            "Object contains unknown field 'sinse' - did you mean 'since'?",
        ),
        (QUEUED + b',"time":"2026-11-22T09:00:00"}', "$.time", "Expected time with a timezone component"),
        (QUEUED + b',"time":"yesterday"}', "$.time", "Invalid RFC3339 encoded datetime"),
        (QUEUED + b',"time":-1}', "$.time", "Expected whole number >= 0"),
        (QUEUED + b',"customer":"a\\u0000b"}', "$.customer", "control characters are not allowed"),
        (QUEUED + b',"customer":"a\\n"}', "$.customer", "control characters are not allowed"),
        (QUEUED + b',"customer":"\\u0085"}', "$.customer", "control characters are not allowed"),
        (QUEUED + b',"customer":""}', "$.customer", "Expected text of length >= 1"),
        (QUEUED + b',"customer":"' + b"x" * 257 + b'"}', "$.customer", "Expected text of length <= 256"),
        (QUEUED + b',"attributes":{"a":1}}', "$.attributes[...]", "Expected text, got whole number"),
        (
            b'{"type":"contact.left","contact":"c","reason":"bored"}',
            "$.reason",
            "Invalid enum value 'bored', expected one of timeout, empty, key, full, overflow, transfer, callback, "
            "voicemail, withdrawn, lost",
        ),
        (
            b'{"type":"contact.quued","contact":"c"}',
            "$.type",
            "unknown type 'contact.quued' - did you mean 'contact.queued'?",
        ),
        (b'{"type":"nonsense"}', "$.type", "unknown type 'nonsense'"),
        (
            b'{"type":"contact.queued","type":"contact.ended","contact":"c","queue":"s"}',
            "$.type",
            "Object contains the field 'type' twice",
        ),
        (QUEUED + b',"time":"9999-12-31T23:59:59-23:59"}', "$.time", "time must lie between the years 1970 and 9999"),
        (b'{"type":"contact.rated","score":6}', "$.score", "score must lie between 0 and best, here 5"),
        (b'{"type":"contact.rated","score":-1,"best":5}', "$.score", "score must lie between 0 and best, here 5"),
        (b'{"type":"contact.rated","score":11,"kind":"nps"}', "$.score", "score must lie between 0 and best, here 10"),
        (b'{"contact":"c"}', "$", "Object missing required field 'type'"),
        (b'{"type":"kpi.reported","kpi":"sales","value":1e999}', "$.value", "Number out of range"),
        (b'{"type":"alert.raised","alert":"a"}', "$.type", "'alert.raised' is written by the server only"),
    ],
)
def test_a_mistake_is_named_with_its_path(data: bytes, at: str, reason: str):
    assert refused(data) == (at, reason)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"null", b"[]", b"\xff\xfe{}", b"\xef\xbb\xbf{}", b"[" * 100_000, b'{"a":' * 100_000,
        QUEUED + b',"attributes":' + b"[" * 100_000, QUEUED + b',"zzz":' + b'{"a":' * 100_000,
        b'{"type":"kpi.reported","kpi":"x","value":NaN}', b'{"type":"kpi.reported","kpi":"x","value":-Infinity}',
        QUEUED + b',"customer":"\\ud800"}', QUEUED + b',"time":' + b"9" * 5000 + b"}",
    ],
)  # fmt: skip
def test_what_is_not_an_event_is_refused_and_never_a_traceback(data: bytes):
    assert refused(data)[0].startswith("$")


@pytest.mark.parametrize("text", ["1969-12-31T23:00:00Z", "9999-12-31T23:59:59-12:00"])
def test_an_instant_outside_of_1970_to_9999_is_refused_at_the_edge_and_not_in_the_stream(text: str):
    assert refused(QUEUED + b',"since":"%s"}' % text.encode())[1] == "since must lie between the years 1970 and 9999"


@pytest.mark.parametrize("kind", sorted(OWN_TYPES))
def test_the_server_s_own_types_are_refused_from_outside(kind: str):
    assert refused(b'{"type":"%s"}' % kind.encode()) == ("$.type", f"'{kind}' is written by the server only")


@given(st.binary(max_size=200))
def test_any_bytes_are_an_event_or_refused(data: bytes):
    try:
        decode(data)
    except Refused as refusal:
        assert refusal.reason  # noqa: PT017 - most bytes are refused, some are events


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20))  # fmt: skip
def test_any_json_in_any_field_is_taken_or_refused(value: object):
    body = msgspec.json.encode({"type": "notice.posted", "text": "hi", "until": value, "boards": value})
    try:
        event = decode(body)
    except Refused:
        return
    assert decode_own(encode(event)) == event
