"""A floor that is full of names: what comes on top is counted under one name, and known names go on."""

import pytest

from wallboard.core import events as ev
from wallboard.core import kpis, naming
from wallboard.core.snapshot import dump, load
from wallboard.core.state import Floor

NINE = 1_795_338_000_000


@pytest.fixture
def floor(monkeypatch: pytest.MonkeyPatch) -> Floor:
    for kind in naming.MOST:
        monkeypatch.setitem(naming.MOST, kind, 2)
    return Floor()


def queued(queue: str, contact: str, at_ms: int) -> ev.Event:
    return ev.Queued(contact=contact, queue=queue, source="pbx", time=at_ms)


def test_a_queue_too_many_waits_under_other_and_the_sum_stays_right(floor: Floor) -> None:
    for number in range(5):
        deeds = floor.apply(queued(f"q-{number}", f"c-{number}", NINE + number), NINE + number)
    assert "no room for q-4" in deeds[0].text
    assert set(floor.tallies.queues) == {"q-0", "q-1", naming.OTHER}
    assert floor.sources["pbx"].overflow == 3
    floor.apply(ev.Abandoned(contact="c-4", queue="q-4", source="pbx", time=NINE + 9), NINE + 9)
    floor.settle()
    found = kpis.document(floor)
    assert found["groups"]["all"]["day"]["offered"] == 5
    assert found["queues"][naming.OTHER]["day"]["abandoned"] == 1
    assert found["sources"]["pbx"]["overflow"] == 4


def test_a_listing_keeps_the_queues_that_there_is_room_for(floor: Floor) -> None:
    listed = {f"q-{number}": [ev.ListedContact(contact=f"c-{number}", since=NINE)] for number in range(4)}
    floor.apply(ev.FloorObserved(queues=listed, source="pbx", time=NINE + 1), NINE + 1)
    assert set(floor.tallies.queues) == {"q-0", "q-1"}
    assert floor.sources["pbx"].overflow == 2


def test_sources_and_figures_have_their_room_too(floor: Floor) -> None:
    for number in range(4):
        floor.apply(ev.KpiReported(kpi=f"k-{number}", value=1, source=f"s-{number}", time=NINE), NINE)
    assert set(floor.sources) == {"s-0", "s-1", naming.OTHER}
    assert set(floor.kpis) == {"k-0", "k-1"}


def test_a_floor_from_a_checkpoint_knows_its_names_and_has_no_room_more(floor: Floor) -> None:
    for name in ("a", "b"):
        floor.apply(queued(name, name, NINE), NINE)
    again = load(dump(floor))
    again.apply(queued("c", "c", NINE + 1), NINE + 1)
    again.apply(queued("b", "b2", NINE + 2), NINE + 2)
    assert set(again.tallies.queues) == {"a", "b", naming.OTHER}


def test_a_forgotten_source_makes_room(floor: Floor) -> None:
    for name in ("a", "b"):
        floor.apply(queued(name, name, NINE), NINE)
    floor.apply(ev.SourceForgotten(name="pbx"), NINE + 1)
    floor.apply(queued("c", "c", NINE + 2), NINE + 2)
    assert set(floor.tallies.queues) == {"c"}


def test_counts_of_a_source_too_many_are_of_other_and_one_that_told_nothing_has_no_last_event(floor: Floor) -> None:
    for number in range(4):
        counted = ev.SourceCounted(source=f"s-{number}", rejected=1, id=f"c-{number}")
        floor.apply(counted, NINE + number)
    assert set(floor.sources) == {"s-0", "s-1", naming.OTHER}
    assert floor.sources[naming.OTHER].rejected == 2
    assert "last_event_at" not in kpis.document(floor)["sources"]["s-0"]
    floor.apply(ev.SourceBeat(source="s-0"), NINE + 9)
    assert kpis.document(floor)["sources"]["s-0"]["last_event_at"] == NINE + 9
