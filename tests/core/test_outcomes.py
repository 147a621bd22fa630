"""What other systems add to a contact: results revised late, marks, tags; by hand."""

from wallboard.core import events as ev
from wallboard.core import kpis, snapshot
from wallboard.core.explain import explain
from wallboard.core.state import Floor

NOON, MINUTE = 1_795_348_800_000, 60_000


def told(minutes: float, event: type[ev.Event], source: str = "pbx", /, **fields: object) -> ev.Event:
    return event(source=source, time=NOON + round(minutes * MINUTE), **fields)


def call(contact: str) -> list[ev.Event]:
    return [
        told(0, ev.Queued, contact=contact, queue="sales"),
        told(1, ev.Answered, contact=contact, agent="anna"),
        told(5, ev.Ended, contact=contact, agent="anna"),
    ]


def floor_after(events: list[ev.Event], now_min: float = 30) -> Floor:
    floor = Floor()
    for event in events:
        floor.apply(event, max(floor.now_ms, event.time or 0))
    floor.advance(NOON + round(now_min * MINUTE))
    return floor


def day(floor: Floor, kind: str = "queues", name: str = "sales") -> dict[str, object]:
    return (kpis.entity(floor, kind, name) or {})["day"]


def test_an_outcome_from_another_system_names_the_contact_s_own_source_and_is_revised():
    events = [
        *call("a"), *call("b"), *call("c"),
        told(6, ev.Outcome, "crm", contact="a", contact_source="pbx", outcome="success", code="renewal", value=120.5),
        told(7, ev.Outcome, "crm", contact="b", contact_source="pbx", outcome="failure", code="price"),
        told(50, ev.Outcome, "crm", contact="b", contact_source="pbx", outcome="success"),  # the customer came back
    ]  # fmt: skip
    before = floor_after(events[:-1])
    assert day(before)["success_rate"] == 50.0  # 1 / (1 + 1)
    after = floor_after(events, 60)
    assert day(after)["success_rate"] == 100.0  # revised by contact: 2 / 2
    assert day(after)["codes"] == {"price": 1, "renewal": 1}
    assert day(after)["outcome_value"] == 120.5
    assert round(day(after)["noted_rate"], 2) == 66.67  # 2 of 3 legs
    assert day(after, "agents", "anna")["success_rate"] == 100.0
    assert day(after, "agents", "anna")["n"] == {"success_rate": 2}
    assert day(snapshot.load(snapshot.dump(after))) == day(after)


def test_marks_by_kind_and_a_mark_of_no_contact():
    events = [
        *call("a"), *call("b"),
        told(6, ev.Rated, "crm", contact="a", contact_source="pbx", score=4, best=5),  # 80 % of best: good
        told(6, ev.Rated, "crm", contact="b", contact_source="pbx", score=3, best=5),
        told(6, ev.Rated, "crm", contact="a", contact_source="pbx", score=10, kind="nps"),
        told(7, ev.Rated, "crm", contact="b", contact_source="pbx", score=6, kind="nps"),
        told(8, ev.Rated, "crm", queue="sales", score=8, kind="nps"),
    ]  # fmt: skip
    found = day(floor_after(events))
    assert found["csat"] == 50.0  # 1 of 2 marks
    assert found["nps"] == 0.0  # 1 promoter, 1 detractor, of 3
    assert found["rated"] == 5
    assert "rating_avg" not in found, "a mean of marks out of 5 and out of 10 would say nothing"


def marked(*marks: tuple[float, float]) -> Floor:
    """Contacts of anna in sales, each with a mark: (score, best)."""
    calls = [event for n in range(len(marks)) for event in call(f"c{n}")]
    rated = [
        told(6, ev.Rated, "crm", contact=f"c{n}", contact_source="pbx", score=score, best=best)
        for n, (score, best) in enumerate(marks)
    ]
    return floor_after([*calls, *rated])


def test_a_mean_mark_stands_only_beside_the_one_scale_that_all_of_them_have():
    alike, mixed = marked((4, 5), (3, 5), (5, 5)), marked((4, 5), (9, 10))
    for kind, name in (("queues", "sales"), ("groups", "all"), ("agents", "anna")):
        row = (kpis.entity(alike, kind, name) or {})["day"]
        assert (row["rated"], row["rating_avg"], row["rating_best"]) == (3, 4, 5)  # (4 + 3 + 5) / 3, out of 5
        said = explain(alike, kind, name, "rating_avg", "day", people=True) or {}
        assert (said["value"], said["notes"][-1]) == (4, {"code": "scale", "best": 5})
        row = (kpis.entity(mixed, kind, name) or {})["day"]
        assert row["rated"] == 2
        assert not row.keys() & {"rating_avg", "rating_best"}
        said = explain(mixed, kind, name, "rating_avg", "day", people=True) or {}
        assert ("value" in said, said["absent"]) == (False, "scales")


def test_the_mean_comes_back_when_the_mark_of_another_scale_leaves_the_window():
    floor = floor_after([
        *call("a"), *call("b"),
        told(1, ev.Rated, "crm", contact="a", contact_source="pbx", score=9, best=10),
        told(10, ev.Rated, "crm", contact="b", contact_source="pbx", score=4, best=5),
    ], 12)  # fmt: skip
    assert "rating_avg" not in (kpis.entity(floor, "queues", "sales") or {})["m15"]
    floor.advance(NOON + 20 * MINUTE)
    found = (kpis.entity(floor, "queues", "sales") or {})["m15"]
    assert (found["rating_avg"], found["rating_best"]) == (4, 5)


def test_a_tag_counts_once_a_contact_for_its_queue_and_agent():
    events = [
        *call("a"),
        told(3, ev.Tagged, contact="a", tag="hostile"),
        told(4, ev.Tagged, contact="a", tag="hostile"),
        told(4, ev.Tagged, contact="nobody", tag="thanks"),
    ]
    floor = floor_after(events)
    assert day(floor)["tags"] == {"hostile": 1}
    assert (kpis.entity(floor, "agents", "anna") or {})["tags"] == {"hostile": 1}
    assert kpis.entity(floor, "groups", "all")["day"]["tags"] == {"hostile": 1}


def test_since_when_there_were_two_hostile_contacts_is_when_the_last_but_one_of_today_was_tagged():
    """Tagged out of order: 7, 70, 40 minutes after noon; the last but one is that of 40. The next day knows nothing."""
    events = [*call("a"), *call("b"), *call("c")]
    for contact, minutes in (("a", 7), ("c", 70)):
        events.append(told(minutes, ev.Tagged, contact=contact, tag="hostile"))
    events.append(told(40, ev.Tagged, contact="b", tag="hostile"))
    events.append(told(75, ev.Tagged, contact="b", tag="thanks"))

    def since(floor: Floor) -> object:
        return (kpis.entity(floor, "agents", "anna") or {}).get("hostile_twice_since")

    assert since(floor_after(events[:10])) is None, "one is not two"
    assert since(floor_after(events[:11], 80)) == NOON + 7 * MINUTE
    floor = floor_after(events, 80)
    assert since(floor) == since(snapshot.load(snapshot.dump(floor))) == NOON + 40 * MINUTE
    floor.advance(NOON + 13 * 60 * MINUTE)
    assert since(floor) is None
    midnight = 12 * 60
    over_midnight = [
        told(midnight + minutes, kind, contact=contact, agent="anna", **more)
        for contact, at in (("d", -10), ("e", 10))
        for minutes, kind, more in (
            (at - 2, ev.Answered, {}),
            (at - 1, ev.Ended, {}),
            (at, ev.Tagged, {"tag": "hostile"}),
        )
    ]
    floor = floor_after([*events, *over_midnight], midnight + 15)
    assert since(floor) == since(snapshot.load(snapshot.dump(floor))) == NOON + (midnight - 10) * MINUTE


def test_marks_of_no_contact_from_two_systems_that_use_one_id_are_two():
    marks = [
        told(1, ev.Rated, "shop", id="7", queue="sales", score=4, contact_source="pbx"),
        told(2, ev.Rated, "crm", id="7", queue="sales", score=2, contact_source="pbx"),
    ]
    assert kpis.entity(floor_after(marks), "queues", "sales")["day"]["rated"] == 2


def test_a_mark_of_no_contact_from_before_a_restart_is_read_from_a_checkpoint_again():
    mark = told(1, ev.Rated, id="7", queue="sales", score=4)
    for events in ([mark, told(2, ev.SourceRestarted)], [told(2, ev.SourceRestarted), mark]):
        floor = Floor()
        for event in events:
            floor.apply(event, NOON + 3 * MINUTE)
        loaded = snapshot.load(snapshot.dump(floor))
        assert [len(contact.events) for contact in loaded.contacts.contacts.values()] == [1]
        assert kpis.entity(loaded, "queues", "sales")["day"]["rated"] == 1
