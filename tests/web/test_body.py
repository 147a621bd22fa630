"""A body that is not what an address expects is refused in one way everywhere: an example, or the path."""

import pytest
from msgspec import Struct

from wallboard.web.body import read_as
from wallboard.web.problems import Problem

SUCH_AS = '{"until": "4h"}'


class Asked(Struct):
    until: str | None = None


def refused(body: bytes, such_as: str | None = SUCH_AS) -> tuple[int, str, object]:
    with pytest.raises(Problem) as caught:
        read_as(body, Asked, such_as)
    return caught.value.status, caught.value.detail, caught.value.more.get("at")


def test_what_is_asked_is_given() -> None:
    assert read_as(b'{"until": "4h"}', Asked, SUCH_AS) == Asked("4h")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"until": "\xff"}', b'{"x": ' + b"[" * 100_000])
def test_what_is_no_json_or_far_too_deep_is_told_with_an_example(body: bytes) -> None:
    assert refused(body) == (400, 'Expected a JSON object such as {"until": "4h"}.', None)


def test_a_mistake_is_told_with_its_path() -> None:
    assert refused(b'{"until": 4}') == (422, "Expected text, got whole number.", "$.until")
    assert refused(b"[]") == (422, "Expected object, got list.", "$")


def test_where_nothing_needs_to_be_said_no_body_is_an_object_too() -> None:
    assert read_as(b"", Asked, None) == Asked()
    assert refused(b"{", None) == (400, "Expected a JSON object, or nothing.", None)
