"""What there is, unnamed first, and which configured one an unknown id may be."""

from wallboard.core import events as ev
from wallboard.core.called import called
from wallboard.core.settings import Agent, Queue, Reason, Settings
from wallboard.core.state import Floor

NOON = 1_795_348_800_000


def floor_with(settings: Settings, *events: ev.Event) -> Floor:
    floor = Floor(settings)
    for event in events:
        floor.apply(event, NOON)
    return floor


def signed_in(agent: str, name: str | None = None, team: str | None = None) -> ev.SignedIn:
    return ev.SignedIn(agent=agent, name=name, team=team, queues=["supprot"], source="pbx", time=NOON)


def test_unnamed_ones_stand_first_then_those_that_a_source_named_then_the_configured():
    config = Settings(agent={"anna": Agent(name="Anna Nowak"), "never": Agent(name="Never Seen")})
    floor = floor_with(config, signed_in("1007", "Boris"), signed_in("1008"), signed_in("anna"))
    rows = called(floor, "agent")
    assert [(row["id"], row["unnamed"], row["seen"]) for row in rows] == [
        ("1008", True, True), ("1007", False, True), ("anna", False, True), ("never", False, False),
    ]  # fmt: skip
    assert rows[2]["configured"] == {"name": "Anna Nowak"}
    assert rows[0]["sources"] == ["pbx"]


def test_an_unmatched_id_has_the_nearest_configured_one():
    config = Settings(
        queue={"support": Queue(name="Підтримка")},
        agent={"anna": Agent(name="Anna Nowak", also=["pbx:PJSIP/1006"])},
    )
    floor = floor_with(config, signed_in("anna nowack"), signed_in("PJSIP/1060"), signed_in("zoe"))
    near = {row["id"]: row.get("near", {}).get("id") for row in called(floor, "agent")}
    assert near == {"anna nowack": "anna", "PJSIP/1060": "anna", "zoe": None, "anna": None}
    assert called(floor, "queue")[0]["near"] == {"id": "support", "name": "Підтримка"}


def test_reasons_are_those_seen_today_and_those_configured():
    floor = floor_with(
        Settings(reason={"lunch": Reason(name="Обід", minutes=30)}),
        signed_in("anna"), ev.PresenceSet(agent="anna", presence="paused", reason="wc", source="pbx", time=NOON),
    )  # fmt: skip
    rows = called(floor, "reason")
    assert [(row["id"], row["seen"], row["configured"]) for row in rows] == [
        ("wc", True, None), ("lunch", False, {"name": "Обід", "minutes": 30.0}),
    ]  # fmt: skip
