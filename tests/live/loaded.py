"""A floor that is loaded and published by hand, screens that read as a browser does, and the hub between them."""

from collections.abc import Callable

import msgspec

from wallboard.core.patch import apply
from wallboard.core.settings import Settings
from wallboard.core.state import Floor
from wallboard.live.documents import Change, Document, Documents
from wallboard.live.frames import Frame
from wallboard.live.hub import Hub
from wallboard.live.screen import Screen
from wallboard.live.ticks import Ticks
from wallboard.record.boards import Board, Tile

NOON = 1_795_348_800_000


class Clock:
    """Hands that a test moves."""

    def __init__(self) -> None:
        self.ms = NOON

    def __call__(self) -> int:
        return self.ms


class Loaded:
    """A pipeline that has been loaded: the real floor and documents, published by hand instead of from a stream."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.floor = Floor(settings)
        self.floor.advance(NOON)
        self.sinks: list[Hub] = []
        self.documents = Documents(self.floor)
        self.epoch, self.ready = "e1", True
        self.ticks = Ticks(lambda: NOON)
        self.publish()

    def watch(self, patterns: list[str]) -> None:
        self.documents.of("groups").expect([self.floor.watch(patterns)])

    def apply(self, *events: object, at_ms: int = NOON, since_ms: int | None = None, due_ms: int | None = None) -> None:
        for event in events:
            self.floor.apply(event, at_ms)  # type: ignore[arg-type]
        self.publish(since_ms, due_ms)

    def publish(self, since_ms: int | None = None, due_ms: int | None = None) -> None:
        changes = self.documents.changes(self.floor.take_touched())
        self.documents.keep(changes)
        for sink in self.sinks:
            sink.publish(changes, since_ms, due_ms)

    def tell_kpi(self, name: str, row: Document) -> None:
        change = Change.between("kpis", name, self.documents.of("kpis").put(name, row), row)
        for sink in self.sinks:
            sink.publish([change], None, None)


class Slot:
    """A wire that holds one frame at a time, as the ordinary path does."""

    packs: bool = False
    put: Callable[[bytes], None] | None = None

    def __init__(self) -> None:
        self.frame: Frame | None = None

    @property
    def ready(self) -> bool:
        return self.frame is None

    def attach(self, screen: Screen) -> None:
        self.screen = screen

    def write(self, frame: Frame) -> None:
        self.frame = frame

    def close(self, code: int, reason: str) -> None:
        self.screen.leave()

    def take(self) -> Frame | None:
        frame, self.frame = self.frame, None
        self.screen.pull()
        return frame


def received(state: dict, seq: int, message: dict) -> tuple[dict, int]:
    """What a browser's store holds after it, and its place: hello and patch as CONTRACT section 3 says."""
    if message["t"] == "hello":
        return message["state"], message["seq"]
    if message["t"] == "patch":
        assert message["base"] <= seq < message["seq"]
        return apply(state, message["patch"]), message["seq"]
    return state, seq


class Reader:
    """A browser, and what it was told."""

    def __init__(self, hub: Hub, shown: Board) -> None:
        self.wire = Slot()
        self.screen = hub.subscribe(shown, self.wire)
        self.state: dict = {}
        self.seq = -1
        self.kinds: list[str] = []

    def take(self) -> bool:
        """One message; False: there was none."""
        frame = self.wire.take()
        if frame is None:
            return False
        message = msgspec.json.decode(frame.payload)
        self.kinds.append(message["t"])
        self.state, self.seq = received(self.state, self.seq, message)
        return True


def board(*tiles: Tile, **more: object) -> Board:
    shown = tiles or (
        Tile(kind="queues", at=(1, 1), size=(4, 2)),
        Tile(kind="agents", at=(1, 3), size=(4, 2)),
        Tile(kind="notices", at=(5, 1), size=(4, 2)),
    )
    return Board(**{"id": "wall", "names": "full", "updates_per_s": 10, "tiles": list(shown), **more})  # type: ignore[arg-type]


def hub_of(pipeline: Loaded, clock: Clock) -> Hub:
    return Hub(pipeline, clock, build="test")  # type: ignore[arg-type]


def sent(hub: Hub, shown: Board) -> dict:
    return filled(hub.state_of(shown))


def filled(state: dict) -> dict:
    """Without kinds that hold nothing: whether `{}` or nothing stands there makes no difference to a screen."""
    return {kind: rows for kind, rows in state.items() if rows}
