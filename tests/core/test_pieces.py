"""Contacts one after another are cut the short way: the sums and the stretch of work are those of the long way."""

from hypothesis import given
from hypothesis import strategies as st

from wallboard.core.timesheet import Piece, Setting, Span, Work, _cut, pieces

MINUTE = 60_000
_said = st.sampled_from([("ready", None), ("paused", "lunch"), ("paused", None), ("offline", None), (None, None)])
_contacts = st.lists(st.tuples(st.booleans(), st.integers(-1, 3), st.integers(0, 4)), max_size=4)


@given(_said, _contacts, st.booleans(), st.integers(0, 12), st.integers(1, 12))
def test_the_short_way_gives_the_same_time_and_the_same_stretch_of_work(
    said: tuple[str | None, str | None], contacts: list[tuple[bool, int, int]], is_open: bool, begin: int, length: int
):
    setting, spans, at = Setting(0, *said, None, 0), list[Span](), 0
    for handled, gap, lasts in contacts:  # a gap of -1: two at once, which only the long way can
        spans.append(Span(handled, max(0, at + gap) * MINUTE, (at := max(0, at + gap) + lasts) * MINUTE))
    if spans and is_open:
        spans[-1] = Span(spans[-1].handled, spans[-1].begin_ms, None)
    begin_ms, end_ms = begin * MINUTE, (begin + length) * MINUTE
    short = list(pieces(begin_ms, end_ms, [setting], spans[::-1], -1))
    long = list(_cut(begin_ms, end_ms, [setting], spans, -1))
    assert _joined(short) == _joined(long)
    starts = {"day": 0}
    works = [Work(), Work()]
    for work, cut in zip(works, (short, long), strict=True):
        for piece in cut:
            work.feed(piece, starts)
    assert works[0].longest_ms("day", starts, end_ms) == works[1].longest_ms("day", starts, end_ms)


def _joined(cut: list[Piece]) -> list[tuple[str, str | None, int, int]]:
    """Neighbours in the same state as one."""
    found: list[tuple[str, str | None, int, int]] = []
    for piece in cut:
        if found and found[-1][:2] == (piece.state, piece.reason) and found[-1][3] == piece.begin_ms:
            found[-1] = (*found[-1][:3], piece.end_ms)
        else:
            found.append((piece.state, piece.reason, piece.begin_ms, piece.end_ms))
    return found
