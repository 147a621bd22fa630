"""`said_of`: the same of what says the same, however it was written, and another of what says another thing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallboard.core.events import Abandoned, decode, encode
from wallboard.core.fields import LATEST_MS
from wallboard.stream.said import DIGEST_BYTES, FIELDS_BYTES, SAID_BYTES, said_of


def said(text: str) -> bytes:
    event = decode(text)
    return said_of(event, encode(event))


ONE = (
    '{"type":"contact.ended","id":"e","source":"s","time":1764000000000,"contact":"c","wait_s":12,'
    '"attributes":{"a":"1","b":"2"}}'
)


@pytest.mark.parametrize(
    "same",
    [
        '{"attributes":{"b":"2","a":"1"},"wait_s":12.0,"contact":"c","time":1764000000000,"source":"s","id":"e",'
        '"type":"contact.ended"}',
        ONE.replace("1764000000000", '"2025-11-24T18:00:00+02:00"'),
        ONE.replace('"c"', r'"\u0063"'),
        ONE.replace(":", " : "),
        ONE.replace('"contact"', '"queue":null,"contact"'),
    ],
)
def test_spelling_and_order_say_nothing(same: str) -> None:
    assert said(same) == said(ONE)
    assert len(said(ONE)) == DIGEST_BYTES + SAID_BYTES


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("contact.ended", "contact.abandoned"),
        ('"c"', '"d"'),
        ("12", "13"),
        ('"a":"1"', '"a":"2"'),
        ("1764000000000", "1764000000001"),
        (',"attributes":{"a":"1","b":"2"}', ""),
    ],
)
def test_each_field_type_and_time_say_something(before: str, after: str) -> None:
    assert said(ONE.replace(before, after)) != said(ONE)


def test_the_maps_of_a_whole_floor_have_no_order() -> None:
    floor = '{{"type":"floor.observed","id":"f","queues":{{{}}},"agents":{{{}}}}}'
    queues, agents = ['"a":[]', '"b":[{"contact":"1"}]'], ['"x":{"presence":"ready"}', '"y":{}']
    one = said(floor.format(",".join(queues), ",".join(agents)))
    assert one == said(floor.format(",".join(reversed(queues)), ",".join(reversed(agents))))
    assert one != said(floor.format(queues[0], ",".join(agents)))


@given(
    first=st.integers(0, LATEST_MS),
    again=st.integers(0, LATEST_MS),
    source=st.text(max_size=20),
    contact=st.text(max_size=20),
)
def test_a_time_stands_apart_from_all_else(first: int, again: int, source: str, contact: str) -> None:
    """So that one which is there only once can be left out. A source that looks like a field hides nothing."""
    times = first, again, None
    events = [Abandoned(source=f'{source},"id":"x"', id="e", contact=contact, time=at) for at in times]
    found = [said_of(event, encode(event))[DIGEST_BYTES:] for event in events]
    assert len({one[:FIELDS_BYTES] for one in found}) == 1
    assert found[2][FIELDS_BYTES:] == bytes(2) != found[0][FIELDS_BYTES:]
    assert (found[0] == found[1]) == (first & 0xFFFF == again & 0xFFFF or {first & 0xFFFF, again & 0xFFFF} == {0, 1})
