"""Which addresses are in the house? None of them is told of alerts unless `allow` names its network."""

import ipaddress
import socket
from collections.abc import Iterable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
NAME_IT = "name its network in `allow`"  # what whoever writes the file is told


def is_allowed(address: Address, allow: Iterable[Network]) -> bool:
    plain = getattr(address, "ipv4_mapped", None) or address
    if any(plain.version == network.version and plain in network for network in allow):
        return True
    return plain.is_global and not plain.is_multicast


def written(host: str) -> Address | None:
    """The address that this host says itself, in each spelling that the system's resolver takes: `0x7f.1` too.

    None for a name, which is looked up when it is connected to.
    """
    if host.rstrip(".").lower() == "localhost":
        return ipaddress.IPv4Address("127.0.0.1")
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None
