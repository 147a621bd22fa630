"""What do the tables of `wallboard.toml` say? One Config, and every mistake in them at once."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from msgspec import Struct

from wallboard.config import FILE, Config, History, Limits, Redis, Server
from wallboard.core.errors import Mistake
from wallboard.core.maintenance import Maintenance
from wallboard.core.rules import Rule
from wallboard.core.settings import Agent, Notice, Queue, Reason, Settings, Site
from wallboard.environment import Sections
from wallboard.heartbeat import Options as HeartbeatOptions
from wallboard.heartbeat import heartbeat_of
from wallboard.ownchannels import AT, patterns_of
from wallboard.ownchannels import Options as OwnChannelOptions
from wallboard.provider import Provider, provider_of
from wallboard.receivers import receivers_of
from wallboard.sense import WEBHOOK, check_collectors, check_notify, check_redis_url, check_settings
from wallboard.tables import path, read, unknown
from wallboard.webhooks import webhook_of

_SETTINGS: Mapping[str, type[Struct]] = {
    "site": Site, "queue": Queue, "agent": Agent, "reason": Reason, "alert": Rule, "notice": Notice,
    "maintenance": Maintenance,
}  # fmt: skip
_FREE = ("collector", "notify")  # their options belong to whoever reads them
SECTIONS = Sections(
    single={
        "server": Server,
        "redis": Redis,
        "history": History,
        "limits": Limits,
        "oidc": Provider,
        "heartbeat": HeartbeatOptions,
        AT: OwnChannelOptions,
        "database": None,
    },
    named={**_SETTINGS, **dict.fromkeys(_FREE)},
)


def config_of(
    tables: Mapping[str, Any], file: Path | None, mistakes: list[Mistake], others: Collection[str] = ()
) -> Config:
    """`others`: receivers that rules may name beside those of the file."""
    name = str(file or FILE)
    known = [*SECTIONS.single, *SECTIONS.named]
    mistakes.extend(Mistake(name, path("", key), unknown(key, known)) for key in tables if key not in known)
    server = read(tables.get("server", {}), Server, name, "server", mistakes) or Server()
    redis = read(tables.get("redis", {}), Redis, name, "redis", mistakes) or Redis()
    history = read(tables.get("history", {}), History, name, "history", mistakes) or History()
    limits = read(tables.get("limits", {}), Limits, name, "limits", mistakes) or Limits()
    settings = Settings(**{section: _rows(tables, section, name, mistakes) for section in _SETTINGS})
    collectors = table(tables, "collector", name, mistakes)
    table(tables, "database", name, mistakes)
    config = Config(
        server=server, redis=redis, history=history, limits=limits, settings=settings, collectors=collectors, file=file
    )  # fmt: skip
    base = config.base
    notify = table(tables, "notify", name, mistakes)
    receivers = receivers_of(notify, base, name, mistakes)
    own = patterns_of(tables.get(AT, {}), receivers, [*notify, *others], name, mistakes)
    config = replace(config, receivers=receivers, own_channels=own)
    if "oidc" in tables:
        config = replace(config, oidc=provider_of(tables["oidc"], server.public_url, base, name, mistakes))
    if "heartbeat" in tables:
        config = replace(config, heartbeat=heartbeat_of(tables["heartbeat"], base, name, mistakes))
    mistakes.extend(check_notify(settings, [*notify, *others], name))
    mistakes.extend(check_redis_url(redis.url, name))
    sites = list(table(tables, "site", name, [])) or ["main"]
    mistakes.extend(check_settings(settings, sites, name))
    mistakes.extend(check_collectors(collectors, base, name))
    for source, options in collectors.items():
        if isinstance(options, dict) and options.get("kind") == WEBHOOK:
            webhook_of(source, options, base, name, mistakes)
    return config


def _rows(tables: Mapping[str, Any], section: str, file: str, mistakes: list[Mistake]) -> dict[str, Any]:
    kind = _SETTINGS[section]
    entries = table(tables, section, file, mistakes)
    rows = {name: read(value, kind, file, path(section, name), mistakes) for name, value in entries.items()}
    return {name: row for name, row in rows.items() if row is not None}


def table(tables: Mapping[str, Any], section: str, file: str, mistakes: list[Mistake]) -> dict[str, Any]:
    """What stands under `[section.NAME]`, by name."""
    entries = tables.get(section, {})
    if isinstance(entries, dict):
        return entries
    mistakes.append(Mistake(file, section, f"expected tables such as [{section}.NAME]"))
    return {}
