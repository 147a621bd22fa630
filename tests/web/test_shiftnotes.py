"""/shift: a note stands until somebody else has read it, and what the shift before left until each lead has."""

import asyncio
import re
from typing import Any

import pytest
from shifted import HOUR_MS, NOTES, SEVEN_OF_TEN, a_shift, acted, fill, leave, left_before, page, rows

from wallboard.core.errors import RecordUnavailable
from wallboard.core.quarters import QUARTER_MS, Interval
from wallboard.record.history import SeenDay
from wallboard.record.shiftnotes import MOST, ShiftNote
from wallboard.web.shiftnotes import is_for
from wallboard.web.who import Who


@pytest.fixture
async def shift(config: Any, served_elsewhere: Any) -> Any:
    async with a_shift(config, served_elsewhere) as served:
        yield served


async def test_a_note_is_not_taken_from_the_next_shift_by_a_colleague_of_the_same(shift: Any) -> None:
    made = (await leave(shift, "Line 2 comes back at nine.", "Ann", "one")).json()["id"]
    for _ in range(2):
        theirs = await page(shift, "Ben", "one")
        assert "Line 2 comes" in theirs.split("A note to the next shift")[1]
        assert "shift-read" not in theirs
        assert "nobody has read yet" not in await page(shift, "Ben", "one", at="/alerts")
        answer = await acted(shift, f"{NOTES}/{made}/read", {}, "Ben", "one")
        assert (answer.status_code, "next shift" in answer.json()["detail"]) == (409, True)


async def test_a_note_that_was_read_stands_under_the_shift_before_and_its_writer_sees_who_read_it(shift: Any) -> None:
    await left_before(shift, "Line 2 comes back at nine.", "Ann", "one")
    theirs = await page(shift, "Ben", "one")
    [url] = re.findall(r'class="shift-read" data-url="([^"]+/read)"', theirs)
    assert "nobody has read yet: 1" in await page(shift, "Ben", "one", at="/alerts")
    assert (await acted(shift, url, {}, "Ben", "one")).status_code == 200
    assert "Line 2 comes" not in await page(shift, "Ben", "one")
    for name, team, sees in (("Ben", "one", True), ("Ann", "one", True), ("Ivan", "two", False)):
        before = (await page(shift, name, team, last="1")).split("This shift")[0]
        assert ("Line 2 comes" in before) == sees, name
    assert "Your last note was read by Ben." in await page(shift, "Ann", "one")
    assert (await leave(shift, "Another.", "Ann", "one")).status_code == 201
    assert "was read by" not in await page(shift, "Ann", "one")


async def test_a_note_is_seen_by_the_next_lead_until_it_is_read(shift: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no shift runs the next lead may come at any time."""
    monkeypatch.setitem(shift.parts.pipeline.floor.ground.calendar.shifts, "main", None)
    assert (await leave(shift, "Line 2 comes back at nine.\nAsk <Olha>.", "Ann", "one")).status_code == 201
    mine = await page(shift, "Ann", "one")
    assert "Nobody has read it yet" in mine
    assert "shift-read" not in mine
    assert "Line 2 comes" not in await page(shift, "Ivan", "two"), "of another team"
    theirs = await page(shift, "Ben", "one")
    assert '<p class="shift-text">Line 2 comes back at nine.\nAsk &lt;Olha&gt;.</p>' in theirs
    [url] = re.findall(r'class="shift-read" data-url="([^"]+)"', theirs)
    for name, teams, status in (("Ivan", ("two",), 404), ("Ann", ("one",), 409), ("Ben", ("one",), 200)):
        assert (await acted(shift, url, {}, name, *teams)).status_code == status, name
    assert "Line 2 comes" not in await page(shift, "Ben", "one")
    assert "Your last note was read by Ben." in await page(shift, "Ann", "one")
    assert (await acted(shift, f"{NOTES}/nothing/read", {}, "Ben")).status_code == 404
    lines = [line.what for line in await asyncio.to_thread(shift.parts.audit.read) if line.what.startswith("shift.")]
    assert lines == ["shift.read", "shift.noted"]


async def test_alerts_say_that_a_note_waits_but_not_to_its_writer_nor_without_the_record(
    shift: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await left_before(shift, "Line 2 comes back at nine.", "Ann", "one")
    for name, team, waits in (("Ann", "one", False), ("Ben", "one", True), ("Ivan", "two", False)):
        text = await page(shift, name, team, at="/alerts")
        assert ("Notes of the last shift that nobody has read yet: 1" in text) == waits, name

    def away(*_: object) -> Any:
        raise RecordUnavailable("the record does not answer")

    monkeypatch.setattr(shift.parts.shift_notes, "standing", away)
    assert "nobody has read" not in await page(shift, "Ben", "one", at="/alerts")


async def test_what_the_shift_before_left_is_seen_by_each_lead_until_they_have_read_it(shift: Any) -> None:
    begun_ms = fill(shift)
    ended_ms, waits = begun_ms - 18 * HOUR_MS, "waits to be read by you"
    assert "The shift before" not in re.sub("<a .*?</a>", "", await page(shift, "Ann", "one")), "nobody saw it"
    first_ms = begun_ms - 24 * HOUR_MS
    told = {Interval("groups", "team:one", first_ms + QUARTER_MS, "event"): SEVEN_OF_TEN}
    day = SeenDay("main", "y", first_ms, ended_ms, first_ms, ended_ms + 3_600_000, "live")
    await asyncio.to_thread(shift.parts.history.fill, told, [day])
    for name in ("Ann", "Ben"):
        text = await page(shift, name, "one")
        last, now = text.split("This shift")
        assert rows(last)[0][1][1:] == ["10", "9", "1", "70.0 % ✗ under the target"]
        assert len(rows(last)) == 7, "six hours, and all of them"
        assert "No alerts." in last
        assert rows(now)[0][1][1] == "10"
        assert waits in await page(shift, name, "one", at="/alerts")
    assert f'data-ended="{ended_ms}"' in text
    for body, status in (({"ended": shift.parts.clock_ms() + 9_000}, 422), ({}, 422), ({"ended": ended_ms}, 200)):
        assert (await acted(shift, "/api/v1/shift/read", body, "Ann", "one")).status_code == status
    assert (await acted(shift, "/api/v1/shift/read", {"ended": 5}, "Ann", "one")).status_code == 200, "no way back"
    text = await page(shift, "Ann", "one")
    assert 'data-ended="' not in text
    assert len(rows(text)) == len(rows(now)), "of this shift alone"
    assert waits not in await page(shift, "Ann", "one", at="/alerts")
    assert "The shift before" in text, "there is a way to see it again"
    again = await page(shift, "Ann", "one", last="1")
    assert len(rows(again)) == len(rows(last)) + len(rows(now))
    assert 'data-ended="' not in again
    assert f'data-ended="{ended_ms}"' in await page(shift, "Ben", "one"), "each lead for themselves"


async def test_each_button_says_what_was_read(shift: Any) -> None:
    """One of the same words stayed after a press of the note's, which looked as if it had failed."""
    begun_ms = await left_before(shift, "Line 2 comes back at nine.", "Ann", "one")
    day = SeenDay("main", "y", begun_ms, begun_ms + 6 * HOUR_MS, begun_ms, begun_ms + 7 * HOUR_MS, "live")
    await asyncio.to_thread(shift.parts.history.fill, {}, [day])
    text = await page(shift, "Ben", "one")
    note, left = re.findall(r'<button[^>]* class="shift-read"[^>]*>(.*?)</button>', text)
    assert re.fullmatch(r"I have read the note \(Ann, (\S+ )?\d\d:00\)", note)
    assert re.fullmatch(r"I have read the hand-over \(long day (\S+ )?\d\d:00–\d\d:00\)", left)


async def test_many_notes_of_other_teams_and_old_ones_of_ones_own_hide_no_note(shift: Any) -> None:
    write, now_ms = shift.parts.shift_notes.write, shift.parts.clock_ms()

    def written() -> None:
        write(1, "The router is new.", who="Eve", by="person:eve", teams=("one",), now_ms=now_ms - 100_000)
        for nth in range(MOST):
            write(2, "other", who="Ivan", by=f"person:{nth}", teams=("two",), now_ms=now_ms - nth)
            write(10 + nth, "own", who="Ben", by=f"person:{ben}", teams=("one",), now_ms=now_ms - nth)

    ben = await shift.person("Ben", "lead", teams=("one",))
    await asyncio.to_thread(written)
    assert "The router is new." in await page(shift, "Ben", "one")
    assert "nobody has read yet: 1" in await page(shift, "Ben", "one", at="/alerts")


@pytest.mark.parametrize("teams", [None, ("one",)])
def test_a_note_is_for_nobody_who_is_bound_to_queues_but_its_writer(teams: tuple[str, ...] | None) -> None:
    """Tokens with queues are given no `alerts:act`; should they be, they lead nobody."""
    note = ShiftNote("n", 1, 2, "Ann", "person:1", teams, "x")
    for who, sees in (
        (Who("cron", frozenset({"alerts:act"}), id="7"), True),
        (Who("cron", frozenset({"alerts:act"}), id="7", queues=frozenset({"support"})), False),
        (Who("cron", frozenset({"alerts:act"}), kind="person", id="1", queues=frozenset({"support"})), True),
    ):
        assert is_for(note, who) == sees


async def test_whoever_leads_every_team_leaves_it_to_all_and_may_change_it(shift: Any) -> None:
    for text in ("first", "second"):
        assert (await leave(shift, text, "Olena")).status_code == 201
    for name, teams in (("Ann", ("one",)), ("Ivan", ("two",)), ("Vera", ())):
        seen = await page(shift, name, *teams)
        assert '<p class="shift-text">second</p>' in seen
        assert "first</p>" not in seen


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"text": ""}, 422), ({"text": " \n"}, 422), ({"text": "a\u0000"}, 422), ({"text": "x" * 1001}, 422),
        ({"txt": "x"}, 422), ({"text": 7}, 422), (None, 400), ([], 422),
    ],
)  # fmt: skip
async def test_what_is_no_note_is_refused(served: Any, body: Any, status: int) -> None:
    assert (await acted(served, NOTES, body, "Ann")).status_code == status
