"""How is a number explained in words? The codes of `core.explain` with the sentences of one language's catalog."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from wallboard.assets import STATIC
from wallboard.core.formulas import SERVICE_LEVELS, Ratio, Terms
from wallboard.web.words import LANGUAGE, LANGUAGES, Words, words

Document = dict[str, Any]

_FOLDER = STATIC / "words" / "explain"
_ON_THE_PAGE = "explain."  # the dialog's own words; all others stand in the answers

# docs/kpis.md; whatever has no letter there is written out
_SYMBOLS = {
    "offered": "o", "answered": "a", "abandoned": "b", "short_abandoned": "s", "callbacks": "c", "flowed_out": "f",
    "lost": "l", "answered_in_target": "aT", "abandoned_in_target": "bT", "callbacks_in_target": "cT",
    "over_counted": "wT", "over_target": "wT", "waiting": "w", "answered_wait_ms": "Wa", "abandoned_wait_ms": "Wb",
}  # fmt: skip


@cache
def catalog(language: str, folder: Path = _FOLDER) -> Words:
    """Every word of explanations in one of LANGUAGES."""
    return Words(json.loads((folder / f"{language}.json").read_text(encoding="utf-8")), language)


def page_words(language: str = LANGUAGE) -> dict[str, str]:
    """What the dialog itself says; in English where the language has no catalog."""
    known = catalog(language if language in LANGUAGES else LANGUAGE).catalog
    return {key: text for key, text in known.items() if key.startswith(_ON_THE_PAGE)}


def in_words(said: Document, language: str) -> Document:
    """The explanation with its sentences: `formula` {words, symbols}, and `text` beside each code."""
    say, limits = catalog(language), _limits(said, language)
    found = {key: value for key, value in said.items() if key not in ("exclusions", "notes")}
    for side in ("numerator", "denominator", "now_terms"):
        if side in said:
            found[side] = {**said[side], "terms": [_term(one, say, limits) for one in said[side]["terms"]]}
    found["metric_name"] = words(language)(f"metric.{said['metric']}", said["metric"].replace("_", " "))
    found["formula"] = {"words": _formula(found, "text", say), "symbols": _formula(found, "symbol", say)}
    found["exclusions"] = [
        {**one, "text": say(f"why.left.{one['code']}", **limits)} for one in said.get("exclusions", ())
    ]
    notes = [*said.get("notes", ()), *([{"code": "observed"}] if said.get("observed") else [])]
    found["notes"] = [{**one, "text": say(f"why.note.{one['code']}", **_shown(one))} for one in notes]
    if "absent" in said:
        found["absent"] = {"code": said["absent"], "text": say(f"why.absent.{said['absent']}")}
    if need := said.get("need"):
        ahead = "_ahead" if said["metric"].startswith("service_level_in_") else ""
        found["need"] = {**need, "text": say(f"why.need.{need['formula']}{ahead}")}
    if "service_levels" in said:
        found["service_levels"] = [{**one, "symbols": _level(one["formula"])} for one in said["service_levels"]]
    return found


def _limits(said: Document, language: str) -> dict[str, str]:
    """T and S as they are read in a sentence; groups have several of each."""
    say, target = catalog(language), said.get("target")
    if target is None:
        return {"T": say("why.target"), "S": say("why.short")}
    return {
        "T": say("why.seconds", n=f"{target['seconds']:g}"),
        "S": say("why.seconds", n=f"{target['short_abandon_s']:g}"),
    }


def _term(term: Document, say: Words, limits: dict[str, str]) -> Document:
    name: str = term["term"]
    _, dot, own = name.partition(".")
    text = own.removesuffix("_ms") if dot else say(f"why.term.{name}", name.replace("_", " "), **limits)
    return {**term, "symbol": _symbol(name), "text": text}


def _symbol(name: str) -> str:
    return _SYMBOLS.get(name) or name.removesuffix("_ms").replace("_", " ")


def _formula(said: Document, key: str, say: Words) -> str:
    """`answered within 20 s ÷ (answered + abandoned)`, or with symbols; a sentence where it is no sum."""
    if said["shape"] not in ("count", "sum", "ratio"):
        about = {name: said[name] for name in ("share", "rank", "n") if name in said}
        absent = "absent" in said and said["shape"] in ("stated", "modelled")
        return say("why.shape.absent") if absent else say(f"why.shape.{said['shape']}", **about)
    top = _side(said["numerator"]["terms"], key, alone=said["shape"] != "ratio")
    if said["shape"] != "ratio":
        return top
    both = f"{top} ÷ {_side(said['denominator']['terms'], key)}"
    return say("why.percent", formula=both) if said["times"] == 100 and key == "text" else both


def _side(terms: list[Document], key: str, *, alone: bool = False) -> str:
    text = "".join(f" {'+' if one['sign'] > 0 else '−'} {one[key]}" for one in terms).removeprefix(" + ")
    return text if alone or len(terms) == 1 else f"({text})"


def _level(formula: str) -> str:
    ratio: Ratio = SERVICE_LEVELS[formula]
    return f"{_letters(ratio.top)} ÷ {_letters({**ratio.bottom, 'over_counted': 1})}"


def _letters(names: Terms) -> str:
    return _side([{"sign": sign, "symbol": _symbol(name)} for name, sign in names.items()], "symbol")


def _shown(note: Document) -> Document:
    """The figures of a note's sentence, as they are read."""
    shown = {key: value for key, value in note.items() if key != "code"}
    if "percent" in shown:
        shown["percent"] = f"{shown['percent']:.1f}"
    if "best" in shown:
        shown["best"] = f"{shown['best']:g}"
    if "formulas" in shown:
        shown["formulas"] = ", ".join(shown["formulas"])
    return shown
