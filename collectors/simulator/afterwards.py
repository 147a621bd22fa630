"""What is known of a contact only when it is over? What it was about, whether it succeeded, the customer's mark."""

from collectors.simulator.world import Agent, Contact, World
from wallboard.core import events as said

CODES = ("delivery", "invoice", "order", "technical", "contract")


def note(world: World, contact: Contact, agent: Agent) -> None:
    """What it was about and whether it succeeded; sales have a sum."""
    success = world.often(0.78)
    sold = contact.queue.line.id.startswith("sales") and success
    value = round(world.about(90), 2) if sold else None
    if value:
        world.sales.append((world.now_ms, value))
    world.tell(
        said.Outcome,
        contact=contact.id,
        outcome="success" if success else "failure",
        code=world.one_of(CODES),
        value=value,
    )
    if world.often(0.14):
        tag = "thanks" if world.often(0.7) else "hostile"
        world.tell(said.Tagged, contact=contact.id, tag=tag, agent=agent.person.id)


def rate(world: World, contact: Contact, agent: Agent) -> None:
    score = world.one_of((5, 5, 5, 5, 4, 4, 4, 3, 2, 1))
    world.tell(
        said.Rated,
        contact=contact.id,
        queue=contact.queue.line.id,
        agent=agent.person.id,
        score=score,
        kind="csat",
    )
