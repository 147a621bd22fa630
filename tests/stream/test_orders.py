"""What a screen is told reaches every process once, and what it said last is kept."""

import pytest
from redis.asyncio import Redis

from wallboard.stream.keys import SCREEN_S, Keys
from wallboard.stream.orders import MOST_ORDERS, Order, Orders, Word


@pytest.fixture
def orders(redis: Redis, keys: Keys) -> Orders:
    return Orders(redis, keys)


async def test_every_reader_gets_each_order_once_and_in_turn(orders: Orders) -> None:
    first, second = Order("a", "identify", name="Hall"), Order("b", "show", board="day")
    place = await orders.place()
    await orders.give(first)
    found = await orders.after(place)
    assert found.orders == [first]
    await orders.give(second)
    assert (await orders.after(found.place)).orders == [second]
    assert (await orders.after(place)).orders == [first, second]


async def test_a_reader_that_begins_now_gets_nothing_old(orders: Orders) -> None:
    await orders.give(Order("a", "reload"))
    assert (await orders.after(await orders.place())).orders == []


async def test_the_stream_of_orders_is_short(orders: Orders, redis: Redis, keys: Keys) -> None:
    for _ in range(MOST_ORDERS + 10):
        await orders.give(Order("a", "reload"))
    assert await redis.xlen(keys.orders) == MOST_ORDERS


async def test_what_a_screen_said_last_is_kept_until_it_is_forgotten(orders: Orders, redis: Redis, keys: Keys) -> None:
    said = Word(at=5, shows="day", build="2", lag_ms=3.5, heap_mb=40, sound="on")
    await orders.say({"a": Word(at=1), "b": Word(at=2)})
    await orders.say({"a": said})
    assert await orders.said(["a", "b", "c"]) == {"a": said, "b": Word(at=2)}
    assert 0 < await redis.ttl(keys.screen("a")) <= SCREEN_S
    await orders.forget("a")
    assert await orders.said(["a"]) == {}
    assert await orders.said([]) == {}
