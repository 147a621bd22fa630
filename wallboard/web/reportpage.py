"""Do the alerts still mean something? `/alerts/report`: kept days against the known targets, and what would help.

Reading days takes a while: until then the page says so and asks again by itself (web/lookback.py).
"""

import asyncio
import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from wallboard.core.noise import Course, Measure, report
from wallboard.core.quieter import before, quieter, still_told
from wallboard.core.settings import Settings
from wallboard.core.trial import summary
from wallboard.record.span import Span
from wallboard.web.askeddays import date_of, kept_files, kept_page, since, today, zone_of
from wallboard.web.asking import check, once_each
from wallboard.web.auth import Who, allowed
from wallboard.web.costly import costs
from wallboard.web.figures import figure
from wallboard.web.problems import Problem
from wallboard.web.readback import Alerts, Trials
from wallboard.web.ruletold import change_told, sentence, whom
from wallboard.web.speaking import page_say, spoken
from wallboard.web.wiring import Parts, parts_of
from wallboard.web.within import has_alert
from wallboard.web.words import LANGUAGES, Words, words

Document = dict[str, Any]
DAYS = 7  # where none are asked for
MOST_DAYS = 92
LONGEST = 256
SAID = {  # core's name of a measure → its words
    "in ten minutes, on average": "report.average",
    "in the worst ten minutes": "report.worst",
    "of the time a flood": "report.flood",
    "went off and came back within 10 s": "report.fleeting",
    "kept going off and coming back": "report.chattering",
    "open over a day, on the worst day": "report.standing",
    "of all, from the ten noisiest": "report.noisiest",
    "until somebody acted (half of them)": "report.acted",
    "nobody acted": "report.unheeded",
    "false alarms": "report.false",
    "critical": "report.critical",
    "warning": "report.warning",
}
AIMS = {"at most": "report.at_most", "under": "report.under", "about": "report.about"}
NONE = "none"  # a target: it is said as any other limit
READS = {"%": "percent", "s": "seconds", "": "decimal"}


class ReportPage:
    def __init__(self, templates: Jinja2Templates) -> None:
        self._templates = templates

    async def show(self, request: Request) -> Response:
        who = allowed(request, "alerts:act")
        costs(request)
        parts, query = parts_of(request), once_each(request)
        check(query, {"from", "to", "try", "lang"}, LONGEST)
        say, lang = words(spoken(request)), request.query_params.get("lang", "")
        span = _span(query, today(parts))
        found = await _found(parts, who, span, query.get("try"), say, lang if lang in LANGUAGES else "")
        asked = {"first": span.first.isoformat(), "last": span.last.isoformat()}
        return kept_page(self._templates, request, "report.html", asked, found)


async def _found(parts: Parts, who: Who, span: Span, name: str | None, say: Words, lang: str) -> Document | None:
    """None: it is being worked out."""
    files = await kept_files(parts, span)
    if not files:
        return {"nothing": True}
    read = await parts.lookback.alerts(Alerts(files))
    if read is None:
        return None
    zone, floor = zone_of(parts), parts.pipeline.floor
    from_ms, end_ms = span.bounds_ms(zone)
    if read.first_ms >= end_ms:
        return {"nothing": True}  # the files that these days may stand in begin after them
    from_ms, until_ms = max(from_ms, read.first_ms), min(end_ms, parts.clock_ms())
    sees = {of: has_alert(who, floor, *of) for of in {(one.kind, one.of) for one in read.alerts}}
    known = [one for one in read.alerts if sees[one.kind, one.of]]
    these = [one for one in known if from_ms <= one.raised_ms < until_ms]

    def judged() -> Document:
        """In a thread."""
        told = report(known, from_ms, until_ms)
        return {
            "count": len(these),
            "fresh": told.fresh,
            "measures": [_measure(one, say) for one in told.measures],
            "rules": [_noisy(floor.settings, one, these, span, say, lang) for one in told.rules],
        }

    found = await asyncio.to_thread(judged)
    found |= since(read.first_ms, span.bounds_ms(zone)[0], zone)
    if name is None:
        return found
    own = [one for one in these if one.rule == name]
    # The end of the span, not now: whoever asks again asks the same question. Nothing is kept of what is to come.
    tried = await _tried(parts, who, Trials(files, name, [], floor.settings, from_ms, end_ms), own, say)
    return None if tried is None else found | {"tried": tried}


async def _tried(parts: Parts, who: Who, asked: Trials, own: Sequence[Course], say: Words) -> Document | None:
    """The rule as it is beside its quieter versions. Raises Problem 404 for a rule that there is not any more."""
    floor = parts.pipeline.floor
    rule = floor.settings.alert.get(asked.name)
    if rule is None:
        raise Problem(404, "There is no such rule any more.", at="$.try")
    others = quieter(rule, own)
    asked.versions = [rule, *(one.rule for one in others)]
    tried = await parts.lookback.trials(asked)
    if tried is None:
        return None
    acted = [one for one in own if one.acted_ms is not None]
    versions = []
    for other, spoke in zip([None, *others], tried.spoke, strict=True):
        seen = [one for one in spoke if has_alert(who, floor, one.kind, one.of)]
        told = summary(seen, floor.settings, tried.days)
        versions.append({
            "says": change_told(other, say, page_say(say.language)) if other else "",
            "text": other.text if other else "", "times": told.times, "most": told.most,
            "a_day": figure(told.a_day, "decimal", 0, say).text, "half": figure(told.median_s, "seconds", 0, say).text,
            "kept": still_told(seen, acted, asked.until_ms),
        })  # fmt: skip
    return {"rule": asked.name, "action": rule.action, "versions": versions, "acted": len(acted)}


def _measure(one: Measure, say: Words) -> Document:
    target = "at most 0" if one.target == NONE else one.target
    aim, _, number = re.sub(r" (?=[0-9])", "\n", target, count=1).partition("\n")
    shown = figure(one.value, READS[one.unit], 0, say)
    return {
        "word": SAID[one.name], "text": "\u00a0".join(filter(None, shown)), "aim": AIMS.get(aim, ""),
        "number": number.replace(" ", "\u00a0"), "met": one.is_met,
    }  # fmt: skip


def _noisy(settings: Settings, one: Any, these: Sequence[Course], span: Span, say: Words, lang: str) -> Document:
    rule, page = settings.alert.get(one.rule), page_say(say.language)
    own = [course for course in these if course.rule == one.rule]
    asked = {"from": span.first.isoformat(), "to": span.last.isoformat(), "try": one.rule}
    is_noise = one.is_restless or one.is_needless
    return {
        "name": one.rule, "says": sentence(rule, say, page) if rule else "",
        "of": whom(rule, settings.queue, page) if rule else "",
        "times": one.times, "share": "\u00a0".join(figure(one.share, "percent", 0, say)),
        "fleeting": one.fleeting, "chattering": one.chattering, "unheeded": one.unheeded,
        "false_alarms": one.false_alarms, "before": before(rule, own) if rule else 0,
        "help": [change_told(other, say, page) for other in quieter(rule, own)] if rule and is_noise else [],
        "why": "report.try" if one.is_restless else "report.try_needless",
        "try": f"/alerts/report?{urlencode(asked | ({'lang': lang} if lang else {}))}#tried",
    }  # fmt: skip


def _span(query: dict[str, str], newest: date) -> Span:
    """As asked for; the last days else. Raises Problem 422."""
    last = date_of(query, "to", newest)
    span = Span(date_of(query, "from", last - timedelta(DAYS - 1)), last)
    if not span.first <= span.last < span.first + timedelta(MOST_DAYS):
        raise Problem(422, f"Expected 1 to {MOST_DAYS} days, the first one first.", at="$.from")
    return span
