"""What was done the last few times? Of the alerts that ended long ago those on which somebody acted."""

from collections.abc import Mapping

from wallboard.core.rows import AlertRow

MOST = 1_000
OF_EACH = 5  # rule and entity
Identity = tuple[str, str, str]  # rule, kind, id of the entity


class LastTimes:
    """`older`: id → row, the newest last."""

    def __init__(self) -> None:
        self.older: dict[str, AlertRow] = {}

    def keep(self, alert: str, row: AlertRow) -> None:
        """If something was done; above a bound the oldest go, of its rule and entity or of all."""
        if not (row.results or row.owner or row.acknowledged_by):
            return
        same = [name for name, one in self.older.items() if identity(one) == identity(row)]
        for name in same[: max(0, len(same) + 1 - OF_EACH)]:
            del self.older[name]
        self.older[alert] = row
        while len(self.older) > MOST:
            del self.older[next(iter(self.older))]

    def by_identity(self, over: Mapping[str, AlertRow]) -> dict[Identity, list[AlertRow]]:
        """These and those that were `over` later, the newest first."""
        found: dict[Identity, list[AlertRow]] = {}
        for row in reversed([*self.older.values(), *over.values()]):
            found.setdefault(identity(row), []).append(row)
        return found


def identity(row: AlertRow) -> Identity:
    return row.rule, row.kind, row.of
