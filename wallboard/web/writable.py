"""Can `wallboard.toml` be written from a page? If not, why, and what is to be done."""

from wallboard.config import Config
from wallboard.record.entries import can_write, is_mounted

NO_FILE = "There is no wallboard.toml here, so nothing can be written: start with one (--config FILE)."
SIMULATED = "This is the simulated centre, whose settings stand in no file: nothing can be written."


def unwritable(config: Config) -> str | None:
    """None: it can be written."""
    if config.simulated:
        return SIMULATED
    file = config.written
    if file is None:
        return NO_FILE
    if is_mounted(file):
        return f"{file.name} is mounted by itself, so that no other file takes its place: mount its folder instead."
    return None if can_write(file) else f"{file.name} or its folder is read-only."
