"""The floor after a whole truth: what it lists is so, what it does not is over; and after a source that began anew."""

from floors import NOON, SECOND, at, call, floor_after

from wallboard.core import events as ev
from wallboard.core.kpis import document


def test_a_whole_truth_closes_what_it_does_not_list_and_opens_what_nobody_knew():
    floor = floor_after([*call("a", -60), *call("b", -60), *call("c", -60, answer_s=-50)])
    floor.apply(ev.SignedIn(agent="bob", source="pbx"), NOON)
    seen = ev.FloorObserved(
        source="pbx", time=NOON + SECOND,
        queues={"support": [ev.ListedContact(contact="b"), ev.ListedContact(contact="d", since=NOON - 9 * SECOND)]},
        agents={"anna": ev.ListedAgent(presence="ready")},
    )  # fmt: skip
    floor.apply(seen, NOON + SECOND)
    found = document(floor)
    support = found["queues"]["support"]
    assert (support["now"]["waiting"], support["day"]["lost"], support["now"]["engaged"]) == (2, 1, 1)
    assert support["now"]["oldest_at"] == at(-60)
    assert found["agents"]["bob"]["presence"] == "offline"


def test_an_empty_listing_of_queues_closes_everything_that_waits_and_leaves_agents_alone():
    floor = floor_after(call("a", -60))
    floor.apply(ev.SignedIn(agent="bob", source="pbx"), NOON)
    floor.apply(ev.FloorObserved(source="pbx", time=NOON + 1, queues={}), NOON + 1)
    found = document(floor)
    assert found["queues"]["support"]["now"]["waiting"] == 0
    assert found["agents"]["bob"]["presence"] == "ready"


def test_a_listing_in_parts_is_taken_when_its_last_part_is_there():
    floor = floor_after([*call("a", -60), *call("b", -60)])
    for part, contact in ((1, "a"), (2, "b")):
        listed = {"support": [ev.ListedContact(contact=contact)]}
        floor.apply(ev.FloorObserved(source="pbx", time=NOON, queues=listed, part=part, parts=2), NOON)
    assert document(floor)["queues"]["support"]["now"]["waiting"] == 2


def test_who_waits_in_two_queues_of_a_listing_that_was_overtaken_is_lost_in_both():
    floor = floor_after([])
    listed = {queue: [ev.ListedContact(contact="a")] for queue in ("support", "sales")}
    floor.apply(ev.FloorObserved(source="pbx", time=NOON + SECOND, queues={}), NOON + SECOND)
    floor.apply(ev.FloorObserved(source="pbx", time=NOON, queues=listed), NOON + SECOND)
    found = document(floor)["queues"]
    assert [(found[name]["now"]["waiting"], found[name]["day"]["lost"]) for name in listed] == [(0, 1), (0, 1)]


def test_whom_a_listing_left_out_was_turned_away_nowhere_though_a_late_word_says_that_they_talked_all_along():
    floor = floor_after([])
    listed = ev.FloorObserved(source="pbx", time=NOON, queues={"support": [ev.ListedContact(contact="a")]})
    floor.apply(listed, NOON)
    floor.apply(ev.FloorObserved(source="pbx", time=NOON + SECOND, queues={}), NOON + SECOND)
    floor.apply(ev.Answered(contact="a", agent="anna", source="pbx", time=NOON - SECOND), NOON + 2 * SECOND)
    day = document(floor)["queues"]["support"]["day"]
    assert (day["offered"], day["lost"], day["refused"]) == (0, 0, 0)


def test_a_restarted_source_loses_what_was_open_and_its_legs_count_nowhere():
    floor = floor_after([*call("a", -60), *call("b", -60, answer_s=-50)])
    floor.apply(ev.SourceRestarted(source="pbx"), NOON)
    support = document(floor)["queues"]["support"]
    assert (support["now"]["waiting"], support["now"]["engaged"]) == (0, 0)
    assert (support["day"]["lost"], support["day"]["handled"], support["day"]["talk_s"]) == (1, 0, 0)
