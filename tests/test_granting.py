"""What files grant stands in the audit trail: each change once, whoever leads, and none that was told over HTTP."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from wallboard.config import Config, Server
from wallboard.core.errors import RecordUnavailable
from wallboard.granting import Granting
from wallboard.provider import Provider
from wallboard.record.audit import Audit
from wallboard.record.database import open_record
from wallboard.record.granted import Granted
from wallboard.record.revisions import Revisions
from wallboard.record.shelf import Shelf, tag_of

WALL = {"audience": "wall", "names": "none", "shows": []}
LEAD = {"audience": "lead", "names": "full", "shows": []}
Line = tuple[str, str, Any]


class House:
    """A folder of boards, a configuration and a record."""

    def __init__(self, folder: Path) -> None:
        self.config = Config()
        self.folder = folder / "boards"
        self.folder.mkdir()
        self.record: Engine = open_record(folder)
        self.shelf = Shelf(self.folder, Revisions(self.record), shipped={}, editable=True)

    def write(self, board: str, text: str) -> None:
        (self.folder / f"{board}.toml").write_text(text)

    def worker(self) -> Callable[[], None]:
        """One that leads, and looks as often as it takes."""
        granting = Granting(self.shelf, lambda: self.config, Granted(self.record), lambda: 1)

        def looks() -> None:
            granting.look()
            granting.look()

        return looks

    def trail(self) -> list[Line]:
        """Of what is granted, the oldest first."""
        lines = reversed(Audit(self.record).read())
        return [
            (one.who, one.what, one.detail) for one in lines if one.what in ("board.people", "configuration.changed")
        ]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def people(board: str, before: Any, after: Any) -> Line:
    return "configuration", "board.people", {"board": board, "before": before, "after": after}


def test_a_file_that_makes_a_board_for_others_is_one_line_whoever_leads_and_however_often(house: House) -> None:
    first, second = house.worker(), house.worker()
    house.write("floor", "title = 'Floor'")
    first()
    assert house.trail() == [], "it names nobody"
    house.write("floor", "audience = 'lead'")
    for looks in (first, second, first, house.worker()):
        looks()
    assert house.trail() == [people("floor", WALL, LEAD)]
    house.write("floor", "title = 'Floor, again'")
    second()
    first()
    assert house.trail()[1:] == [people("floor", LEAD, WALL)]


def test_a_file_that_is_gone_says_nothing_any_more_and_one_with_a_mistake_says_what_it_said(house: House) -> None:
    looks = house.worker()
    house.write("floor", "audience = 'lead'")
    looks()
    house.write("floor", "audience = [")
    looks()
    assert house.trail() == [people("floor", WALL, LEAD)]
    (house.folder / "floor.toml").unlink()
    looks()
    assert house.trail()[1:] == [people("floor", LEAD, WALL)]


def test_what_somebody_wrote_over_http_is_their_line_and_no_second_one(house: House) -> None:
    looks = house.worker()
    told, back = {"before": WALL, "after": LEAD}, {"before": LEAD, "after": WALL}
    made = "audience = 'lead'"
    house.shelf.put("made", made, "Olena", 1, None, told)
    house.write("file", "title = 'A file'")
    looks()
    house.shelf.put("file", made, "Olena", 1, tag_of("title = 'A file'"), told)
    looks()
    assert [(who, detail["board"]) for who, _, detail in house.trail()] == [("Olena", "made"), ("Olena", "file")]
    house.shelf.put("file", "title = 'Again'", "Olena", 1, tag_of(made), back)
    house.shelf.remove("made", "Olena", 1, tag_of(made))
    looks()
    assert [who for who, _, _ in house.trail()] == ["Olena"] * 3
    house.write("made", made)
    looks()
    assert house.trail()[3:] == [people("made", WALL, LEAD)], "this one nobody wrote over HTTP"


def test_what_the_configuration_lets_others_do_is_a_line_with_what_changed_of_it_and_no_secret(house: House) -> None:
    looks = house.worker()
    looks()
    assert house.trail() == []
    provider = Provider(
        issuer="https://id.example.com", client_id="wall", client_secret="never told", roles={"desk": "lead"}
    )
    house.config = Config(
        server=Server(metrics="open", allowed_origins=["https://desk.example.com"]), oidc=provider,
        admin_token="wb_secret",
        collectors={"crm": {"kind": "webhook", "secret": "never told"}, "pbx": {"kind": "asterisk"}},
    )  # fmt: skip
    looks()
    house.worker()()
    found = {detail["id"]: detail for _, _, detail in house.trail()}
    assert len(house.trail()) == 3
    assert {who for who, _, _ in house.trail()} == {"configuration"}
    assert found["[server]"]["before"] == {"allowed_origins": [], "metrics": "token", "admin_token": False}
    assert found["[server]"]["after"] == {
        "allowed_origins": ["https://desk.example.com"], "metrics": "open", "admin_token": True,
    }  # fmt: skip
    assert found["[oidc]"]["after"]["roles"] == {"desk": "lead"}
    assert found["[collector]"]["after"] == {"webhooks": ["crm"]}
    assert "never told" not in str(found)
    assert "wb_secret" not in str(found)
    house.config = replace(house.config, oidc=None)
    looks()
    assert house.trail()[3:][0][2]["after"]["roles"] is None


def test_while_the_record_is_away_the_line_waits(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = house.worker()
    looks()
    house.write("floor", "audience = 'lead'")

    def away() -> None:
        raise RecordUnavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(house.shelf.record, "standing", away)
        with pytest.raises(RecordUnavailable):
            looks()
    looks()
    assert house.trail() == [people("floor", WALL, LEAD)]
