"""Boards are text files; every mistake in one is named, with its file, its place and what was expected."""

import re
import tomllib
from pathlib import Path

import jsonschema
import pytest

from wallboard.assets import BOARDS
from wallboard.boardschema import board_schema
from wallboard.core.errors import ConfigError
from wallboard.core.numbers import NUMBERS, WINDOWS, number_named
from wallboard.record.board import Written
from wallboard.record.boards import Board, Tile, load_boards, read_boards
from wallboard.record.checks import KINDS
from wallboard.web.words import words

GOOD = """
title = "Support"
columns = 12
rows = 6
[[tile]]
kind = "number"
at = [1, 1]
size = [3, 2]
queues = ["support"]
metric = "service_level"
window = "day"
warn = "< 80"
alarm = "< 70"
"""


def write(folder: Path, text: str, name: str = "support") -> Path:
    file = folder / f"{name}.toml"
    file.write_text(text, encoding="utf-8")
    return file


def mistakes(folder: Path, text: str) -> list[tuple[str, str]]:
    write(folder, text)
    return [(mistake.at, mistake.reason) for mistake in read_boards(folder).mistakes]


def test_a_board_is_what_its_file_says_and_is_called_as_its_file(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    board = load_boards(tmp_path)["support"]
    assert (board.id, board.title, board.columns, board.rows) == ("support", "Support", 12, 6)
    tile = board.tiles[0]
    assert (tile.kind, tile.at, tile.size, tile.queues, tile.metric) == (
        "number", (1, 1), (3, 2), ["support"], "service_level",
    )  # fmt: skip


def test_what_a_board_leaves_out_has_its_default(tmp_path: Path) -> None:
    write(tmp_path, "")
    board = load_boards(tmp_path)["support"]
    assert (board.title, board.columns, board.rows, board.audience, board.updates_per_s, board.theme) == (
        None, 12, 6, "wall", 2, "dark",
    )  # fmt: skip


def test_the_browser_gets_limits_as_sign_and_number_and_how_the_number_is_read(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    tile = load_boards(tmp_path)["support"].public()["tiles"][0]
    assert (tile["warn"], tile["alarm"], tile["reads"], tile["window"]) == (["<", 80.0], ["<", 70.0], "percent", "day")


@pytest.mark.parametrize(
    ("line", "at", "said"),
    [
        ('metrik = "waiting"', "tile[0].metrik", "did you mean 'metric'"),
        ('kind = "nmber"', "tile[0].kind", "did you mean 'number'"),
        ('metric = "serviec_level"', "tile[0].metric", "did you mean 'service_level'"),
        ('metric = "moods.bad"', "tile[0].metric", "unknown number"),
        ('window = "week"', "tile[0].window", "expected one of now, m15"),
        ('window = "now"', "tile[0].window", "counted over time"),
        ('warn = "80"', "tile[0].warn", "a sign and a number"),
        ('alarm = "= 80"', "tile[0].alarm", "a sign and a number"),
        ('alarm = "< 80 %"', "tile[0].alarm", "a sign and a number"),
        ("size = [12, 2]", "tile[0].size", "reaches column 13"),
        ("size = [2, 6]", "tile[0].size", "reaches row 7"),
        ("at = [0, 1]", "tile[0].at", ">= 1"),
        ("at = [1]", "tile[0].at", "length 2"),
        ('at = "left"', "tile[0].at", "Expected"),
        ('teams = ["x"]', "tile[0].teams", "queues or teams"),
        ('queues = [""]', "tile[0].queues", "length"),
        ('queues = ["$queue", "b"]', "tile[0].queues", "$queue stands alone"),
    ],
)
def test_a_mistake_in_a_tile_is_named_with_its_place(tmp_path: Path, line: str, at: str, said: str) -> None:
    key = line.split(" =")[0]
    base = {"kind": '"number"', "at": "[2, 2]", "size": "[2, 2]", "queues": '["a"]', "metric": '"answered"'}
    base |= {key: line.split("= ", 1)[1]}
    text = "[[tile]]\n" + "\n".join(f"{name} = {value}" for name, value in base.items())
    found = mistakes(tmp_path, text)
    assert [place for place, _ in found] == [at]
    assert said in found[0][1]


NUMBER = '[[tile]]\nkind = "number"\nmetric = "waiting"\nat = [1, 1]\nsize = [1, 1]\n'


@pytest.mark.parametrize(
    ("text", "at", "said"),
    [
        ('titel = "x"', "titel", "did you mean 'title'"),
        ("columns = 0", "columns", ">= 1"),
        ("updates_per_s = 11", "updates_per_s", "<= 10"),
        ("updates_per_s = 0", "updates_per_s", "> 0"),
        ('audience = "boss"', "audience", "expected one of wall, lead, agent"),
        (
            '[[tile]]\nkind = "number"\nmetric = "waiting"\nat = [1, 1]\nsize = [1, 1]\nstyle = "round"',
            "tile[0].style",
            "plain, bar",
        ),
        (
            '[[tile]]\nkind = "number"\nmetric = "waiting"\nat = [1, 1]\nsize = [1, 1]\nstyle = "bar"',
            "tile[0].style",
            "how long is the bar?",
        ),
        (
            '[[tile]]\nkind = "number"\nmetric = "waiting"\nat = [1, 1]\nsize = [1, 1]\ntarget = "80"',
            "tile[0].target",
            "not a limit",
        ),
        ('[[tile]]\nkind = "clock"\nat = [1, 1]\nsize = [1, 1]\ntrail = true', "tile[0].trail", "is for number"),
        ('[[tile]]\nkind = "image"\nalt = "x"\nat = [1, 1]\nsize = [1, 1]', "tile[0].image", "is missing"),
        (
            '[[tile]]\nkind = "image"\nimage = "no.png"\nalt = "x"\nat = [1, 1]\nsize = [1, 1]',
            "tile[0].image",
            "no file",
        ),
        (
            'audience = "lead"\n[[tile]]\nkind = "leaders"\nmetric = "missed"\nat = [1, 1]\nsize = [1, 1]',
            "tile[0].metric",
            "by what?",
        ),
        ('accent = "blue"', "accent", "expected six hexadecimal digits"),
        ('accent = "#333333"', "accent", "a contrast of 1.2"),
        ('theme = "light"\naccent = "#ffee00"', "accent", "hard to see on the theme 'light'"),
        ('logo = "none.png"', "logo", "no file 'none.png'"),
        ('names = "last"', "names", "expected one of full, first, alias, none"),
        ('shows = ["all"]', "shows[0]", "expected one of reasons, times, rankings, small_groups"),
        ('audience = "lead"\nshows = ["times"]', "shows", "leave this out"),
        ("pressure = false", "pressure", 'audience = "agent"'),
        (
            'names = "first"\n[[tile]]\nkind = "agents"\nagents = ["anna"]\nat = [1, 1]\nsize = [4, 4]',
            "tile[0].agents",
            'expected names = "full"',
        ),
        ('[[tile]]\nkind = "leaders"\nmetric = "handled"\nat = [1, 1]\nsize = [4, 4]', "tile[0].kind", "a ranking"),
        ('theme = "pink"', "theme", "expected one of dark, light, contrast"),
        ('id = "x"', "id", "its file's name"),
        ('mistake = "x"', "mistake", "unknown key"),
        ("tile = 3", "tile", "[[tile]]"),
        ("title = x\nrows = 1", "line 1, column 9", "not TOML"),
        ("title = 'a'\ntitle = 'b'\nrows = 1", "line 2, column 12", "Cannot overwrite a value"),
        ("title = " + "[" * 100_000, "$", "nested too deeply"),
        ("title = 'a'\n" + "a." * 400_000 + "b = 1", "line 2", "a key of more than 32 parts"),
        ("x = { " + '"a" . ' * 150_000 + "b = 1 }", "line 1", "a key of more than 32 parts"),
        ('[[tile]]\nkind = "number"\nat = [1, 1]\nsize = [1, 1]', "tile[0].metric", "is missing"),
        ('[[tile]]\nkind = "text"\nat = [1, 1]\nsize = [1, 1]', "tile[0].text", "is missing"),
        ('[[tile]]\nkind = "clock"\nat = [1, 1]', "tile[0].size", "is missing"),
        ('[[tile]]\nkind = "queues"\nat = [1, 1]\nsize = [4, 4]\nwarn = "> 1"', "tile[0].warn", "the metric"),
        (
            f"{NUMBER}queues = {['q'] * 2_001}\n{NUMBER.replace('[1, 1]', '[4, 1]')}queues = ['q']",
            "tile[0]",
            "with it all tiles name 2001 queues, teams and agents",
        ),
        ('[rotation]\nboards = ["gone"]', "rotation.boards[0]", "there is no board 'gone'"),
        ('[rotation]\nboards = ["support"]', "rotation.boards[0]", "is a rotation itself"),
        ("[rotation]\nboards = []", "rotation", "(in .boards)"),
    ],
)
def test_a_mistake_in_a_board_is_named_with_its_place(tmp_path: Path, text: str, at: str, said: str) -> None:
    found = mistakes(tmp_path, text)
    assert (found[0][0], len(found)) == (at, 1), found
    assert said in found[0][1]


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    text = GOOD.replace('"< 80"', '"80"').replace("[3, 2]", "[30, 2]").replace("title", "titel")
    assert {at for at, _ in mistakes(tmp_path, text)} == {"titel", "tile[0].size", "tile[0].warn"}


def test_a_tile_over_another_is_told_which(tmp_path: Path) -> None:
    tile = '[[tile]]\nkind = "clock"\nsize = [2, 2]\nat = '
    found = mistakes(tmp_path, f"{tile}[1, 1]\n{tile}[3, 1]\n{tile}[2, 2]\n")
    assert found == [("tile[2].at", "lies over tile[0]: move one of them or make it smaller")]


def test_a_bad_board_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    bad = write(tmp_path, "rows = 'many'", "bad")
    boards, found = read_boards(tmp_path)
    assert list(boards) == ["support"]
    assert [mistake.file for mistake in found] == [str(bad)]
    with pytest.raises(ConfigError, match=r"bad\.toml: rows"):
        load_boards(tmp_path)


def test_a_rotation_of_a_broken_board_is_not_wrong_itself(tmp_path: Path) -> None:
    write(tmp_path, "rows = 'many'", "bad")
    write(tmp_path, '[rotation]\nboards = ["bad"]', "turn")
    boards, found = read_boards(tmp_path)
    assert (list(boards), len(found)) == (["turn"], 1)


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside.toml"
    outside.write_text(GOOD)
    folder = tmp_path / "boards"
    folder.mkdir()
    (folder / "support.toml").symlink_to(outside)
    assert "leads out" in read_boards(folder).mistakes[0].reason


def test_a_file_over_a_mebibyte_is_refused(tmp_path: Path) -> None:
    assert "larger than" in mistakes(tmp_path, "#" * 1_048_577)[0][1]


def test_a_name_that_is_no_address_is_refused(tmp_path: Path) -> None:
    write(tmp_path, GOOD, "my board")
    assert "file name" in read_boards(tmp_path).mistakes[0].reason


def test_a_folder_that_is_not_there_has_no_boards(tmp_path: Path) -> None:
    assert read_boards(tmp_path / "none") == ({}, [])


def test_the_default_boards_have_no_mistake_and_lead_with_five_numbers() -> None:
    overview = load_boards(BOARDS)["overview"]
    kinds = ["queues", "agents", "alerts", "notices", "sources"]
    assert [tile.kind for tile in overview.tiles] == ["number"] * 5 + kinds


def test_every_number_has_its_word() -> None:
    missing = [metric for metric in NUMBERS if f"metric.{metric}" not in words().catalog]
    assert missing == []


def test_families_take_any_name_behind_the_dot() -> None:
    assert number_named("tags.thanks") is not None
    assert [number_named(name) for name in ("tags.", "tags", "moods.x", "waiting.x")] == [None] * 4


def test_a_revision_changes_with_the_text_of_the_board(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    before = load_boards(tmp_path)["support"]
    write(tmp_path, GOOD.replace("< 80", "< 81"))
    assert load_boards(tmp_path)["support"].revision != before.revision


def test_the_schema_for_editors_takes_the_default_boards_and_refuses_what_check_refuses() -> None:
    schema = board_schema()
    for file in BOARDS.glob("*.toml"):
        jsonschema.validate(tomllib.loads(file.read_text()), schema)
    for wrong in ({"titel": "x"}, {"columns": 0}, {"audience": "boss"}, {"id": "x"}, {"tile": [{"kind": "nmber"}]}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)


def test_a_board_without_tiles_or_rotation_is_an_empty_board(tmp_path: Path) -> None:
    write(tmp_path, "")
    assert load_boards(tmp_path) == {"support": Board(id="support")}


def test_the_docs_page_names_every_number_key_and_kind() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "boards.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z0-9_]+)`", page))
    keys = {*Tile.__struct_fields__, *Written.__struct_fields__} - {"tiles", "kind", "rotation"}
    assert {*NUMBERS, *KINDS, *WINDOWS, *keys} - named == set()
