"""Every language says everything, with the same gaps, and nothing that nobody asks for."""

import re
from pathlib import Path

import pytest
from babel.numbers import format_decimal

from wallboard.assets import BOARDS, STATIC
from wallboard.core.numbers import NUMBERS, WINDOWS
from wallboard.core.rules import METRICS
from wallboard.record.boards import load_boards
from wallboard.record.checks import KINDS
from wallboard.web.figures import date, figure
from wallboard.web.speaking import page_say
from wallboard.web.words import LANGUAGES, words

GAPS = re.compile(r"\{\w+\}")
WEB = Path(__file__).resolve().parents[2] / "wallboard" / "web"
# Words that are asked for by a name that is put together.
FAMILIES = {
    "metric": {*NUMBERS, *METRICS},
    "kind": {*KINDS},
    "window": {*WINDOWS, "day_of_each"},
    "board": {*load_boards(BOARDS)},
}


def test_all_languages_have_the_same_words_with_the_same_gaps() -> None:
    english = words("en").catalog
    assert {file.stem for file in (STATIC / "words").glob("*.json")} == set(LANGUAGES)
    for language in LANGUAGES:
        found = words(language).catalog
        assert found.keys() == english.keys(), language
        for key, text in found.items():
            assert sorted(GAPS.findall(text)) == sorted(GAPS.findall(english[key])), (language, key)
            assert text.strip(), (language, key)


def test_the_pages_say_the_same_in_all_languages_and_ask_for_every_word() -> None:
    english = page_say("en").catalog
    sources = [*(WEB / "templates").glob("*.html"), *WEB.glob("*.py"), *(STATIC / "js").glob("*.js")]
    text = "\n".join(file.read_text(encoding="utf-8") for file in sources)
    asked_here = (STATIC / "js" / "alerts.js").read_text(encoding="utf-8")  # by what stands behind "alerts."
    own = {key for key in english if key.startswith("alerts.") and _is_said(key.partition(".")[2], asked_here)}
    assert {key for key in english.keys() - own if f'"{key}"' not in text} == set()
    asked = set(re.findall(r'page_say\("([^"]+)"', text)) | set(re.findall(r'words\["([^"]+)"\]', text))
    assert asked <= english.keys()
    for language in LANGUAGES:
        found = page_say(language).catalog
        assert found.keys() == english.keys(), language
        for key, said in found.items():
            assert sorted(GAPS.findall(said)) == sorted(GAPS.findall(english[key])), (language, key)


def _is_said(key: str, script: str) -> bool:
    family = f'words["{key.partition(".")[0]}."'
    return f"words.{key}" in script or f'said("{key}"' in script or ("." in key and family in script)


def test_no_language_has_left_a_word_in_english() -> None:
    same = {"absent", "page", "of_how_many", "metric.csat", "metric.nps", "kind.trend", "doing.offline", "level.alarm"}
    for language in ("uk", "ru", "pl"):
        untold = {key for key, text in words(language).catalog.items() if text == words("en").catalog[key]} - same
        assert {key for key in untold if not key.startswith(("span.", "window.m"))} == set(), language


def test_every_word_is_asked_for_somewhere() -> None:
    sources = [*(STATIC / "js").rglob("*.js"), *WEB.rglob("*.py"), *WEB.rglob("*.html")]
    text = "\n".join(file.read_text(encoding="utf-8") for file in sources)
    for key in words("en").catalog:
        family, dot, name = key.partition(".")
        if family in FAMILIES:
            assert name in FAMILIES[family], key
        elif dot and re.search(rf"""["'`]{family}\.["'{{]""", text):
            continue  # a family whose members come from the state
        else:
            assert f'"{key}"' in text or f"'{key}'" in text, key


@pytest.mark.parametrize(
    ("language", "percent", "count", "day"),
    [
        ("en", "80.5", "1,234", "Monday 23 November"),
        ("uk", "80,5", "1\u00a0234", "понеділок, 23 листопада"),
        ("ru", "80,5", "1\u00a0234", "понедельник, 23 ноября"),
        ("pl", "80,5", "1234", "poniedziałek, 23 listopada"),
    ],
)
def test_numbers_and_dates_are_written_as_the_language_writes_them(
    language: str, percent: str, count: str, day: str
) -> None:
    say = words(language)
    assert figure(80.5, "percent", 0, say).text == percent
    assert figure(1234, "count", 0, say).text == count
    assert figure(12345, "count", 0, say).text == format_decimal(12345, locale=language)
    assert date(1_795_392_000_000, "UTC", say) == day
