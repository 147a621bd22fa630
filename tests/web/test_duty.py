"""Who is on duty, over HTTP: leads switch themselves, programs and administrators others; always with an end."""

import asyncio
from typing import Any

import pytest

DUTY = "/api/v1/duty"
HOUR = 3_600_000


async def lead(served: Any, name: str = "Olena", **bound: Any) -> dict[str, str]:
    return await served.headers_of(name, "lead", **bound)


async def test_a_lead_goes_on_duty_for_own_teams_until_the_end_that_was_said_or_leaves_before(served: Any) -> None:
    olena = await lead(served, teams=("first",))
    before_ms = served.parts.clock_ms()
    answer = await served.anonymous.post(DUTY, json={"until": "4h"}, headers=olena)
    assert answer.status_code == 202, answer.text
    assert 4 * HOUR <= answer.json()["until"] - before_ms < 5 * HOUR
    [row] = await served.until(DUTY, bool)
    assert (row["who"], row["until"], row["teams"], row["mine"]) == (
        "Olena", answer.json()["until"], ["first"], False
    )  # fmt: skip
    told = (await served.anonymous.get("/api/v1/alerts", headers=olena)).json()["duty"]
    assert told == [row | {"mine": True}]
    assert (await served.anonymous.delete(DUTY, headers=olena)).status_code == 202
    assert await served.until(DUTY, lambda rows: not rows) == []
    assert (await served.anonymous.delete(DUTY, headers=olena)).status_code == 404
    lines = [line for line in await asyncio.to_thread(served.parts.audit.read) if line.what.startswith("duty.")]
    assert [(line.who, line.what) for line in lines] == [("Olena", "duty.left"), ("Olena", "duty.taken")]
    assert lines[0].detail["before"] == {"until": row["until"]}


async def test_to_the_end_of_the_shift_is_at_most_a_day(served: Any) -> None:
    """Where no shift runs it is the business day."""
    answer = await served.anonymous.post(DUTY, json={"until": "shift"}, headers=await lead(served))
    day = served.parts.pipeline.floor.ground.calendar.days["main"]
    assert answer.json()["until"] == day.ends_ms


async def test_a_program_switches_leads_for_their_teams_and_an_administrator_takes_them_off(served: Any) -> None:
    await served.person("Ivan", "lead", teams=("second",))
    assert (await served.http.post(DUTY, json={"who": "Ivan", "until": "8h"})).status_code == 202
    [row] = await served.until(DUTY, bool)
    assert (row["who"], row["teams"]) == ("Ivan", ["second"])
    refused = await served.anonymous.delete(f"{DUTY}/Ivan", headers=await lead(served))
    assert refused.status_code == 403
    admin = await served.headers_of("Admina", "admin")
    assert (await served.anonymous.delete(f"{DUTY}/Ivan", headers=admin)).status_code == 202
    await served.until(DUTY, lambda rows: not rows)


MISTAKES: dict[str, tuple[Any, int, str]] = {
    "no end": ({}, 422, "until"),
    "over already": ({"until": 1}, 422, "over already"),
    "for ever": ({"until": "25h"}, 422, "24 hours"),
    "no instant": ({"until": "soon"}, 422, "15m or 1h, or shift"),
    "a typo": ({"until": "1h", "whom": "x"}, 422, "whom"),
    "somebody else": ({"until": "1h", "who": "Ivan"}, 403, "administrator"),
}


@pytest.mark.parametrize("case", MISTAKES)
async def test_what_is_wrong_is_said_and_nothing_is_done(served: Any, case: str) -> None:
    await served.person("Ivan", "lead")
    body, status, words = MISTAKES[case]
    answer = await served.anonymous.post(DUTY, json=body, headers=await lead(served))
    assert (answer.status_code, words in answer.text) == (status, True), answer.text
    assert await served.until(DUTY, lambda _: True) == []


@pytest.mark.parametrize(("who", "words"), [(None, "a program does not"), ("Nobody", "no lead"), ("Vera", "no lead")])
async def test_a_program_says_who_and_that_is_a_lead(served: Any, who: str | None, words: str) -> None:
    await served.person("Vera", "viewer")
    answer = await served.http.post(DUTY, json={"until": "1h"} | ({"who": who} if who else {}))
    assert (answer.status_code, words in answer.text) == (422, True), answer.text


async def test_a_token_of_some_teams_switches_only_leads_of_these(served: Any) -> None:
    made = {"name": "rota", "scopes": ["alerts:act"], "teams": ["first"]}
    token = (await served.http.post("/api/v1/tokens", json=made)).json()["token"]
    rota = {"authorization": f"Bearer {token}"}
    cases: dict[str, tuple[dict[str, Any], int]] = {
        "Ann": ({"teams": ("first",)}, 202), "Bea": ({"teams": ("second",)}, 403), "Cid": ({}, 403),
    }  # fmt: skip
    for name, (bound, status) in cases.items():
        await served.person(name, "lead", **bound)
        for by, wanted in ((rota, status), ({}, 202)):
            switched = {"who": name, "until": "1h"}
            client = served.anonymous if by else served.http
            assert (await client.post(DUTY, json=switched, headers=by)).status_code == wanted, name
        await served.until(DUTY, lambda rows, name=name: name in [row["who"] for row in rows])  # type: ignore[misc]
        assert (await served.anonymous.delete(f"{DUTY}/{name}", headers=rota)).status_code == status, name


async def test_who_may_not_act_on_alerts_is_not_told_who_is_on_duty(served: Any) -> None:
    await served.anonymous.post(DUTY, json={"until": "1h"}, headers=await lead(served))
    await served.until(DUTY, bool)
    made = (await served.http.post("/api/v1/tokens", json={"name": "reader", "scopes": ["state:read"]})).json()
    reader = {"authorization": f"Bearer {made['token']}"}
    assert (await served.anonymous.get(DUTY, headers=reader)).status_code == 403
    assert (await served.anonymous.get("/api/v1/alerts", headers=reader)).json()["duty"] == []


async def test_with_another_name_or_other_teams_or_gone_one_is_off_duty_and_other_changes_leave_it(
    served: Any,
) -> None:
    async def on(name: str) -> str:
        made = await served.person(name, "lead", teams=("first",))
        assert (await served.http.post(DUTY, json={"who": name, "until": "8h"})).status_code == 202
        await served.until(DUTY, lambda rows: name in [row["who"] for row in rows])
        return f"/api/v1/people/{made}"

    olena = await on("Olena")
    assert (await served.http.patch(olena, json={"boards": ["support"]})).status_code == 200
    changes: dict[str, dict[str, Any]] = {
        "Ann": {"disabled": True}, "Bea": {"teams": ["second"]}, "Cid": {"name": "Cyd"}, "Dan": {"role": "viewer"},
    }  # fmt: skip
    for name, change in changes.items():
        answer = await served.http.patch(await on(name), json=change)
        assert answer.status_code == 200, answer.text
        await served.until(DUTY, lambda rows: [row["who"] for row in rows] == ["Olena"])
    assert (await served.http.delete(await on("Eve"))).status_code == 200
    [row] = await served.until(DUTY, lambda rows: len(rows) == 1)
    assert row["who"] == "Olena"
