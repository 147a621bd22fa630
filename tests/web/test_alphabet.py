"""Names of the first paint stand in the order in which the browser will sort them."""

import json
import random
import subprocess

import pytest

from tests.static.test_static import node  # type: ignore[import-not-found]
from wallboard.web.alphabet import ALPHABETS, by_alphabet

NAMES = (
    "Їжак", "Ірина", "Іван", "Ганна", "Ґанна", "Єва", "Євген", "Анна", "Яна", "Юлія", "Щек", "Ящук", "Зоя", "Жанна",
    "Йосип", "Ёлкина", "Елена", "Егор", "Жора", "Эмма", "Ольга", "Łukasz", "Lucja", "Zuzanna", "Żaneta", "Źrebiec",
    "Ćwik", "Cyryl", "Ądam", "Adam", "Ewa", "Ęwa", "Ómar", "Olga", "Śliwa", "Sara", "Ńina", "Nina", "Émile", "Erik",
    "agent 9", "agent 10", "Agent 1", "101", "99", "Anna Nowak", "Anna", "Annabel", "Åsa", "Zoë", "佐藤", "שרה",
    "ليلى",
)  # fmt: skip
SORTED = """
const [language, names] = JSON.parse(process.argv[1]);
const collator = new Intl.Collator(language, { numeric: true, sensitivity: "base" });
console.log(JSON.stringify(names.map((one) => names.map((other) => Math.sign(collator.compare(one, other))))));
"""


@pytest.mark.parametrize("language", ALPHABETS)
def test_names_stand_as_the_browser_sorts_them(language: str) -> None:
    names = random.Random(5).sample(NAMES, len(NAMES))
    own = [name for name in names if not any(letter in "佐שل" for letter in name)]
    asked = [node(), "-e", SORTED, json.dumps([language, own])]
    signs = json.loads(subprocess.run(asked, capture_output=True, text=True, check=True, timeout=60).stdout)
    key = by_alphabet(language)
    wrong = [
        (one, other)
        for row, one in zip(signs, own, strict=True)
        for sign, other in zip(row, own, strict=True)
        if sign and (key(one) < key(other)) != (sign < 0)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("uk", ["Ганна", "Ґанна", "Євген", "Іван", "Їжак", "Яна"]),
        ("pl", ["Cyryl", "Ćwik", "Lucja", "Łukasz", "Zuzanna", "Źrebiec", "Żaneta"]),
        ("ru", ["Егор", "Елена", "Ёлкина", "Жора", "Эмма"]),
        ("en", ["agent 9", "agent 10", "Anna", "Émile", "Erik"]),
    ],
)
def test_the_order_is_that_of_the_alphabet(language: str, names: list[str]) -> None:
    mixed = random.Random(1).sample(names, len(names))
    assert sorted(mixed, key=by_alphabet(language)) == names
