"""The audit trail is read page by page, and taken along as a table that no spreadsheet calculates."""

import asyncio
import csv
import io
import re
from pathlib import Path
from typing import Any

import wallboard
from wallboard.core.events import OWN_TYPES
from wallboard.record.database import open_record
from wallboard.record.erasing import Whose, erase
from wallboard.web.forgetting import KINDS
from wallboard.web.speaking import page_say

AUDIT = "/api/v1/audit"


async def told(served: Any, *lines: tuple[str, str, dict[str, object]]) -> None:
    for at_ms, (who, what, detail) in enumerate(lines, 1_795_000_000_000):
        await asyncio.to_thread(lambda at=at_ms, who=who, what=what, more=detail: served.parts.audit.write(
            at, who, what, **more))  # fmt: skip


async def test_before_gives_the_lines_that_are_older_and_nothing_where_there_are_none(served: Any) -> None:
    await told(served, *(("Olena", f"test.{n}", {}) for n in range(5)))
    lines = (await served.http.get(AUDIT)).json()["lines"]
    assert [line["what"] for line in lines] == [f"test.{n}" for n in (4, 3, 2, 1, 0)]
    older = (await served.http.get(AUDIT, params={"before": lines[2]["n"]})).json()["lines"]
    assert older == lines[3:]
    assert (await served.http.get(AUDIT, params={"before": lines[-1]["n"]})).json() == {"lines": []}
    for wrong in ({"before": "x"}, {"before": "-1"}, {"before": ""}, {"after": "1"}):
        assert (await served.http.get(AUDIT, params=wrong)).status_code == 400, wrong


async def test_as_csv_a_line_each_newest_first_and_no_name_is_a_formula(served: Any) -> None:
    await told(
        served,
        ("=cmd|'/c calc'!A1", "notice.posted", {"id": "n1", "text": 'said "so",\r\n=1+1'}),
        ("@SUM(A1)", "alert.acknowledged", {"id": "a1"}),
    )
    answer = await served.http.get(AUDIT, headers={"accept": "text/csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="audit.csv"'
    assert "no-store" in answer.headers["cache-control"]
    assert answer.text.startswith("\ufeff")
    head, *rows = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"), newline=""))
    assert head == ["n", "at", "who", "by", "what", "detail"]
    assert [row[1:] for row in rows] == [
        ["2026-11-18T11:06:40.001+00:00", "'@SUM(A1)", "", "alert.acknowledged", '{"id":"a1"}'],
        ["2026-11-18T11:06:40.000+00:00", "'=cmd|'/c calc'!A1", "", "notice.posted",
         '{"id":"n1","text":"said \\"so\\",\\r\\n=1+1"}'],
    ]  # fmt: skip
    linked = await served.http.get("/audit.csv")
    assert (linked.text, linked.headers["content-disposition"]) == (answer.text, answer.headers["content-disposition"])
    assert 'href="/audit.csv"' in (await served.http.get("/people")).text
    (older,) = list(csv.reader(io.StringIO((await served.http.get(
        AUDIT, params={"before": rows[1][0]}, headers={"accept": "text/csv"})).text)))  # fmt: skip
    assert older[-1] == "detail", "only the head"


async def test_two_of_one_name_are_told_apart_by_account_and_token(served: Any) -> None:
    """Anna leaves, her account goes, and another Anna comes; then a program is called so."""
    seen = []
    for role in ("lead", "lead"):
        headers = await served.headers_of("Anna", role)
        person = await served.person("Anna")
        answer = await served.anonymous.post("/api/v1/notices", json={"text": "hello"}, headers=headers)
        assert answer.status_code == 202
        assert (await served.http.delete(f"/api/v1/people/{person}")).status_code == 200
        seen.append(f"person:{person}")
    wanted = {"name": "Anna", "scopes": ["notices:write"]}
    token = (await served.http.post("/api/v1/tokens", json=wanted)).json()
    headers = {"authorization": f"Bearer {token['token']}"}
    await served.anonymous.post("/api/v1/notices", json={"text": "hello"}, headers=headers)
    lines = (await served.http.get(AUDIT)).json()["lines"]
    annas = [line for line in lines if line["who"] == "Anna"]
    assert [line["by"] for line in annas] == [f"program:{token['id']}", *reversed(seen)]
    assert all("by" not in line["detail"] for line in annas)
    assert "by" not in next(line for line in lines if line["what"] == "person.added"), "of a command nothing is known"
    rows = (await served.http.get(AUDIT, headers={"accept": "text/csv"})).text
    assert seen[0] in rows


async def test_an_erased_person_is_not_told_by_the_id_of_their_account_either(served: Any) -> None:
    headers = await served.headers_of("Anna", "lead")
    person = await served.person("Anna")
    await served.anonymous.post("/api/v1/notices", json={"text": "hello"}, headers=headers)
    engine = open_record(served.parts.config.data)
    done = await asyncio.to_thread(lambda: erase(engine, Whose({"Anna", person}), by="tests", now_ms=1))
    line = next(one for one in (await served.http.get(AUDIT)).json()["lines"] if one["what"] == "notice.posted")
    assert (line["who"], line["by"]) == (done.pseudonym, f"person:{done.pseudonym}")


async def test_neither_is_for_anybody_but_administrators(served: Any) -> None:
    cookie = {"cookie": await served.sign_in("Lead", "lead")}
    for accept in ("application/json", "text/csv"):
        answer = await served.anonymous.get(AUDIT, headers=cookie | {"accept": accept})
        assert answer.status_code == 403


def test_whatever_is_written_into_the_trail_is_called_something_on_the_page() -> None:
    """Deeds as they stand in the code; those on alerts are called like their events, a screen's like its orders."""
    package = Path(wallboard.__file__).parent
    text = "\n".join(
        file.read_text(encoding="utf-8") for file in package.rglob("*.py") if file.parent.name not in ("core", "alerts")
    )
    kinds = "channel|letter|receiver|person|token|screen|board|name|notice|contact|floor|source|queue|shift|rule"
    kinds += "|configuration"
    deeds = set(re.findall(rf'"((?:{kinds})\.[a-z_]+)"', text))
    deeds = {one for one in deeds if not one.endswith((".html", ".title", ".queued"))}
    deeds |= {one for one in OWN_TYPES if one.startswith(("alert.", "duty."))} - {"alert.raised", "alert.cleared"}
    deeds |= {f"screen.{do}" for do in ("reload", "identify", "show")} | {f"{kind}.forgotten" for kind in KINDS}
    called = {key.removeprefix("trail.did.") for key in page_say("en").catalog if key.startswith("trail.did.")}
    assert {one.replace(".", "_") for one in deeds} == called
