"""Has this browser signed in as this person before? Then nobody's guesses slow it (OWASP: device cookies).

Its cookie holds a number of its own and a MAC of it, keyed by the hash of the person's password: nothing is kept here,
it lets nobody in, and a new password makes all of them worthless.
"""

import hashlib
import hmac
import secrets

from starlette.requests import Request
from starlette.responses import Response

from wallboard.record.people import Person
from wallboard.web.cookie import Cookie
from wallboard.web.wiring import parts_of

_NUMBER_BYTES = 16


def remember(request: Request, person: Person, answer: Response) -> None:
    """Anew at each sign-in; who has no password has nothing that could be guessed."""
    if person.password is not None:
        number = secrets.token_hex(_NUMBER_BYTES)
        _cookie(request).set(answer, f"{number}.{_mac(number, person.id, person.password)}")


def number_of(request: Request, person: Person | None) -> str | None:
    """The browser's number; None: it was not here as this person, with this password."""
    number, _, mac = (_cookie(request).of(request) or "").partition(".")
    if person is None or person.password is None:
        return None
    good = hmac.compare_digest(_mac(number, person.id, person.password).encode(), mac.encode())
    return number if good else None


def _cookie(request: Request) -> Cookie:
    parts = parts_of(request)
    return Cookie("browser", namespace=parts.config.namespace, https=parts.https)


def _mac(number: str, person_id: str, password: str) -> str:
    return hmac.digest(password.encode(), f"browser {person_id} {number}".encode(), hashlib.sha256).hex()
