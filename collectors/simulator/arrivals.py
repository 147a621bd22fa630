"""When do customers come, and who are they? A day's shape, waves, storms, and people who call again."""

import math

from collectors.simulator.contacts import enter
from collectors.simulator.world import Contact, Queue, World

HOUR_MS = 3_600_000
# Of the average, by hour UTC. The centre serves three continents: there is no dead hour, but there are peaks.
SHAPE = (
    0.85, 0.90, 0.95, 0.95, 0.90, 0.92, 1.00, 1.08, 1.15, 1.18, 1.12, 1.02,
    0.95, 1.02, 1.12, 1.15, 1.10, 1.02, 0.96, 0.92, 0.90, 0.92, 0.90, 0.86,
)  # fmt: skip
WAVE = 0.18
WAVE_MS = 50 * 60_000
STORM = 1.9  # times the usual arrivals of one queue
MOST = max(SHAPE) * (1 + WAVE) * STORM
SERVICES = ("whatsapp", "whatsapp", "telegram", "viber")


def begin(world: World, per_hour: float) -> None:
    """Start every queue's arrivals: `per_hour` contacts over all queues, on average."""
    shares = sum(queue.line.share for queue in world.queues)
    for queue in world.queues:
        per_second = per_hour * queue.line.share / shares / 3600
        world.after(world.until_next(per_second * MOST), _arrive, world, queue, per_second)
    world.after(world.between(1500, 2700), _storm, world)


def level(now_ms: int) -> float:
    """How busy this moment is, 1 being the average: the hour's shape, blended, times a slow wave."""
    hour, part = divmod(now_ms % (24 * HOUR_MS), HOUR_MS)
    share = part / HOUR_MS
    shape = SHAPE[hour] * (1 - share) + SHAPE[(hour + 1) % 24] * share
    return shape * (1 + WAVE * math.sin(2 * math.pi * now_ms / WAVE_MS))


def _arrive(world: World, queue: Queue, per_second: float) -> None:
    """Thinning: candidates come at the highest rate, and as many as the moment allows are let in."""
    world.after(world.until_next(per_second * MOST), _arrive, world, queue, per_second)
    if world.often(level(world.now_ms) * queue.storm / MOST):
        via = world.one_of(SERVICES) if queue.line.channel == "messenger" else None
        enter(world, Contact(world.key("c"), _customer(world), queue, queue.line.channel, via))


def _customer(world: World) -> str:
    """One in six was here lately."""
    if world.customers and world.often(1 / 6):
        return world.one_of(world.customers)
    customer = world.key("k")
    world.customers.append(customer)
    return customer


def _storm(world: World) -> None:
    queue = world.one_of(world.queues)
    queue.storm = STORM
    world.after(world.between(300, 540), _calm, queue)
    world.after(world.between(1500, 3300), _storm, world)


def _calm(queue: Queue) -> None:
    queue.storm = 1.0
