"""What is worked out anew when rows or settings are other ones? The counts of the day, the names, the rules."""

from collections.abc import Iterable

from wallboard.core.allrows import AllRows
from wallboard.core.naming import Naming


def count_anew(rows: AllRows, *, tell: bool = False) -> None:
    """After a change of watched sets, or of what sources there are: count the day again. `tell`: the stories are
    told again too, since the settings changed."""
    calendar = rows.ground.calendar
    calendar.drop(("day", "contact", "shift", "hours", "need"))
    calendar.days, calendar.shifts = {}, {}
    for site, place in rows.settings.sites.items():
        calendar.open_day(site, place)
        calendar.open_shift(site, rows.settings.shifts[site])
        rows.ground.touch("sites", site)
    rows.tallies.clear()
    rows.people.clear()
    rows.contacts.count_anew(tell=tell)
    rows.cases.count_anew()
    rows.needs.clear()
    rows.needs.turn(rows.ground.minute)


def name_anew(rows: AllRows) -> None:
    """There is room for the names that went."""
    known: dict[str, Iterable[str]] = {
        "queues": rows.tallies.queues, "agents": rows.people.agents, "sources": rows.sources, "kpis": rows.kpis,
    }  # fmt: skip
    rows.naming = Naming(known)


def rule_anew(rows: AllRows) -> None:
    """Rules look at everything, whatever changed."""
    if rows.alerting:
        rows.alerting.ruled_anew(rows.alerts.open)
        seen: dict[str, Iterable[str]] = {
            "queues": rows.tallies.queues, "groups": rows.tallies.groups, "agents": rows.people.agents,
            "sources": rows.sources, "kpis": rows.kpis,
        }  # fmt: skip
        rows.ground.unlooked |= {(kind, name) for kind, names in seen.items() for name in names}
