"""Who has an account? People with a role and what it is bound to; whatever changes stands in the audit trail.

There is always somebody left who may do everything: the last administrator is not disabled, removed or lowered.
"""

import secrets
import unicodedata
from collections.abc import Collection, Mapping
from typing import Any, Literal, get_args

import msgspec
from msgspec import Struct
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    String,
    Table,
    Text,
    column,
    delete,
    insert,
    select,
    table,
    update,
)
from sqlalchemy.exc import IntegrityError

from wallboard.core.errors import Conflict
from wallboard.record.audit import note
from wallboard.record.database import TABLES, Record

Role = Literal["viewer", "agent", "lead", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
LEADING: tuple[Role, ...] = ("lead", "admin")  # may act on alerts
FIRST = "Admin"  # what the first one is called until they choose a name
# Under which Wallboard's own doings stand in the trail, and `WALLBOARD_ADMIN_TOKEN`.
_OURS = {
    "admin",
    "configuration",
    "openid provider",
    "wallboard",
    *(f"wallboard {one}" for one in ("up", "person", "token", "source")),
}

_people = Table(
    "people", TABLES,
    Column("id", String(32), primary_key=True), Column("name", String(256), nullable=False),
    Column("name_key", String(512), nullable=False, unique=True), Column("role", String(16), nullable=False),
    Column("bound", Text, nullable=False), Column("password", Text), Column("subject", String(512), unique=True),
    Column("disabled", Boolean, nullable=False), Column("made_ms", BigInteger, nullable=False),
    Column("seen_ms", BigInteger, nullable=False),
)  # fmt: skip


class Bound(Struct, frozen=True, kw_only=True):
    """What a role is bound to; None: to nothing, so all. `agents`: as which agents this person works."""

    boards: tuple[str, ...] | None = None
    teams: tuple[str, ...] | None = None
    agents: tuple[str, ...] = ()


class Person(Struct, frozen=True, kw_only=True):
    """`password`: its hash. `subject`: who it is at the OpenID provider. `seen_ms`: last sign-in."""

    id: str
    name: str
    role: Role
    bound: Bound
    disabled: bool = False
    made_ms: int = 0
    seen_ms: int = 0
    subject: str | None = None
    password: str | None = None

    @property
    def is_bound_to_teams(self) -> bool:
        return self.role == "lead" and self.bound.teams is not None

    def __repr__(self) -> str:
        return f"Person(id={self.id!r}, name={self.name!r}, role={self.role!r})"


class People:
    """Blocking: call it from a thread. Every method raises RecordUnavailable when the database does not answer."""

    def __init__(self, engine: Engine) -> None:
        self._connected = Record(engine).connected

    def add(self, name: str, role: Role, bound: Bound, *, by: str, now_ms: int, subject: str | None = None) -> Person:
        """Raises Conflict where the name is taken."""
        person = Person(id=secrets.token_hex(8), name=name, role=role, bound=bound, made_ms=now_ms, subject=subject)
        with self._connected() as to:
            _check_free(to, name)
            return _add(to, person, by, now_ms)

    def first(self, now_ms: int) -> Person:
        """The administrator that was there first; made, where there is none."""
        with self._connected() as to:
            admins = _people.c.role == "admin"
            found = to.execute(select(_people).where(admins, ~_people.c.disabled).order_by(_people.c.made_ms)).first()
            if found:
                return _person(found)
            taken = set(to.execute(select(_people.c.name_key)).scalars())
            name = next(
                one for n in range(len(taken) + 1) if key(one := f"{FIRST} {n + 1}" if n else FIRST) not in taken
            )
            person = Person(id=secrets.token_hex(8), name=name, role="admin", bound=Bound(), made_ms=now_ms)
            return _add(to, person, "wallboard up", now_ms)

    def all(self) -> list[Person]:
        with self._connected() as to:
            return [_person(row) for row in to.execute(select(_people).order_by(_people.c.name_key))]

    def leading(self) -> list[Person]:
        """Who may act on alerts now."""
        return [one for one in self.all() if one.role in LEADING and not one.disabled]

    def of(self, ids: Collection[str]) -> dict[str, Person]:
        """Those of these ids that there are."""
        with self._connected() as to:
            rows = to.execute(select(_people).where(_people.c.id.in_(ids)))
            return {row.id: _person(row) for row in rows}

    def named(self, name: str) -> Person | None:
        return self._one(_people.c.name_key == key(name))

    def at_provider(self, subject: str) -> Person | None:
        return self._one(_people.c.subject == subject)

    def change(
        self, person_id: str, *, by: str, now_ms: int, what: str = "person.changed", **to_be: Any
    ) -> Person | None:
        """With these fields; None: there is no such person. Raises Conflict."""
        with self._connected() as to:
            before = _one(to, _people.c.id == person_id)
            if before is None:
                return None
            after = msgspec.structs.replace(before, **to_be)
            if key(after.name) != key(before.name):
                _check_free(to, after.name)
            if before.role == "admin" and not before.disabled and (after.role != "admin" or after.disabled):
                _keep_one_admin(to, before)
            _taken(lambda: to.execute(update(_people).where(_people.c.id == person_id).values(_row(after))), after.name)
            note(to, now_ms, by, what, {"id": person_id, "name": before.name} | _difference(before, after))
            return after

    def remove(self, person_id: str, *, by: str, now_ms: int) -> Person | None:
        """With the channels that they added. Raises Conflict."""
        with self._connected() as to:
            person = _one(to, _people.c.id == person_id)
            if person is not None:
                if person.role == "admin" and not person.disabled:
                    _keep_one_admin(to, person)
                to.execute(delete(_people).where(_people.c.id == person_id))
                theirs = column("person", String)
                to.execute(delete(table("own_channels", theirs)).where(theirs == person_id))
                note(to, now_ms, by, "person.removed", {"id": person_id, "name": person.name, "role": person.role})
            return person

    def came(self, person_id: str, now_ms: int) -> None:
        """Somebody signed in."""
        with self._connected() as to:
            to.execute(update(_people).where(_people.c.id == person_id).values(seen_ms=now_ms))

    def _one(self, where: Any) -> Person | None:
        with self._connected() as to:
            return _one(to, where)


def key(name: str) -> str:
    """Names that people take for the same are the same."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


def _add(to: Connection, person: Person, by: str, now_ms: int) -> Person:
    _taken(lambda: to.execute(insert(_people).values(_row(person))), person.name)
    note(
        to,
        now_ms,
        by,
        "person.added",
        {"id": person.id, "name": person.name, "role": person.role} | _told(person.bound),
    )
    return person


def _check_free(to: Connection, name: str) -> None:
    """The trail tells who it was by their name: nobody is called like a program. Raises Conflict."""
    tokens = to.execute(select(column("name", String)).select_from(table("tokens"))).scalars()
    if key(name) in _OURS | {key(one) for one in tokens}:
        raise Conflict(f"{name} is a program, or Wallboard itself: choose another name")


def _one(to: Connection, where: Any) -> Person | None:
    found = to.execute(select(_people).where(where)).first()
    return _person(found) if found else None


def _keep_one_admin(to: Connection, person: Person) -> None:
    others = (_people.c.role == "admin") & ~_people.c.disabled & (_people.c.id != person.id)
    if to.execute(select(_people.c.id).where(others).with_for_update()).first() is None:
        raise Conflict(f"{person.name} is the only administrator: make somebody else one first")


def _taken(write: Any, name: str) -> None:
    try:
        write()
    except IntegrityError:
        raise Conflict(f"there is somebody called {name} already: choose another name") from None


def _difference(before: Person, after: Person) -> dict[str, object]:
    """What an auditor asks for; that a password changed, never what it was."""
    was, now = (_shown(person) for person in (before, after))
    changed = [name for name in now if was[name] != now[name]]
    found: dict[str, object] = {}
    if changed:
        found = {"before": {name: was[name] for name in changed}, "after": {name: now[name] for name in changed}}
    return found | ({"password": "changed"} if before.password != after.password else {})


def _shown(person: Person) -> dict[str, object]:
    whole = {"name": person.name, "role": person.role, "disabled": person.disabled, "subject": person.subject}
    return whole | {"boards": None, "teams": None, "agents": []} | _told(person.bound)


def _told(bound: Bound) -> dict[str, object]:
    return {name: value for name, value in msgspec.to_builtins(bound).items() if value not in (None, (), [])}


def _row(person: Person) -> dict[str, object]:
    return {
        "id": person.id, "name": person.name, "name_key": key(person.name), "role": person.role,
        "bound": msgspec.json.encode(person.bound).decode(), "password": person.password, "subject": person.subject,
        "disabled": person.disabled, "made_ms": person.made_ms, "seen_ms": person.seen_ms,
    }  # fmt: skip


def _person(row: Any) -> Person:
    told: Mapping[str, Any] = row._mapping
    return Person(
        **{name: told[name] for name in Person.__struct_fields__ if name != "bound"},
        bound=msgspec.json.decode(told["bound"], type=Bound),
    )
