"""The one tree of errors. Each carries what happened and says what to do.

WallboardError
├── Refused            outside input that is not taken: a path and a reason
├── ConfigError        mistakes in text files, all of them at once
├── StreamUnavailable  Redis does not take or give events now: try again
├── RecordUnavailable  the record's database does not take or give rows now: try again
├── Conflict           a change that the record does not take as it stands: it says why
├── StreamGap          the reader's place in the stream was trimmed away: rebuild
├── LeaseLost          another worker holds the lease: stop writing
└── SourceError        a collector's source: retryable, or fatal until a person changes something
"""


class WallboardError(Exception):
    """Base of all errors that a person may read."""


class Refused(WallboardError):
    """Input from outside that is not taken. `at` is a JSON path such as `$[3].queue`."""

    def __init__(self, at: str, reason: str) -> None:
        super().__init__(f"{reason} - at {at}")
        self.at = at
        self.reason = reason


class Mistake(WallboardError):
    """One mistake in a text file: which file, where in it, what is wrong and what was expected.

    `warning`: nothing is refused for it, but people will have trouble with it.
    """

    def __init__(self, file: str, at: str, reason: str, *, warning: bool = False) -> None:
        super().__init__(f"{file}: {at}: {'warning: ' if warning else ''}{reason}")
        self.file = file
        self.at = at
        self.reason = reason
        self.warning = warning


class ConfigError(WallboardError):
    """Every mistake that was found, so that one run names them all."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = mistakes


class StreamUnavailable(WallboardError):
    """Redis cannot be reached or does not take writes; the caller repeats later with the same ids."""


class RecordUnavailable(WallboardError):
    """The database of the record cannot be reached or does not take writes; the same may be written later."""


class Conflict(WallboardError):
    """A change that contradicts what is recorded: a name that is taken, the last administrator."""


class StreamGap(WallboardError):
    """The entry at the reader's cursor is gone: events may have been missed."""


class LeaseLost(WallboardError):
    """The fencing token is no longer the newest: this worker must stop writing."""


class SourceError(WallboardError):
    """A source cannot be read. `fatal`: repeating will not help until a person changes something."""

    def __init__(self, reason: str, *, fatal: bool = False) -> None:
        super().__init__(reason)
        self.fatal = fatal
