"""What was each account called, and as which agents did it work last? As the audit trail tells it."""

from typing import Any

import msgspec
from msgspec import Struct, field
from sqlalchemy import Engine, or_, select

from wallboard.record.audit import BY, audit
from wallboard.record.database import Record

_CALLED = ("name", "subject")


class Formerly(Struct):
    """`names`: all that it ever had, and who it was at the OpenID provider."""

    names: set[str] = field(default_factory=set)
    agents: tuple[str, ...] = ()


def formerly(engine: Engine) -> dict[str, Formerly]:
    """By the accounts' ids; also of those that there are no more. Raises RecordUnavailable."""
    found: dict[str, Formerly] = {}
    of = audit.c
    told = or_(of.what.startswith("person."), of.detail.contains(f'"{BY}":{{"person"'))
    with Record(engine).connected() as to:
        lines = to.execute(select(of.who, of.what, of.detail).where(told).order_by(of.n)).all()
    for who, what, text in lines:
        detail = msgspec.json.decode(text)
        by = detail.get(BY)
        if isinstance(by, dict) and isinstance(whose := by.get("person"), str):
            found.setdefault(whose, Formerly()).names.add(who)
        if what.startswith("person.") and isinstance(whose := detail.get("id"), str):
            _hear(found.setdefault(whose, Formerly()), detail)
    return found


def _hear(one: Formerly, detail: dict[str, Any]) -> None:
    for told in (detail, detail.get("before"), detail.get("after")):
        if isinstance(told, dict):
            one.names |= {told[name] for name in _CALLED if isinstance(told.get(name), str)}
            if isinstance(agents := told.get("agents"), list):
                one.agents = tuple(agents)
