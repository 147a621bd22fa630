"""Where do words stand? One catalog a language: of the wall, of pages, of messages."""

import json
from functools import cache
from pathlib import Path

from babel import Locale
from babel.plural import PluralRule

from wallboard.assets import STATIC

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
