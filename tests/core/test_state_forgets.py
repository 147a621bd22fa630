"""What is forgotten leaves no trace on the floor, nor in its bytes, and other numbers stay."""

from floors import MINUTE, NOON, SECOND, call, floor_after

from wallboard.core import events as ev
from wallboard.core import snapshot
from wallboard.core.deeds import Did
from wallboard.core.kpis import document
from wallboard.core.latest import Latest
from wallboard.core.patch import diff


def test_a_forgotten_source_leaves_no_trace():
    floor = floor_after(call("a", -60))
    clean = document(floor)
    floor.apply(ev.Queued(contact="x", queue="test-1", source="test", time=NOON), NOON)
    floor.apply(ev.NoticePosted(text="hello", source="test"), NOON)
    floor.apply(ev.SourceForgotten(name="test"), NOON)
    assert diff(clean, document(floor)) == {}


def typo(at_ms: int = NOON) -> list[ev.Event]:
    """All that a script says that writes `supprot`."""
    told = {"source": "pbx", "time": at_ms}
    return [
        ev.Queued(contact="t1", queue="supprot", customer="c1", **told),
        ev.Queued(contact="t2", queue="supprot", customer="c1", **told),
        ev.Answered(contact="t2", agent="a", **told),
        ev.CaseOpened(case="t3", queue="supprot", **told),
        ev.QueuesSet(agent="a", queues=["support", "supprot"], **told),
        ev.PresenceSet(agent="a", presence="paused", queue="supprot", **told),
        ev.QueueObserved(queue="supprot", waiting=3, **told),
    ]


def test_a_forgotten_queue_leaves_no_trace_and_returns_with_the_next_event_that_names_it():
    signed_in = ev.SignedIn(agent="a", queues=["support"], source="pbx", time=NOON - 60 * MINUTE)
    floor = floor_after([signed_in, *call("a", -600, answer_s=-590, end_s=-500)])
    clean = document(floor)
    for event in typo():
        floor.apply(event, NOON)
    assert document(floor)["queues"]["supprot"]["now"]["waiting"] == 3, "as its source says"
    assert floor.apply(ev.QueueForgotten(name="supprot", source=ev.SERVER), NOON)[-1].code == Did.SETTINGS
    found = document(floor)
    assert "supprot" not in found["queues"]
    assert found["queues"] == clean["queues"]
    assert found["groups"] == clean["groups"]
    assert found["agents"]["a"]["queues"] == ["support"] == clean["agents"]["a"]["queues"]
    assert floor.apply(ev.QueueForgotten(name="supprot", source=ev.SERVER), NOON)[-1].code == Did.NOTHING
    again = snapshot.load(snapshot.dump(floor))
    assert diff(document(floor), document(again)) == {}
    for one in (floor, again):
        one.apply(ev.Queued(contact="t4", queue="supprot", source="pbx", time=NOON + SECOND), NOON + SECOND)
        assert document(one)["queues"]["supprot"]["now"]["waiting"] == 1
        assert document(one)["queues"]["supprot"]["day"]["offered"] == 1


def test_a_contact_that_went_on_to_another_queue_keeps_what_it_is_there():
    told = {"contact": "c", "source": "pbx"}
    floor = floor_after(
        [
            ev.Queued(queue="supprot", time=NOON - 60 * SECOND, **told),
            ev.Left(queue="supprot", reason="overflow", time=NOON - 50 * SECOND, **told),
            ev.Queued(queue="support", time=NOON - 50 * SECOND, **told),
        ]
    )
    floor.apply(ev.QueueForgotten(name="supprot", source=ev.SERVER), NOON)
    assert document(floor)["queues"]["support"]["now"]["waiting"] == 1
    assert document(floor)["queues"]["supprot"]["day"]["offered"] == 1, "one story is not told in halves"


def test_a_forgotten_agent_is_gone_and_the_queue_keeps_its_numbers():
    floor = floor_after(call("a", -600, answer_s=-590, end_s=-500))
    floor.apply(ev.SignedIn(agent="temp", source="pbx", name="Тимчасова", queues=["support"], time=NOON), NOON)
    floor.apply(ev.SignedOut(agent="temp", source="pbx", time=NOON), NOON)
    before = document(floor)["queues"]["support"]["day"]
    floor.apply(ev.AgentForgotten(name="temp", source=ev.SERVER), NOON)
    assert "temp" not in document(floor)["agents"]
    assert b"temp" not in b"".join(snapshot.dump(floor).values())
    assert document(floor)["queues"]["support"]["day"] == before
    assert floor.apply(ev.AgentForgotten(name="temp", source=ev.SERVER), NOON)[-1].code == Did.NOTHING


def test_a_notice_stands_without_the_name_of_who_is_erased():
    floor = floor_after([
        ev.NoticePosted(text="x", notice=who, source=ev.SERVER, attributes={"who": who, "by": f"person:{who}"})
        for who in ("ann", "ben")
    ])  # fmt: skip
    floor.take_touched()
    floor.apply(ev.AgentForgotten(name="ann", source=ev.SERVER), NOON)
    assert {name: row.event.attributes for name, row in floor.notices.items()} == {
        "ann": {"who": "–", "by": "–"}, "ben": {"who": "ben", "by": "person:ben"},
    }  # fmt: skip
    assert {name for kind, name in floor.take_touched() if kind == "notices"} == {"ann"}


def test_with_a_contact_its_place_among_the_last_ones_is_forgotten() -> None:
    """Each was tagged with its own ticket."""
    floor = floor_after(call("a", -60, answer_s=-50, end_s=-40))
    floor.apply(ev.Tagged(contact="a", tag="ticket-1", source="pbx", time=NOON), NOON)
    floor.advance(NOON + 16 * MINUTE)
    latest = floor.contacts.latest
    assert list(latest.of("queues", {"support"}))
    floor.advance(NOON + 3 * 24 * 60 * MINUTE)
    assert not floor.contacts.contacts
    assert vars(latest) == vars(Latest())
