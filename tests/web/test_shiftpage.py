"""/shift: what one shift leaves to the next, of the lead's own teams."""

import re
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from shifted import NOTES, PAGE, a_shift, fill, page, rows, until

from wallboard.core.alerts import MOST_OVER
from wallboard.core.events import (
    AlertAssigned,
    AlertCleared,
    AlertRaised,
    AlertSnoozed,
    AlertWoken,
    DutyLeft,
    DutyTaken,
)
from wallboard.web.words import LANGUAGES


@pytest.fixture
async def shift(config: Any, served_elsewhere: Any) -> Any:
    async with a_shift(config, served_elsewhere) as served:
        yield served


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


async def test_an_alert_from_before_the_shift_stands_with_its_day(shift: Any) -> None:
    """One of yesterday read as one of today."""
    about = {"kind": "queues", "of": "support", "metric": "waiting", "limit": "> 2", "since": "1"}
    at_ms = shift.parts.clock_ms() - 30 * 3_600_000
    old = AlertRaised(
        alert="old", rule="more", severity="info", value=3, attributes=about, source="wallboard", time=at_ms, id="o"
    )
    await shift.parts.stream.append([old])
    await until(shift, lambda floor: "old" in floor.alerts.open)
    began = f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d %H:%M}–still open"
    assert (await page(shift, "Ann")).count(began) == 1


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


async def test_where_there_are_no_queues_nothing_is_said_of_their_targets(served: Any) -> None:
    """ "These queues have several targets" stood there."""
    text = await page(served, "Ann")
    assert "Nobody waits." in text
    assert "targets" not in text


async def test_a_lead_of_a_team_sees_that_team_alone(shift: Any) -> None:
    one, two = await page(shift, "Ann", "one"), await page(shift, "Ivan", "two")
    assert "Chats" not in one
    assert "Line 2 is down" in one
    assert "Support" not in two
    assert "Nobody waits." in two
    assert "Chats are slow" in two
    assert "Target: 90 % service level." in two


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
