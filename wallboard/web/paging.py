"""Which page of a list is it the turn of, and how large is its text? As static/js/paging.js turns them."""

from collections.abc import Sequence
from typing import Any

from wallboard.web.picture import Document
from wallboard.web.shortened import stands

_PAGE_MS = 10_000


def paged(items: Sequence[Any], fits: Sequence[int], now_ms: int) -> Document:
    fit = next((step for step, holds in enumerate(fits) if holds >= len(items)), len(fits) - 1)
    holds = fits[fit]
    pages = max(1, -(-len(items) // holds))
    page = now_ms // _PAGE_MS % pages
    return {"shown": items[page * holds : (page + 1) * holds], "fit": fit, "page": page + 1, "pages": pages}


def paged_texts(texts: Sequence[str], fits: Sequence[Document], now_ms: int, *, acts: bool = False) -> Document:
    """On as few pages as can be, as large as can be there; one after another where a text is too long to stand beside
    others. `from` and `to`: which ones are shown. `acts`: some say what to do; in the answer, whether that has room."""
    count = len(texts)
    together = [step for step, fit in enumerate(fits) if min(fit["holds"], count) > 1 and _all_stand(texts, fit)]
    pages_at = {step: -(-count // fits[step]["holds"]) for step in together}
    fewest = min(pages_at.values(), default=0)
    best = [step for step in together if pages_at[step] == fewest]
    acting = [step for step in best if acts and fits[step]["acting"] >= min(count, fits[step]["holds"])]
    fit = next(iter(acting or best), None)
    holds, pages = (1, max(1, count)) if fit is None else (fits[fit]["holds"], pages_at[fit])
    page = now_ms // _PAGE_MS % pages
    found = {"alone": fit is None, "page": page + 1, "pages": pages, "from": page * holds, "to": (page + 1) * holds}
    if fit is None:
        shown = texts[page] if texts else ""
        acting = [n for n, one in enumerate(fits) if acts and stands(shown, one["alone_acting"], one.get("line"))]
        roomy = [n for n, one in enumerate(fits) if stands(shown, one["alone"], one.get("line"))]
        fit = next(iter(acting or roomy), len(fits) - 1)
    return {"fit": fit, "acts": bool(acting), **found}


def _all_stand(texts: Sequence[str], fit: Document) -> bool:
    return all(stands(text, fit["letters"], fit.get("line")) for text in texts)
