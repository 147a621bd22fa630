"""Which programs may send their own JSON, and how is it read? `[collector.NAME] kind = "webhook"`, checked as a whole.

The map is a file (`map = "own.toml"`), one of those that come along (`map = "chatwoot"`), or stands in the section
itself. Every mistake is named with its file and its place (docs/webhooks.md).
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta, Struct

from wallboard.core.errors import Mistake
from wallboard.core.mapfaults import faults_of
from wallboard.core.mapping import Fields, Given, Map, Rule, Scalar
from wallboard.core.words import meant, plainly
from wallboard.sense import WEBHOOK
from wallboard.standard import key_of
from wallboard.tables import parse, path, read

MAPS = Path(__file__).parent / "maps"
_CONDITIONS = ("type", "when", "unless", "each")


class Signature(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the sender proves itself. hmac: of `signed` under the secret; token: the secret itself in a header;
    standard: Standard Webhooks (webhook-id, webhook-timestamp, webhook-signature)."""

    form: Literal["hmac", "token", "standard"] = "hmac"
    header: Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,64}$")] | None = None
    algorithm: Literal["sha256", "sha1", "sha512"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    timestamp_header: Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,64}$")] | None = None
    signed: Literal["{body}", "{timestamp}.{body}", "{timestamp}:{body}", "{timestamp}{body}"] | None = None
    tolerance_s: Annotated[int, Meta(ge=1, le=86_400)] = 300


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[collector.NAME]`. `event`, `table`: the map, where it stands in the section itself."""

    kind: str = WEBHOOK
    map: str | None = None
    secret: str | None = None
    secret_file: str | None = None
    signature: Signature | None = None
    event: list[dict[str, Any]] = []
    table: dict[str, dict[str, Scalar]] = {}


class _File(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A map in a file of its own."""

    signature: Signature | None = None
    event: list[dict[str, Any]] = []
    table: dict[str, dict[str, Scalar]] = {}


class Webhook(NamedTuple):
    name: str
    by: Map
    signature: Signature
    secret: str

    def __repr__(self) -> str:
        return f"Webhook(name={self.name!r})"


def webhook_of(name: str, options: Mapping[str, Any], base: Path, file: str, mistakes: list[Mistake]) -> Webhook | None:
    """The webhook; None, with the reasons in `mistakes`, where something is wrong."""
    before, at = len(mistakes), path("collector", name)
    found = read(options, Options, file, at, mistakes)
    if found is None:
        return None
    written = _written(found, base, file, at, mistakes)
    rules, tables, where, within = written or ([], {}, file, at)
    by = Map(_rules(rules, tables, where, within, mistakes), tables)
    signature = found.signature or _signature_of(found, base) or Signature()
    if written:
        mistakes += [Mistake(file, f"{at}.signature.{key}", reason) for key, reason in _unsigned(signature)]
    secret = _secret(found, base)
    if not secret:
        reason = "is missing: a webhook is open to everybody without one, so it takes nothing"
        mistakes.append(Mistake(file, f"{at}.secret", reason))
    elif written and signature.form == "standard" and (wrong := _no_key(secret)):
        place = "secret" if found.secret_file is None else "secret_file"
        mistakes.append(Mistake(file, f"{at}.{place}", wrong))
    return Webhook(name, by, signature, secret or "") if len(mistakes) == before else None


def own_maps(collectors: Mapping[str, Any], base: Path) -> list[Path]:
    """The files of maps that did not come along."""
    told = [options.get("map") for options in collectors.values() if options.get("kind") == WEBHOOK]
    return sorted({base / name for name in told if isinstance(name, str) and name.endswith(".toml")})


def stamp_of(options: Mapping[str, Any], base: Path) -> tuple[object, ...]:
    """Another one when a file that the section names was changed: that of its secret, or its map."""
    secret, where = options.get("secret_file"), options.get("map")
    files = (base / secret if isinstance(secret, str) else None, _file(where, base) if isinstance(where, str) else None)
    return tuple(file and _changed(file) for file in files)


def _changed(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


_Written = tuple[list[dict[str, Any]], dict[str, dict[str, Scalar]], str, str]  # rules, tables, file, place in it


def _written(found: Options, base: Path, file: str, at: str, mistakes: list[Mistake]) -> _Written | None:
    if found.map is None:
        if not found.event:
            mistakes.append(Mistake(file, f"{at}.map", f"is missing, expected a file or one of {_shipped()}"))
        return found.event, found.table, file, at
    if found.event or found.table:
        mistakes.append(Mistake(file, f"{at}.event", "stands in the map already: take `map` out, or this"))
    where = _file(found.map, base)
    if where is None:
        shape = f"expected one of {_shipped()}, or a file that ends in .toml{meant(found.map, _names())}"
        mistakes.append(Mistake(file, f"{at}.map", f"no map '{found.map}': {shape}"))
        return None
    held = read(parse(where, str(where), mistakes), _File, str(where), "", mistakes)
    if held is not None and not held.event:
        mistakes.append(Mistake(str(where), "event", "is missing: a map has at least one [[event]]"))
    return (held.event, held.table, str(where), "") if held else None


def _signature_of(found: Options, base: Path) -> Signature | None:
    """What the map says; its mistakes were named when it was read."""
    where = _file(found.map, base) if found.map else None
    held = read(parse(where, str(where), []), _File, str(where), "", []) if where else None
    return held.signature if held else None


def _file(name: str, base: Path) -> Path | None:
    if name.endswith(".toml"):
        return base / name
    return MAPS / f"{name}.toml" if name in _names() else None


def _names() -> list[str]:
    return sorted(one.stem for one in MAPS.glob("*.toml"))


def _shipped() -> str:
    return ", ".join(_names())


def _rules(
    rules: list[dict[str, Any]], tables: dict[str, dict[str, Scalar]], file: str, at: str, mistakes: list[Mistake]
) -> list[Rule]:
    found = []
    for number, told in enumerate(rules):
        place = f"{at}.event[{number}]" if at else f"event[{number}]"
        fields = {name: value for name, value in told.items() if name not in _CONDITIONS}
        held = {name: value for name, value in told.items() if name in _CONDITIONS}
        rule = read(held | {"fields": _typed(fields, file, place, mistakes)}, Rule, file, place, mistakes)
        if rule is not None:
            found.append(rule)
            mistakes += [Mistake(file, f"{place}.{key}", reason) for key, reason in faults_of(rule, tables)]
    return found


def _typed(fields: Mapping[str, Any], file: str, at: str, mistakes: list[Mistake]) -> Fields:
    """Each field by itself, so that every mistake is told. `attributes` is a table of them."""
    typed: Fields = {}
    for name, value in fields.items():
        try:
            typed[name] = msgspec.convert(value, dict[str, Given] if name == "attributes" else Given)
        except msgspec.ValidationError as error:
            reason = plainly(str(error).partition(" - at ")[0]).replace("`", "'")
            mistakes.append(
                Mistake(file, path(at, name), f"{reason}: a path, a text, a number, or a table with `path`")
            )
    return typed


def _unsigned(signature: Signature) -> Iterator[tuple[str, str]]:
    if signature.form != "standard" and signature.header is None:
        yield "header", "is missing: in which header does the sender prove itself?"
    if signature.signed and "{timestamp}" in signature.signed and signature.timestamp_header is None:
        yield "timestamp_header", "is missing: the timestamp is part of what is signed"


def _no_key(secret: str) -> str | None:
    try:
        key_of(secret)
    except ValueError as error:
        return str(error)
    return None


def _secret(found: Options, base: Path) -> str | None:
    if found.secret_file is None:
        return found.secret
    try:
        return (base / found.secret_file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None  # that it cannot be read is told by check_collectors
