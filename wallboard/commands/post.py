"""How does a script tell an event? `post` and `notice` send over HTTP, and keep on disk what the server misses."""

import json
import os
import shlex
import sys
import uuid
from collections.abc import Iterable, Mapping, Sequence

import click
import msgspec
from msgspec.structs import replace

from wallboard.commands.delivery import Delivery
from wallboard.commands.kinds import Until
from wallboard.commands.lines import batches
from wallboard.commands.sending import Answer, Rejected, Sender
from wallboard.commands.spool import spool_for
from wallboard.core.errors import Refused, WallboardError
from wallboard.core.events import Event, Told, decode, refusal
from wallboard.environment import text_of

URL = "http://127.0.0.1:8000"
ACCEPTED = "accepted"
_SAID_BEFORE = "was there before and said something else: the first one counts; give each event an id of its own"


@click.command()
@click.argument("kind", metavar="TYPE")
@click.argument("fields", nargs=-1, metavar="[FIELD=VALUE]...")
@click.option("--json", "as_json", is_flag=True, help="What became of the events, on standard output.")
@click.option("--quiet", is_flag=True, help="Say something only where a person should do something: for cron.")
@click.option("--dry-run", is_flag=True, help="Ask the server whether it would take them; nothing is sent or kept.")
def post(kind: str, fields: Sequence[str], as_json: bool, quiet: bool, dry_run: bool) -> None:
    """Send one event; or, as `post -`, events from standard input, one JSON object a line.

    A list is written as JSON: queues='["support"]'. WALLBOARD_URL and WALLBOARD_TOKEN say where to and with
    which token. While the server is away events are kept on disk and go with the next post.
    """
    if kind != "-":
        send = _check if dry_run else _send
        answer = send([[_event({"type": kind, **_pairs(fields)})]])
        if not (as_json or quiet):
            _say(answer, kind, f"would be {ACCEPTED}" if dry_run else ACCEPTED)
        _tell(answer, as_json)
        return
    if fields:
        raise click.UsageError("with '-' the events come from standard input: give no fields")
    refused: list[Rejected] = []
    told = (_told(batch, refused) for batch in batches(sys.stdin.buffer))
    answer = _check(told) if dry_run else _send(told, feed=True)
    answer.rejected = [*refused, *answer.rejected]
    counts = f"{answer.accepted} {ACCEPTED}, {answer.duplicate} there before, {len(answer.rejected)} refused"
    if dry_run:
        counts = f"{answer.accepted} would be {ACCEPTED}, {len(answer.rejected)} refused"
    if not quiet:
        click.echo(f"wallboard: {counts}" + (f", {answer.kept} kept for later" if answer.kept else ""), err=True)
    _tell(answer, as_json)


@click.command()
@click.argument("text")
@click.option("--level", type=click.Choice(["info", "good", "warning", "critical"]), default="info")
@click.option("--until", "until_ms", type=Until(), help="When it goes: a time (RFC 3339), or an interval such as 2h.")
@click.option("--queue", "queues", multiple=True, help="Where this queue is shown; may be given again.")
@click.option("--team", "teams", multiple=True, help="Where this team is shown; may be given again.")
@click.option("--json", "as_json", is_flag=True, help="What became of it, on standard output.")
def notice(text: str, as_json: bool, level: str, until_ms: int | None, **places: Sequence[str]) -> None:
    """Show TEXT on the boards."""
    event: dict[str, object] = {"type": "notice.posted", "text": text, "level": level}
    if until_ms is not None:
        event["until"] = until_ms
    answer = _send([[_event(event | {name: list(found) for name, found in places.items() if found})]])
    if not as_json:
        _say(answer, "notice")
    _tell(answer, as_json)


def _say(answer: Answer, what: str, accepted: str = ACCEPTED) -> None:
    """What happened to one event; a refusal and what is kept are told elsewhere."""
    if answer.accepted > 1:
        click.echo(f"wallboard: {what} {accepted}, and {answer.accepted - 1} that were kept before", err=True)
    elif answer.accepted:
        click.echo(f"wallboard: {what} {accepted}", err=True)
    elif answer.duplicate:
        click.echo(f"wallboard: {what} was there before: counted once", err=True)


def _pairs(fields: Sequence[str]) -> dict[str, object]:
    pairs: dict[str, object] = {}
    for field in fields:
        name, equals, value = field.partition("=")
        if not equals or not name:
            raise click.UsageError(f"'{field}' is not FIELD=VALUE")
        pairs[name] = _json(field, value) if value.startswith(("[", "{")) else value
    return pairs


def _json(field: str, value: str) -> object:
    try:
        return msgspec.json.decode(value)
    except msgspec.DecodeError as error:
        raise click.UsageError(f"'{field}': a value that begins like JSON must be JSON: {error}") from None


def _event(fields: Mapping[str, object]) -> Event:
    """Checked here, so that a typing mistake is told at once and not when the server is back."""
    try:
        event: Event = msgspec.convert(fields, Told, strict=False)
    except msgspec.ValidationError as error:
        refused = refusal(str(error), str(fields["type"]))
        hint = _as_list(refused, fields)
        raise WallboardError(f"{refused}{hint} (docs/events.md has the types and their fields)") from None
    return _signed(event)


def _as_list(refused: Refused, fields: Mapping[str, object]) -> str:
    """How it would be written, where a text stands in the place of a list."""
    name = refused.at.removeprefix("$.")
    value = fields.get(name)
    if not isinstance(value, str) or not refused.reason.startswith("Expected list"):
        return ""
    written = json.dumps([one.strip() for one in value.split(",")], ensure_ascii=False, separators=(",", ":"))
    return f"; a list is written as JSON: {name}={shlex.quote(written)}"


def _told(batch: Sequence[tuple[int, bytes]], refused: list[Rejected]) -> list[Event]:
    events = []
    for number, line in batch:
        try:
            events.append(_signed(decode(line)))
        except Refused as error:
            refused.append(Rejected(at=f"line {number} {error.at}", error=error.reason))
    return events


def _signed(event: Event) -> Event:
    """With an id, so that repeating it counts nothing twice."""
    return event if event.id else replace(event, id=uuid.uuid4().hex)


def _send(batches_of_events: Iterable[Sequence[Event]], *, feed: bool = False) -> Answer:
    sender = _sender()
    delivery = Delivery(sender, spool_for(sender.url, os.environ), feed=feed)
    for events in batches_of_events:
        delivery.take(events)
    return delivery.finish()


def _check(batches_of_events: Iterable[Sequence[Event]]) -> Answer:
    """What the server says of them. What waits on disk stays there, and nothing is kept while it is away."""
    sender, answer = _sender(dry_run=True), Answer()
    for events in batches_of_events:
        if events:
            answer.add(sender.send(events))
    return answer


def _sender(*, dry_run: bool = False) -> Sender:
    token = text_of(os.environ, "WALLBOARD_TOKEN", [])
    return Sender(os.environ.get("WALLBOARD_URL") or URL, token, dry_run=dry_run)


def _tell(answer: Answer, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(answer))
    for slip in answer.warnings:
        click.echo(f"wallboard: warning: {slip.warning}", err=True)
    for said in answer.conflicts:
        click.echo(f"wallboard: warning: '{said.id}' of '{said.source}' {_SAID_BEFORE}", err=True)
    for one in answer.rejected:
        click.echo(f"wallboard: {one.error} - at {one.at}", err=True)
    if answer.rejected:
        raise click.exceptions.Exit(1)
