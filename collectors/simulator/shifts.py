"""When is an agent there? Signs in, takes breaks with a reason, signs out, and comes again."""

from functools import partial

from collectors.simulator.contacts import free, set_presence
from collectors.simulator.world import SECOND_MS, Agent, World
from wallboard.core import events as said

# reason, least and most minutes; listed as often as they happen
BREAKS = (
    *[("break", 5, 13)] * 6,
    *[("coaching", 9, 18)] * 2,
    ("training", 14, 28),
    ("lunch", 26, 38),
)
COMING_S = 240  # within which everybody signs in at the start


def begin(world: World) -> None:
    for agent in world.agents:
        world.after(world.between(0, COMING_S), _sign_in, world, agent)


def _sign_in(world: World, agent: Agent) -> None:
    person = agent.person
    agent.ends_ms = world.now_ms + round(world.between(3, 8) * 3600 * SECOND_MS)
    world.tell(
        said.SignedIn,
        agent=person.id,
        name=person.name,
        team=person.team,
        queues=person.queues,
        slots=person.slots,
    )
    world.after(world.between(3, 20), _get_ready, world, agent)


def _get_ready(world: World, agent: Agent) -> None:
    set_presence(world, agent, None)
    world.after(world.between(25, 110) * 60, _tire, world, agent)
    free(world, agent)


def _tire(world: World, agent: Agent) -> None:
    """Time for a break or for home: after the running contacts. Some press pause while still talking."""
    if world.now_ms >= agent.ends_ms:
        agent.then = partial(_sign_out, world, agent)
    else:
        reason, least, most = world.one_of(BREAKS)
        if agent.ready and world.often(0.4):
            set_presence(world, agent, reason)
        agent.then = partial(_rest, world, agent, reason, world.between(least, most) * 60)
    if not agent.contacts and not agent.ringing:
        free(world, agent)


def _rest(world: World, agent: Agent, reason: str, length_s: float) -> None:
    if agent.paused_for != reason:
        set_presence(world, agent, reason)
    world.after(length_s, _get_ready, world, agent)


def _sign_out(world: World, agent: Agent) -> None:
    agent.ready, agent.paused_for = False, None
    world.tell(said.SignedOut, agent=agent.person.id)
    world.after(world.between(8, 25) * 60, _sign_in, world, agent)
