"""An alert of which nobody is told says so."""

import asyncio
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from alerted import ALERTS, raised, until

from tests.waiting import now_ms
from wallboard.config import Config
from wallboard.core.errors import RecordUnavailable
from wallboard.core.events import ConfigApplied, DutyTaken
from wallboard.core.rules import Rule
from wallboard.core.settings import Queue, Settings
from wallboard.receivers import Receiver
from wallboard.record.ownchannels import OwnChannel
from wallboard.record.tokens import Wanted


@pytest.mark.parametrize(
    ("notify", "least", "is_unheard"),
    [
        (["on-duty"], "info", True), (["on-duty", "desk"], "info", False), (["on-duty", "desk"], "critical", True),
        (["desk"], "critical", False), ([], "info", False),
    ],
)  # fmt: skip
async def test_an_alert_of_which_nobody_is_told_as_none_is_on_duty_for_it_says_so_until_somebody_acts(
    config: Config, served_elsewhere: Any, notify: list[str], least: Any, is_unheard: bool
) -> None:
    rule = {"metric": "waiting", "queues": ["*"], "raise": "> 2", "when": "always", "notify": notify}
    settings = Settings(queue={"support": Queue(team="one")}, alert={"wait": msgspec.convert(rule, Rule)})
    desk = Receiver("desk", "webhook", "http://127.0.0.1:9/", b"", least, None)
    hers = Receiver("hers", "webhook", "http://127.0.0.1:9/", b"", person="Olena")
    receivers = {"desk": desk, "hers": hers}
    async with served_elsewhere(replace(config, settings=settings, receivers=receivers)) as served:
        applied = ConfigApplied(settings=msgspec.to_builtins(settings), source="wallboard", id="1")
        other = DutyTaken(who="Vira", until=now_ms() + 60_000, teams=["two"], source="wallboard", id="2")
        await served.parts.stream.append([applied, other])
        await raised(served, severity="warning")
        assert (await until(served, bool))["a1"].get("unheard", False) == is_unheard
        if least == "info":
            await served.http.post(f"{ALERTS}/a1/acknowledge")
            row = (await until(served, lambda open_: "acknowledged_by" in open_["a1"]))["a1"]
        else:
            lead = DutyTaken(who="Olena", until=now_ms() + 60_000, teams=["one"], source="wallboard", id="3")
            await served.parts.stream.append([lead])
            row = (await until(served, lambda open_: "unheard" not in open_["a1"]))["a1"]
        assert "unheard" not in row


async def test_an_alert_says_who_is_on_duty_where_nothing_tells_them_until_something_does(
    config: Config, served_elsewhere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = {"metric": "waiting", "queues": ["*"], "raise": "> 2", "when": "always", "notify": ["on-duty"]}
    settings = Settings(alert={"wait": msgspec.convert(rule, Rule)})
    hook = Receiver("webhook", "webhook", "", b"")
    async with served_elsewhere(replace(config, settings=settings, own_channels={"webhook": hook})) as served:
        await served.apply(settings)
        await served.parts.stream.append([
            DutyTaken(who="Maria", until=now_ms() + 600_000, source="wallboard", id="2")
        ])  # fmt: skip
        await raised(served)
        row = (await until(served, lambda open_: "unreached" in open_["a1"]))["a1"]
        assert (row["unheard"], row["unreached"]) == (True, ["Maria"])
        wanted = Wanted("wall", frozenset({"state:read"}))
        _, secret = await asyncio.to_thread(served.parts.tokens.create, wanted, "tests", now_ms())
        reading = {"authorization": f"Bearer {secret}"}
        [row] = (await served.anonymous.get(ALERTS, headers=reading)).json()["open"]
        assert (row["unheard"], "unreached" in row) == (True, False), "who is on duty is for who acts on alerts"

        account, channels = await served.person("Maria", "lead"), served.parts.own_channels
        added = OwnChannel(id="", person=account, kind="webhook", target="http://127.0.0.1:9/")
        channel = await asyncio.to_thread(channels.add, added, by="Maria", now_ms=now_ms())
        assert "unheard" in (await until(served, bool))["a1"], "nothing is told where it is not confirmed"
        await asyncio.to_thread(channels.remove, channel, by="Maria", now_ms=now_ms())
        confirmed = msgspec.structs.replace(added, confirmed_ms=1)
        await asyncio.to_thread(channels.add, confirmed, by="Maria", now_ms=now_ms())
        row = (await until(served, bool))["a1"]
        assert not {"unheard", "unreached"} & row.keys()

        def away() -> None:
            raise RecordUnavailable("away")

        monkeypatch.setattr(channels, "all", away)
        assert "unheard" not in (await until(served, bool))["a1"], "nobody can say"


ASLEEP = {"quiet": "00:00-24:00"}


@pytest.mark.parametrize("how", [ASLEEP, {"least": "critical"}], ids=["quiet", "least"])
async def test_an_alert_that_no_channel_of_who_is_on_duty_takes_now_says_that_nobody_is_told(
    config: Config, served_elsewhere: Any, how: dict[str, Any]
) -> None:
    """Nothing was said: she has a channel."""
    rule = {"metric": "waiting", "queues": ["*"], "raise": "> 2", "when": "always", "notify": ["on-duty", "desk"]}
    settings = Settings(alert={"wait": msgspec.convert(rule, Rule)})
    hook, desk = Receiver("webhook", "webhook", "", b""), Receiver("desk", "webhook", "http://127.0.0.1:9/", b"", **how)
    told = replace(config, settings=settings, own_channels={"webhook": hook}, receivers={"desk": desk})
    async with served_elsewhere(told) as served:
        await served.apply(settings)
        account, channels = await served.person("Maria", "lead"), served.parts.own_channels
        wanted = OwnChannel(id="", person=account, kind="webhook", target="http://127.0.0.1:9/", confirmed_ms=1, **how)
        channel = await asyncio.to_thread(channels.add, wanted, by="Maria", now_ms=now_ms())
        duty = DutyTaken(who="Maria", until=now_ms() + 600_000, source="wallboard", id="2")
        await served.parts.stream.append([duty])
        await raised(served, "warning")
        row = (await until(served, lambda open_: "unreached" in open_["a1"]))["a1"]
        assert (row["unheard"], row["unreached"]) == (True, ["Maria"])
        awake = {"quiet": None, "least": "info"}
        await asyncio.to_thread(channels.change, channel, by="Maria", now_ms=now_ms(), **awake)
        assert not {"unheard", "unreached"} & (await until(served, bool))["a1"].keys()
