"""What is configured? Everything that a person has set, as one value (docs/configuration.md)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from wallboard.assets import BOARDS
from wallboard.core.fields import Text
from wallboard.core.naming import MOST
from wallboard.core.settings import Settings
from wallboard.heartbeat import Heartbeat
from wallboard.provider import Provider
from wallboard.receivers import Kind, Receiver

FILE = "wallboard.toml"
DATA = ".wallboard"


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
    """Secrets stay out of its repr."""

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
