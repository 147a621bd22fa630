"""What is configured where nothing is? A simulated centre that never mixes with real figures."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import entry_points

from msgspec import convert

from wallboard.config import Config, Redis
from wallboard.core.settings import Settings
from wallboard.firstrules import first_rules
from wallboard.sense import COLLECTOR_GROUP

DEMO_NAMESPACE = "wallboard-demo"
DEMO_COLLECTORS: Mapping[str, Mapping[str, object]] = {"demo": {"kind": "simulator", "past_minutes": 14}}


def simulated(config: Config) -> Config:
    """In a namespace and data folder of its own."""
    return replace(
        config,
        redis=Redis(url=config.redis.url, namespace=DEMO_NAMESPACE),
        collectors=DEMO_COLLECTORS,
        receivers={},
        environment_receivers=frozenset(),
        own_channels={kind: one for kind, one in config.own_channels.items() if kind in ("webhook", "apprise")},
        heartbeat=None,
        settings=_settings(),
        data=config.data / "demo",
        database_url=None,
        simulated=True,
    )


def _settings() -> Settings:
    """Its own queues and people, which its collector carries along, and the rules to begin with, as
    `wallboard alerts init` prints them for these."""
    for found in entry_points(group=COLLECTOR_GROUP, name="simulator"):
        own = found.load().SETTINGS
        rules = tomllib.loads(first_rules(convert(own, Settings).queue).text)
        return convert({**own, **rules}, Settings)
    return Settings()
