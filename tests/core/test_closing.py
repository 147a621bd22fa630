"""What a lead closes is gone: the contact ends as lost, the person is signed out, and the source may still say more."""

from wallboard.core import closing, kpis
from wallboard.core import events as ev
from wallboard.core.settings import Queue, Settings
from wallboard.core.state import Floor

NOON, MINUTE = 1_795_348_800_000, 60_000


def floor_with(*events: ev.Event) -> Floor:
    floor = Floor()
    for event in events:
        floor.apply(event, event.time or NOON)
    return floor


def queued(contact: str, source: str = "pbx") -> ev.Queued:
    return ev.Queued(contact=contact, queue="support", source=source, time=NOON)


def answered(contact: str, agent: str, at_ms: int = NOON + 1000) -> ev.Answered:
    return ev.Answered(contact=contact, agent=agent, source="pbx", time=at_ms)


def signed_in(agent: str) -> ev.SignedIn:
    return ev.SignedIn(agent=agent, queues=["support"], source="pbx", time=NOON)


def closed(contact: str, at_ms: int) -> ev.ContactCorrected:
    return ev.ContactCorrected(contact=contact, contact_source="pbx", who="Olena", source=ev.SERVER, time=at_ms)


def test_an_open_contact_is_found_at_each_source_that_has_one_of_its_name():
    floor = floor_with(queued("c1"), queued("c1", "chat"), queued("c2"), answered("c2", "anna"))
    floor.apply(ev.Ended(contact="c2", source="pbx", time=NOON + 2000), NOON + 2000)
    assert closing.sources_of(floor, "c1") == ["chat", "pbx"]
    assert closing.sources_of(floor, "c2") == []
    assert floor.contacts.contacts["pbx", "c1"].story.queues_now == {"support"}


def test_with_a_person_go_the_contacts_that_nobody_else_talks_to():
    floor = floor_with(
        signed_in("anna"), signed_in("boris"), queued("own"), queued("shared"), queued("rings"),
        answered("own", "anna"), answered("shared", "anna"), answered("shared", "boris", NOON + 2000),
        ev.Ringing(contact="rings", agent="anna", source="pbx", time=NOON + 3000),
    )  # fmt: skip
    assert closing.held_by(floor, "anna") == [("pbx", "own")]
    assert closing.source_of(floor, "anna") == "pbx"


def test_with_a_person_goes_the_wrap_up_whose_end_was_never_told_and_not_who_waits_elsewhere_since():
    floor = Floor(Settings(queue={"support": Queue(wrapup_told=True)}))
    moved = ev.Transferred(contact="c", agent="anna", to_queue="sales", source="pbx", time=NOON + 2000)
    waits = ev.Queued(contact="c", queue="sales", source="pbx", time=NOON + 3000)
    for event in (signed_in("anna"), queued("c"), answered("c", "anna"), moved, waits):
        floor.apply(event, event.time or NOON)
    assert closing.held_by(floor, "anna") == []
    gone = ev.AgentCorrected(agent="anna", agent_source="pbx", who="Olena", source=ev.SERVER, time=NOON + MINUTE)
    floor.apply(gone, NOON + MINUTE)
    support, sales = ((kpis.entity(floor, "queues", name) or {}) for name in ("support", "sales"))
    assert (support["now"]["wrapup"], support["day"]["handled"]) == (0, 1)
    assert (sales["now"]["waiting"], sales["day"]["lost"]) == (1, 0)


def test_a_contact_whose_wrap_up_has_no_end_is_closed_as_a_contact_is():
    floor = Floor(Settings(queue={"support": Queue(wrapup_told=True)}))
    ended = ev.Ended(contact="c", agent="anna", source="pbx", time=NOON + 2000)
    for event in (signed_in("anna"), queued("c"), answered("c", "anna"), ended):
        floor.apply(event, event.time or NOON)
    assert closing.sources_of(floor, "c") == ["pbx"]
    floor.apply(closed("c", NOON + MINUTE), NOON + MINUTE)
    assert closing.sources_of(floor, "c") == []
    assert (kpis.entity(floor, "queues", "support") or {})["now"]["wrapup"] == 0


def test_a_closed_person_is_offline_serves_nobody_and_comes_back_when_the_source_says_so():
    floor = floor_with(signed_in("anna"))
    assert kpis.document(floor)["queues"]["support"]["now"]["staffed"] == 1
    floor.apply(
        ev.AgentCorrected(agent="anna", agent_source="pbx", who="Olena", source=ev.SERVER, time=NOON + MINUTE),
        NOON + MINUTE,
    )
    state = kpis.document(floor)
    assert state["agents"]["anna"]["presence"] == "offline"
    assert state["agents"]["anna"]["sources"] == ["pbx"]
    assert state["queues"]["support"]["now"]["staffed"] == 0
    assert ev.SERVER not in state["sources"]
    back = ev.PresenceSet(agent="anna", presence="ready", source="pbx", time=NOON + 2 * MINUTE)
    floor.apply(back, NOON + 2 * MINUTE)
    assert kpis.document(floor)["queues"]["support"]["now"]["staffed"] == 1


def test_what_is_closed_in_hand_is_not_handled_until_the_source_tells_its_end():
    """By hand: 61 s of talk are told by the log 5 minutes after the lead closed it; then they count."""
    floor = floor_with(signed_in("anna"), queued("c1"), answered("c1", "anna"))
    floor.apply(closed("c1", NOON + 10 * MINUTE), NOON + 10 * MINUTE)
    day = kpis.document(floor)["queues"]["support"]["day"]
    assert (day["answered"], day["handled"], day["lost"], day["talk_s"]) == (1, 0, 0, 0)
    floor.apply(
        ev.Ended(contact="c1", agent="anna", talk_s=61, source="pbx", time=NOON + 12 * MINUTE), NOON + 15 * MINUTE
    )
    day = kpis.document(floor)["queues"]["support"]["day"]
    assert (day["handled"], day["talk_s"]) == (1, 61)


def test_who_is_away_from_one_queue_only_says_so():
    floor = floor_with(
        ev.SignedIn(agent="anna", queues=["support", "sales"], source="pbx", time=NOON),
        ev.PresenceSet(agent="anna", presence="paused", reason="lunch", queue="sales", source="pbx", time=NOON + 1000),
    )
    row = kpis.document(floor)["agents"]["anna"]
    assert row["in_queues"] == [{"queue": "sales", "presence": "paused", "since": NOON + 1000, "reason": "lunch"}]
    floor.apply(ev.PresenceSet(agent="anna", presence="ready", source="pbx", time=NOON + 2000), NOON + 2000)
    assert "in_queues" not in kpis.document(floor)["agents"]["anna"]
