"""Asterisk's own counters of the recorded day, read every five seconds, beside what is counted from its log."""

from pathlib import Path

from folding import Line
from recording import samples

from collectors.asterisk.formats import QUEUE_LOG
from collectors.asterisk.manager import Manager
from wallboard.core.platform import compared


def test_who_left_is_counted_alike_and_completed_calls_differ_where_asterisk_leaves_some_out(day5: Path) -> None:
    """Asterisk skips a call that ends after a newer one of the same member began: support 46 of 60, vip 10 of 15."""
    line, manager, position = Line(), Manager(), 0
    told = sorted(QUEUE_LOG.read([day5 / "queue_log"]), key=lambda event: event.time or 0)
    for sample in samples(day5):
        at_ms = round(sample["t1"] * 1000)
        while position < len(told) and (told[position].time or 0) <= at_ms:
            line.take([told[position]])
            position += 1
        for queue in sample["queues"]:
            line.take(manager.translate({"Event": "QueueParams", "ActionID": "counters", **queue}, at_ms))
    [(name, row)] = line.floor.sources.items()
    stories = [contact.story for (source, _), contact in line.floor.contacts.contacts.items() if source == name]
    found = {one.queue: (one.theirs, one.ours) for one in compared(row.platform, stories)}
    assert found == {
        "billing": ((34, 6), (34, 6)),
        "night": ((0, 0), (0, 0)),
        "sales": ((49, 13), (50, 13)),
        "support": ((46, 4), (60, 4)),
        "vip": ((10, 1), (15, 1)),
        "Поддержка": ((24, 17), (24, 17)),
    }


def test_a_listing_for_its_counters_says_nothing_else() -> None:
    """No member and no caller of it is taken for the truth of another instant."""
    manager = Manager()
    manager.asked(1_000)
    rows = [
        {"Event": "QueueParams", "Queue": "support", "Completed": "5", "Abandoned": "2"},
        {"Event": "QueueMember", "Queue": "support", "Name": "Ewa", "Status": "1", "Paused": "0"},
        {"Event": "QueueEntry", "Queue": "support", "Uniqueid": "1.0", "Wait": "3"},
        {"Event": "QueueStatusComplete"},
    ]
    told = [event for row in rows for event in manager.translate({**row, "ActionID": "counters"}, 2_000)]
    assert [event.attributes for event in told] == [{"queue": "support", "completed": "5", "abandoned": "2"}]
