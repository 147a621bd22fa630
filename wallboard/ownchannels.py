"""Which channels of their own may leads add? `[channels]` of wallboard.toml.

    [notify.NAME] of mail, of a bot ─▶ pattern, one a kind ─▶ with what a lead gave ─▶ a receiver as any other

A pattern is the house's: its mail server and sender, its bot. What a lead gives is an address alone
(alerts/ownchannels.py, docs/notify.md).
"""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import httpcore
from msgspec import Struct

from wallboard.core.errors import Mistake
from wallboard.core.fields import Text
from wallboard.core.rules import OWN
from wallboard.networks import NAME_IT, Network, is_allowed, written
from wallboard.receivers import Kind, Receiver, kind_of, networks, wrong
from wallboard.tables import path, read

AT = "channels"
KINDS: tuple[Kind, ...] = ("mail", "telegram", "webhook")  # unless the file says which; Apprise reaches anywhere
LONGEST = 2_000  # characters of an address
_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){0,8}")

Patterns = Mapping[Kind, Receiver]


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`kinds`: which there may be; `[]`: none. `mail`, `telegram`: the receiver whose server, or bot, is used; without
    it the first of its kind that is nobody's own. `allow`: networks in the house that own webhooks may reach."""

    kinds: list[Kind] | None = None
    mail: Text | None = None
    telegram: Text | None = None
    allow: list[Text] = []


def patterns_of(
    options: object, receivers: Mapping[str, Receiver], named: Sequence[str], file: str, mistakes: list[Mistake]
) -> dict[Kind, Receiver]:
    """By kind, what of a channel is the house's. `named`: the receivers of the file, also those with mistakes."""
    found = read(options, Options, file, AT, mistakes) or Options()
    allow = tuple(networks(found.allow, file, AT, mistakes))
    patterns: dict[Kind, Receiver] = {}
    for kind in KINDS if found.kinds is None else found.kinds:
        if kind in ("webhook", "apprise"):
            patterns[kind] = Receiver(OWN, kind, "", allow=allow)
            continue
        name = found.mail if kind == "mail" else found.telegram
        if one := _pattern(kind, name, receivers):
            patterns[kind] = one
        elif name is not None and (name not in named or name in receivers):
            mistakes.append(Mistake(file, path(AT, kind), f"expected a [notify.NAME] of {kind}, '{name}' is none"))
        elif found.kinds is not None and name is None:
            reason = f"there is no [notify.NAME] of {kind} that is nobody's own: write one, or name one as `{kind}`"
            mistakes.append(Mistake(file, f"{AT}.kinds", reason))
    if "apprise" in patterns and (reasons := wrong("json://example.com", "apprise", ())):
        mistakes.append(Mistake(file, f"{AT}.kinds", reasons[0]))
    return patterns


def _pattern(kind: Kind, name: str | None, receivers: Mapping[str, Receiver]) -> Receiver | None:
    if name is not None:
        one = receivers.get(name)
        return one if one and one.kind == kind else None
    return next((one for one in receivers.values() if one.kind == kind and one.person is None), None)


def refused(target: str, kind: Kind, allow: Sequence[Network]) -> str | None:
    """Why a lead cannot give this address; None where they can."""
    if len(target) > LONGEST or not target.isascii() or not target.isprintable() or " " in target:
        return f"Expected an address of at most {LONGEST:,} letters of ASCII, without spaces."
    if kind == "mail":
        return None if _MAIL.fullmatch(target) else "Expected one mail address, such as olena@example.com."
    if kind_of(target) != kind:
        return f"This is no address of {'a webhook: https://…' if kind == 'webhook' else 'Apprise, such as slack://…'}"
    if reasons := wrong(target, kind, allow):
        said = to_a_lead(reasons[0])
        return f"It {said}." if said.startswith(("is ", "names ")) else f"{said}."
    return _not_signed_alone(target, allow) if kind == "webhook" else None


def to_a_lead(reason: str) -> str:
    """Who may not write the file is told who may."""
    return reason.replace(NAME_IT, f"ask an administrator to {NAME_IT} of [{AT}]")


def _not_signed_alone(url: str, allow: Sequence[Network]) -> str | None:
    """Whoever is on the way reads what is not encrypted: only in the house, where the file says so."""
    try:
        httpcore.URL(url)
    except (ValueError, TypeError):
        return "This is no address of a webhook: https://…"
    at = urlsplit(url)
    here = written(at.hostname or "")
    in_the_house = here is not None and not is_allowed(here, ()) and is_allowed(here, allow)
    return None if at.scheme == "https" or in_the_house else "It has to begin with https://."
