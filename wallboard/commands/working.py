"""What does a worker run? The pipeline and its checkpoints, and beside them what only the one that leads does.

historian   intervals ─▶ record              alerter    raised, over ─▶ stream
keeper      events ─▶ a file a day           teller     alerts ─▶ people
granting    what files grant ─▶ audit trail  handing    shifts ─▶ mail
leads       accounts ─▶ duties, receivers    presses    buttons in Telegram ─▶ stream
beating     all is well ─▶ an address
"""

import asyncio
from typing import NamedTuple

from sqlalchemy import Engine

from wallboard.alerter import Alerter
from wallboard.assets import shipped_in
from wallboard.beating import Beating
from wallboard.commands.inforce import InForce
from wallboard.commands.line import Line, line
from wallboard.config import Config
from wallboard.granting import Granting
from wallboard.handing import Handing
from wallboard.historian import Historian
from wallboard.keeper import Keeper
from wallboard.leads import Leads
from wallboard.linking import Linking
from wallboard.live.pipeline import Pipeline
from wallboard.presses import Presses
from wallboard.record.audit import Audit
from wallboard.record.database import open_record
from wallboard.record.days import Days
from wallboard.record.granted import Granted
from wallboard.record.history import History
from wallboard.record.ownchannels import OwnChannels
from wallboard.record.people import People
from wallboard.record.revisions import Revisions
from wallboard.record.shelf import Shelf
from wallboard.record.shiftnotes import ShiftNotes
from wallboard.stream.checkpoint import Checkpoints
from wallboard.stream.health import HealthRecords
from wallboard.stream.housetime import HouseTime
from wallboard.stream.lease import Lease
from wallboard.stream.outbox import Outbox
from wallboard.stream.stream import Stream
from wallboard.teller import Teller
from wallboard.worker import Beside, Worker


class _Ground(NamedTuple):
    """What all of them stand on. `config` is as it was at the start, `force` what is in force now."""

    force: InForce
    config: Config
    engine: Engine
    line: Line
    clock_ms: HouseTime
    pipeline: Pipeline


async def work(force: InForce, config: Config) -> None:
    """Until cancelled."""
    engine = await asyncio.to_thread(open_record, config.data, config.database_url)
    async with line(config) as to:
        clock_ms, checkpoints = HouseTime(to.redis, to.keys), Checkpoints(to.redis, to.keys)
        pipeline, lease = Pipeline(to.reader, checkpoints, clock_ms), Lease(to.redis, to.keys)
        ground = _Ground(force, config, engine, to, clock_ms, pipeline)
        beating = Beating(pipeline, lambda: force.config.heartbeat)
        besides = [*_that_keep(ground), *_that_tell(ground), beating]
        async with clock_ms.kept():
            settings = lambda: force.config.settings  # noqa: E731
            await Worker(pipeline, to.stream, checkpoints, lease, clock_ms, settings, besides).run()


def _that_keep(on: _Ground) -> list[Beside]:
    """What happened, for those who ask later."""
    redis, keys, keeps = on.line.redis, on.line.keys, on.config.history
    historian = Historian(
        on.pipeline, History(on.engine), on.clock_ms, keeps.days, keeps.agent_days,
        HealthRecords(redis, keys).write_history, (Audit(on.engine), keeps.audit_days), ShiftNotes(on.engine),
    )  # fmt: skip
    keeper = Keeper(Stream(redis, keys), Days(on.config.events), on.clock_ms, keeps.event_days)
    boards = on.config.boards
    shelf = Shelf(boards, Revisions(on.engine), shipped=shipped_in(boards), editable=False)
    granting = Granting(shelf, lambda: on.force.config, Granted(on.engine), on.clock_ms)
    return [historian, keeper, granting]


def _that_tell(on: _Ground) -> list[Beside]:
    """Alerts and hand-overs to people, whose buttons come back. Who is told is what Leads knows."""
    force, engine, pipeline, clock_ms, stream = on.force, on.engine, on.pipeline, on.clock_ms, on.line.stream
    audit, channels, outbox = Audit(engine), OwnChannels(engine), Outbox(on.line.redis, on.line.keys)
    patterns = lambda: force.config.own_channels  # noqa: E731
    leads = Leads(
        pipeline, stream, People(engine), audit, lambda: force.config.receivers, clock_ms, channels, patterns, outbox
    )
    told, link = leads.receivers, _address(on.config, "alerts")
    teller = Teller(pipeline, outbox, told, clock_ms, link, leads.asked, lambda: leads.looked)
    shift = _address(on.config, "shift")
    handing = Handing(pipeline, outbox, History(engine), ShiftNotes(engine), told, clock_ms, shift)
    linking = Linking(channels, patterns, told, leads.name_of, clock_ms, lambda: pipeline.floor.settings)
    presses = Presses(pipeline, stream, outbox.placed, told, clock_ms, audit, linking, leads.account_of)
    return [Alerter(pipeline, stream), leads, teller, handing, presses]


def _address(config: Config, page: str) -> str:
    """Of a page, as people open it; empty while nobody has said under which address we stand."""
    base = config.server.public_url
    return f"{base.rstrip('/')}/{page}" if base else ""
