"""Telegram by a bot of one's own: `telegram://TOKEN@CHAT`. Buttons act on the alert (wallboard/presses.py); a message
may be changed, which makes no sound (alerts/chat.py). https://core.telegram.org/bots/api
"""

from collections.abc import Iterator
from typing import Any

import httpcore
import msgspec

from wallboard.alerts.message import Message, said_in
from wallboard.alerts.notify import Undelivered
from wallboard.alerts.targets import Checked
from wallboard.assets import STATIC
from wallboard.catalogs import Words, words
from wallboard.receivers import Bot, Receiver, bot_of

ANSWER_S = 10.0
LONGEST = 4_096  # characters of a text
SNOOZES = (15, 30, 60)  # minutes
SHIFT = "snoozeshift"
ROW = 2  # results in a row
# What was done, by what the alert is about: the usual of static/js/deeds.js.
DONE = {"agents": ("talked", "false_alarm"), "sources": ("reported", "false_alarm")}
OF_OTHERS = ("called_back", "overflow_opened", "people_moved", "false_alarm")
RESULTS = frozenset({*OF_OTHERS, *(one for done in DONE.values() for one in done)})
_AGAIN = frozenset({408, 425, 429})


class Answer(msgspec.Struct):
    ok: bool = False
    result: Any = None
    error_code: int = 0
    description: str = ""


async def send(receiver: Receiver, message: Message) -> int | None:
    """The number of the message there; an end makes no sound. Raises Undelivered."""
    bot, said = _said(receiver, message)
    over = [one.type == "cleared" for one in message.parts] or [message.type == "cleared"]
    said["disable_notification"] = all(over)
    if message.type in ("raised", "again", "assigned") and message.alert:
        said["reply_markup"] = {"inline_keyboard": buttons(message, said_in(message.language))}
    answer = await asked(bot, receiver, "sendMessage", said)
    if not answer.ok:
        for_good = 400 <= answer.error_code < 500 and answer.error_code not in _AGAIN
        raise Undelivered(_reason(answer, bot), for_good=for_good)
    return answer.result.get("message_id") if isinstance(answer.result, dict) else None


async def change(receiver: Receiver, place: int, message: Message) -> bool:
    """What the message of this number says now; False: it cannot be changed any more. Raises Undelivered."""
    bot, said = _said(receiver, message)
    edited = await asked(bot, receiver, "editMessageText", said | {"message_id": place})
    if edited.ok or "not modified" in edited.description:
        return True
    if not 400 <= edited.error_code < 500 or edited.error_code in _AGAIN:
        raise Undelivered(_reason(edited, bot))
    return False


def _said(receiver: Receiver, message: Message) -> tuple[Bot, dict[str, Any]]:
    bot = bot_of(receiver.url)
    assert bot, "the address was looked at when the file was read"
    text = f"{message.title}\n\n{message.text}"[:LONGEST]
    return bot, {"chat_id": int(bot.chat), "text": text, "link_preview_options": {"is_disabled": True}}


def buttons(message: Message, say: Words) -> list[list[dict[str, str]]]:
    first = [(say("press.acknowledge"), "acknowledge"), (say("press.assign"), "assign")]
    snoozes = [(say("press.snooze", minutes=minutes), f"snooze{minutes}") for minutes in SNOOZES]
    shift = [(say("press.shift"), SHIFT)]
    done = list(_results(message.kind, say.language))
    rows = (first, *(done[n : n + ROW] for n in range(0, len(done), ROW)), snoozes, shift)
    return [[{"text": text, "callback_data": f"{verb} {message.alert}"} for text, verb in row] for row in rows]


def _results(kind: str, language: str) -> Iterator[tuple[str, str]]:
    """Each as the page says it."""
    page = words(language, STATIC / "words" / "pages")
    for one in DONE.get(kind, OF_OTHERS):
        text = page(f"alerts.result.{one}")
        yield text[:1].upper() + text[1:], one


async def asked(bot: Bot, receiver: Receiver, method: str, body: dict[str, Any], answer_s: float = ANSWER_S) -> Answer:
    """Raises Undelivered where nobody answers. The token stands in the address: nothing of that is said."""
    url, content = f"{bot.api}/bot{bot.token}/{method}", msgspec.json.encode(body)
    at = httpcore.URL(url)
    port = f":{at.port}" if at.port is not None else ""
    headers = [
        ("host", at.host.decode() + port), ("content-type", "application/json"), ("content-length", str(len(content))),
    ]  # fmt: skip
    limits = dict.fromkeys(("connect", "read", "write", "pool"), answer_s)
    try:
        async with httpcore.AsyncConnectionPool(network_backend=Checked(receiver.allow)) as pool:
            answer = await pool.request("POST", url, headers=headers, content=content, extensions={"timeout": limits})
        return msgspec.json.decode(answer.content, type=Answer)
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
        raise Undelivered(without(str(error), bot) or type(error).__name__) from None
    except msgspec.DecodeError:
        raise Undelivered("what answers is not Telegram") from None


def without(text: str, bot: Bot) -> str:
    return text.replace(bot.token, "…").replace(bot.token.partition(":")[2], "…")


def _reason(answer: Answer, bot: Bot) -> str:
    return f"Telegram answers {answer.error_code} {without(answer.description, bot)}"
