"""The floor as bytes: what is read while loading, and what only when somebody asks for it."""

import msgspec
import pytest
from floors import MINUTE, NOON, SECOND, call, floor_after

from wallboard.core import events as ev
from wallboard.core import snapshot
from wallboard.core.kpis import document
from wallboard.core.patch import diff
from wallboard.core.settings import Queue, Settings
from wallboard.core.state import Floor

FIRST = ("pbx", "a")


def running() -> Floor:
    return floor_after([*call("a", -60, answer_s=-50), *call("b", -30), ev.Ringing(contact="c", agent="b", time=NOON)])


def again(floor: Floor) -> Floor:
    return snapshot.load(snapshot.dump(floor))


def test_events_are_read_when_one_comes_that_may_stand_before_them():
    whole, loaded = running(), again(running())
    late = ev.Ringing(contact="a", agent="ben", queue="support", source="pbx", time=NOON - 55 * SECOND)
    for floor in (whole, loaded):
        floor.apply(ev.Abandoned(contact="b", source="pbx", time=NOON), NOON)
        floor.settle()
    assert loaded.contacts.contacts[FIRST].packed, "nobody asked for them"
    for floor in (whole, loaded):
        floor.apply(late, NOON)
    assert loaded.contacts.contacts[FIRST].events == whole.contacts.contacts[FIRST].events
    assert diff(document(whole), document(loaded)) == {}


def test_events_that_nobody_asked_for_are_written_again_as_they_were():
    loaded = again(running())
    assert snapshot.dump(loaded) == snapshot.dump(running())
    assert all(contact.packed for contact in loaded.contacts.contacts.values())


def test_what_is_put_away_needs_its_events_no_more():
    whole, loaded = running(), again(running())
    for floor in (whole, loaded):
        floor.apply(ev.Ended(contact="a", source="pbx", time=NOON), NOON)
        floor.advance(NOON + 16 * MINUTE)
        assert floor.contacts.contacts[FIRST].is_put_away
    assert diff(document(again(whole)), document(again(loaded))) == {}


def test_other_settings_tell_the_stories_of_packed_events_anew():
    whole, loaded = running(), again(running())
    other = Settings(queue={"support": Queue(channel="chat")})
    for floor in (whole, loaded):
        floor.apply(ev.ConfigApplied(settings=msgspec.to_builtins(other), source=ev.SERVER), NOON)
    assert document(loaded)["agents"]["anna"]["contacts"][0]["channel"] == "chat"
    assert diff(document(whole), document(loaded)) == {}


@pytest.mark.parametrize("vocabulary", ["same", "other"])
def test_events_of_another_vocabulary_are_read_at_once_and_refuse_a_checkpoint_that_cannot_be_read(vocabulary: str):
    chunks = snapshot.dump(running())
    assert any(b"contact.queued" in chunk for chunk in chunks.values())
    chunks = {name: chunk.replace(b"contact.queued", b"contact.quoted") for name, chunk in chunks.items()}
    if vocabulary == "same":
        assert snapshot.load(chunks).contacts.contacts[FIRST].packed, "whoever wrote it knew what it may say"
        return
    rest = msgspec.msgpack.decode(chunks[snapshot.REST])
    chunks[snapshot.REST] = msgspec.msgpack.encode(rest | {"vocabulary": 1})
    with pytest.raises(msgspec.DecodeError, match=r"contact\.quoted"):
        snapshot.load(chunks)


def test_who_was_let_go_of_later_than_they_were_is_so_no_more_when_the_truth_comes():
    """A late word says that it stopped ringing before the restart: the device's word from in between holds again."""
    floor = floor_after([
        ev.SignedIn(agent="anna", source="pbx", time=NOON - 10 * SECOND), *call("a", -9),
        ev.Ringing(contact="a", agent="anna", source="pbx", time=NOON - 8 * SECOND),
        ev.ActivitySeen(agent="anna", activity="busy", source="pbx", time=NOON - 2 * SECOND),
        ev.SourceRestarted(source="pbx", time=NOON - SECOND),
    ])  # fmt: skip
    late = ev.Abandoned(contact="a", source="pbx", time=NOON - 5 * SECOND)
    for one in (restored := again(floor), floor):
        one.apply(late, NOON)
    assert document(restored)["agents"]["anna"]["activity"] == "busy"
    assert diff(document(floor), document(restored)) == {}
