"""Who may come in? Adds people, and prints single-use links that sign them in."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import click
import msgspec

from wallboard.address import running_base
from wallboard.commands.given import Given, clock_ms, given
from wallboard.commands.line import running_line
from wallboard.commands.table import table
from wallboard.config import Config
from wallboard.core.errors import WallboardError
from wallboard.core.events import SERVER, AgentForgotten
from wallboard.core.settings import Settings
from wallboard.record.database import open_record
from wallboard.record.erasing import erase as erased
from wallboard.record.people import ROLES, Bound, People, Person, Role
from wallboard.stream.signin import SignIn

BY = "wallboard person"  # in the audit trail


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
    click.echo(_link(Given(**where), lambda people: people.add(name, to_be, bound, by=BY, now_ms=clock_ms())))


@person.command()
@click.argument("name")
@given
def link(name: str, **where: Any) -> None:
    """Print a new link that signs NAME in: good once, for 15 minutes."""
    click.echo(_link(Given(**where), lambda people: _named(people, name)))


@person.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@given
def list_(as_json: bool, **where: Any) -> None:
    """Print who has an account, and what each may do."""
    people = _people(Given(**where).load()).all()
    if as_json:
        click.echo(msgspec.json.encode([_told(each) for each in people]).decode())
    else:
        click.echo(table(["name", "role", "bound to", "state", "last sign-in"], [_line(each) for each in people]))


@person.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@given
def erase(name: str, yes: bool, **where: Any) -> None:
    """Take a person out: NAME is an account's name or an agent's id (docs/privacy.md).

    Their account, sessions and figures go; audit lines stay under a pseudonym. It cannot be undone.
    """
    if not yes:
        click.confirm(f"Everything that is known of {name} goes for good. Go on?", abort=True)
    click.echo(asyncio.run(_erase(Given(**where).load(), name)))


async def _erase(config: Config, name: str) -> str:
    people = _people(config)
    account = await asyncio.to_thread(people.named, name)
    agents = {name, *(account.bound.agents if account else ())}
    names = agents | ids_of(config.settings, agents) | ({account.id, account.name} if account else set())
    async with running_line(config) as line:
        if account:
            await asyncio.to_thread(people.remove, account.id, by=BY, now_ms=clock_ms())
        engine = open_record(config.data, config.database_url)
        done = await asyncio.to_thread(erased, engine, names, by=BY, now_ms=clock_ms())
        await line.stream.append([AgentForgotten(name=one, source=SERVER) for one in sorted(agents)])
    told = f"erased: {done.intervals} intervals, {done.contacts} contacts, {done.lines} lines of the audit trail"
    left = [one for one in sorted(agents) if one in config.settings.agent]
    return told + (f"; now take [agent.{left[0]}] out of {config.file}" if left else "")


def ids_of(settings: Settings, agents: Iterable[str]) -> set[str]:
    """What these agents are called besides: by the configuration, and at their sources."""
    known = [settings.agent[one] for one in agents if one in settings.agent]
    also = {one for agent in known for one in agent.also}
    return {agent.name for agent in known if agent.name} | also | {one.partition(":")[2] for one in also} - {""}


def _link(where: Given, find: Callable[[People], Person]) -> str:
    config = where.load()
    return f"{running_base(config)}/signin#{asyncio.run(_code(config, find))}"


async def _code(config: Config, find: Callable[[People], Person]) -> str:
    async with running_line(config) as line:
        person = await asyncio.to_thread(find, _people(config))
        return await SignIn(line.redis, line.keys).issue(person.id)


def _named(people: People, name: str) -> Person:
    found = people.named(name)
    if found is None:
        known = ", ".join(each.name for each in people.all()) or "nobody yet"
        raise WallboardError(
            f"there is nobody called {name} (there is: {known}): wallboard person add NAME --role ROLE"
        )
    if found.disabled:
        raise WallboardError(f"the account of {found.name} is disabled: an administrator enables it on /people")
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
