"""What do we tell Prometheus? Ingest's own counters, and pipeline and hub as they stand when asked."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Protocol

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from wallboard import __version__
from wallboard.live.hub import Hub
from wallboard.live.tally import Spread
from wallboard.web.auth import WHO, Who
from wallboard.web.calls import Answer, Call
from wallboard.web.problems import Problem

_APPEND_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
# A refusal's first words → its label. Reasons quote names, so they cannot be labels themselves.
_REASONS = (
    ("Object contains unknown field", "unknown_field"),
    ("Object contains the field", "repeated_field"),
    ("Object missing", "missing_field"),
    ("unknown type", "unknown_type"),
    ("control characters", "control_characters"),
    ("older than", "too_old"),
    ("too many names", "too_many_names"),
    ("an event of more than", "too_long"),
    ("not JSON", "not_json"),
    ("nested too", "not_json"),
    ("Expected", "wrong_value"),
    ("Invalid", "wrong_value"),
)


Value = float | Spread | Mapping[str, int]  # a mapping counts by reason


class Reading(Protocol):
    """Figures that somebody else counts, each a name in Prometheus's form, what it means, its value now."""

    def __call__(self) -> Iterable[tuple[str, str, Value]]: ...


class Metrics(Collector):
    """`readings` are asked at each scrape; names that end in `_total` are counters, others gauges. What comes thousands
    of times a second is counted in numbers of our own: Prometheus's lock each, for threads that are not here."""

    def __init__(self, readings: Sequence[Reading] = ()) -> None:
        self.registry = CollectorRegistry()
        self.append = Spread(_APPEND_S)
        self._readings = [self._events, *readings]
        self._accepted = self._duplicates = self._conflicts = self._put_off = 0
        self._rejected: Counter[str] = Counter()
        self.registry.register(self)

    def took(self, accepted: int, duplicates: int, conflicts: int, errors: Iterable[str]) -> None:
        """What became of one batch; conflicts are duplicates too."""
        self._accepted += accepted
        self._duplicates += duplicates
        self._conflicts += conflicts
        self._rejected.update(map(reason_of, errors))

    def put_off(self, events: int) -> None:
        """Their sender shall wait."""
        self._put_off += events

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily("wallboard_build", "What runs here.", {"version": __version__})
        for reading in self._readings:
            for name, meaning, value in reading():
                yield _metric(name, meaning, value)

    def _events(self) -> Iterator[tuple[str, str, Value]]:
        yield "wallboard_events_accepted_total", "Events taken over HTTP.", self._accepted
        yield "wallboard_events_duplicate_total", "Events already known, over HTTP.", self._duplicates
        yield "wallboard_events_conflict_total", "Of these: another body under a known id.", self._conflicts
        yield "wallboard_events_rejected_total", "Events refused over HTTP.", self._rejected
        yield (
            "wallboard_events_put_off_total",
            "Events over their sender's rate, to be sent again (429).",
            self._put_off,
        )
        yield "wallboard_append_seconds", "Time for Redis to take a batch from HTTP.", self.append


def _metric(name: str, meaning: str, value: Value) -> Metric:
    if isinstance(value, Spread):
        return _spread(name, meaning, value)
    if isinstance(value, Mapping):
        counted = CounterMetricFamily(name, meaning, labels=["reason"])
        for reason, count in value.items():
            counted.add_metric([reason], count)
        return counted
    kind = CounterMetricFamily if name.endswith("_total") else GaugeMetricFamily
    return kind(name, meaning, value=value)


def _spread(name: str, meaning: str, told: Spread) -> Metric:
    """Cumulative, as Prometheus has them."""
    bounds = [*map(str, told.bounds_s), "+Inf"]
    counts = list(zip(bounds, accumulate(told.counts), strict=True))
    return HistogramMetricFamily(name, meaning, counts, sum_value=told.sum_s)


def reason_of(error: str) -> str:
    """A label of low cardinality for a refusal."""
    return next((label for start, label in _REASONS if error.startswith(start)), "other")


def metrics_page(metrics: Metrics, *, is_open: bool) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint `/metrics`: for the scope `metrics:read` (an admin has it), or open to all."""

    @Call(
        summary="Figures for Prometheus",
        scope=None if is_open else "metrics:read",
        description='Open to all with [server] metrics = "open".',
        answers={200: Answer("Text.", {"text/plain": str})},
    )
    async def show(request: Request) -> Response:
        who: Who | None = request.scope[WHO]
        if not is_open and not (who and who.may("metrics:read")):
            raise Problem(403, 'Metrics need the scope metrics:read; or set server.metrics = "open".')
        return Response(generate_latest(metrics.registry), headers={"content-type": CONTENT_TYPE_LATEST})

    return show


def fan_out(hub: Hub) -> Iterable[tuple[str, str, Value]]:
    """What goes to screens, and whether the machine keeps up."""
    sent = hub.sent
    yield "wallboard_screens", "Screens connected.", hub.screens
    yield "wallboard_screens_waiting", "Screens that wait for their turn to get a new picture.", hub.turns.waiting
    yield "wallboard_patches_total", "Patches encoded, one a view and tick.", sent.patches
    yield "wallboard_frames_total", "Frames written to screens.", sent.frames
    yield "wallboard_frame_bytes_total", "Their bytes, as they are on the wire.", sent.bytes
    yield "wallboard_patches_merged_total", "Patches merged into one that waited for a slow screen.", sent.merged
    yield "wallboard_screens_cut_total", "Screens cut off: too slow, vanished, or silent to a ping.", sent.cut
    yield "wallboard_screens_put_off_total", "Screens asked to come back later (1013).", sent.put_off
    yield "wallboard_event_to_socket_seconds", "From a patch's oldest event's arrival to the sockets.", sent.took
    yield "wallboard_fan_out_seconds", "What a fan-out took, until the kernel had all of it.", sent.fan_outs
    yield "wallboard_updates_per_second_limit", "Updates that a view may have: fewer on a busy machine.", hub.pace.rate
    yield "wallboard_updates_lowered_total", "Times that limit was lowered.", hub.pace.lowered
