"""What was given up is kept for so long and no longer."""

from redis.asyncio import Redis

from wallboard.stream.keys import DEAD_S, Keys
from wallboard.stream.outbox import Outbox

NOW_MS = 1_795_000_000_000


async def test_letters_that_were_given_up_go_after_thirty_days(outbox: Outbox, redis: Redis, keys: Keys) -> None:
    for at_ms in (NOW_MS - DEAD_S * 1000 - 1, NOW_MS - DEAD_S * 1000):
        fields: dict[str, str] = {"receiver": "leads", "reason": "", "message": str(at_ms)}
        await redis.xadd(keys.dead_letters, fields, id=f"{at_ms}-0")  # type: ignore[arg-type]
    assert await outbox.letters.drop(NOW_MS) == 1
    assert [one.at_ms for one in await outbox.letters.newest(10)] == [NOW_MS - DEAD_S * 1000]
