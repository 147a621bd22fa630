"""Whose own receivers reach nobody? Those whose `person` is no account of a lead, as far as the record says.

Blocking. A record that is not made yet knows nobody, and is not made here.
"""

from pathlib import Path

from wallboard.config import Config
from wallboard.core.words import meant


def strangers(config: Config) -> dict[str, str]:
    """By receiver, why it is told nothing. Raises RecordUnavailable, and Mistake for an address of a database that
    cannot be meant."""
    asked = {name: one.person for name, one in config.receivers.items() if one.person}
    leading = _leading(config) if asked else []
    return {
        name: f"'{person}' is no account of a lead, so nothing is told there{meant(person, leading)}"
        for name, person in asked.items()
        if leading and person not in leading
    }


def _leading(config: Config) -> list[str]:
    from wallboard.record.database import open_record
    from wallboard.record.people import People

    engine = open_record(config.data, config.database_url)
    try:
        if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists():
            return []
        return [one.name for one in People(engine).leading()]
    finally:
        engine.dispose()
