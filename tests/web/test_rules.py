"""Alert rules over HTTP: in words and as the text of wallboard.toml; administrators change them, nothing is lost."""

import asyncio
import os
import re
import tomllib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from wallboard.config import Config
from wallboard.configfile import as_written
from wallboard.core.events import AlertRaised
from wallboard.core.nodata import NoData
from wallboard.record.shelf import tag_of
from wallboard.web.ruletold import no_data_told
from wallboard.web.speaking import page_say

RULES = "/api/v1/alerts/rules"
TOML = {"content-type": "application/toml"}
LONG = """\
# Somebody waits for too long.
[alert.long]
metric = "oldest_wait_s"
queues = ["support"]
raise = "> 120"  # twice the target
for = "30s"
action = "Open the overflow queue"
"""
TEXT = f"""\
# ours
[queue.support]
name = "Support"

{LONG}
[alert.few]
metric = "abandon_rate"
window = "m15"
raise = ">= 10.5"
clear = "< 5"
keep_for = "5m"
when = "always"
and = [{{ metric = "ready", raise = "< 1" }}]
"""


@pytest.fixture
async def served(served_with: Callable[..., Any]) -> AsyncIterator[Any]:
    """A server with a file whose rules are in force."""
    async with served_with(TEXT) as found:
        async with asyncio.timeout(60):
            while not await in_force(found):
                await asyncio.sleep(0.03)
        yield found


async def in_force(served: Any) -> bool:
    answer = await served.http.get(RULES)
    return answer.status_code == 200 and all(row["in_force"] for row in answer.json()["rules"])


async def rows(served: Any, language: str = "en") -> dict[str, Any]:
    answer = await served.http.get(RULES, headers={"accept-language": language})
    assert answer.status_code == 200, answer.text
    return {row["id"]: row for row in answer.json()["rules"]}


async def put(served: Any, name: str, text: str, tag: str | None, **headers: str) -> Any:
    condition = {"if-none-match": "*"} if tag is None else {"if-match": f'"{tag}"'}
    http = served.anonymous if "cookie" in headers else served.http
    return await http.put(f"{RULES}/{name}", content=text.encode(), headers=TOML | condition | headers)


def written(served: Any) -> str:
    return str(served.parts.config.file.read_text(encoding="utf-8"))


async def test_a_rule_is_told_in_words_and_with_the_text_that_lies_in_the_file(served: Any) -> None:
    found = await rows(served)
    assert list(found) == ["long", "few"]
    assert found["long"]["text"] == LONG
    assert found["long"]["says"].replace("\u00a0", " ") == "Longest wait: more than 2:00, for 30 s"
    assert (found["long"]["of"], found["few"]["of"]) == ("Support", "all queues together")
    assert found["long"]["facts"] == ["told on the alerts page and on boards only"]
    assert (found["long"]["open"], found["long"]["writable"], found["long"]["mistakes"]) == (0, True, [])
    few = [text.replace("\u00a0", " ") for text in (found["few"]["says"], *found["few"]["facts"])]
    assert few == [
        "Abandon rate, 15 min: 10.5 % or more, and Ready: less than 1", "over at less than 5.0 %",
        "over after 5 min of calm", "also while closed", "told on the alerts page and on boards only",
    ]  # fmt: skip
    polish = (await rows(served, "pl"))["long"]["says"].replace("\u00a0", " ")
    assert polish == "Najdłuższe czekanie: więcej niż 2:00, przez 30 s"


async def test_a_rule_that_knows_nothing_now_says_of_how_many_and_why_in_the_reader_s_language(served: Any) -> None:
    assert {name: row["no_data"] for name, row in (await rows(served)).items()} == {
        name: {"count": 1, "of": 1, "text": "No data: nobody has told of it yet"} for name in ("long", "few")
    }
    queued = {"type": "contact.queued", "contact": "c", "queue": "support", "source": "crm"}
    await served.http.post("/api/v1/events", json=[queued])
    async with asyncio.timeout(60):
        while "no_data" in (found := await rows(served))["long"]:
            await asyncio.sleep(0.03)
    assert found["few"]["no_data"]["text"] == "No data: too few contacts"
    assert (await rows(served, "uk"))["few"]["no_data"]["text"] == "Немає даних: замало звернень"


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (NoData(2, 8, frozenset({"few"}), frozenset()), "No data for 2 of 8: too few contacts"),
        (NoData(1, 3, frozenset({"quiet"}), frozenset()), "No data for 1 of 3: the source sends no heartbeats"),
        (NoData(0, 0, frozenset({"untold"}), frozenset()), "No data: nobody has told of it yet"),
        (
            NoData(8, 8, frozenset({"few", "silent"}), frozenset({"pbx-2", "pbx-1"})),
            "No data: nothing comes from pbx-1, pbx-2, too few contacts",
        ),
    ],
)
def test_no_data_in_words(found: NoData, says: str) -> None:
    assert no_data_told(found, page_say("en")) == says


async def test_how_many_alerts_of_a_rule_are_open_now_is_told(served: Any) -> None:
    said = {"kind": "queues", "of": "support", "metric": "oldest_wait_s", "limit": "> 120", "since": "1"}
    await served.parts.stream.append([
        AlertRaised(alert="a1", rule="long", severity="warning", attributes=said, source="wallboard", id="1+")
    ])  # fmt: skip
    async with asyncio.timeout(60):
        while (await rows(served))["long"]["open"] != 1:
            await asyncio.sleep(0.03)
    assert (await rows(served))["few"]["open"] == 0


async def test_a_changed_rule_lies_in_the_file_and_its_revisions_bring_back_what_it_was(served: Any) -> None:
    tag = (await rows(served))["long"]["tag"]
    changed = LONG.replace("> 120", "> 90").replace("too long", "90 s")
    answer = await put(served, "long", changed, tag)
    assert answer.status_code == 200, answer.text
    assert written(served) == TEXT.replace(LONG, changed)
    row = (await rows(served))["long"]
    assert (row["tag"], row["in_force"]) == (answer.json()["tag"], False)
    found = (await served.http.get(f"{RULES}/long/revisions")).json()["revisions"]
    assert [(one["revision"], one["who"]) for one in found] == [(2, "admin"), (1, "")]
    earlier = await served.http.get(f"{RULES}/long/revisions/1")
    assert (earlier.text, earlier.headers["content-type"]) == (LONG, "application/toml; charset=utf-8")
    assert (await put(served, "long", earlier.text, row["tag"])).status_code == 200
    assert written(served) == TEXT
    newest = (await served.http.get(f"{RULES}/long/revisions")).json()["revisions"][0]
    assert newest["revision"] == 3


@pytest.mark.parametrize(
    "text",
    [
        LONG.replace("[alert", "\n[alert"), LONG + "\n# seen to in May\n", "\n# a\n\n# b\n" + LONG,
        "  # a\n" + LONG, LONG + "   \n",
    ],
)  # fmt: skip
async def test_the_answered_tag_is_that_of_what_lies_in_the_file(served: Any, text: str) -> None:
    """What is apart from the rule by an empty line stays in the file, and is not the rule's there."""
    tag = (await rows(served))["long"]["tag"]
    answer = await put(served, "long", text, tag)
    assert answer.status_code == 200, answer.text
    row = (await rows(served))["long"]
    assert answer.json()["tag"] == row["tag"]
    newest = (await served.http.get(f"{RULES}/long/revisions")).json()["revisions"][0]["revision"]
    assert (await served.http.get(f"{RULES}/long/revisions/{newest}")).text == row["text"]
    assert (await put(served, "long", LONG, answer.json()["tag"])).status_code == 200
    assert (await rows(served))["long"]["text"].endswith(LONG)


async def test_the_trail_says_who_changed_which_limit(served: Any) -> None:
    cookie = await served.sign_in("Olena")
    headers = {"cookie": cookie, "origin": served.origin}
    tag = (await rows(served))["long"]["tag"]
    assert (await put(served, "long", LONG.replace("> 120", "> 90"), tag, **headers)).status_code == 200
    lines = [line for line in await asyncio.to_thread(served.parts.audit.read) if line.what.startswith("rule.")]
    [line] = lines
    assert (line.who, line.what, line.detail["rule"]) == ("Olena", "rule.changed", "long")
    assert [line.detail[key] for key in ("before", "after")] == [{"raise": "> 120"}, {"raise": "> 90"}]
    assert line.by


async def test_who_read_an_older_text_is_shown_the_newer_one_and_overwrites_nothing(served: Any) -> None:
    tag = (await rows(served))["long"]["tag"]
    theirs = LONG.replace("> 120", "> 60")
    assert (await put(served, "long", theirs, tag)).status_code == 200
    answer = await put(served, "long", LONG.replace("> 120", "> 90"), tag)
    assert (answer.status_code, answer.json()["now"]) == (412, theirs)
    assert written(served) == TEXT.replace(LONG, theirs)
    assert (await put(served, "long", LONG, None)).status_code == 412  # as a new one neither
    deleted = await served.http.delete(f"{RULES}/long", headers={"if-match": f'"{tag}"'})
    assert (deleted.status_code, written(served)) == (412, TEXT.replace(LONG, theirs))
    mine = LONG.replace("> 120", "> 90")
    assert (await put(served, "long", mine, answer.json()["tag"])).status_code == 200
    assert written(served) == TEXT.replace(LONG, mine)


MISTAKES = {
    "no limit": ('raise = "> 120"', 'raise = "120"', {"alert.long.raise"}),
    "several": ('metric = "oldest_wait_s"', 'metric = "wat"\nfor_ = "1"', {"alert.long.metric", "alert.long.for_"}),
    "nobody to tell": ('for = "30s"', 'notify = ["leads"]', {"alert.long.notify[0]"}),
    "another name": ("[alert.long]", "[alert.lang]", {"$"}),
    "a second table": ("# Somebody", "[site.x]\n# Somebody", {"$"}),
    "no TOML": ('queues = ["support"]', "queues = [", {"line 5, column 1"}),
}


@pytest.mark.parametrize("case", MISTAKES)
async def test_every_mistake_is_named_by_its_path_and_the_file_stays(served: Any, case: str) -> None:
    old, new, places = MISTAKES[case]
    wrong = LONG.replace(old, new)
    assert wrong != LONG
    answer = await put(served, "long", wrong, (await rows(served))["long"]["tag"])
    assert answer.status_code == 422, answer.text
    assert {one["at"] for one in answer.json()["mistakes"]} == places
    assert written(served) == TEXT
    if case != "another name":
        said = (await served.http.post("/api/v1/alerts/check-rule", json={"text": wrong})).json()
        assert {one["at"] for one in said["mistakes"]} == places


async def test_a_mistake_elsewhere_in_the_file_is_no_reason_to_refuse_a_rule(served: Any) -> None:
    file, tag = served.parts.config.file, (await rows(served))["long"]["tag"]
    file.write_text(TEXT.replace(">= 10.5", "10.5"), encoding="utf-8")
    found = (await rows(served))["few"]
    assert ([one["at"] for one in found["mistakes"]], found["in_force"], found["says"]) == (
        ["alert.few.raise"],
        False,
        "",
    )
    assert (await put(served, "long", LONG.replace("> 120", "> 90"), tag)).status_code == 200
    assert 'raise = "> 90"  # twice the target' in written(served)


async def test_a_new_rule_is_made_taken_away_and_brought_back(served: Any) -> None:
    text = '[alert.calm]\nmetric = "waiting"\nraise = "> 5"\n'
    made = await put(served, "calm", text, None)
    assert made.status_code == 201, made.text
    assert [one["at"] for one in made.json()["warnings"]] == ["alert.calm"]  # no action
    assert tomllib.loads(written(served))["alert"]["calm"] == {"metric": "waiting", "raise": "> 5"}
    gone = await served.http.delete(f"{RULES}/calm", headers={"if-match": f'"{made.json()["tag"]}"'})
    assert (gone.status_code, written(served)) == (200, TEXT)
    assert (await served.http.get(RULES)).json()["gone"] == ["calm"]
    last = (await served.http.get(f"{RULES}/calm/revisions")).json()["revisions"]
    assert [one["revision"] for one in last] == [2, 1]
    assert (await served.http.get(f"{RULES}/calm/revisions/2")).status_code == 404
    again = (await served.http.get(f"{RULES}/calm/revisions/1")).text
    assert (await put(served, "calm", again, None)).status_code == 201
    assert (await served.http.get(RULES)).json()["gone"] == []


async def test_of_a_rule_that_was_never_changed_there_is_no_revision_and_of_none_no_list(served: Any) -> None:
    assert (await served.http.get(f"{RULES}/long/revisions")).json() == {"revisions": []}
    assert (await served.http.get(f"{RULES}/nosuch/revisions")).status_code == 404
    assert (await served.http.get(f"{RULES}/{'0' * 300}/revisions")).status_code == 404


async def test_what_a_form_says_is_written_into_the_text_with_its_comments(served: Any) -> None:
    values = tomllib.loads(LONG)["alert"]["long"] | {"raise": "> 90", "for": None, "min_n": 3}
    said = (await served.http.post("/api/v1/alerts/check-rule", json={"text": LONG, "values": values})).json()
    assert said["text"] == LONG.replace("> 120", "> 90").replace('for = "30s"\n', "") + "min_n = 3\n"
    assert (said["mistakes"], said["warnings"], said["values"]["raise"]) == ([], [], "> 90")
    copied = (await served.http.post("/api/v1/alerts/check-rule", json={"text": LONG, "name": "long-2"})).json()
    assert (copied["name"], copied["text"]) == ("long-2", LONG.replace("[alert.long]", "[alert.long-2]"))
    fresh = {"text": "", "name": "my rule", "values": {"metric": "waiting", "raise": "> 5"}}
    made = (await served.http.post("/api/v1/alerts/check-rule", json=fresh)).json()
    assert made["text"] == '[alert."my rule"]\nmetric = "waiting"\nraise = "> 5"\n'
    deep: Any = "waiting"
    for _ in range(400):
        deep = [deep]
    refused = (await served.http.post("/api/v1/alerts/check-rule", json=fresh | {"values": {"metric": deep}})).json()
    assert [one["reason"] for one in refused["mistakes"]] == ["the values stand within one another too deep"]
    broken = (await served.http.post("/api/v1/alerts/check-rule", json={"text": "[alert.", "values": values})).json()
    assert (broken["text"], len(broken["mistakes"])) == ("[alert.", 1)
    assert written(served) == TEXT


async def test_of_a_rule_about_people_it_is_warned_who_is_no_lead_of_theirs(served_with: Callable[..., Any]) -> None:
    people = '[notify.office]\nurl = "json://h/"\n[notify.olena]\nurl = "json://h/"\nperson = "Olena"\n'
    rule = '[alert.x]\nmetric = "{}"\nraise = "> 2"\naction = "Ask"\nnotify = ["on-duty", "olena", "office"]\n'
    async with served_with(people) as served:
        async with asyncio.timeout(60):
            while (await served.http.get(RULES)).status_code != 200:
                await asyncio.sleep(0.03)
        for metric, keys in (("missed_in_row", ["alert.x.notify[2]"]), ("waiting", [])):
            told = (await served.http.post("/api/v1/alerts/check-rule", json={"text": rule.format(metric)})).json()
            assert (told["mistakes"], [one["at"] for one in told["warnings"]]) == ([], keys)


async def test_slips_of_the_pen_are_warned_of_in_the_reader_s_language_and_saved_all_the_same(served: Any) -> None:
    text = """\
[alert.slips]
metric = "abandon_rate"
window = "m15"
queues = ["suport", "s*", "!test-*"]
raise = "> 800"
action = "Look"
and = [{ metric = "waiting", raise = ">= 0" }]
"""
    asked = {"json": {"text": text}, "headers": {"accept-language": "pl"}}
    said = (await served.http.post("/api/v1/alerts/check-rule", **asked)).json()
    assert said["mistakes"] == []
    assert said["warnings"] == [
        {"at": "alert.slips.raise", "key": "raise", "reason": "Takiej liczby nie ma: reguła nigdy nie zadziała."},
        {"at": "alert.slips.and[0].raise", "reason": "Ta liczba zawsze taka jest: reguła działałaby zawsze."},
        {
            "at": "alert.slips.queues[0]", "key": "queues",
            "reason": "Nikt tu jeszcze nie widział „suport”. Może „support”?",
        },
    ]  # fmt: skip
    assert (await put(served, "slips", text, None)).status_code == 201
    wrong = text.replace('"> 800"', '"800"').replace("slips", '"of an odd.name"')
    answer = (await served.http.post("/api/v1/alerts/check-rule", json={"text": wrong})).json()
    assert answer["mistakes"] == [{
        "at": 'alert."of an odd.name".raise', "key": "raise", "reason": "a sign and a number, such as > 120 or <= 80.5",
    }]  # fmt: skip


async def test_leads_read_rules_and_only_administrators_change_them(served: Any) -> None:
    lead = await served.headers_of("Lena", "lead", teams=("one",))
    answer = await served.anonymous.get(RULES, headers=lead)
    assert (answer.status_code, answer.json()["edits"], len(answer.json()["rules"])) == (200, False, 2)
    for headers, says in ((lead, "Administrators change it."), (None, "what is saved here goes there")):
        page = await (served.anonymous if headers else served.http).get("/alerts/rules", headers=headers)
        assert says in re.findall(r'<p class="rules-what">(.*?)</p>', page.text)[0]
    assert {"text", "tag"}.isdisjoint(key for row in answer.json()["rules"] for key in row)
    assert "Somebody waits" not in answer.text
    tag = (await rows(served))["long"]["tag"]
    assert (await put(served, "long", LONG, tag, **lead)).status_code == 403
    assert (
        await served.anonymous.post("/api/v1/alerts/check-rule", json={"text": LONG}, headers=lead)
    ).status_code == 403
    assert (await served.anonymous.get(f"{RULES}/long/revisions", headers=lead)).status_code == 403
    viewer = await served.headers_of("Vera", "viewer")
    for path in (RULES, "/alerts/rules"):
        assert (await served.anonymous.get(path, headers=viewer)).status_code == 403
    assert (await served.http.put(f"{RULES}/long", content=LONG, headers=TOML)).status_code == 428


async def test_without_a_file_it_is_said_that_nothing_can_be_written(
    config: Config, served_elsewhere: Callable[..., Any]
) -> None:
    async with served_elsewhere(config) as bare:
        async with asyncio.timeout(60):
            while (answer := await bare.http.get(RULES)).status_code != 200:
                await asyncio.sleep(0.03)
        assert "--config" in answer.json()["file"]["why"]
        assert (await put(bare, "long", LONG, None)).status_code == 409


@pytest.fixture
async def elsewhere(config: Config, served_elsewhere: Callable[..., Any], tmp_path: Path) -> Any:
    """Makes servers with the file, and of other configurations."""
    file = tmp_path / "wallboard.toml"
    file.write_text(TEXT, encoding="utf-8")

    @asynccontextmanager
    async def served(environ: dict[str, str], **more: Any) -> AsyncIterator[Any]:
        found = as_written(file, environ)
        own = {"file": file, "settings": found.settings, "environment_receivers": found.environment_receivers}
        async with served_elsewhere(replace(config, **own, **more)) as served:
            async with asyncio.timeout(30):
                while (await served.http.get(RULES)).status_code != 200:
                    await asyncio.sleep(0.03)
            yield served

    return served


async def test_a_simulated_centre_neither_shows_nor_writes_the_file_of_the_real_one(elsewhere: Any) -> None:
    async with elsewhere({}, simulated=True) as demo:
        answer = await demo.http.get(RULES)
        assert "simulated" in answer.json()["file"]["why"]
        assert "Somebody waits" not in answer.text
        assert (await put(demo, "long", LONG.replace("> 120", "> 90"), tag_of(LONG))).status_code == 409
        assert written(demo) == TEXT
        names = (await demo.http.get("/api/v1/names")).json()
        assert (names["file"]["writable"], "simulated" in names["file"]["why"]) == (False, True)
        for page in (RULES, "/api/v1/names"):
            answer = await demo.http.get(page, headers={"accept-language": "uk"})
            assert "вигаданий центр" in answer.json()["file"]["why"], page


async def test_a_receiver_that_the_environment_names_may_be_told(elsewhere: Any) -> None:
    told = LONG + 'notify = ["night"]\n'
    mail = "smtp://mail.example.com/?from=a@example.com&to=b@example.com"
    async with elsewhere({"WALLBOARD_NOTIFY_NIGHT_URL": mail}) as served:
        tag = (await rows(served))["long"]["tag"]
        assert (await put(served, "long", LONG + 'notify = ["day"]\n', tag)).status_code == 422
        answer = await put(served, "long", told, tag)
        assert answer.status_code == 200, answer.text
        row = (await rows(served))["long"]
        assert (row["text"], row["mistakes"]) == (told, [])


async def test_a_file_behind_a_link_is_written_where_it_lies_with_its_group_and_its_neighbours(
    elsewhere: Any, tmp_path: Path
) -> None:
    """What the file names stands beside the link, as `wallboard` reads it."""
    link, folder = tmp_path / "wallboard.toml", tmp_path / "kept"
    folder.mkdir()
    real = folder / "ours.toml"
    real.write_text(TEXT + '\n[notify.night]\nurl_file = "night"\n', encoding="utf-8")
    (tmp_path / "night").write_text("smtp://mail.example.com/?from=a@example.com&to=b@example.com", encoding="utf-8")
    group = 12_345 if os.getuid() == 0 else os.getgroups()[-1] if os.getgroups() else os.getgid()
    os.chown(real, -1, group)
    link.unlink()
    link.symlink_to(real)
    async with elsewhere({}) as served:
        told = LONG.replace("action", 'notify = ["night"]\naction')
        answer = await put(served, "long", told, (await rows(served))["long"]["tag"])
        assert answer.status_code == 200, answer.text
    assert link.is_symlink()
    assert told in real.read_text(encoding="utf-8")
    assert real.stat().st_gid == group
    assert {one.name for one in folder.iterdir()} == {"ours.toml"}


async def test_a_file_that_is_mounted_by_itself_is_refused_before_anything_is_noted(
    elsewhere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with elsewhere({}) as served:
        file, is_mount = served.parts.config.file.resolve(), os.path.ismount
        monkeypatch.setattr("os.path.ismount", lambda path: path == file or is_mount(path))
        answer = await served.http.get(RULES)
        assert "mount its folder" in answer.json()["file"]["why"]
        tag = answer.json()["rules"][0]["tag"]
        assert (await put(served, "long", LONG.replace("> 120", "> 90"), tag)).status_code == 409
        assert (await served.http.get(f"{RULES}/long/revisions")).json()["revisions"] == []


async def test_a_file_that_cannot_be_written_is_told(served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("wallboard.record.ruletext.replace_file", read_only)
    answer = await put(served, "long", LONG.replace("> 120", "> 90"), (await rows(served))["long"]["tag"])
    assert (answer.status_code, "Read-only" in answer.text) == (409, True)
