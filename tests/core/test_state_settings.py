"""The floor by its settings: sites, teams, targets and ids of people, also where they change during the day."""

import pytest
from floors import MINUTE, NOON, call, floor_after

from wallboard.core import events as ev
from wallboard.core import snapshot
from wallboard.core.explain import explain
from wallboard.core.kpis import document
from wallboard.core.settings import Agent, Queue, Settings, Site
from wallboard.core.state import Floor


def test_a_team_s_shift_is_that_of_its_own_sites_and_not_of_others():
    """In Kyiv the late shift runs from 14:00 to 22:00, at noon UTC it is 14:00 there; Riga's is over at 13:00."""
    sites = {
        "kyiv": Site(zone="Europe/Kyiv", shifts={"late": "14:00-22:00"}),
        "riga": Site(zone="Europe/Riga", shifts={"early": "06:00-13:00"}),
    }
    queues = {"a": Queue(site="kyiv", team="one"), "b": Queue(site="riga", team="two")}
    told = [ev.Queued(contact=name, queue=name, source="pbx", time=NOON) for name in queues]
    groups = document(floor_after(told, config=Settings(site=sites, queue=queues)))["groups"]
    assert [groups[name]["shift"].get("offered") for name in ("team:one", "site:kyiv", "all")] == [1, 1, 1]
    assert [groups[name]["shift"] for name in ("team:two", "site:riga")] == [{}, {}]


def test_the_business_day_turns_by_its_own_zone_and_groups_follow():
    config = Settings(site={"kyiv": Site(zone="Europe/Kyiv", day_starts="06:00"), "main": Site()}, queue={
        "support": Queue(site="kyiv"), "sales": Queue(site="main")})  # fmt: skip
    turn_ms = 1_795_320_000_000  # 2026-11-22 04:00 UTC = 06:00 in Kyiv
    floor = Floor(config)
    for queue in ("support", "sales"):
        floor.apply(ev.Queued(contact="c", queue=queue, source=queue, time=turn_ms - MINUTE), turn_ms - MINUTE)
    assert document(floor)["groups"]["all"]["day"]["offered"] == 2
    floor.advance(turn_ms)
    found = document(floor)
    assert found["queues"]["support"]["day"]["offered"] == 0
    assert found["queues"]["support"]["now"]["waiting"] == 1  # carried over
    assert found["queues"]["sales"]["day"]["offered"] == 1
    assert found["groups"]["all"]["day"]["offered"] == 1
    assert found["sites"]["kyiv"]["day"] == "2026-11-22"


def test_a_queue_whose_site_changes_counts_by_the_other_day_and_its_old_group_is_gone():
    """Told at 11:00; the day of b began at 11:30."""
    sites: dict[str, object] = {"a": {}, "b": {"day_starts": "11:30"}}
    floor = floor_after(call("a", -3600))
    for site, offered in (("a", 1), ("b", 0), ("a", 1)):
        floor.apply(ev.ConfigApplied(settings={"site": sites, "queue": {"support": {"site": site}}}), NOON)
        found = document(floor)
        support = found["queues"]["support"]
        assert (support["site"], support["day"]["offered"], support["now"]["waiting"]) == (site, offered, 1)
        assert [name for name in found["groups"] if name.startswith("site:")] == [f"site:{site}"]
        assert found["groups"][f"site:{site}"]["day"] == support["day"]
    assert {("groups", "site:a"), ("groups", "site:b")} <= floor.take_touched(), "readers are told of both"


def test_one_person_with_several_ids_is_one_row():
    config = Settings(agent={"anna": Agent(name="Ганна", also=["pbx:PJSIP/1", "chat:17"])})
    floor = floor_after([
        ev.Answered(contact="a", agent="PJSIP/1", queue="support", source="pbx", time=NOON),
        ev.Answered(contact="b", agent="17", queue="chat", channel="chat", source="chat", time=NOON),
    ], config=config)  # fmt: skip
    agents = document(floor)["agents"]
    assert list(agents) == ["anna"]
    assert (agents["anna"]["name"], len(agents["anna"]["contacts"])) == ("Ганна", 2)


def test_a_changed_target_reads_the_day_again():
    floor = floor_after(call("a", -60, answer_s=-35))
    assert document(floor)["queues"]["support"]["day"]["answered_in_target"] == 0
    floor.apply(ev.ConfigApplied(settings={"queue": {"support": {"target": {"seconds": 30}}}}), NOON)
    assert document(floor)["queues"]["support"]["day"]["answered_in_target"] == 1


@pytest.mark.parametrize(
    "rule", [{"target": {"seconds": 30}}, {"target": {"formula": "answered"}}, {"target": {"count_waiting": False}},
             {"short_abandon_s": 9}],
)  # fmt: skip
def test_a_changed_rule_says_since_when_it_is_what_it_is_for_the_rest_of_the_day(rule: dict[str, object]):
    floor = floor_after(call("a", -60, answer_s=-35), config=Settings(queue={"support": Queue()}))
    assert "since" not in document(floor)["queues"]["support"]["target"]
    floor.apply(ev.ConfigApplied(settings={"queue": {"support": rule}}, time=NOON), NOON)
    for one in (floor, snapshot.load(snapshot.dump(floor))):
        assert document(one)["queues"]["support"]["target"]["since"] == NOON
        said = explain(one, "queues", "support", "service_level", "day", people=False)
        assert said
        assert said["target"]["since"] == NOON
    other = {"queue": {"support": {**rule, "name": "Support"}}}
    floor.apply(ev.ConfigApplied(settings=other, time=NOON + MINUTE), NOON + MINUTE)
    assert document(floor)["queues"]["support"]["target"]["since"] == NOON, "a name is no rule"
    floor.advance(NOON + 12 * 60 * MINUTE)
    assert "since" not in document(floor)["queues"]["support"]["target"]
