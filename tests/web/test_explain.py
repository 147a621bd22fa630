"""Explain over HTTP: the same number as the state's, who may see whom, and what a wrong question is told."""

import asyncio
import json
import re
from typing import Any

import pytest

from wallboard.assets import STATIC
from wallboard.core.events import ConfigApplied
from wallboard.core.formulas import PERCENTILES, RATIOS, SERVICE_LEVELS
from wallboard.core.numbers import NUMBERS
from wallboard.record.boards import Board
from wallboard.web.explained import catalog
from wallboard.web.words import LANGUAGES, language_of

EVENTS, STATE, EXPLAIN = "/api/v1/events", "/api/v1/state", "/api/v1/explain"
RATE = {"queue": "support", "metric": "service_level", "window": "day"}


@pytest.fixture
async def busy(served: Any) -> Any:
    """Four answered in support, one abandoned and one who waits; anna takes them."""
    events: list[dict[str, Any]] = [{"type": "agent.signed_in", "agent": "anna", "queues": ["support"]}]
    for number in range(6):
        about = {"contact": f"c-{number}", "queue": "support"}
        events.append({"type": "contact.queued", **about})
        if number < 4:
            events.append({"type": "contact.answered", "agent": "anna", "wait_s": 10 * number, **about})
        if number == 4:
            events.append({"type": "contact.abandoned", "wait_s": 30, **about})
    await served.http.post(EVENTS, json=events)
    await served.until(STATE, lambda state: state["queues"].get("support", {}).get("day", {}).get("offered") == 6)
    return served


async def test_it_says_the_number_of_the_state_and_what_it_is_made_of(busy: Any) -> None:
    said = (await busy.http.get(EXPLAIN, params=RATE)).json()
    state = (await busy.http.get(STATE)).json()
    assert said["value"] == state["queues"]["support"]["day"]["service_level"] == 60.0  # 3 of 4 + 1
    assert said["formula"] == {
        "words": "answered within 20 s ÷ (answered + abandoned − abandoned within 5 s + waiting now longer than 20 s)"
        ", in percent",
        "symbols": "aT ÷ (a + b − s + wT)",
    }
    assert [(term["symbol"], term["sign"] * term["n"]) for term in said["denominator"]["terms"]] == [
        ("a", 4), ("b", 1), ("s", 0), ("wT", 0),
    ]  # fmt: skip
    assert [one["formula"] for one in said["service_levels"]] == list(SERVICE_LEVELS)
    assert said["target"]["seconds"] == 20
    assert [one["source"] for one in said["sources"]] == ["admin"]
    assert said["as_of"] <= said["now"]
    waits = sorted((one["outcome"], one["wait_s"]) for one in said["visits"])
    assert waits == [("abandoned", 30), ("answered", 0), ("answered", 10), ("answered", 20), ("answered", 30)]
    assert sorted(one["contact"] for one in said["visits"]) == ["c-0", "c-1", "c-2", "c-3", "c-4"]


async def test_queues_are_told_with_what_they_are_called(busy: Any) -> None:
    settings = {"queue": {"support": {"name": "Підтримка"}}}
    await busy.parts.stream.append([ConfigApplied(settings=settings, source="wallboard", id="names-1")])
    await busy.until(STATE, lambda state: state["queues"]["support"]["name"] == "Підтримка")
    asked = {"group": "all", "metric": "service_level", "window": "day"}
    said = (await busy.http.get(EXPLAIN, params=asked)).json()
    assert said["formulas"][0]["queues"] == ["support"]
    assert said["queue_names"] == {"support": "Підтримка"}


async def test_every_number_of_a_queue_and_a_group_can_be_asked_in_every_language(busy: Any) -> None:
    state = (await busy.http.get(STATE)).json()
    for metric, number in NUMBERS.items():
        window = "now" if number.now else "day"
        for key, row in (("queue", state["queues"]["support"]), ("group", state["groups"]["all"])):
            about = {key: {"queue": "support", "group": "all"}[key], "metric": metric, "window": window}
            answer = await busy.http.get(EXPLAIN, params=about, headers={"accept-language": "uk"})
            assert answer.status_code == 200, answer.text
            assert answer.headers["content-language"] == "uk"
            if metric not in ("waiting", "oldest_at"):
                assert answer.json().get("value") == row[window].get(metric), metric
            assert not re.search(r"\{\w+\}|why\.", json.dumps(answer.json()["formula"])), metric


@pytest.mark.parametrize(
    ("query", "status", "at", "near"),
    [
        ({"queue": "suport", "metric": "offered"}, 404, "$.queue", ["support"]),
        ({"group": "al", "metric": "offered"}, 404, "$.group", ["all"]),
        ({"agent": "ana", "metric": "occupancy"}, 404, "$.agent", ["anna"]),
        ({"queue": "support", "metric": "offerd"}, 422, "$.metric", ["offered"]),
        ({"queue": "support", "metric": "offered", "window": "m16"}, 422, "$.window", ["m60"]),
        ({"queue": "support", "metric": "waiting", "window": "day"}, 422, "$.window", None),
        ({"agent": "anna", "metric": "service_level"}, 422, "$.metric", None),
        ({"metric": "kpi.nothing"}, 404, "$.metric", None),
        ({"queue": "support", "metric": "kpi.x"}, 422, "$.metric", None),
        ({"queue": "support"}, 400, "$.metric", None),
        ({"metric": "offered"}, 400, "$.queue", None),
        ({"queue": "support", "group": "all", "metric": "offered"}, 400, "$.queue", None),
        ({"queu": "support", "metric": "offered"}, 400, "$.queu", ["queue"]),
        ({"queue": "x" * 400, "metric": "offered"}, 422, "$.queue", None),
        ({"queue": "a\x00\u202eb", "metric": "offered"}, 422, "$.queue", None),
        ({"queue": "support", "metric": "tags."}, 422, "$.metric", None),
        ({"queue": "support", "metric": "offered", "board": "nowhere"}, 404, "$.board", None),
    ],
)
async def test_a_wrong_question_is_told_its_path_the_reason_and_near_names(
    busy: Any, query: dict[str, str], status: int, at: str, near: list[str] | None
) -> None:
    answer = await busy.http.get(EXPLAIN, params=query)
    assert answer.status_code == status, answer.text
    said = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (said["at"], bool(said["detail"])) == (at, True)
    if near:
        assert said["did_you_mean"][0] == near[0]
    assert not re.search(r"[\x00-\x1f\u202e]", said["detail"])


async def test_a_parameter_that_stands_twice_is_refused(busy: Any) -> None:
    assert (await busy.http.get(f"{EXPLAIN}?queue=a&queue=b&metric=offered")).status_code == 400


async def test_whoever_may_only_look_at_walls_sees_no_contact_and_no_person(busy: Any) -> None:
    viewer = {"cookie": await busy.sign_in("Viewer", "viewer")}
    lead = {"cookie": await busy.sign_in("Lead", "lead")}
    assert (await busy.anonymous.get(EXPLAIN, params=RATE, headers=viewer)).status_code == 403
    board = RATE | {"board": "overview"}
    seen = (await busy.anonymous.get(EXPLAIN, params=board, headers=viewer)).json()
    assert seen["value"] == 60.0
    assert seen["visits"]
    assert not [one for one in seen["visits"] if {"contact", "agent"} & one.keys()]
    person = {"agent": "anna", "metric": "answered", "window": "day"}
    shown = {"board": "overview"}
    assert (await busy.anonymous.get(EXPLAIN, params=person | shown, headers=viewer)).status_code == 403
    away = {"queue": "support", "metric": "paused_by.lunch"}
    assert (await busy.anonymous.get(EXPLAIN, params=away | shown, headers=viewer)).status_code == 403
    assert (await busy.anonymous.get(EXPLAIN, params=person, headers=lead)).json()["value"] == 4
    assert (await busy.anonymous.get(EXPLAIN, params=RATE, headers=lead)).json()["visits"][0]["contact"]
    assert (await busy.anonymous.get(EXPLAIN, params=RATE)).status_code == 401


async def test_a_wall_board_shows_no_contact_even_to_the_admin_and_only_its_own_queues(busy: Any) -> None:
    boards: dict[str, Board] = dict(busy.parts.boards())
    assert boards["overview"].audience == "wall"
    said = (await busy.http.get(EXPLAIN, params={**RATE, "board": "overview"})).json()
    assert said["visits"]
    assert not [one for one in said["visits"] if "contact" in one]
    person = {"agent": "anna", "metric": "answered", "board": "overview"}
    assert (await busy.http.get(EXPLAIN, params=person)).status_code == 403


async def test_the_query_of_a_reported_figure_names_no_queue(busy: Any) -> None:
    await busy.http.post(EVENTS, json={"type": "kpi.reported", "kpi": "sales", "value": 12.5})
    async with asyncio.timeout(60):
        while (answer := await busy.http.get(EXPLAIN, params={"metric": "kpi.sales"})).status_code == 404:
            await asyncio.sleep(0.05)
    said = answer.json()
    assert (said["value"], said["shape"], said["sources"][0]["source"]) == (12.5, "stated", "admin")


def test_the_catalogs_of_all_languages_have_the_same_sentences_with_the_same_gaps() -> None:
    english = catalog("en").catalog
    gaps = re.compile(r"\{\w+\}")
    assert {file.stem for file in (STATIC / "words" / "explain").glob("*.json")} == set(LANGUAGES)
    for language in LANGUAGES:
        found = catalog(language).catalog
        assert found.keys() == english.keys(), language
        for key, text in found.items():
            assert sorted(gaps.findall(text)) == sorted(gaps.findall(english[key])), (language, key)


def test_every_term_of_every_formula_has_words() -> None:
    terms = {name for one in [*RATIOS.values(), *SERVICE_LEVELS.values()] for name in [*one.top, *one.bottom]}
    assert {f"why.term.{name}" for name in terms} <= catalog("en").catalog.keys()
    assert PERCENTILES.keys() <= NUMBERS.keys()


def test_the_first_language_that_there_is_counts() -> None:
    assert language_of("de-DE, pl;q=0.8, en;q=0.5") == "pl"
    assert language_of("uk-UA") == "uk"
    assert [language_of(text) for text in (None, "", "de", ";;,,*", "x" * 10_000)] == ["en"] * 5
