"""Which words stand on a page? One catalog a language, the same file for the server's first paint and the browser."""

import json
from functools import cache
from pathlib import Path

from babel import Locale
from babel.plural import PluralRule

from wallboard.assets import STATIC
from wallboard.record.checks import LANGUAGES

__all__ = ["LANGUAGE", "LANGUAGES", "Words", "language_of", "words"]

LANGUAGE = "en"


class Words:
    """Call it with a key; `{names}` are filled in. What the catalog lacks is shown as `otherwise`, or the key."""

    def __init__(self, catalog: dict[str, str], language: str = LANGUAGE) -> None:
        self.catalog = catalog
        self.language = language

    def __call__(self, key: str, otherwise: str | None = None, **values: object) -> str:
        text = self.catalog.get(key) or self._plural(key, values.get("count"))
        if text is None:
            text = key if otherwise is None else otherwise
        return text.format(**values) if values else text

    def _plural(self, key: str, count: object) -> str | None:
        """Of several forms (`key#one`, `key#few`) the one for this count; `key#other` else."""
        form = _plurals(self.language)(count) if isinstance(count, int | float) else "other"
        return self.catalog.get(f"{key}#{form}") or self.catalog.get(f"{key}#other")


@cache
def _plurals(language: str) -> PluralRule:
    return Locale.parse(language).plural_form


@cache
def words(language: str = LANGUAGE, folder: Path = STATIC / "words") -> Words:
    return Words(json.loads((folder / f"{language}.json").read_text(encoding="utf-8")), language)


def language_of(accepted: str | None) -> str:
    """The first of the languages in an Accept-Language header that there is."""
    for one in (accepted or "")[:200].split(","):
        tag = one.partition(";")[0].strip().lower().partition("-")[0]
        if tag in LANGUAGES:
            return tag
    return LANGUAGE
