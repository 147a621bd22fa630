"""What costs the server much is answered often, not without end; each caller by themselves."""

import asyncio
from typing import Any

import pytest

from wallboard.web.costly import AT_ONCE

EXPLAIN = "/api/v1/explain?group=all&metric=offered&window=day"
HISTORY = ("/api/v1/history?group=all", "/history.csv?group=all", "/history")


@pytest.mark.parametrize("path", [EXPLAIN, *HISTORY, "/api/v1/alerts/rules"])
async def test_whoever_asks_without_end_is_asked_to_wait_and_nobody_else_is(still: Any, path: str) -> None:
    reader = {"cookie": await still.sign_in("Olena", "lead")}
    assert (await still.anonymous.get(path, headers=reader)).status_code == 200
    for _ in range(AT_ONCE - 1):
        still.parts.costly.spend(f"person {await still.person()}", 1, still.parts.clock_ms())
    refused = await still.anonymous.get(path, headers=reader)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1
    other = {"cookie": await still.sign_in("Petro", "lead")}
    assert (await still.anonymous.get(path, headers=other)).status_code == 200
    assert (await still.http.get(path)).status_code == 200


async def test_a_hundred_questions_at_once_are_answered(served: Any) -> None:
    answers = await asyncio.gather(*(served.http.get(EXPLAIN, timeout=30) for _ in range(100)))
    assert {answer.status_code for answer in answers} == {200}
