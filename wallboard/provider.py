"""Whom do we ask who somebody is? `[oidc]` of wallboard.toml: an OpenID provider, and what its claims give."""

from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from wallboard.core.errors import Mistake
from wallboard.core.fields import Text
from wallboard.receivers import given
from wallboard.tables import read

Role = Literal["viewer", "agent", "lead", "admin"]  # those of record/people.py
LONGEST_ISSUER = 255  # and a subject has 255 characters: both stand in one column of 512
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Provider(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[oidc]`. `client_secret`: or in a file of its own. `title`: what the button calls it."""

    issuer: Text
    client_id: Text
    client_secret: str | None = None
    client_secret_file: str | None = None
    title: Text | None = None
    scopes: tuple[Text, ...] = ("openid", "profile")
    name_claim: Text = "name"
    role_claim: Text = "groups"
    roles: dict[str, Role] = {}
    default_role: Role | None = None
    boards_claim: Text | None = None
    teams_claim: Text | None = None
    agents_claim: Text | None = None

    def __repr__(self) -> str:
        return f"Provider(issuer={self.issuer!r}, client_id={self.client_id!r})"

    @property
    def called(self) -> str:
        return self.title or urlsplit(self.issuer).hostname or self.issuer

    @property
    def encrypted(self) -> bool:
        """Whether all of its addresses must be https. Not where the file says http."""
        return self.issuer.startswith("https://")

    @property
    def in_the_clear(self) -> bool:
        """Over a network without TLS: whoever listens there can become anybody."""
        return not self.encrypted and urlsplit(self.issuer).hostname not in _LOOPBACK


def provider_of(
    options: Any, public_url: str | None, base: Path, file: str, mistakes: list[Mistake]
) -> Provider | None:
    """The provider, its secret read; None, with the reasons in `mistakes`, where something is wrong."""
    before = len(mistakes)
    found = read(options, Provider, file, "oidc", mistakes)
    if found is None:
        return None
    secret = given(found.client_secret, found.client_secret_file, base, file, "oidc", "client_secret", mistakes)
    mistakes.extend(Mistake(file, at, reason) for at, reason in _wrong(found, options, public_url))
    if len(mistakes) > before:
        return None
    return msgspec.structs.replace(found, client_secret=secret, client_secret_file=None)


def _wrong(found: Provider, options: Mapping[str, Any], public_url: str | None) -> Iterator[tuple[str, str]]:
    if not _is_issuer(found.issuer):
        yield "oidc.issuer", "expected an address such as https://id.example.com/realms/house"
    if "openid" not in found.scopes:
        yield "oidc.scopes", "'openid' is missing: without it the provider does not say who somebody is"
    if not options.get("roles") and "default_role" not in options:
        yield "oidc", 'nobody would come in: give roles = { "the group" = "lead" }, or default_role'
    if public_url is None:
        yield "server.public_url", "is missing: [oidc] sends people back to it, and the provider must know that address"
    if find_spec("joserfc") is None:
        yield "oidc", "needs joserfc, which is not installed: pip install 'wallboard[oidc]'"


def _is_issuer(text: str) -> bool:
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    plain = not (parts.query or parts.fragment or parts.username or set(text) & set(" #?"))
    return parts.scheme in ("https", "http") and bool(host) and plain and len(text) <= LONGEST_ISSUER
