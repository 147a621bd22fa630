"""Which queues and teams may be named where a board asks for one? Those that are known now, in their alphabet."""

from typing import NamedTuple

from wallboard.live.documents import briefs
from wallboard.web.alphabet import by_alphabet
from wallboard.web.wiring import Parts

MOST_NAMES = 2_000  # of each, that a list offers


class Named(NamedTuple):
    """`queues`: id and name."""

    queues: list[tuple[str, str]]
    teams: list[str]


def named(parts: Parts, language: str) -> Named:
    floor, in_order = parts.pipeline.documents, by_alphabet(language)
    queues = [(name, row.get("name", name)) for name, row in floor.get("queues", {}).items()]
    teams = {row.get("team") for kind in ("queues", "agents") for _, row in briefs(floor.get(kind, {}))}
    return Named(
        sorted(queues, key=lambda one: in_order(one[1]))[:MOST_NAMES],
        sorted((team for team in teams if team), key=in_order)[:MOST_NAMES],
    )
