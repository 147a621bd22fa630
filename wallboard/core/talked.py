"""What do events of talking make of a story? Hold, messages, the end and wrap-up of legs."""

from wallboard.core import events as ev
from wallboard.core.deeds import Deed, Did
from wallboard.core.story import Story
from wallboard.core.visits import (
    REPLACE_LOST_MS,
    WRAPUP_MOST_MS,
    Leg,
    Reply,
    SignedOff,
    Visit,
    give_up_wrap_up,
    wrap_up,
)
from wallboard.core.waited import end_visit


def held(story: Story, event: ev.Held | ev.Resumed, at_ms: int) -> Deed:
    leg = story.open_leg(story.agent_of(event.agent))
    if leg is None:
        return Deed(Did.NOTHING, f"{ev.type_of(event)} of nothing: no open leg of {event.agent}")
    if leg.state == "holding":
        leg.hold_ms += at_ms - leg.since_ms
    leg.state = "holding" if isinstance(event, ev.Held) else "engaged"
    leg.since_ms = at_ms
    return Deed(Did.CHANGED_LEG, f"{leg.state} at {leg.agent}")


def message(story: Story, event: ev.Message, at_ms: int) -> Deed:
    if event.by == "customer" and story.unanswered_ms is None:
        story.unanswered_ms = at_ms
    elif event.by == "agent":
        if story.unanswered_ms is not None and (queue := story.home):
            story.replies += (Reply(at_ms, story.unanswered_ms, queue, not story.replies),)
        story.unanswered_ms = None
    return Deed(Did.NOTED, f"message by {event.by}")


def ended(story: Story, event: ev.Ended | ev.Transferred, at_ms: int) -> Deed:
    agent = story.agent_of(event.agent) if event.agent else None
    queue = story.named(event.queue)
    legs = _legs_that_end(story, agent, queue, at_ms)
    for leg in legs:
        _end_leg(story, leg, event, at_ms)
        if len(legs) == 1 or queue == leg.queue:  # of several it is not known whose wait that was
            _state_wait(story, leg, event.wait_s)
    waiting: list[Visit] = []
    if isinstance(event, ev.Ended) and (agent is None or not any(leg.agent == agent for leg in story.legs)):
        waiting = [v for v in story.visits if v.ended_ms is None and queue in (None, v.queue) and v.begun_ms <= at_ms]
        for visit in waiting:
            end_visit(story, visit, at_ms, "lost", event.wait_s)
        story.stop_bare_rings(at_ms)
    if agent is None or (legs and isinstance(event, ev.Ended) and not story.is_under_way):
        story.unanswered_ms = None
    if legs:
        return Deed(Did.ENDED_LEG, f"ended leg of {', '.join([leg.agent for leg in legs])}")
    if waiting:
        return Deed(Did.ENDED_VISIT, f"ended visit {waiting[-1].number} in {waiting[-1].queue}: lost")
    return Deed(Did.NOTHING, "ended nothing: no open leg")


def wrapped(story: Story, event: ev.Wrapped, at_ms: int) -> Deed:
    agent = story.agent_of(event.agent)
    leg = next((leg for leg in reversed(story.legs) if leg.agent == agent), None)
    if leg is None:
        return Deed(Did.NOTHING, f"wrapped nothing: no leg of {agent}")
    if leg.ended_ms is None:
        _end_leg(story, leg, ev.Ended(contact=event.contact), at_ms)
        story.unanswered_ms = story.unanswered_ms if story.is_under_way else None
    wrap_up(leg, at_ms)
    if event.wrapup_s is not None:
        leg.wrapup_ms = round(event.wrapup_s * 1000)
    return Deed(Did.CHANGED_LEG, f"wrapped up by {agent}")


def signed_off(story: Story, event: SignedOff, at_ms: int) -> Deed:
    agent = story.agent_of(event.agent)
    legs = [leg for leg in story.legs if leg.agent == agent and leg.awaits_end(at_ms)]
    for leg in legs:
        give_up_wrap_up(leg, at_ms)
    return Deed(Did.CHANGED_LEG if legs else Did.NOTHING, f"ended {len(legs)} wrap-ups of {agent}")


def closed_whole(story: Story, event: ev.ContactCorrected, at_ms: int) -> Deed:
    queue = story.named(event.queue)
    visits = [v for v in story.visits if v.ended_ms is None and queue in (None, v.queue)]
    legs = [leg for leg in story.legs if leg.ended_ms is None and queue in (None, leg.queue)]
    for visit in visits:
        end_visit(story, visit, at_ms, "lost")
    for leg in legs:
        leg.ended_ms = leg.closed_ms = at_ms
        leg.lost = True
    wrapped_up = [leg for leg in story.legs if leg.awaits_end(at_ms) and queue in (None, leg.queue)]
    for leg in wrapped_up:
        give_up_wrap_up(leg, at_ms)
    story.stop_bare_rings(at_ms)
    story.unanswered_ms = None
    if visits or legs or wrapped_up:
        more = f", and {len(wrapped_up)} wrap-ups" if wrapped_up else ""
        return Deed(Did.ENDED_VISIT, f"ended {len(visits)} visits and {len(legs)} legs as lost{more}")
    return Deed(Did.NOTHING, "ended nothing: nothing was open")


def _legs_that_end(story: Story, agent: str | None, queue: str | None, at_ms: int) -> list[Leg]:
    """The running ones; else those that were given up as lost less than 15 minutes ago."""
    running: list[Leg] = []
    lost: list[Leg] = []
    for leg in story.legs:
        if leg.agent == agent if agent is not None else queue in (None, leg.queue):
            if leg.ended_ms is None:
                running.append(leg)
            elif leg.lost and at_ms - leg.ended_ms <= REPLACE_LOST_MS:
                lost.append(leg)
    return running or lost


def _end_leg(story: Story, leg: Leg, event: ev.Ended | ev.Transferred, at_ms: int) -> None:
    if leg.state == "holding":
        leg.hold_ms += at_ms - leg.since_ms
    if event.hold_s is not None:
        leg.hold_ms = round(event.hold_s * 1000)
    leg.talk_ms = max(0, at_ms - leg.begun_ms - leg.hold_ms)
    if event.talk_s is not None:
        leg.talk_ms = round(event.talk_s * 1000)
    leg.transferred, leg.lost = isinstance(event, ev.Transferred), False
    queue = story.settings.for_queue(leg.queue or "")
    leg.ended_ms = leg.since_ms = at_ms
    leg.state = "wrapup"
    wrap_up(leg, at_ms + round(queue.wrapup_s * 1000))
    if queue.wrapup_told:
        leg.untold, leg.closed_ms = True, at_ms + max(leg.wrapup_ms, WRAPUP_MOST_MS)


def _state_wait(story: Story, leg: Leg, wait_s: float | None) -> None:
    """How long it had waited, where its end says so and its answer did not."""
    if wait_s is None or not leg.waited:
        return
    of = ("answered", leg.agent, leg.queue)
    mine = [visit for visit in story.visits if (visit.outcome, visit.agent, visit.queue) == of]
    before = [visit for visit in mine if (visit.ended_ms or 0) <= leg.begun_ms]
    if before and before[-1].stated_wait_ms is None:
        before[-1].stated_wait_ms = round(wait_s * 1000)
