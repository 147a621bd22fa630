"""What do several queues need together? The sum of what those need that share agents."""

from collections import Counter
from collections.abc import Mapping

from wallboard.core.tally import Tally

SUMMED = ("agents_needed", "missing", "can_release")

Need = dict[str, int | float | list[str]]


def needs_of(group: str, tallies: Mapping[str, Tally]) -> list[Need]:
    """What queues that lie wholly in it need, each time with the `queues` that share agents; nothing where agents
    are shared with queues outside of it."""
    found: list[Need] = []
    seen: set[str] = set()
    for queue, tally in tallies.items():
        if group not in tally.groups or not tally.need or queue in seen:
            continue
        sharing = tally.need.get("need_queues", [queue])
        assert isinstance(sharing, list)
        seen |= set(sharing)
        if any(group not in tallies[other].groups for other in sharing):
            return []
        found.append({**tally.need, "queues": sharing})
    return found


class Together:
    """Their sums, kept as one of them says something else: of a thousand queues each speaks every minute."""

    def __init__(self) -> None:
        self._parts: dict[str, Need] = {}  # the one that spoke last stands last
        self._outside: set[str] = set()  # those with queues outside of the group
        self._sums: Counter[str] = Counter()
        self._saying: Counter[str] = Counter()

    def put(self, part: str, need: Need, *, whole: bool) -> None:
        """What one part needs from now on; `whole`: all its queues lie in the group."""
        self._count(self._parts.pop(part, {}), -1)
        self._count(need, 1)
        self._outside.discard(part)
        if need:
            self._parts[part] = need
        if need and not whole:
            self._outside.add(part)

    @property
    def need(self) -> Need:
        if self._outside or not self._parts:
            return {}
        told = self._saying["service_level_in_30m"] == len(self._parts)  # else nobody told somewhere who is ready
        left_out = {"missing", "can_release"} if not told else {"can_release"} if self._saying["missing"] else set()
        found: Need = {one: self._sums[one] for one in SUMMED if self._saying[one] and one not in left_out}
        return found | {"need_until": next(reversed(self._parts.values()))["need_until"]}

    def _count(self, need: Need, number: int) -> None:
        self._saying.update(dict.fromkeys(need, number))
        for metric in SUMMED:
            value = need.get(metric, 0)
            assert isinstance(value, int)
            self._sums[metric] += number * value
