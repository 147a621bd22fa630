"""Which words stand on a page? One catalog a language, the same file for the server's first paint and the browser."""

import json
from functools import cache
from pathlib import Path

from wallboard.assets import STATIC

LANGUAGE = "en"


class Words:
    """Call it with a key; `{names}` are filled in. What the catalog lacks is shown as `otherwise`, or the key."""

    def __init__(self, catalog: dict[str, str]) -> None:
        self.catalog = catalog

    def __call__(self, key: str, otherwise: str | None = None, **values: object) -> str:
        text = self.catalog.get(key, key if otherwise is None else otherwise)
        return text.format(**values) if values else text


@cache
def words(language: str = LANGUAGE, folder: Path = STATIC / "words") -> Words:
    return Words(json.loads((folder / f"{language}.json").read_text(encoding="utf-8")))
