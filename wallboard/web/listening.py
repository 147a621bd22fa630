"""On what does the application listen? A socket that each connection inherits its limits from.

TCP_USER_TIMEOUT  a peer that stopped reading is let go by the kernel, where a WebSocket close would wait for its
                  buffer for ever

Alone in its file: `wallboard up` opens the socket, and needs nothing else of what serves.
"""

import socket

from wallboard.live.waits import SEND_BUFFER_BYTES

PEER_GONE_MS = 10_000


def listen(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """A socket to listen on; port 0 takes a free one. `shared`: beside others of ours, among which the kernel spreads
    the connections. Raises OSError with the address in it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, PEER_GONE_MS)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        found.bind((host, port))
        found.set_inheritable(True)
    except OSError as error:
        found.close()
        raise OSError(error.errno, f"cannot listen on {host} port {port}: {error.strerror}") from None
    return found
