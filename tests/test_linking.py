"""A chat is linked to whose code it sent; who leads no more, a chat that is somebody's and a group are not."""

from pathlib import Path
from typing import Any

import pytest

from tests.telegram import CHAT, TOKEN
from wallboard.core.errors import RecordUnavailable
from wallboard.core.settings import Settings
from wallboard.linking import Linking
from wallboard.receivers import Bot, Receiver
from wallboard.record.audit import Audit
from wallboard.record.database import open_record
from wallboard.record.ownchannels import OwnChannel, OwnChannels
from wallboard.record.people import Bound, People

BOT = Bot(TOKEN, str(CHAT), "https://api.telegram.org")
HOUSE = Receiver("leads", "telegram", f"telegram://{TOKEN}@{CHAT}")
NOW = 1_795_338_000_000


class Chats:
    """What the bot says to a word in a chat."""

    def __init__(self, folder: Path) -> None:
        engine = open_record(folder)
        self.audit, self.channels = Audit(engine), OwnChannels(engine)
        self.olena = People(engine).add("Olena", "lead", Bound(), by="tests", now_ms=1).id
        wanted = OwnChannel(id="", person=self.olena, kind="telegram", target="")
        self.made = self.channels.add(wanted, by="Olena", now_ms=NOW)
        self.code = self.channels.code(self.made, by="Olena", now_ms=NOW) or ""
        self.receivers = {"leads": HOUSE}
        self.names, self.patterns = {self.olena: "Olena"}, {"telegram": HOUSE}
        self.linking = Linking(
            self.channels, lambda: self.patterns, lambda: self.receivers, self.names.get, lambda: NOW, Settings
        )  # fmt: skip

    async def say(self, text: str, chat: int = 7, kind: str = "private", bot: Bot = BOT) -> str | None:
        told = await self.linking.told(bot, {"message": {"text": text, "chat": {"id": chat, "type": kind}}})
        assert told is None or told.chat == str(chat)
        return told.text if told else None

    @property
    def target(self) -> str:
        return self.channels.all()[0].target


@pytest.fixture
def chats(tmp_path: Path) -> Chats:
    return Chats(tmp_path)


async def test_the_code_alone_or_behind_start_links_the_chat_and_the_trail_says_whose(chats: Chats) -> None:
    assert str(await chats.say("/start")).startswith("This is no code")
    assert str(await chats.say("AAAAA-AAAAA")).startswith("This is no code")
    assert str(await chats.say(f"{chats.code[:5]}-{chats.code[5:]}".lower())).startswith("Linked")
    assert chats.target == "7"
    line = chats.audit.read()[0]
    assert (line.what, line.who, line.by) == ("channel.confirmed", "Olena", f"person:{chats.olena}")
    assert str(await chats.say(f"/start {chats.code}", 8)).startswith("This is no code"), "once"
    assert chats.target == "7"


async def test_groups_talk_and_other_bots_are_not_heard(chats: Chats) -> None:
    assert await chats.say(chats.code, CHAT, "supergroup") is None
    assert await chats.say("when is my shift", 7) is None
    assert await chats.say(chats.code, 7, bot=BOT._replace(token="654321:BBsecretsecretsecretsecretsecret")) is None
    chats.patterns.clear()
    assert await chats.say(chats.code) is None, "the file allows none"
    assert chats.target == ""


async def test_whoever_leads_no_more_links_nothing(chats: Chats) -> None:
    chats.names.clear()
    assert str(await chats.say(chats.code)).startswith("This is no code")
    assert chats.target == ""


async def test_a_chat_that_is_somebodys_stays_theirs(chats: Chats) -> None:
    """By its number presses are known: it may not be two people's."""
    chats.receivers["ivan"] = Receiver("ivan", "telegram", f"telegram://{TOKEN}@7", person="Ivan")
    assert await chats.say(chats.code, 7) == "This chat is linked already."
    assert chats.target == ""
    assert str(await chats.say(chats.code, 8)).startswith("Linked")


async def test_while_the_record_is_away_it_says_so(chats: Chats, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> None:
        raise RecordUnavailable("away")

    monkeypatch.setattr(chats.channels, "waiting", away)
    assert str(await chats.say(chats.code)).startswith("That is not possible now")
