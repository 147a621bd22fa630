"""The wall's page has its numbers in it before any script runs; no name in it becomes markup."""

import asyncio
import json
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest

from wallboard import web
from wallboard.assets import BOARDS, STATIC
from wallboard.config import Config, Server
from wallboard.record.board import Board
from wallboard.record.boards import load_boards
from wallboard.web.layout import layout_css
from wallboard.web.pages import script_json

HOSTILE = "</script><img src=x onerror=alert(1)> & <!--"


@pytest.fixture
async def wall(
    config: Config, tmp_path: Path, served_elsewhere: Callable[..., AbstractAsyncContextManager[Any]]
) -> AsyncIterator[Any]:
    """The real application with the default boards, a rotation of them, and a board that needs care."""
    folder = tmp_path / "boards"
    folder.mkdir()
    for file in BOARDS.glob("*.toml"):
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "turn.toml").write_text('[rotation]\nboards = ["overview", "agents"]\nseconds = 20\n')
    (folder / "odd.toml").write_text(
        f"title = '{HOSTILE}'\ncolumns = 2\nrows = 2\n"
        "[[tile]]\nkind = 'heat'\nmetric = 'offered'\nat = [1, 1]\nsize = [1, 1]\n"
        f"[[tile]]\nkind = 'text'\nat = [2, 1]\nsize = [1, 1]\ntext = '{HOSTILE}'\n"
        "[[tile]]\nkind = 'number'\nat = [1, 2]\nsize = [1, 1]\nqueues = ['nobody']\nmetric = 'waiting'\n"
    )
    async with served_elsewhere(replace(config, server=Server(boards=str(folder)))) as found:
        yield found


async def post(wall: Any, *events: dict[str, Any]) -> None:
    answer = await wall.http.post("/api/v1/events", json=[{"source": "pbx-1", **event} for event in events])
    assert answer.status_code == 202


async def page_with(wall: Any, board: str, text: str) -> str:
    """The board's page once `text` is in it."""
    async with asyncio.timeout(60):
        while True:
            page: str = (await wall.http.get(f"/board/{board}")).text
            if text in page:
                return page
            await asyncio.sleep(0.05)


def tile(page: str, place: int) -> str:
    return page.split(f'id="tile-{place}"')[1].split("</section>")[0]


async def test_the_numbers_stand_in_the_page_as_it_is_served(wall: Any) -> None:
    queued = [{"type": "contact.queued", "contact": f"c{n}", "queue": "support"} for n in range(3)]
    signed_in = {"type": "agent.signed_in", "agent": "h.bakhmut", "name": "Ганна Бахмут", "queues": ["support"]}
    await post(wall, *queued, signed_in)
    lead = await page_with(wall, "agents", "Ганна Бахмут")
    assert 'data-key="h.bakhmut"' in tile(lead, 4)
    page = (await wall.http.get("/board/overview")).text
    assert '<span class="figure">3</span>' in tile(page, 0)
    assert re.search(r'<span class="figure">0:\d\d</span>', tile(page, 1))
    assert 'data-key="support"' in tile(page, 5)
    assert "signed in" in tile(page, 6)
    assert not [word for word in ("Ганна", "h.bakhmut") if word in page]


async def test_what_is_not_known_is_a_dash_and_the_tile_says_so(wall: Any) -> None:
    page = (await wall.http.get("/board/odd")).text
    assert '<span class="figure">–</span>' in tile(page, 2)
    assert "no data yet" in tile(page, 2)


async def test_a_heat_map_says_what_it_shows_until_its_squares_are_there(wall: Any) -> None:
    painted = tile((await wall.http.get("/board/odd")).text, 0)
    assert "Offered, by the hour" in painted
    assert "The day so far comes in a moment" in painted


async def test_a_board_with_a_variable_shows_the_queue_of_the_address(wall: Any, tmp_path: Path) -> None:
    (tmp_path / "boards" / "any.toml").write_text(
        "title = 'Of $queue'\n[[tile]]\nkind = 'number'\nat = [1, 1]\nsize = [1, 1]\n"
        "queues = ['$queue']\nmetric = 'waiting'\n"
    )
    await post(wall, *({"type": "contact.queued", "contact": f"c{n}", "queue": "support"} for n in range(3)))
    await page_with(wall, "overview", '<span class="figure">3</span>')
    async with asyncio.timeout(60):
        while (await wall.http.get("/board/any")).status_code == 404:
            await asyncio.sleep(0.1)
    page = (await wall.http.get("/board/any?queue=support")).text
    assert "<title>Of support" in page
    assert '<span class="figure">3</span>' in tile(page, 0)
    assert '"board":{"id":"any?queue=support"}' in page
    assert (await wall.http.get("/board/any?queue=sup*")).status_code == 404
    answer = await wall.http.get("/api/v1/state", params={"board": "any?queue=support"})
    assert list(answer.json()["queues"]) == ["support"]


async def test_the_mistake_of_a_boards_file_stands_on_its_page(wall: Any, tmp_path: Path) -> None:
    file = tmp_path / "boards" / "overview.toml"
    file.write_text(f"titel = '{HOSTILE}'\n" + file.read_text())
    page = await page_with(wall, "overview", "unknown key &#39;titel&#39;")
    assert "unknown key &#39;titel&#39;" in page.split('class="mistake"')[1].split("</p>")[0]
    assert "tile-0" in page, "its last good form is shown"


async def test_a_board_that_was_wrong_from_the_start_tells_who_writes_boards_what_and_a_screen_that_it_is(
    wall: Any, tmp_path: Path
) -> None:
    file = tmp_path / "boards" / "new.toml"
    file.write_text(
        f"titel = '{HOSTILE}'\n" + "[[tile]]\nkind = 'number'\nat = [1, 1]\nsize = [40, 1]\nmetric = 'wating'\n"
    )
    page = await page_with(wall, "new", 'id="unread"')
    told = page.split('id="unread"')[1].split("</section>")[0]
    for part in (f"{file}", "<code>titel</code> unknown key &#39;titel&#39;", "<code>tile[0].size</code>",
                 "did you mean &#39;waiting&#39;?", 'href="/board/new/edit"'):  # fmt: skip
        assert part in told
    assert " hidden" in page.split('class="mistake"')[1].split(">")[0], "it is said once"
    viewer = {"cookie": await wall.sign_in("Ihor", "viewer")}
    page = (await wall.anonymous.get("/board/new", headers=viewer)).text
    assert "There is a mistake in its file." in page.split('id="unread"')[1].split("</section>")[0]
    assert "titel" not in page
    assert str(tmp_path) not in page
    front = (await wall.http.get("/")).text
    assert "mistake in its file" in front.split('data-board="new"')[1].split("</li>")[0]
    assert "mistake in its file" not in front.split('data-board="overview"')[1].split("</li>")[0]
    file.write_text("title = 'Mended'")
    page = await page_with(wall, "new", "Mended")
    assert 'id="unread"' not in page


async def test_a_table_of_queues_names_the_one_that_nobody_has_told_of(wall: Any, tmp_path: Path) -> None:
    text = "[[tile]]\nkind = 'queues'\nat = [1, 1]\nsize = [6, 3]\n{}\n"
    for name, of in (("one", "queues = ['$queue']"), ("team", "teams = ['$team']"), ("all", "queues = ['no*']")):
        (tmp_path / "boards" / f"{name}.toml").write_text(text.format(of))
    page = await page_with(wall, "one?queue=nosuch", "No queue “nosuch” has reported yet")
    assert "No queue “nosuch” has reported yet" in tile(page, 0)
    page = await page_with(wall, "team?team=no+such", "tile-0")
    assert "No queue of the team “no such” has reported yet" in tile(page, 0)
    assert "No queue has reported yet" in tile(await page_with(wall, "all", "tile-0"), 0)


async def test_the_mistake_of_a_rotations_file_stands_on_the_boards_that_it_goes_on_to_show(
    wall: Any, tmp_path: Path
) -> None:
    (tmp_path / "boards" / "turn.toml").write_text('[rotation]\nboards = ["overview", "gone"]\n')
    page = await page_with(wall, "turn?turn=1", "there is no board")
    assert "rotation.boards[1]" in page.split('class="mistake"')[1].split("</p>")[0]
    assert "<title>Agents" in page
    assert " hidden" in (await wall.http.get("/board/agents")).text.split('class="mistake"')[1].split(">")[0]


async def test_a_kiosk_shows_no_cursor_and_stays_one_from_turn_to_turn(wall: Any) -> None:
    page = (await wall.http.get("/board/turn?kiosk&lang=pl")).text
    assert '<body class="wall kiosk">' in page
    assert '"next":"/board/turn?turn=1\\u0026lang=pl\\u0026kiosk="' in page
    assert '<body class="wall">' in (await wall.http.get("/board/turn")).text


async def test_a_text_has_no_age(wall: Any) -> None:
    page = (await wall.http.get("/board/odd")).text
    assert ['<span class="age"></span>' in tile(page, place) for place in range(3)] == [False, True, False]


async def test_names_are_text_wherever_they_stand(wall: Any) -> None:
    await post(wall, {"type": "contact.queued", "contact": "c", "queue": HOSTILE})
    page = await page_with(wall, "overview", "onerror")
    assert "<img" not in page
    first = json.loads(page.split('id="first">')[1].split("</script>")[0])
    assert HOSTILE in first["hello"]["state"]["queues"]
    assert "<img" not in (await wall.http.get("/board/odd")).text


async def test_the_first_picture_is_what_the_socket_would_say(wall: Any) -> None:
    page = (await wall.http.get("/board/overview")).text
    hello = json.loads(page.split('id="first">')[1].split("</script>")[0])["hello"]
    assert hello["t"] == "hello"
    assert hello["board"]["id"] == "overview"
    assert {"epoch", "seq", "now", "build", "state"} <= hello.keys()


async def test_a_wall_page_allows_nothing_inline_but_its_own_script_and_styles_that_its_policy_knows(wall: Any) -> None:
    answer = await wall.http.get("/board/overview")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    assert f"ws://127.0.0.1:{wall.port}" in policy
    assert not re.search(r"\sstyle=|\son[a-z]+=", answer.text)
    inline = re.findall(r"<script(?![^>]* src=)(?![^>]*application/json)[^>]*>(.*?)</script>", answer.text, re.S)
    styles = re.findall(r"<style[^>]*>(.*?)</style>", answer.text, re.S)
    assert re.search(r"; script-src ([^;]*);", policy)[1] == " ".join(["'self'", *map(hashed, inline)])
    assert set(map(hashed, styles)) < set(re.search(r"; style-src ([^;]*);", policy)[1].split())
    assert inline == [(STATIC / "js" / "plain.js").read_text(encoding="utf-8")]
    layout = (await wall.http.get("/board/overview/layout.css")).text
    assert styles == [(await wall.http.get("/static/css/wall.css")).text, layout]


def hashed(text: str) -> str:
    return "'sha256-" + b64encode(sha256(text.encode()).digest()).decode() + "'"


async def test_a_wall_s_scripts_wait_until_its_numbers_are_painted(wall: Any) -> None:
    page = (await wall.http.get("/board/overview")).text.replace((STATIC / "js" / "plain.js").read_text(), "")
    assert 'type="module"' not in page
    assert "modulepreload" not in page
    assert re.search(r'<script data-modules="[^"]*socket.js', page)


async def test_a_page_is_never_kept_and_a_static_file_always_asked_for_again(wall: Any) -> None:
    assert (await wall.http.get("/board/overview")).headers["cache-control"] == "no-store"
    first = await wall.http.get("/static/js/main.js")
    again = await wall.http.get("/static/js/main.js", headers={"if-none-match": first.headers["etag"]})
    assert (first.headers["cache-control"], again.status_code) == ("no-cache", 304)


async def test_a_board_that_is_not_there_is_a_page_not_found(wall: Any) -> None:
    for path in ("/board/none", "/board/none/layout.css", "/board/%00", "/board/..%2foverview"):
        assert (await wall.http.get(path)).status_code in (400, 404), path


async def test_the_front_page_lists_every_board(wall: Any) -> None:
    page = (await wall.http.get("/")).text
    assert [f'href="/board/{name}"' in page for name in ("overview", "agents", "odd", "turn")] == [True] * 4


async def test_a_rotation_shows_its_boards_in_turn(wall: Any) -> None:
    first = (await wall.http.get("/board/turn")).text
    second = (await wall.http.get("/board/turn?turn=1")).text
    assert tuple(re.findall("<title>\\w+", first + second)) == ("<title>Overview", "<title>Agents")
    assert "/board/turn?turn=1" in first
    assert "/board/turn?turn=0" in second
    assert (await wall.http.get("/board/turn?turn=x")).text.count("<title>Overview") == 1


async def test_nobody_sees_a_wall_without_signing_in(wall: Any) -> None:
    answer = await wall.anonymous.get("/board/overview")
    assert answer.status_code in (302, 303, 307)
    assert answer.headers["location"].startswith("/signin")


def test_the_layout_names_a_place_and_a_size_of_text_for_each_tile() -> None:
    board = load_boards(BOARDS)["overview"]
    css = layout_css(board)
    assert "#tile-0 { grid-column: 1 / span 4; grid-row: 1 / span 4;" in css
    assert all(f"#tile-{place} {{" in css for place in range(len(board.tiles)))
    assert css.count("{") == css.count("}")
    wide = css.partition("(max-aspect-ratio: 3/4)")[0]
    assert "--v:" not in wide


def test_a_wide_board_stands_otherwise_in_an_upright_window_and_an_upright_one_as_it_is_written() -> None:
    board = load_boards(BOARDS)["overview"]
    _, _, upright = layout_css(board).partition("(max-aspect-ratio: 3/4)")
    assert "#tile-6 { --left: 0.00000; --top: 0.5" in upright
    assert all(f"#tile-{place} {{ --left:" in upright for place in range(len(board.tiles)))
    assert "max-aspect-ratio" not in layout_css(msgspec.structs.replace(board, portrait=True))


def test_the_layout_of_an_upright_board_measures_by_the_width() -> None:
    css = layout_css(Board(portrait=True))
    assert "(min-width: 641px) { html[data-theme] { --v: 1vw; } }" in css
    assert "(min-aspect-ratio: 9/16) { html[data-theme] { --v: 0.5625vh; } }" in css


@pytest.mark.parametrize("text", ["</script>", "<!--<script>", "]]>", "\u2028\u2029", '"\\', "Підтримка"])
def test_embedded_json_gives_back_what_was_put_in_and_ends_no_script(text: str) -> None:
    written = script_json({"name": text})
    assert "<" not in written
    assert json.loads(written) == {"name": text}


def test_everything_that_the_page_asks_for_is_there() -> None:
    templates = Path(web.__file__).parent / "templates"
    asked = {
        path
        for file in templates.rglob("*.html")
        for path in re.findall(r'(?:href|src)="/static/([^"{#?]+)"', file.read_text(encoding="utf-8"))
    }
    assert [path for path in asked - {"css/wall.css"} if not (STATIC / path).is_file()] == []


async def test_the_walls_styles_come_as_one_file_that_is_not_sent_twice(wall: Any) -> None:
    found = await wall.http.get("/static/css/wall.css")
    sheets = [*(STATIC / "css" / "tiles").glob("*.css"), STATIC / "css" / "board.css"]
    assert [file.name for file in sheets if file.read_text() not in found.text] == []
    again = await wall.http.get("/static/css/wall.css", headers={"if-none-match": found.headers["etag"]})
    assert (again.status_code, again.text) == (304, "")


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf50"
    "0f0003830180a57d7b0c0000000049454e44ae426082"
)


async def test_a_picture_is_served_where_a_board_names_it_and_is_what_it_says(wall: Any, tmp_path: Path) -> None:
    boards = tmp_path / "boards"
    (boards / "images").mkdir(exist_ok=True)
    (boards / "images" / "logo.png").write_bytes(PNG)
    (boards / "images" / "other.png").write_bytes(PNG)
    (boards / "images" / "page.png").write_bytes(b"<script>alert(1)</script>")
    written = '[[tile]]\nkind = "image"\nat = [{n}, 1]\nsize = [1, 1]\nimage = "{name}"\nalt = "Our logo"\n'
    (boards / "shown.toml").write_text(written.format(n=1, name="logo.png"))
    page = await page_with(wall, "shown", 'src="/board-image/logo.png"')
    assert 'alt="Our logo"' in tile(page, 0)
    answer = await wall.http.get("/board-image/logo.png")
    assert (answer.status_code, answer.headers["content-type"], answer.content) == (200, "image/png", PNG)
    for name in ("page.png", "..%2Fshown.toml"):
        assert (await wall.http.get(f"/board-image/{name}")).status_code in (400, 404), name
    viewer = {"cookie": await wall.sign_in("Ihor", "viewer")}
    assert (await wall.anonymous.get("/board-image/logo.png", headers=viewer)).status_code == 200
    assert (await wall.anonymous.get("/board-image/other.png", headers=viewer)).status_code == 404
    assert (await wall.http.get("/board-image/other.png")).status_code == 200, "the editor shows it before it is saved"
    assert (await wall.anonymous.get("/board-image/logo.png")).status_code in (303, 401)
    own = 'logo = "other.png"\naccent = "#c586f0"\n'
    (boards / "shown.toml").write_text(own + written.format(n=1, name="logo.png"))
    assert '<img class="logo" alt="" src="/board-image/other.png">' in await page_with(wall, "shown", "other.png")
    assert (await wall.http.get("/board-image/other.png")).status_code == 200
    assert "html[data-theme] { --accent: #c586f0; }" in (await wall.http.get("/board/shown/layout.css")).text
    (boards / "shown.toml").write_text(written.format(n=1, name="page.png"))
    assert "is no PNG, JPEG, GIF or WebP" in await page_with(wall, "shown", "is no PNG")
