"""Which contacts were the last of a queue or a person, by what came of them? Those at rest, for whoever asks later.

Among all contacts the newest are of the busy queues; of a quiet one the last may be hours and ten thousands ago.
"""

from collections.abc import Collection, Container, Iterator
from itertools import chain

from wallboard.core.contactrow import Key
from wallboard.core.story import Story

KEPT = 20  # of each


class Latest:
    """In the order in which they came to rest."""

    def __init__(self) -> None:
        self._of: dict[tuple[str, str, str], list[Key]] = {}  # (kind, id, what) → contacts

    def keep(self, key: Key, story: Story) -> None:
        for visit in story.visits:
            self._put("queues", visit.queue, visit.outcome or "", key)
        for leg in story.legs:
            self._both(leg.queue, leg.agent, "leg", key)
        for miss in story.missed:
            self._both(miss.queue, miss.agent, "missed", key)
        for _, queue in story.refused:
            self._put("queues", queue, "refused", key)
        for reply in story.replies:
            self._put("queues", reply.queue, "reply", key)
        for name, tag in story.tags.items():
            self._both(tag.queue, tag.agent, f"tags.{name}", key)
        for mark in story.marks.values():
            self._both(mark.queue, mark.agent, "rated", key)
        if story.result:
            self._both(story.result.queue, story.result.agent, "result", key)

    def of(self, kind: str, names: Collection[str]) -> Iterator[Key]:
        """Those of any of these `queues` or `agents`; some may be forgotten since, or stand twice."""
        return chain.from_iterable(
            reversed(keys) for (of, name, _), keys in self._of.items() if of == kind and name in names
        )

    def forget(self, known: Container[Key]) -> None:
        """Whoever is not known any more."""
        left = {of: [key for key in keys if key in known] for of, keys in self._of.items()}
        self._of = {of: keys for of, keys in left.items() if keys}

    def clear(self) -> None:
        self._of = {}

    def _both(self, queue: str | None, agent: str | None, what: str, key: Key) -> None:
        if queue:
            self._put("queues", queue, what, key)
        if agent:
            self._put("agents", agent, what, key)

    def _put(self, kind: str, name: str, what: str, key: Key) -> None:
        keys = self._of.setdefault((kind, name, what), [])
        if not keys or keys[-1] != key:
            keys.append(key)
            del keys[:-KEPT]
