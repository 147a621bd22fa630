"""What is kept of a contact? Its events until it is at rest, the story that they tell, and what that adds."""

from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import NamedTuple

from msgspec import Struct, msgpack

from wallboard.core import events as ev
from wallboard.core.facts import NOT_LIVE, Fact, Live
from wallboard.core.settings import Settings
from wallboard.core.story import Story
from wallboard.core.telling import step
from wallboard.core.visits import SightedGone, SightedWaiting, SignedOff

Key = tuple[str, str]  # (source, contact)
Told = tuple[int, int, ev.Event]  # (time in ms, order of arrival, event)
Kept = tuple[int, int, ev.Told | ev.Own | SightedWaiting | SightedGone | SignedOff]  # the same, as a checkpoint has it

_ALONE = "\0"  # stands in no name

ARRIVALS = 50  # the history is written every few seconds: of one contact or agent fewer are told between two writings

_kept = msgpack.Decoder(list[Kept])


class Contact(Struct, eq=False, gc=False):
    """A contact's events until 15 minutes after it ended; then only what they told remains.

    `base`: what earlier events told, settled; `events` come after it, and `story` is all of it. `packed`: the events
    as a checkpoint has them, until somebody asks for them; of most nobody does.
    """

    key: Key
    story: Story
    chunk: str  # of the checkpoint that it is stored in
    heard_ms: int = 0  # when its last event arrived
    rests: bool = False  # whether its putting away is waited for
    packed: bytes | None = None
    facts: list[Fact] = []
    live: Live = NOT_LIVE
    base: Story | None = None
    _events: list[Told] = []

    @property
    def events(self) -> list[Told]:
        return self._events if self.packed is None else self.unpack()

    def unpack(self) -> list[Told]:
        """Raises msgspec.DecodeError where another vocabulary wrote them."""
        if self.packed is not None:
            self._events, self.packed = list(_kept.decode(self.packed)), None
        return self._events

    @property
    def is_put_away(self) -> bool:
        """Only what its events told remains."""
        return self.packed is None and not self._events

    def put_away(self) -> None:
        self.base, self._events, self.packed = self.story, [], None
        self.facts, self.live = [], NOT_LIVE


def alone(source: str, event_id: str | None, order: int) -> str:
    """The name under which a mark of no contact stands for itself; two sources may use one id."""
    return f"{_ALONE}{source}{_ALONE}{event_id}" if event_id else f"{_ALONE}{order}"


def is_alone(key: Key) -> bool:
    """Whether it is a mark of no contact: no event may name it so."""
    return key[1].startswith(_ALONE)


class Listing(NamedTuple):
    """Who waited where at a source's last whole truth: (queue, contact)."""

    at_ms: int
    waiting: frozenset[tuple[str, str]]


def last_arrivals(events: Iterable[Told]) -> list[int]:
    """The orders of the last of them that arrived: only what arrived after the last writing can differ from it."""
    return sorted({order for _, order, _ in events})[-ARRIVALS:]


def stories_before(contact: Contact, settings: Settings) -> Iterator[Story]:
    """As it was before each of the events that arrived last, those before them told once."""
    orders = last_arrivals(contact.events)
    same = contact.base.copied(settings) if contact.base else Story(contact.key[0], settings)
    early = list(takewhile(lambda one: one[1] < orders[0], contact.events))
    for at_ms, _, event in early:
        step(same, event, at_ms)
    for last in orders:
        story = same.copied(settings)
        for at_ms, order, event in contact.events[len(early) :]:
            if order < last:
                step(story, event, at_ms)
        yield story
