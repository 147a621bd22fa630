"""Which rows has the floor? All that is kept of it; what changes them stands in files of their own above this one."""

from wallboard.core.alerting import Alerting
from wallboard.core.alerts import Alerts
from wallboard.core.cases import Cases
from wallboard.core.contacts import Contacts
from wallboard.core.contributions import Contributions
from wallboard.core.duty import Duty
from wallboard.core.ground import Ground
from wallboard.core.listening import Listening
from wallboard.core.naming import OTHER, Naming
from wallboard.core.need import Needs
from wallboard.core.observed import Parts
from wallboard.core.people import People
from wallboard.core.posted import Posted
from wallboard.core.rows import KpiRow, NoticeRow, SourceRow
from wallboard.core.settings import Settings
from wallboard.core.tallies import Tallies


class AllRows:
    """Each part stands on the ground and knows the parts above it here."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.ground = Ground(settings or Settings())
        self.tallies = Tallies(self.ground)
        self.people = People(self.ground, self.tallies)
        self.contributions = Contributions(self.ground, self.tallies, self.people)
        self.contacts = Contacts(self.ground, self.tallies, self.people, self.contributions)
        self.cases = Cases(self.ground, self.tallies)
        self.needs = Needs(self.ground, self.tallies, self.people)
        self.listening = Listening(self.ground)
        self.posted = Posted(self.ground)
        self.parts: dict[str, Parts] = {}
        self.naming = Naming()
        self.duty = Duty(self.ground)
        self.alerts = Alerts(self.ground, self.people, self.duty)
        self.alerting: Alerting | None = None  # core/watchful.py
        self.since_ms = 0  # what was before it is not known here
        self.applied = 0  # how many events were taken in: the order of arrival of the last one
        self.arrival_ms = 0  # of that one

    @property
    def settings(self) -> Settings:
        return self.ground.settings

    @property
    def now_ms(self) -> int:
        return self.ground.now_ms

    @property
    def sources(self) -> dict[str, SourceRow]:
        return self.listening.rows

    @property
    def notices(self) -> dict[str, NoticeRow]:
        return self.posted.notices

    @property
    def kpis(self) -> dict[str, KpiRow]:
        return self.posted.kpis

    def settle(self) -> None:
        """Count what the events since the last time changed. Before anybody looks; the result is the same as if each
        had been counted when it came."""
        if self.contributions.unsettled:
            self.contributions.settle()
        if self.people.unsettled:
            self.people.settle()
        if self.tallies.unsettled:
            self.tallies.settle()

    def room_for(self, source: str) -> str:
        """The source itself, or what stands for all that there is no room for (core/naming.py)."""
        return source if source in self.listening.rows or self.naming.has("sources", source) else OTHER
