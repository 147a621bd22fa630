"""Who is told, again and again, that all is well? `[heartbeat]` of wallboard.toml (docs/notify.md).

A dead man's switch: whoever hears nothing any more raises the alarm that a dead Wallboard cannot raise.
"""

from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from wallboard.core.errors import Mistake
from wallboard.core.fields import Text
from wallboard.core.limits import EXPECTED_DURATION, duration_ms
from wallboard.networks import Network
from wallboard.receivers import given, networks, wrong
from wallboard.tables import read

LEAST_MS = 10_000


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`url`: or in a file of its own, since it is a secret. `allow`: networks in the house that may be reached."""

    url: str | None = None
    url_file: str | None = None
    every: Text = "1m"
    allow: list[Text] = []


class Heartbeat(NamedTuple):
    url: str
    every_s: float
    allow: tuple[Network, ...] = ()

    def __repr__(self) -> str:
        return f"Heartbeat(every_s={self.every_s:g})"


def heartbeat_of(options: object, base: Path, file: str, mistakes: list[Mistake]) -> Heartbeat | None:
    """None, with the reasons in `mistakes`, where something is wrong."""
    at, before = "heartbeat", len(mistakes)
    found = read(options, Options, file, at, mistakes)
    if found is None:
        return None
    url = given(found.url, found.url_file, base, file, at, "url", mistakes)
    allow = tuple(networks(found.allow, file, at, mistakes))
    every_ms = duration_ms(found.every) or 0
    if url:
        if not url.startswith(("https://", "http://")):
            mistakes.append(Mistake(file, f"{at}.url", "expected one such as https://hc.example.com/ping/ID"))
        mistakes += [Mistake(file, f"{at}.url", reason) for reason in wrong(url, "webhook", allow)]
    if every_ms < LEAST_MS:
        mistakes.append(Mistake(file, f"{at}.every", f"{EXPECTED_DURATION}, at least 10s"))
    return None if len(mistakes) > before else Heartbeat(url or "", every_ms / 1000, allow)
