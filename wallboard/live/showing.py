"""Which views show an entity? Looked up once, and again only when a board or what decides it has changed."""

from collections.abc import Collection, Hashable, Mapping
from typing import Any

from wallboard.live.channel import Channel
from wallboard.live.pipeline import Change

Document = dict[str, Any]


class Showing:
    """The inverted index from entity to channels."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], tuple[Hashable, frozenset[Channel]]] = {}

    def clear(self) -> None:
        """Boards, channels or settings have changed."""
        self._found = {}

    def of(self, change: Change, channels: Mapping[str, Channel]) -> tuple[Collection[Channel], Collection[Channel]]:
        """Channels that show it now, and those that showed it until now."""
        key = (change.kind, change.id)
        if change.new is None:
            gone = self._found.pop(key, None)
            return (), gone[1] if gone else channels.values()
        decides = _decides(change.kind, change.new)
        found = self._found.get(key)
        if found is not None and found[0] == decides:
            return found[1], ()
        shows = frozenset(one for one in channels.values() if one.view.includes(*key, change.new))
        before = set(channels.values()) if found is None else found[1]
        self._found[key] = decides, shows
        return shows, before - shows


def _decides(kind: str, row: Document) -> Hashable:
    """What `View.includes` looks at beside kind and name."""
    if kind == "queues":
        return row.get("team")
    if kind == "agents":
        return row.get("team"), tuple(row["queues"])
    if kind == "notices":
        return tuple(row.get("boards", ()))
    if kind == "alerts":
        return row.get("team"), row["kind"], row["of"], row.get("metric")
    return "agent" in row, row.get("team")
