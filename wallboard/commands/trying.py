"""When would this rule have fired? `wallboard alerts try`: over the days that the worker keeps, or over a recording."""

import tomllib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo

import click
import msgspec

from wallboard.commands.compute import Warnings, once
from wallboard.commands.given import Given, given
from wallboard.commands.keptdays import DAYS, Seen, clock, kept, nothing_kept, zone_of
from wallboard.commands.kinds import Found, Recording
from wallboard.commands.progress import progress
from wallboard.commands.table import table
from wallboard.config import Config
from wallboard.core.errors import ConfigError, Mistake, WallboardError
from wallboard.core.rules import Rule
from wallboard.core.trial import Spoke, Summary, Trial, run, summary
from wallboard.core.words import meant, plainly
from wallboard.record.span import Span
from wallboard.stream.ndjson import EVENTS
from wallboard.web.ruletexts import read_rule

SHOWN = 50


@click.command("try")
@click.argument("rule")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--days", type=DAYS, help="A day, or A..B, of those that are kept: 2026-11-02..2026-11-08.")
@click.option("--from", "recording", type=Recording(), help="FILES in this format instead of kept days.")
@click.option("--with", "changes", multiple=True, help="Beside it the same rule with this: 'raise = \"> 60\"'.")
@click.option(
    "--text",
    type=click.File("r", encoding="utf-8"),
    help="Beside it the rule as this TOML says; alone where it is new.",
)
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@click.option("--most", type=click.IntRange(0), help="As JSON at most so many times of a version, the first ones.")
@given
def attempt(
    rule: str,
    files: Sequence[Path],
    days: Span | None,
    recording: Found | None,
    changes: Sequence[str],
    text: TextIO | None,
    as_json: bool,
    most: int | None,
    **where: Any,
) -> None:
    """When RULE, an [alert.NAME] of wallboard.toml, would have fired, and for how long.

    It meets the events of that time with the configuration of today. With --with, or --text (-: standard input), two
    versions stand side by side.
    """
    if text and changes:
        raise click.UsageError("say what is different once: --with, or --text")
    config = Given(**where).load()
    versions = _versions(config, rule, changes) if text is None else _of_text(config, rule, text.read())
    if bool(days) == bool(files) or bool(files) != bool(recording):
        raise click.UsageError("say which events: --days A..B, or --from FORMAT FILE…")
    zone = zone_of(config)
    read = once(recording.read(files), recording.name, Warnings()) if recording else EVENTS.read(_of(config, days))
    from_ms, until_ms = days.bounds_ms(zone) if days else (0, None)
    trials = [Trial(config.settings, rule, one, from_ms) for one in versions]
    seen = Seen()
    count, found = run(trials, seen.through(progress(read, "events")), from_ms, until_ms)
    of_days = {"days": days.days, "kept": seen.days(days, zone)} if days else {}
    told = [(spoken, summary(spoken, config.settings, count)) for spoken in found]
    heads = [rule, "as this text says" if text else "with " + ", ".join(changes)]
    heads = heads[-len(told) :] if text else heads[: len(told)]
    if days and not as_json and not of_days["kept"]:
        raise nothing_kept(config, days)
    if missing := _missing(**of_days):
        click.echo(f"try: {missing}", err=True)
    click.echo(_json(told, most, of_days) if as_json else _text(heads, told, zone))


def _missing(days: int = 0, kept: int = 0) -> str:
    """Empty: none."""
    return f"{kept} of {days} days {'is' if kept == 1 else 'are'} kept, the others are unknown" if kept < days else ""


def _of(config: Config, days: Span | None) -> Sequence[Path]:
    return kept(config, days) if days else ()


def _versions(config: Config, name: str, changes: Sequence[str]) -> list[Rule]:
    """The rule as it is, and as it would be. Raises WallboardError, ConfigError."""
    rules = config.settings.alert
    if name not in rules:
        raise WallboardError(f"no rule '{name}' is configured{meant(name, list(rules))}")
    if not changes:
        return [rules[name]]
    try:
        wanted = msgspec.to_builtins(rules[name]) | tomllib.loads("\n".join(changes))
        other = msgspec.convert(wanted, Rule)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ConfigError([Mistake("--with", name, plainly(str(error)))]) from None
    if faults := [Mistake("--with", fault.at, fault.reason) for fault in other.faults()]:
        raise ConfigError(faults)
    return [rules[name], other]


def _of_text(config: Config, name: str, text: str) -> list[Rule]:
    """As `_versions`; the text alone where there is no such rule yet. Raises ConfigError."""
    read = read_rule(text, config.receivers, name)
    if read.mistakes or read.rule is None:
        raise ConfigError([Mistake("--text", one.at, one.reason) for one in read.mistakes])
    return [config.settings.alert[name], read.rule] if name in config.settings.alert else [read.rule]


def _text(versions: Sequence[str], told: Sequence[tuple[list[Spoke], Summary]], zone: ZoneInfo) -> str:
    heads = ["", *versions]
    rows = [[label, *(pick(one) for _, one in told)] for label, pick in _ROWS]
    rows += [[f"in shift {shift}", *(one.shifts[shift] for _, one in told)] for shift in told[0][1].shifts]
    blocks = [table(heads, rows)]
    for (spoken, _), head in zip(told, heads[1:], strict=True):
        lines = [[clock(one.raised_ms, zone), one.of, one.value, _lasted(one)] for one in spoken[:SHOWN]]
        more = [f"… and {len(spoken) - SHOWN} more: --json has all"] if len(spoken) > SHOWN else []
        if lines:
            blocks.append("\n".join([head, table(["raised", "of", "value", "lasted"], lines), *more]))
    return "\n\n".join(blocks)


_ROWS = (
    ("times", lambda one: one.times),
    ("a day", lambda one: one.a_day),
    ("most in ten minutes", lambda one: one.most),
    ("half of them lasted under", lambda one: _duration(one.median_s)),
    ("the longest", lambda one: _duration(one.longest_s)),
    ("still so at the end", lambda one: one.open),
)


def _lasted(one: Spoke) -> str | None:
    return None if one.over_ms is None else _duration((one.over_ms - one.raised_ms) / 1000)


def _duration(seconds: float | None) -> str | None:
    return None if seconds is None else str(timedelta(seconds=round(seconds)))


def _json(told: Sequence[tuple[list[Spoke], Summary]], most: int | None, of_days: dict[str, int]) -> str:
    """`days`: how many were asked for, `kept`: of how many of them there are events; of a recording neither."""
    return msgspec.json.encode([{**one._asdict(), **of_days, "spoke": spoken[:most]} for spoken, one in told]).decode()
