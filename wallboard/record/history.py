"""What does the record keep of past days? Intervals of 15 minutes, written whole, and since when each day was seen.

An interval is written again whenever something of it changed, so a worker that was killed in between only writes the
same once more. The fencing token keeps one that was asleep from writing over its successor.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    case,
    delete,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite

from wallboard.core.afterwards import LATER, Booking, Known
from wallboard.core.attendance import TIME
from wallboard.core.contactrow import Key
from wallboard.core.errors import LeaseLost
from wallboard.core.ledger import add_to
from wallboard.core.quarters import Amounts, Interval
from wallboard.record.database import TABLES, Record

AT_ONCE = 500  # rows in one statement
HOLE_MS = 120_000
NOTHING = Booking({}, {})

INTERVALS = Table(
    "history_intervals", TABLES,
    Column("kind", String(16)), Column("id", String(512)), Column("started_ms", BigInteger), Column("basis", String(8)),
    Column("amounts", Text, nullable=False),
    PrimaryKeyConstraint("kind", "id", "basis", "started_ms"),
)  # fmt: skip
_days = Table(
    "history_days", TABLES,
    Column("site", String(512)), Column("day", String(10)),
    Column("started_ms", BigInteger, nullable=False), Column("ends_ms", BigInteger, nullable=False),
    Column("since_ms", BigInteger, nullable=False), Column("until_ms", BigInteger, nullable=False),
    Column("told_by", String(16), nullable=False),
    PrimaryKeyConstraint("site", "day"),
)  # fmt: skip
CONTACTS = Table(
    "history_contacts", TABLES,
    Column("source", String(512)), Column("contact", String(512)),
    Column("ended_ms", BigInteger, nullable=False, index=True), Column("told", Text, nullable=False),
    PrimaryKeyConstraint("source", "contact"),
)  # fmt: skip
_progress = Table(
    "history_progress", TABLES,
    Column("name", String(16), primary_key=True), Column("fence", BigInteger, nullable=False),
    Column("written_ms", BigInteger, nullable=False),
)  # fmt: skip


class SeenDay(NamedTuple):
    """A business day of a site. `since_ms`, `until_ms`: what was before and after was not seen, as far as is known.
    `told_by`: live or import."""

    site: str
    day: str
    started_ms: int
    ends_ms: int
    since_ms: int
    until_ms: int
    told_by: str


class History:
    """Blocking: call it from a thread. Every method raises RecordUnavailable when the database does not answer."""

    def __init__(self, engine: Engine) -> None:
        self._connected = Record(engine).connected

    def write(
        self,
        intervals: Mapping[Interval, Amounts],
        days: Iterable[SeenDay],
        fence: int,
        now_ms: int,
        later: Booking = NOTHING,
    ) -> None:
        """All in one transaction. Raises LeaseLost when a newer token has written."""
        with self._connected() as to:
            if not _pass_fence(to, fence, now_ms):
                raise LeaseLost("history was not written: another worker leads now")
            _put(to, INTERVALS, _rows(intervals), ["amounts"])
            _see(to, days)
            _book(to, later)

    def kept(self, contacts: Sequence[Key]) -> dict[Key, Known]:
        """What is kept of these contacts."""
        of, found = CONTACTS.c, dict[Key, Known]()
        with self._connected() as to:
            for start in range(0, len(contacts), AT_ONCE):
                wanted = tuple_(of.source, of.contact).in_(contacts[start : start + AT_ONCE])
                for source, contact, told in to.execute(select(of.source, of.contact, of.told).where(wanted)):
                    found[source, contact] = msgspec.json.decode(told, type=Known)
        return found

    def fill(
        self,
        intervals: Mapping[Interval, Amounts],
        days: Iterable[SeenDay],
        ended: Mapping[Key, Known] = NOTHING.known,
        elsewhere: Iterable[SeenDay] = (),
    ) -> None:
        """Past days from an import, in place of all that was recorded of them. `ended`: their contacts; `elsewhere`:
        parts of other sites' days, of which it is only said that they were seen."""
        days = list(days)
        with self._connected() as to:
            for day in days:
                inside = (INTERVALS.c.started_ms >= day.started_ms) & (INTERVALS.c.started_ms < day.ends_ms)
                to.execute(delete(INTERVALS).where(inside))
                within = (CONTACTS.c.ended_ms >= day.started_ms) & (CONTACTS.c.ended_ms < day.ends_ms)
                to.execute(delete(CONTACTS).where(within))
            _put(to, INTERVALS, _rows(intervals), ["amounts"])
            _keep(to, ended)
            joined = [_joined(to, part, days) for part in elsewhere]
            _put(to, _days, [day._asdict() for day in (*days, *joined)], ["since_ms", "until_ms", "told_by"])

    def written_ms(self) -> int:
        """When was last written; 0: never."""
        with self._connected() as to:
            found = to.execute(select(_progress.c.written_ms).where(_progress.c.name == "live")).scalar()
        return int(found or 0)

    def read(self, kind: str, name: str, from_ms: int, to_ms: int, basis: str) -> dict[int, Amounts]:
        """Interval → what it holds, in order; of those that begin in [from, to)."""
        return self.several(kind, [name], from_ms, to_ms, basis).get(name, {})

    def several(
        self, kind: str, names: Sequence[str], from_ms: int, to_ms: int, basis: str
    ) -> dict[str, dict[int, Amounts]]:
        """Of each of these that has any: as `read`."""
        of = INTERVALS.c
        bases = (basis,) if basis == TIME else (basis, LATER)
        asked = select(of.id, of.started_ms, of.amounts).where(of.started_ms >= from_ms, of.started_ms < to_ms)
        found = dict[str, dict[int, Amounts]]()
        with self._connected() as to:
            for start in range(0, len(names), AT_ONCE):
                wanted = (of.kind == kind) & of.id.in_(names[start : start + AT_ONCE]) & of.basis.in_(bases)
                for name, started_ms, told in to.execute(asked.where(wanted).order_by(of.started_ms)):
                    own, amounts = found.setdefault(name, {}), msgspec.json.decode(told, type=Amounts)
                    own[started_ms] = _sum(own[started_ms], amounts) if started_ms in own else amounts
        return found

    def days(self, from_ms: int, to_ms: int) -> list[SeenDay]:
        """Those that reach into [from, to)."""
        of = _days.c
        asked = select(_days).where(of.started_ms < to_ms, of.ends_ms > from_ms).order_by(of.started_ms, of.site)
        with self._connected() as to:
            return [SeenDay(*row) for row in to.execute(asked)]

    def names(self, kind: str) -> list[str]:
        """Queues, groups or agents of which anything is recorded."""
        asked = select(INTERVALS.c.id).where(INTERVALS.c.kind == kind).distinct().order_by(INTERVALS.c.id)
        with self._connected() as to:
            return [str(name) for name in to.execute(asked).scalars()]

    def drop(self, before_ms: int, agents_before_ms: int, contacts_before_ms: int = 0) -> int:
        """Takes out what is older; agents have a limit of their own. How many intervals."""
        of = INTERVALS.c
        old = (of.started_ms < before_ms) | ((of.kind == "agents") & (of.started_ms < agents_before_ms))
        with self._connected() as to:
            to.execute(delete(_days).where(_days.c.ends_ms < before_ms))
            to.execute(delete(CONTACTS).where(CONTACTS.c.ended_ms < contacts_before_ms))
            return to.execute(delete(INTERVALS).where(old)).rowcount


def _pass_fence(to: Connection, fence: int, now_ms: int) -> bool:
    """Looked at and set by one statement: whoever has an older token waits for the newer one's end, and is refused."""
    put = _insert(to, _progress).values(name="live", fence=fence, written_ms=now_ms)
    told = {"fence": put.excluded.fence, "written_ms": put.excluded.written_ms}
    newer = _progress.c.fence <= put.excluded.fence
    put = put.on_conflict_do_update(index_elements=["name"], set_=told, where=newer)
    return to.execute(put.returning(_progress.c.fence)).first() is not None


def _see(to: Connection, days: Iterable[SeenDay]) -> None:
    """The days go on being seen. Where nobody looked for some minutes, what was before that is not whole any more."""
    for day in days:
        put, was = _insert(to, _days).values(day._asdict()), _days.c
        new = put.excluded
        whole = case((new.since_ms > was.until_ms + HOLE_MS, new.since_ms), else_=was.since_ms)
        told = {"since_ms": whole, "until_ms": new.until_ms, "told_by": new.told_by}
        to.execute(put.on_conflict_do_update(index_elements=["site", "day"], set_=told))


def _joined(to: Connection, part: SeenDay, filled: Sequence[SeenDay]) -> SeenDay:
    """With what was seen of that day outside the days that are filled; it is whole from its last hole on."""
    was = to.execute(select(_days).where(_days.c.site == part.site, _days.c.day == part.day)).first()
    seen = [] if was is None else [SeenDay(*was)]
    for day in filled:
        seen = [
            one._replace(since_ms=since_ms, until_ms=until_ms)
            for one in seen
            for since_ms, until_ms in (
                (one.since_ms, min(one.until_ms, day.started_ms)), (max(one.since_ms, day.ends_ms), one.until_ms)
            )
            if since_ms < until_ms
        ]  # fmt: skip
    *before, found = sorted([*seen, part], key=lambda one: one.since_ms)
    for one in reversed(before):
        if one.until_ms + HOLE_MS >= found.since_ms:
            found = found._replace(since_ms=one.since_ms)
    return found._replace(told_by=seen[0].told_by if seen else part.told_by)


def _book(to: Connection, later: Booking) -> None:
    """Added to what is there: what is kept of the contacts says in the same transaction that it is."""
    _keep(to, later.known)
    of = INTERVALS.c
    for at, added in later.amounts.items():
        here = [of.kind == at.kind, of.id == at.id, of.started_ms == at.started_ms, of.basis == at.basis]
        told = to.execute(select(of.amounts).where(*here)).scalar()
        before: Amounts = msgspec.json.decode(told, type=Amounts) if told else {}
        _put(to, INTERVALS, _rows({at: _sum(before, added)}), ["amounts"])


def _keep(to: Connection, contacts: Mapping[Key, Known]) -> None:
    rows: list[dict[str, object]] = [
        {"source": source, "contact": name, "ended_ms": one.ended_ms, "told": msgspec.json.encode(one).decode()}
        for (source, name), one in contacts.items()
    ]
    _put(to, CONTACTS, rows, ["ended_ms", "told"])


def _sum(one: Amounts, other: Amounts) -> Amounts:
    found = dict(one)
    for name, amount in other.items():
        add_to(found, name, amount)
    return found


def _rows(intervals: Mapping[Interval, Amounts]) -> list[dict[str, object]]:
    return [{**one._asdict(), "amounts": msgspec.json.encode(amounts).decode()} for one, amounts in intervals.items()]


def _insert(to: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    return postgresql.insert(table) if to.dialect.name == "postgresql" else sqlite.insert(table)


def _put(to: Connection, table: Table, rows: list[dict[str, object]], changed: list[str]) -> None:
    """Insert, or where the key is there, replace the columns `changed`."""
    for start in range(0, len(rows), AT_ONCE):
        put = _insert(to, table)
        key = [column.name for column in table.primary_key.columns]
        if changed:
            put = put.on_conflict_do_update(index_elements=key, set_={name: put.excluded[name] for name in changed})
        else:
            put = put.on_conflict_do_nothing(index_elements=key)
        to.execute(put, rows[start : start + AT_ONCE])
