"""What screens say of themselves is told while they are there."""

from wallboard.web.reports import Report, Reports


def told(reports: Reports) -> dict[str, float]:
    return {name: value for name, _, value in reports.readings()}


def test_the_screen_that_needs_most_is_told_and_is_gone_with_its_line() -> None:
    reports = Reports("2")
    with reports.watch() as small:
        small(Report(heap_mb=20, lag_ms=40, build="2"))
        with reports.watch() as large:
            large(Report(heap_mb=20))
            large(Report(heap_mb=300, lag_ms=5000, sound="blocked", build="1"))
            assert told(reports) == {
                "wallboard_screens_reporting": 2,
                "wallboard_screen_heap_megabytes_max": 300,
                "wallboard_screen_lag_seconds_max": 5,
                "wallboard_screens_sound_blocked": 1,
                "wallboard_screens_other_build": 1,
            }
        assert told(reports)["wallboard_screen_heap_megabytes_max"] == 20
        assert told(reports)["wallboard_screens_other_build"] == 0


def test_a_screen_that_never_said_anything_is_none_of_them() -> None:
    reports = Reports("2")
    with reports.watch():
        assert set(told(reports).values()) == {0}
