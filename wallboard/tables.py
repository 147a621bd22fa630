"""What is wrong in a TOML file? All of it at once: msgspec alone stops at the first mistake of an object."""

import re
import tomllib
from ast import literal_eval
from functools import reduce
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from wallboard.core.errors import Mistake
from wallboard.core.words import meant, plainly

T = TypeVar("T", bound=Struct)
MAX_FILE_BYTES = 1_048_576
# What a setting that is held by a pattern should look like.
_PATTERNS = {
    "day_starts": "expected a time such as 06:00",
    "namespace": "expected up to 64 letters, digits, '.', '_' or '-'",
}
_TIME = re.compile(r"([Tt ]?\d\d)?:\d\d(?![:\d])")  # from where TOML does not understand it
# tomllib takes seconds for the parts of one of 40 KB, and minutes for a megabyte.
_ENDLESS_KEY = re.compile(r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){32}""")
_KEYS = re.compile(r"""\((?:(?:'[^'\n]*'|"[^"\n]*")(?:,[ ]|,?(?=\))))+\)""")
_BARE_KEY = re.compile(r"^[A-Za-z0-9_-]+$")


def parse(path: Path, file: str, mistakes: list[Mistake]) -> dict[str, Any]:
    """The file's tables; empty, with the reason in `mistakes`, where it cannot be read as TOML."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            mistakes.append(Mistake(file, "$", f"larger than {MAX_FILE_BYTES} bytes: split or shorten it"))
            return {}
        return parse_text(path.read_bytes().decode(), file, mistakes)
    except OSError as error:
        mistakes.append(Mistake(file, "$", f"cannot be read: {error.strerror}"))
    except UnicodeDecodeError as error:
        mistakes.append(Mistake(file, "$", f"is not UTF-8 (byte {error.start}): save it as UTF-8"))
    return {}


def parse_text(text: str, file: str, mistakes: list[Mistake]) -> dict[str, Any]:
    """The text's tables, as `parse`."""
    if endless := _ENDLESS_KEY.search(text):
        line = text.count("\n", 0, endless.start()) + 1
        mistakes.append(Mistake(file, f"line {line}", "a key of more than 32 parts"))
        return {}
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at (.+)\)$", str(error))
        reason = _no_seconds(text, place[1]) if place else ""
        reason = reason or in_toml(str(error).partition(" (at ")[0])
        mistakes.append(Mistake(file, place[1] if place else "$", f"not TOML: {reason}"))
    except RecursionError:
        mistakes.append(Mistake(file, "$", "nested too deeply"))
    return {}


def in_toml(reason: str) -> str:
    """As it stands in the file: of [alert.long-wait] tomllib says ('alert', 'long-wait')."""
    return _KEYS.sub(lambda found: f"[{reduce(path, literal_eval(found[0]), '')}]", reason)


def _no_seconds(text: str, place: str) -> str:
    """What to write where TOML stops at a time such as 12:00, which it takes with seconds only; else nothing."""
    at = re.fullmatch(r"line (\d+), column (\d+)", place)
    if at is None:
        return ""
    line = text.replace("\r\n", "\n").split("\n")[int(at[1]) - 1]
    return "a time has its seconds, as in 12:00:00" if _TIME.match(line, int(at[2]) - 1) else ""


def read(value: object, kind: type[T], file: str, at: str, mistakes: list[Mistake]) -> T | None:
    """`value` as a `kind`, checked key by key: what is good of it, so that later checks find more mistakes.

    None where something required is missing.
    """
    if not isinstance(value, dict):
        mistakes.append(Mistake(file, at, f"expected a table, found {_word(value)}"))
        value = {}
    fields = {one.encode_name: one for one in msgspec.structs.fields(kind)}
    good: dict[str, Any] = {}
    for key, inner in value.items():
        if key not in fields:
            mistakes.append(Mistake(file, path(at, key), unknown(key, fields)))
        elif _fits(inner, fields[key].type, file, path(at, key), mistakes):
            good[key] = inner
    missing = [name for name, one in fields.items() if one.required and name not in value]
    mistakes.extend(Mistake(file, path(at, name), "is missing") for name in missing)
    whole = all(name in good for name, one in fields.items() if one.required)
    return msgspec.convert(good, kind) if whole else None


def is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct)


def path(at: str, key: str) -> str:
    """`queue.support`, with the quotes that TOML wants around a key that is not plain."""
    plain = key if _BARE_KEY.match(key) else msgspec.json.encode(key).decode()
    return f"{at}.{plain}" if at else plain


def unknown(key: str, known: "dict[str, Any] | list[str]") -> str:
    """What was probably meant comes before the list, which may be long."""
    hint, listed = meant(key, known), ", ".join(known)
    return (
        f"unknown key '{key}'{hint} (expected one of {listed})"
        if hint
        else f"unknown key '{key}', expected one of {listed}"
    )


def _fits(value: object, kind: Any, file: str, at: str, mistakes: list[Mistake]) -> bool:
    if is_struct(kind):
        before = len(mistakes)
        read(value, kind, file, at, mistakes)
        return len(mistakes) == before
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        mistakes.append(Mistake(file, at, _reason(str(error), at)))
        return False
    return True


def _reason(message: str, at: str) -> str:
    reason, _, inner = message.partition(" - at ")
    if "matching regex" in reason:
        reason = _PATTERNS.get(at.rpartition(".")[2], "control characters are not allowed")
    inner = inner.strip("`").removeprefix("$")
    return plainly(reason).replace("`", "'") + (f" (in {inner})" if inner else "")


def _word(value: object) -> str:
    names = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list"}
    return names.get(type(value), type(value).__name__)
