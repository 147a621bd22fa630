"""A floor that looks after its alert rules."""

from wallboard.core.alerting import Alerting
from wallboard.core.kpis import entity
from wallboard.core.state import Floor


def watchful(floor: Floor) -> Floor:
    """The same floor; from now on its rules are looked at."""
    floor.alerting = Alerting(floor.ground, lambda kind, name: entity(floor, kind, name))
    return floor
