"""/sources shows every source with what it says of itself; /sources/{id} why an event is not on the board."""

import asyncio
import re
from dataclasses import replace
from typing import Any

import pytest

from tests.web.conftest import serving_file  # type: ignore[import-not-found]
from wallboard.config import Config
from wallboard.core import naming
from wallboard.core.events import Queued
from wallboard.stream.health import Health

EVENTS = "/api/v1/events"
HOSTILE = "<img src=x onerror=alert(1)>"


async def told_of(served: Any, name: str, count: int) -> dict[str, Any]:
    """The API's answer about a source once it has at least so many events."""
    async with asyncio.timeout(60):
        while True:
            answer = await served.http.get(f"/api/v1/sources/{name}")
            if answer.status_code == 200 and len(answer.json()["events"]) >= count:
                found: dict[str, Any] = answer.json()
                return found
            await asyncio.sleep(0.05)


async def test_each_event_of_a_source_says_what_it_did_the_newest_first(served: Any) -> None:
    queued = {"type": "contact.queued", "source": "pbx-1", "contact": "c-1", "queue": "support", "id": "e-1"}
    await served.http.post(EVENTS, json=[queued, queued | {"type": "contact.abandoned", "id": "e-2"}])
    found = await told_of(served, "pbx-1", 2)
    assert [event["type"] for event in found["events"][-2:]] == ["contact.abandoned", "contact.queued"]
    assert found["events"][-1]["about"] == {"contact": "c-1", "queue": "support"}
    assert any("support" in deed["text"] for deed in found["events"][-1]["did"])


async def test_a_customer_is_shown_on_no_page_and_in_no_answer(served: Any) -> None:
    number = "380441234567"  # what a map that is not careful takes for the key
    contact = {"source": "pbx-1", "contact": "c-1", "customer": number}
    rated = {"type": "contact.rated", "source": "pbx-1", "customer": number, "score": 4, "queue": "support"}
    queued = {"type": "contact.queued", "queue": "support"} | contact
    posted = await served.http.post(EVENTS, json=[rated, queued, {"type": "contact.abandoned"} | contact])
    assert posted.json()["accepted"] == 3
    found = await told_of(served, "pbx-1", 3)
    assert found["events"][1]["about"] == {"contact": "c-1", "queue": "support"}
    pages = [await served.http.get(f"{at}/sources/pbx-1") for at in ("", "/api/v1")]
    pages += [await served.http.get(f"/api/v1/{at}") for at in ("state", "floor?queue=support")]
    pages += [
        await served.http.get(f"/api/v1/explain?queue=support&metric={of}&window=day")
        for of in ("abandoned", "repeat_rate")
    ]
    assert [page.status_code for page in pages] == [200] * 6
    assert not [page.url for page in pages if number in page.text]


async def test_a_refused_event_appears_with_its_path(served: Any) -> None:
    told = {"type": "source.beat", "source": "pbx-1"}
    await served.http.post(EVENTS, json=[told, {"type": "contact.queued", "source": "pbx-1", "queue": 7}])
    found = await told_of(served, "pbx-1", 2)
    assert "$[1].queue" in str(found["events"])
    assert found["source"]["rejected"] == 1


async def test_a_refused_event_brings_no_source_into_being_and_counts_under_its_token_s(served: Any) -> None:
    wanted = {"name": "crm", "scopes": ["events:write"], "queues": ["support"]}
    bound = [wanted | {"source": "pbx-1"}, wanted]
    tokens = [(await served.http.post("/api/v1/tokens", json=one)).json()["token"] for one in bound]
    evil = [{"type": "source.beat", "source": f"evil-{number}"} for number in range(3)]
    for token in tokens:
        answer = await served.anonymous.post(EVENTS, json=evil, headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == 422
    # one that may speak as any source, and names one that nobody knows
    answer = await served.http.post(EVENTS, json={"type": "contact.queued", "source": "evil-4", "queue": 7})
    assert answer.status_code == 422
    await served.http.post(EVENTS, json=[{"type": "source.beat", "source": "last"}, {"type": "?", "source": "last"}])
    await told_of(served, "last", 2)
    for name in ("pbx-1", "crm"):
        found = await told_of(served, name, 1)
        assert found["source"]["rejected"] == 3
        assert "last_event_at" not in found["source"]
    state = (await served.http.get("/api/v1/state")).json()
    assert set(state["sources"]) == {"pbx-1", "crm", "last"}
    assert "last_event_at" not in state["sources"]["pbx-1"]
    page = (await served.http.get("/sources")).text
    assert "evil" not in page
    row = page.split('href="/sources/pbx-1"')[1].split("</tr>")[0]
    assert ">–</td>" in row
    assert "<time" not in row
    assert "wallboard_events_rejected_total" in (await served.http.get("/metrics")).text


async def test_only_who_may_open_a_source_has_a_link_to_it(served: Any) -> None:
    await served.two_teams()
    await served.http.post(EVENTS, json={"type": "source.beat", "source": "pbx-1"})
    await told_of(served, "pbx-1", 1)
    bound = {"cookie": await served.sign_in("Lena", "lead", teams=("one",))}
    page = (await served.anonymous.get("/sources", headers=bound)).text
    assert "pbx-1" in page
    assert 'href="/sources/' not in page
    assert "data-opens" not in page
    assert (await served.anonymous.get("/sources/pbx-1", headers=bound)).status_code == 403
    page = (await served.http.get("/sources")).text
    assert 'href="/sources/pbx-1"' in page
    assert "data-opens" in page


async def test_what_was_not_taken_is_told_a_line_each_and_once(served: Any) -> None:
    good = {"type": "contact.queued", "source": "pbx-1", "contact": "c", "queue": "support", "id": "e-1"}
    bad = [good | {"id": "e-2", "queue": 7}, good | {"id": "e-3", "contact": 8}]
    await served.http.post(EVENTS, json=[good, good, good | {"contact": "d"}, *bad])
    found = await told_of(served, "pbx-1", 2)
    counted = next(one for one in found["events"] if one["type"] == "source.counted")
    assert [(deed["code"], deed["text"].split(":")[0]) for deed in counted["did"]] == [
        ("rejected", "refused e-2"),
        ("rejected", "refused e-3"),
        ("conflict", "conflict"),
        ("duplicate", "repeated e-1"),
    ]
    assert counted["about"] == {"duplicates": 2, "conflicts": 1, "rejected": 2}
    assert (found["source"]["duplicates"], found["source"]["conflicts"]) == (2, 1)
    assert "Conflicts: 1" in (await served.http.get("/sources")).text


async def test_a_platform_s_own_counters_stand_beside_ours(served: Any) -> None:
    begun_ms = served.parts.clock_ms() - 60_000
    told = {"type": "source.beat", "source": "pbx-1"}
    counted = [
        {"queue": HOSTILE, "completed": "7", "abandoned": "1"},
        {"queue": HOSTILE, "completed": "9", "abandoned": "1"},
    ]
    assert "sources-counters" in (page := (await served.http.get("/sources")).text)
    assert 'id="counters" class="sources-counters" hidden' in page
    await served.http.post(
        EVENTS,
        json=[
            told | {"time": begun_ms, "attributes": counted[0]},
            {"type": "contact.queued", "source": "pbx-1", "contact": "c", "queue": HOSTILE, "time": begun_ms + 1_000},
            {"type": "contact.abandoned", "source": "pbx-1", "contact": "c", "time": begun_ms + 2_000},
            told | {"time": begun_ms + 3_000, "attributes": counted[1]},
        ],
    )
    await told_of(served, "pbx-1", 4)
    [row] = (await served.http.get("/api/v1/sources")).json()["sources"]
    assert row["counters"] == [
        {
            "queue": HOSTILE, "since": begun_ms, "until": begun_ms + 3_000,
            "completed": {"theirs": 2, "ours": 0}, "gone": {"theirs": 0, "ours": 1},
        }
    ]  # fmt: skip
    page = (await served.http.get("/sources")).text
    assert HOSTILE not in page
    body = page.split('id="compared"')[1].split("</tbody>")[0]
    assert [text.strip() for text in re.findall(r">([-+0-9]+)</td>", body)] == ["2", "0", "-2", "0", "1", "+1"]


async def test_the_pages_name_the_sites_zone_once(served: Any) -> None:
    await served.http.post(EVENTS, json={"type": "source.beat", "source": "pbx-1"})
    await told_of(served, "pbx-1", 1)
    for address in ("/sources", "/sources/pbx-1"):
        assert (await served.http.get(address)).text.count("times in UTC") == 1


async def test_a_configured_source_that_says_nothing_says_why(config: Config, served_elsewhere: Any) -> None:
    collecting = replace(config, collectors={"pbx-1": {"kind": "asterisk"}, "pbx-2": {"kind": "asterisk"}})
    async with served_elsewhere(collecting) as served:
        note = "AMI not connected: permission denied by manager.conf"
        await served.parts.health.write("pbx-1", Health(state="waiting", since=1, at_ms=2, note=note))
        rows = (await served.http.get("/api/v1/sources")).json()["sources"]
        assert [(row["name"], row["kind"], row["state"], row["note"]) for row in rows] == [
            ("pbx-1", "asterisk", "down", f"collector waiting: {note}"),
            ("pbx-2", "asterisk", "down", "collector not running"),
        ]
        page = await served.http.get("/sources")
        assert note in page.text


async def test_an_administrator_reads_that_the_file_has_a_mistake_and_the_last_good_one_is_in_force(
    config: Config,
) -> None:
    async with serving_file(config, "[queue.support]\nname = 'Support'\n") as served:
        assert 'id="mistake"' not in (await served.http.get("/sources")).text
        served.parts.config.file.write_text("[queue.support]\nname = \n", encoding="utf-8")
        page = (await served.http.get("/sources")).text
        [told] = re.findall(r'<p id="mistake"[^>]*>(.*?)</p>', page)
        assert told.startswith("wallboard.toml has a mistake; the last good one stays in force: ")
        assert "line 2" in told
        lead = await served.headers_of("Lena", "lead")
        assert 'id="mistake"' not in (await served.anonymous.get("/sources", headers=lead)).text


async def test_a_webhook_has_no_collector_that_could_be_missing(config: Config, served_elsewhere: Any) -> None:
    async with served_elsewhere(replace(config, collectors={"crm": {"kind": "webhook"}})) as served:
        [row] = (await served.http.get("/api/v1/sources")).json()["sources"]
        assert (row["name"], row["kind"], row["state"]) == ("crm", "webhook", "silent")
        assert "not running" not in (await served.http.get("/sources/crm")).text


async def test_the_pages_show_hostile_names_as_text(served: Any) -> None:
    beat = {"type": "kpi.reported", "kpi": HOSTILE, "value": 1, "source": HOSTILE}
    assert (await served.http.post(EVENTS, json=beat)).status_code == 202
    path = "%3Cimg%20src=x%20onerror=alert(1)%3E"
    await told_of(served, path, 1)
    for address in ("/sources", f"/sources/{path}"):
        page = await served.http.get(address)
        assert page.status_code == 200
        assert HOSTILE not in page.text
        assert "&lt;img src=x" in page.text


async def test_a_source_whose_name_has_a_slash_has_its_page(served: Any) -> None:
    await served.http.post(EVENTS, json={"type": "source.beat", "source": "site/pbx"})
    assert (await told_of(served, "site%2Fpbx", 1))["source"]["name"] == "site/pbx"
    assert (await served.http.get("/sources/site%2Fpbx")).status_code == 200


async def test_an_unknown_source_is_404_for_programs_and_people(served: Any) -> None:
    assert (await served.http.get("/api/v1/sources/nobody")).status_code == 404
    page = await served.http.get("/sources/nobody", headers={"accept": "text/html"})
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "/sources lists those that have" in page.text


async def test_visits_that_a_source_left_open_and_restarts_of_its_platform_are_told(served: Any) -> None:
    queued = {"type": "contact.queued", "source": "pbx-1", "contact": "c-1", "queue": "support"}
    await served.http.post(EVENTS, json=[queued, queued | {"contact": "c-2"}])
    await served.http.post(EVENTS, json={"type": "source.restarted", "source": "pbx-1"})
    found = await told_of(served, "pbx-1", 3)
    assert (found["source"]["lost"], found["source"]["restarts"], found["gaps"]) == (2, 1, 0)
    assert ">2</dd>" in (await served.http.get("/sources/pbx-1")).text


async def test_a_source_that_was_not_heard_for_a_while_has_its_gaps_and_their_length(served: Any) -> None:
    await served.http.post(EVENTS, json={"type": "source.beat", "source": "pbx-1"})
    await told_of(served, "pbx-1", 1)
    row = served.parts.pipeline.floor.sources["pbx-1"]
    row.gaps, row.gap_ms = 2, 192_000
    [found] = (await served.http.get("/api/v1/sources")).json()["sources"]
    assert (found["gaps"], found["gap_ms"]) == (2, 192_000)
    assert ">2 · 3 min<" in (await served.http.get("/sources")).text
    assert '<dd id="gaps">2</dd>' in (await served.http.get("/sources/pbx-1")).text


async def test_new_names_beyond_the_limits_are_shown_with_their_number(
    served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(naming.MOST, "queues", 1)
    told = [Queued(source="pbx-1", contact=f"c-{n}", queue=f"q-{n}", id=f"{n}") for n in range(4)]
    await served.parts.stream.append(told)  # as a collector brings them
    found = await told_of(served, "pbx-1", 4)
    over = found["source"]["overflow"]
    assert over == 3
    named = {"en": "Beyond the limits", "uk": "Понад межі", "ru": "Сверх пределов", "pl": "Ponad limity"}
    for language, words in named.items():
        page = await served.http.get("/sources", headers={"accept-language": language})
        assert f">{words}: {over}<" in page.text, language
    assert f'<dd id="overflow">{over}</dd>' in (await served.http.get("/sources/pbx-1")).text
