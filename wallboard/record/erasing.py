"""What does the record know of one person, and how is it taken out? Their figures, and their name in the trail.

What others need stays, without the person: an audit line keeps what was done and when, under a pseudonym.
"""

import secrets
from collections.abc import Collection
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, String, column, delete, or_, select, table, update

from wallboard.core.afterwards import Known
from wallboard.record import history as kept
from wallboard.record.audit import BY, audit, note
from wallboard.record.database import Record

_MADE_BY = (
    ("tokens", "created_by"), ("screens", "created_by"), ("board_revisions", "who"), ("rule_revisions", "who"),
    ("shift_notes", "who"), ("shift_notes", "by"), ("shift_notes", "read_by"),
)  # fmt: skip


class Erased(NamedTuple):
    """`pseudonym`: under which the trail goes on; the rest: how much was taken out or changed."""

    pseudonym: str
    intervals: int
    contacts: int
    lines: int


class Whose(NamedTuple):
    """A person's ids and names. `accounts`: of these, their accounts' ids. `once`: what they were called that is
    somebody else's name now, so it is theirs only where a line names their account."""

    names: Collection[str]
    accounts: Collection[str] = ()
    once: Collection[str] = ()


def erase(engine: Engine, whose: Whose, *, by: str, now_ms: int) -> Erased:
    """All that is known under these ids and names. Raises RecordUnavailable; it is done whole or not at all."""
    with Record(engine).connected() as to:
        found = _taken_out(to, whose)
        note(to, now_ms, by, "person.erased", {"as": found.pseudonym, "intervals": found.intervals})
        return found


def look(engine: Engine, whose: Whose) -> Erased:
    """What `erase` would take out; nothing changes. Raises RecordUnavailable."""
    with Record(engine).connected() as to:
        found = _taken_out(to, whose)
        to.rollback()
        return found


def _taken_out(to: Connection, whose: Whose) -> Erased:
    names, pseudonym = whose.names, f"erased-{secrets.token_hex(4)}"
    known = [*names, *(f"person:{name}" for name in names)]
    of = kept.INTERVALS.c
    for made, by_whom in _MADE_BY:
        who = column(by_whom, String)
        to.execute(update(table(made, who)).where(who.in_(known)).values({by_whom: pseudonym}))
    person = column("person", String)
    to.execute(delete(table("own_channels", person)).where(person.in_(names)))
    return Erased(
        pseudonym,
        to.execute(delete(kept.INTERVALS).where(of.kind == "agents", of.id.in_(names))).rowcount,
        _contacts(to, names, pseudonym),
        _lines(to, whose, pseudonym),
    )


def _contacts(to: Connection, names: Collection[str], pseudonym: str) -> int:
    """Contacts of the last week, of which something may still come, name their last agent."""
    of, changed = kept.CONTACTS.c, 0
    asked = select(of.source, of.contact, of.told).where(_named_in(of.told, names))
    for source, contact, told in to.execute(asked).all():
        known = msgspec.json.decode(told, type=Known)
        if known.agent in names:
            told = msgspec.json.encode(msgspec.structs.replace(known, agent=pseudonym)).decode()
            here = (of.source == source) & (of.contact == contact)
            changed += to.execute(update(kept.CONTACTS).where(here).values(told=told)).rowcount
    return changed


def _lines(to: Connection, whose: Whose, pseudonym: str) -> int:
    """Of the audit trail: who did it, and whom or what it was done to."""
    of, changed, names = audit.c, 0, whose.names
    said = or_(of.who.in_(names), _named_in(of.detail, names))
    for n, who, text in to.execute(select(of.n, of.who, of.detail).where(said)).all():
        detail: dict[str, Any] = msgspec.json.decode(text)
        by, account = detail.get(BY), detail.get("id")
        is_theirs = who in names or (isinstance(by, dict) and by.get("person") in whose.accounts)
        called = {*names, *whose.once} if account in whose.accounts else names
        told = msgspec.json.encode(_without(detail, called, pseudonym)).decode()
        row = {"who": pseudonym if is_theirs else who, "detail": told}
        changed += to.execute(update(audit).where(of.n == n).values(row)).rowcount
    return changed


def _named_in(column: ColumnElement[str], names: Collection[str]) -> ColumnElement[bool]:
    """A first choice among texts of JSON, as which a name with a quotation mark reads otherwise."""
    return or_(*(column.contains(msgspec.json.encode(name).decode()[1:-1], autoescape=True) for name in names))


def _without(told: object, names: Collection[str], pseudonym: str) -> object:
    if isinstance(told, dict):
        return {key: _without(value, names, pseudonym) for key, value in told.items()}
    if isinstance(told, list):
        return [_without(value, names, pseudonym) for value in told]
    return pseudonym if told in names and isinstance(told, str) else told
