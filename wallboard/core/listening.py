"""Which sources speak, are they heard, and how good is what they tell? Their rows."""

from wallboard.core import events as ev
from wallboard.core import platform
from wallboard.core.deeds import Deed, Did
from wallboard.core.ground import Ground
from wallboard.core.people import LATE_MS
from wallboard.core.rows import SourceRow

AHEAD_MS = 60_000  # a time further ahead than this is taken as the arrival
SILENT_MS = 12_000  # a source that beats and was not heard for so long is late


class Listening:
    """`rows`: source → what is heard of it."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.rows: dict[str, SourceRow] = {}

    def row(self, source: str) -> SourceRow:
        row = self.rows.get(source)
        if row is None:
            row = self.rows[source] = SourceRow()
        return row

    def settle_time(self, event: ev.Event, arrival_ms: int, source: str, deeds: list[Deed]) -> int:
        """When it happened, as far as that can be."""
        at_ms = arrival_ms if event.time is None else event.time
        if at_ms > arrival_ms + AHEAD_MS:
            self.row(source).clamped += 1
            deeds.append(Deed(Did.CLAMPED, f"its time is {(at_ms - arrival_ms) // 1000} s ahead: taken as arrival"))
            return arrival_ms
        if arrival_ms - at_ms > LATE_MS:
            self.row(source).late += 1
            deeds.append(Deed(Did.LATE, f"told {(arrival_ms - at_ms) // 1000} s late"))
        return at_ms

    def hear(self, source: str, arrival_ms: int) -> bool:
        """It said something. True: it was late until now."""
        row = self.rows.get(source) or self.row(source)
        before_ms, row.heard_ms = row.heard_ms, arrival_ms
        self._ground.touch("sources", source)
        if not row.is_late:
            return False
        row.is_late = False
        row.gaps, row.gap_ms = row.gaps + 1, row.gap_ms + arrival_ms - before_ms
        self.listen_for(source)
        return True

    def listen_for(self, source: str) -> None:
        """One due instant for each source that beats: when it turns late, if it is not heard until then."""
        row = self.rows.get(source)
        if row is None or not row.beats:
            return
        late_ms = row.heard_ms + SILENT_MS + 1
        row.is_late = self._ground.now_ms >= late_ms
        if row.is_late:
            self._ground.touch("sources", source)
        else:
            self._ground.calendar.wait(late_ms, "silent", source)

    def state_of(self, source: str) -> str:
        """`live` or `late` where it sends heartbeats; `quiet` where it only speaks when it has something."""
        row = self.rows[source]
        if not row.beats:
            return "quiet"
        return "late" if self._ground.now_ms - row.heard_ms > SILENT_MS else "live"

    def beat(self, event: ev.SourceBeat, at_ms: int, source: str) -> Deed:
        row, settings = self.row(source), self._ground.settings
        if told := platform.reported(event, at_ms):
            queue, report = settings.queue_of(source, told[0]), told[1]
            day_ms = self._ground.calendar.days[settings.site_of(queue)].started_ms
            platform.take(row.platform, queue, report, day_ms)
            return Deed(Did.NOTED, f"its own counters of {queue}")
        waited_for, row.beats = row.beats, True
        row.lag_ms, row.note = event.lag_ms, event.note
        if not waited_for:
            self.listen_for(source)
        return Deed(Did.NOTED, "lives")

    def restart(self, source: str) -> None:
        """Its platform counts anew."""
        row = self.row(source)
        row.restarts += 1
        row.platform = {}

    def count(self, event: ev.SourceCounted, source: str) -> Deed:
        """What ingest kept from the floor."""
        row = self.row(source)
        row.duplicates += event.duplicates
        row.conflicts += event.conflicts
        row.rejected += event.rejected
        self._ground.touch("sources", source)
        said = [conflict(name) for name in event.conflict_ids]
        said += [f"duplicate of {name}" for name in event.duplicate_ids]
        said += [f"rejected: {one.error} - at {one.at}" for one in event.rejections]
        more = event.duplicates + event.rejected - len(said)
        if more > 0:
            said.append(f"{more} more not counted")
        if event.left_out:
            said.append(left_out(event.left_out))
        found = {Did.REJECTED: event.rejected, Did.CONFLICT: event.conflicts, Did.DUPLICATE: event.duplicates}
        code = next((code for code, count in found.items() if count), Did.NOTED)
        return Deed(code, "; ".join(said) or "nothing")


def conflict(name: str) -> str:
    """What became of a repeat that says another thing."""
    return f"conflict: {name} came before and said something else, which counts"


def left_out(count: int) -> str:
    """What became of payloads that a map does not know."""
    return f"left out, since no [[event]] of the map fits: {count}"
