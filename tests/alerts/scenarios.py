"""Nine things that alerts do, each as somebody would see it: what happens in a centre, and who must hear of it when."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from tests.alerts.lane import FLOODING, GROUPED, SOURCE, Lane
from tests.alerts.pair import PATIENCE_S


async def all_nine(lane: Lane) -> None:
    """At once."""
    async with asyncio.TaskGroup() as tasks:
        for scenario in SCENARIOS:
            tasks.create_task(scenario(lane))


async def raises_and_clears(lane: Lane) -> None:
    """Twice, so that the second is another alert."""
    at_s = time.time()
    for _ in range(2):
        await lane.until(at_s, "raise")
        begun_s = await lane.comes("raise")
        lane.expect("raise", "raised", "raise", begun_s)
        await lane.until(begun_s + lane.tempo.apart, "clear")
        over_s = await lane.goes("raise")
        lane.expect("raise", "cleared", "raise", over_s)
        at_s = over_s + lane.tempo.apart


async def lasts(lane: Lane) -> None:
    """What does not last is not told."""
    for_s, keep_s = lane.tempo.lasts, lane.tempo.keep
    begun_s = await lane.comes("short")
    await lane.until(begun_s + for_s / 2 - 0.5, "for: not any more")
    over_s = await lane.goes("short")
    if over_s > begun_s + for_s:  # on a machine where this took so long
        lane.expect("for", "raised", "short", begun_s + for_s)
        lane.expect("for", "cleared", "short", over_s + keep_s)
    begun_s = await lane.comes("for")
    lane.expect("for", "raised", "for", begun_s + for_s)
    await lane.until(begun_s + for_s, "for")
    await lane.until(begun_s + for_s + lane.tempo.apart, "keep_for")
    over_s = await lane.goes("for")
    lane.expect("for", "cleared", "for", over_s + keep_s)
    await lane.until(over_s + keep_s, "keep_for: over")


async def repeats(lane: Lane) -> None:
    """Until somebody acknowledges."""
    begun_s, again_s = await lane.comes("repeat"), lane.tempo.again
    lane.expect("repeat", "raised", "repeat", begun_s)
    lane.expect("repeat", "again", "repeat", begun_s + again_s)
    alert = (await lane.heard("repeat", "raised", "repeat")).alert
    await lane.until(begun_s + again_s, "repeat")
    await lane.heard("repeat", "again", "repeat")
    acted_s = (await lane.act(alert, "acknowledge"))["time"] / 1000
    _may_repeat(lane, "repeat", begun_s, begun_s + 2 * again_s, acted_s)
    await lane.until(begun_s + 2 * again_s + lane.tempo.cause, "repeat: acknowledged")
    lane.expect("repeat", "cleared", "repeat", await lane.goes("repeat"))


def _may_repeat(lane: Lane, what: str, begun_s: float, from_s: float, until_s: float) -> None:
    """What came due before somebody acted or while that was told, on a machine where this took so long."""
    for due_s in range(int(begun_s), int(until_s + lane.tempo.again / 2) + 1, lane.tempo.again):
        if due_s >= from_s:
            lane.expect(what, "again", what, due_s, may=True)


async def groups(lane: Lane) -> None:
    """One message for what follows of one cause."""
    names = [f"group{n}" for n in range(GROUPED)]
    begun_s = await lane.comes(names[0])
    lane.expect("group", "raised", names[0], begun_s)
    await lane.until(begun_s + 1.2, "group")
    more_s = await lane.comes(*names[1:])
    for one in names[1:]:
        lane.expect("group", "raised", one, more_s)
    last = await lane.heard("group", "raised", names[-1])
    await lane.until(last.at_s + lane.tempo.apart, "group: over")
    over_s = await lane.goes(*names)
    for one in names:
        lane.expect("group", "cleared", one, over_s)


async def inhibits(lane: Lane) -> None:
    """While the source is silent nothing is said of its queue, but that. What is still wrong then is told after."""
    silent_s = lane.tempo.silent
    heard_s = await lane.beats(waits="held")
    lane.expect("silent", "raised", SOURCE, int(heard_s + silent_s) + 1)
    await lane.until(heard_s + silent_s, "inhibit")
    await lane.heard("silent", "raised", SOURCE)
    await lane.until(heard_s + silent_s + lane.tempo.apart, "inhibit: it would be raised")
    heard_s = await lane.beats()
    lane.go_on_beating()
    lane.expect("silent", "cleared", SOURCE, int(heard_s) + 1)
    lane.expect("held", "raised", "held", int(heard_s) + 1)
    for _ in range(5):  # on a machine where the next heartbeat takes so long
        for kind in ("raised", "cleared"):
            lane.expect("silent", kind, SOURCE, int(heard_s + silent_s) + 1, may=True)
    await lane.until(heard_s + lane.tempo.apart, "inhibit: heard again")
    lane.expect("held", "cleared", "held", await lane.goes("held", source=SOURCE))


async def floods(lane: Lane) -> None:
    """One message for all, then one digest at a time."""
    names, digest_s = [f"flood{n}" for n in range(FLOODING)], lane.tempo.digest
    begun_s = await lane.comes(*names)
    for one in names:
        lane.expect("flood", "raised", one, begun_s, digest_s)
    await lane.until(begun_s + 2, "flood")
    late_s, over_s = await lane.comes("late"), await lane.goes(*names)
    lane.expect("flood", "raised", "late", late_s, digest_s)
    for one in names:
        lane.expect("flood", "cleared", one, over_s, digest_s)
    digest = await lane.heard("flood", "raised", "late")
    await lane.until(digest.at_s + 1, "flood: digest")
    lane.expect("flood", "cleared", "late", await lane.goes("late"), digest_s)
    await lane.heard("flood", "cleared", "late")


async def snoozes(lane: Lane) -> None:
    """Nothing is said meanwhile; it ends by itself, and what is still wrong is told again."""
    begun_s, again_s = await lane.comes("snooze"), lane.tempo.again
    lane.expect("snooze", "raised", "snooze", begun_s)
    alert = (await lane.heard("snooze", "raised", "snooze")).alert
    await lane.until(begun_s + again_s / 2, "snooze")
    snoozed = await lane.act(alert, "snooze", seconds=again_s)
    _may_repeat(lane, "snooze", begun_s, begun_s + again_s, snoozed["time"] / 1000)
    over_s = snoozed["until"] / 1000
    lane.expect("snooze", "again", "snooze", over_s)
    await lane.until(over_s, "snooze: over")
    async with asyncio.timeout(PATIENCE_S):
        while (again := await lane.heard("snooze", "again", "snooze")).at_s < over_s:
            await asyncio.sleep(0.05)
    acted_s = (await lane.act(alert, "acknowledge"))["time"] / 1000
    _may_repeat(lane, "snooze", begun_s, over_s, acted_s)
    await lane.until(again.at_s + lane.tempo.apart, "snooze: clear")
    lane.expect("snooze", "cleared", "snooze", await lane.goes("snooze"))


async def escalates(lane: Lane) -> None:
    """Along the chain, until somebody acknowledges; the end is told to whom the begin was."""
    begun_s, again_s = await lane.comes("escalate"), lane.tempo.again
    for place, receiver in enumerate(("first", "second")):
        lane.expect(receiver, "raised", "escalate", begun_s + place * again_s)
    await lane.until(begun_s + again_s, "escalate")
    alert = (await lane.heard("second", "raised", "escalate")).alert
    acted_s = (await lane.act(alert, "acknowledge"))["time"] / 1000
    is_late = acted_s + again_s / 2 >= begun_s + 2 * again_s  # on a machine where that took so long
    await lane.until(begun_s + 2 * again_s + lane.tempo.cause, "escalate: acknowledged")
    if is_late:
        lane.expect("third", "raised", "escalate", begun_s + 2 * again_s, may=True)
    over_s = await lane.goes("escalate")
    for receiver in ("first", "second", *(["third"] if is_late else [])):
        lane.expect(receiver, "cleared", "escalate", over_s, may=receiver == "third")


Scenario = Callable[[Lane], Awaitable[None]]
SCENARIOS: tuple[Scenario, ...] = (
    raises_and_clears, lasts, repeats, groups, inhibits, floods, snoozes, escalates,
)  # fmt: skip
