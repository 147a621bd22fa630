"""What do other systems add to a story? What came of it, a mark, a tag: told late, of the contact as a whole."""

from wallboard.core import events as ev
from wallboard.core.deeds import Deed, Did
from wallboard.core.story import Story
from wallboard.core.visits import Mark, Result, Tag


def resulted(story: Story, event: ev.Outcome, at_ms: int) -> Deed:
    before = story.result or Result(0, None, None, None, None, None)
    story.result = Result(
        at_ms, story.home, story.last_agent, event.outcome or before.outcome, event.code or before.code,
        before.value if event.value is None else event.value,
    )  # fmt: skip
    return _noted(story, f"outcome {event.outcome or event.code or event.value}")


def rated(story: Story, event: ev.Rated, at_ms: int) -> Deed:
    queue, agent = story.named(event.queue) or story.home, event.agent and story.agent_of(event.agent)
    kind = event.kind or "csat"
    best = event.out_of
    story.marks = {**story.marks, kind: Mark(at_ms, queue, agent or story.last_agent, event.score, best)}
    return Deed(Did.NOTED, f"marked {event.score:g} of {best:g}")


def tagged(story: Story, event: ev.Tagged, at_ms: int) -> Deed:
    agent = story.agent_of(event.agent) if event.agent else story.last_agent
    if event.tag not in story.tags:
        story.tags = {**story.tags, event.tag: Tag(at_ms, story.home, agent)}
    return _noted(story, f"tagged {event.tag}")


def _noted(story: Story, words: str) -> Deed:
    if story.visits or story.legs:
        return Deed(Did.NOTED, words)
    return Deed(Did.NOTHING, f"{words}, but nothing else is known of this contact")
