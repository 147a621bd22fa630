"""Maps: what the vendors' payloads become, what a map may say, and what becomes of payloads that nobody foresaw."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallboard.core import kpis
from wallboard.core.errors import Mistake, Refused
from wallboard.core.events import Event, type_of
from wallboard.core.mapfaults import faults_of
from wallboard.core.mapping import Map, Rule, events_of
from wallboard.core.state import Floor
from wallboard.webhooks import Webhook, webhook_of

FIXTURES = Path(__file__).parents[1] / "fixtures" / "webhooks"
NINE = 1_795_330_800_000


def shipped(name: str) -> Webhook:
    mistakes: list[Mistake] = []
    found = webhook_of(name, {"kind": "webhook", "map": name, "secret": "x"}, Path(), "wallboard.toml", mistakes)
    assert found, mistakes
    return found


def made(map_name: str, file: str) -> list[Event]:
    payload = json.loads((FIXTURES / file).read_text(encoding="utf-8"))
    found = [one.found for one in events_of(payload, shipped(map_name).by)]
    assert not [one for one in found if isinstance(one, Refused)], found
    return [one for one in found if isinstance(one, Event)]


def told(map_name: str, *files: str) -> list[tuple[str, ...]]:
    events = [event for file in files for event in made(map_name, file)]
    return [
        (type_of(event), *(str(value) for name in FIELDS if (value := getattr(event, name, None)) is not None))
        for event in events
    ]


FIELDS = ("contact", "case", "queue", "agent", "by", "channel", "notice", "level", "text")


def test_a_chatwoot_conversation_waits_is_answered_and_ends() -> None:
    steps = ("conversation_created", "message_incoming", "message_outgoing", "note", "resolved")
    assert told("chatwoot", *(f"chatwoot-{step}.json" for step in steps)) == [
        ("contact.queued", "204", "inbox-3", "chat"),
        ("contact.message", "204", "inbox-3", "customer"),
        ("contact.answered", "204", "inbox-3", "5", "chat"),
        ("contact.message", "204", "inbox-3", "5", "agent"),
        ("contact.ended", "204", "inbox-3"),
    ]


def test_what_is_written_while_a_bot_has_the_conversation_waits_for_nobody_until_it_is_handed_over() -> None:
    """Chatwoot 3 over WhatsApp: `pending` first, then open; its payloads lack `updated_at`."""
    assert told("chatwoot", "chatwoot3-message_incoming.json") == []
    assert told("chatwoot", "chatwoot3-opened.json") == [("contact.queued", "25", "inbox-17", "messenger")]
    assert made("chatwoot", "chatwoot3-opened.json")[0].via == "whatsapp"  # type: ignore[attr-defined]


def test_a_conversation_that_is_resolved_opened_and_resolved_within_one_activity_ended_twice() -> None:
    """`timestamp` is that of the last message; what is saved anew has another `updated_at`."""
    payload = json.loads((FIXTURES / "chatwoot-resolved.json").read_text(encoding="utf-8"))
    by = shipped("chatwoot").by
    again = payload | {"updated_at": payload["updated_at"] + 3.5}
    ids = {one.found.id for body in (payload, payload, again) for one in events_of(body, by)}  # type: ignore[union-attr]
    assert len(ids) == 2


def test_a_call_that_is_written_down_in_zammad_is_answered_as_it_begins() -> None:
    assert told("zammad", "zammad-phone.json") == [
        ("contact.queued", "82", "Service Desk", "voice"),
        ("case.opened", "82", "10082", "Service Desk"),
        ("contact.answered", "82", "Service Desk", "olena@example.com", "voice"),
        ("contact.message", "82", "Service Desk", "customer"),
    ]


def test_a_zammad_ticket_is_a_contact_of_its_group_and_a_case() -> None:
    assert told("zammad", *(f"zammad-{step}.json" for step in ("created", "answered", "closed"))) == [
        ("contact.queued", "81", "Service Desk", "email"),
        ("case.opened", "81", "10081", "Service Desk"),
        ("contact.message", "81", "Service Desk", "customer"),
        ("contact.answered", "81", "Service Desk", "olena@example.com", "email"),
        ("contact.message", "81", "Service Desk", "olena@example.com", "agent"),
        ("contact.message", "81", "Service Desk", "olena@example.com", "agent"),
        ("contact.ended", "81", "Service Desk"),
        ("case.resolved", "81", "10081", "Service Desk"),
    ]


def test_the_floor_counts_a_mapped_ticket_like_any_other_contact() -> None:
    """It waited from 07:10:00.282 to 07:25:00.100 and was closed at 07:40."""
    floor = Floor()
    for step in ("created", "answered", "closed"):
        for event in made("zammad", f"zammad-{step}.json"):
            floor.apply(msgspec.structs.replace(event, source="tickets"), event.time or 0)
    floor.settle()
    day = kpis.document(floor)["queues"]["Service Desk"]["day"]
    assert (day["offered"], day["answered"], day["handled"]) == (1, 1, 1)
    assert day["asa_s"] == pytest.approx(899.818, abs=0.01)


def test_alerts_of_alertmanager_are_notices_until_they_are_resolved() -> None:
    assert told("alertmanager", "alertmanager.json") == [
        ("notice.posted", "1a30ba71cca2921f", "critical", "TrunkDown: SIP trunk A is down"),
        ("notice.cleared", "77c0de77c0de7700"),
    ]


def test_alerts_of_grafana_are_notices_too() -> None:
    [found] = told("grafana", "grafana.json")
    assert found == (
        "notice.posted",
        "c6eadffa33fcdf37",
        "critical",
        "Trunk latency: Latency of the trunk is over 300 ms",
    )


@pytest.mark.parametrize("name", ["chatwoot", "zammad", "alertmanager", "grafana"])
def test_the_same_payload_again_has_the_same_ids(name: str) -> None:
    files = sorted(file.name for file in FIXTURES.glob(f"{name}*.json"))
    ids = [[event.id for event in made(name, file)] for file in files]
    assert all(all(one) for one in ids)
    assert ids == [[event.id for event in made(name, file)] for file in files]


def one(payload: Any, **fields: Any) -> Any:
    """What one rule of type kpi.reported makes of this payload."""
    rule = Rule(type="kpi.reported", fields=msgspec.convert(fields, dict[str, Any]))
    mistakes: list[Mistake] = []
    section = {"kind": "webhook", "secret": "x", "signature": {"header": "X"}, "event": [{"type": rule.type, **fields}]}
    section["table"] = {"word": {"one": 1.0}}
    found = webhook_of("x", section, Path(), "f", mistakes)
    assert found, mistakes
    [event] = [made.found for made in events_of(payload, found.by)]
    return event


def test_values_come_from_paths_lists_tables_templates_and_constants() -> None:
    payload = {"a": {"b": [{"c": "one"}, {"c": 7}]}, "t": "1795330800", "n": "12.5", "z": None}
    event = one(
        payload, kpi="x {$.a.b[1].c}", value="$.n", unit={"first": ["$.z", "$.a.b[-1].c"]}, team="a\nb", good="up",
        target={"path": "$.a.b[0].c", "table": "word"}, time={"path": "$.t", "unit": "s"},
        attributes={"was": "$.a.b[0].c", "not": "$.nowhere"},
    )  # fmt: skip
    assert (event.kpi, event.value, event.unit, event.team, event.target) == ("x 7", 12.5, "7", "a b", 1.0)
    assert (event.time, event.attributes) == (NINE, {"was": "one"})


def test_what_is_missing_is_refused_with_the_place_where_it_was_looked_for() -> None:
    refused = one({"a": 1}, kpi="k", value="$.figures.value")
    assert isinstance(refused, Refused)
    assert "value" in refused.reason
    assert "from $.figures.value" in refused.reason


def test_every_mistake_of_a_map_has_its_place() -> None:
    section = {
        "kind": "webhook",
        "secret": "x",
        "signature": {"header": "X", "signed": "{timestamp}.{body}"},
        "event": [
            {"type": "contact.quued", "contact": "$.a b", "when": {"a": 1}},
            {"type": "contact.queued", "contact": {"path": "@.x", "table": "t"}, "quue": "x"},
        ],
    }
    mistakes: list[Mistake] = []
    assert webhook_of("chat", section, Path(), "wallboard.toml", mistakes) is None
    assert [one.at for one in mistakes] == [
        "collector.chat.event[0].type",
        "collector.chat.event[0].when.a",
        "collector.chat.event[0].contact",
        "collector.chat.event[1].contact",
        "collector.chat.event[1].contact",
        "collector.chat.event[1].quue",
        "collector.chat.event[1].queue",
        "collector.chat.signature.timestamp_header",
    ]
    assert "did you mean 'contact.queued'" in mistakes[0].reason


def test_a_shipped_map_has_no_mistakes() -> None:
    for name in ("chatwoot", "zammad", "alertmanager", "grafana"):
        by = shipped(name).by
        assert [fault for rule in by.rules for fault in faults_of(rule, by.tables)] == []


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
PLACES = ("ticket", "article", "alerts", "event", "status", "conversation", "id", "message_type", "sender", "labels")


@given(payload=anything | st.dictionaries(st.sampled_from(PLACES), anything, max_size=6))
def test_any_json_becomes_events_or_refusals_and_never_fails(payload: Any) -> None:
    for name in ("chatwoot", "zammad", "alertmanager", "grafana"):
        for found in events_of(payload, shipped(name).by):
            assert isinstance(found.found, Event | Refused)


def test_a_list_that_is_too_long_is_read_up_to_its_limit() -> None:
    rule = Rule(type="kpi.reported", fields={"kpi": "{@.k}", "value": 1}, each="$.rows")
    found = list(events_of({"rows": [{"k": "x"}] * 5_000}, Map([rule], {})))
    assert len(found) == 1_000


ALL_FILLED = Rule(
    type="contact.message",
    fields={"contact": "c-{$.id}", "queue": "inbox-{$.inbox.id}", "by": "customer", "id": "message:{$.message}"},
)


@pytest.mark.parametrize("nothing", [{}, {"inbox": {"id": None}, "message": ""}, {"inbox": {"id": {}}, "message": []}])
def test_a_text_whose_placeholder_finds_nothing_leaves_its_field_out(nothing: dict[str, Any]) -> None:
    """It was a queue `inbox-`, and an id `message:`, of which every other message was a duplicate."""
    [event] = one_of(ALL_FILLED, {"id": 7} | nothing)
    assert isinstance(event, Event)
    assert msgspec.to_builtins(event) == {"type": "contact.message", "contact": "c-7", "by": "customer"}
    [event] = one_of(ALL_FILLED, {"id": 7, "inbox": {"id": 3}, "message": 0})
    assert isinstance(event, Event)
    assert (getattr(event, "queue", None), event.id) == ("inbox-3", "message:0")


def test_where_the_field_is_required_the_event_is_refused_with_the_path() -> None:
    [refused] = one_of(ALL_FILLED, {})
    assert isinstance(refused, Refused)
    assert "field 'contact'" in refused.reason
    assert "(from $.id)" in refused.reason


def test_what_may_be_absent_says_so_and_is_empty() -> None:
    rule = Rule(type="notice.posted", fields={"text": "{$.name}: {$.more?}", "id": "{$.name}:{$.more?}"})
    [event] = one_of(rule, {"name": "disk"})
    assert isinstance(event, Event)
    assert (getattr(event, "text", None), event.id) == ("disk:", "disk:")
    assert [*faults_of(rule, {})] == []


def one_of(rule: Rule, payload: Any) -> list[Event | Refused]:
    return [made.found for made in events_of(payload, Map([rule], {}))]
