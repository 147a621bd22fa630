"""An alert rule is cut out of wallboard.toml and put back; nothing else of the file changes, or nothing at all."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallboard.assets import FIRST_RULES
from wallboard.record.entries import Unwritten
from wallboard.record.ruletext import RuleDiffers, renamed, rule_text, rule_texts, with_rule, write_rule
from wallboard.record.shelf import tag_of

LONG = """\
# Somebody waits for too long.
[alert.long]   # ours
metric = "oldest_wait_s"
raise = "> 60"
[[alert.long.and]]
metric = "ready"
raise = "< 1"
# notify = ["leads"]
"""
TEXT = f"""\
# our centre
[site.main]
zone = "Europe/Kyiv"

# --- alerts ---

{LONG}
# Nobody is there.
[alert."nobody ready"]
metric = "ready"
raise = "< 1"

# whom we tell
[notify.leads]
url = "x"
"""
NEW = '[alert.new]\nmetric = "waiting"\nraise = "> 5"\n'


def test_a_rules_text_has_its_comments_and_tables_and_no_others():
    assert rule_text(TEXT, "long") == LONG
    assert (
        rule_text(TEXT, "nobody ready")
        == '# Nobody is there.\n[alert."nobody ready"]\nmetric = "ready"\nraise = "< 1"\n'
    )
    assert rule_text(TEXT, "other") is None


def test_a_changed_rule_stands_where_it_stood_and_all_else_is_the_same_to_the_byte():
    changed = LONG.replace("> 60", "> 90").replace("too long", "90 s")
    assert with_rule(TEXT, "long", changed) == TEXT.replace(LONG, changed)


def test_a_new_rule_stands_behind_the_last_one():
    assert with_rule(TEXT, "new", NEW) == TEXT.replace("\n# whom we tell", f"\n{NEW}\n# whom we tell")
    assert with_rule("", "new", NEW) == NEW
    assert with_rule("[site.main]\nzone = 'UTC'", "new", NEW) == f"[site.main]\nzone = 'UTC'\n\n{NEW}"


def test_a_rule_that_is_taken_out_takes_its_comment_along():
    assert with_rule(TEXT, "long", None) == TEXT.replace(f"{LONG}\n", "")
    assert with_rule(NEW, "new", None) == ""


@pytest.mark.parametrize(
    "text",
    [
        'alert = { long = { metric = "waiting", raise = "> 5" } }',
        '[alert]\nlong.metric = "waiting"\nlong.raise = "> 5"\n',
        '[alert.long]\nmetric = "waiting"\n[site.main]\nzone = "UTC"\n[[alert.long.and]]\nmetric = "ready"\n',
    ],
)
def test_a_form_that_has_no_text_of_its_own_is_left_to_whoever_edits_the_file(text: str):
    assert rule_text(text, "long") is None
    for wanted in (LONG, None):
        with pytest.raises(Unwritten, match="edit the file"):
            with_rule(text, "long", wanted)


def test_what_looks_like_a_header_in_a_text_of_several_lines_is_none():
    text = '[alert.long]\naction = """\n[alert.new]\n"""\nmetric = "waiting"\n\n' + NEW
    assert rule_text(text, "new") is None
    assert rule_text(text, "long") is None
    with pytest.raises(Unwritten):
        with_rule(text, "new", None)


def test_all_rules_are_found_by_reading_the_file_a_few_times_however_many_there_are(monkeypatch: pytest.MonkeyPatch):
    rules = {f"r{n}": f'# no. {n}\n[alert.r{n}]\nmetric = "waiting"\nraise = "> {n}"\n' for n in range(100)}
    text, letters, loads = "[alert]\n\n" + "\n".join(rules.values()), [], tomllib.loads

    def counted(given: str) -> dict[str, object]:
        letters.append(len(given))
        return loads(given)

    monkeypatch.setattr("tomllib.loads", counted)
    assert rule_texts(text) == rules
    assert sum(letters) < 5 * len(text)


ODD = [
    "",
    "alert = 3",
    "[[alert]]\n",
    "[alert.long",
    NEW,
    TEXT,
    TEXT.replace("\n", "\r\n"),
    TEXT + "[alert]\nshort.metric = 'waiting'\n",
    "[alert]\n" + NEW,
    "[alert.a]\nx = '''\n[alert.b]\n'''\n[alert.b.c]\n",
    "[alert]\nb.x = 1\n[notify.c]\nx = '''\n[alert.b]\nx = 1\n'''\n" + NEW,
]


@pytest.mark.parametrize("text", ODD)
def test_all_at_once_are_what_each_is_by_itself(text: str):
    alone = {name: rule_text(text, name) for name in ("long", "nobody ready", "short", "new", "a", "b")}
    assert rule_texts(text) == {name: one for name, one in alone.items() if one is not None}


@pytest.mark.parametrize("text", ["", NEW, "# ours\n" + NEW, "# ours\n", NEW + "\n" + TEXT])
def test_a_comment_of_a_rule_on_top_of_the_file_is_the_rules(text: str):
    wanted = "# Many wait.\n" + NEW
    for _ in range(2):
        text = with_rule(text, "new", wanted)
        assert rule_text(text, "new") == wanted
    assert text.count("# Many wait.") == 1


def test_a_text_that_could_not_be_found_again_is_refused():
    with pytest.raises(Unwritten, match=r"tables such as \[alert.new\]"):
        with_rule("", "new", 'alert = { new = { metric = "waiting", raise = "> 5" } }\n')


def test_the_line_ends_of_the_file_stay():
    crlf = TEXT.replace("\n", "\r\n")
    assert rule_text(crlf, "long") == LONG
    changed = LONG.replace("> 60", "> 90")
    assert with_rule(crlf, "long", changed) == TEXT.replace(LONG, changed).replace("\n", "\r\n")


def test_a_copy_has_its_own_name_in_every_header_and_keeps_its_comments():
    copy = renamed(LONG, "long", "long 2")
    assert copy == LONG.replace("[alert.long]", '[alert."long 2"]').replace("alert.long.and", 'alert."long 2".and')
    marked = renamed('[alert.long] # see [alert.long]\nraise = "> 1"\n', "long", "x")
    assert marked == '[alert.x] # see [alert.long]\nraise = "> 1"\n'


_names = st.sampled_from(["long-wait", "nobody-ready", "many-abandon", "missed-offers", "silent-source"])
_new = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)


@given(st.lists(st.tuples(_names | _new, st.integers(0, 99) | st.none()), max_size=6))
def test_whatever_is_written_and_taken_out_the_rest_says_what_it_said(steps):
    text = FIRST_RULES.read_text(encoding="utf-8")
    told = tomllib.loads(text)["alert"]
    for name, limit in steps:
        if limit is None and name not in told:
            continue
        rule = None if limit is None else renamed(f'# {limit}\n[alert.x]\nraise = "> {limit}"\n', "x", name)
        text = with_rule(text, name, rule)
        told = {key: value for key, value in told.items() if key != name or limit is not None}
        if limit is not None:
            told[name] = {"raise": f"> {limit}"}
        assert tomllib.loads(text).get("alert", {}) == told
        assert rule_text(text, name) == rule
    assert text.startswith("# Who is told outside the wall?")


def test_a_file_is_written_only_from_the_text_that_stands_there(tmp_path: Path):
    file = tmp_path / "wallboard.toml"
    file.write_text(TEXT, encoding="utf-8")
    with pytest.raises(RuleDiffers) as differs:
        write_rule(file, "long", NEW, tag_of("older"), lambda _: None)
    assert differs.value.now == LONG
    with pytest.raises(RuleDiffers):
        write_rule(file, "long", LONG, None, lambda _: None)
    changed = LONG.replace("> 60", "> 90")
    write_rule(file, "long", changed, tag_of(LONG), lambda _: None)
    assert file.read_text(encoding="utf-8") == TEXT.replace(LONG, changed)


def test_what_the_check_refuses_is_not_written(tmp_path: Path):
    file = tmp_path / "wallboard.toml"
    file.write_text(TEXT, encoding="utf-8")

    def refuse(new: Path) -> None:
        assert "[alert.new]" in new.read_text(encoding="utf-8")
        raise Unwritten("no")

    with pytest.raises(Unwritten, match="no"):
        write_rule(file, "new", NEW, None, refuse)
    assert file.read_text(encoding="utf-8") == TEXT
    assert [one.name for one in tmp_path.iterdir()] == ["wallboard.toml"]


@pytest.mark.parametrize(
    "rule", [f"# set apart\n\n{NEW}", f"{NEW}\n# set apart\n", f"# one\n\n# two\n\n{NEW}\n# three\n"]
)
@pytest.mark.parametrize(
    "text", ["", TEXT, f"{LONG}[alert.new]\nmetric = 'x'\nraise = '> 1'\n[notify.leads]\nurl = 'x'\n"]
)
def test_a_comment_that_an_empty_line_sets_apart_is_not_doubled_when_the_rule_is_saved_again(text: str, rule: str):
    once = with_rule(text, "new", rule)
    assert with_rule(once, "new", rule) == once
    assert all(once.count(line) == text.count(line) + 1 for line in rule.splitlines() if line.startswith("#"))
    assert all(line in (rule_text(once, "new") or "") for line in rule.splitlines())
    assert rule_text(once, "long") == rule_text(text, "long")
