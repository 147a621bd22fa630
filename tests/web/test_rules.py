"""Alert rules over HTTP: in words and as the text of wallboard.toml; administrators change them, nothing is lost."""

import asyncio
import re
import tomllib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from ruling import LONG, RULES, TEXT, TOML, put, rows, ruled, written

from wallboard.core.events import AlertRaised
from wallboard.core.nodata import NoData
from wallboard.web.ruletold import no_data_told
from wallboard.web.speaking import page_say


@pytest.fixture
async def served(served_with: Callable[..., Any]) -> AsyncIterator[Any]:
    async with ruled(served_with) as found:
        yield found


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


async def test_a_file_that_cannot_be_written_is_told(served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("wallboard.record.ruletext.replace_file", read_only)
    answer = await put(served, "long", LONG.replace("> 120", "> 90"), (await rows(served))["long"]["tag"])
    assert (answer.status_code, "Read-only" in answer.text) == (409, True)
