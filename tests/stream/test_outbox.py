"""What waits to be told is kept for so long and no longer, and only who leads says how it goes."""

import pytest
from redis.asyncio import Redis

from wallboard.core.errors import LeaseLost
from wallboard.stream.keys import GOING_S, TOLD_S, Keys
from wallboard.stream.outbox import New, Outbox


@pytest.mark.parametrize("door", ["put", "add", "again"])
async def test_what_waits_for_a_receiver_that_is_not_configured_any_more_goes_by_itself(
    outbox: Outbox, redis: Redis, keys: Keys, door: str
) -> None:
    await redis.set(keys.fence, 1)
    if door == "put":
        assert await outbox.put(1, "gone", [New("a", "a1", b"{}")]) == [True]
    else:
        await outbox.add("gone", b"{}")
    if door == "again":
        await outbox.bury(1, "gone", await outbox.waiting("gone", 1), "down")
        await redis.persist(keys.outbox("gone"))
        assert await outbox.letters.again((await outbox.letters.newest(1))[0])
    assert 0 < await redis.ttl(keys.outbox("gone")) <= TOLD_S


async def test_of_what_an_old_leader_says_after_its_send_only_that_it_was_taken_counts(
    outbox: Outbox, redis: Redis, keys: Keys
) -> None:
    """It made a batch that another one had begun forgotten, and dead letters of what that one delivered."""
    await redis.set(keys.fence, 2)
    for told in ("a", "b", "c"):
        await outbox.put(2, "leads", [New(told, told, b"{}")])
    first, second, third = await outbox.waiting("leads", 3)
    await outbox.done(2, "leads", [first.id], 7, b"paced")
    await outbox.begin(2, "leads", [third.id])
    before = await outbox.going("leads")

    await outbox.done(1, "leads", [second.id], 8, b"older")
    with pytest.raises(LeaseLost):
        await outbox.failed(1, "leads", "no answer", 9)
    with pytest.raises(LeaseLost):
        await outbox.bury(1, "leads", [third], "no answer")

    assert await outbox.waiting("leads", 3) == [third]
    assert await outbox.begun("leads") == [third.id]
    assert await outbox.paced("leads") == b"paced"
    after = await outbox.going("leads")
    assert (after.taken_ms, after.reason) == (before.taken_ms, None) == (7, None)
    assert await outbox.letters.count() == 0


@pytest.mark.parametrize("door", ["begin", "done", "failed"])
async def test_how_it_goes_with_a_receiver_is_not_kept_for_ever(
    outbox: Outbox, redis: Redis, keys: Keys, door: str
) -> None:
    await redis.set(keys.fence, 1)
    if door == "begin":
        await outbox.begin(1, "gone", ["0-1"])
    elif door == "done":
        await outbox.done(1, "gone", ["0-1"], 7)
    else:
        await outbox.failed(1, "gone", "no answer", 7)
    assert 0 < await redis.ttl(keys.going("gone")) <= GOING_S
