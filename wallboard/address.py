"""Under which address is the wall reached? The listening socket, and the link that other machines can open."""

import errno
import http
import http.client
import ipaddress
import socket
from pathlib import Path

from wallboard.config import Config, Server
from wallboard.core.errors import WallboardError
from wallboard.web.listening import listen

# RFC 5737: belongs to nobody. Connecting a UDP socket sends no packet, it only asks the routing table.
_NOWHERE = ("192.0.2.1", 9)


def listening(server: Server, *, share: int | None = None) -> socket.socket:
    """Bound to the configured address; `share`: to this port, which others of ours have too.

    Raises WallboardError that names the setting.
    """
    where = f"{server.host} port {server.port}"
    try:
        return listen(server.host, share or server.port, shared=share is not None)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            change = "give another with --port, [server] port or WALLBOARD_SERVER_PORT"
            raise WallboardError(f"{where} is in use by another program: {change}") from None
        change = "correct --host, [server] host or WALLBOARD_SERVER_HOST"
        raise WallboardError(f"{error.strerror} - {change}") from None


def link_base(server: Server) -> str:
    """What a link begins with: the configured address, else one that other machines reach."""
    if server.public_url:
        return server.public_url.rstrip("/")
    host = server.host
    if host in ("", "0.0.0.0", "::"):
        host = own_address() or socket.gethostname()
    return f"http://{_bracketed(host)}:{server.port}"


def remember(config: Config) -> None:
    """For `person link` in another shell: under which address this one runs."""
    _remembered(config).write_text(link_base(config.server), encoding="utf-8")


def running_base(config: Config) -> str:
    """What was remembered last; the configured address where nothing was."""
    try:
        return _remembered(config).read_text(encoding="utf-8")
    except OSError:
        return link_base(config.server)


def own_address() -> str | None:
    """This machine's address on the way out; None without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_NOWHERE)
        except OSError:
            return _by_name()
        return str(probe.getsockname()[0])


def answers(server: Server, path: str) -> bool:
    """Whether the wall answers with 200 there, asked from this machine."""
    host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(server.host, server.host)
    connection = http.client.HTTPConnection(host, server.port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _remembered(config: Config) -> Path:
    return config.data / "address"


def _by_name() -> str | None:
    try:
        found = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
    except OSError:
        return None
    addresses = [str(each[4][0]) for each in found]
    return next((one for one in addresses if not ipaddress.ip_address(one).is_loopback), None)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
