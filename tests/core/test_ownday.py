"""What somebody did today is told of their own contacts alone, also of those that were put to rest long ago."""

from msgspec.structs import replace

from wallboard.core import events as ev
from wallboard.core.ownday import MOST, OwnDays
from wallboard.core.settings import Queue, Settings
from wallboard.core.state import Floor

NOON, MINUTE = 1_795_348_800_000, 60_000


def floor_with(*events: ev.Event) -> Floor:
    floor = Floor(Settings(queue={"support": Queue(name="Підтримка")}))
    for event in events:
        floor.apply(event, event.time or NOON)
    return floor


def handled(contact: str, agent: str, at_ms: int, channel: str = "voice", talk_s: int = 60) -> list[ev.Event]:
    told = {"contact": contact, "source": "pbx"}
    return [
        ev.Queued(queue="support", channel=channel, time=at_ms, **told),
        ev.Answered(agent=agent, time=at_ms + 1000, **told),
        ev.Ended(agent=agent, time=at_ms + 1000 + talk_s * 1000, **told),
    ]


def test_contacts_by_channel_tags_and_marks_are_ones_own():
    floor = floor_with(
        ev.SignedIn(agent="anna", name="Anna", source="pbx", time=NOON),
        *handled("c1", "anna", NOON), *handled("c2", "anna", NOON + 2 * MINUTE, "chat"),
        *handled("c3", "boris", NOON + 4 * MINUTE),
        ev.Tagged(contact="c1", tag="thanks", source="pbx", time=NOON + 6 * MINUTE),
        ev.Tagged(contact="c3", tag="thanks", source="pbx", time=NOON + 7 * MINUTE),
        ev.Rated(contact="c2", score=4, source="pbx", time=NOON + 8 * MINUTE),
        ev.Queued(contact="c4", queue="support", source="pbx", time=NOON + 9 * MINUTE),
        ev.Answered(contact="c4", agent="anna", source="pbx", time=NOON + 10 * MINUTE),
    )  # fmt: skip
    found = OwnDays().of(floor, "anna")
    assert (found["handled"], found["channels"], found["talk_s"]) == (2, {"chat": 1, "voice": 1}, 120)
    assert (found["tags"], found["rating_avg"]) == ({"thanks": 1, "hostile": 0}, 4)
    assert [row["contact"] for row in found["contacts"]] == ["c4", "c2", "c1"]
    assert found["contacts"][0]["running"]
    assert found["contacts"][2] == {
        "contact": "c1", "source": "pbx", "channel": "voice", "at": NOON + 1000, "noted": False, "tags": ["thanks"],
        "queue": "Підтримка", "talk_s": 60,
    }  # fmt: skip


def test_without_a_note_is_said_only_where_notes_are_taken():
    floor = floor_with(*handled("c1", "anna", NOON), *handled("c2", "anna", NOON + 2 * MINUTE))
    assert "unnoted" not in OwnDays().of(floor, "anna")
    floor.apply(ev.Outcome(contact="c1", code="moved", source="pbx", time=NOON + 5 * MINUTE), NOON + 5 * MINUTE)
    assert OwnDays().of(floor, "anna")["unnoted"] == 1


def test_what_rests_and_what_is_fresh_is_found_whenever_one_looks():
    floor, days = floor_with(*handled("old", "anna", NOON)), OwnDays()
    assert days.had(floor, "anna", ("pbx", "old"))
    for event in handled("fresh", "anna", NOON + 5 * MINUTE):
        floor.apply(event, event.time or 0)
    assert days.had(floor, "anna", ("pbx", "fresh"))
    floor.advance(NOON + 40 * MINUTE)
    assert [row["contact"] for row in days.of(floor, "anna")["contacts"]] == ["fresh", "old"]
    assert not days.had(floor, "boris", ("pbx", "old"))


def test_what_was_taken_before_midnight_and_ended_after_it_is_of_the_day_that_counts_it():
    midnight = NOON + 12 * 60 * MINUTE
    over, into = handled("over", "anna", midnight - 30 * MINUTE), handled("into", "anna", midnight - 2 * MINUTE)
    floor = floor_with(*over, *into[:2])
    floor.advance(midnight + MINUTE)
    found = OwnDays().of(floor, "anna")
    assert (found["handled"], [row["contact"] for row in found["contacts"]]) == (0, ["into"])
    floor.apply(replace(into[2], time=midnight + 5 * MINUTE), midnight + 5 * MINUTE)
    found = OwnDays().of(floor, "anna")
    assert (found["handled"], found["channels"]) == (1, {"voice": 1})


def test_many_contacts_are_counted_and_the_last_are_told():
    events = [event for n in range(MOST + 5) for event in handled(f"c{n}", "anna", NOON + n * 2000, talk_s=0)]
    found = OwnDays().of(floor_with(*sorted(events, key=lambda one: one.time or 0)), "anna")
    assert (found["channels"], len(found["contacts"])) == ({"voice": MOST + 5}, MOST)


def test_of_who_is_not_known_there_is_nothing():
    found = OwnDays().of(floor_with(), "nobody")
    assert found == {"id": "nobody", "name": "nobody", "contacts": [], "channels": {}, "unseen": True}
