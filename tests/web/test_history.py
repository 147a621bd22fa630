"""GET /api/v1/history and /history: past intervals as rows, as CSV that no spreadsheet calculates, as a page."""

import csv
import html
import io
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from wallboard.core.numbers import NUMBERS
from wallboard.core.quarters import QUARTER_MS, Interval
from wallboard.core.settings import Site
from wallboard.record.database import Record, open_record
from wallboard.record.history import SeenDay

ADDRESS = "/api/v1/history"
DAY = 1_795_305_600_000  # 2026-11-22 00:00 UTC
HOUR = 3_600_000
NINE = DAY + 9 * HOUR


@pytest.fixture
def recorded(served: Any) -> Any:
    """Two quarters of `support` on 2026-11-22, seen since 08:03."""
    quarters = {
        0: {"offered": 4, "answered": 3, "abandoned": 1, "sl_good": 2, "sl_base": 4, "answered_wait_ms": 30_000,
            "answered_wait\t10": 3, "other_wait\t40": 1, "handled": 2, "talk_ms": 200_000},
        1: {"offered": 1, "answered": 1, "sl_good": 1, "sl_base": 1, "answered_wait_ms": 2_000, "answered_wait\t2": 1},
    }  # fmt: skip
    told: dict[Interval, dict[str, int]] = {}
    for kind, name in (("queues", "support"), ("groups", "all"), ("queues", "=cmd|calc")):
        for nth, amounts in quarters.items():
            told[Interval(kind, name, NINE + nth * QUARTER_MS, "event")] = amounts
    told[Interval("queues", "support", NINE, "offer")] = {"offered": 5, "answered": 4, "open": 1}
    told[Interval("queues", "support", NINE, "time")] = {"staffed_ms": 1_350_000}
    told[Interval("queues", "support", NINE + QUARTER_MS, "time")] = {"staffed_ms": 900_000}
    told[Interval("agents", "anna", NINE, "time")] = {
        "handling": 300_000, "idle": 450_000, "paused": 100_000, "paused.lunch": 100_000,
    }  # fmt: skip
    told[Interval("agents", "anna", NINE, "event")] = {"handled": 2, "talk_ms": 200_000, "answered": 2}
    seen = SeenDay("main", "2026-11-22", DAY, DAY + 24 * HOUR, DAY + 8 * HOUR + 180_000, DAY + 20 * HOUR, "live")
    served.parts.history.write(told, [seen], 1, NINE)
    return served


async def asked(served: Any, query: str, status: int = 200) -> Any:
    answer = await served.http.get(f"{ADDRESS}?{query}")
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_day_is_96_rows_of_15_minutes_with_what_follows_from_the_counts(recorded: Any) -> None:
    found = await asked(recorded, "queue=support&day=2026-11-22")
    assert len(found["rows"]) == 96
    row = next(row for row in found["rows"] if row["at"] == NINE)
    assert row == {
        "at": NINE, "until": NINE + QUARTER_MS, "offered": 4, "answered": 3, "abandoned": 1,
        "service_level": 50.0,  # 2 / 4
        "n": {"service_level": 4},
        "asa_s": 10.0,  # 30 s / 3
        "aht_s": 100.0,  # 200 s / 2
        "staffed": 1.5,  # 1350 s / 900 s
    }  # fmt: skip
    assert found["since"] == [{"site": "main", "day": "2026-11-22", "since": DAY + 8 * HOUR + 180_000}]
    unseen, quiet = found["rows"][0], found["rows"][40]
    assert unseen == {"at": DAY, "until": DAY + QUARTER_MS}, "nobody looked"
    assert quiet == {
        "at": DAY + 10 * HOUR, "until": DAY + 10 * HOUR + QUARTER_MS, "offered": 0, "answered": 0, "abandoned": 0,
    }  # fmt: skip


async def test_what_another_site_s_day_before_lacked_is_not_said_of_this_one(recorded: Any) -> None:
    """New York's day before reaches five hours into UTC's, and was seen since its afternoon."""
    york = SeenDay("york", "2026-11-21", DAY - 19 * HOUR, DAY + 5 * HOUR, DAY - 2 * HOUR, DAY + 5 * HOUR, "live")
    recorded.parts.history.write({}, [york], 1, NINE)
    found = await asked(recorded, "group=all&day=2026-11-22")
    assert [one["site"] for one in found["since"]] == ["main"]
    before = await asked(recorded, "group=all&day=2026-11-21")
    assert [one["site"] for one in before["since"]] == ["york"]


async def test_of_a_code_that_nobody_gave_there_are_none_where_somebody_looked(recorded: Any) -> None:
    found = await asked(recorded, "queue=support&day=2026-11-22&step=1h&metric=codes.moved,tags.hostile")
    unseen, seen = found["rows"][0], found["rows"][9]
    assert (seen["codes.moved"], seen["tags.hostile"]) == (0, 0)
    assert not {"codes.moved", "tags.hostile"} & unseen.keys()


async def test_all_numbers_can_be_asked_for_at_once(recorded: Any) -> None:
    over_time = [name for name, number in NUMBERS.items() if not number.now]
    found = await asked(recorded, f"queue=support&day=2026-11-22&step=1h&metric={','.join(over_time)}")
    assert found["metrics"] == over_time
    assert found["rows"][9]["answer_rate"] == 80.0  # (3 + 1) / (4 + 1)


async def test_longer_steps_add_counts_and_never_percentages(recorded: Any) -> None:
    found = await asked(
        recorded, "queue=support&day=2026-11-22&step=1h&metric=service_level,offered,wait_p50_s,max_wait_s"
    )
    row = found["rows"][9]
    assert (row["service_level"], row["offered"]) == (60.0, 5)  # (2 + 1) / (4 + 1)
    assert (row["wait_p50_s"], row["max_wait_s"]) == (10, 40)
    found = await asked(recorded, "queue=support&day=2026-11-22&step=1h&metric=staffed")
    assert found["rows"][9]["staffed"] == 0.625  # (1350 s + 900 s) / 3600 s
    assert len((await asked(recorded, "queue=support&day=2026-11-22&step=1d"))["rows"]) == 1


async def test_by_offer_an_interval_is_provisional_until_its_last_visit_ended(recorded: Any) -> None:
    found = await asked(recorded, "queue=support&day=2026-11-22&by=offer&metric=offered")
    row = next(row for row in found["rows"] if row["at"] == NINE)
    assert row == {"at": NINE, "until": NINE + QUARTER_MS, "offered": 5, "provisional": True}


async def test_csv_stands_in_the_site_s_time_and_no_name_is_a_formula(recorded: Any) -> None:
    answer = await recorded.http.get(f"{ADDRESS}?queue==cmd|calc&day=2026-11-22", headers={"accept": "text/csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    lines = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert lines[0][:4] == ["queue", "from", "until", "provisional"]
    assert lines[37][:2] == ["'=cmd|calc", "2026-11-22T09:00:00+00:00"]
    assert lines[37][4:] == ["4", "3", "1", "50.0", "10.0", "100.0", ""]


async def test_a_person_s_past_is_for_leads_and_by_event_time(recorded: Any) -> None:
    found = await asked(recorded, "agent=anna&day=2026-11-22")
    row = next(row for row in found["rows"] if row["at"] == NINE)
    assert (row["handled"], row["talk_s"], row["aht_s"]) == (2, 200, 100.0)
    assert (row["signed_in_s"], row["handling_s"], row["idle_s"], row["paused_s"]) == (850, 300, 450, 100)
    assert row["occupancy"] == 40.0  # 300 / (300 + 450)
    paused = await asked(recorded, "agent=anna&day=2026-11-22&metric=paused.lunch,utilisation&step=1d")
    assert (paused["rows"][0]["paused.lunch"], round(paused["rows"][0]["utilisation"], 1)) == (100, 35.3)
    assert (await asked(recorded, "agent=anna&by=offer", 422))["at"] == "$.by"


@pytest.mark.parametrize(
    ("query", "status", "at"),
    [
        ("day=2026-11-22", 400, "$.queue"),
        ("queue=support&group=all", 400, "$.queue"),
        ("queue=support&metrik=x", 400, "$.metrik"),
        ("queue=support&metric=answred", 422, "$.metric"),
        ("queue=support&metric=waiting", 422, "$.metric"),
        ("queue=support&metric=occupancy", 422, "$.metric"),
        ("agent=anna&metric=staffed", 422, "$.metric"),
        ("queue=support&step=7m", 422, "$.step"),
        ("queue=support&by=time", 422, "$.by"),
        ("queue=support&day=yesterday", 422, "$.day"),
        ("queue=support&day=9999-12-31", 422, "$.day"),
        ("queue=support&day=0001-01-01", 422, "$.day"),
        ("queue=support&day=2026-1-2", 422, "$.day"),
        ("queue=support&from=0001-01-01T00:00:00Z&to=0001-01-02T00:00:00Z", 422, "$.from"),
        ("queue=support&from=2026-11-22", 422, "$.from"),
        ("queue=support&from=2026-11-22T10:00:00Z&to=2026-11-22T09:00:00Z", 422, "$.to"),
        ("queue=support&from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z", 422, "$.step"),
        ("queue=support&day=2026-11-22&from=2026-11-22T09:00:00Z", 400, "$.day"),
        ("queue=nobody", 404, "$.queue"),
        ("queue=%00", 422, "$.queue"),
        ("agent=anna&metric=paused", 422, "$.metric"),
        ("agent=anna&metric=paused.", 422, "$.metric"),
        ("queue=" + "x" * 300, 422, "$.queue"),
    ],
)
async def test_what_cannot_be_meant_is_refused_with_its_place(recorded: Any, query: str, status: int, at: str) -> None:
    assert (await asked(recorded, query, status))["at"] == at


async def test_a_record_that_does_not_answer_is_a_503_and_the_state_goes_on(
    served: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "record.sqlite").write_bytes(b"no database, but long enough to look like one" * 100)
    monkeypatch.setattr(served.parts.history, "_connected", Record(open_record(tmp_path / "broken")).connected)
    answer = await served.http.get(f"{ADDRESS}?group=all")
    assert answer.status_code == 503
    assert "does not answer" in answer.json()["detail"]
    assert (await served.http.get("/api/v1/state")).status_code == 200


async def test_the_page_has_the_numbers_beside_those_of_the_week_before(recorded: Any) -> None:
    week = Interval("queues", "support", NINE + 7 * 24 * HOUR, "event")
    day = SeenDay("main", "2026-11-29", DAY + 7 * 24 * HOUR, *(DAY + days * 24 * HOUR for days in (8, 7, 8)), "import")
    recorded.parts.history.fill({week: {"offered": 2, "answered": 2, "sl_good": 1, "sl_base": 2}}, [day])
    page = await recorded.http.get("/history?queue=support&day=2026-11-29&step=1h")
    assert page.status_code == 200
    line = page.text.partition('<th scope="row">09:00')[2].partition("</tr>")[0]
    told = re.findall(r'data-metric="([^"]+)" data-value="([^"]*)"', line)
    assert dict(told) == {
        "offered": "2", "answered": "2", "abandoned": "0", "service_level": "50.0", "asa_s": "0.0", "aht_s": "",
        "handled": "0", "staffed": "", "week.offered": "5", "week.service_level": "60.0",
    }  # fmt: skip
    before = await recorded.http.get("/history?queue=support&day=2026-11-22")
    assert "This day was seen since 08:03: what was before is missing" in before.text
    bare = (await recorded.http.get("/history?day=2026-11-20")).text
    assert "Nothing is recorded" in bare
    assert 'class="history-scroll" tabindex="0" hidden' in bare, "and no table of nothing stands below"
    assert 'class="history-scroll" tabindex="0">' in before.text


async def test_that_a_day_s_begin_is_missing_is_not_said_above_what_a_replay_told_of_it(recorded: Any) -> None:
    early = Interval("queues", "support", DAY + 7 * HOUR, "event")
    seen = SeenDay("main", "2026-11-22", DAY, DAY + 24 * HOUR, DAY + 8 * HOUR + 180_000, DAY + 20 * HOUR, "live")
    recorded.parts.history.write({early: {"offered": 2}}, [seen], 1, NINE)
    page = (await recorded.http.get("/history?queue=support&day=2026-11-22")).text
    assert "This day was seen since 08:03: what stands here of before may have gaps" in page
    assert "is missing" not in page
    other = (await recorded.http.get("/history?group=all&day=2026-11-22")).text
    assert "what was before is missing" in other, "nobody told of it"


async def test_from_today_on_there_is_no_day_after(recorded: Any) -> None:
    today = (await recorded.http.get("/history?queue=support")).text
    assert ("Day before" in today, "Day after" in today) == (True, False)
    assert "Day after" in (await recorded.http.get("/history?queue=support&day=2026-11-22")).text


async def test_intervals_that_lie_ahead_have_a_row_only_where_the_week_before_has_one_beside(
    recorded: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def shown() -> list[str]:
        page = (await recorded.http.get("/history?queue=support&day=2026-11-22&step=1h")).text
        rows = re.findall(r'<tr ([^>]*)><th scope="row">(\d\d):00', page)
        assert len(rows) == 24, "the chart has the whole day"
        return [hour for attributes, hour in rows if "hidden" not in attributes]

    at_half_past = replace(recorded.parts, clock_ms=lambda: NINE + HOUR // 2)
    monkeypatch.setattr(recorded.app.state, "parts", at_half_past)
    assert await shown() == [f"{hour:02}" for hour in range(10)]
    week = SeenDay("main", "2026-11-15", *(DAY + hours * HOUR for hours in (-168, -144, -168, -144)), "import")
    recorded.parts.history.fill({Interval("queues", "support", DAY - 154 * HOUR, "event"): {"offered": 2}}, [week])
    assert await shown() == [f"{hour:02}" for hour in range(24)]


async def test_teams_sites_and_intervals_are_chosen_in_words(recorded: Any) -> None:
    """ "site:main" and "30m" are names for programs."""
    recorded.parts.pipeline.floor.settings.sites["main"] = Site(name="Kyiv")
    for group in ("all", "site:main", "team:first", "set:1"):
        recorded.parts.pipeline.documents.of("groups").put(group, {})
    page = (await recorded.http.get("/history?lang=pl")).text
    assert re.findall(r'<option value="([^"]+)" [^>]*>([^<]+)<', page)[:6] == [
        ("group=all", "Wszystkie kolejki"),
        ("group=site:main", "Lokalizacja Kyiv"), ("group=team:first", "Zespół first"),
        ("15m", "15 min"), ("30m", "30 min"), ("1h", "1 godz."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "said"),
    [("uk", "Цей день спостерігали з 08:03"), ("ru", "Этот день наблюдали с 08:03"), ("pl", "obserwowano od 08:03")],
)
async def test_the_page_speaks_the_language_of_its_reader(recorded: Any, language: str, said: str) -> None:
    asks = {"accept-language": f"de, {language};q=0.9"}
    page = (await recorded.http.get("/history?queue=support&day=2026-11-22", headers=asks)).text
    assert said in page
    assert f'<html lang="{language}"' in page
    line = page.partition('<th scope="row">09:00')[2].partition("</tr>")[0]
    assert "60,0 %" in line
    assert said in (await recorded.http.get(f"/history?queue=support&day=2026-11-22&lang={language}")).text


async def test_the_page_s_file_is_the_table_and_plotly_comes_from_here(recorded: Any) -> None:
    page = (await recorded.http.get("/history?queue=support&day=2026-11-22")).text
    link = html.unescape(re.findall(r'href="(/history\.csv[^"]+)"', page)[0])
    answer = await recorded.http.get(link)
    assert answer.headers["content-disposition"] == 'attachment; filename="history.csv"'
    assert len(answer.text.splitlines()) == 49  # 48 half hours
    script = await recorded.http.get(re.findall(r'data-plotly="([^"]+)"', page)[0])
    assert script.headers["content-type"].startswith("text/javascript")
    assert "plotly.js v" in script.text[:200]


async def test_the_last_step_is_told_whole_also_where_the_question_ends_within_it(recorded: Any) -> None:
    span = "from=2026-11-22T08:00:00Z&to=2026-11-22T09:10:00Z"
    found = await asked(recorded, f"queue=support&{span}&step=1h&metric=offered")
    assert [row.get("offered") for row in found["rows"]] == [0, 5]


async def test_of_what_nobody_saw_before_and_after_nothing_is_said(recorded: Any) -> None:
    rows = (await asked(recorded, "queue=support&day=2026-11-22&step=1h&metric=offered"))["rows"]
    assert ["offered" in row for row in rows] == [8 <= hour <= 20 for hour in range(24)]  # 20:00, and a minute more


async def test_a_parameter_that_stands_twice_is_refused_everywhere(recorded: Any) -> None:
    for address in (ADDRESS, "/history", "/history.csv", "/api/v1/explain"):
        assert (await recorded.http.get(f"{address}?queue=support&queue=sales")).status_code == 400, address


async def test_below_the_steps_stands_the_whole_day(recorded: Any) -> None:
    page = (await recorded.http.get("/history?queue=support&day=2026-11-22")).text
    whole = re.findall(r'data-whole="([^"]+)">([^<]*)<', page)
    assert whole[:4] == [("offered", "5"), ("answered", "4"), ("abandoned", "1"), ("service_level", "60.0 %")]


async def test_a_step_finds_its_row_of_the_week_before_by_the_clock(recorded: Any) -> None:
    """2026-10-25 has 25 hours in Kyiv, the week before 24: 09:00 stands beside 09:00."""
    kyiv, hour = ZoneInfo("Europe/Kyiv"), 9
    told = {}
    for day, offered in ((18, 7), (25, 9)):
        at_ms = round(datetime(2026, 10, day, hour, tzinfo=kyiv).timestamp() * 1000)
        told[Interval("queues", "support", at_ms, "event")] = {"offered": offered}
    recorded.parts.history.fill(told, [])
    recorded.parts.pipeline.floor.settings.sites["main"] = Site(zone="Europe/Kyiv")
    page = (await recorded.http.get("/history?queue=support&day=2026-10-25&step=1h")).text
    line = page.partition('<th scope="row">09:00')[2].partition("</tr>")[0]
    assert 'data-metric="offered" data-value="9"' in line
    assert 'data-metric="week.offered" data-value="7"' in line


async def test_the_first_day_that_can_be_asked_for_has_no_week_before(recorded: Any) -> None:
    assert (await recorded.http.get("/history?queue=support&day=2000-01-01")).status_code == 200
    assert (await recorded.http.get("/history?queue=support&day=0001-01-01")).status_code == 422


async def test_hostile_names_stay_text_on_the_page(recorded: Any) -> None:
    hostile = '"><img src=x onerror=alert(1)>'
    recorded.parts.history.write({Interval("queues", hostile, NINE, "event"): {"offered": 1}}, [], 1, NINE)
    page = await recorded.http.get("/history", params={"queue": hostile, "day": "2026-11-22"})
    assert page.status_code == 200
    assert "<img" not in page.text


async def test_agents_who_were_told_of_before_the_house_was_up_are_no_more_than_there_were(recorded: Any) -> None:
    """Up at 08:03: two signed in at 07:50, one of them until 08:10."""
    told = {
        Interval("queues", "support", DAY + 8 * HOUR - QUARTER_MS, "time"): {
            "staffed_ms": 1_200_000, "staffed_after_ms": 300_000,
        },
        Interval("queues", "support", DAY + 8 * HOUR, "time"): {"staffed_ms": 1_500_000},
    }  # fmt: skip
    recorded.parts.history.write(told, [], 1, NINE)
    query = "queue=support&day=2026-11-22&step=15m"
    rows = (await asked(recorded, f"{query}&metric=staffed"))["rows"]
    assert [round(row["staffed"], 3) for row in rows[31:33]] == [2.0, 1.667]
    table = (await recorded.http.get(f"/history.csv?{query}&metric=staffed")).text.splitlines()
    assert [round(float(line.rpartition(",")[2]), 3) for line in table[32:34]] == [2.0, 1.667]
    page = (await recorded.http.get(f"/history?{query}")).text
    assert 'data-metric="staffed" data-value="1.6' in page.partition('<th scope="row">08:00')[2].partition("</tr>")[0]
