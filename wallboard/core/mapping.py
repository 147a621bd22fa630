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
from wallboard.core.foreign import as_number, as_text, instant, shortened
from wallboard.core.paths import NOTHING, found_at

ITEMS_AT_MOST = 1_000  # of one list in a payload
_INSIDE = re.compile(r"\{([^{}]*?)(\??)\}")
UNITS = {"s": 1000, "ms": 1}  # of a `unit`, in ms

Scalar = str | int | float | bool
Tables = Mapping[str, Mapping[str, Scalar]]


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
    tables: Tables


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


def _items(payload: Any, each: str | None) -> Sequence[Any]:
    if each is None:
        return [None]
    found = found_at(each, payload, None)
    return found[:ITEMS_AT_MOST] if isinstance(found, list) else []


def _holds(rule: Rule, payload: Any, item: Any) -> bool:
    return all(_is(path, wanted, payload, item) for path, wanted in rule.when.items()) and not any(
        _is(path, wanted, payload, item) for path, wanted in rule.unless.items()
    )


def _is(path: str, wanted: Scalar | list[Scalar], payload: Any, item: Any) -> bool:
    """`"*"`: anything is there."""
    found = found_at(path, payload, item)
    if wanted == "*":
        return found is not NOTHING and found is not None
    return any(type(found) is type(one) and found == one for one in (wanted if isinstance(wanted, list) else [wanted]))


def _event(rule: Rule, payload: Any, item: Any, tables: Tables) -> ev.Event | Refused:
    kind, told = kinds()[rule.type], dict[str, Any]()
    for name, given in rule.fields.items():
        if isinstance(given, dict):
            texts = ((key, as_text(_value(one, payload, item, tables))) for key, one in given.items())
            value: Any = {key: text for key, text in texts if text != ""}
        else:
            value = _value(given, payload, item, tables)
            value = as_text(value) if name in _texts(kind) else as_number(value)
        if value is not None and value not in ("", {}):
            told[name] = shortened(value) if name == "text" else value
    try:
        return ev.decode(msgspec.json.encode({"type": rule.type} | told))
    except Refused as refused:
        return Refused(refused.at, _with_path(rule, refused))


def _with_path(rule: Rule, refused: Refused) -> str:
    """The reason, and from which place of the payload the field was to come."""
    name = re.search(r"`(\w+)`|'(\w+)'", refused.reason) if refused.at == "$" else re.match(r"\$\.(\w+)", refused.at)
    field = next((one for one in name.groups() if one), "") if name else ""
    given = rule.fields.get(field)
    paths = [] if given is None or isinstance(given, dict) else paths_of(given)
    return refused.reason + (f" (from {', '.join(paths)})" if paths else "")


def _value(given: Given, payload: Any, item: Any, tables: Tables) -> Any:
    if isinstance(given, Value):
        return _looked_up(given, payload, item, tables)
    if isinstance(given, list):
        return [one for part in given if (one := _value(part, payload, item, tables)) not in (NOTHING, None)]
    if not isinstance(given, str):
        return given
    if given[:1] in ("$", "@"):
        return found_at(given, payload, item)
    return _filled(given, payload, item)


def _filled(text: str, payload: Any, item: Any) -> Any:
    """NOTHING where a value is not there that must be: half a name or half an id would be that of something else."""
    parts = _INSIDE.split(text)  # text, path, "?" or "", text, …
    for place in range(1, len(parts), 3):
        value = as_text(found_at(parts[place], payload, item))
        if not isinstance(value, str) or not (value or parts[place + 1]):
            return NOTHING
        parts[place : place + 2] = [value, ""]
    return "".join(parts)


def _looked_up(given: Value, payload: Any, item: Any, tables: Tables) -> Any:
    all_found = (found_at(path, payload, item) for path in paths_of(given))
    found = next((one for one in all_found if one not in (NOTHING, None)), NOTHING)
    if given.table is not None and found is not NOTHING:
        found = tables[given.table].get(as_text(found), NOTHING)
    if found is NOTHING:
        return given.default
    return instant(found, UNITS[given.unit]) if given.unit else found


def paths_of(given: Given) -> list[str]:
    """All that it reads, in order."""
    if isinstance(given, Value):
        return [*([given.path] if given.path else []), *given.first]
    if isinstance(given, list):
        return [path for one in given if isinstance(one, str) for path in paths_of(one)]
    if not isinstance(given, str):
        return []
    return [given] if given[:1] in ("$", "@") else [path for path, _ in _INSIDE.findall(given)]


@cache
def kinds() -> dict[str, type[ev.Event]]:
    """Each type that may be told, with its own class."""
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
