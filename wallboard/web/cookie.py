"""What does a cookie of ours look like? Out of reach for scripts, for this host alone."""

import re

from starlette.requests import HTTPConnection
from starlette.responses import Response

LONGEST_S = 400 * 86_400  # the longest that browsers keep


class Cookie:
    """One name per namespace: browsers share cookies between all ports of a host."""

    def __init__(self, what: str, *, namespace: str, https: bool) -> None:
        name = f"{re.sub(r'[^A-Za-z0-9_-]', '_', namespace)}-{what}"
        self.name = f"__Host-{name}" if https else name
        self._https = https

    def of(self, connection: HTTPConnection) -> str | None:
        return connection.cookies.get(self.name)

    def set(self, response: Response, value: str, max_age_s: int = LONGEST_S) -> None:
        """Lax: Strict would leave it out on links from mail. Unsafe methods check Origin as well."""
        response.set_cookie(
            self.name, value, max_age=max_age_s, path="/", secure=self._https, httponly=True, samesite="lax"
        )

    def clear(self, response: Response) -> None:
        response.delete_cookie(self.name, path="/", secure=self._https, httponly=True, samesite="lax")
