"""Who is told of alerts, and where? `[notify.NAME]` of wallboard.toml; the address says how (docs/notify.md).

https://… a signed webhook · smtp://… mail · telegram://… a chat, by a bot of one's own · anything else an address of
Apprise (Slack, Teams, Viber, …)
"""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct

from wallboard.core.errors import Mistake
from wallboard.core.fields import Text
from wallboard.core.hours import parse_openings
from wallboard.core.rules import ON_DUTY, OWN, Severity
from wallboard.networks import NAME_IT, Network, is_allowed, written
from wallboard.standard import PREFIX, SHAPE, key_of
from wallboard.tables import path, read

Kind = Literal["webhook", "mail", "telegram", "apprise"]
Press = Literal["linked", "anybody"]
_KINDS: Mapping[str, Kind] = {
    "http": "webhook",
    "https": "webhook",
    "smtp": "mail",
    "smtps": "mail",
    "telegram": "telegram",
}
_SECRET = re.compile(r"[A-Za-z0-9_-]{20,64}")
_NOBODY = frozenset({"data", "dict", "file", "ftp", "gopher", "ldap", "tftp"})  # addresses that tell nobody anything


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`url`, `secret`: or in a file of their own. `least`: graver ones too. `quiet`: hours in which only critical
    ones are told, the others when they are over. `allow`: networks in the house that may be reached. `person`: whose
    own it is, told while they are on duty. `press`: of a chat of Telegram, whose presses count: who is `linked` by a
    chat of their own with a `person`, or `anybody` in it."""

    url: str | None = None
    url_file: str | None = None
    secret: str | None = None
    secret_file: str | None = None
    least: Severity = "info"
    quiet: Text | None = None
    allow: list[Text] = []
    person: Text | None = None
    press: Press | None = None


class Bot(NamedTuple):
    """Of `telegram://TOKEN@CHAT`, with `?api=https://…` where a server of one's own is asked."""

    token: str
    chat: str
    api: str


def bot_of(url: str) -> Bot | None:
    """None: the address is none of a chat."""
    at = urlsplit(url)
    name, secret, chat = at.username or "", at.password or "", at.hostname or ""
    api = parse_qs(at.query).get("api", ["https://api.telegram.org"])[0].rstrip("/")
    is_one = name.isdigit() and _SECRET.fullmatch(secret) and chat.removeprefix("-").isdigit()
    return Bot(f"{name}:{secret}", chat, api) if is_one and urlsplit(api).scheme in ("http", "https") else None


class Receiver(NamedTuple):
    """`hidden`: what of its address no reason says, of one that a lead added."""

    name: str
    kind: Kind
    url: str
    secret: bytes = b""
    least: Severity = "info"
    quiet: str | None = None
    allow: tuple[Network, ...] = ()
    person: str | None = None
    press: Press = "linked"
    hidden: tuple[str, ...] = ()

    def plain(self, reason: str) -> str:
        """As others may read it."""
        for text in self.hidden:
            reason = re.sub(re.escape(text), "…", reason, flags=re.IGNORECASE)
        return reason

    def __repr__(self) -> str:
        return f"Receiver(name={self.name!r}, kind={self.kind!r})"


def is_of(receiver: Receiver, bot: Bot, chat: str) -> bool:
    """Whether it is this chat with this bot."""
    own = bot_of(receiver.url) if receiver.kind == "telegram" else None
    return own is not None and (own.token, own.chat) == (bot.token, chat)


def receiver_of(name: str, options: object, base: Path, file: str, mistakes: list[Mistake]) -> Receiver | None:
    """The receiver; None, with the reasons in `mistakes`, where something is wrong."""
    at, before = path("notify", name), len(mistakes)
    found = read(options, Options, file, at, mistakes)
    if found is None:
        return None
    if name == ON_DUTY:
        mistakes.append(Mistake(file, at, f"'{ON_DUTY}' stands for the leads on duty: choose another name"))
    if name.startswith(OWN):
        mistakes.append(Mistake(file, at, f"'{OWN}…' are channels that leads added: choose another name"))
    url = given(found.url, found.url_file, base, file, at, "url", mistakes)
    kind = kind_of(url) if url else "apprise"
    secret = b""
    if kind == "webhook":
        text = given(found.secret, found.secret_file, base, file, at, "secret", mistakes)
        within = f"{at}.secret" if found.secret_file is None else f"{at}.secret_file"
        secret = _key(text, file, within, mistakes) if text is not None else b""
    allow = tuple(networks(found.allow, file, at, mistakes))
    if url:
        mistakes += [Mistake(file, f"{at}.url", reason) for reason in wrong(url, kind, allow)]
    if found.quiet is not None:
        try:
            parse_openings(found.quiet)
        except ValueError:
            mistakes.append(Mistake(file, f"{at}.quiet", f"expected hours such as 22:00-06:00, found '{found.quiet}'"))
    if found.press is not None and kind != "telegram":
        mistakes.append(Mistake(file, f"{at}.press", "belongs to telegram://…: elsewhere nothing is pressed"))
    if len(mistakes) > before:
        return None
    press = found.press or "linked"
    return Receiver(name, kind, url or "", secret, found.least, found.quiet, allow, found.person, press)


def kind_of(url: str) -> Kind:
    try:
        return _KINDS.get(urlsplit(url).scheme, "apprise")
    except ValueError:  # `wrong` says so
        return "apprise"


def receivers_of(tables: Mapping[str, Any], base: Path, file: str, mistakes: list[Mistake]) -> dict[str, Receiver]:
    found = {name: receiver_of(name, options, base, file, mistakes) for name, options in tables.items()}
    return {name: one for name, one in found.items() if one}


def given(
    text: str | None, name: str | None, base: Path, file: str, at: str, key: str, mistakes: list[Mistake]
) -> str | None:
    """From the table or from the file that it names."""
    if (text is None) == (name is None):
        mistakes.append(Mistake(file, f"{at}.{key}", f"give either {key} or {key}_file"))
        return None
    if name is None:
        return text
    try:
        return (base / name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        mistakes.append(Mistake(file, f"{at}.{key}_file", f"cannot read {name}: {error}"))
        return None


def _key(text: str, file: str, at: str, mistakes: list[Mistake]) -> bytes:
    try:
        if not text.startswith(PREFIX):
            raise ValueError(f"{SHAPE}; this does not begin with {PREFIX}")
        return key_of(text)
    except ValueError as error:
        mistakes.append(Mistake(file, at, str(error)))
        return b""


def wrong(url: str, kind: Kind, allow: Sequence[Network]) -> list[str]:
    """Why this address cannot be meant; nothing where it can."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, kind == "apprise" or parts.port  # tgram://123:abc has no port
    except ValueError:
        return ["is no address"]
    if kind == "webhook" and not host:
        return ["names no host, expected one such as https://alerts.example.com/wallboard"]
    if kind == "mail" and not (host and {"from", "to"} <= parse_qs(parts.query).keys()):
        return ["expected smtp://user:password@host:587/?from=wall@example.com&to=leads@example.com"]
    if kind == "telegram":
        bot = bot_of(url)
        if bot is None:
            return ["expected telegram://123456:TOKEN@CHAT, the token of a bot and the number of a chat"]
        host = urlsplit(bot.api).hostname
    if kind == "apprise" and (not parts.scheme or parts.scheme in _NOBODY):
        return ["expected https://…, smtp://…, or an address of Apprise such as tgram://…"]
    if kind == "apprise" and find_spec("apprise") is None:
        return [f"{parts.scheme}:// is sent by Apprise, which is not installed: pip install 'wallboard[apprise]'"]
    looked_at = None if kind == "apprise" and (host or "").isdigit() else host
    if looked_at and (address := written(looked_at)) and not is_allowed(address, allow):
        return [f"{host} is an address in the house: {NAME_IT}"]
    return []


def networks(allow: list[str], file: str, at: str, mistakes: list[Mistake]) -> list[Network]:
    found = []
    for index, text in enumerate(allow):
        try:
            found.append(ipaddress.ip_network(text))
        except ValueError:
            reason = f"expected a network such as 10.1.0.0/16, not '{text}'"
            mistakes.append(Mistake(file, f"{at}.allow[{index}]", reason))
    return found
