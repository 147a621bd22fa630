"""Which alert rules does one begin with? Six; the first once more for each target that queues of the file have.

long-wait              queues = ["*", "!mail"]     raise = "> 40"       twice the default target
long-wait-14400s       queues = ["mail"]           raise = "> 28800"    twice theirs
"""

import json
from collections import defaultdict
from collections.abc import Mapping

from wallboard.assets import FIRST_RULES
from wallboard.core.settings import Queue, Target

HEAD, QUEUES, RAISE, CLEAR = "[alert.long-wait]", 'queues = ["*"]', 'raise = "> 40"  ', 'clear = "< 20"'


def first_rules(queues: Mapping[str, Queue]) -> str:
    """As text to be put into wallboard.toml."""
    text = FIRST_RULES.read_text(encoding="utf-8")
    own = defaultdict[float, list[str]](list)
    for name, row in queues.items():
        if row.target.seconds not in (0, Target().seconds) and not row.hidden:
            own[row.target.seconds].append(name)
    if not own:
        return text
    [block] = [one for one in text.split("\n\n") if HEAD in one]
    others = [f"!{name}" for names in own.values() for name in names]
    blocks = [block.replace(QUEUES, _named(["*", *others]))]
    blocks += [_of_target(block, seconds, names) for seconds, names in sorted(own.items())]
    return text.replace(block, "\n\n".join(blocks))


def _of_target(block: str, seconds: float, names: list[str]) -> str:
    limits = block.replace(RAISE, f'raise = "> {2 * seconds:.10g}"  ').replace(CLEAR, f'clear = "< {seconds:.10g}"')
    told = limits.replace("twice the default target of 20 s", "twice the target of these queues")
    return told.replace(HEAD, f'[alert."long-wait-{seconds:.10g}s"]').replace(QUEUES, _named(names))


def _named(queues: list[str]) -> str:
    return f"queues = {json.dumps(queues, ensure_ascii=False)}"
