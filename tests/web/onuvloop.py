"""The tests of a file that imports both names run on the loop of `wallboard web`: what is written past its transport,
paused and closed is up to it, and it raises where the one of asyncio is silent."""

import asyncio

import pytest
import uvloop

# pytest-asyncio has a hook for it since 1.4, which would give every test of the house another name.
pytestmark = pytest.mark.filterwarnings('ignore:Overriding the "event_loop_policy"')


@pytest.fixture(scope="module")
def event_loop_policy() -> asyncio.AbstractEventLoopPolicy:
    return uvloop.EventLoopPolicy()
