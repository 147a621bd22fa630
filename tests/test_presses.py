"""An alert in a chat of Telegram: told with buttons, a press acts on it, its end edits it; no token stands in a log."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.alerts.there import HELLO, HERE
from tests.telegram import CHAT, TOKEN, Telegram, telegram
from tests.waiting import now_ms, until
from tests.workers import Workers
from wallboard import presses as pressing
from wallboard import teller as telling
from wallboard.alerter import Alerter
from wallboard.alerts import delivery, pacing
from wallboard.alerts.chat import tell
from wallboard.alerts.message import Message, Verb, said_in
from wallboard.alerts.notify import Undelivered
from wallboard.alerts.notify.telegram import buttons, send
from wallboard.core.errors import Mistake
from wallboard.core.events import Abandoned, Queued
from wallboard.core.rows import AlertRow
from wallboard.core.rules import Rule
from wallboard.core.settings import LANGUAGES, Settings
from wallboard.presses import Presses
from wallboard.receivers import Receiver, bot_of, receiver_of
from wallboard.record.audit import Audit
from wallboard.record.database import open_record
from wallboard.stream.outbox import Outbox
from wallboard.stream.stream import Stream
from wallboard.teller import Teller

RULE = {"metric": "waiting", "queues": ["*"], "raise": "> 0", "when": "always", "notify": ["leads"]}
RULES = Settings(alert={"wait": msgspec.convert(RULE, Rule)})
SECRET = TOKEN.partition(":")[2]


def receiver(there: Telegram) -> Receiver:
    return Receiver("leads", "telegram", there.url, allow=HERE)


def own_chat(there: Telegram, number: int, person: str | None) -> Receiver:
    url = there.url.replace(str(CHAT), str(number))
    return Receiver(f"own-{number}", "telegram", url, allow=HERE, person=person, least="critical")


@pytest.fixture
async def chat() -> AsyncIterator[Telegram]:
    async with telegram() as there:
        yield there


class Led:
    """A worker that leads, with all that an alert needs to come to a chat and back."""

    def __init__(self, workers: Workers, there: Telegram, folder: Path) -> None:
        self.audit = Audit(open_record(folder))
        line = workers.line()
        self._outbox = outbox = line.outbox
        self.pipeline = pipeline = line.pipeline
        self.leads = receiver(there)._replace(press="anybody")
        self.others: list[Receiver] = []
        receivers = lambda: {one.name: one for one in (self.leads, *self.others)}  # noqa: E731
        workers.start(line, lambda: RULES, [
            Alerter(pipeline, line.into), Teller(pipeline, outbox, receivers, now_ms, ""),
            Presses(pipeline, line.into, outbox.placed, receivers, now_ms, self.audit),
        ])  # fmt: skip

    async def until(self, true: Callable[[], Any]) -> Any:
        return await until(lambda: self.pipeline.ready and true(), 30)

    async def told(self) -> None:
        """A message arrived there, and that is known here."""
        async with asyncio.timeout(30):
            while (await self._outbox.going("leads")).taken_ms is None:
                await asyncio.sleep(0.02)

    @property
    def row(self) -> AlertRow | None:
        return next(iter(self.pipeline.floor.alerts.open.values()), None)


@pytest.fixture
async def led(workers: Workers, chat: Telegram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Led:
    for where, name, value in (
        (telling, "LOOK_S", 0.05), (delivery, "LOOK_S", 0.05), (pacing, "CAUSE_MS", 0), (pressing, "LOOK_S", 0.05),
        (pressing, "LEAST_PAUSE_S", 0.05),
    ):  # fmt: skip
        monkeypatch.setattr(where, name, value)
    return Led(workers, chat, tmp_path)


async def test_from_a_contact_that_waits_to_a_press_and_the_end(
    led: Led, chat: Telegram, stream: Stream, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    base: dict[str, Any] = {"contact": "c1", "source": "pbx"}
    await led.until(lambda: led.pipeline.floor.settings.alert)
    await stream.append([Queued(queue="support", time=now_ms(), id="c1+", **base)])
    await led.told()
    [told] = chat.of("sendMessage")
    assert told["chat_id"] == CHAT
    assert told["text"].startswith("support: waiting 1")
    first, done, more, second, third = told["reply_markup"]["inline_keyboard"]
    chat.press(first[0]["callback_data"], last_name="K\n.")
    row = await led.until(lambda: led.row and led.row.acknowledged_by and led.row)
    assert row.acknowledged_by == "Olena K . (Telegram)"
    chat.press(first[1]["callback_data"])
    await led.until(lambda: led.row and led.row.owner == "Olena (Telegram)")
    chat.press(second[0]["callback_data"], first_name="Ivan")
    row = await led.until(lambda: led.row and led.row.snoozed_until_ms and led.row)
    assert row.snoozed_by == "Ivan (Telegram)"
    assert 0 < row.snoozed_until_ms - now_ms() <= 15 * 60_000
    chat.press(third[0]["callback_data"], first_name="Vira")
    row = await led.until(lambda: led.row and led.row.snoozed_by == "Vira (Telegram)" and led.row)
    assert 0 < row.snoozed_until_ms - now_ms() <= 12 * 3_600_000
    assert [one["text"] for one in (*done, *more)] == ["Called back", "Overflow opened", "People moved", "False alarm"]
    chat.press(done[1]["callback_data"], first_name="Vira")
    row = await led.until(lambda: led.row and led.row.results and led.row)
    assert [(one.result, one.who) for one in row.results] == [("overflow_opened", "Vira (Telegram)")]
    await led.until(lambda: len(chat.of("answerCallbackQuery")) == 5)
    await led.until(lambda: chat.offsets[-1] == 7)  # what was heard is confirmed: the message was 1, the presses 2 to 6
    trail = list(reversed(await asyncio.to_thread(led.audit.read)))
    assert [(line.what, line.who) for line in trail] == [
        ("alert.acknowledged", "Olena K . (Telegram)"), ("alert.assigned", "Olena (Telegram)"),
        ("alert.snoozed", "Ivan (Telegram)"), ("alert.snoozed", "Vira (Telegram)"),
        ("alert.acted", "Vira (Telegram)"),
    ]  # fmt: skip
    assert {(line.detail["rule"], line.detail["of"]) for line in trail} == {("wait", "support")}
    assert (trail[1].detail["to"], trail[3].detail["until"]) == ("Olena (Telegram)", row.snoozed_until_ms)
    assert trail[3].detail["before"] == {"until": trail[2].detail["until"]}
    await stream.append([Abandoned(time=now_ms(), id="c1-", **base)])
    await led.until(lambda: chat.of("editMessageText"))
    [over] = chat.of("editMessageText")
    assert over["message_id"] == 1
    assert "resolved" in over["text"]
    assert "reply_markup" not in over, "there is nothing more to press"
    assert len(chat.of("sendMessage")) == 1, "no message of its own: silent"
    said = capfd.readouterr()
    for text in (caplog.text, said.out, said.err):
        assert SECRET not in text


@pytest.mark.parametrize(
    ("kind", "done"),
    [
        ("queues", ["called_back", "overflow_opened", "people_moved", "false_alarm"]),
        ("agents", ["talked", "false_alarm"]), ("sources", ["reported", "false_alarm"]),
    ],
)  # fmt: skip
def test_what_is_usually_done_stands_under_an_alert_in_each_language(kind: str, done: list[str]) -> None:
    """Whatever its number: a condition joined by `or` of a rule about people says any of theirs."""
    one = msgspec.structs.replace(HELLO, alert="a", kind=kind, metric="tags.hostile")
    for language in LANGUAGES:
        rows = buttons(one, said_in(language))
        assert [each["callback_data"] for row in rows[1:-2] for each in row] == [f"{result} a" for result in done]
        assert all(each["text"] and "." not in each["text"] for row in rows for each in row)


async def test_a_press_counts_only_in_the_chat_that_was_told(led: Led, chat: Telegram, stream: Stream) -> None:
    await led.until(lambda: led.pipeline.floor.settings.alert)
    await stream.append([Queued(queue="support", time=now_ms(), id="c1+", contact="c1", source="pbx")])
    await led.told()
    alert = next(iter(led.pipeline.floor.alerts.open))
    chat.press(f"acknowledge {alert}", chat=-999)
    chat.press("acknowledge 0000000000000000")
    chat.press(f"remove {alert}")
    await led.until(lambda: len(chat.of("answerCallbackQuery")) == 3)
    assert [one["text"] for one in chat.of("answerCallbackQuery")] == [
        "This chat was not told of that alert.", "This chat was not told of that alert.",
        "This button means nothing any more.",
    ]  # fmt: skip
    assert led.row
    assert (led.row.acknowledged_by, led.row.owner) == (None, None)


async def test_in_a_group_only_who_is_linked_by_a_chat_of_their_own_may_press(
    led: Led, chat: Telegram, stream: Stream
) -> None:
    """By the name of the account, whatever they call themselves in Telegram."""
    led.leads = led.leads._replace(press="linked")
    led.others = [own_chat(chat, 42, "Olena K."), own_chat(chat, 43, None)]
    await led.until(lambda: led.pipeline.floor.settings.alert)
    await stream.append([Queued(queue="support", time=now_ms(), id="c1+", contact="c1", source="pbx")])
    await led.told()
    alert = next(iter(led.pipeline.floor.alerts.open))
    chat.press(f"acknowledge {alert}", id=7, first_name="Olena K.")
    chat.press(f"acknowledge {alert}", id=43)
    await led.until(lambda: len(chat.of("answerCallbackQuery")) == 2)
    assert {one["text"] for one in chat.of("answerCallbackQuery")} == {said_in("en")("pressed.not_linked")}
    assert led.row
    assert led.row.acknowledged_by is None
    chat.press(f"acknowledge {alert}", id=42, first_name="The Boss")
    row = await led.until(lambda: led.row and led.row.acknowledged_by and led.row)
    assert row.acknowledged_by == "Olena K. (Telegram)"


async def test_in_a_chat_of_their_own_a_person_may_press(led: Led, chat: Telegram, stream: Stream) -> None:
    led.leads = own_chat(chat, 42, None)._replace(name="leads", least="info")
    await led.until(lambda: led.pipeline.floor.settings.alert)
    await stream.append([Queued(queue="support", time=now_ms(), id="c1+", contact="c1", source="pbx")])
    await led.told()
    alert = next(iter(led.pipeline.floor.alerts.open))
    chat.press(f"acknowledge {alert}", chat=42, id=42, first_name="Olena")
    row = await led.until(lambda: led.row and led.row.acknowledged_by and led.row)
    assert row.acknowledged_by == "Olena (Telegram)"


async def test_the_end_of_what_cannot_be_edited_is_told_without_a_sound(chat: Telegram, outbox: Outbox) -> None:
    over = msgspec.structs.replace(HELLO, type="cleared", alert="a")
    await outbox.placed.put("leads", ["a"], 7)
    chat.refuses["editMessageText"] = (400, "Bad Request: message to edit not found")
    await tell(receiver(chat), outbox.placed, [over])
    [told] = chat.of("sendMessage")
    assert told["disable_notification"]
    chat.refuses["editMessageText"] = (400, "Bad Request: message is not modified")
    await tell(receiver(chat), outbox.placed, [over])
    assert len(chat.of("sendMessage")) == 1


def _said(alert: str, kind: Verb, title: str) -> Message:
    sign = {"raised": "+", "cleared": "-"}.get(kind, "*1")
    return msgspec.structs.replace(HELLO, type=kind, alert=alert, id=alert + sign, title=title)


async def test_a_message_that_told_of_several_is_changed_as_each_of_them_ends_and_no_sound_is_made(
    chat: Telegram, outbox: Outbox
) -> None:
    raised = [_said(one, "raised", f"{one}: waiting 7") for one in ("a", "b", "c")]
    await tell(receiver(chat), outbox.placed, raised)
    await tell(receiver(chat), outbox.placed, [_said("b", "cleared", "b: resolved")])
    first, *_ = chat.of("editMessageText")
    assert first["message_id"] == 1
    assert first["text"].startswith("a: waiting 7 + 2 more\n\n2 alerts, 1 resolved\n")
    assert "resolved: b: resolved" in first["text"]
    assert "c: waiting 7" in first["text"]
    await tell(
        receiver(chat), outbox.placed, [_said("a", "cleared", "a: resolved"), _said("c", "cleared", "c: resolved")]
    )
    _, last = chat.of("editMessageText")  # one change for both: forty of them would be refused as too many
    assert last["message_id"] == 1
    assert "waiting" not in last["text"]
    assert len(chat.of("sendMessage")) == 1, "no message of its own: silent"


async def test_beside_an_end_the_others_say_their_numbers_as_they_are_by_then(chat: Telegram, outbox: Outbox) -> None:
    """Else "9 now" would stand there for as long as they last."""
    await tell(receiver(chat), outbox.placed, [_said(one, "raised", f"{one}: waiting 9 now") for one in ("a", "b")])

    def anew(message: Message) -> Message:
        return msgspec.structs.replace(message, title=f"{message.alert}: waiting 12 now")

    await tell(receiver(chat), outbox.placed, [_said("b", "cleared", "b: resolved")], anew)
    [edited] = chat.of("editMessageText")
    assert edited["text"].splitlines()[3:] == ["critical: a: waiting 12 now", "resolved: b: resolved"]


async def test_what_is_told_with_an_end_goes_by_itself_and_what_was_repeated_is_not_told_after_its_end(
    chat: Telegram, outbox: Outbox
) -> None:
    await tell(receiver(chat), outbox.placed, [_said("a", "raised", "a: waiting 7")])
    again, over = _said("a", "again", "a: waiting still 7"), _said("a", "cleared", "a: resolved")
    await tell(receiver(chat), outbox.placed, [again, _said("b", "raised", "b: waiting 7"), over])
    [edited] = chat.of("editMessageText")
    assert edited["text"].startswith("a: resolved")
    _, told = chat.of("sendMessage")
    assert told["text"].startswith("b: waiting 7\n")
    assert not told["disable_notification"]
    assert "reply_markup" in told


async def test_ends_of_what_stands_nowhere_go_as_one_without_a_sound(chat: Telegram, outbox: Outbox) -> None:
    await tell(receiver(chat), outbox.placed, [_said(one, "cleared", f"{one}: resolved") for one in ("a", "b")])
    [told] = chat.of("sendMessage")
    assert told["disable_notification"]
    assert "2 resolved" in told["text"]


@pytest.mark.parametrize(("code", "for_good"), [(400, True), (403, True), (429, False), (500, False)])
async def test_what_telegram_refuses_is_told_without_the_token(chat: Telegram, code: int, for_good: bool) -> None:
    chat.refuses["sendMessage"] = (code, f"no such bot{TOKEN}")
    with pytest.raises(Undelivered) as refused:
        await send(receiver(chat), HELLO)
    assert refused.value.for_good is for_good
    assert str(code) in str(refused.value)
    assert SECRET not in str(refused.value)


async def test_a_house_that_is_not_allowed_is_not_asked(chat: Telegram) -> None:
    with pytest.raises(Undelivered, match="allow") as refused:
        await send(receiver(chat)._replace(allow=()), HELLO)
    assert SECRET not in str(refused.value)
    assert chat.called == []


@pytest.mark.parametrize(
    "url",
    [
        "telegram://123456@5", f"telegram://{TOKEN}@", f"telegram://{TOKEN}@leads", "telegram://a:b@5",
        f"telegram://{TOKEN}@5?api=file:///etc/passwd", "telegram://",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_chat(url: str) -> None:
    assert bot_of(url) is None


def test_an_address_of_a_chat_in_the_file(tmp_path: Path) -> None:
    def mistakes_of(**options: Any) -> list[str]:
        found = list[Mistake]()
        made = receiver_of("leads", options, tmp_path, "wallboard.toml", found)
        assert (made is None) == bool(found)
        assert made is None or made.kind == "telegram"
        return [one.reason for one in found]

    assert mistakes_of(url=f"telegram://{TOKEN}@{CHAT}") == []
    assert mistakes_of(url=f"telegram://{TOKEN}@{CHAT}", press="anybody") == []
    assert mistakes_of(url="https://a.example", secret=f"whsec_{'a' * 44}", press="linked") == [
        "belongs to telegram://…: elsewhere nothing is pressed"
    ]
    assert mistakes_of(url=f"telegram://{TOKEN}@77") == [], "a number of a chat is no address in the house"
    [reason] = mistakes_of(url="telegram://5")
    assert "telegram://123456:TOKEN@CHAT" in reason
    own = f"telegram://{TOKEN}@{CHAT}?api=http://127.0.0.1:8081"
    [reason] = mistakes_of(url=own)
    assert "allow" in reason
    assert SECRET not in reason
    assert mistakes_of(url=own, allow=["127.0.0.1/32"]) == []
