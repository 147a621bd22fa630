"""What waits to be told and what was given up are kept for so long and no longer."""

import pytest
from redis.asyncio import Redis

from wallboard.stream.keys import DEAD_S, TOLD_S, Keys
from wallboard.stream.outbox import New, Outbox

NOW_MS = 1_795_000_000_000


@pytest.fixture
def outbox(redis: Redis, keys: Keys) -> Outbox:
    return Outbox(redis, keys)


async def test_letters_that_were_given_up_go_after_thirty_days(outbox: Outbox, redis: Redis, keys: Keys) -> None:
    for at_ms in (NOW_MS - DEAD_S * 1000 - 1, NOW_MS - DEAD_S * 1000):
        fields: dict[str, str] = {"receiver": "leads", "reason": "", "message": str(at_ms)}
        await redis.xadd(keys.dead_letters, fields, id=f"{at_ms}-0")  # type: ignore[arg-type]
    assert await outbox.drop(NOW_MS) == 1
    assert [one.at_ms for one in await outbox.letters(10)] == [NOW_MS - DEAD_S * 1000]


@pytest.mark.parametrize("door", ["put", "add", "again"])
async def test_what_waits_for_a_receiver_that_is_not_configured_any_more_goes_by_itself(
    outbox: Outbox, redis: Redis, keys: Keys, door: str
) -> None:
    if door == "put":
        await redis.set(keys.fence, 1)
        assert await outbox.put(1, "gone", [New("a1", b"{}")]) == [True]
    else:
        await outbox.add("gone", b"{}")
    if door == "again":
        await outbox.bury("gone", await outbox.waiting("gone", 1), "down")
        await redis.persist(keys.outbox("gone"))
        assert await outbox.again((await outbox.letters(1))[0])
    assert 0 < await redis.ttl(keys.outbox("gone")) <= TOLD_S
