"""Is what I wrote right? `check` names every mistake in configuration and boards; `schema` says what may be written."""

import os
from collections.abc import Container, Iterator, Sequence
from pathlib import Path

import click
import msgspec

from wallboard.boardschema import board_schema_text
from wallboard.commands.covered import covered
from wallboard.commands.given import data_option, file_option
from wallboard.commands.strangers import strangers
from wallboard.commands.unheard import of_duty, reaches_nobody, some, without_link
from wallboard.commands.unmatched import unmatched, unmatched_on_boards
from wallboard.config import FILE, Config
from wallboard.configfile import as_written, find, load
from wallboard.configtables import SECTIONS
from wallboard.core.errors import ConfigError, Mistake, RecordUnavailable, SourceError
from wallboard.core.rules import NO_ACTION, ON_DUTY
from wallboard.eventschema import schema_text
from wallboard.sense import WEBHOOK
from wallboard.tables import parse
from wallboard.tables import path as path_of

REACHES = {"never": "never holds: its number has no such values", "always": "holds whatever its number is"}


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option("--json", "as_json", is_flag=True, help="The mistakes and warnings as a JSON list.")
@file_option
@data_option
def check(paths: Sequence[Path], as_json: bool, file: Path | None, data: Path | None) -> None:
    """Name every mistake in the configuration and the boards, and warn of what people will have trouble with.

    PATH: a configuration file, that of one board, a folder of boards, or a folder that holds both. Without: what
    would be used.
    """
    named = [file, *paths] if file else paths
    mistakes = list(_mistakes(named, data) if named else _in_use(data))
    if as_json:
        rows = [{"file": one.file, "at": one.at, _level(one): one.reason} for one in mistakes]
        click.echo(msgspec.json.encode(rows))
    for mistake in () if as_json else mistakes:
        click.echo(str(mistake), err=True)
    if any(not one.warning for one in mistakes):
        raise click.exceptions.Exit(1)
    if not as_json:
        boards = [str(path) for path in paths if _is_board(path)]
        click.echo("no mistakes" + (f" (as a board: {', '.join(boards)})" if boards else ""))


@click.command()
@click.argument("of", type=click.Choice(["events", "board"]), default="events")
def schema(of: str) -> None:
    """Print a JSON Schema: of the events (default), or of a board's file for editors of TOML.

    They stand in docs/ too, as events.schema.json and board.schema.json.
    """
    click.echo(schema_text() if of == "events" else board_schema_text(), nl=False)


def _level(mistake: Mistake) -> str:
    return "warning" if mistake.warning else "error"


def _in_use(data: Path | None) -> Iterator[Mistake]:
    """The file that all commands take; where there is none, the environment, and the boards where they would be."""
    if file := find(None, os.environ):
        yield from _mistakes([file], data)
    else:
        yield from _in_environment(data)


def _in_environment(data: Path | None) -> Iterator[Mistake]:
    try:
        config = as_written(None, os.environ, data=data)
    except ConfigError as error:
        yield from error.mistakes
        yield from board_mistakes(Path.cwd() / "boards")
        return
    yield from source_mistakes(config)
    yield from record_mistakes(config)
    yield from board_mistakes(config.boards)


def _mistakes(paths: Sequence[Path], data: Path | None) -> Iterator[Mistake]:
    for path in paths:
        if path.is_dir():
            yield from _in_folder(path, data)
        elif _is_board(path):
            yield from (one for one in board_mistakes(path.parent) if one.file == str(path))
        else:
            yield from _in_file(path, data)


def _is_board(path: Path) -> bool:
    """By what it says, not where it lies: it has keys of boards and no section of a configuration."""
    from wallboard.record.board import Written

    if path.suffix != ".toml" or not path.is_file():
        return False
    keys = parse(path, str(path), []).keys()
    sections = {*SECTIONS.single, *SECTIONS.named}
    return bool(keys & set(Written.__struct_encode_fields__)) and not keys & sections


def _in_file(path: Path, data: Path | None) -> Iterator[Mistake]:
    """A configuration file, and the boards that it names."""
    try:
        config = load(path, os.environ, data=data)
    except ConfigError as error:
        yield from error.mistakes
        yield from board_mistakes(path.parent / "boards")
        return
    yield from source_mistakes(config)
    nobodys = _strangers(config)
    for name, reason in nobodys.items():
        yield Mistake(str(config.file or FILE), f"{path_of('notify', name)}.person", reason, warning=True)
    yield from _rule_warnings(config, nobodys)
    yield from unmatched(config)
    yield from _provider_warnings(config)
    yield from record_mistakes(config)
    yield from board_mistakes(config.boards)
    yield from unmatched_on_boards(config)
    yield from covered(config)


def source_mistakes(config: Config) -> Iterator[Mistake]:
    """What a collector refuses of its table. Nothing is connected or started."""
    from wallboard.core.sources import Surroundings
    from wallboard.stream.found import collector_of

    around = Surroundings(lambda: 0, config.settings, config.data)
    for name, options in config.collectors.items():
        if options.get("kind") == WEBHOOK:
            continue  # checked whole when the configuration was read
        try:
            collector_of(options.get("kind"))(name, options, around)
        except SourceError as error:
            yield Mistake(str(config.file or FILE), f"collector.{name}", str(error))


def _strangers(config: Config) -> dict[str, str]:
    """Nothing where the record cannot be read."""
    try:
        return strangers(config)
    except (Mistake, RecordUnavailable):
        return {}


def _rule_warnings(config: Config, nobodys: Container[str] = ()) -> Iterator[Mistake]:
    """Alert rules that ask for nothing, or that may reach nobody. `nobodys`: receivers that count for no lead."""
    if reason := reaches_nobody(config, nobodys) or _off_duty(config):
        yield Mistake(str(config.file or FILE), "alert", reason, warning=True)
    if reason := without_link(config):
        yield Mistake(str(config.file or FILE), "server.public_url", reason, warning=True)
    for name, rule in config.settings.alert.items():
        shared = [to for to in rule.notify if (one := config.receivers.get(to)) and not one.person]
        if rule.of_agents and shared:
            reason = f"is about people, and '{shared[0]}' is nobody's own: whoever reads there learns of them"
            yield Mistake(str(config.file or FILE), path_of("alert", name), reason, warning=True)
        for key, reach in rule.beyond():
            yield Mistake(str(config.file or FILE), f"{path_of('alert', name)}.{key}", REACHES[reach], warning=True)
        if rule.action is None:
            yield Mistake(str(config.file or FILE), path_of("alert", name), NO_ACTION, warning=True)


def _off_duty(config: Config) -> str:
    rules = config.settings.alert
    if last := [name for name in of_duty(config) if rules[name].notify[-1] == ON_DUTY]:
        return f"while nobody is on duty nobody is told ({some(last)}): name a [notify.NAME] behind '{ON_DUTY}'"
    return ""


def _provider_warnings(config: Config) -> Iterator[Mistake]:
    """A provider whose word can be changed on its way here."""
    if config.oidc and config.oidc.in_the_clear:
        reason = "is not encrypted: whoever listens on the way can sign in as anybody; use https outside of a test"
        yield Mistake(str(config.file or FILE), "oidc.issuer", reason, warning=True)


def record_mistakes(config: Config) -> Iterator[Mistake]:
    """An address of the database that cannot be meant. Nothing is connected."""
    from wallboard.record.database import open_record

    try:
        open_record(config.data, config.database_url).dispose()
    except Mistake as mistake:
        yield mistake


def _in_folder(path: Path, data: Path | None) -> Iterator[Mistake]:
    if (path / FILE).exists():
        yield from _in_file(path / FILE, data)
    elif (path / "boards").is_dir():
        yield from board_mistakes(path / "boards")
    else:
        yield from board_mistakes(path)


def board_mistakes(folder: Path) -> Iterator[Mistake]:
    """What is wrong in the board files of a folder."""
    from wallboard.record.boards import read_boards
    from wallboard.record.hardships import board_warnings
    from wallboard.record.logo import logo_warnings

    found = read_boards(folder)
    yield from found.mistakes
    for board in found.boards.values():
        for at, reason in (*board_warnings(board), *logo_warnings(board, folder)):
            yield Mistake(str(folder / f"{board.id}.toml"), at, reason, warning=True)
