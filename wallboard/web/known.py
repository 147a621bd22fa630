"""Who is behind a credential? One way for every kind of it, for the gate and for whoever is inside for long.

A kind is a `Behind`: sessions of people (web/sessions.py); tokens of programs and credentials of screens likewise.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

from wallboard.web.who import Who

Kind = Literal["session", "token", "screen"]


class Credential(NamedTuple):
    """What somebody came in with."""

    kind: Kind
    secret: str

    def __repr__(self) -> str:
        return f"Credential({self.kind})"


class Behind(Protocol):
    """One kind of credential. Both raise StreamUnavailable or RecordUnavailable where nobody can say now."""

    async def who(self, secret: str, now_s: float) -> Who | None:
        """Whose it is, as known for at most some seconds. `now_s` is monotonic."""
        ...

    async def again(self, secrets: Sequence[str]) -> Mapping[str, Who]:
        """Those that are good, asked anew."""
        ...


class Known:
    """All kinds."""

    def __init__(self, behind: Mapping[Kind, Behind]) -> None:
        self._behind = behind

    async def who(self, credential: Credential, now_s: float) -> Who | None:
        behind = self._behind.get(credential.kind)
        return await behind.who(credential.secret, now_s) if behind else None

    async def again(self, credentials: Iterable[Credential]) -> dict[Credential, Who]:
        asked: dict[Kind, list[str]] = {}
        for kind, secret in credentials:
            asked.setdefault(kind, []).append(secret)
        return {
            Credential(kind, secret): who
            for kind, secrets in asked.items()
            for secret, who in (await self._behind[kind].again(secrets)).items()
        }
