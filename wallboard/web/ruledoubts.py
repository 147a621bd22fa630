"""What in a rule is probably a slip of the pen? Said to whoever writes it, in their language; it is saved all the same.

A name that nobody has seen, a limit that its number never or always passes, no word of what to do, people of whom many
are told.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from wallboard.core.errors import Mistake
from wallboard.core.limits import Reach
from wallboard.core.rules import MOST_NAMED, NAMING, Rule
from wallboard.core.select import any_selected, is_pattern
from wallboard.core.words import nearest
from wallboard.live.documents import briefs
from wallboard.record.ruletext import SECTION
from wallboard.tables import path
from wallboard.web.problems import COMPARED
from wallboard.web.wiring import Parts
from wallboard.web.words import Words

_REACHES: dict[Reach, str] = {"never": "rules.doubt.never", "always": "rules.doubt.always"}
MOST_UNSEEN = 20  # that are named of one rule
Seen = Mapping[str, set[str]]


def seen_of(parts: Parts, rule: Rule) -> Seen:
    """By the rule's key: what the floor has seen of it now, or is configured."""
    return {kind: _known(parts, kind) for kind in NAMING if getattr(rule, kind)}


def doubts(parts: Parts, name: str, rule: Rule, seen: Seen, page: Words) -> list[Mistake]:
    """Warnings, each with the key that it is about. Hundreds of patterns among thousands of names take a while."""
    at = path(SECTION, name)
    unseen = islice(_names(seen, rule, page), MOST_UNSEEN)
    found = [*_limits(rule, page), *unseen, *_readers(parts, rule, page)]
    if rule.action is None:
        found.append(("", page("rules.doubt.action")))
    return [Mistake("$", f"{at}.{key}" if key else at, reason, warning=True) for key, reason in found]


def _limits(rule: Rule, page: Words) -> Iterator[tuple[str, str]]:
    for key, reach in rule.beyond():
        yield key, page(_REACHES[reach])


def _names(seen: Seen, rule: Rule, page: Words) -> Iterator[tuple[str, str]]:
    """Of a kind of which nothing was seen yet, nothing is said."""
    for kind, known in seen.items():
        for index, pattern in enumerate(getattr(rule, kind)[:MOST_NAMED]):
            if known and not pattern.startswith("!") and not _means_any(pattern, known):
                yield f"{kind}[{index}]", page("rules.doubt.unseen", name=pattern) + _near(pattern, known, page)


def _means_any(pattern: str, known: set[str]) -> bool:
    return any_selected([pattern], known) if is_pattern(pattern) else pattern in known


def _readers(parts: Parts, rule: Rule, page: Words) -> Iterator[tuple[str, str]]:
    """Of a rule about people, who is told of them and is not one lead alone."""
    for index, name in enumerate(rule.notify if rule.of_agents else ()):
        receiver = parts.config.receivers.get(name)
        if receiver and not receiver.person:
            yield f"notify[{index}]", page("rules.doubt.shared", name=name)


def _known(parts: Parts, kind: str) -> set[str]:
    settings, seen = parts.pipeline.floor.settings, parts.pipeline.documents
    if kind == "teams":
        told: Iterable[str | None] = (
            row.get("team") for one in ("queues", "agents") for _, row in briefs(seen.get(one, {}))
        )
        return {team for team in (*told, *(one.team for one in settings.agent.values())) if team}
    configured: dict[str, Iterable[str]] = {
        "queues": settings.queue, "agents": settings.agent, "sources": parts.config.collectors,
    }  # fmt: skip
    return {*seen.get(kind, ()), *configured.get(kind, ())}


def _near(pattern: str, known: Iterable[str], page: Words) -> str:
    likely = sorted(one for one in known if abs(len(one) - len(pattern)) <= 4)[:COMPARED]
    found = nearest(pattern, likely)
    return " " + page("rules.doubt.near", name=found) if found else ""
