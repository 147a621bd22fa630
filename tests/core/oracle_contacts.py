"""Which contacts are there, by definition? Each of each source, its events in order of time.

CONTRACT section 1: within 15 minutes events come in any order, and the story is told again. docs/design.md: 15 minutes
after it ended only what they told stays, and one that comes later goes on from there, wherever it happened.
"""

from collections.abc import Callable, Iterable
from typing import Any

from oracle import MINUTE, Told, goes_offline, kind, without_repeats
from oracle_parts import Rule

LATE = 15 * MINUTE


class Life:
    """One contact, as it is heard of."""

    def __init__(self, name: tuple[str, str], rules: dict[str, Rule], arrived: Callable[[Any], int]) -> None:
        self.name, self.rules, self.arrived = name, rules, arrived
        self.settled: list[Any] = []  # in the order in which they count
        self.lately: list[Any] = []  # in order of arrival: equal times keep it

    def story(self) -> Told:
        """What is in it is told of the contact, but for who went offline."""
        told = [*self.settled, *sorted(self.lately, key=lambda event: event.time)]
        story = Told(self.name, [(event.time, event) for event in told], self.rules)
        story.heard = max(
            (event.time for event in told if not goes_offline(event)), default=0
        )  # nobody told that of it
        return story

    def over(self) -> int:
        """When it last added something."""
        story = self.story()
        return max([story.heard, *(talk.closed for talk in story.talks if talk.closed is not None)])

    def rests(self, at: int) -> bool:
        """15 minutes after its last event, told and arrived."""
        since = max((self.arrived(event) for event in self.lately), default=0)
        return since + LATE < at and self.story().is_over(at) and self.over() + LATE < at

    def pass_to(self, at: int) -> None:
        if self.lately and self.rests(at):
            self.settled += sorted(self.lately, key=lambda event: event.time)
            self.lately = []

    def hear(self, event: Any, others: list[Any]) -> None:
        """`others`: what came before it of its source and of agents, which ends what it tells from before them."""
        self.pass_to(self.arrived(event))
        late = [one for one in others if one.time > event.time and one not in self.lately]
        self.lately = sorted([*self.lately, event, *late], key=self.arrived)

    def hear_other(self, event: Any) -> None:
        """Its source started anew, or somebody went offline."""
        self.pass_to(self.arrived(event))
        story = self.story()
        if goes_offline(event):
            told = {talk.agent for talk in story.talks if self.rules.get(talk.queue or "", Rule()).wrapup_told}
            concerns = event.agent in told
        else:
            runs = not story.is_over(event.time) or self.over() > event.time
            concerns = story.asked is not None or (bool(self.lately) and runs)
        if concerns:
            self.lately.append(event)


def contacts(
    events: Iterable[Any],
    rules: dict[str, Rule],
    arrived: Callable[[Any], int],
    forgets: Iterable[tuple[int, int]] = (),
) -> list[Told]:
    """`events` in order of arrival, and when each did. `forgets`: (when, what was over before which instant): whoever
    comes again after it is another contact."""
    lives, found = dict[tuple[str, str], Life](), list[Told]()
    others, turns = list[Any](), list(forgets)
    for event in without_repeats(events):
        while turns and turns[0][0] <= arrived(event):
            found += forgotten(lives, *turns.pop(0))
        is_restart = kind(event) == "source.restarted"
        if is_restart or goes_offline(event):
            others.append(event)
            for name, life in lives.items():
                if not is_restart or name[0] == event.source:
                    life.hear_other(event)
        elif kind(event).startswith("contact."):
            name = name_of(event)
            life = lives.setdefault(name, Life(name, rules, arrived))
            life.hear(event, [one for one in others if goes_offline(one) or one.source == name[0]])
    for turn in turns:
        found += forgotten(lives, *turn)
    return found + [life.story() for life in lives.values()]


def forgotten(lives: dict[tuple[str, str], Life], at: int, before: int) -> list[Told]:
    """Over, wrap-up too, and at rest."""
    found = []
    for name, life in list(lives.items()):
        life.pass_to(at)
        if not life.lately and life.over() < before:
            found.append(lives.pop(name).story())
    return found


def name_of(event: Any) -> tuple[str, str]:
    """Of which contact it tells; a mark of no contact stands for itself."""
    return getattr(event, "contact_source", None) or event.source, event.contact or f"mark {id(event)}"
