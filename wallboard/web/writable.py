"""Can `wallboard.toml` be written from a page, and does it count? If not, why, and what is to be done."""

from wallboard.config import Config
from wallboard.configfile import mistakes_in
from wallboard.record.entries import can_write, is_mounted
from wallboard.web.speaking import page_say
from wallboard.web.words import LANGUAGE


def unwritable(config: Config, language: str = LANGUAGE) -> str | None:
    """None: it can be written."""
    say, file = page_say(language), config.written
    if config.simulated:
        return say("unwritable.simulated")
    if file is None:
        return say("unwritable.no_file")
    if is_mounted(file):
        return say("unwritable.mounted", file=file.name)
    return None if can_write(file) else say("unwritable.read_only", file=file.name)


def not_in_force(config: Config, language: str = LANGUAGE) -> str | None:
    """What is wrong with the file, so that the last good one stays in force; None: nothing is. Blocking."""
    if config.written is None:
        return None
    found = mistakes_in(config.written, config.environment_receivers)
    return page_say(language)("sources.mistake", mistake=str(found[0])) if found else None
