"""Does `wallboard check` name every mistake, and warn of what is no mistake but meant otherwise?"""

import json
from pathlib import Path

import pytest

from wallboard.cli import run
from wallboard.record.database import open_record
from wallboard.record.people import Bound, People
from wallboard.record.revisions import Revisions

pytestmark = pytest.mark.usefixtures("empty_folder")


def test_check_without_mistakes_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check"]) == 0
    assert "no mistakes" in capsys.readouterr().out


def test_check_names_the_mistakes_of_the_environment_where_there_is_no_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It said that there were none, and the start then named them."""
    for variable, value, reason in (
        ("WALLBOARD_SERVER_PROT", "80", "is no setting - did you mean WALLBOARD_SERVER_PORT?"),
        ("WALLBOARD_DATABASE_URL", "postgres:/me", "is no address of a database"),
    ):
        with monkeypatch.context() as environment:
            environment.setenv(variable, value)
            assert run(["check"]) == 1
        assert f"environment: {variable}: {reason}" in capsys.readouterr().err
    assert run(["check"]) == 0


def test_check_warns_of_an_alert_that_asks_for_nothing_and_names_what_is_wrong_with_a_rule(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("wallboard.toml").write_text('[alert.wait]\nmetric = "oldest_wait_s"\nraise = "> 60"\n')
    assert run(["check"]) == 0
    assert "alert.wait: warning: has no `action`" in capsys.readouterr().err
    Path("wallboard.toml").write_text('[alert.wait]\nmetric = "oldest_at"\nraise = "60"\nfor = "soon"\n')
    assert run(["check"]) == 1
    said = capsys.readouterr().err
    assert "alert.wait.metric: 'oldest_at' is an instant: take 'oldest_wait_s'" in said
    assert "alert.wait.raise: expected a sign and a number" in said
    assert "alert.wait.for: expected a time such as 30s" in said


def test_check_takes_the_file_as_all_other_commands_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "other.toml").write_text("[sever]\n")
    assert run(["check", "--config", "there/other.toml", "--data", "elsewhere"]) == 1
    assert "other.toml: sever: unknown key" in capsys.readouterr().err


def test_check_warns_of_patterns_that_match_nothing_that_is_configured(capsys: pytest.CaptureFixture[str]) -> None:
    rule = 'metric = "oldest_wait_s"\nraise = "> 60"\naction = "Call"\n'
    Path("wallboard.toml").write_text(
        '[queue.support]\nteam = "one"\n[queue.sales-de]\n[collector.pbx-1]\nkind = "command"\ncommand = ["true"]\n'
        f'[alert.wait]\n{rule}queues = ["suport", "sales-*", "!test-*", "shop"]\n'
        f'[alert.team]\n{rule}teams = ["one", "tow"]\n'
        '[maintenance.pbx]\nwhen = "Sun 02:00-04:00"\nsources = ["pbx-2"]\nrules = ["wiat"]\nqueues = ["support"]\n'
    )
    assert run(["check"]) == 0
    told = [line.partition(": ")[2] for line in capsys.readouterr().err.splitlines()]
    assert told == [
        "alert.wait.queues[0]: warning: 'suport' matches none of the queues that are configured"
        " - did you mean 'support'?",
        "alert.wait.queues[3]: warning: 'shop' matches none of the queues that are configured",
        "alert.team.teams[1]: warning: 'tow' matches none of the teams that are configured",
        "maintenance.pbx.sources[0]: warning: 'pbx-2' matches none of the sources that are configured"
        " - did you mean 'pbx-1'?",
        "maintenance.pbx.rules[0]: warning: 'wiat' matches none of the rules that are configured"
        " - did you mean 'wait'?",
    ]
    Path("wallboard.toml").write_text(f'[alert.wait]\n{rule}queues = ["suport"]\nagents = []\n')
    assert run(["check"]) == 0
    assert capsys.readouterr().err == "", "queues appear by themselves: without any in the file nobody can say"


def test_check_warns_of_a_board_that_adds_up_a_queue_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    """Its sum of `support` and `saless` was that of `support`, and nothing said so."""
    Path("wallboard.toml").write_text('[queue.support]\nteam = "one"\n[queue.sales]\n')
    Path("boards").mkdir()
    tile = 'at = [1, 1]\nsize = [3, 2]\nkind = "number"\nmetric = "waiting"\n'
    Path("boards/two.toml").write_text(f'[[tile]]\n{tile}queues = ["support", "saless", "!test-*"]\n')
    Path("boards/any.toml").write_text(f'[[tile]]\n{tile}queues = ["$queue"]\n')
    Path("boards/team.toml").write_text(f'[[tile]]\n{tile}teams = ["one", "tow"]\n')
    assert run(["check"]) == 0
    assert [line.partition("boards/")[2] for line in capsys.readouterr().err.splitlines()] == [
        "team.toml: tile[0].teams[1]: warning: 'tow' matches none of the teams that are configured",
        "two.toml: tile[0].queues[1]: warning: 'saless' matches none of the queues that are configured"
        " - did you mean 'sales'?",
    ]
    Path("wallboard.toml").write_text("")
    assert run(["check"]) == 0
    assert capsys.readouterr().err == "", "queues appear by themselves: without any in the file nobody can say"


def test_check_warns_of_a_rule_that_may_reach_nobody_on_duty(capsys: pytest.CaptureFixture[str]) -> None:
    rule = (
        "[server]\npublic_url = 'http://wall.lan'\n[alert.wait]\nmetric = 'waiting'\nraise = '> 6'\naction = 'Look'\n"
        "notify = ['on-duty'{}]\n[notify.a]\nurl = 'json://h/'\n"
    )
    Path("wallboard.toml").write_text(rule.format(""))
    assert run(["check"]) == 0
    said = capsys.readouterr().err
    assert "alert: warning: 'on-duty' reaches nobody (wait): no lead added a channel" in said
    assert len(said.splitlines()) == 1, "one thing at a time"
    Path("wallboard.toml").write_text(rule.format("") + "person = 'Olena'\n")
    assert run(["check"]) == 0
    said = capsys.readouterr().err
    assert (
        "alert: warning: while nobody is on duty nobody is told (wait): name a [notify.NAME] behind 'on-duty'" in said
    )
    Path("wallboard.toml").write_text(rule.format("") + "[channels]\nkinds = []\n")
    assert run(["check"]) == 0
    assert "reaches nobody (wait): write a [notify.NAME] with a lead's `person`" in capsys.readouterr().err
    Path("wallboard.toml").write_text(rule.format(", 'a'") + "person = 'Olena'\n")
    assert run(["check"]) == 0
    assert "on-duty" not in capsys.readouterr().err


def test_check_warns_of_a_rule_about_people_that_others_than_leads_are_told_of(
    capsys: pytest.CaptureFixture[str],
) -> None:
    people = "[alert.long]\nmetric = 'wrapup_over_s'\nraise = '> 60'\naction = 'Ask'\nnotify = ['on-duty', 'a']\n"
    receivers = "[notify.a]\nurl = 'json://h/'\n{}[notify.b]\nurl = 'json://h/'\nperson = 'Olena'\n"
    Path("wallboard.toml").write_text(people + receivers.format(""))
    assert run(["check"]) == 0
    assert "alert.long: warning: is about people, and 'a' is nobody's own" in capsys.readouterr().err
    Path("wallboard.toml").write_text(people + receivers.format("person = 'Ivan'\n"))
    assert run(["check"]) == 0
    assert "about people" not in capsys.readouterr().err


def test_check_and_doctor_name_a_receiver_whose_person_is_no_lead(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("wallboard.toml").write_text(
        "[redis]\nurl = 'redis://127.0.0.1:9'\n[server]\npublic_url = 'http://wall.lan'\n"
        "[alert.wait]\nmetric = 'waiting'\nraise = '> 6'\naction = 'Look'\n"
        "notify = ['on-duty', 'a']\n[notify.a]\nurl = 'json://h/'\nperson = 'Olna'\n"
    )
    assert run(["check"]) == 0
    assert capsys.readouterr().err == "", "nobody can say before there is a record"
    people = People(open_record(tmp_path / ".wallboard"))
    people.add("Olena", "lead", Bound(), by="tests", now_ms=1)
    assert run(["check"]) == 0
    said = capsys.readouterr().err
    assert "notify.a.person: warning: 'Olna' is no account of a lead" in said
    assert "did you mean 'Olena'?" in said
    assert "alert: warning: 'on-duty' reaches nobody (wait)" in said
    assert run(["doctor"]) == 1
    assert "problem: [notify.a] person = 'Olna' is no account of a lead" in capsys.readouterr().out
    people.add("Olna", "lead", Bound(), by="tests", now_ms=2)
    assert run(["check"]) == 0
    assert capsys.readouterr().err == ""


def test_check_warns_of_a_provider_that_is_reached_without_encryption(capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        "[server]\npublic_url = 'http://wall.lan'\n[oidc]\nissuer = 'http://{}'\nclient_id = 'w'\n"
        "client_secret = 's'\ndefault_role = 'viewer'\n"
    )
    Path("wallboard.toml").write_text(text.format("id.lan:8080"))
    assert run(["check"]) == 0
    assert "oidc.issuer: warning: is not encrypted" in capsys.readouterr().err
    Path("wallboard.toml").write_text(text.format("127.0.0.1:8080"))
    assert run(["check"]) == 0
    assert capsys.readouterr().err == ""


def test_check_names_the_mistakes_of_boards_too_and_gives_them_to_programs(capsys: pytest.CaptureFixture[str]) -> None:
    Path("wallboard.toml").write_text("[site.main]\nzone = 'Mars'\n")
    Path("boards").mkdir()
    Path("boards/support.toml").write_text("title = 'Support'\ncolunms = 12\n")
    assert run(["check", "--json"]) == 1
    rows = json.loads(capsys.readouterr().out)
    assert {(Path(row["file"]).name, row["at"]) for row in rows} == {
        ("wallboard.toml", "site.main.zone"),
        ("support.toml", "colunms"),
    }


def test_check_without_a_file_looks_for_boards_where_they_would_be_used_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It took pyproject.toml for a board."""
    Path("pyproject.toml").write_text('[project]\nname = "other"\n')
    assert run(["check"]) == 0
    assert capsys.readouterr().out == "no mistakes\n"
    Path("walls").mkdir()
    Path("walls", "support.toml").write_text("titel = 1\n")
    monkeypatch.setenv("WALLBOARD_SERVER_BOARDS", "walls")
    assert run(["check"]) == 1
    assert "walls/support.toml: titel" in capsys.readouterr().err


def test_check_says_where_a_board_stands_twice_and_which_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("wallboard.toml").write_text("")
    Path("boards").mkdir()
    Path("boards/support.toml").write_text("title = 'Support'\n")
    revisions = Revisions(open_record(tmp_path / ".wallboard"))
    revisions.put("support", "title = 'Other'", "Olena", 1, was=None, before=None)
    assert run(["check"]) == 0
    said = capsys.readouterr().err
    assert "boards/support.toml: $: warning: another board of this id was made in the editor" in said


def test_check_of_one_board_s_file_names_its_mistakes_alone_and_says_that_it_is_a_board(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("mine").mkdir()
    Path("mine/support.toml").write_text("title = 'Support'\ncolumns = 12\n")
    Path("mine/other.toml").write_text("title = 'Other'\ncolunms = 12\n")
    Path("mine/turn.toml").write_text("[rotation]\nboards = ['support', 'nowhere']\n")
    assert run(["check", "mine/support.toml"]) == 0
    assert capsys.readouterr().out == "no mistakes (as a board: mine/support.toml)\n"
    for name, said in (("other", "mine/other.toml: colunms"), ("turn", "mine/turn.toml: rotation.boards[1]")):
        assert run(["check", f"mine/{name}.toml"]) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith(said)
        assert "server" not in line
