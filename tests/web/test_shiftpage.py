"""/shift: what one shift leaves to the next, of the lead's own teams; a note stands until somebody else has read it."""

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec
import pytest

from wallboard.core.alerts import MOST_OVER
from wallboard.core.errors import RecordUnavailable
from wallboard.core.events import (
    AlertAcknowledged,
    AlertActed,
    AlertAssigned,
    AlertCleared,
    AlertRaised,
    AlertSnoozed,
    AlertWoken,
    ConfigApplied,
    DutyLeft,
    DutyTaken,
    NoticePosted,
)
from wallboard.core.quarters import QUARTER_MS, Interval
from wallboard.core.rules import Rule
from wallboard.core.settings import Queue, Settings, Site, Target
from wallboard.record.history import SeenDay
from wallboard.record.shiftnotes import MOST, ShiftNote
from wallboard.web.shiftnotes import is_for
from wallboard.web.who import Who
from wallboard.web.words import LANGUAGES

HOUR_MS = 3_600_000
PAGE, NOTES = "/shift", "/api/v1/shift/notes"
EIGHT_OF_TEN = {"offered": 10, "answered": 10, "sl_good": 8, "sl_base": 10, "tags.thanks": 2}
SEVEN_OF_TEN = {"offered": 10, "answered": 9, "abandoned": 1, "sl_good": 7, "sl_base": 10}


def settings() -> Settings:
    """A shift that began three hours ago and more, and goes on for two and more: no test sees it turn."""
    hour = time.gmtime().tm_hour
    return Settings(
        site={"main": Site(shifts={"long day": f"{(hour - 3) % 24:02}:00-{(hour + 3) % 24:02}:00"})},
        queue={
            "support": Queue(team="one", name="Support"),
            "chat": Queue(team="two", name="Chats", target=Target(percent=90)),
            "mail": Queue(team="two", name="Mail", channel="email", target=Target(percent=90)),
            "test": Queue(team="one", name="Test line", hidden=True),
        },
        alert={"long": msgspec.convert({"metric": "waiting", "queues": ["*"], "raise": "> 2"}, Rule)},
    )


@pytest.fixture
async def shift(config: Any, served_elsewhere: Any) -> Any:
    """A shift of two teams: an hour that reached the target of 80 % and one that did not, alerts, notices, a wait."""
    configured = settings()
    async with served_elsewhere(replace(config, settings=configured)) as served:
        said = {"metric": "waiting", "limit": "> 2", "since": "1"}
        told = [
            ConfigApplied(settings=msgspec.to_builtins(configured), source="wallboard", id="1"),
            NoticePosted(text="Line 2 is down", notice="n1", source="wallboard", id="2"),
            NoticePosted(text="Chats are slow", notice="n2", teams=["two"], source="wallboard", id="3"),
            *(
                AlertRaised(
                    alert=f"a-{of}", rule="long", severity="critical", value=3, source="wallboard", id=f"{of}+",
                    attributes=said | {"kind": "queues", "of": of},
                )
                for of in ("support", "chat")
            ),
            AlertAcknowledged(alert="a-support", who="Ann", source="wallboard", id="5", note="called the desk"),
            AlertActed(alert="a-support", who="Eve", attributes={"result": "talked"}, source="wallboard", id="7"),
            AlertActed(alert="a-support", who="Ben", attributes={"result": "moved a desk"}, source="wallboard", id="8"),
            AlertAssigned(alert="a-support", who="Ann", attributes={"to": "Ben"}, source="wallboard", id="6"),
        ]  # fmt: skip
        await served.parts.stream.append(told)
        queued = [{"type": "contact.queued", "contact": f"c{n}", "queue": "support", "source": "pbx"} for n in range(3)]
        queued += [{"type": "contact.queued", "contact": "t", "queue": "test", "source": "pbx"}]
        assert (await served.http.post("/api/v1/events", json=queued)).json()["rejected"] == []
        await until(served, lambda floor: floor.tallies.queues["support"].live["waiting"] == 3)
        yield served


async def until(served: Any, holds: Callable[[Any], bool]) -> None:
    async with asyncio.timeout(60):
        while not ("support" in served.parts.pipeline.floor.tallies.queues and holds(served.parts.pipeline.floor)):
            await asyncio.sleep(0.03)


def fill(served: Any) -> int:
    """Its first two hours, in the record; when it began."""
    begun_ms: int = served.parts.pipeline.floor.ground.calendar.shifts["main"].started_ms
    told: dict[Interval, dict[str, int]] = {}
    for group in ("all", "team:one"):
        told[Interval("groups", group, begun_ms + QUARTER_MS, "event")] = EIGHT_OF_TEN
        told[Interval("groups", group, begun_ms + 5 * QUARTER_MS, "event")] = SEVEN_OF_TEN
    for queue, wait_s in (("support", 372), ("mail", 7200), ("test", 900)):
        told[Interval("queues", queue, begun_ms + QUARTER_MS, "event")] = {
            "answered_wait\t5": 9,
            f"other_wait\t{wait_s}": 1,
        }
    day = SeenDay("main", "x", begun_ms, begun_ms + 86_400_000, begun_ms, begun_ms + 86_400_000, "live")
    served.parts.history.fill(told, [day])
    return begun_ms


async def page(served: Any, name: str, *teams: str, lang: str = "en", at: str = PAGE, **asked: str) -> str:
    """As this lead sees it; of all teams without any."""
    bound = {"teams": teams} if teams else {}
    headers = {"cookie": await served.sign_in(name, "lead", **bound)}
    answer = await served.anonymous.get(at, params={"lang": lang, **asked}, headers=headers)
    assert answer.status_code == 200, answer.text
    text: str = answer.text.replace("\u00a0", " ")
    return text


def rows(text: str) -> list[tuple[str, list[str]]]:
    """Whether the target was met, and the cells, of each row of numbers."""
    found = re.findall(r"<tr( data-met=\"(\w+)\")?><th scope=\"row\">(.*?)</th>(.*?)</tr>", text, re.S)
    return [
        (met, [time, *(" ".join(re.sub(r"<[^>]*>", "", cell).split()) for cell in re.findall(r"<td.*?</td>", cells))])
        for _, met, time, cells in found
    ]


async def test_each_hour_stands_against_the_target_and_the_shift_below(shift: Any) -> None:
    begun = time.gmtime(fill(shift) // 1000).tm_hour
    text = await page(shift, "Ann", "one")
    first, second, third, *_, whole = rows(text)
    assert first == ("yes", [f"{begun:02}:00", "10", "10", "0", "80.0 % ✓ target reached"])
    assert second == ("no", [f"{(begun + 1) % 24:02}:00", "10", "9", "1", "70.0 % ✗ under the target"])
    assert third == ("", [f"{(begun + 2) % 24:02}:00", "0", "0", "0", "–"])
    assert whole == ("no", ["All", "20", "19", "1", "75.0 % ✗ under the target"])
    assert "Target: 80 % service level." in text
    assert "Thanks from customers: 2" in text
    assert re.search(rf"<b>long day</b> (\S+ )?{begun:02}:00–{(begun + 6) % 24:02}:00", text)


async def test_who_waits_over_the_target_is_named_where_walls_count_them_already(shift: Any) -> None:
    """Their wait has not ended, so no hour has them; 20 s is the target."""
    fill(shift)
    assert "walls and the page Floor count them" not in await page(shift, "Ann", "one")
    late = {"type": "contact.queued", "contact": "late", "queue": "support", "source": "pbx"}
    at_ms = shift.parts.clock_ms() - 60_000
    assert (await shift.http.post("/api/v1/events", json=late | {"time": at_ms})).json()["accepted"] == 1
    await until(shift, lambda floor: floor.tallies.groups["team:one"].live["over_counted"] == 1)
    assert "walls and the page Floor count them already: 1." in await page(shift, "Ann", "one")
    assert "walls and the page Floor count them" not in await page(shift, "Ivan", "two")


async def test_what_was_worst_stands_at_its_head(shift: Any) -> None:
    """Who wrote may wait for hours: it is not the longest wait where calls waited."""
    assert worst(await page(shift, "Ann", "one")) == [], "of what nobody saw nothing is said"
    begun = time.gmtime(fill(shift) // 1000).tm_hour
    first, second, third = (f"{(begun + hours) % 24:02}" for hours in range(3))
    called = f"Longest wait of a call: 6:12, Support; it ended between {first}:15 and {first}:30."
    written = f"Longest wait: 2:00:00, Mail; it ended between {first}:15 and {first}:30."
    hour = f"{second}:00–{third}:00, service level 70.0 %."
    assert worst(await page(shift, "Ann", "one")) == [called, f"Worst hour: {hour}"]
    assert worst(await page(shift, "Olena")) == [called, f"Worst hour: {hour}"]
    assert worst(await page(shift, "Ivan", "two")) == [written], "two hours are needed to say which was the worst"
    assert worst(await page(shift, "Eve", "one", "two")) == [called, f"Worst hour: one, {hour}"]


def worst(text: str) -> list[str]:
    """Each sentence."""
    return [line for found in re.findall(r'<p class="shift-worst">(.*?)</p>', text) for line in found.split("<br>")]


async def test_alerts_stand_with_who_did_what_notices_and_who_still_waits(shift: Any) -> None:
    text = await page(shift, "Ann")
    assert re.search(r"<b>Support: Waiting 3, limit &gt; 2</b>", text)
    assert re.search(r"<b>Chats: Waiting 3 when raised, limit &gt; 2</b>", text), "of which nothing is known now"
    assert text.count("when raised") == 1
    for said in (
        "Ben is on it",
        "seen by Ann",
        "note (Ann) “called the desk”",
        "talked to them (Eve)",
        "moved a desk (Ben)",
        "still open",
        "Line 2 is down",
        "Chats are slow",
    ):
        assert said in text, said
    assert text.count("nobody acted") == 1, "of the chats"
    assert re.search(r"<b>Support</b> 3 waiting, the longest \d+:\d\d", text)
    assert "Test line" not in text, "hidden, as on a wall"
    assert "several targets" in text


async def test_who_had_an_alert_that_is_over_and_whose_snooze_has_ended_stand_in_the_past(shift: Any) -> None:
    alerts = shift.parts.pipeline.floor.alerts
    snooze = AlertSnoozed(alert="a-chat", who="Eve", until=time.time_ns() // 1_000_000 + 60_000, source="wallboard")
    await shift.parts.stream.append([snooze])
    await until(shift, lambda floor: alerts.open["a-chat"].snoozed_by)
    text = await page(shift, "Ann")
    assert "snoozed by Eve" in text
    assert "was snoozed by Eve" not in text
    await shift.parts.stream.append([
        AlertWoken(alert="a-chat", source="wallboard"), AlertCleared(alert="a-support", source="wallboard"),
    ])  # fmt: skip
    await until(shift, lambda floor: "a-support" in alerts.over)
    queued = [{"type": "contact.queued", "contact": "chat", "queue": "chat", "source": "pbx"}]
    await shift.http.post("/api/v1/events", json=queued)
    documents = shift.parts.pipeline.documents
    await until(shift, lambda _: documents.get("queues", {}).get("chat", {}).get("now", {}).get("waiting") == 1)
    text = await page(shift, "Ann")
    assert "<b>Chats: Waiting 1, limit &gt; 2</b>" in text, "as it is now"
    assert "<span>3 when raised</span>" in text
    assert "<b>Support: Waiting 3 when raised, limit &gt; 2</b>" in text, "of what is over"
    assert "was snoozed by Eve" in text
    assert "Ben had it" in text
    assert "is on it" not in text


async def test_whose_duty_has_ended_had_an_open_alert(shift: Any) -> None:
    floor, until_ms = shift.parts.pipeline.floor, time.time_ns() // 1_000_000 + 3_600_000
    await shift.parts.stream.append([
        DutyTaken(who="Eve", until=until_ms, source="wallboard", id="on"),
        AlertAssigned(alert="a-chat", who="Eve", source="wallboard", id="eve"),
    ])  # fmt: skip
    await until(shift, lambda _: floor.alerts.open["a-chat"].owner)
    assert "Eve is on it" in await page(shift, "Ann")
    await shift.parts.stream.append([DutyLeft(who="Eve", source="wallboard", id="off")])
    await until(shift, lambda _: not floor.duty.on)
    text = await page(shift, "Ann")
    assert "Eve had it, off duty now" in text
    assert "Ben is on it" in text, "who never was on duty is not off it"


async def test_a_shift_with_more_alerts_than_are_known_says_so(shift: Any) -> None:
    says = f"only the last {MOST_OVER} that ended are known"
    assert says not in await page(shift, "Ann")
    about = {"kind": "queues", "of": "support", "metric": "waiting", "limit": "> 2", "since": "1"}
    told = list[Any]()
    for name in (f"b{nth}" for nth in range(MOST_OVER)):
        told += [
            AlertRaised(
                alert=name, rule="more", severity="info", value=3, attributes=about, source="wallboard", id=f"{name}+"
            ),
            AlertCleared(alert=name, source="wallboard", id=f"{name}-"),
        ]
    await shift.parts.stream.append(told)
    await until(shift, lambda floor: len(floor.alerts.over) == MOST_OVER)
    assert says in await page(shift, "Ann")


async def test_a_lead_of_a_team_sees_that_team_alone(shift: Any) -> None:
    one, two = await page(shift, "Ann", "one"), await page(shift, "Ivan", "two")
    assert "Chats" not in one
    assert "Line 2 is down" in one
    assert "Support" not in two
    assert "Nobody waits." in two
    assert "Chats are slow" in two
    assert "Target: 90 % service level." in two


async def leave(served: Any, text: Any, name: str, *teams: str) -> Any:
    return await acted(served, NOTES, {"text": text}, name, *teams)


async def acted(served: Any, url: str, body: Any, name: str, *teams: str) -> Any:
    bound = {"teams": teams} if teams else {}
    headers = {"cookie": await served.sign_in(name, "lead", **bound), "origin": served.origin}
    return await served.anonymous.post(url, json=body, headers=headers)


async def left_before(served: Any, text: str, name: str, *teams: str) -> int:
    """A note that this lead left in the shift before; when that began."""
    begun_ms = int(served.parts.pipeline.floor.ground.calendar.shifts["main"].started_ms) - 24 * HOUR_MS
    by = f"person:{await served.person(name, 'lead', teams=teams)}"
    write = partial(served.parts.shift_notes.write, who=name, by=by, teams=teams, now_ms=begun_ms + HOUR_MS)
    await asyncio.to_thread(write, begun_ms, text)
    return begun_ms


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


async def test_hours_that_nobody_saw_have_no_numbers(shift: Any) -> None:
    """The server of this test began to look just now, and no worker writes down what it saw."""
    (_, hours), (_, whole) = rows(await page(shift, "Ann", "one"))
    assert re.fullmatch(r"\d\d:00–\d\d:00", hours[0]), "they are one line"
    assert {*hours[1:], *whole[1:]} == {"–"}


async def test_without_shifts_it_is_the_business_day(served: Any) -> None:
    text = await page(served, "Ann")
    assert "Today, since 00:00" in text
    assert "No alerts." in text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_is_said_in_every_language(shift: Any, language: str) -> None:
    fill(shift)
    text = await page(shift, "Ann", lang=language)
    assert f'lang="{language}"' in text
    assert "shift." not in re.sub(r'(href|src|class|action|id|data-url)="[^"]*"', "", text)
    assert "style=" not in text


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("agent", 403), ("admin", 200)])
async def test_it_is_for_leads(served: Any, role: str, status: int) -> None:
    headers = {"cookie": await served.sign_in("Vera", role), "origin": served.origin}
    answer = await served.anonymous.get(PAGE, headers=headers)
    assert answer.status_code == status
    assert ('href="/shift"' in answer.text) == (status == 200)
    left = await served.anonymous.post(NOTES, json={"text": "x"}, headers=headers)
    assert left.status_code == (201 if status == 200 else 403)
