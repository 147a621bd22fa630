"""Which page started the request? Scheme, name and port must all be ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallboard.web.origin import Origins, parse_origin
from wallboard.web.problems import Problem


def refused(origins: Origins, scheme: str, host: str, *headers: tuple[str, str], needed: bool = True) -> bool:
    raw = [(b"host", host.encode()), *((name.encode(), value.encode()) for name, value in headers)]
    try:
        origins.check({"type": "http", "scheme": scheme, "headers": raw}, needed=needed)
    except Problem as problem:
        return problem.status == 403
    return False


def test_the_address_that_was_asked_is_ours_with_or_without_the_schemes_own_port() -> None:
    plain = Origins([])
    assert not refused(plain, "http", "wall:80", ("origin", "http://wall"))
    assert not refused(plain, "https", "wall", ("origin", "https://WALL:443"))
    assert not refused(plain, "ws", "wall:8000", ("origin", "http://wall:8000"))
    assert not refused(plain, "wss", "[::1]:8000", ("origin", "https://[::1]:8000"))


def test_configured_addresses_are_ours_behind_a_proxy_that_speaks_http_to_us() -> None:
    public = Origins(["https://wall.example.com"])
    assert not refused(public, "http", "wall.example.com", ("origin", "https://wall.example.com"))
    assert refused(Origins([]), "http", "wall.example.com", ("origin", "https://wall.example.com"))


@pytest.mark.parametrize(
    "origin",
    ["null", "", "http://wall:8001", "https://wall:8000", "http://wall.evil:8000", "http://evil", "file://", "http://",
     "http://user@wall:8000", "http://wall:99999", "http://[::1", "wall:8000", "javascript:alert(1)"],
)  # fmt: skip
def test_every_other_origin_is_foreign(origin: str) -> None:
    for origins in (Origins([]), Origins(["https://wall.example.com"]), Origins(["nonsense"])):
        assert refused(origins, "http", "wall:8000", ("origin", origin), needed=False)


def test_a_missing_origin_is_refused_only_where_it_is_needed_and_two_always() -> None:
    origins = Origins([])
    own = ("origin", "http://wall")
    assert refused(origins, "http", "wall", needed=True)
    assert not refused(origins, "http", "wall", needed=False)
    assert refused(origins, "http", "wall", own, own, needed=False)


def test_sec_fetch_site_tells_a_foreign_page_even_with_our_origin() -> None:
    own = ("origin", "http://wall")
    assert refused(Origins([]), "http", "wall", own, ("sec-fetch-site", "cross-site"))
    assert refused(Origins([]), "http", "wall", own, ("sec-fetch-site", "same-site"))
    assert not refused(Origins([]), "http", "wall", own, ("sec-fetch-site", "same-origin"))


@given(st.text())
def test_no_text_breaks_the_parser(text: str) -> None:
    origin = parse_origin(text)
    assert origin is None or len(origin) == 3
