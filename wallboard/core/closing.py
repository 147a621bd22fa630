"""What would a lead close? A contact or a person that a source forgot to end: a ghost."""

from wallboard.core.contactrow import Key
from wallboard.core.state import Floor


def sources_of(floor: Floor, contact: str) -> list[str]:
    """Where a contact of this name waits, is talked to or wrapped up now."""
    floor.settle()
    return sorted(source for source, names in floor.contacts.open.items() if contact in names)


def held_by(floor: Floor, agent: str) -> list[Key]:
    """The contacts that this person talks to and nobody else: they end when the person is not there."""
    floor.settle()
    return sorted(key for key in floor.people.agents[agent].items if _whose(floor, key) == {agent})


def source_of(floor: Floor, agent: str) -> str | None:
    """A source that calls this person so."""
    row = floor.people.agents[agent]
    return next((one for one in sorted(row.sources) if floor.settings.agent_of(one, agent) == agent), None)


def _whose(floor: Floor, key: Key) -> set[str]:
    """Who talks to it. Their wrap-ups end by themselves when they go offline."""
    return {leg.agent for leg in floor.contacts.contacts[key].story.legs if leg.ended_ms is None}
