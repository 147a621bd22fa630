"""Which views show an entity? Looked up once, and again only when a board or what decides it has changed."""

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from wallboard.live.allowed import Allowed
from wallboard.live.channel import Channel
from wallboard.live.documents import Change

Document = dict[str, Any]
Alike = list[list[Channel]]  # those of one list see alike: what is worked out for one of them holds for all


class Showing:
    """The inverted index from entity to channels."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], tuple[Hashable, Alike]] = {}

    def clear(self) -> None:
        """Boards, channels or settings have changed."""
        self._found = {}

    def shows(self, change: Change, channels: Mapping[tuple[str, int], Channel]) -> bool:
        """Whether a channel shows it now."""
        if change.brief is None:
            return True
        key = (change.kind, change.id)
        found = self._found.get(key)
        if found is not None and found[0] == _decides(change.kind, change.brief):
            return bool(found[1])
        return any(one.view.includes(*key, change.brief) for one in channels.values())

    def of(self, change: Change, channels: Mapping[tuple[str, int], Channel]) -> tuple[Alike, Alike]:
        """Channels that show it now, and those that showed it until now."""
        key = (change.kind, change.id)
        if change.brief is None:
            gone = self._found.pop(key, None)
            return [], gone[1] if gone else _alike(channels.values())
        decides = _decides(change.kind, change.brief)
        found = self._found.get(key)
        if found is not None and found[0] == decides:
            return found[1], []
        shows = {one for one in channels.values() if one.view.includes(*key, change.brief)}
        before = channels.values() if found is None else (one for alike in found[1] for one in alike)
        self._found[key] = decides, _alike(shows)
        return self._found[key][1], _alike(one for one in before if one not in shows)


def _alike(channels: Iterable[Channel]) -> Alike:
    found: dict[Allowed, list[Channel]] = {}
    for channel in channels:
        found.setdefault(channel.view.allowed, []).append(channel)
    return [*found.values()]


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
