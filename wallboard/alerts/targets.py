"""May we connect there? Names are resolved once, every address is looked at, and those very addresses are connected
to, one after another until one takes the connection.

A name that points into the house, or does so at its second look-up (rebinding), reaches nothing. No redirects.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import httpcore

from wallboard.networks import NAME_IT, Network, is_allowed

MOST_TRIED = 3  # of the addresses of a name
CONNECT_S = 3.0  # to one, while there is another


class Checked(httpcore.AnyIOBackend):
    """Connects for httpcore, to addresses of the open net and of the allowed networks only."""

    def __init__(self, allow: Sequence[Network]) -> None:
        self._allow = allow

    async def connect_tcp(self, host: str, port: int, *args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
        *others, last = await resolved(host, port, self._allow)
        for address in others:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout, TimeoutError):
                async with asyncio.timeout(CONNECT_S):
                    return await super().connect_tcp(address, port, *args, **kwargs)
        return await super().connect_tcp(last, port, *args, **kwargs)

    async def connect_unix_socket(self, *args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
        raise httpcore.ConnectError("no unix sockets here")


async def resolved(host: str, port: int, allow: Sequence[Network]) -> list[str]:
    """The addresses to connect to, one after another. Raises httpcore.ConnectError where one of the name's addresses is
    not allowed."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"{host} is not found: {error}") from None
    addresses = [str(one[4][0]).partition("%")[0] for one in found]
    refused = [one for one in addresses if not is_allowed(ipaddress.ip_address(one), allow)]
    if refused or not addresses:
        reason = f"{host} is {', '.join(refused)}, an address in the house: {NAME_IT}"
        raise httpcore.ConnectError(reason)
    return list(dict.fromkeys(addresses))[:MOST_TRIED]
