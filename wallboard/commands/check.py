"""Is what I wrote right? `check` names every mistake in configuration and boards; `schema` prints the vocabulary."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import msgspec

from wallboard.config import FILE, Config, find, load
from wallboard.core.errors import ConfigError, Mistake, SourceError
from wallboard.eventschema import schema_text


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option("--json", "as_json", is_flag=True, help="The mistakes as a JSON list.")
def check(paths: Sequence[Path], as_json: bool) -> None:
    """Name every mistake in the configuration and the boards.

    PATH: a configuration file, a folder of boards, or a folder that holds both. Without: what would be used.
    """
    mistakes = list(_mistakes(paths or [_default()]))
    if as_json:
        rows = [{"file": one.file, "at": one.at, "error": one.reason} for one in mistakes]
        click.echo(msgspec.json.encode(rows))
    for mistake in () if as_json else mistakes:
        click.echo(str(mistake), err=True)
    if mistakes:
        raise click.exceptions.Exit(1)
    if not as_json:
        click.echo("no mistakes")


@click.command()
def schema() -> None:
    """Print the JSON Schema of the events (docs/events.schema.json)."""
    click.echo(schema_text(), nl=False)


def _default() -> Path:
    return find(None, os.environ) or Path.cwd()


def _mistakes(paths: Sequence[Path]) -> Iterator[Mistake]:
    for path in paths:
        if path.is_dir():
            yield from _in_folder(path)
        else:
            yield from _in_file(path)


def _in_file(path: Path) -> Iterator[Mistake]:
    """A configuration file, and the boards that it names."""
    try:
        config = load(path, os.environ)
    except ConfigError as error:
        yield from error.mistakes
        yield from board_mistakes(path.parent / "boards")
        return
    yield from source_mistakes(config)
    yield from board_mistakes(config.boards)


def source_mistakes(config: Config) -> Iterator[Mistake]:
    """What a collector refuses of its table. Nothing is connected or started."""
    from wallboard.core.sources import Surroundings
    from wallboard.stream.found import collector_of

    around = Surroundings(lambda: 0, config.settings, config.data)
    for name, options in config.collectors.items():
        try:
            collector_of(options.get("kind"))(name, options, around)
        except SourceError as error:
            yield Mistake(str(config.file or FILE), f"collector.{name}", str(error))


def _in_folder(path: Path) -> Iterator[Mistake]:
    if (path / FILE).exists():
        yield from _in_file(path / FILE)
    elif (path / "boards").is_dir():
        yield from board_mistakes(path / "boards")
    else:
        yield from board_mistakes(path)


def board_mistakes(folder: Path) -> Iterator[Mistake]:
    """What is wrong in the board files of a folder."""
    from wallboard.record.boards import load_boards

    try:
        load_boards(folder)
    except ConfigError as error:
        yield from error.mistakes
