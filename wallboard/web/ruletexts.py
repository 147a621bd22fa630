"""What may the text of an alert rule say? Read, checked, and written anew from what a form says, comments kept."""

from collections.abc import Collection
from typing import Any, NamedTuple

from wallboard.core.errors import Mistake
from wallboard.core.rules import Rule
from wallboard.core.settings import Settings
from wallboard.record.entries import Unwritten, entry_changed
from wallboard.record.ruletext import SECTION, renamed
from wallboard.sense import check_notify
from wallboard.tables import parse_text, path, read

_HERE = "$"


class Read(NamedTuple):
    """`rule`: where it has what a rule needs; `values`: as they stand in the text."""

    name: str
    text: str
    values: dict[str, Any]
    rule: Rule | None
    mistakes: list[Mistake]


def read_rule(text: str, receivers: Collection[str], name: str | None = None) -> Read:
    """`name`: of which rule the text must be; None: of any one. `receivers`: who may be told."""
    mistakes: list[Mistake] = []
    tables = parse_text(text, _HERE, mistakes)
    found = tables.get(SECTION) if list(tables) == [SECTION] else None
    own = next(iter(found)) if isinstance(found, dict) and len(found) == 1 else None
    if own is None or (name is not None and own != name):
        wanted = path(SECTION, name) if name is not None else f"{SECTION}.NAME"
        mistakes = mistakes or [Mistake(_HERE, _HERE, f"expected the one table [{wanted}], and nothing else")]
        return Read(name or own or "", text, {}, None, mistakes)
    assert isinstance(found, dict)
    values = found[own]
    rule = read(values, Rule, _HERE, path(SECTION, own), mistakes)
    if rule:
        at = path(SECTION, own)
        mistakes += [Mistake(_HERE, f"{at}.{fault.at}", fault.reason) for fault in rule.faults()]
        mistakes += check_notify(Settings(alert={own: rule}), receivers, _HERE)
    return Read(own, text, values if isinstance(values, dict) else {}, rule, mistakes)


def saying(text: str, values: dict[str, Any], name: str) -> str:
    """`text`, of whichever name, as the text of rule `name` with these values. Raises Unwritten."""
    own = read_rule(text, ()).name
    begun = renamed(text, own, name) if own and own != name else text
    return entry_changed(begun if own else "", SECTION, name, values)


def dumped(name: str, values: dict[str, Any]) -> str:
    """Of one that stands in no file. Empty where it cannot be written."""
    try:
        return entry_changed("", SECTION, name, values)
    except Unwritten:
        return ""
