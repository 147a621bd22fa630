"""Which program sends this `Authorization: Bearer …`? Whoever has the configured admin token, or one of the record."""

import hmac
from collections.abc import Sequence

from wallboard.web.programs import Programs
from wallboard.web.who import Who

_ADMIN = Who("admin", frozenset({"admin"}))


class Bearers:
    """`admin_token`: None where none is configured."""

    def __init__(self, admin_token: str | None, programs: Programs) -> None:
        self._admin_token = (admin_token or "").encode()
        self._programs = programs

    def admin(self, token: str) -> Who | None:
        return _ADMIN if self._admin_token and hmac.compare_digest(token.encode(), self._admin_token) else None

    def at_once(self, sent: str, now_s: float) -> Who | None:
        """Whoever is known without asking the record. None: ask, or it is nobody."""
        token = token_in([sent])
        return None if token is None else self.admin(token) or self._programs.at_once(token, now_s)


def token_in(sent: Sequence[str]) -> str | None:
    """Of the one header; None where it is of another form."""
    scheme, _, token = sent[0].partition(" ") if len(sent) == 1 else ("", "", "")
    return token.strip() if scheme.lower() == "bearer" else None
