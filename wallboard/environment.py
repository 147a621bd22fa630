"""How does a setting come from the environment? `WALLBOARD_` + its path in capitals; `…_FILE` names a file.

`[server] port` is WALLBOARD_SERVER_PORT; `[collector.pbx-1] secret` is WALLBOARD_COLLECTOR_PBX_1_SECRET (what
is neither letter nor digit becomes `_`). The environment wins over the file.
"""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from wallboard.core.errors import Mistake
from wallboard.core.words import nearest
from wallboard.tables import is_struct, path

PREFIX = "WALLBOARD_"
WHERE = "environment"  # where a mistake is, beside files; its place there is the variable
# Not settings of the file: where things are, and what the commands that talk to a server use.
OUTSIDE = frozenset({"CONFIG", "DATA", "DEMO", "ADMIN_TOKEN", "URL", "TOKEN", "SPOOL"})
# Kubernetes puts these into every pod beside a Service that is called `wallboard`.
_KUBERNETES = re.compile(r"(SERVICE_|PORT$|PORT_\d)")
_PLATFORM = {"PORT": "WALLBOARD_SERVER_PORT", "REDIS_URL": "WALLBOARD_REDIS_URL"}
_SECRET = re.compile(r"(secret|password|token|key|user|username)$")


class Sections(NamedTuple):
    """The file's tables: `single` such as [server], `named` such as [queue.*]; None: any option is taken."""

    single: Mapping[str, type[Struct] | None]
    named: Mapping[str, type[Struct] | None]


def text_of(environ: Mapping[str, str], variable: str, mistakes: list[Mistake]) -> str | None:
    """The variable, or the content of the file that `VARIABLE_FILE` names, without its last newline."""
    if environ.get(variable):
        return environ[variable]
    file = environ.get(f"{variable}_FILE")
    if not file:
        return None
    try:
        return Path(file).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        mistakes.append(Mistake(WHERE, f"{variable}_FILE", f"cannot read {file}: {error}"))
        return None


def overlay(
    tables: dict[str, Any], environ: Mapping[str, str], sections: Sections, mistakes: list[Mistake]
) -> dict[str, str]:
    """Writes the environment's settings into `tables`; answers which variable each path came from."""
    origins: dict[str, str] = {}
    for variable in _variables(environ):
        name = _PLATFORM.get(variable, variable)
        keys, kind = _place(name.removeprefix(PREFIX).lower(), tables, sections)
        if not keys:
            reason = f"is no setting{_meant(name, sections)} (docs/configuration.md)"
            mistakes.append(Mistake(WHERE, variable, reason))
        elif (text := text_of(environ, variable, mistakes)) is not None:
            _put(tables, keys, _value(text, kind, keys[-1]))
            origins[_joined(keys)] = variable
    return origins


def _meant(variable: str, sections: Sections) -> str:
    """Of what has no name of its own. Compared without the prefix, in which all are alike."""
    tables = {name: msgspec.structs.fields(kind) for name, kind in sections.single.items() if kind}
    known = [*OUTSIDE, *(f"{name}_{field.name}".upper() for name, fields in tables.items() for field in fields)]
    near = nearest(variable.removeprefix(PREFIX), sorted(known))
    return f" - did you mean {PREFIX}{near}?" if near else ""


def _variables(environ: Mapping[str, str]) -> list[str]:
    """Those that mean a setting; the platform's own first, so that ours win."""
    platform = [name for name in _PLATFORM if name in environ]
    own = {name for each in environ if _is_setting(name := each.removesuffix("_FILE"))}
    # WALLBOARD_COLLECTOR_PBX_1_KIND first: it says that the others belong to `pbx_1`, not to `pbx`.
    return platform + sorted(own, key=lambda name: (not name.endswith("_KIND"), name))


def _is_setting(variable: str) -> bool:
    rest = variable.removeprefix(PREFIX)
    return rest != variable and rest not in OUTSIDE and not _KUBERNETES.match(rest)


def _place(name: str, tables: dict[str, Any], sections: Sections) -> tuple[list[str], Any]:
    """The path that a variable means and the type expected there; no path: there is no such setting."""
    section, _, rest = name.partition("_")
    if section in sections.single:
        return _in_table([section], rest, sections.single[section])
    if section in sections.named:
        return _in_entry(section, rest, tables.get(section), sections.named[section])
    return [], None


def _in_entry(section: str, rest: str, entries: Any, kind: type[Struct] | None) -> tuple[list[str], Any]:
    """An entry of the file first (the longest name that fits); else a new one."""
    for name in sorted(entries if isinstance(entries, dict) else (), key=len, reverse=True):
        if rest.startswith(f"{_slug(name)}_"):
            return _in_table([section, name], rest[len(_slug(name)) + 1 :], kind)
    words = rest.split("_")
    cuts = range(1, len(words)) if kind else [len(words) - 1 if words[-1] == "kind" else 1]
    for cut in cuts:
        keys, found = _in_table([section, "_".join(words[:cut])], "_".join(words[cut:]), kind)
        if keys:
            return keys, found
    return [], None


def _in_table(at: list[str], rest: str, kind: type[Struct] | None) -> tuple[list[str], Any]:
    if kind is None:
        return ([*at, rest], None) if rest else ([], None)
    for field in msgspec.structs.fields(kind):
        if field.name == rest:
            return [*at, rest], field.type
        if is_struct(field.type) and rest.startswith(f"{field.name}_"):
            return _in_table([*at, field.name], rest[len(field.name) + 1 :], field.type)
    return [], None


def _value(text: str, kind: Any, name: str) -> object:
    """Text where text is expected; otherwise read as a TOML value (8000, true, ["a"], { percent = 80 })."""
    if _SECRET.search(name) if kind is None else _takes_text(text, kind):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _takes_text(text: str, kind: Any) -> bool:
    try:
        msgspec.convert(text, kind)
    except msgspec.ValidationError:
        return False
    return True


def _put(tables: dict[str, Any], keys: list[str], value: object) -> None:
    for key in keys[:-1]:
        tables = tables.setdefault(key, {})
        if not isinstance(tables, dict):
            return  # the file has something else there, which is its own mistake
    tables[keys[-1]] = value


def _joined(keys: list[str]) -> str:
    at = ""
    for key in keys:
        at = path(at, key)
    return at


def _slug(name: str) -> str:
    """A name as it stands in a variable: `pbx-1` is PBX_1."""
    return re.sub(r"[^a-z0-9]", "_", name.lower())
