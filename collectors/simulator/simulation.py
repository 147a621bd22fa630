"""A believable contact centre as events, from a seed: the same seed and start always tell the same day."""

from collections.abc import Iterator

from collectors.simulator import arrivals, news, shifts
from collectors.simulator.centre import lines, people, suitable_rate
from collectors.simulator.world import World
from wallboard.core.events import Event

AGENTS = 12
QUEUES = 5


def simulate(
    seed: int = 1,
    agents: int = AGENTS,
    queues: int = QUEUES,
    rate: float | None = None,
    start_ms: int = 0,
) -> Iterator[Event]:
    """Without end, in order of time, from `start_ms`. `rate`: contacts an hour, by default what suits."""
    of = lines(queues)
    world = World(seed, of, people(agents, of), start_ms)
    shifts.begin(world)
    arrivals.begin(world, rate or suitable_rate(agents, of))
    news.begin(world)
    return world.run()
