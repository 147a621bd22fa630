"""A message that leaves late says the number now, beside the one with which the alert was raised and when that was."""

from typing import Any

import msgspec
import pytest

from tests.alerts.dues import NOON, row
from tests.alerts.there import Sending, listening
from tests.waiting import until
from wallboard.alerts.late import LATE_MS, as_of_now
from wallboard.alerts.message import HEAD, Message, late_of, message_of, together
from wallboard.alerts.message import test_of as made_to_test
from wallboard.alerts.told import due_on
from wallboard.core import events as ev
from wallboard.core.askable import METRICS
from wallboard.core.rules import Rule
from wallboard.core.settings import LANGUAGES, Settings, Site
from wallboard.core.state import Floor
from wallboard.core.watchful import watchful
from wallboard.receivers import Receiver

SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
LEADS = Receiver("leads", "webhook", "https://a.example")
RULE = {"metric": "oldest_wait_s", "queues": ["*"], "raise": "> 120", "when": "always", "notify": ["leads"]}


class Centre:
    """Rules look, and what they say is told at once."""

    def __init__(self, site: Site | None = None, **rules: dict[str, Any]) -> None:
        made = msgspec.convert({name: RULE | rule for name, rule in (rules or {"wait": {}}).items()}, dict[str, Rule])
        self.floor = watchful(Floor(Settings(alert=made, site={"main": site or Site()})))
        self.floor.advance(NOON)

    def at(self, after_ms: int, event: ev.Event | None = None) -> None:
        self.floor.advance(NOON + after_ms)
        if event:
            self.floor.apply(event, NOON + after_ms)
        assert self.floor.alerting
        for said in list(self.floor.alerting.untold.values()):
            self.floor.apply(said, self.floor.now_ms)

    def comes(self, after_ms: int = 0, contact: str = "c", queue: str = "support") -> None:
        self.at(after_ms, ev.Queued(contact=contact, queue=queue, source="pbx", time=NOON + after_ms))

    def goes(self, after_ms: int, contact: str = "c") -> None:
        self.at(after_ms, ev.Abandoned(contact=contact, source="pbx", time=NOON + after_ms))

    def messages(self) -> list[Message]:
        return [one.message for each in due_on(self.floor, {"leads": LEADS}, self.floor.now_ms, "") for one in each]

    def leaves(self, message: Message, after_ms: int) -> Message:
        self.at(after_ms)
        return as_of_now(self.floor, message, NOON + after_ms)


def waited(site: Site | None = None, **rule: Any) -> tuple[Centre, Message]:
    """Raised after two minutes and a second."""
    centre = Centre(site, wait=rule)
    centre.comes()
    centre.at(122 * SECOND)
    [message] = centre.messages()
    return centre, message


def test_it_says_the_number_now_in_front_and_behind_the_limit_when_it_was_raised_and_with_which() -> None:
    centre, message = waited()
    assert message.title == "support: longest wait 2:01 (limit > 2:00)"
    late = centre.leaves(message, 310 * SECOND)
    assert late.title == "support: longest wait 5:10 now (limit > 2:00), raised 12:02 at 2:01"
    assert (late.id, late.value, late.now, late.text) == (message.id, 121, 310, message.text)


def test_within_a_minute_it_leaves_as_it_was() -> None:
    centre, message = waited()
    assert centre.leaves(message, 121 * SECOND + LATE_MS - SECOND) is message
    assert centre.leaves(message, 121 * SECOND + LATE_MS) is not message


def test_the_time_is_that_of_its_site_with_its_date_where_that_was_not_today() -> None:
    centre, message = waited(Site(zone="Asia/Tokyo", language="uk"))
    assert centre.leaves(message, HOUR).title.endswith(", спрацювало о 21:02: 2:01")
    assert centre.leaves(message, 3 * HOUR + 30 * MINUTE).title.endswith(", спрацювало о 2026-11-18 21:02: 2:01")


def test_a_repeat_that_waited_says_it_too() -> None:
    centre, _ = waited(repeat="2m")
    centre.at(250 * SECOND)
    _, again = centre.messages()
    assert centre.leaves(again, 400 * SECOND).title == (
        "support: longest wait still 6:40 (limit > 2:00), raised 12:02 at 2:01"
    )


def test_of_a_source_that_is_silent_the_number_now_is_not_known() -> None:
    centre = Centre(wait={"metric": "waiting", "raise": "> 0"})
    centre.at(0, ev.SourceBeat(source="pbx", time=NOON))
    centre.comes(500)
    centre.at(2 * SECOND)
    [message] = centre.messages()
    late = centre.leaves(message, 5 * MINUTE)
    assert late.title == "support: waiting 1 (limit > 0), raised 12:00; not known now"
    assert late.now is None


def test_of_what_is_over_and_of_a_test_nothing_is_said_anew() -> None:
    centre, message = waited()
    centre.goes(200 * SECOND)
    assert centre.leaves(message, 310 * SECOND) is message
    ended = centre.messages()[-1]
    assert ended.type == "cleared"
    assert centre.leaves(ended, 600 * SECOND) is ended
    test = made_to_test("leads", "x", NOON, "en")
    assert centre.leaves(test, 700 * SECOND) is test


def test_one_that_came_first_and_is_over_by_then_is_named_no_more() -> None:
    centre = Centre(wait={}, many={"metric": "waiting", "raise": "> 1"})
    centre.comes()
    centre.at(122 * SECOND)
    centre.comes(130 * SECOND, "d")
    centre.comes(131 * SECOND, "e")
    centre.at(135 * SECOND)
    [message] = [one for one in centre.messages() if one.rule == "many"]
    assert message.text.splitlines()[1] == "Came after: support: longest wait"
    still = centre.leaves(message, 200 * SECOND)
    assert (still.first, still.text) == (message.first, message.text)
    centre.goes(210 * SECOND)
    late = centre.leaves(message, 220 * SECOND)
    assert late.title.startswith("support: waiting 2 now (limit > 1)")
    assert (late.first, late.text) == ("", message.text.replace("\nCame after: support: longest wait", ""))


def test_one_message_for_several_has_one_line_of_each_with_the_number_now_however_many_repeats_waited() -> None:
    centre = Centre(wait={"repeat": "1m"})
    centre.comes()
    centre.comes(SECOND, "d", "sales")
    centre.at(250 * SECOND)
    first = centre.messages()
    centre.at(310 * SECOND)
    both = together([as_of_now(centre.floor, one, NOON + 310 * SECOND) for one in [*first, *centre.messages()]])
    assert len(both.parts) == 8
    assert both.text.splitlines()[1:] == [
        "first, warning: support: longest wait 5:10 now (limit > 2:00), raised 12:02 at 2:01",
        "warning: sales: longest wait 5:09 now (limit > 2:00), raised 12:02 at 2:01",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("metric", [*METRICS, "kpi.orders"])
def test_the_first_sixty_characters_carry_the_queue_the_number_now_and_the_limit(language: str, metric: str) -> None:
    one, called = row(metric=metric, value=4000.0, limit="> 3600"), "a very long name of a queue, of which some is cut"
    message = msgspec.structs.replace(message_of("a", one, "raised", 0, None, called, ""), language=language)
    late = late_of(message, one, called, "", 4321.0, "12:03")
    head, _, tail = late.title.partition("), ")
    assert len(head) < HEAD
    assert head.startswith(called[:7])
    assert any(now in head for now in ("1:12:01", "4321"))
    assert any(begun in tail for begun in ("1:06:40", "4000"))
    assert any(limit in head for limit in ("> 1:00:00", "> 3600"))


async def test_each_try_says_what_is_so_by_then_under_the_same_id(sending: Sending) -> None:
    tried = list[str]()

    def anew(message: Message) -> Message:
        tried.append(message.id)
        return msgspec.structs.replace(message, title=f"try {len(tried)}")

    async with listening() as there:
        answers = iter([500, 500])
        there.answer = lambda: next(answers, 204)
        await sending.put("leads", "one")
        sending.start("leads", there.url, anew=anew)
        await until(lambda: bool(there.got))
        assert (there.titles, tried) == (["try 3"], ["one"] * 3)
