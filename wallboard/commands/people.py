"""Who may come in? Adds, changes and removes people, and prints single-use links that sign them in."""

import asyncio
import shlex
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import click
import msgspec
from msgspec import UNSET

from wallboard.address import running_base
from wallboard.commands.erasing import BY, erase, let_go
from wallboard.commands.given import Given, clock_ms, given
from wallboard.commands.known import warn_of_unknown
from wallboard.commands.line import running_line
from wallboard.commands.table import table
from wallboard.config import Config
from wallboard.core.errors import WallboardError
from wallboard.record.audit import Audit
from wallboard.record.database import open_record
from wallboard.record.people import ROLES, Bound, People, Person, Role
from wallboard.stream.keys import SIGN_IN_CODE_S
from wallboard.stream.signin import SignIn

GOOD = f"wallboard: the link is good once, for {SIGN_IN_CODE_S // 60} minutes"
COLUMNS = ("name", "role", "bound to", "state", "last sign-in")


@click.group()
def person() -> None:
    """Who may come in."""


@person.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="viewer", show_default=True, help="What they may do.")
@click.option("--board", "boards", multiple=True, help="Sees this board only; may be given again.")
@click.option("--team", "teams", multiple=True, help="A lead of this team only; may be given again.")
@click.option("--agent", "agents", multiple=True, help="Works as this agent; may be given again.")
@given
def add(
    name: str, role: str, boards: tuple[str, ...], teams: tuple[str, ...], agents: tuple[str, ...], **where: Any
) -> None:
    """Add NAME, and print a link that signs them in: good once, for 15 minutes."""
    bound = Bound(boards=boards or None, teams=teams or None, agents=agents)
    to_be = msgspec.convert(role, Role)
    config = Given(**where).load_good()
    warn_of_unknown(config, teams=teams, agents=agents)
    click.echo(_link(config, lambda people: people.add(name, to_be, bound, by=BY, now_ms=clock_ms())))
    click.echo(GOOD, err=True)


@person.command()
@click.argument("name")
@given
def link(name: str, **where: Any) -> None:
    """Print a new link that signs NAME in: good once, for 15 minutes."""
    click.echo(_link(Given(**where).load_good(), lambda people: _enabled(people, name), "person.link"))
    click.echo(GOOD, err=True)


@person.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@given
def list_(as_json: bool, **where: Any) -> None:
    """Print who has an account, and what each may do."""
    people = _people(Given(**where).load_good()).all()
    if as_json:
        click.echo(msgspec.json.encode([_told(each) for each in people]).decode())
    else:
        click.echo(table(COLUMNS, [_line(each) for each in people]))


@person.command("set")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), help="What they may do.")
@click.option("--board", "boards", multiple=True, help="Sees this board only; may be given again.")
@click.option("--all-boards", is_flag=True, help="Bound to no board any more.")
@click.option("--team", "teams", multiple=True, help="A lead of this team only; may be given again.")
@click.option("--all-teams", is_flag=True, help="Bound to no team any more.")
@click.option("--agent", "agents", multiple=True, help="Works as this agent; may be given again.")
@click.option("--no-agent", is_flag=True, help="Works as no agent any more.")
@click.option("--enable/--disable", "enabled", default=None, help="Whether they may sign in.")
@given
def set_(
    name: str,
    role: str | None,
    boards: tuple[str, ...],
    all_boards: bool,
    teams: tuple[str, ...],
    all_teams: bool,
    agents: tuple[str, ...],
    no_agent: bool,
    enabled: bool | None,
    **where: Any,
) -> None:
    """Change what NAME may do and is bound to; what is not given stays. In force everywhere within 5 s."""
    limits = {
        "boards": _limit("board", boards, "--all-boards", all_boards, None),
        "teams": _limit("team", teams, "--all-teams", all_teams, None),
        "agents": _limit("agent", agents, "--no-agent", no_agent, ()),
    }
    limits = {field: value for field, value in limits.items() if value is not UNSET}
    to_be: dict[str, Any] = ({"role": role} if role else {}) | ({} if enabled is None else {"disabled": not enabled})
    if not limits and not to_be:
        raise click.UsageError("say what shall change, such as --role lead or --agent 101")
    config = Given(**where).load_good()
    people = _people(config)
    known = _known(people, name)
    warn_of_unknown(config, teams=teams, agents=agents)
    to_be |= {"bound": msgspec.structs.replace(known.bound, **limits)} if limits else {}
    changed = people.change(known.id, by=BY, now_ms=clock_ms(), **to_be)
    click.echo(table(COLUMNS, [_line(changed or known)]))


@person.command()
@click.argument("name")
@given
def signout(name: str, **where: Any) -> None:
    """Sign NAME out everywhere: their pages and sockets close within 5 s."""
    click.echo(f"sessions that ended: {asyncio.run(_sign_out(Given(**where).load_good(), name))}")


@person.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@given
def remove(name: str, yes: bool, **where: Any) -> None:
    """Remove the account NAME for good: their pages and sockets close within 5 s.

    Figures and audit lines stay; `wallboard person erase` takes those out too.
    """
    config = Given(**where).load_good()
    people = _people(config)
    known = _known(people, name)
    if not yes:
        click.confirm(f"The account of {known.name} ({known.role}) goes for good. Go on?", abort=True)
    people.remove(known.id, by=BY, now_ms=clock_ms())
    asyncio.run(_end_sessions(config, known))
    click.echo(f"removed: {known.name}")


person.add_command(erase)


def _link(config: Config, find: Callable[[People], Person], what: str | None = None) -> str:
    """`what`: the line of the audit trail, where `find` writes none."""
    return f"{running_base(config)}/signin#{asyncio.run(_code(config, find, what))}"


async def _code(config: Config, find: Callable[[People], Person], what: str | None) -> str:
    async with running_line(config) as line:
        person = await asyncio.to_thread(find, _people(config))
        if what:
            await _note(config, what, person)
        return await SignIn(line.redis, line.keys).issue(person.id)


async def _note(config: Config, what: str, person: Person) -> None:
    audit = Audit(open_record(config.data, config.database_url))
    await asyncio.to_thread(audit.write, clock_ms(), BY, what, id=person.id, name=person.name)


async def _sign_out(config: Config, name: str) -> int:
    known = await asyncio.to_thread(_known, _people(config), name)
    async with running_line(config) as line:
        ended = await SignIn(line.redis, line.keys).end_of(known.id)
    await _note(config, "person.signed_out", known)
    return ended


async def _end_sessions(config: Config, person: Person) -> None:
    """They open nothing without the account; where Redis is away they lapse by themselves."""
    with suppress(WallboardError):
        async with running_line(config) as line:
            await let_go(line, person)


def _limit(option: str, given: tuple[str, ...], free: str, freed: bool, none: tuple[str, ...] | None) -> Any:
    """What of a limit is to be: `none` where it is taken off, UNSET where it stays."""
    if given and freed:
        raise click.UsageError(f"--{option} and {free} together: give one of them")
    return none if freed else given or UNSET


def _enabled(people: People, name: str) -> Person:
    found = _known(people, name)
    if found.disabled:
        raise WallboardError(
            f"the account of {found.name} is disabled: wallboard person set {shlex.quote(found.name)} --enable"
        )
    return found


def _known(people: People, name: str) -> Person:
    found = people.named(name)
    if found is None:
        known = ", ".join(each.name for each in people.all()) or "nobody yet"
        raise WallboardError(
            f"there is nobody called {name} (there is: {known}): wallboard person add NAME --role ROLE"
        )
    return found


def _people(config: Config) -> People:
    return People(open_record(config.data, config.database_url))


def _told(person: Person) -> dict[str, object]:
    """Everything but what is secret."""
    hidden = {"password", "subject"}
    whole = {name: getattr(person, name) for name in person.__struct_fields__ if name not in hidden}
    return whole | {"has_password": person.password is not None}


def _line(person: Person) -> list[str | None]:
    bound = person.bound
    told = [
        *(bound.boards or ()),
        *(f"team:{team}" for team in bound.teams or ()),
        *(f"agent:{one}" for one in bound.agents),
    ]
    seen = datetime.fromtimestamp(person.seen_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC") if person.seen_ms else None
    return [person.name, person.role, ", ".join(told) or None, "disabled" if person.disabled else "active", seen]
