"""What do walls show besides what was counted? Notices, and figures that other systems report."""

from msgspec.structs import replace

from wallboard.core import events as ev
from wallboard.core.alerts import ERASED
from wallboard.core.deeds import Deed, Did
from wallboard.core.ground import Ground
from wallboard.core.naming import NOTICES_AT_MOST
from wallboard.core.rows import KpiRow, NoticeRow


class Posted:
    """`notices`: by name; `kpis`: by name and scope (`kpi_name`). Of each the newest stands."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.notices: dict[str, NoticeRow] = {}
        self.kpis: dict[str, KpiRow] = {}

    def report(self, name: str, event: ev.KpiReported, at_ms: int, source: str) -> Deed:
        before = self.kpis.get(name)
        if before and before.at_ms > at_ms:
            return Deed(Did.NOTHING, f"older than the {name} that is shown")
        self.kpis[name] = KpiRow(event, source, at_ms)
        self._ground.touch("kpis", name)
        return Deed(Did.NOTED, f"{name} is {event.value:g}")

    def post(self, name: str, event: ev.NoticePosted, at_ms: int, source: str) -> Deed:
        if event.until is not None and event.until <= self._ground.now_ms:
            return Deed(Did.NOTHING, f"notice {name} is over already")
        before = self.notices.get(name)
        if before and before.posted_ms > at_ms:
            return Deed(Did.NOTHING, f"older than the notice {name} that is shown")
        if before is None and len(self.notices) >= NOTICES_AT_MOST:
            return Deed(Did.OVERFLOW, f"no room for notice {name}: {NOTICES_AT_MOST} stand already")
        self.notices[name] = NoticeRow(event, source, at_ms)
        self._await_end(name)
        self._ground.touch("notices", name)
        return Deed(Did.NOTED, f"posted notice {name}")

    def clear(self, name: str) -> Deed:
        if self.notices.pop(name, None) is None:
            return Deed(Did.NOTHING, f"no notice {name}")
        self._ground.touch("notices", name)
        return Deed(Did.NOTED, f"cleared notice {name}")

    def end(self, name: str, at_ms: int) -> None:
        """Its time has come, unless it was posted anew for longer."""
        row = self.notices.get(name)
        if row and row.event.until is not None and row.event.until <= at_ms:
            self.clear(name)

    def await_ends(self) -> None:
        """After a checkpoint was loaded."""
        for name in self.notices:
            self._await_end(name)

    def leave_out(self, agent: str) -> None:
        """Who is forgotten is not named as the one who wrote it, or whom it is about."""
        for notice, row in self.notices.items():
            said = row.event.attributes or {}
            if said.get("who") == agent:
                row.event = replace(row.event, attributes={**said, "who": ERASED, "by": ERASED})
                self._ground.touch("notices", notice)

    def _await_end(self, name: str) -> None:
        until_ms = self.notices[name].event.until
        if until_ms is not None:
            self._ground.calendar.wait(until_ms, "notice", name)


def kpi_name(event: ev.KpiReported) -> str:
    """`sales:support`: of whom or what, where it says so."""
    scope = event.queue or event.agent or event.team
    return f"{event.kpi}:{scope}" if scope else event.kpi
