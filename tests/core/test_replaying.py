"""Tests of wallboard/core/replaying.py."""

from typing import get_args

from wallboard.core.events import (
    CaseOpened,
    Event,
    FloorObserved,
    ListedAgent,
    ListedContact,
    NoticePosted,
    Queued,
    QueueObserved,
    Told,
    decode,
    encode,
)
from wallboard.core.fields import INSTANTS, Instant
from wallboard.core.replaying import shift_to_now, shifted, too_fast
from wallboard.core.windows import MINUTE_MS

HOUR_MS = 60 * MINUTE_MS


def moved(event: Event, by_ms: int = HOUR_MS) -> Event:
    (result,) = shifted([event], by_ms)
    return result


def test_every_instant_of_an_event_is_moved_alike() -> None:
    assert moved(Queued(time=5, since=3, contact="c", queue="q")) == Queued(
        time=5 + HOUR_MS, since=3 + HOUR_MS, contact="c", queue="q"
    )
    assert moved(NoticePosted(time=5, until=9, text="x")) == NoticePosted(time=5 + HOUR_MS, until=9 + HOUR_MS, text="x")
    assert moved(CaseOpened(case="c", opened_at=1)) == CaseOpened(case="c", opened_at=1 + HOUR_MS)
    assert moved(QueueObserved(queue="q", oldest_at=1)) == QueueObserved(queue="q", oldest_at=1 + HOUR_MS)


def test_the_contacts_that_a_floor_lists_are_moved_too() -> None:
    floor = FloorObserved(
        time=9,
        queues={"q": [ListedContact(contact="a", since=4), ListedContact(contact="b")], "empty": []},
        agents={"anna": ListedAgent(presence="ready")},
    )
    assert moved(floor) == FloorObserved(
        time=9 + HOUR_MS,
        queues={"q": [ListedContact(contact="a", since=4 + HOUR_MS), ListedContact(contact="b")], "empty": []},
        agents={"anna": ListedAgent(presence="ready")},
    )


def test_no_instant_of_the_vocabulary_is_forgotten() -> None:
    kinds = get_args(Told)
    assert len(kinds) > 20
    for kind in kinds:
        for base in kind.__mro__:
            for name, hint in getattr(base, "__annotations__", {}).items():
                if hint == (Instant | None):
                    assert name in INSTANTS, f"{kind.__name__}.{name} would keep its old time"


def test_a_moved_id_is_another_id_and_a_repeated_move_gives_the_same() -> None:
    event = Queued(id="e-1", contact="c", queue="q")
    assert moved(event).id == "e-1+60m"
    assert moved(event) == moved(event)
    assert moved(event, 0) == event


def test_a_moved_event_can_still_be_sent_whatever_the_length_of_its_id() -> None:
    event = moved(Queued(id="x" * 256, contact="c", queue="q"), 1_000_000 * MINUTE_MS)
    assert decode(encode(event)) == event


def test_the_shift_is_whole_minutes_and_leaves_the_last_event_within_the_minute_before_now() -> None:
    now_ms = 1_000 * HOUR_MS + 17_000
    shift_ms = shift_to_now(30_000, now_ms)
    assert shift_ms % MINUTE_MS == 0
    assert 0 <= now_ms - (30_000 + shift_ms) < MINUTE_MS


def test_fast_is_only_for_a_quarter_of_an_hour() -> None:
    assert too_fast(0, 15 * MINUTE_MS, 100) is None
    assert too_fast(0, 15 * MINUTE_MS, 0) is None
    assert too_fast(0, 600 * MINUTE_MS, 1) is None
    assert "wallboard compute" in (too_fast(0, 15 * MINUTE_MS + 1, 2) or "")
    assert "wallboard compute" in (too_fast(0, 600 * MINUTE_MS, 0) or "")
    assert "future" in (too_fast(0, MINUTE_MS, 0.5) or "")
