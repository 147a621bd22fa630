"""How many screens there can be is known before files run out, and said."""

import subprocess
import sys

SAID = """
import resource
from wallboard.web import openfiles
resource.setrlimit(resource.RLIMIT_NOFILE, (256, {hard}))
openfiles.ask_for(1_000)
print(openfiles.room_for_screens())
"""


def said(hard: int) -> tuple[str, str]:
    """The room, and what was logged before."""
    ran = subprocess.run([sys.executable, "-c", SAID.format(hard=hard)], capture_output=True, text=True, check=True)
    *logged, room = ran.stdout.splitlines()
    return room, "\n".join(logged)


def test_a_process_takes_what_the_hard_limit_allows() -> None:
    assert said(4_000) == ("3900", "")


def test_where_that_is_less_than_the_setting_it_says_so() -> None:
    room, logged = said(500)
    assert room == "400"
    assert "raise the hard limit of open files" in logged
