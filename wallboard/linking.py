"""Whose chat is this? A lead sends the code of `/alerts/channels` to the house's bot, and the chat is theirs.

Telegram itself says which chat wrote (`wallboard/presses.py` hears it), so nobody types a number that may be wrong.
Chats with one person alone are heard, no groups. https://core.telegram.org/bots/features#deep-linking
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import structlog

from wallboard.alerts.message import said_in
from wallboard.core.errors import RecordUnavailable
from wallboard.core.settings import Settings
from wallboard.ownchannels import Patterns
from wallboard.receivers import Bot, Receiver, bot_of, is_of
from wallboard.record.audit import By
from wallboard.record.ownchannels import OwnChannels

START = "/start"  # before the code, of whoever followed the link

log = structlog.get_logger("notify")


class Told(NamedTuple):
    """What is to be said in which chat."""

    chat: str
    text: str


class Linking:
    """`name_of`: what an account is called that leads now."""

    def __init__(
        self, channels: OwnChannels, patterns: Callable[[], Patterns], receivers: Callable[[], Mapping[str, Receiver]],
        name_of: Callable[[str], str | None], clock_ms: Callable[[], int], settings: Callable[[], Settings],
    ) -> None:  # fmt: skip
        self._channels = channels
        self._patterns = patterns
        self._receivers = receivers
        self._name_of = name_of
        self._clock_ms = clock_ms
        self._settings = settings

    @property
    def pattern(self) -> Receiver | None:
        """One with the bot of leads' own chats; None: there are none."""
        return self._patterns().get("telegram")

    def hears(self, bot: Bot) -> bool:
        own = bot_of(self.pattern.url) if self.pattern else None
        return own is not None and own.token == bot.token

    async def told(self, bot: Bot, update: Mapping[str, Any]) -> Told | None:
        """None: it is no word of one person to this bot that could be a code."""
        message = update.get("message") or {}
        chat, words = message.get("chat") or {}, str(message.get("text") or "").split()
        is_start = words[:1] == [START]
        if not self.hears(bot) or chat.get("type") != "private" or not (is_start or len(words) == 1):
            return None
        number, code = str(chat.get("id", "")), (words[1:] or [""])[0] if is_start else words[0]
        say = said_in(next(iter(self._settings().sites.values())).language)
        try:
            return Told(number, say(await self._linked(bot, number, code)))
        except RecordUnavailable as reason:
            log.warning("a chat was not linked", reason=str(reason))
            return Told(number, say("linked.away"))

    async def _linked(self, bot: Bot, chat: str, code: str) -> str:
        """What to say. Raises RecordUnavailable."""
        theirs = [one for one in self._receivers().values() if one.person and is_of(one, bot, chat)]
        if theirs:
            return "linked.taken"
        waits = await asyncio.to_thread(self._channels.waiting, code, self._clock_ms())
        name = self._name_of(waits.person) if waits else None
        if waits is None or name is None:
            return "linked.unknown"
        by = By(name, "person", waits.person)
        done = await asyncio.to_thread(lambda: self._channels.link(code, chat, by=by, now_ms=self._clock_ms()))
        return "linked.done" if done else "linked.unknown"
