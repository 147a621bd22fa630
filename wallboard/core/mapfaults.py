"""What is wrong with a rule of a map? Types, fields and tables that do not exist, paths that are none."""

from collections.abc import Iterator

import msgspec

from wallboard.core.mapping import UNITS, Given, Rule, Tables, Value, kinds, paths_of
from wallboard.core.paths import no_path
from wallboard.core.words import meant


def faults_of(rule: Rule, tables: Tables) -> Iterator[tuple[str, str]]:
    """(where, what is wrong)."""
    known = kinds()
    fields = {*known[rule.type].__struct_fields__} if rule.type in known else None
    if fields is None:
        yield "type", f"unknown type '{rule.type}'{meant(rule.type, known)}"
    for at in (*rule.when, *rule.unless, *([rule.each] if rule.each else ())):
        place = "each" if at == rule.each else f"when.{at}" if at in rule.when else f"unless.{at}"
        if reason := no_path(at, item=rule.each is not None and place != "each"):
            yield place, reason
    for name, given in rule.fields.items():
        if fields is not None and name not in fields:
            yield name, f"'{rule.type}' has no field '{name}'{meant(name, fields)}"
        for inner, one in given.items() if isinstance(given, dict) else [("", given)]:
            at = f"{name}.{inner}" if inner else name
            yield from ((at, reason) for reason in _wrong(one, rule, tables))
    if fields is not None:
        required = {one.name for one in msgspec.structs.fields(known[rule.type]) if one.required}
        yield from ((name, "is missing") for name in sorted(required - rule.fields.keys()))


def _wrong(given: Given, rule: Rule, tables: Tables) -> Iterator[str]:
    for path in paths_of(given):
        if reason := no_path(path, item=rule.each is not None):
            yield reason
    if isinstance(given, Value):
        if not given.path and not given.first:
            yield "expected a `path`, or several as `first`"
        if given.table is not None and given.table not in tables:
            yield f"there is no [table.{given.table}]{meant(given.table, tables)}"
        if given.unit is not None and given.unit not in UNITS:
            yield f"unit '{given.unit}': expected s or ms"
