"""The rules that `wallboard alerts init` prints are right as they are; `try` says when one would have fired."""

import asyncio
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.alerts.there import listening
from tests.happened import happened
from wallboard.cli import run
from wallboard.commands.alerts import alerts
from wallboard.configfile import as_written
from wallboard.core.errors import WallboardError
from wallboard.core.events import Abandoned, AlertAcknowledged, AlertCleared, AlertRaised, Event, Queued
from wallboard.record.database import open_record
from wallboard.record.days import Days
from wallboard.record.people import Bound, People

RECEIVER = """
[notify.leads]
url = "smtp://mail.example.com/?from=wall@example.com&to=leads@example.com"
"""


def printed(*given: str) -> str:
    return CliRunner().invoke(alerts, ["init", *given], catch_exceptions=False).stdout


def test_they_go_into_a_file_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "wallboard.toml"
    file.write_text(printed(), encoding="utf-8")
    rules = as_written(file, {}).settings.alert
    assert len(rules) == 5
    assert "Print five rules" in printed("--help")
    assert "wrapup_over_s" not in {rule.metric for rule in rules.values()}, "a wrap-up ends by itself at its limit"


def test_of_each_queue_a_long_wait_is_twice_its_own_target(tmp_path: Path) -> None:
    file = tmp_path / "wallboard.toml"
    queues = {"support": "percent = 90", "mail": "seconds = 14400", "Чат": "seconds = 45.5", "post": "seconds = 14400"}
    file.write_text("".join(f'[queue."{name}"]\ntarget = {{ {said} }}\n' for name, said in queues.items()), "utf-8")
    file.write_text(file.read_text("utf-8") + printed("--config", str(file)), "utf-8")
    rules = as_written(file, {}).settings.alert
    waits = {name: (one.queues, one.raises, one.clears) for name, one in rules.items() if one.metric == "oldest_wait_s"}
    assert waits == {
        "long-wait": (["*", "!mail", "!post", "!Чат"], "> 40", "< 20"),
        "long-wait-Чат": (["Чат"], "> 91", "< 45.5"), "long-wait-4h": (["mail", "post"], "> 28800", "< 14400"),
    }  # fmt: skip
    assert len(rules) == 7


QUEUES = """[queue.vip]
name = "VIP"
target = { seconds = 60 }
[queue.mail]
name = "E-mail"
channel = "email"
target = { seconds = 14400 }
[queue.chat]
channel = "chat"
target = { seconds = 45 }
"""


def test_they_say_whom_they_mean_as_a_person_writes_it(tmp_path: Path) -> None:
    file = tmp_path / "wallboard.toml"
    file.write_text(QUEUES, encoding="utf-8")
    text = printed("--config", str(file))
    assert "target allows, in E-mail.\n[alert.long-wait-mail]\n" in text
    assert 'raise = "> 28800"  # twice the target of 4h\n' in text
    assert 'raise = "> 120"  # twice the target of 1m\n' in text
    assert '"long-wait' not in text, "no quotes that TOML does not want"
    file.write_text(QUEUES.replace("[queue.vip]", "[queue.600]"), encoding="utf-8")
    assert "[alert.long-wait-1m]" in printed("--config", str(file)), "600 says nothing to anybody"


def test_nobody_has_to_be_ready_for_mail_that_may_wait_for_hours(tmp_path: Path) -> None:
    file = tmp_path / "wallboard.toml"
    file.write_text(QUEUES, encoding="utf-8")
    file.write_text(QUEUES + printed("--config", str(file)), encoding="utf-8")
    assert as_written(file, {}).settings.alert["nobody-ready"].queues == ["*", "!mail"]


def test_what_the_file_has_is_not_printed_again(tmp_path: Path) -> None:
    """Twice into one file was a file that could not be read."""
    file = tmp_path / "wallboard.toml"
    file.write_text(QUEUES, encoding="utf-8")

    def more() -> Result:
        done = CliRunner().invoke(alerts, ["init", "--config", str(file)], catch_exceptions=False)
        file.write_text(file.read_text("utf-8") + done.stdout, encoding="utf-8")
        return done

    more()
    again = more()
    assert again.stdout == ""
    assert again.stderr.startswith("init: left out, since they are there: long-wait, long-wait-chat, long-wait-vip,")
    file.write_text(file.read_text("utf-8").replace("[alert.many-abandon]", "[alert.mine]"), encoding="utf-8")
    assert more().stdout.startswith("\n# Many hang up before they are answered.\n[alert.many-abandon]\n")
    assert len(as_written(file, {}).settings.alert) == 9


def test_check_has_one_line_for_all_of_them_on_a_fresh_house_and_none_when_leads_and_the_office_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It printed twelve."""
    file = tmp_path / "wallboard.toml"
    file.write_text(printed(), encoding="utf-8")

    def warned() -> list[str]:
        assert run(["check", str(file), "--data", str(tmp_path / "data")]) == 0
        return capsys.readouterr().err.splitlines()

    [line] = warned()
    assert "'on-duty' reaches nobody (long-wait, nobody-ready, many-abandon, missed-offers" in line
    assert "/alerts/channels" in line
    olena = '[server]\npublic_url = "http://wall.lan"\n[notify.olena]\nurl = "json://h/"\nperson = "Olena"\n'
    file.write_text(printed() + olena, encoding="utf-8")
    [line] = warned()
    assert "while nobody is on duty nobody is told" in line
    file.write_text(printed().replace('["on-duty"]', '["on-duty", "olena"]') + olena, encoding="utf-8")
    assert warned() == []
    file.write_text("".join(printed().replace("[alert.", f"[alert.{n}-") for n in (1, 2)), encoding="utf-8")
    assert "and 4 more)" in warned()[0]


def test_they_tell_the_leads_on_duty_and_whom_else_one_names(tmp_path: Path) -> None:
    file = tmp_path / "wallboard.toml"
    file.write_text(printed(), encoding="utf-8")
    assert {tuple(rule.notify) for rule in as_written(file, {}).settings.alert.values()} == {("on-duty",)}
    file.write_text(printed().replace('["on-duty"]', '["on-duty", "leads"]') + RECEIVER, encoding="utf-8")
    assert list(as_written(file, {}).receivers) == ["leads"]
    assert "docs/notify.md" in printed()


RULE = """
[alert.long]
metric = "oldest_wait_s"
queues = ["*"]
raise = "> 60"
clear = "< 10"
for = "10s"
action = "Call them back."
"""
DAY = date(2026, 3, 2)


@pytest.fixture
def centre(tmp_path: Path) -> Path:
    """A configuration, and three kept days: each day a wait of 200 s at noon, and one of 90 s."""
    (tmp_path / "wallboard.toml").write_text(RULE, encoding="utf-8")
    days = Days(tmp_path / ".wallboard" / "events")
    for day in range(3):
        noon_ms = int(datetime(2026, 3, 2 + day, 12, tzinfo=UTC).timestamp() * 1000)
        told = [
            event
            for at_s, for_s in ((0, 200), (1000, 90))
            for event in (
                Queued(time=noon_ms + at_s * 1000, source="pbx", contact=f"{day}-{at_s}", queue="support"),
                Abandoned(time=noon_ms + (at_s + for_s) * 1000, source="pbx", contact=f"{day}-{at_s}"),
            )
        ]
        days.append(happened(told))
    return tmp_path


def tried(centre: Path, *given: str) -> Result:
    return CliRunner().invoke(alerts, ["try", *given, "--config", str(centre / "wallboard.toml")])


def test_a_rule_is_tried_over_kept_days(centre: Path) -> None:
    asked = ("long", "--days", "2026-03-03..2026-03-04", "--json")
    [found] = json.loads(tried(centre, *asked).output)
    [short] = json.loads(tried(centre, *asked, "--most", "1").output)
    assert short == found | {"spoke": found["spoke"][:1]}
    assert len(found["spoke"]) > 1
    assert (found["times"], found["a_day"]) == (4, 2)
    first = datetime(2026, 3, 3, 12, 1, 11, tzinfo=UTC)
    assert found["spoke"][0]["raised_ms"] == int(first.timestamp() * 1000)
    assert {one["of"] for one in found["spoke"]} == {"support"}


def test_of_how_many_days_something_is_kept_is_said(centre: Path) -> None:
    asked = ("long", "--days", "2026-02-27..2026-03-02")
    done = tried(centre, *asked)
    assert done.stderr == "try: 1 of 4 days is kept, the others are unknown\n"
    [found] = json.loads(tried(centre, *asked, "--json").stdout)
    assert (found["days"], found["kept"], found["times"]) == (4, 1, 2)
    assert tried(centre, "long", "--days", "2026-03-02..2026-03-04").stderr == ""
    [recorded] = json.loads(tried(centre, "long", "--from", "events", *recording(centre), "--json").stdout)
    assert "kept" not in recorded
    beside = tried(centre, "long", "--days", "2026-03-05")
    assert "nothing is kept of 2026-03-05" in str(beside.exception), "the file of the day before says nothing of it"


def recording(centre: Path) -> list[str]:
    return [str(path) for path in Days(centre / ".wallboard" / "events").files(DAY, DAY)]


def test_a_day_is_the_sites_and_may_lie_in_the_file_of_the_day_before(centre: Path) -> None:
    """03:00 in Tokyo is 18:00 the day before by UTC, and of its own day no file is there yet."""
    at_ms = int(datetime(2026, 3, 4, 18, tzinfo=UTC).timestamp() * 1000)
    told = [
        Queued(time=at_ms, source="pbx", contact="x", queue="night"),
        Queued(time=at_ms + 90_000, contact="y", queue="q"),
    ]
    Days(centre / ".wallboard" / "events").append(happened(told))
    file = centre / "wallboard.toml"
    file.write_text(file.read_text() + '[site.tokyo]\nzone = "Asia/Tokyo"\n', encoding="utf-8")
    [found] = json.loads(tried(centre, "long", "--days", "2026-03-05", "--json").output)
    assert [one["of"] for one in found["spoke"]] == ["night"]


def test_two_versions_stand_side_by_side(centre: Path) -> None:
    done = tried(
        centre, "long", "--days", "2026-03-02..2026-03-04", "--with", 'raise = "> 120"', "--with", 'for = "0s"'
    )
    assert [line.split() for line in done.output.splitlines() if line.startswith("times")] == [["times", "6", "3"]]
    assert "2026-03-02 12:01:11  support" in done.output
    assert 'with raise = "> 120", for = "0s"' in done.output


def test_a_text_stands_beside_the_rule_or_alone_where_it_is_new(centre: Path) -> None:
    def of_text(rule: str, text: str, *more: str) -> Result:
        given = ["try", rule, "--days", "2026-03-02", "--text", "-", *more]
        return CliRunner().invoke(alerts, [*given, "--config", str(centre / "wallboard.toml")], input=text)

    other = RULE.replace("> 60", "> 120")
    assert [one["times"] for one in json.loads(of_text("long", other, "--json").output)] == [2, 1]
    assert "as this text says" in of_text("long", other).output
    alone = of_text("longer", other.replace("alert.long", "alert.longer"), "--json")
    assert [one["times"] for one in json.loads(alone.output)] == [1]
    assert "as this text says" in of_text("longer", other.replace("alert.long", "alert.longer")).output
    wrong = of_text("long", other.replace("> 120", "120"))
    assert isinstance(wrong.exception, WallboardError)
    assert "--text: alert.long.raise" in str(wrong.exception)
    assert of_text("long", other, "--with", "min_n = 1").exit_code == 2


def test_a_recording_will_do(centre: Path) -> None:
    [found] = json.loads(tried(centre, "long", "--from", "events", *recording(centre), "--json").output)
    assert found["times"] == 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("lang", "--days", "2026-03-02"), "did you mean 'long'"),
        (("long", "--days", "2025-03-02"), "there is 2026-03-02 to 2026-03-04"),
        (("long", "--days", "yesterday"), "write 2026-11-02"),
        (("long", "--days", "2026-03-04..2026-03-02"), "ends before it begins"),
        (("long",), "say which events"),
        (("long", "--days", "2026-03-02", "--with", "raise = 3"), "Expected text"),
        (("long", "--days", "2026-03-02", "--with", 'clear = "> 70"'), "clear"),
        (("long", "--days", "2026-03-02", "--with", "raise"), "--with"),
    ],
)
def test_what_is_wrong_is_said(centre: Path, given: tuple[str, ...], said: str) -> None:
    done = tried(centre, *given)
    assert done.exit_code != 0
    told = done.output + (str(done.exception) if isinstance(done.exception, WallboardError) else "")
    assert said in told


def reported(centre: Path, *given: str) -> Result:
    return CliRunner().invoke(alerts, ["report", *given, "--config", str(centre / "wallboard.toml")])


@pytest.fixture
def noisy(centre: Path) -> Path:
    """On the third day one rule goes off and comes back at once, six times; once somebody acts."""
    at_ms = int(datetime(2026, 3, 4, 18, tzinfo=UTC).timestamp() * 1000)
    told: list[Event] = []
    for n in range(6):
        begin_ms = at_ms + n * 30_000
        told.append(
            AlertRaised(alert=f"a{n}", rule="long", severity="critical", time=begin_ms, attributes={"of": "support"})
        )
        if n == 3:
            told.append(AlertAcknowledged(alert=f"a{n}", time=begin_ms + 2000, who="Ann"))
        told.append(AlertCleared(alert=f"a{n}", rule="long", time=begin_ms + 5000))
    Days(centre / ".wallboard" / "events").append(happened(told))
    return centre


def test_the_alerts_of_kept_days_are_judged(noisy: Path) -> None:
    done = reported(noisy, "--days", "2026-03-02..2026-03-04", "--json")
    assert "what is kept begins 2026-03-02 12:00:00" in done.stderr
    found = json.loads(done.stdout)
    [rule] = found["rules"]
    assert (rule["rule"], rule["times"], rule["fleeting"], rule["chattering"], rule["unheeded"]) == ("long", 6, 6, 1, 5)
    assert {one["name"]: one["value"] for one in found["measures"]}["until somebody acted (half of them)"] == 2


def test_a_noisy_rule_is_named_with_what_to_try(noisy: Path) -> None:
    told = reported(noisy, "--days", "2026-03-04").output
    assert "long comes and goes" in told
    assert "wallboard alerts try long --days 2026-03-04..2026-03-04 --with 'for = \"20s\"'" in told
    assert "NO" in told
    assert "no alerts" in reported(noisy, "--days", "2026-03-02").output


def test_alerts_of_another_limit_and_those_that_do_not_count_yet_are_said(centre: Path) -> None:
    """The report ends with the day: two were raised in its last ten minutes and are open."""
    begin_ms = int(datetime(2026, 3, 4, 20, tzinfo=UTC).timestamp() * 1000)
    told: list[Event] = []
    for n, limit in enumerate((*["> 20"] * 3, *["> 60"] * 2)):
        said = {"of": "support", "metric": "oldest_wait_s", "limit": limit}
        at_ms = begin_ms + (n * 1_200_000 if n < 3 else 4 * 3_600_000 - 300_000)
        told.append(AlertRaised(alert=f"c{n}", rule="long", time=at_ms, attributes=said))
        told += [AlertCleared(alert=f"c{n}", rule="long", time=at_ms + 60_000)] if n < 3 else []
    Days(centre / ".wallboard" / "events").append(happened(told))
    said = reported(centre, "--days", "2026-03-04").output
    assert "long had other limits, conditions or times when 3 of its 5 were raised." in said
    assert "Not counted yet in 'nobody acted': 2 of the last ten minutes" in said
    assert json.loads(reported(centre, "--days", "2026-03-04", "--json").stdout)["fresh"] == 2


def test_a_rule_on_which_mostly_nobody_acts_is_named_with_what_to_try(centre: Path) -> None:
    at_ms = int(datetime(2026, 3, 4, 14, tzinfo=UTC).timestamp() * 1000)
    told: list[Event] = []
    for n in range(5):
        begin_ms = at_ms + n * 1_200_000
        told.append(AlertRaised(alert=f"b{n}", rule="long", time=begin_ms, attributes={"of": "support"}))
        told.append(AlertCleared(alert=f"b{n}", rule="long", time=begin_ms + 60_000))
    Days(centre / ".wallboard" / "events").append(happened(told))
    said = reported(centre, "--days", "2026-03-04").output
    assert "long is mostly heeded by nobody, or a false alarm. Try:" in said
    assert "--with 'for = " in said


@pytest.mark.usefixtures("empty_folder")
async def test_a_test_message_to_a_receiver_of_nobody_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    People(open_record(tmp_path / ".wallboard")).add("Olena", "lead", Bound(), by="tests", now_ms=1)
    async with listening() as there:
        key = f"secret = 'whsec_{'A' * 32}'\nallow = ['127.0.0.0/8']\nurl = '{there.url}'\n"
        (tmp_path / "wallboard.toml").write_text(
            f"[notify.olena]\nperson = 'Olna'\n{key}[notify.olena-2]\nperson = 'Olena'\n{key}", encoding="utf-8"
        )
        for name in ("olena", "olena-2"):
            assert await asyncio.to_thread(run, ["alerts", "test", name]) == 0
        assert len(there.got) == 2
    said = capsys.readouterr()
    from_here = "from here: /alerts/delivery tells what the worker sends"
    assert said.out == f"sent to olena, {from_here}\nsent to olena-2, {from_here}\n"
    assert said.err.splitlines() == [
        "but of alerts: 'Olna' is no account of a lead, so nothing is told there - did you mean 'Olena'?"
    ]
