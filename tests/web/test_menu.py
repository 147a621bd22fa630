"""What stands at the top of each page: where one may go from here, for whom, and whether the centre is invented."""

import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

import pytest

from wallboard.config import Config
from wallboard.record.people import Role

NAV = re.compile(r"<nav class=\"page-nav[^>]*aria-label=\"Menu\".*?</nav>", re.DOTALL)


def menus(page: str) -> list[list[str]]:
    """The addresses of the wide menu, and of the one that opens on a phone."""
    return [re.findall(r'href="([^"]+)"', found) for found in NAV.findall(page)]


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        ("viewer", ["/", "/docs", "/account", "/signin"]),
        ("lead", [
            "/", "/floor", "/names", "/alerts", "/shift", "/history", "/screens", "/sources", "/docs",
            "/account", "/signin",
        ]),
        ("admin", [
            "/", "/floor", "/names", "/alerts", "/shift", "/history", "/screens", "/sources", "/docs",
            "/people", "/tokens", "/account", "/signin",
        ]),
    ],
)  # fmt: skip
async def test_each_role_is_offered_the_pages_that_open_for_it(served: Any, role: Role, offered: list[str]) -> None:
    headers = {"cookie": await served.sign_in("Lena", role)}
    page = (await served.anonymous.get("/account", headers=headers)).text
    assert menus(page) == [offered, offered]
    for path in offered:
        assert (await served.anonymous.get(path, headers=headers)).status_code == 200, path


@pytest.mark.parametrize(
    ("path", "marked"),
    [
        ("/alerts", 'href="/alerts" aria-current="page"'),
        ("/alerts/delivery", 'href="/alerts" aria-current="true"'),
        ("/", 'href="/" aria-current="page"'),
    ],
)
async def test_the_menu_marks_where_one_is(served: Any, path: str, marked: str) -> None:
    page = (await served.anonymous.get(path, headers={"cookie": await served.sign_in()})).text
    assert [found.count("aria-current") for found in NAV.findall(page)] == [1, 1]
    assert page.count(marked) == 2


async def test_a_page_that_is_refused_is_headed_in_the_readers_language(served: Any) -> None:
    asked = {"accept": "text/html", "accept-language": "uk"}
    answer = await served.http.get("/board/none", headers=asked)
    assert (answer.status_code, "<h1>Тут нічого немає</h1>" in answer.text) == (404, True)
    assert "<p>За цією адресою нічого немає, або це не для вас.</p>" in answer.text


async def test_a_stranger_at_the_sign_in_page_is_offered_no_page_that_would_send_them_back(served: Any) -> None:
    page = (await served.anonymous.get("/signin")).text
    assert menus(page) == []
    assert "page-menu" not in page


async def test_an_invented_centre_says_so_on_every_page_and_a_real_one_does_not(
    config: Config, served: Any, served_elsewhere: Callable[..., AbstractAsyncContextManager[Any]]
) -> None:
    for path in ("/floor", "/sources", "/alerts"):
        assert "page-ribbon" not in (await served.http.get(path)).text, path
    async with served_elsewhere(replace(config, simulated=True)) as invented:
        for path in ("/floor", "/sources", "/alerts"):
            page = (await invented.http.get(path, headers={"accept-language": "uk"})).text
            assert '<strong class="page-ribbon">СИМУЛЯЦІЯ</strong>' in page, path
