"""Tests of collectors/command/wire.py."""

from hypothesis import given
from hypothesis import strategies as some

from collectors.command.wire import LONGEST, Line, Lines


@given(some.lists(some.binary(max_size=30).filter(lambda line: b"\n" not in line), min_size=1), some.data())
def test_any_chunking_gives_the_same_lines(texts: list[bytes], data: some.DataObject) -> None:
    output = b"".join(text + b"\n" for text in texts)
    cuts = sorted(data.draw(some.lists(some.integers(0, len(output)), max_size=5)))
    lines = Lines()
    found = [
        line
        for start, end in zip([0, *cuts], [*cuts, len(output)], strict=True)
        for line in lines.feed(output[start:end])
    ]
    assert found + lines.end() == [Line(number, text) for number, text in enumerate(texts, start=1)]


def test_an_over_long_line_is_dropped_and_the_next_one_is_read() -> None:
    lines = Lines()
    found = [line for _ in range(LONGEST // 1000 + 2) for line in lines.feed(b"x" * 1000)]
    found += lines.feed(b"end\nshort\n")
    assert found == [Line(1, None), Line(2, b"short")]


def test_a_line_of_just_the_longest_length_is_whole() -> None:
    assert Lines().feed(b"x" * LONGEST + b"\n") == [Line(1, b"x" * LONGEST)]


def test_a_last_line_without_newline_counts() -> None:
    lines = Lines()
    assert lines.feed(b"one\ntwo") == [Line(1, b"one")]
    assert lines.end() == [Line(2, b"two")]
