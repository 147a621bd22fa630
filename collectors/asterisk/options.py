"""What may stand in a `[collector.NAME]` block of kind "asterisk"? Either half may be absent, not both."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from wallboard.core.errors import SourceError
from wallboard.core.options import read_options


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`host`: of AMI; `tls`: true, or the file of the authority that signed; `queue_log`: a path on this machine."""

    kind: str = "asterisk"
    host: str | None = None
    port: Annotated[int, Meta(ge=1, le=65_535)] = 5038
    username: str | None = None
    secret: str | None = None
    secret_file: str | None = None
    tls: bool | str = False
    queue_log: str | None = None

    def read_secret(self) -> str:
        """Raises SourceError where the file cannot be read."""
        if self.secret_file is None:
            return self.secret or ""
        try:
            return Path(self.secret_file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SourceError(f"secret_file {self.secret_file} cannot be read: {error}", fatal=True) from None


def checked(options: Mapping[str, object]) -> Options:
    """Raises SourceError (fatal) that says what is wrong."""
    found = read_options(options, Options)
    if found.host is None and found.queue_log is None:
        raise SourceError("neither host (AMI) nor queue_log is given: nothing can be read", fatal=True)
    if found.host is not None and found.username is None:
        raise SourceError("AMI needs a username, as in manager.conf", fatal=True)
    if found.host is not None and found.secret is None and found.secret_file is None:
        raise SourceError("AMI needs a secret or a secret_file", fatal=True)
    return found
