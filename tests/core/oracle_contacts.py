"""Which contacts are there, by definition? Each of each source, read in order of time."""

from collections.abc import Iterable
from typing import Any

from oracle import Told, goes_offline, kind, without_repeats
from oracle_parts import Rule


def contacts(
    events: Iterable[Any], rules: dict[str, Rule], forgets: Iterable[tuple[int, int]] = (), arrived: Any = None
) -> list[Told]:
    """Each contact of each source, its events in order of time. `forgets`: (when, what was over before which instant):
    whoever comes again after it is another contact. `arrived`: when an event did."""
    told: dict[tuple[str, str], list[tuple[int, Any]]] = {}
    place: dict[int, int] = {}
    restarts: dict[str, list[tuple[int, Any]]] = {}
    offs = list[tuple[int, Any]]()
    for nth, event in enumerate(without_repeats(events)):
        place[id(event)] = nth
        if kind(event) == "source.restarted":
            restarts.setdefault(event.source, []).append((event.time, event))
        elif goes_offline(event):
            offs.append((event.time, event))
        elif kind(event).startswith("contact."):
            told.setdefault(name_of(event), []).append((event.time, event))

    def read(name: tuple[str, str], mine: list[tuple[int, Any]]) -> Told:
        return Told(name, in_order([*mine, *offs, *restarts.get(name[0], [])]), rules)

    def in_order(these: list[tuple[int, Any]]) -> list[tuple[int, Any]]:
        """Equal times keep their order of arrival."""
        return sorted(these, key=lambda one: (one[0], place[id(one[1])]))

    def was_over(name: tuple[str, str], mine: list[tuple[int, Any]], before: int) -> bool:
        """Over, wrap-up too, and nothing was told of it later."""
        story = read(name, mine)
        ended = [talk.closed for talk in story.talks if talk.closed is not None]
        ended += [
            at
            for at, _ in restarts.get(name[0], [])
            if not Told(
                name,
                in_order([*mine, *offs, *(one for one in restarts[name[0]] if one[0] < at)]),
                rules,
            ).is_over(at)
        ]
        return max([at for at, _ in mine] + ended) < before and story.is_over(before)

    found: list[Told] = []
    for name, mine in told.items():
        rest = mine
        for at, before in forgets:
            past = [one for one in rest if arrived(one[1]) < at]
            if past and was_over(name, past, before):
                found.append(read(name, past))
                rest = [one for one in rest if arrived(one[1]) >= at]
        found += [read(name, rest)] if rest else []
    return found


def name_of(event: Any) -> tuple[str, str]:
    """Of which contact it tells; a mark of no contact stands for itself."""
    return getattr(event, "contact_source", None) or event.source, event.contact or f"mark {id(event)}"
