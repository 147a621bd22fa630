"""A mistyped queue or source goes, with a line of who did it; what is configured stays."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from wallboard.config import Config, Limits
from wallboard.core.events import ConfigApplied, QueueForgotten, SourceForgotten

EVENTS, NAMES = "/api/v1/events", "/api/v1/names"
STATE = "/api/v1/state"


@pytest.fixture
async def served(config: Config, served_elsewhere: Callable[..., Any]) -> AsyncIterator[Any]:
    """A floor that has room for two queues: a configured one, and one that is a typing mistake."""
    async with served_elsewhere(replace(config, limits=Limits(queues=2, new_in_an_hour=100))) as found:
        settings = {"queue": {"support": {"team": "one"}}}
        await found.parts.stream.append([ConfigApplied(settings=settings, source="wallboard", id="1")])
        for queue in ("support", "supprot"):
            await queued(found, queue, 202)
        await found.until(STATE, lambda state: set(state.get("queues", ())) == {"support", "supprot"})
        await told(found, "contact.ended", is_open=False)
        yield found


async def told(served: Any, kind: str, *, is_open: bool, **more: str) -> None:
    """Of the contact in the mistyped queue; the floor knows it afterwards."""
    event = {"type": kind, "contact": "c-supprot", "source": "scirpt", **more}
    answer = await served.http.post(EVENTS, json=event)
    assert answer.json()["rejected"] == [], answer.text
    async with asyncio.timeout(30):
        while _is_open(served) != is_open:
            await asyncio.sleep(0.03)


def _is_open(served: Any) -> bool | None:
    contact = served.parts.pipeline.floor.contacts.contacts.get(("scirpt", "c-supprot"))
    return contact.story.is_under_way if contact else None


async def queued(served: Any, queue: str, status: int) -> None:
    event = {"type": "contact.queued", "contact": f"c-{queue}", "queue": queue, "source": "scirpt"}
    answer = await served.http.post(EVENTS, json=event)
    assert answer.status_code == status, answer.text


async def forget(served: Any, path: str, headers: dict[str, str] | None = None) -> Any:
    http = served.anonymous if headers else served.http
    return await http.delete(f"{NAMES}/{path}", headers=headers)


async def test_a_mistyped_queue_goes_makes_room_for_another_and_returns_with_a_new_event(served: Any) -> None:
    await queued(served, "sales", 422)
    lead = await served.headers_of("Lena", "lead")
    answer = await forget(served, "queue/supprot", lead)
    assert (answer.status_code, answer.json()) == (202, {"kind": "queue", "id": "supprot"})
    await served.until(STATE, lambda state: set(state.get("queues", ())) == {"support"})
    newest = served.parts.audit.read()[0]
    assert (newest.who, newest.what, newest.detail) == ("Lena", "queue.forgotten", {"id": "supprot"})
    entries = await served.parts.stream.read("0-0")
    [told] = [one.event for one in entries if isinstance(one.event, QueueForgotten)]
    assert (told.name, told.who) == ("supprot", "Lena")
    await queued(served, "supprot", 202)
    await served.until(STATE, lambda state: set(state.get("queues", ())) == {"support", "supprot"})


async def test_a_queue_is_not_forgotten_while_somebody_waits_or_talks_in_it(served: Any) -> None:
    for kind, more in (("contact.queued", {}), ("contact.answered", {"agent": "anna"})):
        await told(served, kind, is_open=True, queue="supprot", **more)
        answer = await forget(served, "queue/supprot")
        assert (answer.status_code, "talked to in it: 1" in answer.text) == (409, True), answer.text
    await told(served, "contact.ended", is_open=False)
    assert (await forget(served, "queue/supprot")).status_code == 202
    await served.until(STATE, lambda state: set(state.get("queues", ())) == {"support"})


async def test_a_mistyped_source_goes_with_all_that_it_told(served: Any) -> None:
    assert (await forget(served, "source/scirpt")).status_code == 202
    await served.until(STATE, lambda state: set(state.get("sources", ())) == set())
    await served.until(STATE, lambda state: set(state.get("queues", ())) == {"support"})
    assert served.parts.audit.read()[0].what == "source.forgotten"
    entries = await served.parts.stream.read("0-0")
    assert any(isinstance(one.event, SourceForgotten) for one in entries)


async def test_what_is_configured_or_unknown_is_not_forgotten(served: Any) -> None:
    for path, status, says in (
        ("queue/support", 409, "take its [queue] out of wallboard.toml first"),
        ("queue/supporr", 404, "supprot"), ("source/script", 404, "scirpt"), ("agent/anna", 404, "queue, source"),
    ):  # fmt: skip
        answer = await forget(served, path)
        assert (answer.status_code, says in answer.text) == (status, True), answer.text
    assert [line.what for line in served.parts.audit.read() if line.what.endswith(".forgotten")] == []


@pytest.mark.parametrize(
    ("role", "bound", "may"),
    [
        ("admin", {}, ["queue", "source"]), ("lead", {}, ["queue"]), ("lead", {"teams": ("one",)}, []),
        ("viewer", {}, []),
    ],
)  # fmt: skip
async def test_who_may_is_told_so_and_nobody_else_does(
    served: Any, role: Any, bound: dict[str, Any], may: list[str]
) -> None:
    headers = await served.headers_of("Lena", role, **bound)
    for kind, name in (("queue", "supprot"), ("source", "scirpt")):
        if kind not in may:
            assert (await forget(served, f"{kind}/{name}", headers)).status_code == 403
    if role != "viewer":
        listed = (await served.anonymous.get(NAMES, headers=headers)).json()
        assert listed["file"]["forgets"] == may
        page = await served.anonymous.get("/sources/scirpt", headers=headers)
        assert ("data-forget" in page.text) == ("source" in may)
