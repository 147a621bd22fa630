"""What people do about an open alert comes back through the stream, with who did it."""

import asyncio
from typing import Any

import pytest
import structlog
from alerted import ALERTS, raised, until

from tests.waiting import now_ms
from wallboard.core.errors import RecordUnavailable
from wallboard.core.events import AlertCleared, AlertRaised, ConfigApplied, DutyLeft, DutyTaken


async def test_a_link_that_something_fetches_does_nothing(served: Any) -> None:
    """Previews of messages and scanners of mail fetch whatever is linked, some of them in somebody's name."""
    await raised(served)
    cookie = await served.sign_in()
    for verb in ("", "/acknowledge", "/assign", "/snooze", "/wake", "/result"):
        address = f"{ALERTS}/a1{verb}" if verb else "/alerts?alert=a1"
        for method in ("GET", "HEAD"):
            answer = await served.http.request(method, address, headers={"cookie": cookie})
            assert answer.status_code == (405 if verb else 200), (method, address)
    await asyncio.sleep(0.3)
    [row] = (await served.http.get(ALERTS)).json()["open"]
    assert not {"acknowledged_by", "owner", "snoozed_by", "results"} & row.keys()


async def test_acknowledge_assign_snooze_and_wake_say_who_did_it(served: Any) -> None:
    await raised(served)
    cookie = await served.sign_in()
    headers = {"cookie": cookie, "origin": served.origin}
    for verb, body in (
        ("acknowledge", None),
        ("assign", {"to": "Ivan"}),
        ("snooze", {"seconds": 900, "note": "known"}),
    ):
        answer = await served.anonymous.post(f"{ALERTS}/a1/{verb}", json=body, headers=headers)
        assert answer.status_code == 202, answer.text
    row = (await until(served, lambda open_: "snoozed_until" in open_["a1"]))["a1"]
    assert (row["acknowledged_by"], row["owner"], row["snoozed_by"]) == ("Olena", "Ivan", "Olena")
    assert [(one["result"], one["who"], one["note"]) for one in row["results"]] == [("note", "Olena", "known")]
    assert 600_000 < row["snoozed_until"] - now_ms() <= 900_000
    assert (await served.http.post(f"{ALERTS}/a1/wake")).status_code == 202
    await until(served, lambda open_: "snoozed_until" not in open_["a1"])
    lines = [line for line in await asyncio.to_thread(served.parts.audit.read) if line.what.startswith("alert.")]
    assert [(line.who, line.what) for line in reversed(lines)] == [
        ("Olena", "alert.acknowledged"), ("Olena", "alert.assigned"), ("Olena", "alert.snoozed"),
        ("admin", "alert.woken"),
    ]  # fmt: skip
    about = {"id": "a1", "rule": "wait", "kind": "queues", "of": "support"}
    assert lines[3].detail == about
    assert lines[0].detail == about | {"before": {"until": row["snoozed_until"]}}
    assert lines[2].detail == about | {"to": "Ivan"}
    assert lines[1].detail == about | {"note": "known", "until": row["snoozed_until"]}


async def test_whoever_took_it_and_is_off_duty_now_is_told_to_whoever_may_act(served: Any) -> None:
    """And it stands among those that nobody has until somebody acts."""
    on = DutyTaken(who="Olena", until=now_ms() + 3_600_000, source="wallboard", id="on")
    await served.parts.stream.append([on])
    await raised(served)
    of = {"kind": "queues", "of": "sales", "metric": "waiting", "limit": "> 2"}
    later = AlertRaised(alert="a2", rule="wait", severity="critical", value=3, attributes=of, source="wallboard")
    await served.parts.stream.append([later])
    headers = await served.headers_of("Olena", "lead")
    assert (await served.anonymous.post(f"{ALERTS}/a1/assign", json={}, headers=headers)).status_code == 202
    found = await until(served, lambda open_: "owner" in open_["a1"] and "a2" in open_)
    assert ("off_duty" in found["a1"], list(found)) == (False, ["a2", "a1"])
    await served.parts.stream.append([DutyLeft(who="Olena", source="wallboard", id="off")])
    found = await until(served, lambda open_: "off_duty" in open_["a1"])
    assert (found["a1"]["off_duty"], found["a1"]["left"], list(found)) == (True, True, ["a1", "a2"])
    assert (await served.http.post(f"{ALERTS}/a1/acknowledge")).status_code == 202
    found = await until(served, lambda open_: "left" not in open_["a1"])
    assert (found["a1"]["off_duty"], list(found)) == (True, ["a2", "a1"])


async def test_the_state_knows_who_gave_it_to_whom_until_somebody_takes_it_themselves(served: Any) -> None:
    await raised(served)
    headers = await served.headers_of("Olena", "lead")
    for body, wanted in (({"to": "Ivan"}, ("Ivan", "Olena")), ({}, ("Olena", None))):
        assert (await served.anonymous.post(f"{ALERTS}/a1/assign", json=body, headers=headers)).status_code == 202
        await until(served, lambda open_, owner=wanted[0]: open_["a1"].get("owner") == owner)
        row = served.parts.pipeline.floor.alerts.open["a1"]
        assert (row.owner, row.given_by) == wanted
        assert (row.given_ms is None) == (wanted[1] is None)


async def test_a_snooze_to_the_end_of_the_shift_is_twelve_hours_at_most(served: Any) -> None:
    """Where no shift runs it is the business day: of UTC, to midnight."""
    await raised(served)
    assert (await served.http.post(f"{ALERTS}/a1/snooze", json={"until": "shift"})).status_code == 202
    row = (await until(served, lambda open_: "snoozed_until" in open_["a1"]))["a1"]
    floor = served.parts.pipeline.floor
    ends_ms = floor.ground.calendar.days["main"].ends_ms
    left_ms = row["snoozed_until"] - now_ms()
    assert row["snoozed_until"] == ends_ms or 12 * 3_600_000 - 60_000 < left_ms <= 12 * 3_600_000


async def test_what_was_done_is_said_of_an_open_one_and_of_one_that_is_over_and_told_the_next_time(served: Any) -> None:
    await raised(served)
    headers = await served.headers_of("Olena", "lead")
    said = {"result": "overflow_opened", "note": "until two"}
    assert (await served.anonymous.post(f"{ALERTS}/a1/result", json=said, headers=headers)).status_code == 202
    row = (await until(served, lambda open_: "results" in open_["a1"]))["a1"]
    [result] = row["results"]
    assert (result["result"], result["who"], result["note"]) == ("overflow_opened", "Olena", "until two")
    assert "before" not in row
    await served.parts.stream.append([AlertCleared(alert="a1", rule="wait", source="wallboard", id="a1-")])
    await until(served, lambda open_: not open_)
    assert (await served.http.post(f"{ALERTS}/a1/acknowledge")).status_code == 404, "it is over"
    assert (await served.http.post(f"{ALERTS}/a1/result", json={"result": "in own words"})).status_code == 202
    said = {"kind": "queues", "of": "support", "metric": "waiting", "limit": "> 2", "since": str(now_ms())}
    again = AlertRaised(
        alert="a2", rule="wait", severity="critical", value=4, attributes=said, source="wallboard", id="2+"
    )
    other = AlertRaised(
        alert="a3", rule="wait", severity="info", attributes=said | {"of": "sales"}, source="wallboard", id="3+"
    )
    await served.parts.stream.append([again, other])
    open_ = await until(served, lambda open_: len(open_) == 2)
    [before] = open_["a2"]["before"]
    assert [(one["result"], one["who"]) for one in before["results"]] == [
        ("overflow_opened", "Olena"), ("in own words", "admin")
    ]  # fmt: skip
    assert before["over_at"] >= before["raised_at"]
    assert "before" not in open_["a3"]
    lines = [line for line in await asyncio.to_thread(served.parts.audit.read) if line.what == "alert.acted"]
    assert [(line.who, line.detail["result"], line.detail["of"]) for line in lines] == [
        ("admin", "in own words", "support"), ("Olena", "overflow_opened", "support"),
    ]  # fmt: skip


async def test_while_the_record_is_away_people_still_act_and_the_log_says_who(
    served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise RecordUnavailable("the record does not answer")

    await raised(served)
    monkeypatch.setattr(served.parts.audit, "write", away)
    with structlog.testing.capture_logs() as logs:
        assert (await served.http.post(f"{ALERTS}/a1/acknowledge", json={"note": "known"})).status_code == 202
    await until(served, lambda open_: open_["a1"].get("acknowledged_by") == "admin")
    [line] = [one for one in logs if one["event"] == "not in the audit trail"]
    assert (line["who"], line["what"], line["id"]) == ("admin", "alert.acknowledged", "a1")


MISTAKES: dict[str, tuple[str, Any, int, str]] = {
    "no such alert": ("nothing/acknowledge", None, 404, "not open"),
    "no such verb": ("a1/ignore", None, 404, "/docs lists"),
    "how long": ("a1/snooze", {}, 422, "seconds"),
    "both": ("a1/snooze", {"seconds": 60, "until": "shift"}, 422, "either"),
    "until what": ("a1/snooze", {"until": "noon"}, 422, "until"),
    "for ever": ("a1/snooze", {"seconds": 10**9}, 422, "43200"),
    "no result": ("a1/result", {"note": "x"}, 422, "result"),
    "a typo": ("a1/acknowledge", {"nota": "x"}, 422, "nota"),
    "control characters": ("a1/acknowledge", {"note": "a\u0000b"}, 422, "note"),
}


@pytest.mark.parametrize("case", MISTAKES)
async def test_what_is_wrong_is_said_and_nothing_is_done(served: Any, case: str) -> None:
    await raised(served)
    path, body, status, words = MISTAKES[case]
    answer = await served.http.post(f"{ALERTS}/{path}", json=body)
    assert answer.status_code == status
    assert words in answer.text
    assert "acknowledged_by" not in (await until(served, bool))["a1"]


async def test_without_a_token_or_with_no_json_nothing_is_done(served: Any) -> None:
    await raised(served)
    assert (await served.anonymous.post(f"{ALERTS}/a1/acknowledge")).status_code == 401
    assert (await served.http.post(f"{ALERTS}/a1/acknowledge", content=b"{")).status_code == 400
    cookie = await served.sign_in()
    foreign = {"cookie": cookie, "origin": "https://elsewhere.example"}
    assert (await served.anonymous.post(f"{ALERTS}/a1/acknowledge", headers=foreign)).status_code == 403


async def test_an_alert_about_somebody_of_another_team_is_not_there_for_a_lead(served: Any) -> None:
    boris = {"type": "agent.signed_in", "agent": "boris", "team": "two"}
    await served.http.post("/api/v1/events", json=boris)
    said = {"kind": "agents", "of": "boris", "metric": "paused_s", "limit": "> 2", "since": str(now_ms())}
    await served.parts.stream.append([
        AlertRaised(alert="a1", rule="away", severity="warning", value=3, attributes=said, source="wallboard", id="1+")
    ])  # fmt: skip
    await until(served, lambda open_: "team" in open_.get("a1", {}))
    for team, status in (("one", 404), ("two", 202)):
        headers = await served.headers_of(team, "lead", teams=(team,))
        answer = await served.anonymous.post(f"{ALERTS}/a1/acknowledge", headers=headers)
        assert answer.status_code == status, team


@pytest.mark.parametrize(
    ("kind", "of", "status"),
    [
        ("queues", "support", 202),
        ("queues", "sales", 403),
        ("queues", "of nobody", 202),
        ("groups", "team:one", 202),
        ("groups", "team:two", 403),
        ("groups", "all", 202),
        ("sources", "pbx", 202),
    ],
)
async def test_a_lead_of_a_team_acts_on_no_alert_of_another_team(served: Any, kind: str, of: str, status: int) -> None:
    settings = {"queue": {"support": {"team": "one"}, "sales": {"team": "two"}}}
    said = {"kind": kind, "of": of, "metric": "waiting", "limit": "> 2", "since": str(now_ms())}
    await served.parts.stream.append([
        ConfigApplied(settings=settings, source="wallboard", id="1"),
        AlertRaised(alert="a1", rule="long", severity="warning", value=3, attributes=said, source="wallboard", id="1+"),
    ])  # fmt: skip
    await until(served, bool)
    headers = await served.headers_of("Lena", "lead", teams=("one",))
    [seen] = (await served.anonymous.get(ALERTS, headers=headers)).json()["open"]
    assert seen.get("theirs", False) == (status == 403)
    answer = await served.anonymous.post(f"{ALERTS}/a1/snooze", json={"seconds": 60}, headers=headers)
    assert answer.status_code == status, answer.text
    headers = await served.headers_of("Olena", "lead")
    [seen] = (await served.anonymous.get(ALERTS, headers=headers)).json()["open"]
    assert "theirs" not in seen
    assert (await served.anonymous.post(f"{ALERTS}/a1/acknowledge", headers=headers)).status_code == 202
