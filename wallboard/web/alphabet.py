"""In which order do names stand at first paint? In that of the language's alphabet, as Intl.Collator does it later.

Python knows no such order by itself, and Babel has none; a whole ICU for one list would be much. So the four
alphabets stand here; other letters follow them by script. A test compares this with Node's own ICU.
"""

import re
import unicodedata
from functools import lru_cache, partial
from typing import Any

LATIN = "abcdefghijklmnopqrstuvwxyz"
CYRILLIC = "абвгґдеєжзиійклмнопрстуфхцчшщъыьэюя"  # ё stands with е, and ї with і, where the language has no ї
# Of each language its own script first.
ALPHABETS = {
    "en": (LATIN, CYRILLIC),
    "pl": ("aąbcćdeęfghijklłmnńoópqrsśtuvwxyzźż", CYRILLIC),
    "uk": ("абвгґдеєжзиіїйклмнопрстуфхцчшщъыьэюя", LATIN),
    "ru": (CYRILLIC, LATIN),
}
_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"})
_PARTS = re.compile(r"\d+|\D")

Key = tuple[Any, ...]


def by_alphabet(language: str) -> "partial[Key]":
    """The key to sort names by."""
    return partial(_key, language)


@lru_cache(maxsize=8192)  # names come again in every picture
def _key(language: str, name: str) -> Key:
    parts = _PARTS.findall(unicodedata.normalize("NFC", name.lower()))
    return tuple(rank for part in parts for rank in _ranks(part, language)), name


@lru_cache(maxsize=4096)  # letters come again in every name
def _ranks(part: str, language: str) -> list[tuple[int, int]]:
    """(group, place): signs, numbers, the letters of the language, those of other scripts."""
    if part.isdigit():
        return [(1, int(part))]
    alphabets = ALPHABETS.get(language, ALPHABETS["en"])
    if any(part in letters for letters in alphabets):
        return [_letter(part, alphabets)]
    plain = unicodedata.normalize("NFD", part.translate(_PLAIN))
    return [_letter(letter, alphabets) for letter in plain if not unicodedata.combining(letter)]


def _letter(letter: str, alphabets: tuple[str, ...]) -> tuple[int, int]:
    for group, letters in enumerate(alphabets, 2):
        if letter in letters:
            return group, letters.index(letter)
    return (4 if letter.isalpha() else 0), ord(letter)
