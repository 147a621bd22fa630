"""How does an open alert stand now? Its number, what else holds, who hears of it, and what was done the last times."""

from collections.abc import Callable

from wallboard.alerts.message import said_in
from wallboard.alerts.told import is_unheard
from wallboard.core.kpis import alert_document
from wallboard.core.measured import Document
from wallboard.core.rules import reads_of
from wallboard.core.sofar import asks_the_same, besides_now, number_now
from wallboard.core.state import Floor
from wallboard.web.figures import changed, figure, lasting, moved
from wallboard.web.ruletold import condition_told
from wallboard.web.speaking import page_say
from wallboard.web.wiring import Parts
from wallboard.web.words import Words

SHOWN_BEFORE = 3
BEFORE = ("raised_at", "over_at", "over", "acknowledged_by", "owner", "last_snoozed_by", "note", "results")


def last_times(floor: Floor) -> Callable[[Document], Document]:
    """Of an open one `before`: the last times of the same rule and entity, and what was done then."""
    past = floor.alerts.last.by_identity(floor.alerts.over)

    def before(row: Document) -> Document:
        rows = past.get((row["rule"], row["kind"], row["of"]), [])[:SHOWN_BEFORE]
        kept = ({key: one[key] for key in BEFORE if key in one} for one in (alert_document(floor, row) for row in rows))
        return {"before": list(kept)} if rows else {}

    return before


def as_it_is(parts: Parts, row: Document, say: Words) -> Document:
    """Its number as it is now; absent where its rule asks for none any more."""
    floor, alert = parts.pipeline.floor, parts.pipeline.floor.alerts.open[row["id"]]
    if not asks_the_same(alert, floor.settings):
        return {}
    of = parts.pipeline.documents.get(row["kind"], {}).get(row["of"])
    value = number_now(alert, floor.settings, floor.alerting, of, parts.clock_ms()).value
    if alert.within:
        return {"now": say("absent") if value is None else _changed(value, alert.within, row["reads"], say)}
    return {"now": "\u00a0".join(filter(None, figure(value, row["reads"], 0, say)))}


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


def unheard(parts: Parts, row: Document) -> Document:
    floor = parts.pipeline.floor
    alert = floor.alerts.open[row["id"]]
    unheard = is_unheard(alert, floor.settings, parts.config.receivers, floor.alerts.on_duty(alert))
    return {"unheard": True} if unheard else {}


def _changed(change: float, within: str, reads: str, say: Words) -> str:
    """+4 in 10 min, as messages say it."""
    return said_in(say.language)("value.within", value=moved(change, reads, say), time=lasting(within, say))
