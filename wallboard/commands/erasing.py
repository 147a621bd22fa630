"""How is a person taken out? `wallboard person erase`: who is meant, what is known of them, and then all of it goes.

    NAME ─▶ account ◀─▶ agents it works as ─▶ what they are and were called ─▶ record, stream, letters, past days

An account and its agents go together: what stays of the one would tell who the other was.
"""

import asyncio
import shlex
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

import click

from wallboard.alerts.about import is_about
from wallboard.commands.given import Given, clock_ms, given
from wallboard.commands.known import floor_of
from wallboard.commands.line import Line, running_line
from wallboard.config import Config
from wallboard.core.alerts import IN_TELEGRAM
from wallboard.core.called import names_of
from wallboard.core.errors import WallboardError
from wallboard.core.events import SERVER, AgentForgotten
from wallboard.core.settings import Settings
from wallboard.keeper import Keeper
from wallboard.record.database import open_record
from wallboard.record.days import Days
from wallboard.record.erasing import Erased, Whose, look
from wallboard.record.erasing import erase as erased
from wallboard.record.formerly import Formerly, formerly
from wallboard.record.people import People, Person, key
from wallboard.stream.handedover import HandedOver
from wallboard.stream.letters import MOST_DEAD, Letters
from wallboard.stream.signin import SignIn
from wallboard.stream.stream import Stream

BY = "wallboard person"  # in the audit trail


class Meant(NamedTuple):
    """Whom a name means. `called`: as what they stand in the state and in events."""

    account: Person | None
    agents: set[str]
    called: set[str]
    whose: Whose


@click.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@given
def erase(name: str, yes: bool, **where: Any) -> None:
    """Take a person out: NAME is an account's name or an agent's id (docs/privacy.md).

    An account and the agent that it works as go together, with sessions and figures; audit lines stay under a
    pseudonym. It cannot be undone.
    """
    config = Given(**where).load()
    meant = _meant(config, name)
    found = look(open_record(config.data, config.database_url), meant.whose)
    if not (meant.account or any(found[1:]) or asyncio.run(_is_elsewhere(config, meant))):
        raise WallboardError(f"nothing is known of '{name}': is it spelt so?")
    if not yes:
        click.confirm(f"{_whole(name, meant)} goes for good, {_counted(found)} with it. Go on?", abort=True)
    click.echo(asyncio.run(_erase(config, meant)))


def _meant(config: Config, name: str) -> Meant:
    """Raises WallboardError where more than one person may be meant."""
    engine = open_record(config.data, config.database_url)
    people, trail = People(engine).all(), formerly(engine)
    account = _account(people, name)
    agents = {name, *(account.bound.agents if account else ())}
    living = {one.id: one for one in people}
    for one in living.keys() & trail.keys() if account is None else ():
        if key(name) in map(key, trail[one].names):
            now = living[one].name
            raise WallboardError(f"{now} was called '{name}' once: wallboard person erase {shlex.quote(now)}")
    ids = {one for one, was in trail.items() if one not in living and _was(was, name, agents)}
    ids |= {account.id} if account else set()
    names = {each for one in ids if one in trail for each in trail[one].names}
    others = {key(one.name) for one in people if one != account} | {
        key(one) for one in config.settings.agent if one not in agents
    }
    once = {one for one in names if key(one) in others}
    called = agents | (names - once) | ({account.name} if account else set())
    called |= {f"{one}{IN_TELEGRAM}" for one in called}  # as which they act on alerts there
    return Meant(account, agents, called, Whose(called | ids | _ids_of(config.settings, agents), ids, once))


def _account(people: list[Person], name: str) -> Person | None:
    """The one of this name, or that works as this agent. Raises WallboardError where it is not sure who is meant."""
    named = next((one for one in people if key(one.name) == key(name)), None)
    agents = {name, *(named.bound.agents if named else ())}
    working = [one for one in people if one != named and agents & {*one.bound.agents}]
    if not working:
        return named
    first, which = working[0], shlex.quote(working[0].name)
    if named or len(working) > 1:
        who = ", ".join(one.name for one in ([named] if named else []) + working)
        raise WallboardError(
            f"'{name}' may mean several accounts: {who} - whoever shall stay must not work as this agent any more: "
            f"wallboard person set {which} --no-agent (or --agent OTHER)"
        )
    if len(first.bound.agents) > 1:
        raise WallboardError(
            f"{first.name} works as several agents: {', '.join(first.bound.agents)} - all of them go with "
            f"`wallboard person erase {which}`; if '{name}' was somebody else, first give {first.name} the others: "
            f"`wallboard person set {which} --agent OTHER`"
        )
    return first


def _was(one: Formerly, name: str, agents: Collection[str]) -> bool:
    """Whether an account that there is no more was of this person."""
    return key(name) in map(key, one.names) or any(agent in agents for agent in one.agents)


def _ids_of(settings: Settings, agents: Iterable[str]) -> set[str]:
    """What these agents are called besides: by the configuration, and at their sources."""
    known = [settings.agent[one] for one in agents if one in settings.agent]
    also = {one for agent in known for one in agent.also}
    return {agent.name for agent in known if agent.name} | also | {one.partition(":")[2] for one in also} - {""}


async def _is_elsewhere(config: Config, meant: Meant) -> bool:
    """In the configuration, in past days, in messages that were given up or on the floor."""
    names = meant.whose.names
    if not meant.agents.isdisjoint(config.settings.agent):
        return True
    if await asyncio.to_thread(Days(config.events).tell_of, names):
        return True
    async with running_line(config) as line:
        letters = await Letters(line.redis, line.keys).newest(MOST_DEAD)
        if any(is_about(one.message, names) for one in letters):
            return True
        return not meant.called.isdisjoint(names_of(await floor_of(line))["agent"])


async def _erase(config: Config, meant: Meant) -> str:
    names = meant.whose.names
    async with running_line(config) as line:
        engine = open_record(config.data, config.database_url)
        if meant.account:
            await asyncio.to_thread(People(engine).remove, meant.account.id, by=BY, now_ms=clock_ms())
            await let_go(line, meant.account)
        letters = await Letters(line.redis, line.keys).forget(lambda message: is_about(message, names))
        done = await asyncio.to_thread(erased, engine, meant.whose, by=BY, now_ms=clock_ms())
        await line.stream.append([AgentForgotten(name=one, source=SERVER) for one in sorted(meant.called)])
        days = Days(config.events)
        await Keeper(Stream(line.redis, line.keys), days, clock_ms, config.history.event_days).keep()
        events = await asyncio.to_thread(days.erase, names, done.pseudonym)
    account = f"{_worker(meant.account)}, " if meant.account else ""
    left = [one for one in sorted(meant.agents) if one in config.settings.agent]
    return f"erased: {account}{_counted(done)}, {events} events of past days, {letters} messages that were given up" + (
        f"; now take [agent.{left[0]}] out of {config.file}" if left else ""
    )


async def let_go(line: Line, person: Person) -> None:
    """What Redis keeps of an account: its sessions, and until when it has read hand-overs."""
    await SignIn(line.redis, line.keys).end_of(person.id)
    await HandedOver(line.redis, line.keys).forget(f"person:{person.id}")


def _whole(name: str, meant: Meant) -> str:
    return f"Everything that is known of {name}" + (f" and {_worker(meant.account)}" if meant.account else "")


def _worker(account: Person) -> str:
    """The account, and whose figures go with it."""
    agents = ", ".join(account.bound.agents)
    return f"the account of {account.name} ({account.role}{f', works as {agents}' if agents else ''})"


def _counted(found: Erased) -> str:
    return f"{found.intervals} intervals, {found.contacts} contacts, {found.lines} lines of the audit trail"
