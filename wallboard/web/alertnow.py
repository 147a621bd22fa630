"""How does an open alert stand now? Its number, what else holds, who hears of it, and what was done the last times."""

import asyncio
from collections.abc import Callable, Mapping

from wallboard.alerts.hearing import is_unheard
from wallboard.alerts.ownchannels import receiver_of
from wallboard.core.alertdocument import alert_document
from wallboard.core.askable import reads_of
from wallboard.core.errors import RecordUnavailable
from wallboard.core.measured import Document
from wallboard.core.sofar import asked_of, besides_now, number_now
from wallboard.core.state import Floor
from wallboard.receivers import Receiver
from wallboard.web.alerttexts import number_of, raised_text, text_with
from wallboard.web.figures import changed, moved
from wallboard.web.ruletold import condition_told
from wallboard.web.speaking import page_say
from wallboard.web.who import Who
from wallboard.web.wiring import Parts
from wallboard.web.words import Words

SHOWN_BEFORE = 3
HERE = "\0"  # stands in no name
BEFORE = ("raised_at", "over_at", "over", "acknowledged_by", "owner", "last_snoozed_by", "results")


def last_times(floor: Floor) -> Callable[[Document], Document]:
    """Of an open one `before`: the last times of the same rule and entity, and what was done then."""
    past = floor.alerts.last.by_identity(floor.alerts.over)

    def before(row: Document) -> Document:
        rows = past.get((row["rule"], row["kind"], row["of"]), [])[:SHOWN_BEFORE]
        kept = ({key: one[key] for key in BEFORE if key in one} for one in (alert_document(floor, row) for row in rows))
        return {"before": list(kept)} if rows else {}

    return before


def as_it_is(parts: Parts, row: Document, say: Words) -> Document:
    """`now`, its number as it is now; where it is known `text_parts`, what `text` has before and after it, and
    `raised`, the number at its raise, where that was another; else `text`, which says that its number is that of the
    raise. Without `now` where its rule asks for another by now."""
    floor, alert = parts.pipeline.floor, parts.pipeline.floor.alerts.open[row["id"]]
    if asked_of(alert, floor.settings) is None:
        return {"text": raised_text(row, say)}
    of = parts.pipeline.documents.get(row["kind"], {}).get(row["of"])
    value = number_now(alert, floor.settings, floor.alerting, of, parts.clock_ms()).value
    if value is None:
        return {"now": say("absent"), "text": raised_text(row, say)}
    now, raised = (number_of(row, one, say) for one in (value, row.get("value")))
    found = {"now": now, "text_parts": text_with(row, HERE, say).split(HERE)}
    return found if raised in (now, say("absent")) else found | {"raised": raised}


def besides(parts: Parts, row: Document, say: Words) -> Document:
    """`and`: what else has to hold with the number, in words; `or`: what holds in its place, with its number now.
    Absent where its rule asks for another number by now."""
    floor, page = parts.pipeline.floor, page_say(say.language)
    of = parts.pipeline.documents.get(row["kind"], {}).get(row["of"])
    found: dict[str, list[str]] = {}
    for one in besides_now(floor.alerts.open[row["id"]], floor.settings, floor.alerting, of, parts.clock_ms()):
        said = condition_told(one.asked, say, page)
        if one.joined == "or" and one.value is not None:
            written = moved if one.asked.within else changed
            said += ", " + page("alerts.now", value=written(one.value, reads_of(one.asked.metric), say))
        found.setdefault(one.joined, []).append(said)
    return found


def off_duty(parts: Parts, row: Document, who: Who) -> Document:
    """Whether the duty of its owner has ended, and nobody acted since (`left`), for who may know who is on duty."""
    alert = parts.pipeline.floor.alerts.open[row["id"]]
    if alert.left_ms is None or not who.may("alerts:act"):
        return {}
    return {"off_duty": True} | ({"left": True} if alert.is_left else {})


async def receivers_of(parts: Parts) -> Mapping[str, Receiver] | None:
    """Those of the file and the channels that leads added; None: nobody can say now. The record is asked only where an
    open alert hangs on it."""
    alerts, found, settings = parts.pipeline.floor.alerts, parts.config.receivers, parts.pipeline.floor.settings
    manned = ((row, on_duty) for row in alerts.open.values() if (on_duty := alerts.on_duty(row)))
    if not any(is_unheard(row, settings, found, on_duty, parts.clock_ms()) for row, on_duty in manned):
        return found
    try:
        return {**found, **await asyncio.to_thread(_added, parts)}
    except RecordUnavailable:
        return None


def unheard(parts: Parts, row: Document, who: Who, receivers: Mapping[str, Receiver] | None) -> Document:
    """`unreached`: who is on duty for it, and has no receiver that takes it now; for who may know who is on duty."""
    floor = parts.pipeline.floor
    alert = floor.alerts.open[row["id"]]
    on_duty, found = floor.alerts.on_duty(alert), parts.config.receivers if receivers is None else receivers
    if on_duty and receivers is None:
        return {}
    if not is_unheard(alert, floor.settings, found, on_duty, parts.clock_ms()):
        return {}
    return {"unheard": True} | ({"unreached": list(on_duty)} if on_duty and who.may("alerts:act") else {})


def _added(parts: Parts) -> dict[str, Receiver]:
    """The confirmed ones. Blocking. Raises RecordUnavailable."""
    confirmed = [one for one in parts.own_channels.all() if one.confirmed_ms is not None]
    people = parts.people.of({one.person for one in confirmed})
    kinds = parts.config.own_channels
    found = [receiver_of(one, people[one.person].name, kinds) for one in confirmed if one.person in people]
    return {one.name: one for one in found if one}
