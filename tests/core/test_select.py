"""Patterns: one of them and none that begins with `!`, as the shell reads each by itself."""

from fnmatch import fnmatchcase

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wallboard.core import select
from wallboard.core.select import any_selected, selects

TEXT = st.text(alphabet="ab-*?[]!.\n", max_size=5)


@pytest.mark.parametrize(
    ("patterns", "name", "is_meant"),
    [
        (["support", "sales-*", "!test-*"], "sales-1", True),
        (["support", "sales-*", "!test-*"], "test-1", False),
        (["sales-*", "!sales-1"], "sales-1", False),
        (["!test-*"], "support", True),
        ([], "support", True),
        (["sales"], "sales-1", False),
        (["a", "b"], "ab", False),
        (["Sales"], "sales", False),
    ],
)
def test_by_hand(patterns: list[str], name: str, is_meant: bool) -> None:
    assert selects(patterns, name) is is_meant


@given(st.lists(TEXT, max_size=4), TEXT)
@example(["a|b"], "a")
@example(["a*", "*b"], "a\nb")
def test_each_is_read_as_if_it_stood_alone(patterns: list[str], name: str) -> None:
    wanted = [one for one in patterns if not one.startswith("!")] or ["*"]
    unwanted = [one[1:] for one in patterns if one.startswith("!")]
    any_of = lambda them: any(fnmatchcase(name, one) for one in them)  # noqa: E731
    assert selects(patterns, name) is (any_of(wanted) and not any_of(unwanted))


def test_thousands_of_names_and_beginnings_need_no_expression(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes 40 µs a pattern, in one go."""
    monkeypatch.delattr(select, "re")
    patterns = [f"queue-{n}" for n in range(3_000)] + [f"sales-{n}-*" for n in range(3_000)] + ["!sales-7-x"]
    assert selects(patterns, "queue-77")
    assert selects(patterns, "sales-7-y")
    assert not selects(patterns, "sales-7-x")
    assert not selects(patterns, "queue-77-")


def test_whether_some_name_is_meant() -> None:
    assert any_selected(["sales-?"], ["support", "sales-1"])
    assert not any_selected(["sales-?"], ["support", "sales-10"])
