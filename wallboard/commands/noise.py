"""Do the alerts still mean something? `wallboard alerts report`: over the days that the worker keeps."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click
import msgspec

from wallboard.commands.given import Given, clock_ms, given
from wallboard.commands.keptdays import DAYS, clock, kept, zone_of
from wallboard.commands.progress import progress
from wallboard.commands.table import table
from wallboard.core.noise import Course, Measure, Report, courses
from wallboard.core.noise import report as report_of
from wallboard.core.quieter import before, quieter
from wallboard.core.rules import Rule
from wallboard.record.span import Span
from wallboard.stream.ndjson import EVENTS

FEW = "too few to say"
_MET = {True: "yes", False: "NO"}


@click.command("report")
@click.option("--days", type=DAYS, required=True, help="A day, or A..B, of those that are kept.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@given
def noise(days: Span, as_json: bool, **where: Any) -> None:
    """How many alerts there were, how long, who acted: against the targets of ISA-18.2 and EEMUA 191."""
    config = Given(**where).load()
    files, zone = kept(config, days), zone_of(config)
    from_ms, until_ms = days.bounds_ms(zone)
    first_ms = next((event.time or 0 for event in EVENTS.read(files[:1])), 0)
    if first_ms > from_ms:
        click.echo(f"report: what is kept begins {clock(first_ms, zone)}", err=True)
    known = courses(progress(EVENTS.read(files), "events"))
    from_ms, until_ms = max(from_ms, first_ms), min(until_ms, clock_ms())
    found = report_of(known, from_ms, until_ms)
    these = [one for one in known if from_ms <= one.raised_ms < until_ms]
    advice = _advice(found, these, config.settings.alert, days)
    click.echo(msgspec.json.encode(_json(found)).decode() if as_json else _text(found, advice))


def _json(found: Report) -> dict[str, Any]:
    measures, rules = ([one._asdict() for one in rows] for rows in (found.measures, found.rules))
    return {"measures": measures, "rules": rules, "fresh": found.fresh}


def _text(found: Report, advice: Iterator[str]) -> str:
    measures = table(("", "value", "", "target", "met"), [_measure(one) for one in found.measures])
    if not found.rules:
        return f"{measures}\n\nno alerts"
    heads = ("rule", "alerts", "% of all", "fleeting", "chattering", "nobody acted", "false alarms")
    lines = [*_fresh(found.fresh), *advice]
    return "\n".join([measures, "", table(heads, found.rules), *(["", *lines] if lines else [])])


def _measure(one: Measure) -> tuple[str, str | None, str, str, str]:
    value = None if one.value is None else f"{one.value:.2f}".rstrip("0").rstrip(".")
    met = _MET[one.is_met] if one.is_met is not None else FEW if one.target else ""
    return one.name, value, one.unit, one.target, met


def _fresh(count: int) -> Iterator[str]:
    if count:
        yield f"Not counted yet in 'nobody acted': {count} of the last ten minutes"


def _advice(found: Report, known: Sequence[Course], rules: Mapping[str, Rule], days: Span) -> Iterator[str]:
    """For each rule that comes and goes, or on which mostly nobody acts, the trials that say what would help."""
    for one in found.rules:
        rule, own = rules.get(one.rule), [course for course in known if course.rule == one.rule]
        if rule and (others := before(rule, own)):
            yield f"{one.rule} had other limits, conditions or times when {others} of its {one.times} were raised."
        if rule is None or not (one.is_restless or one.is_needless):
            continue
        changes = quieter(rule, own)
        why = "comes and goes" if one.is_restless else "is mostly heeded by nobody, or a false alarm"
        yield from [f"{one.rule} {why}. Try:"] if changes else ()
        for other in changes:
            name, change = shlex.quote(one.rule), shlex.quote(other.text)
            yield f"  wallboard alerts try {name} --days {days.first}..{days.last} --with {change}"
