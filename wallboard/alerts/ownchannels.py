"""Which receiver is a channel that a lead added? The house's server or bot, with the lead's address."""

from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from wallboard.ownchannels import Patterns
from wallboard.receivers import Receiver, bot_of
from wallboard.record.ownchannels import OwnChannel
from wallboard.standard import key_of


def receiver_of(channel: OwnChannel, person: str, patterns: Patterns) -> Receiver | None:
    """None: the file allows none of this kind any more. `person`: the account's name."""
    pattern = patterns.get(channel.kind)
    if pattern is None or not channel.target:
        return None
    url = channel.target
    if channel.kind == "mail":
        url = _mail_to(pattern.url, channel.target)
    elif channel.kind == "telegram" and (bot := bot_of(pattern.url)):
        url = f"telegram://{bot.token}@{channel.target}?{urlencode({'api': bot.api})}"
    secret = key_of(channel.secret) if channel.secret else b""
    return Receiver(
        channel.receiver, channel.kind, url, secret, channel.least, channel.quiet, pattern.allow, person,
        hidden=_hidden(channel),
    )  # fmt: skip


def _mail_to(url: str, address: str) -> str:
    """The house's server and sender, and another one who gets it."""
    at = urlsplit(url)
    return urlunsplit(at._replace(query=urlencode({"from": parse_qs(at.query)["from"][0], "to": address})))


def _hidden(channel: OwnChannel) -> tuple[str, ...]:
    """What no reason says on: others read it, and logs have it."""
    if channel.kind in ("webhook", "apprise"):
        return tuple(filter(None, (channel.target, urlsplit(channel.target).hostname)))
    return (channel.target,)
