"""With its record in PostgreSQL the application keeps people, tokens, screens, boards, history and the trail there."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest
from device import Device

from tests.record import postgres
from tests.web.conftest import Served  # type: ignore[import-not-found]
from wallboard.config import Config
from wallboard.core.quarters import Interval

NINE = 1_795_338_000_000  # 2026-11-22 09:00 UTC
BOARD = "title = 'Night'\n[[tile]]\nkind = 'number'\nat = [1, 1]\nsize = [4, 2]\nmetric = 'waiting'\n"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    pytest.importorskip("psycopg", reason="needs PostgreSQL's driver: pip install 'wallboard[postgres]'")
    if not (postgres.binary("initdb") and postgres.binary("postgres")):
        pytest.skip("needs a PostgreSQL server: apt-get install postgresql")
    with postgres.running() as found:
        yield found


@pytest.fixture
async def served(config: Config, served_elsewhere: Any, server: str) -> AsyncIterator[Served]:
    async with served_elsewhere(replace(config, database_url=postgres.new_database(server))) as found:
        yield found


async def test_what_people_do_is_kept_there(served: Served) -> None:
    lead = await served.headers_of("Olena", "lead")
    token = (await served.http.post("/api/v1/tokens", json={"name": "crm", "scopes": ["state:read"]})).json()
    program = {"authorization": f"Bearer {token['token']}"}
    assert (await served.anonymous.get("/api/v1/state", headers=program)).status_code == 200
    headers = lead | {"content-type": "application/toml", "if-none-match": "*"}
    made = await served.anonymous.put("/api/v1/boards/night", content=BOARD, headers=headers)
    assert made.status_code == 201, made.text
    again = await served.anonymous.put("/api/v1/boards/night", content=BOARD, headers=headers)
    assert again.status_code == 412
    device = Device(served)
    await device.paired("Hall", "night")
    assert (await device.http.get("/board/night")).status_code == 200
    await device.http.aclose()
    assert (await served.http.delete(f"/api/v1/tokens/{token['id']}")).status_code == 204
    assert (await served.anonymous.get("/api/v1/state", headers=program)).status_code == 401
    served.parts.history.fill({Interval("queues", "support", NINE, "event"): {"offered": 4}}, [], {})
    rows = (await served.http.get("/api/v1/history?queue=support&day=2026-11-22&step=1d&metric=offered")).json()["rows"]
    assert [row["offered"] for row in rows] == [4]
    lines = (await served.http.get("/api/v1/audit")).json()["lines"]
    assert [line["what"] for line in lines] == [
        "token.revoked", "screen.paired", "board.added", "token.created", "person.added",
    ]  # fmt: skip
