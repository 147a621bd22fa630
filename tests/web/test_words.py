"""Every language says everything, with the same gaps, and nothing that nobody asks for."""

import json
import re
from pathlib import Path

import pytest
from babel import Locale
from babel.numbers import format_decimal

from wallboard.alerts.message import said_in
from wallboard.assets import BOARDS, STATIC
from wallboard.core.askable import METRICS
from wallboard.core.numbers import NUMBERS, RANKED, WINDOWS
from wallboard.record.boards import load_boards
from wallboard.record.checks import KINDS
from wallboard.web.figures import date, figure
from wallboard.web.speaking import page_say
from wallboard.web.words import LANGUAGES, words

GAPS = re.compile(r"\{\w+\}")
WEB = Path(__file__).resolve().parents[2] / "wallboard" / "web"
# Words that are asked for by a name that is put together.
FAMILIES = {
    "metric": {*NUMBERS, *METRICS, *RANKED, "tags.thanks", "tags.hostile", "kpi.wallboard.latency"},
    "kind": {*KINDS},
    "window": {*WINDOWS, "day_of_each"},
    "board": {*load_boards(BOARDS)},
}


def test_all_languages_have_the_same_words_with_the_same_gaps() -> None:
    english = words("en").catalog
    assert {file.stem for file in (STATIC / "words").glob("*.json")} == set(LANGUAGES)
    for language in LANGUAGES:
        found = words(language).catalog
        assert _bases(found) == _bases(english), language
        for key, text in found.items():
            base, _, form = key.partition("#")
            told = english[f"{base}#other" if form else base]
            assert sorted(GAPS.findall(text)) == sorted(GAPS.findall(told)), (language, key)
            assert text.strip(), (language, key)


def test_messages_say_the_same_in_all_languages_and_fit_a_press() -> None:
    """Telegram shows 200 characters of an answer."""
    english = said_in("en").catalog
    for language in LANGUAGES:
        found = said_in(language).catalog
        assert _bases(found) == _bases(english), language
        for key, text in found.items():
            base, _, form = key.partition("#")
            assert sorted(GAPS.findall(text)) == sorted(GAPS.findall(english[f"{base}#other" if form else base]))
            assert text.strip()
            assert not key.startswith("pressed.") or len(text) <= 200, (language, key)


@pytest.mark.parametrize("file", sorted((STATIC / "words").rglob("*.json")), ids=lambda file: "/".join(file.parts[-2:]))
def test_no_word_stands_twice(file: Path) -> None:
    """The first one would never be said."""
    keys: list[str] = []
    json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=lambda pairs: keys.extend(key for key, _ in pairs))
    assert [key for key in set(keys) if keys.count(key) > 1] == []


def _bases(catalog: dict[str, str]) -> set[str]:
    return {key.partition("#")[0] for key in catalog}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_with_a_count_has_every_form_that_its_language_has(language: str) -> None:
    forms: dict[str, set[str]] = {}
    for key in words(language).catalog:
        base, _, form = key.partition("#")
        if form:
            forms.setdefault(base, set()).add(form)
    assert forms, "there are texts with a count"
    rule = Locale.parse(language).plural_form
    assert all(found == {*rule.tags, "other"} for found in forms.values()), forms


@pytest.mark.parametrize(
    ("language", "counts"),
    [
        ("en", {1: "1 over target", 2: "2 over target"}),
        (
            "uk",
            {
                1: "1 чекає понад норму",
                3: "3 чекають понад норму",
                11: "11 чекають понад норму",
                21: "21 чекає понад норму",
            },
        ),
        (
            "ru",
            {
                1: "1 ждёт дольше нормы",
                3: "3 ждут дольше нормы",
                11: "11 ждут дольше нормы",
                21: "21 ждёт дольше нормы",
            },
        ),
        ("pl", {1: "1 czeka ponad cel", 3: "3 czekają ponad cel", 5: "5 czeka ponad cel", 22: "22 czekają ponad cel"}),
    ],
)
def test_a_count_in_a_sentence_has_its_form(language: str, counts: dict[int, str]) -> None:
    told = {count: words(language)("level.over", count=count) for count in counts}
    assert {count: text.replace("\u00a0", " ") for count, text in told.items()} == counts
    assert all(text.count(" ") == 1 for text in told.values()), "it breaks behind the number alone: the rest gives way"


def test_the_pages_say_the_same_in_all_languages_and_ask_for_every_word() -> None:
    english = page_say("en").catalog
    sources = [*(WEB / "templates").glob("*.html"), *WEB.glob("*.py"), *(STATIC / "js").rglob("*.js")]
    sources.append(WEB.parent / "alerts" / "handoversaid.py")
    text = "\n".join(file.read_text(encoding="utf-8") for file in sources)
    asked_here = "".join(  # by what stands behind "alerts."
        (STATIC / "js" / f"{name}.js").read_text(encoding="utf-8")
        for name in ("alerts", "around", "calls", "deeds", "duty", "late", "pending")
    )
    own = {key for key in english if key.startswith("alerts.") and _is_said(key.partition(".")[2], asked_here)}
    own |= {key for key in english if key.count(".") == 2 and f'"{key.rpartition(".")[0]}."' in text}
    assert {key for key in english.keys() - own if f'"{key}"' not in text} == set()
    asked = set(re.findall(r'page_say\("([^"]+)"', text)) | set(re.findall(r'words\["([^"]+)"\]', text))
    asked |= set(re.findall(r'say\("((?:floor|names|me)\.[^"]+)"', text)) - {"floor.channel.", "me.tag."}
    families = {
        "sources.state.",
        "tokens.is.",
        "alerts.severity.",
        "alerts.result.",
        "channels.do.",
        "channels.how.",
        "channels.kind.",
        "channels.least.",
        "channels.unset.",
        "delivery.held.",
        "problem.head.",
        "problem.detail.",
    }
    assert asked - families <= english.keys()
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
        catalog, english = words(language).catalog, words("en").catalog
        untold = {key for key, text in catalog.items() if text == english.get(key)} - same
        assert {key for key in untold if not key.startswith(("span.", "window.m"))} == set(), language


def test_every_word_is_asked_for_somewhere() -> None:
    sources = [*(STATIC / "js").rglob("*.js"), *WEB.rglob("*.py"), *WEB.rglob("*.html")]
    text = "\n".join(file.read_text(encoding="utf-8") for file in sources)
    for key in _bases(words("en").catalog):
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
