"""Which command was asked for? Finds it, runs it, and says what went wrong in one line.

Exit 0 done, 1 a problem that is named, 2 wrong usage. A command's file is imported when it is asked for:
a second `wallboard up` starts in seconds.
"""

import os
import sys
from importlib import import_module
from importlib.metadata import version

import click

from wallboard.core.errors import WallboardError

COMMANDS = {
    "up": "wallboard.commands.parts:up",
    "web": "wallboard.commands.parts:web",
    "worker": "wallboard.commands.parts:worker",
    "collect": "wallboard.commands.parts:collect",
    "compute": "wallboard.commands.compute:compute",
    "import": "wallboard.commands.importing:import_",
    "replay": "wallboard.commands.recorded:replay",
    "simulate": "wallboard.commands.recorded:simulate",
    "post": "wallboard.commands.post:post",
    "notice": "wallboard.commands.post:notice",
    "tail": "wallboard.commands.tail:tail",
    "source": "wallboard.commands.sources:source",
    "webhook": "wallboard.commands.webhook:webhook",
    "person": "wallboard.commands.people:person",
    "token": "wallboard.commands.token:token",
    "boards": "wallboard.commands.boards:boards",
    "alerts": "wallboard.commands.alerts:alerts",
    "check": "wallboard.commands.check:check",
    "schema": "wallboard.commands.check:schema",
    "backup": "wallboard.commands.backup:backup",
    "restore": "wallboard.commands.backup:restore",
    "doctor": "wallboard.commands.doctor:doctor",
}


class Commands(click.Group):
    """The commands by name; each is imported when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        found = getattr(import_module(module), name)
        assert isinstance(found, click.Command)
        return found


@click.group(cls=Commands)
@click.version_option(version("wallboard"), prog_name="wallboard")
def cli() -> None:
    """A real-time supervisor wallboard for contact centres (docs/commands.md)."""


def main() -> None:
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """The exit code."""
    try:
        code = cli.main(args=arguments, prog_name="wallboard", standalone_mode=False)
    except click.ClickException as error:
        click.echo(_usage(error), err=True)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 1
    except WallboardError as error:
        click.echo(_lines(error), err=True)
        return 1
    except BrokenPipeError:  # the reader of our output went away: `wallboard tail | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code if isinstance(code, int) else 0


def _usage(error: click.ClickException) -> str:
    """What was wrong and where the right usage stands, in one line."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = context.command_path if context else "wallboard"
    hint = f" (see {path} --help)" if context else ""
    return f"{path}: {error.format_message()}{hint}"


def _lines(error: WallboardError) -> str:
    return "\n".join(f"wallboard: {line}" for line in str(error).splitlines())
