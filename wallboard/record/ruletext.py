"""Where in wallboard.toml does an alert rule stand? Its text as it lies there is cut out and put back; all else stays.

    # Somebody waits for too long.      from the comment right above
    [alert.long-wait]
    metric = "oldest_wait_s"
    # notify = ["leads"]                to the comment right below; tables such as [[alert.long-wait.and]] are its own

A comment of its text that an empty line sets apart is put right above, or right below, so that it stays the rule's.

A text is one rule's only where the file without it says the same of all else; other forms, such as `alert = {…}`, are
left to whoever edits the file.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import tomlkit

from wallboard.core.errors import WallboardError
from wallboard.record.entries import Unwritten, header_of, read_text, tables_of
from wallboard.record.shelf import alone_in, replace_file, tag_of

SECTION = "alert"


class RuleDiffers(WallboardError):
    """The rule is not what the change was made from. `now`: its text; None: there is none."""

    def __init__(self, now: str | None) -> None:
        super().__init__("the rule has changed meanwhile")
        self.now = now


class _Cut(NamedTuple):
    before: str
    own: str
    after: str


def rule_texts(text: str) -> dict[str, str]:
    """Of every rule that has a text of its own: the file is read once for all of them, and once without them."""
    plain = _plain(text)
    lines, tables = plain.splitlines(keepends=True), _said(plain)
    known = found if isinstance(found := tables.get(SECTION), dict) else {}
    own, rest = {}, list(lines)
    for name, (begins, ends) in _spans(lines).items():
        text = "".join(lines[begins:ends])
        if name in known and _said(text) == {SECTION: {name: known[name]}}:
            own[name], rest[begins:ends] = text, [""] * (ends - begins)
    if _said("".join(rest)) == _with_rules(tables, {name: known[name] for name in known if name not in own}):
        return own
    return {name: cut.own for name in own if (cut := _cut(plain, name))}  # such as a header within a text


def rule_text(text: str, name: str) -> str | None:
    """None: there is no such rule, or it has no text of its own."""
    found = _cut(_plain(text), name)
    return found.own if found else None


def with_rule(text: str, name: str, rule: str | None) -> str:
    """`text` with this text of the rule; None takes it out. Raises Unwritten where that cannot be done in place."""
    tables, plain = tables_of(text), _plain(text)
    known = tables.get(SECTION, {})
    found = _cut(plain, name)
    if found is None and name in known:
        raise Unwritten(f"[{SECTION}.{name}] stands in the file in a form that cannot be changed here; edit the file")
    told = {**known, name: _said(rule).get(SECTION, {}).get(name)} if rule is not None else _without(known, name)
    made = _joined(found or _place(plain, known), rule)
    if _said(made) != _with_rules(tables, told):
        raise Unwritten(f"[{SECTION}.{name}] cannot be put into the file as it stands; edit the file")
    if rule is not None and _cut(made, name) is None:
        raise Unwritten(f"expected the rule as tables such as [{SECTION}.{name}]")
    return made.replace("\n", "\r\n") if "\r\n" in text else made


def write_rule(
    file: Path, name: str, rule: str | None, expected: str | None, check: Callable[[Path], None]
) -> str | None:
    """The text as it lies in the file now, without comments that are not the rule's there. Blocking.

    `expected`: the tag of the text it was made from; None: there was none.

    `check` looks at the new file before it takes the old one's place and raises what is wrong with it. Raises
    RuleDiffers, Unwritten.
    """
    file = file.resolve()
    try:
        with alone_in(file.parent):
            text = read_text(file)
            now = rule_text(text, name)
            if (None if now is None else tag_of(now)) != expected:
                raise RuleDiffers(now)
            made = with_rule(text, name, rule)
            replace_file(file, made, check)
            return rule_text(made, name)
    except OSError as error:
        raise Unwritten(f"{file} cannot be written: {error.strerror}") from None


def renamed(rule: str, old: str, new: str) -> str:
    """The text of a copy: its headers name another rule."""
    lines = []
    for line in _plain(rule).splitlines(keepends=True):
        head = header_of(line)
        tables = head.get(SECTION) if head and _rule_of(head) == old else None
        lines.append(_head(line, head, tables[old], new) if head and tables else line)
    return "".join(lines)


def _head(line: str, head: Mapping[str, Any], inner: Mapping[str, Any], name: str) -> str:
    """The same header, and what stands behind it, of the other name."""
    ends = next(
        place + 1 for place, letter in enumerate(line) if letter == "]" and header_of(line[: place + 1]) == head
    )
    keys = ".".join(tomlkit.key(one).as_string() for one in (SECTION, name, *inner))
    several = any(isinstance(one, list) for one in inner.values())
    return (f"[[{keys}]]" if several else f"[{keys}]") + line[ends:]


def _cut(text: str, name: str) -> _Cut | None:
    """None where the rule is not there, or cutting it out would change what the rest says."""
    lines = text.splitlines(keepends=True)
    if (span := _spans(lines).get(name)) is None:
        return None
    begins, ends = span
    found = _Cut("".join(lines[:begins]), "".join(lines[begins:ends]), "".join(lines[ends:]))
    tables = _said(text)
    known = tables.get(SECTION, {})
    rest = _with_rules(tables, _without(known, name))
    is_whole = _said(found.own) == {SECTION: {name: known.get(name)}} and _said(found.before + found.after) == rest
    return found if is_whole else None


def _spans(lines: Sequence[str]) -> dict[str, tuple[int, int]]:
    """From which line to which each rule seems to stand; none where another table stands between its own."""
    heads = [(place, head) for place, line in enumerate(lines) if (head := header_of(line)) is not None]
    own: dict[str, list[int]] = {}
    for index, (_, head) in enumerate(heads):
        if (name := _rule_of(head)) is not None:
            own.setdefault(name, []).append(index)
    found = {}
    for name, at in own.items():
        if at[-1] - at[0] < len(at):
            begins = _with_comment(lines, heads[at[0]][0])
            following = heads[at[-1] + 1][0] if at[-1] + 1 < len(heads) else len(lines)
            found[name] = begins, _end(lines, begins, following)
    return found


def _with_comment(lines: Sequence[str], head: int) -> int:
    """Where the comment right above it begins; the comment on top of the file is the file's."""
    begins = head
    while begins and lines[begins - 1].lstrip().startswith("#"):
        begins -= 1
    return head if begins == 0 else begins


def _end(lines: Sequence[str], begins: int, following: int) -> int:
    """Behind its last line and the comment right below, which is not the one right above the next table."""
    limit = _with_comment(lines, following) if following < len(lines) else following
    ends = limit
    while ends > begins and lines[ends - 1].strip()[:1] in ("", "#"):
        ends -= 1
    while ends < limit and lines[ends].strip()[:1] == "#":
        ends += 1
    return ends


def _place(text: str, known: Mapping[str, Any]) -> _Cut:
    """Of a new one: behind the last rule, else at the end."""
    last = next((cut for name in reversed(list(known)) if (cut := _cut(text, name))), None)
    before, after = (last.before + last.own, last.after) if last else (text, "")
    before = before if not before or before.endswith("\n") else before + "\n"
    gap = "\n" if before.strip() else ""
    return _Cut(before + gap, "", after)


def _joined(at: _Cut, rule: str | None) -> str:
    if rule is None:
        before = at.before.rstrip("\n")
        return (before + "\n" if before else "") + (at.after if before else at.after.lstrip("\n"))
    own = _with_its_comments(_plain(rule))
    is_below = own.rsplit("\n", 2)[-2].lstrip().startswith("#") and at.after.lstrip(" \t")[:1] in ("[", "#")
    after = "\n" + at.after if is_below else at.after  # else it would be the comment of what follows
    is_on_top = own.lstrip().startswith("#") and all(line.lstrip().startswith("#") for line in at.before.splitlines())
    return at.before + ("\n" if is_on_top else "") + own + after  # else it would be the file's comment


def _with_its_comments(rule: str) -> str:
    """Without the empty lines that set its first and last comments apart: behind one a comment is the file's."""
    lines = rule.splitlines()
    own = [place for place, line in enumerate(lines) if line.strip()[:1] not in ("", "#")]
    first, last = (own[0], own[-1] + 1) if own else (0, len(lines))
    return "\n".join([*filter(str.strip, lines[:first]), *lines[first:last], *filter(str.strip, lines[last:]), ""])


def _rule_of(head: Mapping[str, Any]) -> str | None:
    inner = head.get(SECTION)
    return next(iter(inner)) if isinstance(inner, dict) and len(inner) == 1 else None


def _with_rules(tables: Mapping[str, Any], rules: Mapping[str, Any]) -> dict[str, Any]:
    return _without(tables, SECTION) | ({SECTION: rules} if rules else {})


def _without(tables: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in tables.items() if key != name}


def _said(text: str) -> dict[str, Any]:
    """Without an empty [alert]."""
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}
    return tables if tables.get(SECTION) else _without(tables, SECTION)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")
