"""The rules that one begins with are no noise: in the simulated centre they speak as seldom as one person can bear."""

from itertools import takewhile

from msgspec.structs import replace

from collectors.simulator.simulation import simulate
from tests.alerts.virtual import Centre
from wallboard.configfile import load
from wallboard.core.noise import courses, report

BEGIN_MS = 1_795_305_600_000  # midnight UTC
HOURS_MS = 4 * 3_600_000


def test_some_hours_of_the_simulated_centre_meet_the_targets_for_one_person() -> None:
    """1.9 came in ten minutes on average, and a third of them was over within 10 s."""
    centre, until_ms = Centre(load(None, {}, demo=True).settings, {}, BEGIN_MS), BEGIN_MS + HOURS_MS
    for event in takewhile(lambda one: (one.time or 0) < until_ms, simulate(start_ms=BEGIN_MS)):
        centre.take(replace(event, source="demo"), event.time or 0)
    found = courses(centre.said)
    told = {one.name: one for one in report(found, BEGIN_MS, until_ms).measures}
    wanted = ("in ten minutes, on average", "in the worst ten minutes", "of the time a flood",
              "went off and came back within 10 s", "kept going off and coming back")  # fmt: skip
    assert [name for name in wanted if not told[name].is_met] == []
    assert len({one.rule for one in found}) >= 3, "and yet they speak"
