"""`wallboard` whose minutes are seconds: every part is the real one, only its times are shorter.

python tests/alerts/hasty.py worker --config …
"""

from types import ModuleType
from typing import Annotated

from msgspec import Meta

from wallboard.core import listening
from wallboard.stream import keys


def shorten(module: ModuleType, **times: float) -> None:
    """A time that has moved to another file is missed: to set it here would change nothing."""
    for name, time in times.items():
        assert hasattr(module, name), f"{module.__name__} has no {name}"
        setattr(module, name, time)


shorten(keys, LEASE_MS=2_000)  # before whoever takes them from there
shorten(listening, SILENT_MS=3_000)

# ruff: noqa: E402
from wallboard.alerts import pacing
from wallboard.cli import main
from wallboard.core import rules
from wallboard.web import alertacts


class Snooze(alertacts.Snooze, forbid_unknown_fields=True, kw_only=True):
    seconds: Annotated[int, Meta(ge=1)] | None = None


shorten(pacing, CAUSE_MS=2_000, FLOOD_EACH_MS=5_000)
shorten(rules, LEAST_AGAIN_MS=1_000)
alertacts._VERBS["snooze"] = (Snooze, "Silence an alert for some time")

main()
