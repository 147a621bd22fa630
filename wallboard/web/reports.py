"""What do screens say of themselves? Each screen's last report, for `/metrics`; gone when the screen is."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Annotated

from msgspec import Meta, Struct


class Report(Struct, tag_field="t", tag="report", forbid_unknown_fields=True):
    """What a screen says of itself every 30 s."""

    seq: int | None = None
    lag_ms: float | None = None
    heap_mb: float | None = None
    sound: Annotated[str, Meta(max_length=32)] | bool | None = None
    build: Annotated[str, Meta(max_length=64)] | None = None


class Reports:
    """Of all screens of this process, as many as are connected."""

    def __init__(self, build: str) -> None:
        self._build = build
        self._last: dict[object, Report] = {}

    @contextmanager
    def watch(self, note: Callable[[Report], None] = lambda report: None) -> Iterator[Callable[[Report], None]]:
        """For as long as a screen is connected: where its reports go. `note`: who else hears them."""
        screen = object()

        def hear(report: Report) -> None:
            self._last[screen] = report
            note(report)

        try:
            yield hear
        finally:
            self._last.pop(screen, None)

    def readings(self) -> Iterable[tuple[str, str, float]]:
        last = self._last.values()
        heaps = [report.heap_mb for report in last if report.heap_mb is not None]
        lags = [report.lag_ms for report in last if report.lag_ms is not None]
        blocked = sum(report.sound == "blocked" for report in last)
        older = sum(report.build is not None and report.build != self._build for report in last)
        yield "wallboard_screens_reporting", "Screens that told of themselves.", len(last)
        yield (
            "wallboard_screen_heap_megabytes_max",
            "Script memory of the screen that needs most.",
            max(heaps, default=0),
        )
        yield "wallboard_screen_lag_seconds_max", "How far the slowest screen is behind.", max(lags, default=0) / 1000
        yield "wallboard_screens_sound_blocked", "Screens whose browser lets no sound through.", blocked
        yield "wallboard_screens_other_build", "Screens with the pages of another build than this process.", older
