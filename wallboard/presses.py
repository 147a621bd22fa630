"""Who pressed a button under a message? The leading worker asks each bot of Telegram, and puts the act into the stream.

It asks and waits (long polling), so that nobody needs to reach Wallboard from outside. Only presses in the chat of a
receiver count, on an alert that was told there, of whoever may act: who has a chat of their own with the bot that is a
lead's (`person`), whoever writes from that very chat, and anybody where the chat says so (`press = "anybody"`).
https://core.telegram.org/bots/api#getupdates
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import structlog

from wallboard.alerts.asked import language_of
from wallboard.alerts.message import said_in
from wallboard.alerts.notify import Undelivered
from wallboard.alerts.notify.telegram import RESULTS, SHIFT, SNOOZES, Answer, asked, without
from wallboard.catalogs import Words
from wallboard.core import events as ev
from wallboard.core.alerts import IN_TELEGRAM, OWNER_BY, before
from wallboard.core.errors import LeaseLost, RecordUnavailable, StreamUnavailable
from wallboard.core.rows import AlertRow
from wallboard.linking import Linking
from wallboard.live.pipeline import Pipeline
from wallboard.receivers import Bot, Receiver, bot_of, is_of
from wallboard.record.audit import Audit
from wallboard.stream.placed import Placed
from wallboard.stream.stream import Stream

LOOK_S = 0.5
WAITS_S = 25  # for a press, in one call
LEAST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
MINUTE_MS = 60_000
LONGEST_NAME = 100
SNOOZED = {f"snooze{minutes}": minutes for minutes in SNOOZES}

log = structlog.get_logger("notify")


class Presser(NamedTuple):
    """`name`: as it stands in the alert. `account`: of whoever is linked."""

    name: str
    account: str | None = None


class Presses:
    """`token`: the fencing token while this worker leads, else None."""

    def __init__(
        self,
        pipeline: Pipeline,
        stream: Stream,
        placed: Placed,
        receivers: Callable[[], Mapping[str, Receiver]],
        clock_ms: Callable[[], int],
        audit: Audit,
        linking: Linking | None = None,
        account_of: Callable[[str], str | None] = lambda _: None,
    ) -> None:
        """`linking`: what becomes of a lead's word to a bot. `account_of`: of a lead, by name."""
        self.token: int | None = None
        self._pipeline = pipeline
        self._stream = stream
        self._placed = placed
        self._receivers = receivers
        self._clock_ms = clock_ms
        self._audit = audit
        self._linking = linking
        self._account_of = account_of
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Until cancelled. A task a bot, of however many chats."""
        try:
            while True:
                await asyncio.sleep(LOOK_S)
                bots = self._bots() if self.token is not None and self._pipeline.ready else {}
                await self._stop([name for name in self._tasks if name not in bots])
                for name in bots.keys() - self._tasks.keys():
                    self._tasks[name] = asyncio.create_task(self._hear(name), name="presses of a bot")
        finally:
            await self._stop(list(self._tasks))

    def _bots(self) -> dict[str, tuple[Bot, Receiver]]:
        """By token, with one of its receivers."""
        found = {}
        linked = self._linking.pattern if self._linking else None
        for receiver in (*([linked] if linked else []), *self._receivers().values()):
            if receiver.kind == "telegram" and (bot := bot_of(receiver.url)):
                found[bot.token] = bot, receiver
        return found

    async def _stop(self, names: list[str]) -> None:
        tasks = [self._tasks.pop(name) for name in names]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _hear(self, name: str) -> None:
        """What was heard is confirmed by the next call: who dies in between hears it again, by the same id."""
        after, pause_s = 0, 0.0
        while name in (bots := self._bots()):
            bot, receiver = bots[name]
            try:
                after = await self._once(bot, receiver, after)
                pause_s = 0.0
                continue
            except (Undelivered, LeaseLost, StreamUnavailable) as reason:
                log.info("presses are not heard now", to=receiver.name, reason=str(reason) or type(reason).__name__)
            except Exception as error:  # the root of this task; its text could hold the token
                log.warning("a press was not taken", to=receiver.name, reason=without(repr(error), bot))
            pause_s = min(max(pause_s * 2, LEAST_PAUSE_S), LONGEST_PAUSE_S)
            await asyncio.sleep(pause_s)

    async def _once(self, bot: Bot, receiver: Receiver, after: int) -> int:
        linking = self._linking if self._linking and self._linking.hears(bot) else None
        wanted = ["callback_query", *(["message"] if linking else [])]
        body = {"offset": after, "timeout": WAITS_S, "allowed_updates": wanted}
        answer = await asked(bot, receiver, "getUpdates", body, answer_s=WAITS_S + 10)
        if not answer.ok:
            raise Undelivered(f"Telegram answers {answer.error_code} {without(answer.description, bot)}")
        for update in answer.result:
            if linking and "message" in update:
                await self._linked(bot, receiver, linking, update)
                after = max(after, update["update_id"] + 1)
                continue
            said = await self._press(bot, update)
            after = max(after, update["update_id"] + 1)
            if query := update.get("callback_query"):
                said_to = {"callback_query_id": query["id"], "text": said}
                await self._say_to(bot, receiver, "answerCallbackQuery", said_to)
        return after

    async def _linked(self, bot: Bot, receiver: Receiver, linking: Linking, update: dict[str, Any]) -> None:
        told = await linking.told(bot, update)
        if told:
            await self._say_to(bot, receiver, "sendMessage", {"chat_id": int(told.chat), "text": told.text})

    async def _press(self, bot: Bot, update: dict[str, Any]) -> str:
        """What to say to whoever pressed."""
        query = update.get("callback_query") or {}
        chat = str(((query.get("message") or {}).get("chat") or {}).get("id", ""))
        verb, _, alert = str(query.get("data") or "").partition(" ")
        here = [name for name, one in self._receivers().items() if is_of(one, bot, chat)]
        if not any([await self._placed.of(name, alert) is not None for name in here]):
            return self._say(alert)("pressed.elsewhere")
        sender = query.get("from") or {}
        who = self._who(bot, here, sender)
        if who is None:
            return self._say(alert)("pressed.not_linked")
        alerts, now_ms = self._pipeline.floor.alerts, self._clock_ms()
        if alert not in alerts.open:
            return self._say(alert)("pressed.over")
        row = alerts.open[alert]
        until_ms = alerts.shift_ends_ms(row) if verb == SHIFT else _snoozed_until(verb, now_ms)
        event = _event(verb, alert, who, f"tg{update['update_id']}", now_ms, until_ms)
        if event is None:
            return self._say(alert)("pressed.unknown")
        line = _line(event, row)
        await self._stream.append([event], fence=self.token)
        await self._note(event, line, now_ms)
        return self._say(alert)("pressed.done")

    async def _note(self, event: ev.AlertEvent, line: Mapping[str, Any], now_ms: int) -> None:
        """A press that is heard twice has two lines of the audit trail."""
        who, what = event.who or "", ev.type_of(event)
        try:
            await asyncio.to_thread(lambda: self._audit.write(now_ms, who, what, **line))
        except RecordUnavailable as reason:
            log.warning("not in the audit trail", who=who, what=what, id=event.alert, reason=str(reason))

    def _say(self, alert: str) -> Words:
        """In the language in which the alert was told."""
        floor = self._pipeline.floor
        row = floor.alerts.open.get(alert) or floor.alerts.over.get(alert)
        first = next(iter(floor.settings.sites.values())).language
        return said_in(language_of(row, floor.settings) if row else first)

    def _who(self, bot: Bot, here: Sequence[str], sender: Mapping[str, Any]) -> Presser | None:
        """As whom this sender acts in a chat of these receivers; None: they may not. A chat of one's own has the
        number of its person."""
        number, receivers = str(sender.get("id", "")), self._receivers()
        own = [one for one in receivers.values() if is_of(one, bot, number)]
        if person := next((one.person for one in own if one.person), None):
            return Presser(f"{person}{IN_TELEGRAM}", self._account_of(person))
        is_open = any(receivers[name].press == "anybody" or receivers[name] in own for name in here)
        return Presser(_called(sender)) if is_open else None

    async def _say_to(self, bot: Bot, receiver: Receiver, method: str, body: dict[str, Any]) -> None:
        """What it answers is done already."""
        try:
            answered: Answer = await asked(bot, receiver, method, body)
        except Undelivered as reason:
            log.info("not answered", to=receiver.name, method=method, reason=str(reason))
            return
        if not answered.ok:
            log.info("not answered", to=receiver.name, method=method, reason=without(answered.description, bot))


def _called(sender: Mapping[str, Any]) -> str:
    """Never the name of an account here: whoever is called so in Telegram chose it themselves."""
    name = " ".join(str(sender.get(key) or "") for key in ("first_name", "last_name"))
    plain = " ".join("".join(one if one.isprintable() else " " for one in name).split())
    return f"{plain[:LONGEST_NAME] or sender.get('id', 'somebody')}{IN_TELEGRAM}"


def _snoozed_until(verb: str, now_ms: int) -> int | None:
    minutes = SNOOZED.get(verb)
    return now_ms + minutes * MINUTE_MS if minutes else None


def _event(verb: str, alert: str, who: Presser, name: str, now_ms: int, until_ms: int | None) -> ev.AlertEvent | None:
    said: dict[str, Any] = {"alert": alert, "who": who.name, "id": name, "time": now_ms, "source": "wallboard"}
    if verb == "acknowledge":
        return ev.AlertAcknowledged(**said)
    if verb == "assign":
        return ev.AlertAssigned(attributes={"to": who.name} | ({OWNER_BY: who.account} if who.account else {}), **said)
    if verb in RESULTS:
        return ev.AlertActed(attributes={"result": verb}, **said)
    return None if until_ms is None else ev.AlertSnoozed(until=until_ms, **said)


def _line(event: ev.AlertEvent, row: AlertRow) -> dict[str, Any]:
    """As web/alertacts.py has it in the audit trail."""
    said = {key: value for key, value in (event.attributes or {}).items() if key != OWNER_BY}
    about = {"id": event.alert, "rule": row.rule, "kind": row.kind, "of": row.of, **said}
    changed = {"until": event.until, "before": before(event, row)}
    return about | {key: value for key, value in changed.items() if value is not None}
