"""A view shows what its tiles name, and of people only what its audience may see."""

import pytest

from tests.live.loaded import Clock, Loaded, Reader, board, filled, hub_of
from wallboard.core.events import Answered, ConfigApplied, KpiReported, PresenceSet, Queued, SignedIn
from wallboard.core.settings import Queue, Reason, Settings
from wallboard.live.channel import Channel
from wallboard.live.documents import Change
from wallboard.live.showing import Showing
from wallboard.record.boards import Board, Tile


@pytest.mark.parametrize("kind", ["kpis", "alerts", "trails"])
def test_what_is_about_one_person_follows_their_team_to_its_leads(kind: str, clock: Clock) -> None:
    hub = hub_of(Loaded(), clock)
    leads = Board(id="leads", audience="lead", tiles=(Tile(kind="alerts", at=(1, 1), size=(2, 2)),))
    channels = {team: Channel(hub.view(leads, frozenset([team])), hub, "") for team in ("one", "two")}
    showing, before = Showing(), None
    for channel in channels.values():
        channel.view.trails = {"t": ()}
    for team, other in (("one", "two"), ("two", "one"), ("one", "two")):
        row = {"agent": "anna", "kind": "agents", "of": "anna", "metric": "wrapup_over_s", "team": team}
        shows, left = showing.of(Change.between(kind, "t", before, row), channels)
        assert shows == [[channels[team]]]
        assert left == [[channels[other]]]
        before = row


async def test_a_view_shows_only_what_its_tiles_name(clock: Clock):
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    pipeline.apply(
        Queued(contact="a", queue="support", source="pbx"), Queued(contact="b", queue="sales", source="pbx"),
        SignedIn(agent="anna", queues=["support"], source="pbx"),
    )  # fmt: skip
    number = Tile(kind="number", at=(1, 1), size=(2, 2), queues=["support"], metric="waiting")
    figure = Tile(kind="number", at=(3, 1), size=(2, 2), metric="kpi.sales")
    others = [Tile(kind=kind, at=(1, 3), size=(2, 2)) for kind in ("alerts", "notices", "sources", "clock", "text")]
    reader = Reader(hub, board(number, figure, *others))
    reader.take()
    assert list(reader.state["queues"]) == ["support"]
    assert not reader.state.get("agents")
    assert not reader.state.get("groups"), "no tile shows all queues together"


async def test_queues_are_counted_together_for_tiles_that_show_them_so_and_not_for_a_table(clock: Clock):
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    pipeline.apply(*(Queued(contact=queue, queue=queue, source="pbx") for queue in ("a1", "a2", "b")))
    table = Tile(kind="queues", at=(1, 1), size=(4, 2), queues=["a*"])
    state = filled(hub.state_of(board(table)))
    assert (list(state["queues"]), "groups" in state) == (["a1", "a2"], False)
    assert not pipeline.floor.tallies.sets
    number = Tile(kind="number", at=(1, 3), size=(2, 2), queues=["a*"], metric="waiting")
    (group,) = hub.state_of(board(table, number))["groups"].values()
    assert group["now"]["waiting"] == 2


async def test_a_wall_shows_no_personal_reason_no_figures_of_a_person_and_no_contact_id(clock: Clock):
    pipeline = Loaded(Settings(reason={"training": Reason(group="productive")}))
    hub = hub_of(pipeline, clock)
    pipeline.apply(
        SignedIn(agent="anna", queues=["support"], source="pbx"), SignedIn(agent="bob", source="pbx"),
        PresenceSet(agent="anna", presence="paused", reason="lunch", source="pbx"),
        PresenceSet(agent="bob", presence="paused", reason="training", source="pbx"),
        Answered(contact="secret", agent="anna", queue="support", source="pbx"),
    )  # fmt: skip
    wall, lead = Reader(hub, board()), Reader(hub, board(id="lead", audience="lead"))
    wall.take()
    lead.take()
    anna = wall.state["agents"]["anna"]
    assert (anna["presence"], "reason" in anna, "day" in anna) == ("paused", False, False)
    assert wall.state["agents"]["bob"]["reason"] == "training"
    assert "secret" not in str(wall.state)
    assert (lead.state["agents"]["anna"]["reason"], "day" in lead.state["agents"]["anna"]) == ("lunch", True)


async def test_several_teams_are_a_set_of_their_own_and_named_agents_are_all_that_is_sent(clock: Clock):
    settings = Settings(queue={q: Queue(team=t) for q, t in (("a", "one"), ("b", "two"), ("c", "three"))})
    pipeline = Loaded(settings)
    hub = hub_of(pipeline, clock)
    pipeline.apply(
        *(Queued(contact=q, queue=q, source="pbx") for q in "abc"),
        *(SignedIn(agent=name, source="pbx") for name in ("anna", "bob")),
    )
    teams = Tile(kind="number", at=(1, 1), size=(2, 2), teams=["one", "two"], metric="waiting")
    reader = Reader(hub, board(teams, Tile(kind="agents", at=(1, 3), size=(2, 2), agents=["an*"])))
    reader.take()
    group = next(name for name in reader.state["groups"] if name.startswith("set:"))
    assert reader.state["groups"][group]["now"]["waiting"] == 2
    assert list(reader.state["agents"]) == ["anna"]


async def test_a_wall_shows_neither_why_people_of_a_group_are_away_nor_figures_of_one_person(clock: Clock):
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    pipeline.apply(
        SignedIn(agent="anna", queues=["support"], source="pbx"),
        PresenceSet(agent="anna", presence="paused", reason="toilet", source="pbx"),
        KpiReported(kpi="sales", value=3, agent="anna", source="crm"),
        KpiReported(kpi="sales", value=30, source="crm"),
    )  # fmt: skip
    wall = Reader(hub, board())
    wall.take()
    assert "toilet" not in str(wall.state)
    assert list(wall.state["kpis"]) == ["sales"]


async def test_a_changed_configuration_is_looked_at_by_every_screen(clock: Clock):
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    pipeline.apply(
        SignedIn(agent="anna", source="pbx"),
        PresenceSet(agent="anna", presence="paused", reason="training", source="pbx"),
    )  # fmt: skip
    wall = Reader(hub, board())
    wall.take()
    assert "training" not in str(wall.state)
    clock.ms += 1000
    pipeline.apply(ConfigApplied(settings={"reason": {"training": {"group": "productive"}}}))
    wall.take()
    assert wall.state["agents"]["anna"]["reason"] == "training"


async def test_a_set_of_queues_is_counted_as_a_group_of_its_own(clock: Clock):
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    pipeline.apply(*(Queued(contact=q, queue=q, source="pbx") for q in ("sales-1", "sales-2", "support")))
    tile = Tile(kind="number", at=(1, 1), size=(2, 2), queues=["sales-*"], metric="waiting")
    reader = Reader(hub, board(tile))
    reader.take()
    group = next(name for name in reader.state["groups"] if name.startswith("set:"))
    assert reader.state["groups"][group]["now"]["waiting"] == 2
