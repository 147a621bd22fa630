"""Floors that were loaded one after another do not pile up."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from wallboard.core.contacts import Contacts
from wallboard.core.state import Floor
from wallboard.core.watchful import watchful
from wallboard.live.memory import loading


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def loaded() -> "weakref.ref[Contacts]":
    with loading():
        floor = watchful(Floor())
    return weakref.ref(floor.contacts)


def test_of_a_floor_that_nobody_has_any_more_nothing_is_left_when_the_next_one_is_loaded() -> None:
    first, _ = loaded(), loaded()
    assert first() is None
