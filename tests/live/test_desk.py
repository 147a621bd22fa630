"""What the page /floor gets live: everything that leads may see, or what is of their teams."""

from wallboard.core.settings import Settings
from wallboard.live.desk import DESK, desk
from wallboard.live.view import View
from wallboard.record.boards import BOARD_ID, Board

STATE = {
    "queues": {"support": {"team": "one", "now": {"waiting": 1}}, "sales": {"team": "two"}, "new": {}},
    "agents": {
        "anna": {"name": "Anna", "team": "one", "queues": ["support"], "reason": "lunch", "contacts": []},
        "boris": {"name": "Boris", "team": "two", "queues": ["support"], "contacts": []},
        "new": {"name": "New", "queues": [], "contacts": []},
    },
    "notices": {"here": {"text": "x"}, "there": {"text": "y", "boards": ["overview"]}},
}  # fmt: skip


def view(board: Board) -> View:
    return View(board, Settings)


def test_a_lead_of_all_teams_sees_all_of_it_whole():
    assert view(desk()).select(STATE) == STATE


def test_a_lead_of_one_team_sees_its_queues_and_its_people_and_every_notice():
    found = view(desk({"one"})).select(STATE)
    assert (list(found["queues"]), list(found["agents"]), list(found["notices"])) == (
        ["support"], ["anna"], ["here", "there"],
    )  # fmt: skip


def test_a_lead_of_no_team_sees_nobody():
    found = view(desk([])).select(STATE)
    assert (found["queues"], found["agents"], list(found["notices"])) == ({}, {}, ["here"])


def test_the_first_tile_says_which_group_all_of_it_is():
    of = [view(desk(teams)).public()["tiles"][0]["of"] for teams in (None, {"one"}, {"one", "two"})]
    assert of[:2] == [{"kind": "groups", "id": "all"}, {"kind": "groups", "id": "team:one"}]
    assert of[2]["id"].startswith("set:")


def test_no_file_of_a_board_can_take_its_place_and_teams_have_places_of_their_own():
    names = {desk().id, desk({"one"}).id, desk({"one", "two"}).id, desk([]).id}
    assert len(names) == 4
    assert not BOARD_ID.fullmatch(DESK)
