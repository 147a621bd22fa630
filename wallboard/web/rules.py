"""Which alert rules are there, and who changes them? The same text that lies in wallboard.toml, a rule at a time.

    text ─▶ check ─▶ every mistake by its path ─▶ PUT, with the tag it was made from ─▶ the file, the record, the trail

Changed by administrators; whoever acts on alerts may read them. In force when the parts have read the file.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NotRequired, TypedDict, TypeVar

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from wallboard.configfile import mistakes_in
from wallboard.core.errors import ConfigError, Mistake
from wallboard.core.fields import Text
from wallboard.core.limits import EXPECTED_DURATION, EXPECTED_LIMIT
from wallboard.record.entries import Unwritten, entries, read_text
from wallboard.record.ruletext import SECTION, RuleDiffers, rule_text, write_rule
from wallboard.record.shelf import tag_of
from wallboard.web.auth import Who, allowed
from wallboard.web.body import body_of, read_as
from wallboard.web.calls import Answer, Call
from wallboard.web.costly import costs
from wallboard.web.problems import Problem
from wallboard.web.recorded import asked_record
from wallboard.web.ruledoubts import doubts, seen_of
from wallboard.web.rulelist import NO_NAME, has_address, listed, open_of, unknown_of
from wallboard.web.ruletexts import Read, read_rule, saying
from wallboard.web.speaking import page_say, spoken
from wallboard.web.wiring import Parts, expect_loaded, parts_of
from wallboard.web.words import Words
from wallboard.web.writable import unwritable

TOML = "application/toml"
BODY_BYTES = 65_536
_NO_STORE = {"cache-control": "no-store"}
T = TypeVar("T")


class Rules(TypedDict):
    """`gone`: rules that were taken away here, by name. `days`: those of which events are kept, the first and last."""

    file: dict[str, Any]
    edits: bool
    rules: list[dict[str, Any]]
    gone: list[str]
    days: list[str]


class Asked(Struct, forbid_unknown_fields=True, kw_only=True):
    """`values`: what a form says, written into `text`. `name`: which rule it is to be; left out, as the text says."""

    text: str
    values: dict[str, Any] | None = None
    name: Text | None = None


class Checked(TypedDict):
    name: str
    text: str
    values: dict[str, Any]
    mistakes: list[dict[str, str]]
    warnings: list[dict[str, str]]


class Written(TypedDict):
    id: str
    tag: NotRequired[str]
    warnings: NotRequired[list[dict[str, str]]]


@Call(
    summary="Alert rules",
    scope="alerts:act",
    description="Those of wallboard.toml as they stand there, each with its `text` and `tag` (for If-Match), what "
    "it `says` in words, how many alerts of it are `open`, of how many entities it knows nothing now (`no_data`), and "
    "whether it is `in_force` yet. `text` and `tag` for administrators only. docs/alerts.md.",
    answers={200: Answer("`file`: whether it can be written, and if not why.", Rules)},
)
async def rules(request: Request) -> Response:
    """`GET /api/v1/alerts/rules`."""
    who, parts = allowed(request, "alerts:act"), parts_of(request)
    costs(request)
    expect_loaded(parts)
    floor = parts.pipeline.floor
    unknown = await unknown_of(parts)
    found = await in_thread(listed, parts, floor.settings.alert, open_of(floor, who), unknown, spoken(request))
    found["edits"] = who.may("admin")
    if not found["edits"]:  # comments may say what is nobody's business
        found["rules"] = [{key: row[key] for key in row if key not in ("text", "tag")} for row in found["rules"]]
    return Response(msgspec.json.encode(found), media_type="application/json", headers=_NO_STORE)


@Call(
    summary="What a rule's text would be",
    scope="admin",
    description="Of `text` (TOML), or of `values` written into it. Nothing is kept.",
    body=Asked,
    answers={200: Answer("The text, what it says, every mistake by its path, and warnings.", Checked)},
    problems=(422,),
)
async def check(request: Request) -> Response:
    """`POST /api/v1/alerts/check-rule`."""
    allowed(request, "admin")
    asked = asked_of(await body_of(request, 2 * BODY_BYTES), Asked)
    parts, page = parts_of(request), page_say(spoken(request))
    read = await in_lane(parts, _checked, parts, asked)
    told = {
        "name": read.name, "text": read.text, "values": read.values, "mistakes": _told(read.mistakes, page),
        "warnings": await _warnings(parts, read, page),
    }  # fmt: skip
    return Response(msgspec.json.encode(told), media_type="application/json", headers=_NO_STORE)


@Call(
    summary="Write a rule",
    scope="admin",
    description="Its text as TOML, with If-Match: its `tag`, or If-None-Match: * for a new one. In force when the "
    "parts have read the file, within seconds.",
    body={TOML: str},
    answers={200: Answer("Written.", Written), 201: Answer("Made.", Written)},
    problems=(409, 412, 422, 428),
)
async def put(request: Request) -> Response:
    """`PUT /api/v1/alerts/rules/{rule}`."""
    who, parts, name = allowed(request, "admin"), parts_of(request), request.path_params["rule"]
    expected = _expected(request)
    text = _text(await body_of(request, BODY_BYTES))
    page = page_say(spoken(request))
    read = await in_lane(parts, read_text_of, parts, text, name)
    if read.mistakes:
        raise wrong(read.mistakes, page)
    now = await in_thread(_write, parts, who, name, read.text, expected)
    told = {"id": name, "tag": tag_of(now or ""), "warnings": await _warnings(parts, read, page)}
    return JSONResponse(told, 201 if expected is None else 200, headers=_NO_STORE)


@Call(
    summary="Take a rule away",
    scope="admin",
    description="With If-Match. Its revisions stay; its open alerts end.",
    answers={200: Answer("Gone.", Written)},
    problems=(409, 412, 422, 428),
)
async def remove(request: Request) -> Response:
    """`DELETE /api/v1/alerts/rules/{rule}`."""
    who, parts, name = allowed(request, "admin"), parts_of(request), request.path_params["rule"]
    expected = _expected(request)
    if expected is None:
        raise _needs_condition()
    await in_thread(_write, parts, who, name, None, expected)
    return JSONResponse({"id": name}, headers=_NO_STORE)


def asked_of(body: bytes, kind: type[T]) -> T:
    """Raises Problem 400, 422."""
    return read_as(body, kind, '{"text": "[alert.long-wait]\\n…"}')


def _checked(parts: Parts, asked: Asked) -> Read:
    """Blocking. A text that is no rule is left as it is, whatever the form says."""
    read = read_text_of(parts, asked.text, None)
    name = asked.name or read.name
    if not name or (asked.text.strip() and not read.name):
        return read
    if asked.values is None and name == read.name:
        return read
    try:
        values = read.values if asked.values is None else asked.values
        text = saying(asked.text, {key: value for key, value in values.items() if value is not None}, name)
    except (Unwritten, TypeError, ValueError) as error:
        return read._replace(mistakes=[Mistake("$", "$", f"{error}")])
    except RecursionError:
        return read._replace(mistakes=[Mistake("$", "$", "the values stand within one another too deep")])
    return read_text_of(parts, text, None)


def read_text_of(parts: Parts, text: str, name: str | None) -> Read:
    """Blocking: the receivers are those of the file as it stands, and the environment's."""
    config = parts.config
    found = entries(config.written).get("notify", {}) if config.written else config.receivers
    known = found if isinstance(found, Mapping) else {}
    return read_rule(text, [*known, *config.environment_receivers], name)


def _write(parts: Parts, who: Who, name: str, text: str | None, expected: str | None) -> str | None:
    """Blocking: the record's line first, then the file; its text there."""
    file, receivers = parts.config.written, parts.config.environment_receivers
    if reason := unwritable(parts.config):
        raise Problem(409, reason)
    if not has_address(name):
        raise Problem(409, NO_NAME)
    assert file is not None
    before = rule_text(read_text(file), name)
    was = read_rule(before, ()).values if before is not None else {}
    said = {} if text is None else read_rule(text, ()).values
    others = [key for key in {**was, **said} if was.get(key) != said.get(key)]
    told = {"before": {key: was.get(key) for key in others}, "after": {key: said.get(key) for key in others}}
    known = {(one.at, one.reason) for one in mistakes_in(file, receivers)}

    def look(new: Path) -> None:
        fresh = [one for one in mistakes_in(file, receivers, new) if (one.at, one.reason) not in known]
        if fresh:
            raise ConfigError(fresh)
        now = rule_text(read_text(new), name)
        parts.rules.write(name, now, who.by, parts.clock_ms(), before, told)

    return write_rule(file, name, text, expected, look)


def _text(body: bytes) -> str:
    try:
        return body.decode().replace("\r\n", "\n").strip("\n") + "\n"
    except UnicodeDecodeError:
        raise Problem(400, "The text is not UTF-8.") from None


def _expected(request: Request) -> str | None:
    """The tag that the change is made from; None: there is no such rule yet. Raises Problem 428."""
    match = request.headers.get("if-match", "").strip().removeprefix("W/").strip('"')
    if match:
        return match
    if request.headers.get("if-none-match") == "*":
        return None
    raise _needs_condition()


def _needs_condition() -> Problem:
    return Problem(428, "Send If-Match with the tag of the rule that you have read, or If-None-Match: * for a new one.")


async def in_thread(do: Callable[..., T], *given: Any) -> T:
    """Raises Problem for what the file or the record does not take."""
    with _refusing():
        return await asked_record(do, *given)


async def in_lane(parts: Parts, do: Callable[..., T], *given: Any) -> T:
    """The same of what is only read and worked out, however long a text is (web/lane.py). Raises Problem 503 too."""
    with _refusing():
        return await parts.lane.run(do, *given)


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except RuleDiffers as error:
        now = {"now": None} if error.now is None else {"now": error.now, "tag": tag_of(error.now)}
        raise Problem(412, "The rule was changed meanwhile; `now` is what it says.", **now) from None
    except ConfigError as error:
        raise wrong(error.mistakes) from None
    except Unwritten as error:
        raise Problem(409, f"{error}.") from None


def wrong(mistakes: list[Mistake], page: Words | None = None) -> Problem:
    """422, with every one; `page`: in whose words."""
    first, told = mistakes[0], _told(mistakes, page)
    return Problem(422, f"{first.at}: {told[0]['reason']}.", at=first.at, mistakes=told)


async def _warnings(parts: Parts, read: Read, page: Words) -> list[dict[str, str]]:
    if read.rule is None:
        return []
    found = await parts.lane.run(doubts, parts, read.name, read.rule, seen_of(parts, read.rule), page)
    return _told(found, page)


def _told(mistakes: list[Mistake], page: Words | None = None) -> list[dict[str, str]]:
    """`key`: of which field of a form."""
    return [{"at": one.at, "reason": _reason(one, page)} | _key(one) for one in mistakes]


def _reason(mistake: Mistake, page: Words | None) -> str:
    word = _SAID.get(mistake.reason)
    return page(word) if page and word else mistake.reason


def _key(mistake: Mistake) -> dict[str, str]:
    found = _KEY.fullmatch(mistake.at)
    return {"key": found[1]} if found else {}


# What a form's reader meets most, in their language; the rest is said as `wallboard check` says it.
_SAID = {
    EXPECTED_LIMIT: "rules.expected.limit", EXPECTED_DURATION: "rules.expected.time",
    f"{EXPECTED_DURATION}, at least 1m": "rules.expected.minute",
    f"{EXPECTED_DURATION}, from 1m to 1h": "rules.expected.hour",
}  # fmt: skip
_KEY = re.compile(rf"{SECTION}\.(?:[^.\"']+|\"(?:[^\"\\]|\\.)*\"|'[^']*')\.([a-z_]+)(?:\[\d+\])?")
