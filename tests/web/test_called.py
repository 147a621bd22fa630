"""Names over HTTP: what was seen is called something, in wallboard.toml; leads for their own teams."""

import asyncio
import tomllib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from wallboard.config import Config

NAMES = "/api/v1/names"
TEXT = """# ours
[queue.support]
name = "Support"  # as people say
team = "one"

[queue.sales]
team = "two"

[agent.anna]
name = "Anna Nowak"
team = "one"
"""


@pytest.fixture
async def served(served_with: Callable[..., Any]) -> AsyncIterator[Any]:
    """A server with a file, and a floor that knows what stands in it."""
    async with served_with(TEXT) as found:
        seen = [
            {"type": "agent.signed_in", "agent": agent, "queues": ["support"], "source": "pbx", **more}
            for agent, more in (
                ("anna nowack", {}),
                ("boris", {"name": "Boris", "team": "two"}),
                ("sip:7", {"team": "two"}),
                ("anna", {}),
            )
        ]
        await found.http.post("/api/v1/events", json=seen)
        await found.until(NAMES, lambda names: len(names.get("agent", ())) >= 4)
        yield found


async def rows(served: Any, kind: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    http = served.anonymous if headers else served.http
    answer = await http.get(NAMES, headers=headers)
    assert answer.status_code == 200, answer.text
    return {row["id"]: row for row in answer.json()[kind]}


async def put(served: Any, kind: str, row: dict[str, Any], body: Any, **headers: str) -> Any:
    http = served.anonymous if "cookie" in headers else served.http
    address = f"{NAMES}/{kind}/{row['id']}"
    return await http.put(address, json=body, headers={"if-match": row["tag"], **headers})


def written(served: Any) -> str:
    return str(served.parts.config.file.read_text(encoding="utf-8"))


async def test_a_name_is_written_with_comments_kept_and_the_trail_says_who_and_what(served: Any) -> None:
    row = (await rows(served, "queue"))["support"]
    body = {"name": "Підтримка", "hidden": True, "target": {"percent": 90, "seconds": 30}}
    answer = await put(served, "queue", row, body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["configured"]["name"] == "Підтримка"
    text = written(served)
    assert '# ours\n[queue.support]\nname = "Підтримка"  # as people say\n' in text
    assert tomllib.loads(text)["queue"]["support"]["target"] == {"percent": 90, "seconds": 30}
    again = (await rows(served, "queue"))["support"]
    assert (again["tag"], again["name"], again["team"]) == (answer.json()["tag"], "Підтримка", "one")
    line = (await asyncio.to_thread(served.parts.audit.read))[0]
    assert (line.who, line.what, line.detail["before"]["name"]) == ("admin", "name.changed", "Support")


async def test_an_unmatched_id_becomes_one_more_of_the_near_one(served: Any) -> None:
    found = await rows(served, "agent")
    assert next(iter(found)) == "anna nowack"
    assert found["anna nowack"]["near"] == {"id": "anna", "name": "Anna Nowak"}
    assert (await put(served, "agent", found["anna"], {"also": ["pbx:anna nowack"]})).status_code == 200
    assert tomllib.loads(written(served))["agent"]["anna"]["also"] == ["pbx:anna nowack"]


async def test_what_was_named_has_its_name_at_once(served: Any) -> None:
    row = (await rows(served, "agent"))["anna nowack"]
    assert row["unnamed"]
    await put(served, "agent", row, {"name": "Anna N."})
    again = (await rows(served, "agent"))["anna nowack"]
    assert (again["name"], again["unnamed"]) == ("Anna N.", False)


async def test_who_read_an_older_entry_is_told_what_it_says_now(served: Any) -> None:
    row = (await rows(served, "queue"))["support"]
    file = served.parts.config.file
    file.write_text(TEXT.replace('"Support"', '"Help"'), encoding="utf-8")
    answer = await put(served, "queue", row, {"name": "Mine"})
    assert (answer.status_code, answer.json()["now"]["name"]) == (412, "Help")
    assert '"Help"' in written(served)
    assert (await put(served, "queue", {**row, "tag": answer.json()["tag"]}, {"name": "Mine"})).status_code == 200


MISTAKES: dict[str, tuple[str, Any, int, str]] = {
    "no source": ("also", ["1006"], 422, "SOURCE:ID"),
    "an empty name": ("name", "", 422, "$.name"),
    "a typo": ("nmae", "x", 422, "nmae"),
    "what an agent has not": ("hidden", True, 422, "$.hidden"),
}


@pytest.mark.parametrize("case", MISTAKES)
async def test_a_mistake_is_named_and_the_file_is_as_it_was(served: Any, case: str) -> None:
    key, value, status, words = MISTAKES[case]
    answer = await put(served, "agent", (await rows(served, "agent"))["anna"], {key: value})
    assert answer.status_code == status, answer.text
    assert words in answer.text
    assert written(served) == TEXT
    assert [one.name for one in served.parts.config.file.parent.glob("*.toml*")] == ["wallboard.toml"]


async def test_a_lead_names_what_is_of_their_teams_and_of_none_and_nobody_elses(served: Any) -> None:
    cookie = await served.sign_in("Lena", "lead", teams=("one",))
    headers = {"cookie": cookie, "origin": served.origin}
    found = await rows(served, "agent", headers)
    assert sorted(found) == ["anna", "anna nowack"]
    theirs = (await rows(served, "agent"))["boris"]
    everything = {
        "another team's person": ("agent", theirs, {"name": "x"}, 404),
        "to another team": ("agent", found["anna nowack"], {"team": "two"}, 403),
        "out of the team": ("agent", found["anna"], {"team": None}, 403),
        "another team's id": ("agent", found["anna"], {"also": ["pbx:boris"]}, 403),
        "one with colons": ("agent", found["anna"], {"also": ["pbx:sip:7"]}, 403),
        "a source with one": ("agent", found["anna"], {"also": ["pbx:1:boris"]}, 403),
        "a reason": ("reason", {"id": "lunch", "tag": "x"}, {"name": "x"}, 403),
        "their own": ("agent", found["anna nowack"], {"name": "Anna the second", "team": "one"}, 200),
    }
    for case, (kind, row, body, status) in everything.items():
        answer = await put(served, kind, row, body, **headers)
        assert answer.status_code == status, (case, answer.text)
    assert tomllib.loads(written(served))["agent"]["anna nowack"] == {"name": "Anna the second", "team": "one"}


async def test_viewers_have_no_names_and_without_a_file_it_is_said_that_nothing_can_be_written(
    served: Any, config: Config, served_elsewhere: Callable[..., Any]
) -> None:
    viewer = await served.headers_of("Vera", "viewer")
    for path in ("/names", NAMES):
        assert (await served.anonymous.get(path, headers=viewer)).status_code == 403
    assert (await served.http.put(f"{NAMES}/queue/support", json={})).status_code == 428
    assert (await served.http.get("/names")).status_code == 200
    async with served_elsewhere(config) as bare:
        while (await bare.http.get(NAMES)).status_code != 200:
            await asyncio.sleep(0.03)
        assert "--config" in (await bare.http.get(NAMES)).json()["file"]["why"]


async def test_a_file_that_cannot_be_written_is_told(served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("wallboard.record.entries.replace_file", read_only)
    answer = await put(served, "queue", (await rows(served, "queue"))["support"], {"name": "x"})
    assert (answer.status_code, "Read-only" in answer.text) == (409, True)
