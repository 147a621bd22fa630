"""Which programs may speak to the server? Makes, lists and revokes their tokens, in the record itself."""

from datetime import UTC, datetime
from typing import Any

import click
import msgspec

from wallboard.address import running_base
from wallboard.commands.given import Given, clock_ms, given
from wallboard.commands.known import warn_of_unknown
from wallboard.commands.table import table
from wallboard.config import Config
from wallboard.core.errors import Refused, WallboardError
from wallboard.record.database import open_record
from wallboard.record.tokens import Token, Tokens, Wanted
from wallboard.web.who import SCOPES

BY = "wallboard token"  # in the audit trail
DAY_MS = 86_400_000


@click.group()
def token() -> None:
    """Which programs may speak to the server."""


@token.command()
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES), help="May be given again.")
@click.option("--source", help="It speaks as this source and no other.")
@click.option("--queue", "queues", multiple=True, help="Says and reads this queue only; may be given again.")
@click.option("--team", "teams", multiple=True, help="This team only; may be given again.")
@click.option("--days", type=click.IntRange(1, 3650), help="So long it is good; default: until it is revoked.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@given
def create(
    name: str,
    scopes: tuple[str, ...],
    source: str | None,
    queues: tuple[str, ...],
    teams: tuple[str, ...],
    days: int | None,
    as_json: bool,
    **where: Any,
) -> None:
    """Print a new token for the program NAME. It is shown this once, on standard output alone."""
    now_ms = clock_ms()
    ends_ms = now_ms + days * DAY_MS if days else None
    limits = (frozenset(queues) if queues else None, frozenset(teams) if teams else None)
    wanted = Wanted(_checked(name), frozenset(scopes), source, *limits, ends_ms)
    config = Given(**where).load_good()
    warn_of_unknown(config, teams=teams, queues=queues)
    try:
        made, secret = _tokens(config).create(wanted, BY, now_ms)
    except Refused as refused:
        raise WallboardError(refused.reason) from None
    click.echo(msgspec.json.encode(_told(made) | {"token": secret}).decode() if as_json else secret)
    click.echo(
        f"wallboard: it is not shown again; it lets in at {running_base(config)} within 2 s; revoke {made.id}", err=True
    )


@token.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@given
def list_(as_json: bool, **where: Any) -> None:
    """Print which tokens there are, what each may do and when it was last used."""
    found = list(_tokens(Given(**where).load_good()).all().values())
    if as_json:
        click.echo(msgspec.json.encode([_told(each) for each in found]).decode())
    else:
        click.echo(table(["id", "name", "may", "only", "last used", "ends"], [_line(each) for each in found]))


@token.command()
@click.argument("identity", metavar="ID")
@given
def revoke(identity: str, **where: Any) -> None:
    """Take the token ID back: within 5 s it lets nobody in."""
    tokens = _tokens(Given(**where).load_good())
    if not tokens.revoke(identity.removeprefix("wb_").partition("_")[0], BY, clock_ms()):
        raise WallboardError(f"there is no token {identity}: wallboard token list shows those that there are")


def _checked(name: str) -> str:
    if not 0 < len(name) <= 256 or not name.isprintable():
        raise WallboardError("NAME is text of 1 to 256 characters")
    return name


def _tokens(config: Config) -> Tokens:
    return Tokens(open_record(config.data, config.database_url))


def _told(one: Token) -> dict[str, object]:
    names = {"created_ms": "created_at", "expires_ms": "expires_at", "used_ms": "used_at"}
    return {names.get(name, name): value for name, value in one._asdict().items() if name != "digest"}


def _line(one: Token) -> list[str | None]:
    only = [*([one.source] if one.source else []), *sorted(one.queues or ()), *sorted(one.teams or ())]
    return [
        one.id,
        one.name,
        " ".join(sorted(one.scopes)),
        ", ".join(only) or None,
        _day(one.used_ms),
        _day(one.expires_ms),
    ]


def _day(at_ms: int | None) -> str | None:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC") if at_ms else None
