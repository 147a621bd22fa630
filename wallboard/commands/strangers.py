"""Whose own receivers reach nobody? Those whose `person` is no account of a lead, as far as the record says; and which
channels did leads add?

Blocking. A record that is not made yet knows nobody, and is not made here.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from wallboard.config import Config
from wallboard.core.words import meant

if TYPE_CHECKING:
    from sqlalchemy import Engine

T = TypeVar("T")


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


def channels(config: Config) -> dict[str, str]:
    """Where leads are told at a channel that they added: by receiver, whose it is. Raises RecordUnavailable, and
    Mistake."""
    from wallboard.record.ownchannels import OwnChannels
    from wallboard.record.people import People

    def asked(engine: "Engine") -> dict[str, str]:
        leading = {one.id: one.name for one in People(engine).leading()}
        told = [one for one in OwnChannels(engine).all() if one.confirmed_ms is not None and one.person in leading]
        return {one.receiver: leading[one.person] for one in told if one.kind in config.own_channels}

    return _asked(config, asked, {}) if config.own_channels else {}


def _leading(config: Config) -> list[str]:
    from wallboard.record.people import People

    return _asked(config, lambda engine: [one.name for one in People(engine).leading()], [])


def _asked(config: Config, ask: "Callable[[Engine], T]", otherwise: T) -> T:
    """`otherwise`: of a record that is not made yet."""
    from wallboard.record.database import open_record

    engine = open_record(config.data, config.database_url)
    try:
        if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists():
            return otherwise
        return ask(engine)
    finally:
        engine.dispose()
