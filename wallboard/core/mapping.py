"""What does somebody else's JSON mean? A map says it: JSON path → field of an event, under conditions. Pure.

`$.a.b[0]` is a path from the top of the payload, `@.a` from the item of the list that `each` names. A text with
`{$.a}` in it is filled in, and left out as a whole where nothing is there, unless it says `{$.a?}`; any other text,
number or truth stands for itself (docs/webhooks.md).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

import msgspec
from msgspec import Struct

from wallboard.core import events as ev
from wallboard.core.errors import Refused
from wallboard.core.words import meant

ITEMS_AT_MOST = 1_000  # of one list in a payload
TEXT_AT_MOST = 1_000  # of a notice; a longer one is cut
_PATH = re.compile(r"[$@](?:\.[A-Za-z0-9_-]+|\[-?[0-9]{1,4}\])*")
_STEP = re.compile(r"\.([A-Za-z0-9_-]+)|\[(-?[0-9]+)\]")
_INSIDE = re.compile(r"\{([^{}]*?)(\??)\}")
_UNITS = {"s": 1000, "ms": 1}
_NOTHING: Any = object()

Scalar = str | int | float | bool


class Value(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a field's value comes from, when one path is not enough. `first`: the first path that is there."""

    path: str | None = None
    first: list[str] = []
    table: str | None = None  # [table.NAME]: what is found → what is meant; what it has not is `default`
    default: Scalar | None = None
    unit: str | None = None  # of a time that is a number: s or ms


Given = Scalar | list[Scalar] | Value
if TYPE_CHECKING:
    Fields = dict[str, Given | dict[str, Given]]
else:  # checked field by field when it is read (wallboard/webhooks.py)
    Fields = dict[str, Any]


class Rule(Struct, frozen=True, kw_only=True):
    """One kind of event that a payload may hold. `when`: all of it holds; `unless`: none of it."""

    type: str
    fields: Fields
    when: dict[str, Scalar | list[Scalar]] = {}
    unless: dict[str, Scalar | list[Scalar]] = {}
    each: str | None = None


class Map(NamedTuple):
    rules: Sequence[Rule]
    tables: Mapping[str, Mapping[str, Scalar]]


class Made(NamedTuple):
    """What one rule made of one item: the event, or why it is none."""

    rule: int
    found: ev.Event | Refused


def events_of(payload: Any, by: Map) -> Iterator[Made]:
    """In the order of the rules. A payload that no rule knows makes nothing."""
    for number, rule in enumerate(by.rules):
        for item in _items(payload, rule.each):
            if _holds(rule, payload, item):
                yield Made(number, _event(rule, payload, item, by.tables))


def faults_of(rule: Rule, tables: Mapping[str, Mapping[str, Scalar]]) -> Iterator[tuple[str, str]]:
    """(where, what is wrong): types and fields that do not exist, paths that are none, tables that are not there."""
    kinds = _kinds()
    fields = {*kinds[rule.type].__struct_fields__} if rule.type in kinds else None
    if fields is None:
        yield "type", f"unknown type '{rule.type}'{meant(rule.type, kinds)}"
    for at in (*rule.when, *rule.unless, *([rule.each] if rule.each else ())):
        place = "each" if at == rule.each else f"when.{at}" if at in rule.when else f"unless.{at}"
        if reason := _no_path(at, item=rule.each is not None and place != "each"):
            yield place, reason
    for name, given in rule.fields.items():
        if fields is not None and name not in fields:
            yield name, f"'{rule.type}' has no field '{name}'{meant(name, fields)}"
        for inner, one in given.items() if isinstance(given, dict) else [("", given)]:
            at = f"{name}.{inner}" if inner else name
            yield from ((at, reason) for reason in _wrong(one, rule, tables))
    if fields is not None:
        required = {one.name for one in msgspec.structs.fields(kinds[rule.type]) if one.required}
        yield from ((name, "is missing") for name in sorted(required - rule.fields.keys()))


def _wrong(given: Given, rule: Rule, tables: Mapping[str, Mapping[str, Scalar]]) -> Iterator[str]:
    for path in _paths(given):
        if reason := _no_path(path, item=rule.each is not None):
            yield reason
    if isinstance(given, Value):
        if not given.path and not given.first:
            yield "expected a `path`, or several as `first`"
        if given.table is not None and given.table not in tables:
            yield f"there is no [table.{given.table}]{meant(given.table, tables)}"
        if given.unit is not None and given.unit not in _UNITS:
            yield f"unit '{given.unit}': expected s or ms"


def _paths(given: Given) -> list[str]:
    if isinstance(given, Value):
        return [*([given.path] if given.path else []), *given.first]
    if isinstance(given, list):
        return [path for one in given if isinstance(one, str) for path in _paths(one)]
    if not isinstance(given, str):
        return []
    return [given] if given[:1] in ("$", "@") else [path for path, _ in _INSIDE.findall(given)]


def _no_path(text: str, *, item: bool) -> str | None:
    if not _PATH.fullmatch(text):
        return f"'{text}' is no path, expected one such as $.conversation.id or $.alerts[0].labels"
    if text.startswith("@") and not item:
        return f"'{text}': @ is the item of the list that `each` names, and there is no `each`"
    return None


def _items(payload: Any, each: str | None) -> Sequence[Any]:
    if each is None:
        return [None]
    found = _at(each, payload, None)
    return found[:ITEMS_AT_MOST] if isinstance(found, list) else []


def _holds(rule: Rule, payload: Any, item: Any) -> bool:
    return all(_is(path, wanted, payload, item) for path, wanted in rule.when.items()) and not any(
        _is(path, wanted, payload, item) for path, wanted in rule.unless.items()
    )


def _is(path: str, wanted: Scalar | list[Scalar], payload: Any, item: Any) -> bool:
    """`"*"`: anything is there."""
    found = _at(path, payload, item)
    if wanted == "*":
        return found is not _NOTHING and found is not None
    return any(type(found) is type(one) and found == one for one in (wanted if isinstance(wanted, list) else [wanted]))


def _event(rule: Rule, payload: Any, item: Any, tables: Mapping[str, Mapping[str, Scalar]]) -> ev.Event | Refused:
    kind, told = _kinds()[rule.type], dict[str, Any]()
    for name, given in rule.fields.items():
        if isinstance(given, dict):
            texts = ((key, _as_text(_value(one, payload, item, tables))) for key, one in given.items())
            value: Any = {key: text for key, text in texts if text != ""}
        else:
            value = _value(given, payload, item, tables)
            value = _as_text(value) if name in _texts(kind) else _as_number(value)
        if value is not None and value not in ("", {}):
            told[name] = _shortened(value) if name == "text" else value
    try:
        return ev.decode(msgspec.json.encode({"type": rule.type} | told))
    except Refused as refused:
        return Refused(refused.at, _with_path(rule, refused))


def _with_path(rule: Rule, refused: Refused) -> str:
    """The reason, and from which place of the payload the field was to come."""
    name = re.search(r"`(\w+)`|'(\w+)'", refused.reason) if refused.at == "$" else re.match(r"\$\.(\w+)", refused.at)
    field = next((one for one in name.groups() if one), "") if name else ""
    given = rule.fields.get(field)
    paths = [] if given is None or isinstance(given, dict) else _paths(given)
    return refused.reason + (f" (from {', '.join(paths)})" if paths else "")


def _value(given: Given, payload: Any, item: Any, tables: Mapping[str, Mapping[str, Scalar]]) -> Any:
    if isinstance(given, Value):
        return _looked_up(given, payload, item, tables)
    if isinstance(given, list):
        return [one for part in given if (one := _value(part, payload, item, tables)) not in (_NOTHING, None)]
    if not isinstance(given, str):
        return given
    if given[:1] in ("$", "@"):
        return _at(given, payload, item)
    return _filled(given, payload, item)


def _filled(text: str, payload: Any, item: Any) -> Any:
    """_NOTHING where a value is not there that must be: half a name or half an id would be that of something else."""
    parts = _INSIDE.split(text)  # text, path, "?" or "", text, …
    for place in range(1, len(parts), 3):
        value = _as_text(_at(parts[place], payload, item))
        if not isinstance(value, str) or not (value or parts[place + 1]):
            return _NOTHING
        parts[place : place + 2] = [value, ""]
    return "".join(parts)


def _looked_up(given: Value, payload: Any, item: Any, tables: Mapping[str, Mapping[str, Scalar]]) -> Any:
    found = next((one for path in _paths(given) if (one := _at(path, payload, item)) not in (_NOTHING, None)), _NOTHING)
    if given.table is not None and found is not _NOTHING:
        found = tables[given.table].get(_as_text(found), _NOTHING)
    if found is _NOTHING:
        return given.default
    return _instant(found, _UNITS[given.unit]) if given.unit else found


def _instant(found: Any, unit_ms: int) -> Any:
    """A number, also one in quotes, in milliseconds."""
    try:
        return found if isinstance(found, bool) else round(float(found) * unit_ms)
    except (TypeError, ValueError, OverflowError):
        return found


def _at(path: str, payload: Any, item: Any) -> Any:
    """What stands there; _NOTHING where nothing does."""
    found = item if path.startswith("@") else payload
    for key, index in _steps(path):
        if key is not None:
            found = found.get(key, _NOTHING) if isinstance(found, dict) else _NOTHING
        else:
            inside = isinstance(found, list) and -len(found) <= index < len(found)
            found = found[index] if inside else _NOTHING
    return found


@cache
def _steps(path: str) -> list[tuple[str | None, int]]:
    return [(key or None, int(index or 0)) for key, index in _STEP.findall(path)]


def _shortened(text: Any) -> Any:
    return text if not isinstance(text, str) or len(text) <= TEXT_AT_MOST else text[: TEXT_AT_MOST - 1] + "…"


def _as_number(value: Any) -> Any:
    """A number in quotes as one. What is none is left for the vocabulary to take or to refuse."""
    if value is _NOTHING:
        return None
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _as_text(value: Any) -> Any:
    """A number as people write it. Line ends and control characters, which no field may have, are spaces."""
    if value is _NOTHING or value is None:
        return ""
    if isinstance(value, list):
        return [_as_text(one) for one in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", value).split()) if isinstance(value, str) else value


@cache
def _kinds() -> dict[str, type[ev.Event]]:
    return {str(kind.__struct_config__.tag): kind for kind in get_args(ev.Told)}


@cache
def _texts(kind: type[ev.Event]) -> frozenset[str]:
    """Its fields that hold text, or a list of texts: a vendor's number for an id becomes one."""
    fields = msgspec.structs.fields(kind)
    return frozenset(one.name for one in fields if not _takes(one.type, 1) and not _takes(one.type, True))


def _takes(kind: Any, value: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True
