"""What is configured? `wallboard.toml` and the environment as one value, or every mistake in them at once.

The file comes from --config, WALLBOARD_CONFIG or the working folder; its settings: docs/configuration.md.
"""

import asyncio
import tomllib
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, convert

from wallboard.assets import BOARDS
from wallboard.core.errors import ConfigError, Mistake
from wallboard.core.fields import Text
from wallboard.core.maintenance import Maintenance
from wallboard.core.naming import MOST
from wallboard.core.rules import Rule
from wallboard.core.settings import Agent, Notice, Queue, Reason, Settings, Site
from wallboard.environment import WHERE, Sections, overlay, text_of
from wallboard.firstrules import first_rules
from wallboard.heartbeat import Heartbeat, heartbeat_of
from wallboard.heartbeat import Options as HeartbeatOptions
from wallboard.ownchannels import AT, patterns_of
from wallboard.ownchannels import Options as OwnChannelOptions
from wallboard.provider import Provider, provider_of
from wallboard.receivers import Kind, Receiver, receivers_of
from wallboard.rounds import until_round_s
from wallboard.salvage import salvaged
from wallboard.sense import COLLECTOR_GROUP, WEBHOOK, check_collectors, check_notify, check_redis_url, check_settings
from wallboard.tables import MAX_FILE_BYTES, parse, parse_text, path, read, unknown
from wallboard.webhooks import webhook_of

FILE = "wallboard.toml"
DATA = ".wallboard"
DEMO_NAMESPACE = "wallboard-demo"
DEMO_COLLECTORS: Mapping[str, Mapping[str, object]] = {"demo": {"kind": "simulator", "past_minutes": 14}}
WATCH_S = 1.0
_WHERE = ("redis", "database", "server")  # these sections tell where things are


class Server(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[server]`: where the web part listens and who may look."""

    public_url: Text | None = None
    host: Text = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65_535)] = 8000
    fast_frames: bool = True
    max_screens: Annotated[int, Meta(ge=1, le=1_000_000)] = 20_000
    max_screens_each: Annotated[int, Meta(ge=1, le=1_000_000)] = 200
    metrics: Literal["token", "open"] = "token"
    boards: Text = "boards"
    boards_editable: bool = False
    allowed_origins: list[Text] = []
    trusted_proxies: list[Text] = []


class Redis(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[redis]`: without `url` a private Redis is kept in the data folder."""

    url: Text | None = None
    namespace: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,64}$")] = "wallboard"

    def __repr__(self) -> str:
        return f"Redis(url={'***' if self.url else None}, namespace={self.namespace!r})"


class History(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[history]`: for how many days intervals are kept; those of persons less long; the audit trail longer; the
    events themselves (0: not at all)."""

    days: Annotated[int, Meta(ge=1, le=36_500)] = 400
    agent_days: Annotated[int, Meta(ge=0, le=36_500)] = 90
    audit_days: Annotated[int, Meta(ge=1, le=36_500)] = 730
    event_days: Annotated[int, Meta(ge=0, le=36_500)] = 30


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[limits]`: how many names there may be; of them, in percent, how many one sender may bring in an hour."""

    queues: Annotated[int, Meta(ge=1, le=MOST["queues"])] = 5_000
    agents: Annotated[int, Meta(ge=1, le=MOST["agents"])] = 50_000
    sources: Annotated[int, Meta(ge=1, le=MOST["sources"])] = 1_000
    kpis: Annotated[int, Meta(ge=1, le=MOST["kpis"])] = 5_000
    new_in_an_hour: Annotated[int, Meta(ge=1, le=100)] = 20


@dataclass(frozen=True)
class Config:
    """Everything that a person has set. Secrets stay out of its repr."""

    server: Server = field(default_factory=Server)
    redis: Redis = field(default_factory=Redis)
    history: History = field(default_factory=History)
    limits: Limits = field(default_factory=Limits)
    settings: Settings = field(default_factory=Settings)
    collectors: Mapping[str, Mapping[str, object]] = field(default_factory=dict, repr=False)
    receivers: Mapping[str, Receiver] = field(default_factory=dict)
    environment_receivers: frozenset[str] = frozenset()  # of them, those of which the file says nothing
    own_channels: Mapping[Kind, Receiver] = field(default_factory=dict)  # of each kind that leads may add: what is ours
    oidc: Provider | None = None
    heartbeat: Heartbeat | None = None
    file: Path | None = None
    data: Path = Path(DATA)
    admin_token: str | None = field(default=None, repr=False)
    database_url: str | None = field(default=None, repr=False)
    simulated: bool = False

    @property
    def redis_url(self) -> str | None:
        return self.redis.url

    @property
    def namespace(self) -> str:
        return self.redis.namespace

    @property
    def events(self) -> Path:
        """The folder of past days (record/days.py)."""
        return self.data / "events"

    def at_redis(self, url: str) -> "Config":
        """The same, once it is known where Redis is (the private one's address is found out at start)."""
        return replace(self, redis=Redis(url=url, namespace=self.redis.namespace))

    @property
    def written(self) -> Path | None:
        """The file in which the settings in force stand; the simulated centre's stand in none."""
        return None if self.simulated else self.file

    @property
    def base(self) -> Path:
        """The folder that relative paths are meant from."""
        return self.file.parent if self.file else Path.cwd()

    @property
    def boards(self) -> Path:
        """The folder of boards; the default ones where there is none."""
        own = self.base / self.server.boards
        return own if own.is_dir() else BOARDS


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


def load(
    given: str | Path | None,
    environ: Mapping[str, str],
    *,
    data: str | Path | None = None,
    demo: bool = False,
) -> Config:
    """The configuration in force. Raises ConfigError with every mistake.

    `data`, `demo` as on the command line. Without any source, Redis or file it is the simulated centre.
    """
    config = as_written(given, environ, data=data)
    wanted = demo or bool(environ.get("WALLBOARD_DEMO"))
    return simulated(config) if wanted or _nothing_configured(config) else config


def as_written(given: str | Path | None, environ: Mapping[str, str], *, data: str | Path | None = None) -> Config:
    """What a person has set and the defaults, never the simulated centre. Raises ConfigError with every mistake."""
    mistakes: list[Mistake] = []
    file = find(given, environ)
    config = _read(file, parse(file, str(file), mistakes) if file else {}, environ, data, mistakes)
    if mistakes:
        raise ConfigError(mistakes)
    return config


def as_far_as_good(
    given: str | Path | None, environ: Mapping[str, str], *, data: str | Path | None = None, demo: bool = False
) -> tuple[Config, list[Mistake]]:
    """As `load`, also of a file with mistakes, and these: for what needs no more than to know where Redis, the record,
    the boards and the data folder are. Raises ConfigError where a mistake is about that."""
    try:
        return load(given, environ, data=data, demo=demo), []
    except ConfigError as error:
        mistakes, file = error.mistakes, find(given, environ)
        text = _text(file)
        good = salvaged(text) if text is not None else None
        left: list[Mistake] = []
        if file is None or good is None:
            raise
        config = _read(file, parse_text(good, str(file), left), environ, data, left)
        if any(one.file != str(file) or _may_say_where(one) for one in (*mistakes, *left)):
            raise
        config = replace(config, collectors={k: v for k, v in config.collectors.items() if isinstance(v, dict)})
        return simulated(config) if demo or environ.get("WALLBOARD_DEMO") else config, mistakes


def _may_say_where(mistake: Mistake) -> bool:
    """Also a section that nobody knows: it may be one of them, mistyped."""
    section = mistake.at.partition(".")[0]
    return section in _WHERE or (section not in (*SECTIONS.single, *SECTIONS.named) and "line" not in mistake.at)


def _text(file: Path | None) -> str | None:
    try:
        return file.read_text(encoding="utf-8") if file and file.stat().st_size <= MAX_FILE_BYTES else None
    except (OSError, UnicodeDecodeError):
        return None


def _read(
    file: Path | None, tables: dict[str, Any], environ: Mapping[str, str], data: str | Path | None,
    mistakes: list[Mistake],
) -> Config:  # fmt: skip
    """With what the environment adds. Whatever is wrong is in `mistakes` afterwards."""
    in_file = frozenset(_table(tables, "notify", "", []))
    origins = overlay(tables, environ, SECTIONS, mistakes)
    token = text_of(environ, "WALLBOARD_ADMIN_TOKEN", mistakes)
    database_url = text_of(environ, "WALLBOARD_DATABASE_URL", mistakes)
    config = _config(tables, file, mistakes)
    mistakes[:] = [_with_origin(mistake, origins) for mistake in mistakes]
    folder = Path(data or environ.get("WALLBOARD_DATA") or config.base / DATA).absolute()
    elsewhere = frozenset(config.receivers) - in_file
    return replace(
        config, environment_receivers=elsewhere, data=folder, admin_token=token, database_url=database_url
    )  # fmt: skip


def mistakes_in(file: Path, receivers: Collection[str] = (), new: Path | None = None) -> list[Mistake]:
    """Of the file alone: what the environment adds is the same before and after a change. `receivers`: those that it
    adds, whom rules may name. `new`: what is to stand in the file's place."""
    mistakes: list[Mistake] = []
    _config(parse(new or file, str(file), mistakes), file, mistakes, receivers)
    return mistakes


def find(given: str | Path | None, environ: Mapping[str, str]) -> Path | None:
    """The file that counts; None where there is none and none was asked for."""
    named = given or environ.get("WALLBOARD_CONFIG")
    if named:
        return Path(named).absolute()
    here = Path.cwd() / FILE
    return here if here.exists() else None


def simulated(config: Config) -> Config:
    """The simulated centre, in a namespace and data folder of its own: it never mixes with real figures."""
    return replace(
        config,
        redis=Redis(url=config.redis.url, namespace=DEMO_NAMESPACE),
        collectors=DEMO_COLLECTORS,
        receivers={},
        environment_receivers=frozenset(),
        own_channels={kind: one for kind, one in config.own_channels.items() if kind in ("webhook", "apprise")},
        heartbeat=None,
        settings=_simulated_settings(),
        data=config.data / "demo",
        database_url=None,
        simulated=True,
    )


async def watch(
    given: str | Path | None,
    environ: Mapping[str, str],
    *,
    data: str | Path | None = None,
    demo: bool = False,
) -> AsyncIterator[Config | ConfigError]:
    """Each change of the file: what it now says, or what is wrong with it (keep the last good one then)."""
    seen = _stamp(find(given, environ))
    while True:
        await asyncio.sleep(until_round_s(WATCH_S))
        if (now := _stamp(find(given, environ))) == seen:
            continue
        seen = now
        try:
            yield await asyncio.to_thread(load, given, environ, data=data, demo=demo)  # a large file takes a while
        except ConfigError as error:
            yield error


def _simulated_settings() -> Settings:
    """The simulated centre's own queues and people, which its collector carries along, and the rules to begin with, as
    `wallboard alerts init` prints them for these."""
    for found in entry_points(group=COLLECTOR_GROUP, name="simulator"):
        own = found.load().SETTINGS
        rules = tomllib.loads(first_rules(convert(own, Settings).queue).text)
        return convert({**own, **rules}, Settings)
    return Settings()


def _config(
    tables: Mapping[str, Any], file: Path | None, mistakes: list[Mistake], others: Collection[str] = ()
) -> Config:
    name = str(file or FILE)
    known = [*SECTIONS.single, *SECTIONS.named]
    mistakes.extend(Mistake(name, path("", key), unknown(key, known)) for key in tables if key not in known)
    server = read(tables.get("server", {}), Server, name, "server", mistakes) or Server()
    redis = read(tables.get("redis", {}), Redis, name, "redis", mistakes) or Redis()
    history = read(tables.get("history", {}), History, name, "history", mistakes) or History()
    limits = read(tables.get("limits", {}), Limits, name, "limits", mistakes) or Limits()
    settings = Settings(**{section: _rows(tables, section, name, mistakes) for section in _SETTINGS})
    collectors = _table(tables, "collector", name, mistakes)
    _table(tables, "database", name, mistakes)
    config = Config(
        server=server, redis=redis, history=history, limits=limits, settings=settings, collectors=collectors, file=file
    )  # fmt: skip
    base = config.base
    notify = _table(tables, "notify", name, mistakes)
    receivers = receivers_of(notify, base, name, mistakes)
    own = patterns_of(tables.get(AT, {}), receivers, [*notify, *others], name, mistakes)
    config = replace(config, receivers=receivers, own_channels=own)
    if "oidc" in tables:
        config = replace(config, oidc=provider_of(tables["oidc"], server.public_url, base, name, mistakes))
    if "heartbeat" in tables:
        config = replace(config, heartbeat=heartbeat_of(tables["heartbeat"], base, name, mistakes))
    mistakes.extend(check_notify(settings, [*_table(tables, "notify", name, []), *others], name))
    mistakes.extend(check_redis_url(redis.url, name))
    sites = list(_table(tables, "site", name, [])) or ["main"]
    mistakes.extend(check_settings(settings, sites, name))
    mistakes.extend(check_collectors(collectors, config.base, name))
    for source, options in collectors.items():
        if isinstance(options, dict) and options.get("kind") == WEBHOOK:
            webhook_of(source, options, config.base, name, mistakes)
    return config


def _rows(tables: Mapping[str, Any], section: str, file: str, mistakes: list[Mistake]) -> dict[str, Any]:
    kind = _SETTINGS[section]
    entries = _table(tables, section, file, mistakes)
    rows = {name: read(value, kind, file, path(section, name), mistakes) for name, value in entries.items()}
    return {name: row for name, row in rows.items() if row is not None}


def _table(tables: Mapping[str, Any], section: str, file: str, mistakes: list[Mistake]) -> dict[str, Any]:
    entries = tables.get(section, {})
    if isinstance(entries, dict):
        return entries
    mistakes.append(Mistake(file, section, f"expected tables such as [{section}.NAME]"))
    return {}


def _nothing_configured(config: Config) -> bool:
    return config.file is None and config.redis.url is None and not config.collectors


def _with_origin(mistake: Mistake, origins: Mapping[str, str]) -> Mistake:
    """Names the variable instead of the file where the value came from the environment."""
    for at, variable in origins.items():
        within = mistake.at.removeprefix(at)
        if mistake.at.startswith(at) and within[:1] in ("", ".", "["):
            reason = f"{within.removeprefix('.')}: {mistake.reason}" if within else mistake.reason
            return Mistake(WHERE, variable, reason)
    return mistake


def _stamp(file: Path | None) -> tuple[int, int, int] | None:
    try:
        found = file.stat() if file else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino) if found else None
