"""Which words stand on a page? One catalog a language, the same file for the server's first paint and the browser."""

from wallboard.catalogs import LANGUAGE, Words, words
from wallboard.core.settings import LANGUAGES

__all__ = ["LANGUAGE", "LANGUAGES", "Words", "language_of", "words"]


def language_of(accepted: str | None) -> str:
    """The first of the languages in an Accept-Language header that there is."""
    for one in (accepted or "")[:200].split(","):
        tag = one.partition(";")[0].strip().lower().partition("-")[0]
        if tag in LANGUAGES:
            return tag
    return LANGUAGE
