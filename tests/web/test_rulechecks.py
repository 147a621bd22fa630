"""What is wrong with an alert rule, or looks like a slip of the pen, is said before it is saved; nothing is lost."""

import asyncio
import tomllib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from ruling import LONG, RULES, TEXT, put, rows, ruled, written

MISTAKES = {
    "no limit": ('raise = "> 120"', 'raise = "120"', {"alert.long.raise"}),
    "several": ('metric = "oldest_wait_s"', 'metric = "wat"\nfor_ = "1"', {"alert.long.metric", "alert.long.for_"}),
    "nobody to tell": ('for = "30s"', 'notify = ["leads"]', {"alert.long.notify[0]"}),
    "another name": ("[alert.long]", "[alert.lang]", {"$"}),
    "a second table": ("# Somebody", "[site.x]\n# Somebody", {"$"}),
    "no TOML": ('queues = ["support"]', "queues = [", {"line 5, column 1"}),
}


@pytest.fixture
async def served(served_with: Callable[..., Any]) -> AsyncIterator[Any]:
    async with ruled(served_with) as found:
        yield found


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
