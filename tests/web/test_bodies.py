"""Every body gives its events, and each bad item its path and reason; nothing else of the batch is lost."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallboard.core.errors import Refused
from wallboard.core.events import Event, FloorObserved, KpiReported, Queued
from wallboard.stream.found import format_of
from wallboard.web import bodies as bodies_module
from wallboard.web.bodies import EVENTS_AT_MOST, Rejected, lines_of, reader_for
from wallboard.web.problems import Problem

QUEUED = {"type": "contact.queued", "id": "e-1", "contact": "c-1", "queue": "support"}
TYPES = [
    "application/json",
    "application/x-ndjson",
    "application/cloudevents+json",
    "application/cloudevents-batch+json",
]


UNKNOWN = "Object contains unknown field 'quue' - did you mean 'queue'?"


def admit(event: Event) -> Event:
    return event


def read(content_type: str, body: bytes | str) -> list[Event | Rejected]:
    data = body.encode() if isinstance(body, str) else body
    return list(reader_for(content_type)(data, admit))


def refused(content_type: str, body: bytes | str) -> Problem:
    with pytest.raises(Problem) as found:
        read(content_type, body)
    return found.value


def rejected_of(found: list[Event | Rejected]) -> list[Rejected]:
    return [one for one in found if isinstance(one, Rejected)]


def test_a_single_event_and_an_array_are_taken() -> None:
    event = Queued(id="e-1", contact="c-1", queue="support")
    assert read("application/json", json.dumps(QUEUED)) == [event]
    assert read("application/json; charset=UTF-8", json.dumps([QUEUED, QUEUED])) == [event, event]


def test_a_typo_names_its_item_and_costs_only_it() -> None:
    found = read("application/json", json.dumps([QUEUED, QUEUED | {"quue": "x"}, QUEUED]))
    assert rejected_of(found) == [Rejected(1, "$[1].quue", UNKNOWN, source=None, id="e-1")]
    assert len(found) == 3


def test_a_wrong_field_is_named_by_its_path() -> None:
    single = read("application/json", json.dumps(QUEUED | {"queue": 7}))
    assert rejected_of(single)[0].at == "$.queue"
    batch = read("application/json", json.dumps([QUEUED, QUEUED, QUEUED, QUEUED | {"queue": 7}]))
    assert rejected_of(batch)[0][:3] == (3, "$[3].queue", "Expected text, got whole number")


def test_a_rejection_knows_whose_event_it_was() -> None:
    found = read("application/json", json.dumps([QUEUED | {"source": "pbx-1", "queue": ""}]))
    assert rejected_of(found)[0].source == "pbx-1"


@pytest.mark.parametrize("kind", TYPES)
def test_a_near_name_is_suggested_however_the_event_comes_in(kind: str) -> None:
    odd: dict[str, object] = QUEUED | {"quue": "x"}
    if "cloudevents" in kind:
        odd = CLOUD | {"data": {"contact": "c-1", "quue": "x"}}
    one = json.dumps(odd)
    [refusal] = rejected_of(read(kind, f"[{one}]" if "batch" in kind else one))
    assert (refusal.at.endswith(".quue"), refusal.error) == (True, UNKNOWN)


def test_ndjson_fails_line_by_line_and_counts_real_lines() -> None:
    body = f"{json.dumps(QUEUED)}\n\nnot json\n{json.dumps(QUEUED)}\r\n\xff\n".encode("latin-1")
    found = read("application/x-ndjson", body)
    assert [(one.item, one.at) for one in rejected_of(found)] == [(2, "$[2]"), (4, "$[4]")]
    assert len(found) == 4


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'\xef\xbb\xbf{"type":"source.beat"}',
        b'[{"type":"source.beat"},]',
        b'[{"type":"source.beat"}] x',
        b'[{"type":"source.beat"},{"type":"kpi.reported","kpi":"a","value":NaN}]',
        b'[{"type":"source.beat"},{"type":"kpi.reported","kpi":"\xff","value":1}]',
        b'[{"type":"source.beat"},{"type":"kpi.reported","kpi":"\\ud800 and more","value":1}]',
        b'{"type":"source.beat","attributes":' + b"[" * 100_000,
        b"nonsense",
    ],
    ids=lambda body: repr(body[:40]),
)
def test_what_is_not_json_is_refused_whole_with_a_path(body: bytes) -> None:
    problem = refused("application/json", body)
    assert problem.status == 400
    assert problem.more["at"].startswith("$")


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ('"kpi":"a","value":1e999', "$.value"),
        ('"kpi":"a","value":' + "9" * 5_000, "$.value"),
        ('"kpi":"a","value":"1"', "$.value"),
        ('"kpi":"\\u0000","value":1', "$.kpi"),
        ('"kpi":"\\u001b[31m","value":1', "$.kpi"),
        ('"kpi":"a","kpi":"b","value":1', "$"),
        ('"kpi":"a","value":1,"attributes":{"x":"1","x":"2"}', "$"),
        ('"kpi":"' + "x" * 200_000 + '","value":1', "$.kpi"),
        ('"kpi":"a","value":1,"' + "x" * 200_000 + '":1', "$"),
        ('"kpi":"a","value":1,"time":"2026-11-22T09:00:00"', "$.time"),
        ('"kpi":"a","value":1,"time":-5', "$.time"),
        ('"kpi":"a","value":1,' + ",".join(f'"k{n}":1' for n in range(20_000)), "$.k0"),
    ],
    ids=lambda text: text[:40],
)
def test_bad_values_are_refused_with_their_path_and_a_short_reason(fields: str, at: str) -> None:
    found = read("application/json", f'[{{"type":"kpi.reported",{fields}}},{{"type":"source.beat"}}]')
    [rejected] = rejected_of(found)
    assert rejected.at == "$[0]" + at[1:]
    assert 0 < len(rejected.error) <= 300
    assert len(found) == 2


def test_types_that_only_the_server_writes_are_refused() -> None:
    found = read("application/json", '{"type":"alert.raised","alert":"a"}')
    assert rejected_of(found)[0][1:3] == ("$.type", "'alert.raised' is written by the server only")


def test_hostile_text_is_taken_as_the_text_that_it_is() -> None:
    for text in ("<img onerror=alert(1)>", "{{7*7}}", "javascript:x", "‮abc", "e\u0301" * 100, "👩‍👩‍👧"):
        [event] = read("application/json", json.dumps({"type": "kpi.reported", "kpi": text, "value": 1}))
        assert isinstance(event, KpiReported)
        assert event.kpi == text


def test_more_events_than_one_request_may_hold_are_refused_whole() -> None:
    beats = ['{"type":"source.beat"}'] * (EVENTS_AT_MOST + 1)
    assert refused("application/json", f"[{','.join(beats)}]").status == 413
    assert refused("application/x-ndjson", "\n".join(beats)).status == 413
    assert len(read("application/x-ndjson", "\n".join(beats[1:]))) == EVENTS_AT_MOST


CLOUD = {
    "specversion": "1.0",
    "type": "wallboard.contact.queued",
    "source": "pbx-1",
    "id": "e-1",
    "time": "2026-11-22T09:00:00.120+02:00",
    "traceparent": "an extension, passed over",
    "data": {"contact": "c-1", "queue": "support"},
}
UNWRAPPED = Queued(time=1795330800120, source="pbx-1", id="e-1", contact="c-1", queue="support")


def test_a_cloudevent_is_its_data_in_the_envelope_of_source_id_time_and_type() -> None:
    assert read("application/cloudevents+json", json.dumps(CLOUD)) == [UNWRAPPED]
    bare = CLOUD | {"type": "contact.queued"}
    assert read("application/cloudevents-batch+json", json.dumps([CLOUD, bare])) == [UNWRAPPED, UNWRAPPED]


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"specversion": "0.3"}, "$.specversion"),
        ({"data": {"contact": "c-1", "queue": 7}}, "$.data.queue"),
        ({"data": {"contact": "c-1", "quue": "x"}}, "$.data.quue"),
        ({"data": {"type": "source.beat"}}, "$.data.type"),
        ({"data": [1]}, "$.data"),
        ({"time": "yesterday"}, "$.time"),
        ({"type": "com.example.sold"}, "$.type"),
        ({"datacontenttype": "text/xml"}, "$.datacontenttype"),
        ({"id": "x" * 300}, "$.id"),
    ],
)
def test_a_mistake_in_a_cloudevent_is_named_where_it_stands(change: dict[str, object], at: str) -> None:
    [single] = rejected_of(read("application/cloudevents+json", json.dumps(CLOUD | change)))
    assert single.at == at
    batch = read("application/cloudevents-batch+json", json.dumps([CLOUD, CLOUD | change]))
    assert rejected_of(batch)[0].at == "$[1]" + at[1:]


def test_of_a_cloudevent_of_too_many_fields_one_is_named() -> None:
    many = {f"k{n}": "x" * 100 for n in range(1_000)}
    [one] = rejected_of(read("application/cloudevents+json", json.dumps(CLOUD | {"data": many})))
    assert one.at == "$.data.k0"


@pytest.mark.parametrize("kind", [None, "", "text/plain", "multipart/form-data", "application/json; charset=latin-1"])
def test_other_content_types_are_refused(kind: str | None) -> None:
    with pytest.raises(Problem) as found:
        reader_for(kind)
    assert found.value.status == 415


def test_raw_lines_of_a_recorded_format_are_refused_one_by_one() -> None:
    body = json.dumps(QUEUED).encode() + b"\nnonsense\n" + json.dumps(QUEUED).encode()
    found = list(lines_of(format_of("events"))(body, admit))
    assert [one.item for one in rejected_of(found)] == [1]
    assert len(found) == 3


def test_what_is_not_admitted_is_refused_with_the_path_of_its_item() -> None:
    def never(event: Event) -> Event:
        raise Refused("$.time", "too old")

    found = list(reader_for("application/json")(json.dumps([QUEUED]).encode(), never))
    assert rejected_of(found)[0][:3] == (0, "$[0].time", "too old")


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(sorted(CLOUD)), inner),
    max_leaves=20,
)


@given(
    kind=st.sampled_from(TYPES),
    body=st.binary() | JSONISH.map(lambda value: json.dumps(value).encode()) | st.text().map(str.encode),
)
def test_any_bytes_give_events_rejections_or_a_400_and_nothing_else(kind: str, body: bytes) -> None:
    assert status_of(kind, body) in (200, 400)


def status_of(kind: str, body: bytes) -> int:
    try:
        found = read(kind, body)
    except Problem as problem:
        return problem.status
    return 200 if all(one.at.startswith("$") for one in rejected_of(found)) else 500


@pytest.mark.parametrize("extra", ["9" * 5_000, "[" * 60_000 + "]" * 60_000, "-1e" + "9" * 400])
def test_a_cloudevent_s_unknown_member_never_breaks_its_reader(extra: str) -> None:
    """Members that the envelope does not name are passed over, however odd: Python reads no number of 5,000 digits."""
    plain = {"specversion": "1.0", "id": "e-1", "source": "crm", "type": "contact.queued"}
    body = json.dumps(plain | {"data": {"contact": "c", "queue": "q"}})[:-1] + f', "x": {extra}}}'
    for kind, text in (("application/cloudevents+json", body), ("application/cloudevents-batch+json", f"[{body}]")):
        if extra.startswith("["):
            assert "nested too deeply" in refused(kind, text).detail
        else:
            assert len(read(kind, text)) == 1


def test_a_repeated_key_is_found_in_one_pass() -> None:
    """20,000 keys and the last one twice: looked for key by key this froze the server for seconds."""
    queues = ",".join(f'"q{number}":[]' for number in range(20_000))
    body = f'{{"type":"floor.observed","queues":{{{queues},"q19999":[]}}}}'
    [one] = rejected_of(read("application/json", body))
    assert "'q19999' twice" in one.error


_TELLS = st.text(st.sampled_from(':"\\a,{} '), min_size=1, max_size=12)


@given(st.lists(st.tuples(st.sampled_from(["contact", "queue", "id", "source", "customer"]), _TELLS), max_size=9))
def test_a_repeated_key_is_refused_whatever_stands_in_the_values(further: list[tuple[str, str]]) -> None:
    """Colons and escapes in values are what its cheap check counts by."""
    pairs = [("type", "contact.queued"), ("contact", "c"), ("queue", "q"), *further]
    body = "{" + ",".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in pairs) + "}"
    hidden = body.replace('":"', '"\\u003a"')
    for text in (body, hidden):
        found = read("application/json", text)
        assert bool(rejected_of(found)) == (len({key for key, _ in pairs}) < len(pairs))


@pytest.mark.parametrize("space", [" ", "\t", "\n", "\r", " \t\n\r "])
def test_a_repeated_key_does_not_hide_behind_a_space(space: str) -> None:
    [one] = rejected_of(read("application/json", f'{{"type":"source.beat","id":"a","id"{space}:"b"}}'))
    assert "'id' twice" in one.error


_PAIRS = st.sampled_from([
    ("type", "contact.queued"), ("type", "source.beat"), ("type", "x"), ("contact", "c"), ("contact", ""),
    ("queue", "q"), ("queue", 7), ("id", "e"), ("source", "s"), ("time", 1_700_000_000_000), ("time", "nine"),
    ("time", "2026-11-22T09:00:00+02:00"), ("attributes", {"a": ":", "b": "2"}), ("quue", "q"),
])  # fmt: skip
_EVENT = st.tuples(st.lists(_PAIRS, max_size=7), st.sampled_from([":", ": ", " :", "\n:"])).map(
    lambda told: "{" + ",".join(json.dumps(name) + told[1] + json.dumps(value) for name, value in told[0]) + "}"
)
_OTHER = ["{}", "[]", "7", "null", '{"type":"source.beat"} x', '{"type":"source.beat",}', "", "\ufeff{}"]
_WRITTEN = _EVENT | st.sampled_from(_OTHER) | st.just('{"type":"source.beat"}')


@given(st.lists(_WRITTEN, min_size=1, max_size=4), st.booleans())
def test_read_in_one_go_or_item_by_item_a_body_says_the_same(written: list[str], is_array: bool) -> None:
    body = "[" + ",".join(written) + "]" if is_array else written[0]
    assert outcome(body) == outcome(body, whole=lambda _: None)


def outcome(body: str, whole: Any = bodies_module._whole) -> Any:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(bodies_module, "_whole", whole)
        try:
            return read("application/json", body)
        except Problem as problem:
            return problem.status, problem.detail, problem.more


def floor_of(agents: int) -> dict[str, Any]:
    return {"type": "floor.observed", "agents": {f"agent-{n}": {"presence": "ready"} for n in range(agents)}}


@pytest.mark.parametrize("kind", TYPES)
def test_an_event_that_is_far_too_long_is_refused_with_its_place_and_never_read(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading a megabyte of agents would hold up everybody else for a third of a second."""
    told: dict[str, Any] = floor_of(25_000)
    if "cloudevents" in kind:
        told = CLOUD | {"type": told.pop("type"), "data": told}
    body, at = json.dumps(told), "$"
    if "batch" in kind:
        body, at = f"[{body}]", "$[0]"
    if kind.endswith("ndjson"):
        at = "$[0]"
    monkeypatch.setattr(bodies_module, "decode", None)
    [one] = rejected_of(read(kind, body))
    assert (one.item, one.at) == (0, at)
    assert one.error.startswith("an event of more than 262144 bytes: tell a whole floor in several parts")


def test_beside_one_that_is_too_long_the_others_are_taken() -> None:
    found = read("application/json", json.dumps([QUEUED, floor_of(25_000), QUEUED]))
    assert [type(one) for one in found] == [Queued, Rejected, Queued]


def test_a_long_event_that_may_be_so_long_is_read() -> None:
    (found,) = read("application/json", json.dumps(floor_of(5_000)))
    assert isinstance(found, FloorObserved)
