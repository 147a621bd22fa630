"""What is known of every alert rule? As it stands in wallboard.toml, in words, and whether it speaks now."""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date
from functools import partial
from typing import Any

import msgspec

from wallboard.configfile import mistakes_in
from wallboard.core.alertdocument import alert_document
from wallboard.core.errors import Mistake, RecordUnavailable
from wallboard.core.nodata import Looking, NoData
from wallboard.core.rules import Rule
from wallboard.core.settings import Queue
from wallboard.core.state import Floor
from wallboard.record.days import ENDING, Days
from wallboard.record.entries import Unwritten, read_text, tables_of
from wallboard.record.ruletext import SECTION, rule_texts
from wallboard.record.shelf import tag_of
from wallboard.tables import path, read
from wallboard.web.ruletexts import dumped
from wallboard.web.ruletold import facts, no_data_told, sentence, whom
from wallboard.web.speaking import page_say
from wallboard.web.who import Who
from wallboard.web.wiring import Parts
from wallboard.web.words import words
from wallboard.web.writable import unwritable

NO_NAME = "A rule's name is 1 to 256 characters without slashes."
_IN_ADDRESS = re.compile(r"[^\x00-\x1f\x7f-\x9f/\\]*[^\x00-\x1f\x7f-\x9f/\\.][^\x00-\x1f\x7f-\x9f/\\]*")
IN_A_ROW = 200  # entities that a rule is asked about, then others have their turn
Table = Mapping[str, Any]
Told = Callable[[Rule | None], dict[str, Any]]  # what it says in words


def has_address(name: str) -> bool:
    """Whether a call can name it: neither slashes nor control characters, nor dots alone."""
    return len(name) <= 256 and _IN_ADDRESS.fullmatch(name) is not None


def open_of(floor: Floor, who: Who) -> Counter[str]:
    """How many alerts of each rule are open; of people those whom the caller leads."""
    rows = (alert_document(floor, row) for row in floor.alerts.open.values())
    return Counter(
        row["rule"] for row in rows
        if row["kind"] != "agents" or (who.may("people:read") and who.of_team(row.get("team")))
    )  # fmt: skip


async def unknown_of(parts: Parts) -> dict[str, NoData]:
    """Of which rules something is not known now, and what."""
    floor, documents, found = parts.pipeline.floor, parts.pipeline.documents, dict[str, NoData]()
    for name in list(floor.settings.alert):
        if name not in floor.settings.alert:
            continue
        looking = Looking(floor, name, parts.clock_ms())
        for place, (of, row) in enumerate(looking.rows(documents)):
            looking.look(of, row)
            if place % IN_A_ROW == IN_A_ROW - 1:
                await asyncio.sleep(0)
        if one := looking.found:
            found[name] = one
        await asyncio.sleep(0)
    return found


def listed(
    parts: Parts, in_force: Mapping[str, Rule], opened: Mapping[str, int], unknown: Mapping[str, NoData], language: str
) -> dict[str, Any]:
    """Blocking: reads the file and the record."""
    config, file = parts.config, parts.config.written
    why, text, tables = unwritable(config, language), "", {}
    wrong: list[Mistake] = []
    if file is not None:
        try:
            text = read_text(file)
            tables = tables_of(text)
            wrong = mistakes_in(file, config.environment_receivers)
        except Unwritten as error:
            why = f"{error}."
    written = tables.get(SECTION, {}) if isinstance(tables.get(SECTION, {}), dict) else {}
    texts = rule_texts(text)
    told = partial(_in_words, queues=parts.pipeline.floor.settings.queue, language=language)
    rows = [_as_written(name, own, texts.get(name), in_force, wrong, told) for name, own in written.items()]
    rows += [_elsewhere(name, rule, told) for name, rule in in_force.items() if name not in written]
    return {
        "file": {"path": file and file.name, "writable": why is None} | ({"why": why} if why else {}),
        "rules": [row | {"open": opened.get(row["id"], 0)} | _unknown(row, unknown, language) for row in rows],
        "gone": _gone(parts, written),
        "days": first_and_last(parts),
    }


def _as_written(
    name: str, own: Any, lies: str | None, in_force: Mapping[str, Rule], wrong: Iterable[Mistake], told: Told
) -> dict[str, Any]:
    """Where it has no text of its own it is shown as it would be written, and changed in the file."""
    at = path(SECTION, name)
    values = own if isinstance(own, dict) else {}
    shown = lies if lies is not None else dumped(name, values)
    rule = read(values, Rule, "$", at, [])
    mistakes = [{"at": one.at, "reason": one.reason} for one in wrong if f"{one.at}.".startswith(f"{at}.")]
    return {
        "id": name, "text": shown, "tag": tag_of(shown), "values": values, "mistakes": mistakes,
        "writable": lies is not None and has_address(name),
        "in_file": True, "in_force": rule is not None and in_force.get(name) == rule,
    } | told(None if mistakes else rule)  # fmt: skip


def _elsewhere(name: str, rule: Rule, told: Told) -> dict[str, Any]:
    """One that the environment or the simulated centre brings along, or that has just been taken out of the file."""
    values = msgspec.to_builtins(rule)
    text = dumped(name, values)
    return {
        "id": name, "text": text, "tag": tag_of(text), "values": values, "mistakes": [], "writable": False,
        "in_file": False, "in_force": True,
    } | told(rule)  # fmt: skip


def _in_words(rule: Rule | None, queues: Mapping[str, Queue], language: str) -> dict[str, Any]:
    if rule is None:
        return {"says": "", "of": "", "facts": []}
    say, page = words(language), page_say(language)
    return {"says": sentence(rule, say, page), "of": whom(rule, queues, page), "facts": facts(rule, say, page)}


def _unknown(row: Table, unknown: Mapping[str, NoData], language: str) -> dict[str, Any]:
    found = unknown.get(row["id"]) if row["in_force"] else None
    if found is None:
        return {}
    return {"no_data": {"count": found.unknown, "of": found.of, "text": no_data_told(found, page_say(language))}}


def _gone(parts: Parts, written: Table) -> list[str]:
    """While the record is away, none."""
    with suppress(RecordUnavailable):
        return sorted(name for name in parts.rules.names() if name not in written)
    return []


def first_and_last(parts: Parts) -> list[str]:
    """The days of which events are kept. Blocking."""
    kept = Days(parts.config.events).files(date.min, date.max)
    return [file.name.removesuffix(ENDING) for file in (kept[:1] + kept[-1:])]
