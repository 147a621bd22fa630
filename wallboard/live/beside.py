"""What is known of sources beside the stream? It stands over what they told.

What their collectors say of themselves (live/vitals.py), and that Redis does not answer: then the floor's time stands
still, but those that send heartbeats grow late on the screens.
"""

from collections.abc import Iterator, Mapping

from wallboard.core import kpis
from wallboard.core.listening import SILENT_MS
from wallboard.core.state import Floor
from wallboard.live.documents import Document


class Beside:
    def __init__(self) -> None:
        self._vitals: Mapping[str, Document] = {}
        self._unheard: set[str] = set()  # sources that grew late while Redis was away

    def tell(self, vitals: Mapping[str, Document], floor: Floor) -> None:
        for name in self._vitals.keys() | vitals.keys():
            if self._vitals.get(name) != vitals.get(name):
                floor.ground.touch("sources", name)
        self._vitals = vitals

    def note_unheard(self, floor: Floor, now_ms: int) -> None:
        """Of those that send heartbeats, from which none can have come for too long."""
        long_ago_ms = now_ms - SILENT_MS
        late = {name for name, row in floor.sources.items() if row.beats and row.heard_ms < long_ago_ms}
        floor.ground.touched |= {("sources", name) for name in late - self._unheard}
        self._unheard = late

    def hear(self, floor: Floor) -> None:
        """Redis answers: they are as late as the stream says."""
        floor.ground.touched |= {("sources", name) for name in self._unheard}
        self._unheard = set()

    def touched(self) -> Iterator[tuple[str, str]]:
        """What another floor knows nothing of."""
        return (("sources", name) for name in self._vitals)

    def entity(self, floor: Floor, kind: str, name: str) -> Document | None:
        """The floor's document, with what is known beside it."""
        row = kpis.entity(floor, kind, name)
        vitals = self._vitals.get(name) if kind == "sources" else None
        if row and kind == "sources" and name in self._unheard:
            row = {**row, "state": "late"}
        if vitals is None:
            return row
        if row and row["state"] == "live":  # whoever is heard lives, whatever its collector said seconds ago
            return {**row, "kind": vitals["kind"]}
        return {"state": "silent", **(row or {}), **vitals}  # nothing was ever heard of it
