"""`wallboard tail`: what a line says."""

from wallboard.commands.tail import _Printer
from wallboard.core.ownevents import Rejection, SourceCounted
from wallboard.core.settings import Settings
from wallboard.live.recent import Recent


def test_what_was_counted_is_one_short_line() -> None:
    """Forty duplicates and one refused event: the counts, and what they were as far as a line holds."""
    refused = Rejection(at="$.quue", error="Object contains unknown field 'quue'", id="e-0")
    ids = [f"e-{nth}" for nth in range(40)]
    counted = SourceCounted(source="pbx", time=0, duplicates=40, rejected=1, duplicate_ids=ids, rejections=[refused])
    line = _Printer(None, beats=False, as_json=False)._line(Recent("1-0", 0, counted, ()), Settings())
    _, _, said = line.partition("  ")
    done = "duplicate of e-0; duplicate of e-1; duplicate of e-2; and 38 more"
    assert said == f"pbx  source.counted duplicates=40 rejected=1  → {done}"
