"""What does a message ask of the floor about an alert? Its name, its number by now, who is on duty, and more."""

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import NamedTuple

from wallboard.core.alertdocument import alert_document
from wallboard.core.askable import KPI
from wallboard.core.kpis import entity
from wallboard.core.rows import AlertRow
from wallboard.core.settings import Settings, Site
from wallboard.core.sofar import Beside, besides_now, holds, number_now
from wallboard.core.state import Floor


class Asks(NamedTuple):
    """What is asked of the floor about an alert, where it is needed. `called`: what people call what it is about.
    `on_duty`: names, of one that somebody acted on, or that is over, of those of then; `on_duty_now`: whatever was
    done. `number`: by now, for a repeat, with its `unit`; `besides`: the further conditions, with their numbers."""

    called: Callable[[AlertRow], str]
    on_duty: Callable[[AlertRow], Collection[str]]
    on_duty_now: Callable[[AlertRow], Collection[str]]
    number: Callable[[AlertRow], float | None] = lambda _: None
    unit: Callable[[AlertRow], str] = lambda _: ""
    besides: Callable[[AlertRow], Sequence[Beside]] = lambda _: ()


def asks_of(floor: Floor, now_ms: int) -> Asks:
    return Asks(
        partial(called_of, floor), floor.alerts.on_duty, floor.alerts.on_duty_now,
        lambda row: value_now(floor, row, now_ms), partial(unit_of, floor), lambda row: _besides_of(floor, row, now_ms),
    )  # fmt: skip


def called_of(floor: Floor, row: AlertRow) -> str:
    """What people call what it is about."""
    return str(alert_document(floor, row).get("name") or row.of)


def value_now(floor: Floor, row: AlertRow, now_ms: int) -> float | None:
    """Of one that is open; None: not known, or its rule asks for another number by now."""
    return number_now(row, floor.settings, floor.alerting, entity(floor, row.kind, row.of), now_ms).value


def _besides_of(floor: Floor, row: AlertRow, now_ms: int) -> list[Beside]:
    """What else holds for it, or in its place, each with its number by now: beside its limit one that holds no more
    would read as if it did. One that is not known is said."""
    found = besides_now(row, floor.settings, floor.alerting, entity(floor, row.kind, row.of), now_ms)
    return [one for one in found if one.value is None or holds(one)]


def language_of(row: AlertRow, settings: Settings) -> str:
    return place_of(row, settings).language


def place_of(row: AlertRow, settings: Settings) -> Site:
    """Its queue's; of what is of no queue, the first site."""
    return settings.sites[settings.site_of(row.of) if row.kind == "queues" else next(iter(settings.sites))]


def unit_of(floor: Floor, row: AlertRow) -> str:
    """Of a reported figure, as it says."""
    reported = floor.kpis.get(row.of) if row.kind == "kpis" and row.event is None else None
    return (reported.event.unit or "") if reported and row.metric.startswith(KPI) else ""
