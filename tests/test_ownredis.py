"""Is there exactly one private Redis a data folder, kept by whoever is there?"""

import asyncio
from dataclasses import replace
from pathlib import Path

from wallboard.config import Config
from wallboard.ownredis import kept, running
from wallboard.stream.redis import connect


async def test_two_processes_on_one_folder_use_one_server_and_the_second_takes_over(tmp_path: Path) -> None:
    config = replace(Config(), data=tmp_path)
    first, second = kept(config), kept(config)
    url = await first.__aenter__()
    assert await second.__aenter__() == url
    client = connect(url)
    await client.set("kept", "yes")
    await client.aclose()
    await first.__aexit__(None, None, None)  # it stops what it started; the second starts it again
    async with asyncio.timeout(30):
        while not await running(tmp_path):  # what is waited for happens in another process
            await asyncio.sleep(0.05)
    client = connect(url)
    assert await client.get("kept") == b"yes"
    await client.aclose()
    await second.__aexit__(None, None, None)
    assert await running(tmp_path) is None


async def test_a_configured_redis_is_used_as_it_is(tmp_path: Path) -> None:
    config = replace(Config(), data=tmp_path).at_redis("redis://db:6379")
    async with kept(config) as url:
        assert url == "redis://db:6379"
    assert not list(tmp_path.iterdir())
