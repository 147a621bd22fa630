"""What would each formula of the service level say of the same counts, and which queues of a group have which?"""

from collections.abc import Mapping

from wallboard.core.covering import queues_of
from wallboard.core.formulas import SERVICE_LEVELS
from wallboard.core.kpis import Document
from wallboard.core.parts import Parts, Term, joined, terms
from wallboard.core.state import Floor
from wallboard.core.statedgroup import stated_in
from wallboard.core.statedsums import Told

_FORMULAS_NAMED = 20  # queues that are named of each formula of a group


def all_seven(own: Mapping[str, int], over_counted: int, told: list[Told]) -> list[Document]:
    """All seven formulas over the same counts; those who wait too long now are in each denominator."""
    found: list[Document] = []
    for formula, one in SERVICE_LEVELS.items():
        waiting, sums = Term("over_counted", over_counted), joined(own, told, one.top.keys() | one.bottom.keys())
        parts = Parts(shape="ratio", top=terms(one.top, sums), bottom=(*terms(one.bottom, sums), waiting), times=100)
        value = parts.value()
        found.append({"formula": formula, "numerator": parts.numerator, "denominator": parts.denominator})
        found[-1] |= {} if value is None else {"value": value}
    return found


def formulas_of(floor: Floor, kind: str, name: str, window: str) -> list[Document]:
    """Formula → its queues with their sums per visit; these add up to the group's."""
    belongs, found = queues_of(floor, kind, name), dict[str, Document]()
    stated = stated_in(floor, name).said if kind == "groups" else {}
    for queue, tally in floor.tallies.queues.items():
        if not belongs(queue) or not tally.sources:
            continue
        sums: Told = stated[queue].told.get(window, {}) if queue in stated else tally.ledger.window(window).sums
        formula = floor.settings.for_queue(queue).target.formula
        none = dict.fromkeys(("more", "good", "base", "waiting", "offered", "flowed_out"), 0)
        one = found.setdefault(formula, {"formula": formula, "queues": [], **none})
        if len(one["queues"]) < _FORMULAS_NAMED:
            one["queues"].append(queue)
        else:
            one["more"] += 1
        one["good"] += sums.get("sl_good", 0)
        one["base"] += sums.get("sl_base", 0)
        one["waiting"] += tally.live["over_counted"]
        one["offered"] += sums.get("offered", 0)
        one["flowed_out"] += sums.get("flowed_out", 0)
    return list(found.values())
