"""`wallboard` whose minutes are seconds: every part is the real one, only its times are shorter.

python tests/alerts/hasty.py worker --config …
"""

from typing import Annotated

from msgspec import Meta

from wallboard.stream import keys

keys.LEASE_MS = 2_000  # before whoever takes it from there

# ruff: noqa: E402
from wallboard.core import state

state.SILENT_MS = 3_000

from wallboard import worker
from wallboard.alerts import pacing
from wallboard.cli import main
from wallboard.core import rules
from wallboard.web import alerts


class Snooze(alerts.Snooze, forbid_unknown_fields=True, kw_only=True):
    seconds: Annotated[int, Meta(ge=1)] | None = None


worker.STANDBY_S = 0.3
pacing.CAUSE_MS, pacing.FLOOD_EACH_MS = 2_000, 5_000
rules.LEAST_AGAIN_MS = 1_000
alerts._VERBS["snooze"] = (Snooze, "Silence an alert for some time")

main()
