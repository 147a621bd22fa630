"""Of alerts that are over the state has the last 200: a shift that had more says so."""

from wallboard.alerts import handover
from wallboard.alerts.handover import Numbers
from wallboard.alerts.handovermail import Parting, mail_of
from wallboard.core.alerts import MOST_OVER
from wallboard.core.calendar import Shift
from wallboard.core.events import AlertCleared, AlertRaised
from wallboard.core.state import Floor

NOON = 1_795_000_000_000
SAYS = f"There may be more alerts: only the last {MOST_OVER} that ended are known."


def floor_with(ended: int) -> Floor:
    """An alert that ended each second from noon on."""
    floor = Floor()
    for nth in range(ended):
        at_ms = NOON + nth * 1000
        named = {"alert": f"a{nth}", "source": "wallboard", "time": at_ms}
        about = {"kind": "queues", "of": "q", "metric": "waiting", "limit": "> 2", "since": "1"}
        floor.apply(AlertRaised(rule="r", severity="warning", value=3, attributes=about, **named), at_ms)  # type: ignore[arg-type]
        floor.apply(AlertCleared(**named), at_ms)  # type: ignore[arg-type]
    return floor


def test_a_shift_that_may_have_had_more_alerts_than_are_known_says_so_in_its_mail() -> None:
    site = next(iter(Floor().settings.sites))
    for ended, begun_ms, lacks in (
        (MOST_OVER - 1, NOON, False), (MOST_OVER + 1, NOON, True), (MOST_OVER + 1, NOON + 1000, True),
        (MOST_OVER + 1, NOON + 1001, False),
    ):  # fmt: skip
        floor, shift = floor_with(ended), Shift("early", begun_ms, NOON + 3_600_000)
        assert handover.may_lack(floor, shift) == lacks, (ended, begun_ms)
        numbers = Numbers(f"site:{site}", None, [], {"at": begun_ms})
        told = Parting(site, shift, numbers, [], [], [], [], handover.may_lack(floor, shift))
        assert (SAYS in mail_of(told, floor, NOON, "").text) == lacks
