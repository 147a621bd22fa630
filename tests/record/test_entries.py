"""An entry of wallboard.toml is written into the text that stands; nothing else of it changes, or nothing at all."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallboard.record.entries import EntryDiffers, Unwritten, entry_changed, tag_of, write_entry

TEXT = """# our centre
[queue.support]   # the main one
name = "Support"  # as people say
target = { percent = 80, seconds = 20 }

# whom we know
[agent."Anna Nowak"]
also = ["pbx-1:1006"]
"""


def test_comments_and_order_stay_and_only_the_named_keys_change():
    found = entry_changed(TEXT, "queue", "support", {"name": "Підтримка", "target": {"percent": 90}, "hidden": True})
    assert found == TEXT.replace('"Support"', '"Підтримка"').replace(
        "{ percent = 80, seconds = 20 }", "{percent = 90}\nhidden = true"
    )


def test_a_new_entry_stands_at_the_end_under_a_name_that_needs_quotes():
    found = entry_changed(TEXT, "agent", "pbx.7", {"name": "Boris", "also": ["a:1", "b:2"]})
    assert found == TEXT + '\n[agent."pbx.7"]\nname = "Boris"\nalso = ["a:1", "b:2"]\n'


@pytest.mark.parametrize(
    "text", ["", "x = 1", "x = 1\r\n", "[queue]\n", "[agent.a]\nname = 'x'\n[queue.q]\n[agent.b]\n"]
)
def test_a_new_entry_fits_whatever_stands_there(text: str):
    found = entry_changed(text, "queue", "new", {"name": "N"})
    assert tomllib.loads(found)["queue"]["new"] == {"name": "N"}
    assert found.startswith(text)


_names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
_values = st.dictionaries(st.sampled_from(["name", "team"]), _names, min_size=1) | st.fixed_dictionaries(
    {"also": st.lists(_names, min_size=1, max_size=3), "hidden": st.just(True)}
)


@given(st.sampled_from(["queue", "agent"]), _names, _values, _values)
def test_whatever_it_is_called_it_says_what_was_written_and_the_rest_says_what_it_said(section, name, one, other):
    before = tomllib.loads(TEXT)
    for wanted in (one, other):
        found = tomllib.loads(entry_changed(TEXT, section, name, wanted))
        assert found.pop(section) == {**before[section], name: wanted}
        assert found == {key: row for key, row in before.items() if key != section}
    text = entry_changed(entry_changed(TEXT, section, name, one), section, name, other)
    assert tomllib.loads(text)[section][name] == other


def test_a_form_that_cannot_be_changed_in_place_is_told_and_left():
    with pytest.raises(Unwritten, match="edit the file"):
        entry_changed('queue = { support = { name = "S" } }\n', "queue", "new", {"name": "N"})


def test_whoever_read_an_older_entry_does_not_write_over_the_newer_one(tmp_path: Path):
    file = tmp_path / "wallboard.toml"
    file.write_text(TEXT, encoding="utf-8")
    read = tag_of(tomllib.loads(TEXT)["queue"]["support"])
    other = tag_of(tomllib.loads(TEXT)["agent"]["Anna Nowak"])
    write_entry(file, "queue", "support", {"name": "New"}, read, lambda new: None)
    with pytest.raises(EntryDiffers) as differs:
        write_entry(file, "queue", "support", {"name": "Newer"}, read, lambda new: None)
    assert differs.value.now["name"] == "New"
    write_entry(file, "agent", "Anna Nowak", {"team": "one"}, other, lambda new: None)  # another entry is no conflict
    said = tomllib.loads(file.read_text(encoding="utf-8"))
    assert (said["queue"]["support"]["name"], said["agent"]["Anna Nowak"]["team"]) == ("New", "one")


def test_what_the_check_refuses_leaves_the_file_and_no_other_one(tmp_path: Path):
    file = tmp_path / "wallboard.toml"
    file.write_text(TEXT, encoding="utf-8")

    def refuse(new: Path) -> None:
        assert "New" in new.read_text(encoding="utf-8")
        raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        write_entry(file, "queue", "support", {"name": "New"}, tag_of(tomllib.loads(TEXT)["queue"]["support"]), refuse)
    assert file.read_text(encoding="utf-8") == TEXT
    assert [one.name for one in tmp_path.iterdir()] == ["wallboard.toml"]


def test_a_file_that_is_not_there_or_has_a_mistake_is_told(tmp_path: Path):
    with pytest.raises(Unwritten, match="cannot be read"):
        write_entry(tmp_path / "none.toml", "queue", "a", {}, tag_of({}), lambda new: None)
    (tmp_path / "wrong.toml").write_text("[queue", encoding="utf-8")
    with pytest.raises(Unwritten, match="mend it first"):
        write_entry(tmp_path / "wrong.toml", "queue", "a", {}, tag_of({}), lambda new: None)


def test_a_file_behind_a_link_is_written_where_it_lies(tmp_path: Path):
    (tmp_path / "kept").mkdir()
    real, link = tmp_path / "kept" / "ours.toml", tmp_path / "wallboard.toml"
    real.write_text(TEXT, encoding="utf-8")
    link.symlink_to(real)
    write_entry(link, "queue", "new", {"name": "N"}, tag_of({}), lambda _: None)
    assert link.is_symlink()
    assert tomllib.loads(real.read_text(encoding="utf-8"))["queue"]["new"] == {"name": "N"}
