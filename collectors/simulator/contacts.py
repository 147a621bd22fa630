"""How does one contact go? Waits, rings, is answered, held, handed on, ended, wrapped up, rated."""

from collectors.simulator.afterwards import note, rate
from collectors.simulator.messages import write, write_first
from collectors.simulator.world import Agent, Contact, Queue, World
from wallboard.core import events as said

DOOR_FULL = 15  # waiting in a spoken queue: further callers are turned away
RING_S = 18
CALLBACK_AFTER_S = 75
OVERFLOW_AFTER_S = 240


def enter(world: World, contact: Contact) -> None:
    """Into its queue: offered to somebody at once, or it waits."""
    queue, line = contact.queue, contact.queue.line
    if line.spoken and len(queue.waiting) >= DOOR_FULL:
        world.tell(said.Left, contact=contact.id, customer=contact.customer, queue=line.id, reason="full")
        return
    _step(contact)
    contact.began_ms = world.now_ms
    outbound = contact.channel == "callback"
    world.tell(
        said.Queued,
        contact=contact.id,
        customer=contact.customer,
        queue=line.id,
        channel=contact.channel,
        via=contact.via,
        direction="outbound" if outbound else "inbound",
    )
    queue.waiting.append(contact)
    if not line.spoken:
        write_first(world, contact)
    _plan_impatience(world, contact)
    _dispatch(world, queue)


def _dispatch(world: World, queue: Queue) -> None:
    """Offer the waiting to the free, the longest waiting to the longest free."""
    for contact in list(queue.waiting):
        if contact.agent is not None:
            continue
        free = [agent for agent in queue.members if agent.can_take(contact)]
        if not free:
            return
        _ring(world, contact, min(free, key=lambda agent: (len(agent.contacts), agent.free_since_ms)))


def free(world: World, agent: Agent) -> None:
    """The agent has a hand free: does what it put off, or takes the next contact."""
    agent.free_since_ms = world.now_ms
    if agent.then and not agent.contacts and not agent.ringing:
        put_off, agent.then = agent.then, None
        put_off()
        return
    for queue in sorted(agent.served, key=lambda queue: _urgency(world, queue), reverse=True):
        _dispatch(world, queue)


def set_presence(world: World, agent: Agent, paused_for: str | None) -> None:
    """Paused for this reason, or ready."""
    agent.ready, agent.paused_for = paused_for is None, paused_for
    presence = "paused" if paused_for else "ready"
    world.tell(said.PresenceSet, agent=agent.person.id, presence=presence, reason=paused_for)


def _urgency(world: World, queue: Queue) -> float:
    """How much of its target the longest wait has used up: a mail may wait longer than a caller."""
    return (world.now_ms - queue.waiting[0].began_ms) / queue.line.target[1] if queue.waiting else -1.0


def _step(contact: Contact) -> int:
    contact.turn += 1
    return contact.turn


# Waiting


def _plan_impatience(world: World, contact: Contact) -> None:
    line = contact.queue.line
    if contact.channel == "callback" or not line.patience_s:
        return
    began = contact.began_ms
    patience_s = world.between(1, 5) if world.often(0.03) else world.about(line.patience_s, 0.7)
    world.after(patience_s, _give_up, world, contact, began)
    if line.spoken and world.often(0.12):
        world.after(CALLBACK_AFTER_S, _ask_for_callback, world, contact, began)
    if line.spoken:
        world.after(OVERFLOW_AFTER_S, _overflow, world, contact, began)


def _waits(contact: Contact, began_ms: int) -> bool:
    return contact.began_ms == began_ms and contact in contact.queue.waiting


def _give_up(world: World, contact: Contact, began_ms: int) -> None:
    if _waits(contact, began_ms):
        world.tell(said.Abandoned, contact=contact.id, queue=contact.queue.line.id)
        _leave(world, contact)


def _ask_for_callback(world: World, contact: Contact, began_ms: int) -> None:
    if _waits(contact, began_ms) and contact.agent is None:
        world.tell(said.Left, contact=contact.id, queue=contact.queue.line.id, reason="callback")
        _leave(world, contact)
        later = Contact(world.key("c"), contact.customer, contact.queue, "callback")
        world.after(world.between(240, 1200), enter, world, later)


def _overflow(world: World, contact: Contact, began_ms: int) -> None:
    others = _other_spoken(world, contact.queue)
    if others and _waits(contact, began_ms) and contact.agent is None:
        world.tell(said.Left, contact=contact.id, queue=contact.queue.line.id, reason="overflow")
        _leave(world, contact)
        contact.queue = world.one_of(others)
        world.after(0.1, enter, world, contact)


def _leave(world: World, contact: Contact) -> None:
    """Out of the queue; whoever it rang at is free again."""
    _step(contact)
    contact.queue.waiting.remove(contact)
    agent, contact.agent = contact.agent, None
    if agent:
        agent.ringing = None
        world.after(0.1, free, world, agent)


# At an agent


def _ring(world: World, contact: Contact, agent: Agent) -> None:
    contact.agent, agent.ringing = agent, contact
    turn = _step(contact)
    world.tell(said.Ringing, contact=contact.id, agent=agent.person.id, queue=contact.queue.line.id)
    if world.often(0.04):
        world.after(RING_S, _miss, world, contact, turn)
    else:
        world.after(world.about(4, 0.6), _answer, world, contact, turn)


def _miss(world: World, contact: Contact, turn: int) -> None:
    agent = contact.agent
    if contact.turn != turn or agent is None:
        return
    _step(contact)
    queue = contact.queue
    world.tell(said.Missed, contact=contact.id, agent=agent.person.id, queue=queue.line.id, ring_s=RING_S)
    contact.agent = agent.ringing = None
    set_presence(world, agent, "missed")
    world.after(world.between(30, 90), _come_back, world, agent)
    _dispatch(world, queue)


def _come_back(world: World, agent: Agent) -> None:
    if agent.paused_for == "missed" and agent.then is None:
        set_presence(world, agent, None)
    free(world, agent)


def _answer(world: World, contact: Contact, turn: int) -> None:
    agent = contact.agent
    if contact.turn != turn or agent is None:
        return
    agent.ringing = None
    agent.contacts.append(contact)
    contact.queue.waiting.remove(contact)
    turn = _step(contact)
    world.tell(said.Answered, contact=contact.id, agent=agent.person.id, queue=contact.queue.line.id)
    length_s = max(8.0, world.about(contact.queue.line.talk_s))
    if contact.queue.line.spoken:
        _plan_talk(world, contact, turn, length_s)
    else:
        _plan_writing(world, contact, turn, length_s)
        free(world, agent)


def _plan_talk(world: World, contact: Contact, turn: int, length_s: float) -> None:
    if length_s > 60 and world.often(0.18):
        held_s = world.between(10, 45)
        world.after(length_s * 0.4, _hold, world, contact, turn, held_s)
        length_s += held_s
    handed_on = length_s > 45 and world.often(0.07) and _other_spoken(world, contact.queue)
    world.after(length_s, _transfer if handed_on else _end, world, contact, turn)


def _plan_writing(world: World, contact: Contact, turn: int, length_s: float) -> None:
    """Mail is answered once, at the end; others write to and fro."""
    if contact.channel == "email":
        world.after(length_s - 2, write, world, contact, "agent", turn)
    else:
        world.after(min(length_s / 3, world.about(20)), write, world, contact, "agent", turn)
    world.after(length_s, _end, world, contact, turn)


def _hold(world: World, contact: Contact, turn: int, length_s: float) -> None:
    if contact.turn == turn and contact.agent:
        world.tell(said.Held, contact=contact.id, agent=contact.agent.person.id)
        world.after(length_s, _resume, world, contact, turn)


def _resume(world: World, contact: Contact, turn: int) -> None:
    if contact.turn == turn and contact.agent:
        world.tell(said.Resumed, contact=contact.id, agent=contact.agent.person.id)


def _transfer(world: World, contact: Contact, turn: int) -> None:
    agent = contact.agent
    if contact.turn != turn or agent is None:
        return
    to = world.one_of(_other_spoken(world, contact.queue))
    world.tell(
        said.Transferred,
        contact=contact.id,
        agent=agent.person.id,
        queue=contact.queue.line.id,
        to_queue=to.line.id,
        kind=world.one_of(("blind", "attended")),
    )
    _step(contact)
    _plan_wrapup(world, contact, agent)
    onward = Contact(contact.id, contact.customer, to, contact.channel, turn=contact.turn)
    world.after(0.1, enter, world, onward)


def _end(world: World, contact: Contact, turn: int) -> None:
    agent = contact.agent
    if contact.turn != turn or agent is None:
        return
    _step(contact)
    ended_by = "customer" if world.often(0.6) else "agent"
    queue = contact.queue.line.id
    if contact.channel in ("chat", "messenger"):
        world.tell(said.Message, contact=contact.id, by="agent", agent=agent.person.id, queue=queue)
    world.tell(said.Ended, contact=contact.id, agent=agent.person.id, queue=queue, ended_by=ended_by)
    _plan_wrapup(world, contact, agent)
    if world.often(0.5):
        world.after(world.between(2, 8), note, world, contact, agent)
    if world.often(0.2):
        world.after(world.between(20, 120), rate, world, contact, agent)


def _plan_wrapup(world: World, contact: Contact, agent: Agent) -> None:
    """At most as long as the queue's limit, which is twice the mean; none for what was written."""
    mean_s = contact.queue.line.wrapup_s
    if mean_s:
        world.after(min(world.about(mean_s), 2 * mean_s - 1), _wrap, world, contact, agent)
    else:
        _let_go(world, contact, agent)


def _wrap(world: World, contact: Contact, agent: Agent) -> None:
    world.tell(said.Wrapped, contact=contact.id, agent=agent.person.id)
    _let_go(world, contact, agent)


def _let_go(world: World, contact: Contact, agent: Agent) -> None:
    agent.contacts.remove(contact)
    free(world, agent)


def _other_spoken(world: World, queue: Queue) -> list[Queue]:
    return [other for other in world.queues if other.line.spoken and other is not queue]
