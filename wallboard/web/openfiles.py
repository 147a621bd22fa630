"""How many screens can this process hold? Each is an open file, of which the system gives few until it is asked.

Where they run out a connection is not even accepted: nobody is told why. So the process asks for as many as it may
have, and refuses the last ones itself, with a reason.
"""

import resource

import structlog

BESIDE = 100  # the record, Redis, logs, pages, and who is refused


log = structlog.get_logger()


def ask_for(screens: int) -> None:
    """As many as there may be, up to the hard limit: a shell's soft one is often 1,024. Says so where that is less."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if (room := room_for_screens()) < screens:
        log.warning("fewer screens than server.max_screens: raise the hard limit of open files", room=room, limit=hard)


def room_for_screens() -> int:
    """How many screens the limit of open files leaves room for."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(1, soft - BESIDE)
