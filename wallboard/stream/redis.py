"""How does every part reach Redis? One function from an address to a client that never repeats a command by itself.

A repeated XADD is an event counted twice (redis-py sends again after a timeout although the first one may
have arrived), and a repeat that waits is an error that is seen late. Whoever calls decides what to do. Only a
reader's question whose connection had been closed is asked once more, over a new one.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import SplitResult, urlsplit

from redis.asyncio import BlockingConnectionPool, Redis, RedisCluster
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.connection import parse_url
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisClusterException,
    RedisError,
)
from redis.exceptions import ConnectionError as ConnectionLost

from wallboard.core.errors import LeaseLost, Mistake, StreamUnavailable
from wallboard.stream.cancelling import cancellable

BLOCK_MS = 2000  # the longest a reader lets Redis wait for events
CONNECTIONS = 32  # commands above that number wait until one is free
ANSWER_S = 5.0
CONNECT_S = 3.0
_PORT = 6379
_SENTINEL_PORT = 26379

FENCED = "FENCED"  # our scripts' own error: the fencing token is not the newest
# What Redis says, alone or behind "Error running script", and what a person can do about it.
_ADVICE = {
    "OOM": "Redis is at its maxmemory: raise it, the events of two hours must fit",
    "MISCONF": "Redis cannot write to its disk: free some space there, it goes on by itself",
    "READONLY": "this Redis is a replica and takes no writes: name the primary in redis.url",
    "LOADING": "Redis is still reading its data after a start",
    "NOAUTH": "Redis wants another user or password: see redis.url",
    "NOPERM": "the user of redis.url may not do this: docs/redis.md names commands and keys",
    "WRONGTYPE": "a key of this namespace holds what Wallboard did not write: choose another namespace or delete it",
}
_KNOWN = re.compile(rf"\b({'|'.join(_ADVICE)})\b")
_KNOWN_CLASSES = {  # redis-py takes the word off and gives a class instead
    OutOfMemoryError: "OOM",
    ReadOnlyError: "READONLY",
    BusyLoadingError: "LOADING",
    AuthenticationError: "NOAUTH",
    NoPermissionError: "NOPERM",
}


def connect(url: str, *, blocking: bool = False) -> Redis:
    """A client for `redis:// rediss:// unix:// redis+sentinel://h1,h2/name redis+cluster://h1,h2`.

    It connects with its first command. `blocking`: for a reader, which waits up to BLOCK_MS in one command,
    and keeps one connection: to take it from the pool and give it back costs as much as to ask. (The pool looks
    whether Redis has closed it meanwhile, being idle or at a restart: here the next question finds out.)
    Raises Mistake if the address cannot be meant.
    """
    options: dict[str, Any] = {
        "socket_timeout": BLOCK_MS / 1000 + 2 if blocking else ANSWER_S,
        "socket_connect_timeout": CONNECT_S,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
    }
    try:
        parts = urlsplit(url)
        if parts.scheme.endswith("+sentinel"):
            return _by_sentinel(parts, options)
        if parts.scheme.endswith("+cluster"):
            return _of_cluster(parts, options)
        if blocking:
            options["retry"] = Retry(NoBackoff(), 1, (ConnectionLost,))
        pool = BlockingConnectionPool.from_url(url, max_connections=CONNECTIONS, timeout=ANSWER_S, **options)
        client = Redis(connection_pool=pool, single_connection_client=blocking)
        client.auto_close_connection_pool = True  # as `from_pool` has it, which cannot keep one connection
        return _cancellable(client)
    except ValueError as error:
        raise Mistake("settings", "redis.url", f"cannot be read: {error}") from None


@contextmanager
def answering(what: str) -> Iterator[None]:
    """Whatever Redis or the way to it answers becomes StreamUnavailable, or LeaseLost for a refused token."""
    try:
        yield
    except (RedisError, RedisClusterException, OSError) as error:
        if FENCED in str(error):
            raise LeaseLost(f"{what}: another worker leads now") from None
        raise StreamUnavailable(f"{what}: {_advice(error)}") from error


def _by_sentinel(parts: SplitResult, options: dict[str, Any]) -> Redis:
    """`redis+sentinel://user:password@h1:26379,h2/name/0?sentinel_password=…`; the address is asked for anew
    with every connection, so that a failover is followed."""
    name, _, database = parts.path.strip("/").partition("/")
    if not name:
        raise ValueError("expected redis+sentinel://host1,host2/NAME with the name of the service")
    options |= _options(parts, database)
    password = options.pop("sentinel_password", None)
    asked = {key: options[key] for key in ("socket_timeout", "socket_connect_timeout", "retry", "protocol")}
    hosts = _hosts(parts, _SENTINEL_PORT)
    sentinel = Sentinel(hosts, sentinel_kwargs=asked | {"password": password})  # type: ignore[no-untyped-call]
    for one in sentinel.sentinels:
        _cancellable(one)
    return _cancellable(sentinel.master_for(name, ssl=parts.scheme.startswith("rediss"), **options))


def _cancellable(client: Redis) -> Redis:
    pool = client.connection_pool
    pool.connection_class = cancellable(pool.connection_class)
    return client


def _of_cluster(parts: SplitResult, options: dict[str, Any]) -> Redis:
    options |= _options(parts, "0")
    nodes = [ClusterNode(host, port) for host, port in _hosts(parts, _PORT)]
    cluster = RedisCluster(startup_nodes=nodes, ssl=parts.scheme.startswith("rediss"), **options)
    cluster.connection_kwargs["connection_class"] = cancellable(cluster.connection_kwargs["connection_class"])
    # Not a subclass, but it has every command that we use: all keys of a namespace live on one slot.
    return cast(Redis, cluster)


def _options(parts: SplitResult, database: str) -> dict[str, Any]:
    """User, password, database and `?name=value`, as redis-py reads them from an ordinary address."""
    credentials = parts.netloc.rpartition("@")[0]
    at = f"{credentials}@" if credentials else ""
    found = dict(parse_url(f"redis://{at}localhost/{database}?{parts.query}"))
    found.pop("host", None)
    return found


def _hosts(parts: SplitResult, port: int) -> list[tuple[str, int]]:
    hosts = []
    for host in parts.netloc.rpartition("@")[2].split(","):
        one = urlsplit(f"//{host.strip()}")
        if not one.hostname:
            raise ValueError(f"expected host1,host2 in {parts.scheme}://…")
        hosts.append((one.hostname, one.port or port))
    return hosts


def _advice(error: Exception) -> str:
    for kind, word in _KNOWN_CLASSES.items():
        if isinstance(error, kind):
            return _ADVICE[word]
    known = _KNOWN.search(str(error))
    return _ADVICE[known[1]] if known else (str(error) or type(error).__name__)
