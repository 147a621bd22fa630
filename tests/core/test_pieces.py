"""Time with one contact is cut the short way: the sums and the stretch of work are those of the long way."""

from hypothesis import given
from hypothesis import strategies as st

from wallboard.core.timesheet import Piece, Setting, Span, Work, _around, _cut

_instants = st.integers(0, 12)
_said = st.sampled_from([("ready", None), ("paused", "lunch"), ("paused", None), ("offline", None), (None, None)])
_spans = st.none() | st.builds(
    lambda handled, begin, length: Span(handled, begin, None if length is None else begin + length),
    st.booleans(), _instants, st.none() | st.integers(0, 12),
)  # fmt: skip


@given(_said, _spans, _instants, st.integers(1, 12))
def test_the_short_way_gives_the_same_time_and_the_same_stretch_of_work(
    said: tuple[str | None, str | None], span: Span | None, begin: int, length: int
):
    setting = Setting(0, *said, None, 0)
    begin_ms, end_ms = begin * 60_000, (begin + length) * 60_000
    if span:
        span = Span(span.handled, span.begin_ms * 60_000, None if span.end_ms is None else span.end_ms * 60_000)
    short = list(_around(begin_ms, end_ms, setting, span))
    long = list(_cut(begin_ms, end_ms, [setting], [span] if span else [], -1))
    assert _joined(short) == _joined(long)
    starts = {"day": 0}
    works = [Work(), Work()]
    for work, pieces in zip(works, (short, long), strict=True):
        for piece in pieces:
            work.feed(piece, starts)
    assert works[0].longest_ms("day", starts, end_ms) == works[1].longest_ms("day", starts, end_ms)


def _joined(pieces: list[Piece]) -> list[tuple[str, str | None, int, int]]:
    """Neighbours in the same state as one."""
    found: list[tuple[str, str | None, int, int]] = []
    for piece in pieces:
        if found and found[-1][:2] == (piece.state, piece.reason) and found[-1][3] == piece.begin_ms:
            found[-1] = (*found[-1][:3], piece.end_ms)
        else:
            found.append((piece.state, piece.reason, piece.begin_ms, piece.end_ms))
    return found
