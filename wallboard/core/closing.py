"""What would a lead close? A contact or a person that a source forgot to end: a ghost."""

from wallboard.core.contactrow import Key
from wallboard.core.state import Floor

IN_HAND = frozenset({"engaged", "holding"})


def sources_of(floor: Floor, contact: str) -> list[str]:
    """Where a contact of this name waits or is talked to now."""
    floor.settle()
    return sorted(source for source, names in floor.contacts.open.items() if contact in names)


def held_by(floor: Floor, agent: str) -> list[Key]:
    """The contacts that this person talks to and nobody else does: they end when the person is not there."""
    floor.settle()
    items = floor.people.agents[agent].items
    return sorted(
        key for key, held in items.items() if any(one.state in IN_HAND for one in held) and _alone(floor, key)
    )


def source_of(floor: Floor, agent: str) -> str | None:
    """A source that calls this person so."""
    row = floor.people.agents[agent]
    return next((one for one in sorted(row.sources) if floor.settings.agent_of(one, agent) == agent), None)


def _alone(floor: Floor, key: Key) -> bool:
    return len({leg.agent for leg in floor.contacts.contacts[key].story.legs if leg.ended_ms is None}) == 1
