"""A server whose file has two alert rules, and what it says of them over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

RULES = "/api/v1/alerts/rules"
TOML = {"content-type": "application/toml"}
LONG = """\
# Somebody waits for too long.
[alert.long]
metric = "oldest_wait_s"
queues = ["support"]
raise = "> 120"  # twice the target
for = "30s"
action = "Open the overflow queue"
"""
TEXT = f"""\
# ours
[queue.support]
name = "Support"

{LONG}
[alert.few]
metric = "abandon_rate"
window = "m15"
raise = ">= 10.5"
clear = "< 5"
keep_for = "5m"
when = "always"
and = [{{ metric = "ready", raise = "< 1" }}]
"""


@asynccontextmanager
async def ruled(served_with: Callable[..., Any]) -> AsyncIterator[Any]:
    """With its rules in force."""
    async with served_with(TEXT) as found:
        async with asyncio.timeout(60):
            while not await in_force(found):
                await asyncio.sleep(0.03)
        yield found


async def in_force(served: Any) -> bool:
    answer = await served.http.get(RULES)
    return answer.status_code == 200 and all(row["in_force"] for row in answer.json()["rules"])


async def rows(served: Any, language: str = "en") -> dict[str, Any]:
    answer = await served.http.get(RULES, headers={"accept-language": language})
    assert answer.status_code == 200, answer.text
    return {row["id"]: row for row in answer.json()["rules"]}


async def put(served: Any, name: str, text: str, tag: str | None, **headers: str) -> Any:
    condition = {"if-none-match": "*"} if tag is None else {"if-match": f'"{tag}"'}
    http = served.anonymous if "cookie" in headers else served.http
    return await http.put(f"{RULES}/{name}", content=text.encode(), headers=TOML | condition | headers)


def written(served: Any) -> str:
    return str(served.parts.config.file.read_text(encoding="utf-8"))
