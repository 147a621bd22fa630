"""Merge patches: RFC 7396's own table, and the law that a browser's state rests on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallboard.core.patch import DoesNotCompose, apply, diff, merge

# RFC 7396, appendix A, the cases whose target and patch are objects without null values in the target.
RFC = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]
values = st.none() | st.booleans() | st.integers(-3, 3) | st.text("ab", max_size=2)
documents = st.recursive(
    st.dictionaries(st.sampled_from("abc"), values.filter(lambda value: value is not None), max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner | st.integers(0, 2), max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(("target", "patch", "result"), RFC)
def test_a_patch_applies_as_the_rfc_says(target: dict, patch: dict, result: dict):
    assert apply(target, patch) == result


@given(documents, documents)
def test_the_difference_of_two_documents_turns_one_into_the_other(old: dict, new: dict):
    assert apply(old, diff(old, new)) == new


@given(documents)
def test_nothing_changed_is_an_empty_patch(document: dict):
    assert diff(document, document) == {}


@given(documents, documents, documents)
def test_two_patches_merge_into_one_with_the_same_effect_or_say_that_they_do_not(
    first: dict, second: dict, third: dict
):
    one, two = diff(first, second), diff(second, third)
    try:
        merged = merge(one, two)
    except DoesNotCompose:
        return
    assert apply(first, merged) == third


def test_an_object_over_a_deletion_does_not_compose():
    with pytest.raises(DoesNotCompose):
        merge({"a": None}, {"a": {"b": 1}})


def test_an_object_over_a_plain_value_does_not_compose():
    with pytest.raises(DoesNotCompose):
        merge({"a": False}, {"a": {}})
