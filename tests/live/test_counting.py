"""Tests of wallboard/live/counting.py."""

from msgspec.structs import replace

from wallboard.core.events import Rejection, SourceCounted, decode_own, encode
from wallboard.live.counting import SHOWN, SOURCES_MAX, Counting


def test_what_was_counted_is_told_once_for_each_source() -> None:
    counting = Counting()
    counting.duplicate("pbx-1", ["a", None])
    counting.reject("pbx-1", [Rejection(at="$[3]", error="no")])
    counting.duplicate("crm", ["b"])
    told = counting.due(0)
    assert len({one.id for one in told}) == 2, "an id each, so that a repeated append counts once"
    assert [replace(one, id=None) for one in told] == [
        SourceCounted(
            source="pbx-1",
            duplicates=2,
            rejected=1,
            duplicate_ids=["a"],
            rejections=[Rejection(at="$[3]", error="no")],
        ),
        SourceCounted(source="crm", duplicates=1, duplicate_ids=["b"]),
    ]
    assert counting.due(10_000) == []


def test_a_conflict_is_a_duplicate_that_is_named_apart() -> None:
    counting = Counting()
    counting.duplicate("pbx-1", ["a"])
    counting.conflict("pbx-1", ["b", None])
    (told,) = counting.due(0)
    assert replace(told, id=None) == SourceCounted(
        source="pbx-1", duplicates=3, conflicts=2, duplicate_ids=["a"], conflict_ids=["b"]
    )


def test_a_source_is_told_at_most_once_a_second_and_loses_nothing() -> None:
    counting = Counting()
    told = []
    for now_ms in range(0, 3000, 100):
        counting.duplicate("pbx-1", ["x"])
        told += counting.due(now_ms)
    assert len(told) == 3
    told += counting.due(4000)
    assert sum(event.duplicates for event in told) == 30


def test_examples_are_few_and_everything_is_counted() -> None:
    counting = Counting()
    counting.duplicate("pbx-1", [str(number) for number in range(5000)])
    counting.reject("pbx-1", [Rejection(at=f"line {number}", error="no") for number in range(5000)])
    (event,) = counting.due(0)
    assert (event.duplicates, event.rejected) == (5000, 5000)
    assert (len(event.duplicate_ids), len(event.rejections)) == (SHOWN, SHOWN)
    assert decode_own(encode(event)) == event


def test_a_flood_of_source_names_takes_no_memory() -> None:
    counting = Counting()
    for number in range(3 * SOURCES_MAX):
        counting.duplicate(f"s-{number}", ["x"])
    assert len(counting.due(0)) == SOURCES_MAX


def test_a_clock_that_was_set_back_silences_nobody() -> None:
    counting = Counting()
    counting.duplicate("pbx-1", ["x"])
    assert counting.due(1_000_000)
    counting.duplicate("pbx-1", ["y"])
    assert counting.due(10)
