"""What does an alert rule say in plain words? A sentence, and what else a person asks of it."""

from collections.abc import Iterable, Iterator, Mapping

from wallboard.core.askable import KPI, reads_of
from wallboard.core.condition import Condition
from wallboard.core.limits import Limit, limit_of
from wallboard.core.nodata import NoData
from wallboard.core.numbers import number_named
from wallboard.core.quieter import Quieter
from wallboard.core.rules import ALWAYS, ON_DUTY, OPEN, Rule
from wallboard.core.settings import Queue
from wallboard.web.figures import changed, lasting
from wallboard.web.words import Words

_SIGNS = {">": "rules.over", ">=": "rules.least", "<": "rules.under", "<=": "rules.most"}
_ALL = {
    "queues": "rules.each_queue", "groups": "rules.together", "agents": "rules.everybody",
    "sources": "rules.each_source",
}  # fmt: skip


def sentence(rule: Rule, say: Words, page: Words) -> str:
    """`say`: the wall's words, of numbers and windows; `page`: those of the pages."""
    found = condition_told(rule, say, page)
    for word, conditions in (("rules.and", rule.conditions), ("rules.or", rule.others)):
        for one in conditions:
            found = page(word, one=found, other=condition_told(one, say, page))
    return page("rules.lasts", what=found, time=_lasting(rule.lasts, say)) if rule.lasts_ms else found


def facts(rule: Rule, say: Words, page: Words) -> list[str]:
    """When it is over, when it counts, who is told."""
    return list(_facts(rule, say, page))


def whom(rule: Rule, queues: Mapping[str, Queue], page: Words) -> str:
    """Of whom or what it is: `queues` as they are called, people by their ids."""
    if rule.kind == "kpis":
        return ", ".join(rule.kpis)
    patterns = {"queues": rule.queues, "agents": rule.agents, "sources": rule.sources}.get(rule.kind, [])
    called = queues if rule.kind == "queues" else {}
    wanted = [one for one in patterns if not one.startswith("!")]
    others = [one[1:] for one in patterns if one.startswith("!")]
    teams = page("rules.teams", names=", ".join(rule.teams)) if rule.teams else ""
    told = "" if teams and not others else page(_ALL[rule.kind])
    if wanted not in ([], ["*"]):
        told = _names(wanted, called)
    if others:
        told = page("rules.but", what=told, names=_names(others, called))
    return ", ".join(filter(None, (told, teams)))


def _names(patterns: Iterable[str], queues: Mapping[str, Queue]) -> str:
    return ", ".join(row.name if (row := queues.get(one)) and row.name else one for one in patterns)


def _facts(rule: Rule, say: Words, page: Words) -> Iterator[str]:
    if rule.clear_limit:
        yield page("rules.clears", limit=_limit(rule.clear_limit, rule.metric, say, page))
    if rule.keep_ms:
        yield page("rules.keeps", time=lasting(rule.keep_for, say))
    if rule.when != OPEN:
        yield page("rules.always") if rule.when == ALWAYS else rule.when
    if rule.owners:
        yield page("rules.owners", who=", ".join(rule.owners))
    here = "rules.told_leads" if rule.kind == "agents" else "rules.told_here"
    told = ", ".join(page("rules.on_duty") if name == ON_DUTY else name for name in rule.notify)
    yield page("rules.told", who=told) if told else page(here)


def change_told(one: Quieter, say: Words, page: Words) -> str:
    """As the form of a rule calls what changes, and to what."""
    rule = one.rule
    if one.key == "for":
        return f"{page('rules.for')}: {_lasting(rule.lasts, say)}"
    if one.key == "clear" and rule.clear_limit:
        return f"{page('rules.clear')}: {_limit(rule.clear_limit, rule.metric, say, page)}"
    return f"{page('rules.min_n')}: {rule.min_n}"


def no_data_told(found: NoData, page: Words) -> str:
    """No data for 2 of 8: too few contacts"""
    words = {
        "silent": page("rules.why_silent", names=", ".join(sorted(found.sources))), "few": page("rules.why_few"),
        "unknown": page("rules.why_unknown"), "quiet": page("rules.why_quiet"), "untold": page("rules.why_untold"),
    }  # fmt: skip
    why = ", ".join(text for key, text in words.items() if key in found.why)
    if found.unknown == found.of:
        return page("rules.no_data", why=why)
    return page("rules.no_data_of", count=found.unknown, all=found.of, why=why)


def condition_told(one: Condition, say: Words, page: Words) -> str:
    """The number and its limit, and of how many it has to be."""
    number = number_named(one.metric)
    metric = say(f"metric.{one.metric}", otherwise=one.metric.removeprefix(KPI))
    if number and not number.now:
        metric = f"{metric}, {say('window.' + (one.window or 'day'))}"
    if one.event:
        metric = say("alert.no_event", event=one.event)
    if one.within_ms:
        metric = say("alert.change", metric=metric, time=lasting(one.within or "", say))
    limit = limit_of(one.raises)
    found = f"{metric}: {_limit(limit, one.metric, say, page) if limit else one.raises}"
    return page("rules.of_least", what=found, count=one.min_n) if one.min_n else found


def _limit(limit: Limit, metric: str, say: Words, page: Words) -> str:
    return page(_SIGNS[limit.sign], limit=changed(limit.number, reads_of(metric), say))


def _lasting(text: str, say: Words) -> str:
    """Its unit stays beside it."""
    return lasting(text, say).replace(" ", "\u00a0")
