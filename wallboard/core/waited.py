"""What do events of waiting make of a story? Into a queue, ringing at agents, answered or gone."""

from wallboard.core import events as ev
from wallboard.core.deeds import Deed, Did
from wallboard.core.story import Story
from wallboard.core.visits import Leg, Miss, Ring, SightedGone, SightedWaiting, Visit, wrap_up

FLOWED_OUT = frozenset({"timeout", "empty", "key", "full", "overflow", "transfer", "voicemail", "withdrawn"})


def queued(story: Story, event: ev.Queued, at_ms: int) -> Deed:
    queue = story.queue_of(event.queue)
    older = story.open_visit(queue)
    if isinstance(event, SightedWaiting) and (older or story.talks()):
        return Deed(Did.NOTHING, f"already known in {queue}")
    if older:
        end_visit(story, older, at_ms, "lost")
    # A visit cannot begin after it was told: `since` only reaches back.
    begun = min(event.since if event.since is not None else at_ms, at_ms)
    number = 1 + sum([visit.queue == queue for visit in story.visits])
    channel = event.channel or story.settings.for_queue(queue).channel
    story.visits.append(
        Visit(queue, number, channel, begun, event.direction, event.via, event.priority, event.customer)
    )
    return Deed(Did.OPENED_VISIT, f"opened visit {number} in {queue}")


def ringing(story: Story, event: ev.Ringing, at_ms: int) -> Deed:
    agent = story.agent_of(event.agent)
    visit = story.open_visit(story.named(event.queue), at_ms)
    if visit:
        visit.rings = {**visit.rings, agent: visit.rings.get(agent, at_ms)}
        return Deed(Did.RANG, f"rings at {agent} from {visit.queue}")
    if story.visits:
        return Deed(Did.NOTHING, f"rang nothing: no open visit{_within(event.queue)}")
    story.bare_rings = {**story.bare_rings, agent: story.bare_rings.get(agent, at_ms)}
    return Deed(Did.RANG, f"rings at {agent}")


def missed(story: Story, event: ev.Missed, at_ms: int) -> Deed:
    agent = story.agent_of(event.agent)
    queue = story.named(event.queue)
    visit = story.open_visit(queue, at_ms)
    story.stop_ringing(agent, at_ms)
    where = visit.queue if visit else queue or (story.visits[-1].queue if story.visits else None)
    story.missed += (Miss(at_ms, agent, where),)
    return Deed(Did.MISSED, f"missed by {agent}")


def answered(story: Story, event: ev.Answered, at_ms: int) -> Deed:
    agent = story.agent_of(event.agent)
    queue = story.named(event.queue)
    visit = story.open_visit(queue, at_ms) or story.lost_visit(queue, at_ms)
    if visit is None and any(leg.agent == agent and leg.ended_ms is None for leg in story.legs):
        return Deed(Did.NOTHING, f"answered nothing: {agent} already has it")
    if visit:
        corrected = visit.ended_ms is not None
        end_visit(story, visit, at_ms, "answered", event.wait_s)
        visit.agent = agent
    channel = event.channel or (visit.channel if visit else story.settings.for_queue(queue or "").channel)
    story.stop_bare_rings(at_ms)
    if visit is None and queue is None and story.visits:
        queue = story.visits[-1].queue
    for leg in story.legs:
        if leg.agent == agent and leg.awaits_end(at_ms):  # talks with them again
            wrap_up(leg, at_ms)
    story.legs.append(Leg(agent, visit.queue if visit else queue, channel, at_ms, visit is not None, since_ms=at_ms))
    if visit is None:
        return Deed(Did.OPENED_LEG, f"opened a direct leg of {agent}: no open visit{_within(event.queue)}")
    code = Did.CORRECTED if corrected else Did.OPENED_LEG
    return Deed(code, f"answered visit {visit.number} in {visit.queue} by {agent}")


def abandoned(story: Story, event: ev.Abandoned, at_ms: int) -> Deed:
    deed = _gone(story, event, at_ms, "abandoned", None)
    if deed.code is not Did.NOTHING and not story.is_under_way:
        story.unanswered_ms = None  # nobody waits for a reply any more
    return deed


def left(story: Story, event: ev.Left, at_ms: int) -> Deed:
    queue = story.named(event.queue)
    knows = any(visit.queue == queue for visit in story.visits)
    if queue and not knows and not isinstance(event, SightedGone):  # nobody turned away whom a listing left out
        story.refused += ((at_ms, queue),)
        return Deed(Did.REFUSED, f"refused at the door of {queue}: {event.reason}")
    return _gone(story, event, at_ms, _outcome(event.reason), event.reason)


def end_visit(
    story: Story, visit: Visit, at_ms: int, outcome: str, wait_s: float | None = None, reason: str | None = None
) -> None:
    """The end; where it corrects `lost`, the earlier instant stays unless the new one is earlier."""
    ended = at_ms if visit.ended_ms is None else min(visit.ended_ms, at_ms)
    visit.ended_ms = max(visit.begun_ms, ended)
    if visit.rings:
        for agent, since_ms in visit.rings.items():
            story.rung += (Ring(agent, since_ms, at_ms),)
        visit.rings = {}
    visit.outcome, visit.reason = outcome, reason
    visit.stated_wait_ms = visit.stated_wait_ms if wait_s is None else round(wait_s * 1000)


def _gone(story: Story, event: ev.Abandoned | ev.Left, at_ms: int, outcome: str, reason: str | None) -> Deed:
    queue = story.named(event.queue)
    visit = story.open_visit(queue, at_ms)
    code = Did.ENDED_VISIT
    if visit is None:
        visit = story.lost_visit(queue, at_ms) if outcome != "lost" else None
        code = Did.CORRECTED
    if visit is None:
        return Deed(Did.NOTHING, f"ended nothing: no open visit{_within(event.queue)}")
    end_visit(story, visit, at_ms, outcome, event.wait_s, reason)
    return Deed(code, f"ended visit {visit.number} in {visit.queue}: {reason or outcome}")


def _outcome(reason: str) -> str:
    if reason in FLOWED_OUT:
        return "flowed_out"
    return "callback" if reason == "callback" else "lost"


def _within(queue: str | None) -> str:
    return f" in {queue}" if queue else ""
