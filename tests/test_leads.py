"""Whoever leads no more is off duty and is told nothing, however the account ended; real parts."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.waiting import now_ms, until
from tests.workers import Workers
from wallboard import leads as module
from wallboard.cli import run
from wallboard.core.errors import RecordUnavailable
from wallboard.core.events import DutyTaken
from wallboard.core.settings import Settings
from wallboard.leads import Leads
from wallboard.receivers import Receiver
from wallboard.record.audit import Audit
from wallboard.record.database import open_record
from wallboard.record.ownchannels import OwnChannel, OwnChannels
from wallboard.record.people import Bound, People
from wallboard.stream.stream import Stream

pytestmark = pytest.mark.usefixtures("own_folder")
OWN = {name: Receiver(name, "webhook", "https://nowhere.invalid/", person=name) for name in ("Olena", "Vira", "Ivan")}
RECEIVERS = {"boss": Receiver("boss", "webhook", "https://nowhere.invalid/"), **OWN}
TEAMS = {"Olena": ("first",), "Vira": None, "Ivan": ()}


async def test_a_command_that_takes_an_account_or_its_teams_away_ends_its_duty_and_its_own_receivers(
    workers: Workers, stream: Stream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_S", 0.05)
    people = People(open_record(tmp_path))
    people.first(1)
    ids = {name: people.add(name, "lead", Bound(teams=teams), by="tests", now_ms=1).id for name, teams in TEAMS.items()}
    line = workers.line()
    pipeline, outbox = line.pipeline, line.outbox
    channels, audit = OwnChannels(open_record(tmp_path)), Audit(open_record(tmp_path))
    patterns: dict[Any, Receiver] = {"webhook": Receiver("own:", "webhook", "")}
    leads = Leads(
        pipeline, line.into, people, audit, lambda: RECEIVERS, now_ms, channels, lambda: patterns,
        outbox,
    )  # fmt: skip
    assert leads.receivers() == RECEIVERS, "until it is known"
    assert not leads.looked
    hook = OwnChannel(id="", person=ids["Vira"], kind="webhook", target="https://nowhere.invalid/", confirmed_ms=1)
    added = await asyncio.to_thread(channels.add, hook, by="Vira", now_ms=1)
    workers.start(line, Settings, [leads])

    def on() -> set[str]:
        return set(pipeline.floor.duty.on)

    def ended() -> list[tuple[str, object]]:
        return sorted((line.who, line.detail["id"]) for line in audit.read() if line.what == "duty.left")

    async def person(*said: str) -> None:
        assert await asyncio.to_thread(run, ["person", *said]) == 0

    for name, teams in TEAMS.items():
        account, listed = f"person:{ids[name]}", None if teams is None else list(teams)
        until_ms = now_ms() + 3_600_000
        await stream.append([
            DutyTaken(who=name, account=account, teams=listed, until=until_ms, source="wallboard", id=name)
        ])  # fmt: skip
    await until(lambda: pipeline.ready and on() == set(OWN))
    await until(lambda: leads.receivers().keys() == {*RECEIVERS, added.receiver})
    assert leads.looked
    assert leads.receivers()[added.receiver].person == "Vira"
    assert leads.name_of(ids["Vira"]) == "Vira"
    await outbox.add(added.receiver, b"{}")
    pattern = patterns.pop("webhook")
    assert added.receiver not in leads.receivers(), "the file allows none any more"
    patterns["webhook"] = pattern
    await asyncio.sleep(0.3)
    assert await outbox.waiting(added.receiver, 1), "it waits while its lead leads"
    assert on() == set(OWN), "whose account stands as it was stays on duty"
    assert ended() == []
    await person("set", "Olena", "--team", "second")
    await until(lambda: "Olena" not in on())
    await person("set", "Ivan", "--disable")
    await person("set", "Vira", "--role", "agent")
    await until(lambda: not on())
    async with asyncio.timeout(30):
        while await outbox.waiting(added.receiver, 1):  # else it is told as new when she leads again
            await asyncio.sleep(0.02)
    assert leads.name_of(ids["Vira"]) is None
    await until(lambda: leads.receivers().keys() == {"boss", "Olena"})
    await until(lambda: len(ended()) >= len(OWN))
    assert ended() == [("wallboard", name) for name in sorted(OWN)], "each once, and nobody did it"
    hook = msgspec.structs.replace(hook, person=ids["Olena"])
    added = await asyncio.to_thread(channels.add, hook, by="Olena", now_ms=1)
    await until(lambda: added.receiver in leads.receivers())
    await outbox.add(added.receiver, b"{}")
    await person("remove", "Olena", "--yes")
    await until(lambda: leads.receivers().keys() == {"boss"})
    async with asyncio.timeout(30):
        while await outbox.waiting(added.receiver, 1):
            await asyncio.sleep(0.02)

    def away() -> None:
        raise RecordUnavailable("away")

    monkeypatch.setattr(people, "all", away)
    await asyncio.sleep(0.2)
    assert leads.receivers().keys() == {"boss"}, "as it was known last"
