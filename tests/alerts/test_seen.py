"""However much waits for a receiver: the first ones are looked at, and what must not wait for its turn."""

import pytest

from tests.alerts.there import Sending
from wallboard.alerts import seen as looking
from wallboard.alerts.seen import Item, Seen
from wallboard.stream.outbox import Outbox, Waiting


class Counted(Outbox):
    """Says how many it gave."""

    given = 0

    async def waiting(self, receiver: str, count: int, after: str = "") -> list[Waiting]:
        found = await super().waiting(receiver, count, after)
        self.given += len(found)
        return found


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "AT_ONCE", 3)


async def unreadable(_: Waiting, reason: str) -> None:
    raise AssertionError(reason)


async def put(sending: Sending, *titles: str) -> None:
    for title in titles:
        severity, kind = ("critical" if "!" in title else "info"), "cleared" if title.startswith("end") else "raised"
        await sending.put("leads", title, severity=severity, type=kind)


async def looked(one: Seen) -> tuple[list[str], list[str]]:
    first, behind = ([item.message.title for item in part] for part in await one.look())
    return first, behind


async def taken(sending: Sending, one: Seen, *titles: str) -> None:
    gone: list[Item] = [item for part in await one.look() for item in part if item.message.title in titles]
    ids = [item.waiting.id for item in gone]
    await sending.outbox.done(sending.token, "leads", ids, 0)
    one.gone(ids)


async def test_behind_the_first_ones_what_is_urgent_is_found_and_the_rest_is_read_once(sending: Sending) -> None:
    outbox = Counted(sending.outbox._redis, sending.outbox._keys)
    one = Seen(outbox, "leads", lambda _: False, unreadable)
    await put(sending, *"abcdefg", "one!", "h", "end!", "two!", "i")
    assert await looked(one) == (["a", "b", "c"], ["one!", "two!"]), "an end is not urgent"
    assert outbox.given == 12
    assert await looked(one) == (["a", "b", "c"], ["one!", "two!"])
    assert outbox.given == 15, "the first three alone"
    await put(sending, "j", "three!")
    assert await looked(one) == (["a", "b", "c"], ["one!", "two!", "three!"])
    await taken(sending, one, "a", "b", "c", "one!")
    assert await looked(one) == (["d", "e", "f"], ["two!", "three!"])
    await taken(sending, one, "d", "e", "f", "g", "three!")
    assert await looked(one) == (["g", "h", "end!"], ["two!"])
    await taken(sending, one, "g")
    assert await looked(one) == (["h", "end!", "two!"], []), "it is one of the first now"
    await taken(sending, one, "h", "end!", "two!", "i")
    assert await looked(one) == (["i", "j"], [])


async def test_what_was_among_the_first_is_found_behind_what_was_held_before_it(sending: Sending) -> None:
    asleep = True
    one = Seen(sending.outbox, "leads", lambda message: asleep and message.type == "cleared", unreadable)
    await put(sending, *(f"end {n}" for n in range(5)), "one!", "a", "b", "c", "two!")
    assert await looked(one) == (["one!", "a", "b"], ["two!"]), "at once: what went as one before a death is found"
    asleep = False
    assert await looked(one) == (["end 0", "end 1", "end 2"], ["one!", "two!"])


async def test_of_much_that_is_urgent_the_oldest_is_known(sending: Sending) -> None:
    one = Seen(sending.outbox, "leads", lambda _: False, unreadable)
    await put(sending, "a", "b", "c", *(f"{n}!" for n in range(9)))
    assert await looked(one) == (["a", "b", "c"], ["0!", "1!", "2!"])
    await taken(sending, one, "0!")
    assert await looked(one) == (["a", "b", "c"], ["1!", "2!", "3!", "4!", "5!"])


async def test_what_another_process_did_meanwhile_is_looked_at_anew(sending: Sending) -> None:
    one = Seen(sending.outbox, "leads", lambda _: False, unreadable)
    await put(sending, "a", "b", "c", "one!", "two!")
    [_, behind] = await one.look()
    await sending.outbox.done(sending.token, "leads", [behind[0].waiting.id], 0)
    one.forget()
    assert await looked(one) == (["a", "b", "c"], ["two!"])
