"""Who writes when, in a chat, a messenger or a mail?"""

from collectors.simulator.world import Contact, World
from wallboard.core import events as said


def write_first(world: World, contact: Contact) -> None:
    """What the customer wants; in a chat a bot greets, and a person is waited for all the same."""
    for by in ("customer", "bot") if contact.channel == "chat" else ("customer",):
        world.tell(said.Message, contact=contact.id, by=by, queue=contact.queue.line.id)


def write(world: World, contact: Contact, by: str, turn: int) -> None:
    """A message; the other side replies."""
    if contact.turn != turn or contact.agent is None:
        return
    agent = contact.agent.person.id if by == "agent" else None
    world.tell(said.Message, contact=contact.id, by=by, agent=agent, queue=contact.queue.line.id)
    if contact.channel != "email":
        other = "customer" if by == "agent" else "agent"
        world.after(world.about(45), write, world, contact, other, turn)
