"""A small share of what `scripts/attacks` does: every group, the required answer in each case."""

from collections.abc import Callable
from random import Random

import pytest
from groups import GROUPS
from target import Target

CASES = 300


@pytest.mark.parametrize("attack", GROUPS, ids=lambda attack: attack.__name__)
def test_every_case_gets_the_answer_that_it_must(
    attacked: Target, attack: Callable[[Target, Random, int], None]
) -> None:
    attack(attacked, Random(7), max(3, int(CASES * GROUPS[attack] / 100)))
    assert not attacked.failures
