"""Does the link lead to the wall from other machines too?"""

import ipaddress
import socket

import pytest

from wallboard.address import link_base, listening, own_address
from wallboard.config import Server
from wallboard.core.errors import WallboardError


@pytest.mark.parametrize(
    ("server", "link"),
    [
        (Server(), "http://127.0.0.1:8000"),
        (Server(host="10.1.2.3", port=81), "http://10.1.2.3:81"),
        (Server(host="fd00::1"), "http://[fd00::1]:8000"),
        (Server(host="0.0.0.0", public_url="https://wall.example.com/"), "https://wall.example.com"),
    ],
)
def test_the_link_begins_with_the_configured_address(server: Server, link: str) -> None:
    assert link_base(server) == link


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_listening_on_every_address_the_link_names_one_that_others_reach(host: str) -> None:
    own = own_address()
    if own is None:
        pytest.skip("this machine has no address beyond loopback")
    assert not ipaddress.ip_address(own).is_loopback
    assert link_base(Server(host=host)) == f"http://{own}:8000"


def test_an_address_that_is_not_ours_is_told_with_the_setting_to_change() -> None:
    with pytest.raises(WallboardError, match="WALLBOARD_SERVER_HOST"):
        listening(Server(host="192.0.2.77"))


def test_a_port_in_use_is_told_with_the_setting_to_change() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(WallboardError, match="WALLBOARD_SERVER_PORT"):
            listening(Server(port=taken.getsockname()[1]))
