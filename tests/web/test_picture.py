"""First paint judges the age of what it shows as the browser does (tests/static/time.test.mjs has the same cases)."""

import pytest

from wallboard.web.picture import Picture, age_of
from wallboard.web.words import words

SOURCES = {
    "live": {"state": "live", "last_event_at": 99_000},
    "old": {"state": "late", "last_event_at": 50_000},
    "cron": {"state": "quiet", "last_event_at": 10_000},
    "bot": {"state": "quiet", "last_event_at": 20_000},
    "pbx": {"state": "down"},
}


@pytest.mark.parametrize(
    ("names", "age"),
    [
        (["live"], (False, 99_000)),
        (["live", "old"], (True, 50_000)),
        (["live", "cron"], (False, 99_000)),
        (["cron", "bot"], (False, 20_000)),
        (["live", "pbx"], (True, None)),
        ([], (False, None)),
        (None, (False, 100_000)),
    ],
)
def test_the_age_of_a_tile_is_that_of_its_living_sources(names: list[str] | None, age: tuple[bool, int | None]) -> None:
    assert age_of(names, Picture({"sources": SOURCES}, 100_000, words("en"))) == age
