"""What was an alert rule before? The rules stand in wallboard.toml; here is what each was, and who changed it."""

from collections.abc import Mapping

from sqlalchemy import Engine

from wallboard.record.audit import note
from wallboard.record.database import Record
from wallboard.record.earlier import Earlier, Revision

Values = Mapping[str, object]
_earlier = Earlier("rule_revisions", "rule", 256)


class RuleRevisions:
    """Blocking: call it from a thread. Every method raises RecordUnavailable when the database does not answer."""

    def __init__(self, engine: Engine) -> None:
        self._connected = Record(engine).connected

    def names(self) -> list[str]:
        """Of the rules that were ever changed here."""
        with self._connected() as to:
            return _earlier.names(to)

    def all(self, rule: str) -> list[Revision]:
        """The newest first, without their texts."""
        with self._connected() as to:
            return _earlier.all(to, rule)

    def one(self, rule: str, revision: int) -> Revision | None:
        with self._connected() as to:
            return _earlier.one(to, rule, revision)

    def write(
        self, rule: str, text: str | None, who: str, now_ms: int, before: str | None, told: Mapping[str, Values]
    ) -> int:
        """What it says now, and what it said `before` where that is news; the audit trail has what was `told`.

        The new revision's number. `text` None: it was taken away.
        """
        what = "rule.removed" if text is None else "rule.added" if before is None else "rule.changed"
        with self._connected() as to:
            last = _earlier.found(to, rule, now_ms, before)
            note(to, now_ms, who, what, {"rule": rule, "revision": last + 1, **told})
            return _earlier.keep(to, rule, last + 1, now_ms, who, text)
