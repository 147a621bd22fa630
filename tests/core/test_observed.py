"""A whole truth is taken in by pieces that are bounded, and the floor is the same as if it were one."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from wallboard.core import events as ev
from wallboard.core import kpis, wholetruth
from wallboard.core.contacts import Contacts
from wallboard.core.settings import Settings
from wallboard.core.state import Floor
from wallboard.core.wholetruth import PIECE

NOON = 1_795_348_800_000  # 2026-11-22 12:00 UTC
MINUTE = 60_000
RULE = {"alert": {"r": {"metric": "idle", "raise": "> 0", "queues": ["*"], "when": "always"}}}


def truth(agents: int, **more: Any) -> ev.FloorObserved:
    """Everybody is ready, every second one talks; who talked to `idle-1` and so on has hung up."""
    listed = {
        f"a{n}": ev.ListedAgent(presence="ready", activity="engaged" if n % 2 else "idle", queues=[f"q{n % 7}"])
        for n in range(agents)
    }
    return ev.FloorObserved(agents=listed, source="pbx", time=NOON + 5 * MINUTE, **more)


def busy(agents: int) -> Floor:
    """Contacts wait, talk, and talk to people whom the truth finds idle; others are signed in whom it does not know."""
    floor = Floor()
    floor.apply(ev.ConfigApplied(settings=RULE), NOON)
    for n in range(agents):
        begun_ms = NOON + n
        told = [
            ev.SignedIn(agent=f"old{n}", queues=["q1"], source="pbx", time=begun_ms),
            ev.Queued(contact=f"c{n}", queue=f"q{n % 7}", source="pbx", time=begun_ms),
            ev.Answered(contact=f"c{n}", agent=f"a{n}", source="pbx", time=begun_ms + 1000),
            ev.Queued(contact=f"w{n}", queue=f"q{n % 7}", source="pbx", time=begun_ms),
        ]
        for event in told:
            floor.apply(event, NOON + MINUTE)
    return floor


def in_pieces(floor: Floor, event: ev.Event, at_ms: int, between: Callable[[], object]) -> int:
    """How many pauses there were."""
    return sum(between() is not floor for _ in floor.taking(event, at_ms))


@pytest.mark.parametrize("more", [{}, {"queues": {}}])
def test_however_often_somebody_looked_meanwhile_the_floor_is_the_same(more: dict[str, Any]) -> None:
    whole, pieces = busy(150), busy(150)
    event, at_ms = truth(400, **more), NOON + 6 * MINUTE
    deeds = whole.apply(event, at_ms)
    assert in_pieces(pieces, event, at_ms, lambda: kpis.document(pieces)) > 5
    assert kpis.document(pieces) == kpis.document(whole)
    assert pieces.take_touched() == whole.take_touched()
    assert pieces.applied == whole.applied
    for floor in (whole, pieces):
        floor.advance(at_ms + 20 * MINUTE)
    assert kpis.document(pieces) == kpis.document(whole)
    assert deeds[-1].text.startswith("whole truth of pbx: ")


def test_no_piece_takes_in_more_than_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    taken, at_pauses = [0], [0]
    take = wholetruth.take

    def counted(*given: Any, **named: Any) -> Any:
        taken[0] += 1
        return take(*given, **named)

    monkeypatch.setattr(wholetruth, "take", counted)
    floor = Floor()
    in_pieces(floor, truth(2_500), NOON + 6 * MINUTE, lambda: at_pauses.append(taken[0]))
    at_pauses.append(taken[0])
    assert taken[0] == 3 * 2_500
    assert max(later - before for before, later in pairwise(at_pauses)) <= PIECE


def test_what_it_costs_grows_with_people_and_contacts_and_not_with_their_product(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each idle one had all open contacts looked through for theirs."""
    asked = [0]
    of_source = Contacts.of_source

    def counted(self: Contacts, source: str) -> Any:
        asked[0] += 1
        return of_source(self, source)

    floor = busy(50)
    monkeypatch.setattr(Contacts, "of_source", counted)
    floor.apply(truth(200, queues={}), NOON + 6 * MINUTE)
    assert asked[0] <= 2
    talking = {leg.agent for one in floor.contacts.of_source("pbx") for leg in one.story.legs if leg.ended_ms is None}
    assert talking == {f"a{n}" for n in range(1, 50, 2)}, "whom it found idle talks no more"


@pytest.mark.parametrize("look", [kpis.document, lambda floor: None])
def test_who_talks_for_another_source_is_not_signed_out_whether_somebody_looked_or_not(
    look: Callable[[Floor], object],
) -> None:
    floor = Floor()
    floor.apply(ev.SignedIn(agent="bob", source="pbx", time=NOON), NOON)
    floor.apply(ev.Answered(contact="c", agent="bob", source="chat", time=NOON + 1), NOON + 1)
    look(floor)
    floor.apply(ev.FloorObserved(agents={}, source="pbx", time=NOON + 2), NOON + 2)
    assert kpis.document(floor)["agents"]["bob"]["presence"] == "ready"


def test_an_ordinary_event_is_one_piece() -> None:
    floor = Floor(Settings())
    event = ev.Queued(contact="a", queue="support", source="pbx", time=NOON)
    assert in_pieces(floor, event, NOON, lambda: None) == 0
