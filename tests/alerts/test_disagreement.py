"""Two processes that see the same at other seconds: what the stream says stands, and each raise has its end."""

from collections import Counter
from typing import Any

import msgspec
from hypothesis import event as seen
from hypothesis import given, settings
from hypothesis import strategies as st

from wallboard.core import events as ev
from wallboard.core import snapshot
from wallboard.core.rules import Rule
from wallboard.core.settings import Settings
from wallboard.core.state import Floor
from wallboard.core.watchful import watchful

NOON = 1_795_348_800_000
SECOND = 1_000
QUEUES = ("support", "sales")
DEEDS = ["come", "come", "go", "go", "ahead", "ahead", "switch", "restart", "unread", "tell", "tell"]
STEPS = st.lists(
    st.tuples(st.integers(0, 6_000), st.sampled_from(DEEDS), st.sampled_from(QUEUES)), min_size=5, max_size=60
)


class Two:
    """One stream and two floors that read it; the second may let its time go ahead of what it has read."""

    def __init__(self, **rule: Any) -> None:
        made = {"metric": "waiting", "queues": ["*"], "raise": "> 0", "when": "always"} | rule
        self._settings = Settings(alert={"r": msgspec.convert(made, Rule)})
        self.floors = [watchful(Floor(self._settings)) for _ in range(2)]
        self.stream = list[tuple[ev.Event, int]]()
        self.at_ms, self.leads = NOON, 0
        self._known, self._waiting = set[str](), {queue: list[str]() for queue in QUEUES}
        for floor in self.floors:
            floor.advance(NOON)

    def step(self, later_ms: int, deed: str, queue: str = QUEUES[0]) -> None:
        self.at_ms += later_ms
        base: dict[str, Any] = {"source": "pbx", "time": self.at_ms}
        waiting = self._waiting[queue]
        match deed:
            case "come":
                waiting.append(f"c{len(self.stream)}")
                self._append(ev.Queued(contact=waiting[-1], queue=queue, **base))
            case "go" if waiting:
                self._append(ev.Abandoned(contact=waiting.pop(), **base))
            case "ahead":
                self.floors[1].advance(self.at_ms + 3_000)
            case "switch":
                self.leads = 1 - self.leads
            case "restart":
                self.floors[self.leads] = snapshot.load(snapshot.dump(self.floors[self.leads]))
            case "unread":
                self._read_from_the_begin()
            case "tell":
                self.tell()
        for floor in self.floors:
            floor.advance(self.at_ms)

    def tell(self) -> None:
        """As whoever leads does; what is known by its id does not go into the stream again."""
        alerting = self.floors[self.leads].alerting
        assert alerting
        for event in list(alerting.untold.values()):
            if (event.id or "") not in self._known:
                self._known.add(event.id or "")
                self._append(event)

    def end(self) -> None:
        """Everybody leaves, and both have led."""
        for queue in QUEUES:
            while self._waiting[queue]:
                self.step(SECOND, "go", queue)
        for _ in range(12):
            self.step(5 * SECOND, "tell")
            self.step(0, "switch")

    def _append(self, event: ev.Event) -> None:
        self.stream.append((event, self.at_ms))
        for floor in self.floors:
            floor.apply(event, self.at_ms)

    def _read_from_the_begin(self) -> None:
        """A checkpoint that cannot be read, and half of the stream is trimmed already."""
        floor = self.floors[self.leads] = watchful(Floor(self._settings))
        for event, at_ms in self.stream[len(self.stream) // 2 :]:
            floor.apply(event, at_ms)

    def open_ones(self) -> list[dict[str, tuple[str, str]]]:
        return [{alert: (row.rule, row.of) for alert, row in floor.alerts.open.items()} for floor in self.floors]


@settings(max_examples=150, deadline=None)
@given(STEPS, st.sampled_from(["0s", "3s"]), st.sampled_from(["0s", "4s"]))
def test_one_is_open_of_each_queue_and_in_the_end_none(
    steps: list[tuple[int, str, str]], lasts: str, keeps: str
) -> None:
    two = Two(**{"for": lasts, "keep_for": keeps})
    for step in steps:
        two.step(*step)
        for open_ in two.open_ones():
            assert len(set(open_.values())) == len(open_), "one of each queue"
    two.end()
    seen(f"{min(4, sum(isinstance(one, ev.AlertRaised) for one, _ in two.stream))} raised")
    assert two.open_ones() == [{}, {}], "each has its end"


def test_what_both_saw_at_other_seconds_is_told_as_one() -> None:
    """It was told as two, each with its end, and somebody was woken twice."""
    two = Two(**{"for": "3s"})
    two.step(500, "come", "support")
    two.step(0, "ahead")
    two.step(0, "switch")
    two.step(4_000, "tell")
    two.step(100, "switch")
    two.step(SECOND, "tell")
    two.end()
    kinds = Counter(ev.type_of(one) for one, _ in two.stream)
    assert (kinds["alert.raised"], kinds["alert.cleared"]) == (1, 1)
