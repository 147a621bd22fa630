"""What do several queues need together? The sum of what those need that share agents."""

from collections.abc import Mapping, Sequence

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


def together(parts: Sequence[Need]) -> Need:
    found: Need = {}
    for part in parts:
        for metric in SUMMED:
            if metric in part:
                found[metric] = _number(found.get(metric, 0)) + _number(part[metric])
        found["need_until"] = max(_number(found.get("need_until", 0)), _number(part["need_until"]))
    if "missing" in found:  # who is missing at one place cannot be released at another that shares nobody
        found.pop("can_release", None)
    if not all("service_level_in_30m" in part for part in parts):  # somewhere nobody told who is ready
        found = {metric: value for metric, value in found.items() if metric not in ("missing", "can_release")}
    return found


def _number(value: int | float | list[str]) -> int | float:
    assert not isinstance(value, list)
    return value
