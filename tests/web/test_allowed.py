"""What an audience may not see is in no frame, snapshot, first paint or explanation, on whatever floor and board."""

import asyncio
import random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.live.loaded import NOON, Clock, Loaded, Reader, hub_of
from wallboard.core.events import (
    Answered,
    ConfigApplied,
    Ended,
    KpiReported,
    PresenceSet,
    Queued,
    Rated,
    SignedIn,
    Tagged,
)
from wallboard.core.numbers import NUMBERS, WINDOWS
from wallboard.core.settings import Agent, Queue, Reason, Settings
from wallboard.live.hub import Hub
from wallboard.record.boards import Board, Tile
from wallboard.record.checks import AUDIENCES, NAMES, SHOWS
from wallboard.web.explain import Asked, _said
from wallboard.web.pages import first_picture
from wallboard.web.problems import Problem
from wallboard.web.speaking import templates
from wallboard.web.who import Who

ANYBODY = Who("somebody", frozenset({"state:read"}))
QUEUES, TEAMS = ("support", "sales"), ("one", "two")
SETTINGS = Settings(
    queue={"support": Queue(team="one"), "sales": Queue(team="two")},
    agent={f"ident{n}": Agent(name=f"Given{n} Family{n}", alias=f"Nick{n}") for n in range(4)},
    reason={"training": Reason(group="productive"), "why-toilet": Reason(minutes=1)},
)
BOARDS = st.builds(
    Board,
    id=st.just("b"),
    audience=st.sampled_from(AUDIENCES),
    names=st.sampled_from([None, *NAMES]),
    shows=st.lists(st.sampled_from(SHOWS), unique=True),
    pressure=st.booleans(),
    updates_per_s=st.just(10),
    tiles=st.lists(
        st.builds(
            Tile,
            kind=st.sampled_from(["number", "queues", "agents", "leaders", "notices", "sources"]),
            at=st.just((1, 1)),
            size=st.just((4, 3)),
            teams=st.sampled_from([[], ["one"]]),
            agents=st.sampled_from([[], ["ident[0-5]"]]),
            metric=st.sampled_from(
                ["paused", "waiting", "service_level", "tags.thanks", "rating_avg", "success_rate", "handled"]
            ),
        ),
        min_size=1,
        max_size=4,
    ),
)


@settings(max_examples=150, deadline=None)
@given(shown=BOARDS, people=st.integers(1, 9), rng=st.randoms(use_true_random=False))
def test_nothing_leaves_that_the_audience_may_not_see(shown: Board, people: int, rng: random.Random) -> None:
    asyncio.run(_looked(shown, people, rng))


async def _looked(shown: Board, people: int, rng: random.Random) -> None:
    clock, pipeline = Clock(), Loaded(SETTINGS)
    hub = hub_of(pipeline, clock)
    reader, frames = Reader(hub, shown), []
    for step in range(25):
        clock.ms += 1000
        pipeline.apply(*_happens(rng, step, people), at_ms=clock.ms)
        while (frame := reader.wire.frame) is not None:
            frames.append(frame.payload.decode())
            reader.take()
            _judge_rows(shown, reader.state)
    state = hub.state_of(shown)
    _judge_rows(shown, state)
    assert _plain(reader.state) == _plain(state)
    texts = [*frames, msgspec.json.encode(state).decode(), _html(hub, shown), *_explained(hub, shown)]
    for text in texts:
        assert [word for word in _unspeakable(shown, people) if word in text] == []


def _happens(rng: random.Random, step: int, people: int) -> list[Any]:
    n = rng.randrange(people)
    who, contact = f"ident{n}", f"secret-contact-{step}"
    queue = rng.choice(QUEUES)
    came = [Queued(contact=contact, queue=queue, source="pbx"), Answered(contact=contact, agent=who, source="pbx")]
    return rng.choice([
        [SignedIn(agent=who, name=f"Given{n} Family{n}", team=rng.choice(TEAMS), queues=[queue], source="pbx")],
        [PresenceSet(agent=who, presence="paused", reason=rng.choice(["why-toilet", "training"]), source="pbx")],
        [PresenceSet(agent=who, presence="ready", source="pbx")],
        came,
        [*came, Tagged(contact=contact, tag="thanks", source="pbx"), Ended(contact=contact, agent=who, source="pbx")],
        [Queued(contact=contact, queue=queue, source="pbx")],
        [KpiReported(kpi="secret-figure", value=1, agent=who, source="crm")],
        [ConfigApplied(settings=msgspec.to_builtins(SETTINGS))],
    ])  # fmt: skip


def _unspeakable(shown: Board, people: int) -> list[str]:
    """The rule in a few lines, of its own: words that must stand nowhere."""
    if shown.audience == "lead":
        return []
    names = shown.names or ("none" if shown.audience == "wall" else "full")
    told = {"full": ("ident", "Given", "Family"), "first": ("Given",), "alias": ("Nick",)}.get(names, ())
    kinds = {"ident", "Given", "Family", "Nick"} - {*told}
    found = [f"{kind}{n}" for kind in kinds for n in range(people)] + ["secret-"]
    return found + ([] if "reasons" in shown.shows else ["why-toilet"])


def _judge_rows(shown: Board, state: dict[str, Any]) -> None:
    if shown.audience == "lead":
        return
    for row in state.get("agents", {}).values():
        if row.get("presence") in ("paused", "offline") and "times" not in shown.shows:
            assert not {"presence_since", "pause_over_at"} & row.keys()
            assert "since" not in row or row["activity"] in ("engaged", "ringing", "holding", "wrapup")
        ranked = {tile.metric for tile in shown.tiles if tile.kind == "leaders"} if "rankings" in shown.shows else set()
        ranked |= {"rated", "rating_best"} if "rating_avg" in ranked else set()
        ranked |= {"n"} if "success_rate" in ranked else set()
        assert {metric for at in ("day", "shift") for metric in row.get(at, {})} <= ranked
        assert row.get("tags", {}).keys() <= {"thanks"}
        assert not row.get("tags") or shown.audience == "agent" or "tags.thanks" in ranked
        assert not {"missed_in_row", "stretch_since", "hostile_twice_since", "as_of"} & row.keys()
    for row in state.get("counts", {}).values():
        assert row["there"] >= 5 or "small_groups" in shown.shows or row["doing"] == {}
    for row in [*state.get("queues", {}).values(), *state.get("groups", {}).values()]:
        now = row.get("now", {})
        assert "paused" not in now or now["staffed"] >= 5 or "small_groups" in shown.shows
        if shown.audience == "agent" and not shown.pressure:
            assert not {"waiting", "oldest_at", "over_target", "est_wait_s", "missing"} & now.keys()


def _html(hub: Hub, shown: Board) -> str:
    picture: dict[str, Any] = first_picture(hub, shown)
    return templates().get_template("board.html").render(picture | {"kiosk": False})


def _explained(hub: Hub, shown: Board) -> list[str]:
    """Every answer that the board gives about its queues and groups."""
    found, view = [], hub.view(shown)
    rows = [("queues", name) for name in QUEUES] + [("groups", "all"), ("groups", "team:one")]
    for kind, name in rows:
        for metric in ("paused", "paused_by.why-toilet", "tags.thanks", "agents_needed", *list(NUMBERS)[:12]):
            number = NUMBERS.get(metric)
            windows = ("now",) if metric.startswith("paused") or (number and number.now) else WINDOWS[1:]
            asked = [Asked(kind, name, metric, window, "count", shown.id) for window in windows]
            for one in asked:
                try:
                    said = _said(hub.pipeline.floor, one, view, people=shown.audience == "lead", who=ANYBODY)
                except Problem as problem:
                    said = {"refused": problem.detail}
                if shown.audience == "agent" and not shown.pressure:
                    assert "value" not in said
                found.append(msgspec.json.encode(said).decode())
    return found


def _plain(state: dict[str, Any]) -> dict[str, Any]:
    return {kind: rows for kind, rows in state.items() if rows}


def _floor_of(people: int) -> Loaded:
    pipeline = Loaded(SETTINGS)
    for n in range(people):
        pipeline.apply(SignedIn(agent=f"ident{n}", name=f"Given{n} Family{n}", queues=["support"], source="pbx"))
    pipeline.apply(PresenceSet(agent="ident0", presence="paused", reason="why-toilet", source="pbx"))
    return pipeline


@pytest.mark.parametrize(("people", "told"), [(4, {}), (5, {"paused": 1, "idle": 4})])
async def test_a_wall_counts_people_by_state_where_they_are_five(people: int, told: dict[str, int]) -> None:
    hub = hub_of(_floor_of(people), Clock())
    (row,) = hub.state_of(Board(id="b", tiles=[Tile(kind="agents", at=(1, 1), size=(4, 3))]))["counts"].values()
    assert (row["there"], row["doing"]) == (people, told)


@pytest.mark.parametrize(("names", "called"), [("full", "Given0 Family0"), ("first", "Given0"), ("alias", "Nick0")])
async def test_people_are_called_as_the_board_says(names: str, called: str) -> None:
    hub = hub_of(_floor_of(5), Clock())
    shown = Board(id="b", names=names, tiles=[Tile(kind="agents", at=(1, 1), size=(4, 3))])
    rows = hub.state_of(shown)["agents"]
    assert called in {row.get("name") for row in rows.values()}
    assert ("ident0" in rows) == (names == "full")


async def test_a_ranking_by_marks_is_told_what_they_are_out_of() -> None:
    pipeline = _floor_of(5)
    for n in range(5):
        told: dict[str, Any] = {"contact": f"c{n}", "agent": "ident3", "source": "pbx"}
        pipeline.apply(Queued(contact=f"c{n}", queue="support", source="pbx"), Answered(**told), Ended(**told))
        pipeline.apply(Rated(**told, kind="csat", score=9, best=10))
    tile = Tile(kind="leaders", at=(1, 1), size=(4, 3), metric="rating_avg")
    shown = Board(id="b", audience="agent", names="first", shows=["rankings"], tiles=[tile])
    rows = hub_of(pipeline, Clock()).state_of(shown)["agents"].values()
    found = [row["day"] for row in rows if row["day"].get("rated")]
    assert found == [{"rated": 5, "rating_avg": 9, "rating_best": 10}]


async def test_whom_nobody_named_is_not_called_by_the_id() -> None:
    pipeline = Loaded()
    pipeline.apply(SignedIn(agent="PJSIP/1006", queues=["support"], source="pbx"))
    shown = Board(id="b", names="first", tiles=[Tile(kind="agents", at=(1, 1), size=(4, 3))])
    state = hub_of(pipeline, Clock()).state_of(shown)
    assert len(state["agents"]) == 1
    assert "1006" not in str(state)


async def test_a_screen_of_counts_follows_people_as_they_come_work_and_go() -> None:
    clock, pipeline = Clock(), _floor_of(6)
    hub = hub_of(pipeline, clock)
    shown = Board(id="b", updates_per_s=10, tiles=[Tile(kind="agents", at=(1, 1), size=(4, 3), teams=["one"])])
    reader = Reader(hub, shown)
    for n in range(6):
        clock.ms += 1000
        pipeline.apply(SignedIn(agent=f"ident{n}", team="one", queues=["support"], source="pbx"), at_ms=clock.ms)
    clock.ms += 1000
    pipeline.apply(
        Queued(contact="c", queue="support", source="pbx"), Answered(contact="c", agent="ident3", source="pbx"),
        at_ms=clock.ms,
    )  # fmt: skip
    while reader.take():
        pass
    (row,) = reader.state["counts"].values()
    assert (row["there"], row["doing"].get("engaged")) == (6, 1)
    assert reader.state["counts"] == hub.state_of(shown)["counts"]
    reader.screen.leave()
    assert hub._crowds.rows == {}, "nobody watches: nothing is counted"
    assert clock.ms > NOON
