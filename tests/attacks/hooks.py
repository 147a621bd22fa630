"""What does Schemathesis send where TOML is asked for, and what may be read of somebody who is gone?

Alert rules and boards are sent whole, torn and without any sense.
"""

import schemathesis
from hypothesis import strategies as st
from schemathesis.openapi.checks import UseAfterFree
from schemathesis.specs.openapi.checks import use_after_free

SESSIONS = "/api/v1/people/{person}/sessions"
RULES = [
    '[alert.waits]\nmetric = "oldest_wait_s"\nqueues = ["*"]\nraise = "> 120"\nclear = "< 60"\naction = "Look"\n',
    '[alert.long]\nmetric = "waiting"\nraise = "> 3"\nseverity = "critical"\naction = "Open the overflow queue"\n',
]
BOARD = 'title = "Support"\n[[tile]]\nkind = "number"\nat = [1, 1]\nsize = [3, 2]\nmetric = "waiting"\n'
_WHOLE = st.sampled_from([*RULES, BOARD])
_TORN = st.tuples(_WHOLE, st.integers(0, 120), st.text(max_size=20)).map(
    lambda told: told[0][: told[1]] + told[2] + told[0][told[1] :]
)
schemathesis.openapi.media_type(
    "application/toml", (_WHOLE | _TORN | st.text()).map(lambda text: text.encode("utf-8", "replace"))
)


@schemathesis.check
def use_after_removal(ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case) -> None:
    """`use_after_free` for the one list that can be emptied as a whole: it goes with its person, not with that."""
    try:
        if case.path == SESSIONS:
            use_after_free(ctx, response, case)
    except UseAfterFree as found:
        if not found.free.endswith("/sessions"):
            raise
