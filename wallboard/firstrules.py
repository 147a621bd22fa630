"""Which alert rules does one begin with? Five; the first once more for each target that queues of the file have.

long-wait         queues = ["*", "!mail"]     raise = "> 40"       twice the default target
long-wait-mail    queues = ["mail"]           raise = "> 28800"    twice its own
nobody-ready      queues = ["*", "!mail"]                          who writes may wait until somebody is
"""

import json
import re
import tomllib
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import NamedTuple

from wallboard.assets import FIRST_RULES
from wallboard.core.settings import SPOKEN, Queue, Target
from wallboard.tables import path

SECTION, WAIT, READY = "alert", "long-wait", "nobody-ready"
QUEUES, RAISE, CLEAR = 'queues = ["*"]', 'raise = "> 40"', 'clear = "< 20"'
ALLOWS, TWICE = "than the target allows", "twice the default target of 20 s"
LONG_S = 600  # a text channel with such a target may be without anybody for a while
_PLAIN = re.compile(r"[^\W\d][\w-]*")  # an id that says whom it means; a number does not


class Begun(NamedTuple):
    """`text`: to be put into wallboard.toml; empty: nothing is missing. `there`: what was left out."""

    text: str
    there: list[str]


def first_rules(queues: Mapping[str, Queue], known: Collection[str] = ()) -> Begun:
    """`known`: rules that the file has already."""
    head, *blocks = FIRST_RULES.read_text(encoding="utf-8").rstrip("\n").split("\n\n")
    rules = {name: text for block in blocks for name, text in _fitted(block, queues).items()}
    there = [name for name in rules if name in known]
    missing = [text for name, text in rules.items() if name not in known]
    return Begun("\n\n".join([*([] if there else [head]), *missing]) + "\n" if missing else "", there)


def _fitted(block: str, queues: Mapping[str, Queue]) -> dict[str, str]:
    """The rule of this text as these queues need it, once or more often, by name."""
    [name] = tomllib.loads(block)[SECTION]
    seen = {queue: row for queue, row in queues.items() if not row.hidden}
    if name == READY:
        slow = [queue for queue, row in seen.items() if row.channel not in SPOKEN and row.target.seconds > LONG_S]
        return {name: _but(block, slow)}
    if name != WAIT:
        return {name: block}
    own = defaultdict[float, list[str]](list)
    for queue, row in seen.items():
        if row.target.seconds not in (0, Target().seconds):
            own[row.target.seconds].append(queue)
    found = {name: _but(block, [queue for ids in own.values() for queue in ids])}
    for seconds, ids in sorted(own.items()):
        called = f"{WAIT}-{ids[0] if len(ids) == 1 and _PLAIN.fullmatch(ids[0]) else _length(seconds)}"
        found[called] = _of_target(block, called, seconds, {queue: seen[queue].name or queue for queue in ids})
    return found


def _of_target(block: str, called: str, seconds: float, names: Mapping[str, str]) -> str:
    for old, new in (
        (f"[{SECTION}.{WAIT}]", f"[{path(SECTION, called)}]"),
        (ALLOWS, f"than the target allows, in {', '.join(names.values())}"),
        (QUEUES, _named([*names])),
        (RAISE, f'raise = "> {2 * seconds:.10g}"'),
        (CLEAR, f'clear = "< {seconds:.10g}"'),
        (TWICE, f"twice the target of {_length(seconds)}"),
    ):
        block = block.replace(old, new)
    return block


def _but(block: str, others: list[str]) -> str:
    return block.replace(QUEUES, _named(["*", *(f"!{queue}" for queue in others)]))


def _named(queues: list[str]) -> str:
    return f"queues = {json.dumps(queues, ensure_ascii=False)}"


def _length(seconds: float) -> str:
    """4h, 2m, 45.5s"""
    for unit, of_s in (("h", 3600), ("m", 60)):
        if seconds % of_s == 0:
            return f"{seconds / of_s:.10g}{unit}"
    return f"{seconds:.10g}s"
